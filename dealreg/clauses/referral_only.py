"""Referral only: the reward of whoever brought the deal and does not sell it."""

from dealreg.policy.builders import Part, field, requirement
from dealreg.policy.stages import HolderOf

__all__ = ["referral_only"]


def referral_only(
    *roles: str,
    not_holding: str | None = "protection",
    code: str = "NOT_A_REFERRAL",
    tell: str = "The referral reward is for partners that brought the deal and do not sell it.",
) -> tuple[Part, ...]:
    """Only partners that refer the deal, and do not hold it themselves.

    Args:
        roles: the values of `partner_role` that count; by default `referral` and `influence`.
        not_holding: a benefit whose holder has no referral reward; None for no such rule.
        code: the reason code.
        tell: what a partner may be told.

    Rule shape: RS-20 (registrant/closer split), with RS-01 (partner type and role).

    Sources:
        Datto, Partner Referral Program Terms and Conditions,
        https://www.datto.com/legal/partner-referral-program-terms-and-conditions; Compliance.ai,
        Referral Deal Registration,
        https://www.compliance.ai/compliance-ai-referral-deal-registration/; an influence benefit
        when another fulfils: VMware Advantage+ FAQ,
        https://pt.scribd.com/document/89187459/Advantage-FAQs-1.

    Left open: which of several referrers is paid; that is the contest's order.

    >>> from dealreg import contest
    >>> reward = contest("referral_reward", referral_only())
    >>> reward.requires[0].code, reward.after[0].holds
    ('NOT_A_REFERRAL', False)
    """
    rule = field("partner_role").one_of(*(roles or ("referral", "influence")))
    required = requirement(code, rule, tell)
    if not_holding is None:
        return (required,)
    return required, HolderOf(not_holding, False, "HOLDS_THE_DEAL", tell)

"""Resale only: a referral does not make a partner of the deal."""

from dealreg.policy.builders import Part, field, requirement

__all__ = ["resale_only"]


def resale_only(
    *roles: str,
    code: str = "REFERRAL_ONLY",
    tell: str = "A referral is rewarded as such; it gives no control over the deal.",
) -> tuple[Part, ...]:
    """Only partners that sell and answer for the work; a referrer keeps no control of the deal.

    Args:
        roles: the values of `partner_role` that count; by default `resell`, `fulfil`, `services`.
        code: the reason code.
        tell: what a partner may be told.

    Rule shape: RS-01 (eligibility gate, partner type and role), with RS-20.

    Sources:
        referral members apart from resellers: CrowdStrike Deal Registration Program,
        https://online.documentine.com/close-unresponsive-program/3/crowdstrike-deal-registration-program-final.html;
        GitLab handbook, Channel Operations (text of about 2020), where a referrer that loses the
        tender is paid nothing,
        https://about.gitlab.com/handbook/sales/field-operations/channel-operations/.

    Left open: a registration that declares no role is returned, not taken for a resale.

    >>> from dealreg import contest
    >>> contest("protection", resale_only()).requires[0].code
    'REFERRAL_ONLY'
    """
    rule = field("partner_role").one_of(*(roles or ("resell", "fulfil", "services")))
    return (requirement(code, rule, tell),)

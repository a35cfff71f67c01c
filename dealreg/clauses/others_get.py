"""Others get: what those receive who qualify and do not hold the benefit."""

from dealreg.errors import PolicyError
from dealreg.policy.builders import Condition, Part, fraction_of_holder, others, terms

__all__ = ["others_get"]


def others_get(
    label: str,
    percent: str | None = None,
    *,
    of_holder: str | None = None,
    when: Condition | None = None,
    queue: bool = False,
    code: str = "DUPLICATE_OTHER_PARTNER",
    tell: str = "",
) -> tuple[Part, ...]:
    """Those who qualify and come second get something defined.

    Args:
        label: what the programme calls it, such as `co-sell rate` or `list price`.
        percent: a fixed rate in percent.
        of_holder: or a fraction of the holder's rate, such as `"1/2"`. Without either the label
            says it all.
        when: only for those that satisfy it, such as one that asked for a quote.
        queue: they wait for the benefit, in the order of the preferences, and are not denied it.
        code: the reason code.
        tell: what a partner may be told.

    Rule shape: RS-13 (residual entitlement for non-holders).

    Sources:
        half of the first partner's discount: Gumdrop Cases, Deal Registration Program Terms and
        Conditions, https://www.gumdropcases.com/pages/deal-terms-and-conditions/. Co-sell rate:
        GitLab handbook, Channel Partners: Working with GitLab,
        https://handbook.gitlab.com/handbook/resellers/channel-working-with-gitlab. 1 percent: TD
        SYNNEX NL, Veeam incumbency policy from 1 July 2024,
        https://connect.tdsynnex.nl/vendor/veeam/incumbency-policy/. List price: Boxlight Mimio,
        Sales Opportunity Registration update (2016),
        https://partnerblog.mimio.com/partner-resources-sor-update-aug-31-2016.

    Left open: how half a discount is rounded (here never: rates are exact), and whether it comes
    of itself or on request (`when`).

    Raises:
        PolicyError: when both a rate and a fraction are given.

    >>> from dealreg import contest
    >>> contest("discount", others_get("second partner", of_holder="1/2")).others.terms.rate
    FractionOfHolder(value=Fraction(1, 2))
    """
    if percent is not None and of_holder is not None:
        raise PolicyError("others_get states both a rate and a fraction", hint="give one of them")
    rate = percent if of_holder is None else fraction_of_holder(of_holder)
    stand = "waiting" if queue else "denied"
    return (others(terms(label, rate), stand=stand, when=when, code=code, tell=tell),)

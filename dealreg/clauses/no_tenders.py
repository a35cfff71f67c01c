"""No tenders: an opportunity that is out to tender cannot be registered."""

from dealreg.errors import PolicyError, shown
from dealreg.policy.builders import Part, duration, field, requirement

__all__ = ["no_tenders"]


def no_tenders(
    registered_before: str = "deny",
    *,
    code: str = "RFP_NOT_ELIGIBLE",
    tell: str = "Opportunities that are out to tender cannot be registered.",
) -> tuple[Part, ...]:
    """Nothing that is out to tender.

    Args:
        registered_before: what becomes of a registration that was there before the tender: `deny`
            as all others, or `refer` to a person. To let it stand, use `registered_before_tender`.
        code: the reason code.
        tell: what a partner may be told.

    Rule shape: RS-09 (tender rule), variant a: never eligible.

    Sources:
        Sophos Partner Program, Deal Registration Global Guidelines (from 20 July 2020), Scribd
        document 552072689; Gumdrop Cases, Deal Registration Program Terms and Conditions,
        https://www.gumdropcases.com/pages/deal-terms-and-conditions/; Cisco, Guided Deal
        Registration Training (2015),
        https://fdocuments.in/document/guided-deal-registration-training-cisco-certified-partners-partner-hunted.html.

    Left open: what becomes of a registration that was there first, so it is a parameter. An
    opportunity without a date of publication is not out to tender.

    Raises:
        PolicyError: for another word than `deny` or `refer`.

    >>> from dealreg import contest
    >>> [each.if_false.value for each in contest("protection", no_tenders("refer")).requires]
    ['deny', 'refer']
    """
    if registered_before not in ("deny", "refer"):
        raise PolicyError(
            f"{shown(registered_before)} is not what becomes of an earlier registration",
            value=registered_before,
            hint="write `deny` or `refer`",
        )
    untendered = field("tender_published_at").is_missing()
    if registered_before == "deny":
        return (requirement(code, untendered, tell),)
    earlier = field("ahead_of_tender") > duration("0 days")
    return (
        requirement(code, untendered | earlier, tell),
        requirement(f"{code}_SINCE", untendered, tell, if_false="refer"),
    )

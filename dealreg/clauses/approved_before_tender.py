"""Approved before the tender: once a tender is published only approved registrations stand."""

from dealreg.policy.builders import Part, all_of, duration, field, requirement

__all__ = ["approved_before_tender"]


def approved_before_tender(
    *,
    code: str = "AFTER_RFP",
    tell: str = "Must be registered and approved before a tender is published.",
) -> tuple[Part, ...]:
    """A registration stands if it was approved before a tender was published.

    Args:
        code: the reason code.
        tell: what a partner may be told.

    Rule shape: RS-09 (tender rule), variant c: registered and approved before publication.

    Sources:
        Nightfall, Deal Registration Terms & Conditions,
        https://www.nightfall.ai/deal-registration-terms.

    Left open: a registration that waits for its approval while the tender comes out. It fails
    here: the vendor's time to answer counts against the partner. The same instant counts as
    after.

    >>> from dealreg import contest
    >>> contest("protection", approved_before_tender()).requires[0].code
    'AFTER_RFP'
    """
    untendered = field("tender_published_at").is_missing()
    earlier = all_of(
        field("approved_at").is_known(),  # not approved yet, it never will have been before
        field("approved_ahead_of_tender") > duration("0 days"),
    )
    return (requirement(code, untendered | earlier, tell),)

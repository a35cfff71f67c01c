"""Registered before the tender: once a tender is published it is too late to register."""

from dealreg.policy.builders import Part, duration, field, requirement

__all__ = ["registered_before_tender"]


def registered_before_tender(
    *,
    code: str = "AFTER_RFP",
    tell: str = "Must be registered before a tender is published.",
) -> tuple[Part, ...]:
    """A registration stands if it was submitted before a tender was published.

    Args:
        code: the reason code.
        tell: what a partner may be told.

    Rule shape: RS-09 (tender rule), variant b: registered before publication.

    Sources:
        NeuVector, Deal Registration Terms and Guidelines,
        https://neuvector.com/about/solution-partners/deal-registration-terms-and-guidelines/.

    Left open: whether an approval is needed by then (here not), and the same instant, which
    counts as after. Which tenders count is for whoever records `tender_published_at`.

    >>> from dealreg import contest
    >>> contest("protection", registered_before_tender()).requires[0].code
    'AFTER_RFP'
    """
    untendered = field("tender_published_at").is_missing()
    earlier = field("ahead_of_tender") > duration("0 days")
    return (requirement(code, untendered | earlier, tell),)

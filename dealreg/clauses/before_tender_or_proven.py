"""Before the tender, or proven: late registrations need earlier work, and a person's word."""

from dealreg.policy.builders import Part, duration, field, requirement

__all__ = ["before_tender_or_proven"]


def before_tender_or_proven(
    *evidence: str,
    code: str = "AFTER_RFP",
    exception: str = "TENDER_EXCEPTION",
    tell: str = "After a tender only with earlier work of the partner's own, as an exception.",
) -> tuple[Part, ...]:
    """Registered before the tender; else, with evidence of earlier work, a person may allow it.

    Args:
        evidence: the kinds of evidence of which one opens the exception, such as
            `proof_of_concept`; the vendor records those it accepts as older than the tender.
        code: the reason code of those too late.
        exception: the reason code of those that a person may allow.
        tell: what a partner may be told.

    Rule shape: RS-09 (tender rule), variant d: as b, with an exception.

    Sources:
        Encore Networks, Reseller Deal Registration Terms and Conditions,
        https://www.encorenetworks.com/reseller-deal-registration-terms-and-conditions/.

    Left open: the choice between a registration from before the tender and an exception, which is
    the contest's order. The source allows the exception only to the first after the tender:
    `first_to_register` puts it before later ones.

    >>> from dealreg import contest
    >>> rule = before_tender_or_proven("proof_of_concept")
    >>> [each.code for each in contest("protection", rule).requires]
    ['AFTER_RFP', 'TENDER_EXCEPTION']
    """
    in_time = field("tender_published_at").is_missing() | (
        field("ahead_of_tender") > duration("0 days")
    )
    return (
        requirement(code, in_time | field("evidence").overlaps(*evidence), tell),
        requirement(exception, in_time, tell, if_false="refer"),
    )

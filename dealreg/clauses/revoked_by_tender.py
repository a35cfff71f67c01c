"""Revoked by tender: a registration loses its benefit when a tender is published."""

from dealreg.policy.builders import Part, field, requirement
from dealreg.policy.stages import Unmet

__all__ = ["revoked_by_tender"]


def revoked_by_tender(
    *,
    revoked: Unmet | str = Unmet.DENY,
    code: str = "RFP_NOT_ELIGIBLE",
    tell: str = "A tender was published for this deal.",
) -> tuple[Part, ...]:
    """A registration has no benefit once a tender is published, nor keeps one it has.

    Args:
        revoked: `deny`, or `refer` where the vendor only may rescind: a person then decides about
            new registrations, and who holds the benefit keeps it until an event ends it.
        code: the reason code.
        tell: what a partner may be told.

    Rule shape: RS-09 (tender rule).

    Sources:
        May rescind for an RFP or tender: Skyhigh Networks, Deal Registration Terms and Conditions,
        https://www.skyhighnetworks.com/deal-registration-terms-and-conditions/.

    Left open: what becomes of quotes already given.

    >>> from dealreg import contest
    >>> contest("protection", revoked_by_tender()).requires[0].lasting
    True
    """
    untendered = field("tender_published_at").is_missing()
    return (requirement(code, untendered, tell, if_false=revoked, lasting=True),)

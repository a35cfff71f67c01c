"""First to register: the earliest registration gets the benefit."""

from dealreg.policy.builders import Part, earliest, field, requirement
from dealreg.policy.stages import Tie

__all__ = ["first_to_register"]

_REACHED = {
    "completed_at": requirement(
        "INCOMPLETE",
        field("completed_at").is_known(),
        "A registration counts from when it is complete and accurate.",
        if_false="return",
    ),
    "approved_at": requirement(
        "NOT_YET_APPROVED",
        field("approved_at").is_known(),
        "A registration counts from when it is approved.",
        if_false="refer",
    ),
}


def first_to_register(by: str = "submitted_at", *, tie: Tie | str = Tie.REFER) -> tuple[Part, ...]:
    """The earliest registration gets the benefit.

    Args:
        by: the instant that makes one the first: `submitted_at`, `completed_at` (one that is not
            complete is returned), `approved_at` (one that is not approved awaits that), or an
            instant field of the programme's own.
        tie: what happens to registrations of the same instant: `refer` to a person, `share`, or
            `registration_id`.

    Rule shape: RS-12 (earliest qualifying registration wins).

    Sources:
        submitted: TREND Networks, Opportunity Registration Form, Rules & Requirements,
        https://app.smartsheet.com/b/form/5f6917df84064736bccbdfa8abaed4ea; mySchneider IT
        Program, Opportunity Registration Guide (2022),
        https://www.scribd.com/document/574331202/2022-mySchneider-IT-Program-Opportunity-Registration-Guide-1.
        Completed: Nightfall, Deal Registration Terms & Conditions,
        https://www.nightfall.ai/deal-registration-terms; Datto, Partner Referral Program Terms
        and Conditions, https://www.datto.com/legal/partner-referral-program-terms-and-conditions.
        Approved: Gumdrop Cases, Deal Registration Program Terms and Conditions,
        https://www.gumdropcases.com/pages/deal-terms-and-conditions/.

    Left open: no source has a tie rule for equal instants, so `tie` is stated. The three instants
    give different winners for the same facts, so `by` is stated too. That an unapproved
    registration does not block an approved one is this clause's reading.

    >>> from dealreg import contest
    >>> contest("protection", first_to_register(by="completed_at")).requires[0].code
    'INCOMPLETE'
    """
    reached = (_REACHED[by],) if by in _REACHED else ()
    return (*reached, earliest(by), Tie(tie))

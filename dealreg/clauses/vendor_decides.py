"""Vendor decides: a registration counts only when the vendor has said yes."""

from dealreg.policy.builders import Condition, Part, field, requirement

__all__ = ["vendor_decides"]


def vendor_decides(
    *,
    when: Condition | None = None,
    code: str = "VENDOR_DECISION",
    tell: str = "The vendor decides on each registration.",
) -> tuple[Part, ...]:
    """The vendor's yes is needed, its no is final, and until it has spoken a person is asked.

    Args:
        when: only registrations that satisfy it need the vendor's word; None for all.
        code: the reason code.
        tell: what a partner may be told.

    Rule shape: RS-15 (vendor decision).

    Sources:
        NeuVector, Deal Registration Terms and Guidelines,
        https://neuvector.com/about/solution-partners/deal-registration-terms-and-guidelines/;
        Fortra, Partner Deal Registration Terms and Conditions,
        https://www.fortra.com/about/channel-program/deal-registration-terms-conditions;
        Cybersixgill, Deal Registration Terms & Guidelines,
        https://cybersixgill.com/deal-registration.

    Left open: what the vendor goes by. Its answer is the fact `vendor_approval`, or a recorded
    ruling, so that the decision can be re-run and explained.

    >>> from dealreg import contest, field
    >>> contest("protection", vendor_decides(when=field("stage") == "late")).requires[0].code
    'VENDOR_DECISION'
    """
    approved = field("vendor_approval").is_true()
    rule = approved if when is None else ~when | approved
    return (requirement(code, rule, tell, if_unknown="refer"),)

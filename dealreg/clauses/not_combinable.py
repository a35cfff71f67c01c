"""Not combinable: a deal that has special pricing already cannot have this benefit."""

from dealreg.policy.builders import Part, field, requirement
from dealreg.policy.stages import HolderOf

__all__ = ["not_combinable"]


def not_combinable(
    with_: str | None = None,
    *,
    code: str = "SPECIAL_PRICING_EXCLUDES",
    tell: str = "Cannot be combined with other special pricing.",
) -> tuple[Part, ...]:
    """No registration has both this benefit and special pricing.

    Args:
        with_: another benefit of the policy that excludes this one; None for special pricing that
            the deal brings along, the field `special_pricing`.
        code: the reason code.
        tell: what a partner may be told.

    Rule shape: RS-14 (special-price linkage), where the two exclude each other.

    Sources:
        Sharp/NEC, deal registration rules, https://dealreg.sharpnecdisplays.us/rules; Encore
        Networks, Reseller Deal Registration Terms and Conditions,
        https://www.encorenetworks.com/reseller-deal-registration-terms-and-conditions/; Eaton
        Deal Registration Program (2016), where one programme never stacks,
        https://studylib.net/doc/18172742/register-your-with-eaton-.

    Left open: which of the two gives way. Here the one whose contest has the clause.

    >>> from dealreg import contest
    >>> contest("discount", not_combinable("special_bid")).after[0].holds
    False
    """
    if with_ is not None:
        return (HolderOf(with_, False, code, tell),)
    return (requirement(code, field("special_pricing").is_false(), tell),)

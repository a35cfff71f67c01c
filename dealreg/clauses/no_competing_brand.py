"""No competing brand: a partner that offers another brand in the same deal is not protected."""

from dealreg.policy.builders import Part, field, requirement

__all__ = ["no_competing_brand"]


def no_competing_brand(
    *,
    lasting: bool = False,
    code: str = "COMPETING_BID_BY_PARTNER",
    tell: str = "The partner may not offer a competing brand in the same deal.",
) -> tuple[Part, ...]:
    """Only partners that offer no competing brand in the same deal.

    Args:
        lasting: whether a partner that offers one later loses what it holds.
        code: the reason code.
        tell: what a partner may be told.

    Rule shape: RS-22 (brand loyalty condition).

    Sources:
        Sharp/NEC, deal registration rules (not if registered with another manufacturer too),
        https://dealreg.sharpnecdisplays.us/rules; TREND Networks, Opportunity Registration Form,
        Rules & Requirements, https://app.smartsheet.com/b/form/5f6917df84064736bccbdfa8abaed4ea;
        Encore Networks, Reseller Deal Registration Terms and Conditions,
        https://www.encorenetworks.com/reseller-deal-registration-terms-and-conditions/.

    Left open: how the vendor finds out. The field is the partner's own declaration; one that
    declares nothing is returned.

    >>> from dealreg import contest
    >>> contest("protection", no_competing_brand()).requires[0].code
    'COMPETING_BID_BY_PARTNER'
    """
    return (requirement(code, field("competing_brand").is_false(), tell, lasting=lasting),)

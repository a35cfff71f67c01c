"""Special price for the holder: a registration is the precondition of a special price."""

from dealreg.policy.builders import Part, field, requirement
from dealreg.policy.stages import HolderOf

__all__ = ["special_price_for_holder"]


def special_price_for_holder(
    of: str = "protection",
    *,
    on_request: bool = False,
    benefit: str = "special_bid",
    tell: str = "A special price needs a registration that stands.",
) -> tuple[Part, ...]:
    """Only whoever holds the registration gets a special price, while it lasts.

    Args:
        of: the benefit that must be held.
        on_request: and only if it was asked for, in `requested_benefits`. Code `NOT_REQUESTED`.
        benefit: what it is called there.
        tell: what a partner may be told. Code `NOT_HOLDER`.

    Rule shape: RS-14 (special-price linkage), as a precondition.

    Sources:
        Cirrus TSI, Deal Registration Policy, https://www.cirrustsi.com/deal-registration/; IBM
        Channel Communication CC0808-163, System x Deal Registration (2008), where the request
        must come while the registration lasts, https://m.docduoduo.com/p-2792624.html; a separate
        request all the same: HP Partner for Growth Program Terms (2013),
        https://abcdocz.com/doc/44914/hp-partner-for-growth-program-terms--effective-may-1.

    Left open: nothing here; but a holder that may not have a special price blocks it for all, see
    `special_bid_eligibility`.

    >>> from dealreg import contest
    >>> contest("special_bid", special_price_for_holder()).after[0].benefit
    'protection'
    """
    linked: Part = HolderOf(of, tell=tell)
    if not on_request:
        return (linked,)
    asked = requirement(
        "NOT_REQUESTED",
        field("requested_benefits").covers(benefit),
        "A special price is given on request.",
    )
    return asked, linked

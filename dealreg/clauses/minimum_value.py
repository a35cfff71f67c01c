"""Minimum value: deals below a floor cannot be registered."""

from dealreg.errors import PolicyError, shown
from dealreg.facts.values import Money, money
from dealreg.policy.builders import Condition, Part, all_of, field, requirement

__all__ = ["minimum_value"]


def minimum_value(
    *floors: str | Money,
    over: bool = False,
    of: str = "amount",
    unless: Condition | None = None,
    code: str = "BELOW_MINIMUM",
    tell: str | None = None,
) -> tuple[Part, ...]:
    """The estimated value must reach the floor of its currency.

    Args:
        floors: one amount for each currency, as in `"10000 USD", "9000 EUR"`. Amounts are never
            converted: with several floors, a registration in another currency is returned with
            `CURRENCY_NOT_COVERED`.
        over: the value must be over the floor; else at least the floor.
        of: the money field, such as the value at list price.
        unless: an alternative that also does, such as
            `field("quantity") >= 100` or `field("products").overlaps("enterprise")`.
        code: the reason code.
        tell: what a partner may be told; None for a sentence with the floors.

    Rule shape: RS-05 (minimum value or volume).

    Sources:
        at the recommended price: Encore Networks, Reseller Deal Registration Terms and
        Conditions,
        https://www.encorenetworks.com/reseller-deal-registration-terms-and-conditions/;
        Nightfall, Deal Registration Terms & Conditions,
        https://www.nightfall.ai/deal-registration-terms. "Over", at the requested price: IBM
        Channel Communication CC0808-163, System x Deal Registration (2008),
        https://m.docduoduo.com/p-2792624.html. Per region in local currency, or one product
        instead: Sophos Partner Program, Deal Registration Global Guidelines (from 20 July 2020),
        Scribd document 552072689.

    Left open: most sources do not say which price counts, at which rate to convert, or whether
    the floor itself is enough. So the field, one floor for each currency, and `over` are stated.

    Raises:
        PolicyError: without a floor, with two for one currency, or with several for another field
            than `amount`.

    >>> from dealreg import contest
    >>> contest("protection", minimum_value("10000 USD")).requires[0].tell
    'The estimated value must be at least 10,000 USD.'
    """
    amounts = [money(floor) if isinstance(floor, str) else floor for floor in floors]
    currencies = {amount.currency for amount in amounts}
    if not amounts or len(currencies) < len(amounts):
        raise PolicyError(
            "minimum_value needs one floor for each currency", hint='as in "10000 USD", "9000 EUR"'
        )
    if of != "amount" and len(amounts) > 1:
        raise PolicyError(
            f"floors in several currencies are not possible for {shown(of)}",
            value=of,
            hint="only the currency of `amount` is a field of its own; state one currency",
        )

    def reaches(floor: Money) -> Condition:
        return field(of) > floor if over else field(of) >= floor

    named = " or ".join(f"{floor.amount:,} {floor.currency}" for floor in amounts)
    told = f"The estimated value must be {'over' if over else 'at least'} {named}."
    if tell is not None:
        told = tell
    if len(amounts) == 1:
        rule = reaches(amounts[0])
        return (requirement(code, rule if unless is None else rule | unless, told),)
    # Amounts in two currencies do not compare, so each floor is asked of its own currency only.
    rule = all_of(*[(field("currency") != each.currency) | reaches(each) for each in amounts])
    covered = field("currency").one_of(*currencies)
    asked = f"Give the estimated value in {' or '.join(sorted(currencies))}."
    return (
        requirement(code, rule if unless is None else rule | unless, told),
        requirement(
            "CURRENCY_NOT_COVERED",
            covered if unless is None else covered | unless,
            asked,
            if_false="return",
        ),
    )

"""Minimum quantity: deals of fewer units cannot be registered."""

from dealreg.policy.builders import Condition, Part, field, requirement

__all__ = ["minimum_quantity"]


def minimum_quantity(
    units: int,
    *,
    over: bool = False,
    of: str = "quantity",
    unless: Condition | None = None,
    code: str = "BELOW_MINIMUM",
    tell: str | None = None,
) -> tuple[Part, ...]:
    """The deal must be of so many units.

    Args:
        units: the floor, in whatever the field counts: devices, agents, seats.
        over: there must be more than that; else at least that many.
        of: the integer field.
        unless: an alternative that also does, such as a roll-out exception.
        code: the reason code.
        tell: what a partner may be told; None for a sentence with the floor.

    Rule shape: RS-05 (minimum value or volume).

    Sources:
        Gumdrop Cases, Deal Registration Program Terms and Conditions (100 units, roll-outs
        excepted), https://www.gumdropcases.com/pages/deal-terms-and-conditions/; Jabra Assured
        Services Deal Registration 2016 T&C (UK & Ireland) (250 agents or more),
        https://www.emea.jabra.com/c/uk/assured-partner/terms; Yealink Project Registration (a
        floor per product class, in one order),
        https://app.smartsheet.com/b/form/9c0a795fc4444037924592d764313b0d.

    Left open: what is added up (an order, a product, the whole opportunity): the field says it.

    >>> from dealreg import contest, field
    >>> rule = minimum_quantity(100, unless=field("stage") == "roll_out")
    >>> contest("discount", rule).requires[0].tell
    'The deal must be of at least 100 units.'
    """
    rule = field(of) > units if over else field(of) >= units
    told = f"The deal must be of {'more than' if over else 'at least'} {units} units."
    return (
        requirement(
            code, rule if unless is None else rule | unless, told if tell is None else tell
        ),
    )

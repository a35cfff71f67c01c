"""Which facts may change, by whom, and what the caller counts for it."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Final, TypeAlias

import attrs

from dealreg.errors import UsageError, shown, suggestion
from dealreg.facts.fields import Field, FieldType, Source, Subject
from dealreg.facts.values import Value, decimal
from dealreg.facts.vocabulary import Vocabulary
from dealreg.outcome.counterfactual import Mover

__all__ = ["Costs", "Terms", "terms_of"]

Amount: TypeAlias = int | Decimal | Fraction
Price: TypeAlias = Amount | Callable[[Value | None, Value], Amount]
Costs: TypeAlias = Mapping[str, Price]
"""For each field by name: the price of a step, or a function of the value before and after."""

_FIXED: Final = frozenset(
    {"registration_id", "partner_id", "opportunity_id", "customer_id", "asked_at", "currency"}
)
"""What says which record it is, or follows from another fact: it cannot be changed at all."""


@attrs.frozen(eq=False)
class Terms:
    """On which terms facts may change.

    Attributes:
        movers: who may change what, by field; where it is not said, the default of the field.
        by: whose changes count.
        costs: what changes cost.
    """

    movers: Mapping[str, Mover]
    by: frozenset[Mover]
    costs: Costs

    def mover(self, field: Field) -> Mover:
        """Who can change a field.

        By default the partner what the applicant supplies, the vendor what it records of the
        partner; nobody instants, and what is known of the customer and the opportunity.
        """
        if field.name in self.movers:
            return self.movers[field.name]
        apart = field.subject in (Subject.CUSTOMER, Subject.OPPORTUNITY)
        if not field.changes or apart or field.type is FieldType.INSTANT or field.name in _FIXED:
            return Mover.NOBODY
        return Mover.PARTNER if field.source is Source.APPLICANT else Mover.VENDOR

    def allows(self, field: Field) -> bool:
        """Whether a field may change here."""
        return field.derived is None and self.mover(field) in self.by - {Mover.NOBODY}

    def cost(self, field: Field, before: Value | None, after: Value) -> Fraction:
        """What a change costs.

        Raises:
            UsageError: when the caller's function gives no price.
        """
        price = self.costs.get(field.name, 1)
        if callable(price):
            return _price(field.name, price(before, after))
        return _price(field.name, price) * _steps(field, before, after)


def terms_of(
    vocabulary: Vocabulary,
    changeable: Mapping[str, Mover | str] | None,
    by: Iterable[Mover | str],
    costs: Costs | None,
) -> Terms:
    """The terms, checked.

    Raises:
        UsageError: for a field that is not there or can never change, or no price.
    """
    given, prices = dict(changeable or {}), dict(costs or {})
    for name in (*given, *prices):
        field = vocabulary.get(name)
        if field is None:
            raise UsageError(
                f"there is no field {shown(name)}",
                value=name,
                hint=suggestion(name, vocabulary.names()),
            )
        fixed = name in _FIXED or field.derived is not None
        if fixed and name in given and Mover(given[name]) is not Mover.NOBODY:
            raise UsageError(
                f"{shown(name)} cannot change: it says which record it is, or follows from others",
                value=name,
                hint="name fields that are supplied",
            )
    for name, price in prices.items():
        if not callable(price):
            _price(name, price)
    return Terms(
        {name: Mover(mover) for name, mover in given.items()},
        frozenset(map(Mover, by)),
        prices,
    )


def _price(name: str, price: object) -> Fraction:
    made = price if isinstance(price, Fraction) else Fraction(decimal(price))  # type: ignore[arg-type]
    if made < 0:
        raise UsageError(
            f"a change of {shown(name)} costs {shown(str(price))}, which is less than nothing",
            value=price,
            hint="give a price of 0 or more",
        )
    return made


def _steps(field: Field, before: Value | None, after: Value) -> int:
    """How many steps a change takes: levels, texts of a set; of all other values one."""
    if isinstance(after, frozenset):
        had = before if isinstance(before, frozenset) else frozenset()
        return max(1, len(had ^ after))
    if field.levels and isinstance(before, str) and before in field.levels:
        return max(1, abs(field.levels.index(str(after)) - field.levels.index(before)))
    return 1

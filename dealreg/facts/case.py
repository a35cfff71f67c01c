"""Facts: all that is known of a set of registrations, in one value."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar, TypeVar

import attrs

from dealreg.errors import FactsError, FactsErrors, UsageError, shown
from dealreg.facts.holdings import Holding
from dealreg.facts.records import EndCustomer, Opportunity, Partner, Registration, Ruling
from dealreg.facts.values import as_tuple

__all__ = ["Facts"]

T = TypeVar("T", Registration, Partner, EndCustomer, Opportunity, Ruling, Holding)


def _unique(
    kind: type[T], key: Callable[[T], tuple[object, ...]], records: Iterable[T]
) -> tuple[T, ...]:
    by_key: dict[tuple[object, ...], T] = {}
    problems: list[FactsError] = []
    for record in as_tuple(records):
        if not isinstance(record, kind):
            raise UsageError(
                f"{shown(record)} is not a {kind.__name__}",
                value=record,
                hint=f"give {kind.__name__} values",
            )
        first = by_key.setdefault(key(record), record)
        if first != record:
            problems.append(_clash(first, record, str(key(record)[0])))
    if problems:
        raise FactsErrors(problems)
    return tuple(by_key[place] for place in sorted(by_key, key=_sortable))


def _registrations(records: Iterable[Registration]) -> tuple[Registration, ...]:
    return _unique(Registration, lambda each: (each.registration_id,), records)


def _partners(records: Iterable[Partner]) -> tuple[Partner, ...]:
    return _unique(Partner, lambda each: (each.partner_id,), records)


def _customers(records: Iterable[EndCustomer]) -> tuple[EndCustomer, ...]:
    return _unique(EndCustomer, lambda each: (each.customer_id,), records)


def _opportunities(records: Iterable[Opportunity]) -> tuple[Opportunity, ...]:
    return _unique(Opportunity, lambda each: (each.opportunity_id,), records)


def _rulings(records: Iterable[Ruling]) -> tuple[Ruling, ...]:
    return _unique(Ruling, lambda e: (e.registration_id, e.benefit, e.decided_at), records)


def _holdings(records: Iterable[Holding]) -> tuple[Holding, ...]:
    return _unique(
        Holding, lambda e: (e.registration_id, e.benefit, e.line or "", e.since), records
    )


def _sortable(key: tuple[object, ...]) -> tuple[str, ...]:
    return tuple(str(part) for part in key)


def _clash(first: Any, second: Any, identifier: str) -> FactsError:
    fields: Sequence[attrs.Attribute[Any]] = attrs.fields(type(first))
    differ = [a.name for a in fields if getattr(first, a.name) != getattr(second, a.name)]
    what = type(first).__name__.lower()
    return FactsError(
        f"two different records of {what} {shown(identifier)}: they differ in {', '.join(differ)}",
        place=f"{what} {identifier}",
        value=identifier,
        hint="keep one of them, or give them different identifiers",
    )


@attrs.frozen(kw_only=True)
class Facts:
    """Registrations, what is known of those they name, and what was awarded before.

    Each may be given in any order and any iterable; identical repetitions count once. A partner,
    customer or opportunity that is not given is unknown, and predicates about it are unknown.

    Raises:
        FactsErrors: when one identifier has two different contents.
        UsageError: when something else than the right records is given.

    >>> facts = Facts(registrations=[Registration(
    ...     registration_id="R1", partner_id="P1", opportunity_id="O1",
    ...     submitted_at="2026-03-01T09:00Z")])
    >>> facts.registrations[0].partner_id
    'P1'
    """

    tag: ClassVar[str] = "facts"

    registrations: tuple[Registration, ...] = attrs.field(default=(), converter=_registrations)
    partners: tuple[Partner, ...] = attrs.field(default=(), converter=_partners)
    customers: tuple[EndCustomer, ...] = attrs.field(default=(), converter=_customers)
    opportunities: tuple[Opportunity, ...] = attrs.field(default=(), converter=_opportunities)
    rulings: tuple[Ruling, ...] = attrs.field(default=(), converter=_rulings)
    holdings: tuple[Holding, ...] = attrs.field(default=(), converter=_holdings)

"""Representative values of a fact: some from every stretch between the constants it meets.

A field matters only through comparisons with constants and, where it orders, with the same field
of a rival. Two values of every stretch are enough for two registrations.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import chain, combinations, count, islice, pairwise, product
from math import prod
from typing import Any, Final

from dealreg.analysis.readings import Readings, Variable
from dealreg.facts.fields import Field, FieldType, Inside, Same
from dealreg.facts.records import Status
from dealreg.facts.values import Money, Value

__all__ = ["MOST_SETS", "MOST_TEXTS", "RIVAL", "SELF", "crowded_sets", "domain", "linked_texts"]

SELF: Final = "@self"
RIVAL: Final = "@rival"
"""Texts that stand for the partner of a registration, and the partner of the other one."""

MOST_TEXTS: Final = 10
"""Where sets are compared with each other, every set of so many named texts is tried; of more, the
small sets, the large ones, and those that conditions tell apart."""

MOST_SETS: Final = 3**7
"""So many ways in which a set can have all, some or none of the texts named together are tried."""

_COMPARED: Final = "accreditations"
"""The set of which an axiom asks whether more of it is better: sets that go up by one are tried."""

_TICK: Final = timedelta(microseconds=1)
_LIVE: Final = (Status.SUBMITTED, Status.UNDER_REVIEW, Status.APPROVED, Status.CONVERTED)


def _fresh(named: Collection[str], many: int = 1) -> list[str]:
    """Texts that nobody names."""
    tried = chain(("other", "another"), (f"other {number}" for number in count(2)))
    return list(islice((each for each in tried if each not in named), many))


def linked_texts(found: Readings) -> Mapping[str, frozenset[str]]:
    """For each text or set that is compared with another field, all texts of such fields."""
    groups: list[set[str]] = []
    for field in found.fields.values():
        match field.derived:
            case Same(left, right) | Inside(left, right):
                joined = [group for group in groups if group & {left, right}]
                groups = [group for group in groups if not group & {left, right}]
                groups.append({left, right}.union(*joined))
            case _:
                pass
    texts: dict[str, frozenset[str]] = {}
    for group in groups:
        named = {str(each) for name in group for each in found.constants.get(name, ())}
        named |= {text for name in group for text in found.sets.get(name, ())}
        if group & {"partner_id", "filed_by", "partner_group"}:
            named |= {SELF, RIVAL}
        made = frozenset(named | set(_fresh(named, 2)))
        texts.update(dict.fromkeys(group, made))
    return texts


def domain(
    found: Readings,
    variable: Variable,
    texts: Mapping[str, frozenset[str]],
    *,
    ordering: bool = False,
    currencies: Iterable[str] = (),
) -> tuple[Value | None, ...]:
    """The values to try of a variable that is no instant, the plainest first, None for missing."""
    if variable.subject == "external":
        return (True, False, None)
    field = found.fields[variable.name]
    constants = found.constants.get(variable.name, [])
    if field.name == "status":
        return tuple(each.value for each in _LIVE)
    values = _values(field, constants, found, texts, ordering=ordering, currencies=currencies)
    distinct = {(type(each).__name__, each): each for each in values}
    return (*distinct.values(), None)


def _values(
    field: Field,
    constants: Sequence[Any],
    found: Readings,
    texts: Mapping[str, frozenset[str]],
    *,
    ordering: bool,
    currencies: Iterable[str],
) -> Iterator[Value]:
    match field.type:
        case FieldType.BOOL:
            yield from (True, False)
        case FieldType.ORDINAL:
            yield from field.levels
        case FieldType.TEXT:
            named = sorted({*map(str, constants), *texts.get(field.name, ())})
            yield from named
            yield from _fresh(named)
        case FieldType.TEXT_SET:
            named = sorted(found.sets.get(field.name, set()) | set(texts.get(field.name, ())))
            if ordering or field.name in texts or field.name == _COMPARED:
                yield from _sets([*named, *(() if field.name in texts else _fresh(named))])
            yield from _told_apart(sorted(found.together.get(field.name, ()), key=sorted))
        case FieldType.MONEY:
            asked = found.constants.get("currency", ()) if field.name == "amount" else ()
            used = sorted({each.currency for each in constants} | set(currencies) | set(asked))
            for currency in used or ["EUR"]:
                mine = [each.amount for each in constants if each.currency == currency]
                yield from (Money(a, currency) for a in _numbers(mine, Decimal(1), ordering))
            yield Money(1, next(c for c in ("XTS", "XXX", "XAU") if c not in used))
        case FieldType.DATE:
            yield from _numbers(constants or [date(2026, 6, 1)], timedelta(days=1), ordering)
        case FieldType.DURATION:
            yield from _numbers(constants or [timedelta(days=1)], _TICK, ordering)
        case FieldType.INTEGER | FieldType.DECIMAL:
            yield from _numbers(constants, 1, ordering)
        case FieldType.INSTANT:
            raise AssertionError("instants are chosen together")


def _sets(texts: Sequence[str]) -> Iterator[frozenset[str]]:
    whole = len(texts)
    sizes: Iterable[int] = range(whole, -1, -1)
    if whole > MOST_TEXTS:
        sizes = (whole, whole - 1, 2, 1, 0)
    for size in sizes:
        for chosen in combinations(texts, size):
            yield frozenset(chosen)


def crowded_sets(found: Readings) -> frozenset[str]:
    """The sets of texts that can be in more ways than are tried."""
    linked = linked_texts(found)
    return frozenset(
        name
        for name, named in found.sets.items()
        if (name in linked and len({*named, *linked[name]}) > MOST_TEXTS)
        or prod(map(len, _ways(found.together.get(name, ())))) > MOST_SETS
    )


def _cells(named: Collection[frozenset[str]]) -> list[list[str]]:
    """The texts that are named, those together that the same conditions name."""
    order = sorted(named, key=sorted)
    cells: dict[tuple[bool, ...], list[str]] = {}
    for text in sorted(frozenset().union(*named)):
        cells.setdefault(tuple(text in each for each in order), []).append(text)
    return list(cells.values())


def _ways(named: Collection[frozenset[str]]) -> list[list[list[str]]]:
    """How a set can have the texts named together, and those that nobody names."""
    return [
        [each, [], *([each[:1]] if len(each) > 1 else [])]
        for each in (*_cells(named), _fresh(frozenset().union(*named)))
    ]


def _told_apart(named: Collection[frozenset[str]]) -> list[frozenset[str]]:
    """Sets that conditions tell apart: which has all of what each names, some of it, nothing else.

    Of texts that the same conditions name, it matters only whether a set has all, some or none.
    """
    smallest: dict[tuple[tuple[bool, bool, bool], ...], frozenset[str]] = {}
    for chosen in islice(product(*_ways(named)), MOST_SETS):
        one = frozenset(text for part in chosen for text in part)
        alike = tuple((one >= each, not one.isdisjoint(each), one <= each) for each in named)
        if len(one) < len(smallest.setdefault(alike, one)):
            smallest[alike] = one
    return list(smallest.values())


def _numbers(constants: Sequence[Any], step: Any, ordering: bool) -> Iterator[Any]:  # noqa: FBT001
    """Each constant, and one or two values of every stretch below, between and above them."""
    points = sorted(set(constants))
    if not points:
        yield from (1, 2) if ordering else (1,)
        return
    yield from points
    for low, high in pairwise(points):
        yield from _between(low, high, step, ordering)
    yield points[-1] + step
    yield points[0] - step
    if ordering:
        yield points[-1] + 2 * step
        yield points[0] - 2 * step


def _between(low: Any, high: Any, step: Any, ordering: bool) -> Iterator[Any]:  # noqa: FBT001
    whole = isinstance(low, date) or (isinstance(low, int) and isinstance(high, int))
    if whole or isinstance(low, timedelta):
        inside = [low + step, low + 2 * step]
    else:
        third = (Decimal(high) - Decimal(low)).quantize(_grain(low, high)) / 4
        inside = [low + third, low + 2 * third]
    yield from (each for each in inside[: 2 if ordering else 1] if low < each < high)


def _grain(*values: Any) -> Decimal:
    exponents = [Decimal(each).as_tuple().exponent for each in values]
    places = min(each for each in exponents if isinstance(each, int))
    return Decimal((0, (1,), min(places, 0) - 1))

"""Which registrations have to be decided together, and which count each other (H-8).

A cell holds all registrations that share a value of a scope's keys, directly or through others,
by any benefit of any version. It may hold more than compete; it never holds fewer.
"""

from collections.abc import Hashable, Iterable, Iterator
from datetime import datetime
from typing import Final, TypeAlias

import attrs

from dealreg.facts.fields import SinceEnded, Tally
from dealreg.facts.holdings import Holding
from dealreg.facts.records import ENDED, Registration
from dealreg.facts.view import View
from dealreg.history.horizon import tallies
from dealreg.outcome.decision import Deadlock, Referral, Standing
from dealreg.policy.policies import Policy

__all__ = ["Cell", "Grouping", "Place"]

Place: TypeAlias = tuple[str, str, str | None]
"""A standing's place: registration, benefit, line."""

_Key: TypeAlias = tuple[Hashable, ...]


_SETS: Final = ("active", "retired", "won", "noticed")
_MAPS: Final = ("standings", "conflicts", "governs", "held", "past", "turns", "deadlocks")


@attrs.define(eq=False)
class Cell:
    """Registrations that are decided together, and what was decided last.

    Attributes:
        name: the lowest identifier of its registrations, for a stable order.
        active: those that are decided; the others have ended and change nothing.
        won: those that have ended by being won.
        standings: by place, as last decided.
        conflicts: by place, the values of the scope's keys.
        governs: by registration and benefit, the version of the rules whose contest decided.
        held: holdings that last, by place.
        past: the last holding that ended, by place.
        noticed: what clocks have said already.
        turns: by active registration, the next instant at which it may change by itself.
        wakes: when the cell has to be looked at again.
        settled: whether places in a queue and reasons are those of a decision of the whole cell.
    """

    name: str
    active: set[str] = attrs.field(factory=set)
    retired: set[str] = attrs.field(factory=set)
    won: set[str] = attrs.field(factory=set)
    standings: dict[Place, Standing] = attrs.field(factory=dict)
    conflicts: dict[Place, tuple[str, ...]] = attrs.field(factory=dict)
    governs: dict[str, dict[str, Policy]] = attrs.field(factory=dict)
    held: dict[Place, Holding] = attrs.field(factory=dict)
    past: dict[Place, Holding] = attrs.field(factory=dict)
    noticed: set[tuple[str, str, str, datetime]] = attrs.field(factory=set)
    referrals: tuple[Referral, ...] = ()
    deadlocks: dict[Place, Deadlock] = attrs.field(factory=dict)
    live: frozenset[str] = frozenset()
    turns: dict[str, datetime | None] = attrs.field(factory=dict)
    wakes: datetime | None = None
    settled: bool = True

    def copy(self) -> "Cell":
        """The same cell, to go on apart from this one."""
        made = attrs.evolve(self)
        for name in (*_SETS, *_MAPS):
            setattr(made, name, getattr(self, name).copy())
        return made

    def take_in(self, other: "Cell") -> None:
        """Take in all that another cell holds, which is no more."""
        self.name = min(self.name, other.name)
        for name in _SETS:
            getattr(self, name).update(getattr(other, name))
        for name in _MAPS:
            getattr(self, name).update(getattr(other, name))
        self.referrals += other.referrals
        self.live |= other.live


@attrs.define(eq=False)
class Grouping:
    """The cells, and the index by which they are found."""

    policies: tuple[Policy, ...]
    cells: dict[str, Cell] = attrs.field(factory=dict)
    """By registration."""
    _scopes: tuple[tuple[str, ...], ...] = attrs.field(init=False)
    _counts: tuple[Tally | SinceEnded, ...] = attrs.field(init=False)
    _by_key: dict[_Key, str] = attrs.field(factory=dict, init=False)
    _counted: dict[_Key, set[str]] = attrs.field(factory=dict, init=False)
    _keys: dict[str, tuple[_Key, ...]] = attrs.field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        scopes = {c.scope.keys for policy in self.policies for c in policy.contests}
        self._scopes = tuple(sorted(scopes))
        found = dict.fromkeys(each for policy in self.policies for each in tallies(policy))
        self._counts = tuple(found)

    @property
    def counts(self) -> bool:
        """Whether registrations of different conflicts count each other at all."""
        return bool(self._counts)

    def copy(self) -> "Grouping":
        """The same grouping, to go on apart from this one."""
        made = Grouping(self.policies)
        copies = {id(cell): cell.copy() for cell in self.all_cells()}
        made.cells = {name: copies[id(cell)] for name, cell in self.cells.items()}
        made._by_key = dict(self._by_key)
        made._counted = {key: set(names) for key, names in self._counted.items()}
        made._keys = dict(self._keys)
        return made

    def all_cells(self) -> list[Cell]:
        """Every cell once, by name."""
        distinct = {id(cell): cell for cell in self.cells.values()}
        return sorted(distinct.values(), key=lambda cell: cell.name)

    def place(self, registration: Registration, views: Iterable[View]) -> Cell:
        """The cell of a registration as it now is; cells that it connects become one."""
        about = registration.registration_id
        seen = tuple(views)
        cell = self.cells.get(about)
        if cell is None:
            cell = self.cells[about] = Cell(about)
        for view in seen:
            for keys in self._scopes:
                cell = self._joined(cell, about, _values(view, registration, keys))
        cell.active.add(about)
        cell.retired.discard(about)
        if self._counts:
            self._count(registration, seen)
        return cell

    def index(self, registration: Registration, views: Iterable[View]) -> None:
        """Note by what a registration is found that is in a cell already."""
        about = registration.registration_id
        seen = tuple(views)
        for view in seen:
            for keys in self._scopes:
                key = _values(view, registration, keys)
                if key is not None:
                    self._by_key.setdefault(key, about)
        if self._counts:
            self._count(registration, seen)

    def _joined(self, cell: Cell, about: str, key: _Key | None) -> Cell:
        if key is None:
            return cell
        other_name = self._by_key.setdefault(key, about)
        other = self.cells[other_name]
        if other is cell:
            return cell
        larger, smaller = (cell, other) if _size(cell) > _size(other) else (other, cell)
        larger.take_in(smaller)
        for name in (*smaller.active, *smaller.retired, about):
            self.cells[name] = larger
        return larger

    def _count(self, registration: Registration, views: tuple[View, ...]) -> None:
        about = registration.registration_id
        for key in self._keys.get(about, ()):
            self._counted[key].discard(about)
        ended = registration.status in ENDED
        found: dict[_Key, None] = {}
        for view in views:
            for place, count in enumerate(self._counts):
                values = _values(view, registration, count.same)
                if values is not None:
                    found[place, ended, *values] = None
        self._keys[about] = tuple(found)
        for key in found:
            self._counted.setdefault(key, set()).add(about)

    def counted_with(self, about: str, *, ended: bool = True) -> Iterator[str]:
        """Those that a registration may count, or that may count it; live ones, or ended too."""
        for place, _, *values in self._keys.get(about, ()):
            yield from self._counted.get((place, False, *values), ())
            if ended and isinstance(self._counts[place], SinceEnded):  # type: ignore[call-overload]
                yield from self._counted.get((place, True, *values), ())


def _size(cell: Cell) -> int:
    return len(cell.active) + len(cell.retired)


def _values(view: View, registration: Registration, names: tuple[str, ...]) -> _Key | None:
    """The values by which registrations belong together; None where one is not known."""
    values = [view.read(registration, name) for name in names]
    if any(value is None for value in values):
        return None
    return (names, *(str(value) for value in values))

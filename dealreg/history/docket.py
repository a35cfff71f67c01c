"""The docket: what is known, who is decided together, and deciding it (spec clauses H-3 to H-9).

It knows nothing of the order of time: `dealreg/history/engine.py` says what happens when.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain

import attrs

from dealreg.deciders.deciding import Externals, answered
from dealreg.deciders.reference.decide import found_deadlocks, run_quietly
from dealreg.deciders.reference.governing import Rules
from dealreg.facts.case import Facts
from dealreg.facts.events import EVENT_RULES, Event, EventKind, takes_effect
from dealreg.facts.fields import Subject
from dealreg.facts.holdings import Holding
from dealreg.facts.records import Registration
from dealreg.facts.view import Record, View
from dealreg.history.grouping import Cell, Grouping
from dealreg.history.horizon import TICK, ages, aging, dates_in, pending
from dealreg.history.ledger import Ledger
from dealreg.history.settling import Entry, adopt, entry_order, notices, refused_for, retire, settle
from dealreg.outcome.timeline import FoundDeadlock, Notice, NoticeKind
from dealreg.policy.paths import contest_path
from dealreg.policy.policies import Policy, PolicyBook

__all__ = ["Docket"]


@attrs.define(eq=False)
class Docket:
    """The ledger of facts, the cells of registrations, and what was decided of them."""

    rules: Policy | PolicyBook
    externals: Externals
    ledger: Ledger
    grouping: Grouping = attrs.field(init=False)
    _named_by: dict[tuple[Subject, str], set[str]] = attrs.field(factory=dict, init=False)
    _dates: dict[tuple[Subject, str], tuple[Record, tuple[datetime, ...]]] = attrs.field(
        factory=dict, init=False
    )

    @grouping.default
    def _no_cells(self) -> Grouping:
        return Grouping(self.policies)

    @property
    def policies(self) -> tuple[Policy, ...]:
        """Every version of the rules, oldest first."""
        if isinstance(self.rules, Policy):
            return (self.rules,)
        return tuple(edition.policy for edition in self.rules.editions)

    def copy(self) -> "Docket":
        """The same docket, to go on apart from this one."""
        made = Docket(self.rules, self.externals, self.ledger.copy())
        made.grouping = self.grouping.copy()
        made._named_by.update({key: set(names) for key, names in self._named_by.items()})
        made._dates.update(self._dates)
        return made

    def apply(self, event: Event, at: datetime) -> tuple[set[str], Notice | None]:
        """Bring the ledger up to date with an event.

        The registrations that have to be looked at for it, and a notice, if an extension is not
        given because somebody waits.

        Raises:
            FactsError: when it cannot have happened; nothing has changed.
        """
        refused = self._refused(event)
        if refused is not None:
            event = attrs.evolve(event, kind=EventKind.EXTENSION_REFUSED, facts={})
        self.ledger.apply(event)
        subject = EVENT_RULES[event.kind].subject
        if subject is Subject.REGISTRATION:
            return self.place(self.ledger.registrations[event.about], at), refused
        touched: set[str] = set()
        for name in sorted(self._named_by.get((subject, event.about), ())):
            if name in self.grouping.cells[name].active:
                touched |= self.place(self.ledger.registrations[name], at)
        return touched, refused

    def _refused(self, event: Event) -> Notice | None:
        """The notice that an extension is not given because somebody waits (K-4)."""
        cell = self.grouping.cells.get(event.about)
        benefit = None if cell is None else refused_for(self.policies, cell, event)
        if benefit is None:
            return None
        return Notice(
            at=takes_effect(event),
            kind=NoticeKind.EXTENSION_REFUSED,
            registration_id=event.about,
            partner_id=self.ledger.registrations[event.about].partner_id,
            benefit=benefit,
            clause=contest_path(benefit, "period.extension"),
        )

    def place(self, registration: Registration, at: datetime) -> set[str]:
        """Put a registration where it belongs as it now is; who has to be looked at for it."""
        about = registration.registration_id
        touched = {about, *self._counted_with(about)}
        facts = self.ledger.facts_about([registration])
        views = [
            View(facts, at, policy.vocabulary(), {c.name: c for c in policy.calendars})
            for policy in self.policies
        ]
        self.grouping.place(registration, views)
        for place in self.ledger.linked(registration):
            self._named_by.setdefault(place, set()).add(about)
        return touched | self._counted_with(about)

    def _counted_with(self, about: str) -> set[str]:
        return set(self.grouping.counted_with(about)) if self.grouping.counts else set()

    def cells_of(self, names: Iterable[str]) -> dict[int, Cell]:
        """The cells of registrations, each once."""
        return {id(cell): cell for cell in map(self.grouping.cells.__getitem__, names)}

    def asked_of(self, cell: Cell, at: datetime) -> Rules:
        """The rules as of an instant, asked of the registrations of a cell."""
        known = self.ledger.registrations
        members = {name: known[name] for name in cell.active}
        first = min((each.submitted_at for each in members.values()), default=at)
        for name in cell.won:  # a won deal closes for those that were submitted before
            if (known[name].ended_at or at) > first:
                members[name] = known[name]
        counted = {name: known[name] for each in members for name in self._counted_with(each)}
        facts = self.ledger.facts_about((counted | members).values(), holdings_of(cell))
        answers = answered(self.rules, facts, self.externals)
        asked = tuple(members[name] for name in sorted(members))
        return attrs.evolve(Rules.of(self.rules, facts, at, answers), registrations=asked)

    def settle(self, at: datetime, cells: dict[int, Cell], because: tuple[str, ...]) -> list[Entry]:
        """Decide the cells, and those that count what changed in them; what there is to tell."""
        waiting = dict(cells)
        told: list[Entry] = []
        while waiting:
            cell = waiting.pop(min(waiting, key=lambda each: waiting[each].name))
            rules = self.asked_of(cell, at)
            run = run_quietly(rules)
            settled = settle(cell, run, at, because)
            if settled.moved:
                rules = self.asked_of(cell, at)
                run = run_quietly(rules)
                adopt(cell, run)
            cell.referrals = tuple(run.referrals)
            before, cell.deadlocks = set(cell.deadlocks), tuple(found_deadlocks(run))
            told += settled.entries
            told += notices(cell, rules, at)
            told += (
                FoundDeadlock(since=at, deadlock=each)
                for each in cell.deadlocks
                if each not in before
            )
            for name in chain.from_iterable(map(self._counted_with, settled.turned)):
                other = self.grouping.cells[name]
                if other is not cell and name in other.active:
                    waiting[id(other)] = other
            retire(cell, rules)
            cell.wakes = self._horizon(cell, rules, at)
        return sorted(told, key=entry_order)

    def _horizon(self, cell: Cell, rules: Rules, at: datetime) -> datetime | None:
        """When a cell has to be looked at again, if nothing happens before; None for never."""
        return min((each for each in self._turns(cell, rules) if each > at), default=None)

    def _turns(self, cell: Cell, rules: Rules) -> Iterator[datetime]:
        for standing in cell.standings.values():
            if standing.provisional_until is not None:
                yield standing.provisional_until + TICK
        members = [self.ledger.registrations[name] for name in cell.active]
        for policy in rules.versions:
            view = rules.views[policy]
            old = aging(policy)
            for member in members:
                yield from (each.at for each in pending(view, policy, member))
                for field in old:
                    yield from ages(view, field, member)
        for member in members:
            yield from self._dates_of(Subject.REGISTRATION, member.registration_id)
            for subject, name in self.ledger.linked(member):
                yield from self._dates_of(subject, name)

    def _dates_of(self, subject: Subject, name: str) -> tuple[datetime, ...]:
        record = self.ledger.record(subject, name)
        if record is None:
            return ()
        kept = self._dates.get((subject, name))
        if kept is None or kept[0] is not record:
            kept = self._dates[subject, name] = (record, dates_in(record))
        return kept[1]

    def facts(self) -> Facts:
        """All facts, with what is held."""
        cells = self.grouping.all_cells()
        return self.ledger.facts([held for cell in cells for held in holdings_of(cell)])


def holdings_of(cell: Cell) -> list[Holding]:
    """The holdings that last, and of the others the last of each place."""
    ended = [held for place, held in cell.past.items() if place not in cell.held]
    return [*cell.held.values(), *ended]

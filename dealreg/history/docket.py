"""The docket: what is known, who is decided together, and deciding it (spec clauses H-3 to H-9).

It knows nothing of the order of time: `dealreg/history/engine.py` says what happens when.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import chain

import attrs

from dealreg.deciders.compiling import Compiled, compiled
from dealreg.deciders.deciding import Externals, answered
from dealreg.deciders.reference.decide import found_deadlocks
from dealreg.deciders.reference.governing import Rules
from dealreg.deciders.reference.run import Run
from dealreg.facts.case import Facts
from dealreg.facts.events import EVENT_RULES, Event, EventKind, takes_effect
from dealreg.facts.fields import Subject
from dealreg.facts.holdings import Holding
from dealreg.facts.records import Registration
from dealreg.facts.view import Record, View
from dealreg.history.grouping import Cell, Grouping
from dealreg.history.horizon import TICK, ages, aging, dates_in, pending
from dealreg.history.ledger import Ledger
from dealreg.history.sealing import beside, still_sealed
from dealreg.history.settling import (
    Entry,
    adopt,
    entry_order,
    leave_unplaced,
    notices,
    refused_for,
    retire,
    settle,
)
from dealreg.history.vacancies import vacancies
from dealreg.outcome.decision import Standing
from dealreg.outcome.timeline import EndedDeadlock, FoundDeadlock, Notice, NoticeKind
from dealreg.policy.paths import contest_path
from dealreg.policy.policies import Policy, PolicyBook
from dealreg.policy.stages import Award

__all__ = ["Docket", "holdings_of"]


@attrs.define(eq=False)
class Docket:
    """The ledger of facts, the cells of registrations, and what was decided of them."""

    rules: Policy | PolicyBook
    externals: Externals
    ledger: Ledger
    decider: Compiled = attrs.field(init=False)
    grouping: Grouping = attrs.field(init=False)
    _named_by: dict[tuple[Subject, str], set[str]] = attrs.field(factory=dict, init=False)
    _dates: dict[tuple[Subject, str], tuple[Record, tuple[datetime, ...]]] = attrs.field(
        factory=dict, init=False
    )

    def __attrs_post_init__(self) -> None:
        """Go by the rules as they were compiled before: what is the same thing compares at once."""
        self.rules = self.decider.rules

    @decider.default
    def _compiled(self) -> Compiled:
        return compiled(self.rules)

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
        """The notice that an extension is not given because somebody waits (H-7)."""
        at = takes_effect(event)
        cell = self.grouping.cells.get(event.about)
        if cell is None:
            return None
        benefit = refused_for(cell, event, lambda: self.asked_of(cell, at))
        if benefit is None:
            return None
        return Notice(
            at=at,
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
        self.grouping.place(registration, self._views(registration, at))
        for place in self.ledger.linked(registration):
            self._named_by.setdefault(place, set()).add(about)
        return touched | self._counted_with(about)

    def index(self, registration: Registration, at: datetime | None) -> None:
        """Note by what a registration is found that was placed before."""
        when = registration.submitted_at if at is None else at
        self.grouping.index(registration, self._views(registration, when))
        for place in self.ledger.linked(registration):
            self._named_by.setdefault(place, set()).add(registration.registration_id)

    def _views(self, registration: Registration, at: datetime) -> list[View]:
        facts = self.ledger.facts_about([registration])
        return [
            View(facts, at, policy.vocabulary(), {c.name: c for c in policy.calendars})
            for policy in self.policies
        ]

    def _counted_with(self, about: str) -> set[str]:
        return set(self.grouping.counted_with(about)) if self.grouping.counts else set()

    def due(self, cell: Cell, at: datetime) -> set[str]:
        """The registrations of a cell whose turn it is; all of it where a window closes."""
        found = {name for name, turn in cell.turns.items() if turn is not None and turn <= at}
        return found & cell.active or set(cell.active)

    def asked_of(self, cell: Cell, at: datetime, names: Iterable[str] | None = None) -> Rules:
        """The rules as of an instant, asked of the registrations of a cell, or of some of them."""
        known = self.ledger.registrations
        members = {name: known[name] for name in (cell.active if names is None else names)}
        first = min((each.submitted_at for each in members.values()), default=at)
        for name in cell.won:  # a won deal closes for those that were submitted before
            if (known[name].ended_at or at) > first:
                members[name] = known[name]
        counted = {name: known[name] for each in members for name in self._counted_with(each)}
        facts = self.ledger.facts_about((counted | members).values(), holdings_of(cell))
        answers = answered(self.rules, facts, self.externals)
        asked = tuple(members[name] for name in sorted(members))
        return attrs.evolve(Rules.of(self.rules, facts, at, answers), registrations=asked)

    def settle(
        self, at: datetime, causes: Mapping[str, Iterable[str]]
    ) -> tuple[list[Entry], list[Cell]]:
        """Decide the cells of the registrations that were touched, and those that count them.

        What there is to tell, and the cells that have to be looked at again at other instants.
        `causes` are the events that touched each registration; none where a clock did.
        """
        waiting: dict[int, Cell] = {}
        because: dict[int, set[str]] = {}
        for name, events in causes.items():
            cell = self.grouping.cells[name]
            waiting[id(cell)] = cell
            because.setdefault(id(cell), set()).update(events)
        names = {key: cell.active & causes.keys() for key, cell in waiting.items()}
        told: list[Entry] = []
        done: dict[int, Cell] = {}
        while waiting:
            cell = waiting.pop(min(waiting, key=lambda each: waiting[each].name))
            done[id(cell)] = cell
            events = because[id(cell)]
            cause = tuple(sorted(events))
            for name in self._settle(cell, names.pop(id(cell)), at, cause, told):
                other = self.grouping.cells[name]
                if other is not cell and name in other.active:
                    waiting[id(other)] = other
                    because.setdefault(id(other), set()).update(events)
                    names.setdefault(id(other), set()).add(name)
        return sorted(told, key=entry_order), list(done.values())

    def _settle(
        self,
        cell: Cell,
        touched: set[str],
        at: datetime,
        because: tuple[str, ...],
        told: list[Entry],
    ) -> set[str]:
        """Decide a cell, or of a crowded one as much as can change; who counts what changed."""
        rules, run = self._decided(cell, touched, at)
        settled = settle(cell, run, at, because)
        if settled.moved:
            rules = self.asked_of(cell, at)
            run = self.decider.run(rules)
            adopt(cell, run)
        asked = {member.registration_id for member in rules.registrations}
        cell.settled = cell.active <= asked
        if not cell.settled:
            leave_unplaced(cell, run)
        asked_before, cell.referrals = cell.referrals, tuple(run.referrals)
        told += settled.entries
        told += vacancies(cell, asked_before, at)
        told += notices(cell, rules, at, touched)
        told += _deadlocked(cell, run, self.decider, at, asked, because)
        retire(cell, rules)
        self._set_alarm(cell, rules, at, asked)
        return set(chain.from_iterable(map(self._counted_with, settled.turned)))

    def _decided(self, cell: Cell, touched: set[str], at: datetime) -> tuple[Rules, Run]:
        """The decision of a cell; of those only who can change, where nobody else can."""
        names = beside(cell, touched, self.policies, self.rules, self.ledger.registrations)
        if names is not None:
            rules = self.asked_of(cell, at, names & cell.active)
            run = self.decider.run(rules)
            if still_sealed(cell, run, touched, self.policies):
                return rules, run
        rules = self.asked_of(cell, at)
        return rules, self.decider.run(rules)

    def resettle(self, cell: Cell, at: datetime) -> None:
        """Bring places in a queue up to date that were left as they were."""
        if not cell.settled:
            run = self.decider.run(self.asked_of(cell, at))
            adopt(cell, run)
            cell.settled = True

    def _set_alarm(self, cell: Cell, rules: Rules, at: datetime, asked: set[str]) -> None:
        """Note when a cell has to be looked at again, if nothing happens before."""
        for name in cell.active & asked if cell.turns else cell.active:
            member = self.ledger.registrations[name]
            later = (each for each in self._turns(member, rules) if each > at)
            cell.turns[name] = min(later, default=None)
        soonest = [cell.turns[name] for name in cell.active]
        soonest += [
            standing.provisional_until + TICK
            for standing in cell.standings.values()
            if standing.provisional_until is not None and standing.provisional_until >= at
        ]
        cell.wakes = min((each for each in soonest if each is not None), default=None)

    def _turns(self, member: Registration, rules: Rules) -> Iterator[datetime]:
        """The instants at which a registration may come to stand otherwise by itself."""
        for policy in rules.versions:
            view = rules.views[policy]
            yield from (each.at for each in pending(view, policy, member))
            for field in aging(policy):
                yield from ages(view, field, member)
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

    def standings_of(self, about: str) -> tuple[Standing, ...]:
        """The standings of a registration as last decided, by benefit and line."""
        cell = self.grouping.cells.get(about)
        if cell is None:
            return ()
        contests = [contest for policy in self.policies for contest in policy.contests]
        if any(contest.scope.award is Award.BY_LINE for contest in contests):
            found = (s for (name, *_), s in cell.standings.items() if name == about)
        else:
            benefits = {contest.benefit for contest in contests}
            places = ((about, benefit, None) for benefit in benefits)
            found = (cell.standings[place] for place in places if place in cell.standings)
        return tuple(sorted(found, key=lambda each: (each.benefit, each.line or "")))

    def facts(self) -> Facts:
        """All facts, with what is held."""
        cells = self.grouping.all_cells()
        return self.ledger.facts([held for cell in cells for held in holdings_of(cell)])


def _deadlocked(
    cell: Cell,
    run: Run,
    decider: Compiled,
    at: datetime,
    asked: set[str],
    because: tuple[str, ...],
) -> Iterator[FoundDeadlock | EndedDeadlock]:
    """Note the deadlocks of the registrations that were asked about: the new, and the ended."""
    before = {place: each for place, each in cell.deadlocks.items() if place[0] in asked}
    for place in before:
        del cell.deadlocks[place]
    for each in found_deadlocks(run, decider.run):
        place = (each.blocked, each.benefit, each.line)
        cell.deadlocks[place] = each
        if before.pop(place, None) != each:
            yield FoundDeadlock(since=at, deadlock=each)
    for ended in before.values():
        yield EndedDeadlock(at=at, deadlock=ended, because=because)


def holdings_of(cell: Cell) -> list[Holding]:
    """The holdings that last, and of the others the last of each place."""
    ended = [held for place, held in cell.past.items() if place not in cell.held]
    return [*cell.held.values(), *ended]

"""A replay as the specification tells it, without any of what makes the engine quick.

At every event all registrations are decided by the reference, together; in between time goes by in
steps, and where two of them differ, the instant at which it changed is searched for. There are no
cells, no alarms, no newcomers decided by themselves, no compiled decider: what the engine of
`dealreg/history/` leaves out, this does not.
"""

from datetime import timedelta
from itertools import groupby
from typing import Final

import attrs

from dealreg.deciders.deciding import answered
from dealreg.deciders.reference.decide import decide_unchecked
from dealreg.deciders.reference.governing import Rules
from dealreg.errors import DealregError
from dealreg.facts.events import EventKind, event_order, takes_effect
from dealreg.facts.holdings import Holding
from dealreg.facts.records import ENDED
from dealreg.history import Replay
from dealreg.history.ledger import Ledger
from dealreg.outcome.decision import StandingKind
from dealreg.outcome.timeline import HeldPeriod
from dealreg.policy.clocks import GrantedBy, IfWaiting
from dealreg.policy.contests import final_field
from dealreg.policy.stages import Award

TICK: Final = timedelta(microseconds=1)
SHORTEST: Final = timedelta(hours=13)
"""The shortest step: no divisor of a day, so that clocks seldom end in step with it."""

AFTER: Final = timedelta(days=130)
"""How long is looked on after the last event."""

STEPS: Final = 100
"""Into how many steps the time of a history is parted at most."""


@attrs.define(eq=False)
class Stepwise:
    """The state of a replay: the facts as told so far, and who holds what."""

    rules: object
    externals: object
    ledger: Ledger
    held: dict = attrs.field(factory=dict)
    past: dict = attrs.field(factory=dict)
    last: dict = attrs.field(factory=dict)
    periods: list = attrs.field(factory=list)

    def facts(self):
        """All facts, with what is and was held."""
        past = [each for place, each in self.past.items() if place not in self.held]
        return self.ledger.facts([*self.held.values(), *past])

    def decided(self, at):
        """The standings of all at an instant, by place."""
        facts = self.facts()
        answers = answered(self.rules, facts, self.externals)
        run = decide_unchecked(self.rules, facts, at, answers)
        return {(s.registration_id, s.benefit, s.line): s for s in run.standings}

    def differs(self, at):
        """Whether anything stands otherwise at an instant than as last decided."""
        found = self.decided(at)
        if {place: told(each) for place, each in found.items()} != {
            place: told(each) for place, each in self.last.items()
        }:
            return True
        rules = self.asked(at)
        return any(
            place not in self.held and self.final(rules, found, each) is not False
            for place, each in found.items()
        )

    def asked(self, at):
        """The rules as of an instant."""
        facts = self.facts()
        return Rules.of(self.rules, facts, at, answered(self.rules, facts, self.externals))

    def settle(self, at):
        """Decide everything at an instant: what is held no more ends, what is final is held."""
        found, rules = self.decided(at), self.asked(at)
        moved = False
        for place, held in list(self.held.items()):
            now = found.get(place)
            if now is None or now.kind is not StandingKind.GRANTED:
                code = "NOT_CLAIMED" if now is None else now.code
                del self.held[place]
                self.past[place] = attrs.evolve(held, until=at, ended_by=code)
                self.periods.append((*place, held.since, at, code))
                moved = True
        for place, standing in found.items():
            lines = self.final(rules, found, standing)
            if place not in self.held and lines is not False:
                self.held[place] = holding(standing, lines, at)
                moved = True
        self.widen(rules)
        self.last = self.decided(at) if moved else found

    def final(self, rules, found, standing):
        """The lines for which an award is final, None for all; False where it is not final."""
        if standing.kind is not StandingKind.GRANTED or standing.provisional_until is not None:
            return False
        mine = (standing.registration_id, standing.benefit, standing.line)
        key = self.conflict(rules, mine)
        members = [
            self.ledger.registrations[place[0]]
            for place in found
            if place[1:] == mine[1:] and self.conflict(rules, place) == key
        ]
        contest, policy = rules.lead(standing.benefit, members)
        member = self.ledger.registrations[standing.registration_id]
        if rules.views[policy].read(member, final_field(contest)) is None:
            return False
        scope, latest = rules.scope(standing.benefit)
        if scope.lines is None or scope.award is Award.BY_LINE:
            return None
        return latest.read(member, scope.lines) or None

    def widen(self, rules):
        """Let holders hold what they have added, as far as nobody else does."""
        for place, held in sorted(self.held.items(), key=lambda e: (e[1].since, e[0][0])):
            if held.lines is None:
                continue
            scope, latest = rules.scope(place[1])
            member = self.ledger.registrations[place[0]]
            lines = latest.read(member, scope.lines) if scope.lines else None
            if not lines or lines <= held.lines:
                continue
            key = self.conflict(rules, place)
            others = [
                other.lines
                for there, other in self.held.items()
                if there != place and there[1] == place[1] and self.conflict(rules, there) == key
            ]
            if None not in others:
                free = lines.difference(*others)
                self.held[place] = attrs.evolve(held, lines=held.lines | free)

    def conflict(self, rules, place):
        """What names the conflict of a registration."""
        scope, latest = rules.scope(place[1])
        member = self.ledger.registrations[place[0]]
        return tuple(str(latest.read(member, key)) for key in scope.keys)

    def refused(self, event, at):
        """Whether an extension is not given because somebody waits for the same (H-7)."""
        if event.kind not in (EventKind.EXTENSION_ASKED, EventKind.EXTENSION_GRANTED):
            return False
        if event.about not in self.ledger.registrations:
            return False
        rules = self.asked(at)
        for place, mine in self.last.items():
            if place[0] != event.about:
                continue
            policies = [p for p in rules.versions if p.version == mine.policy_version]
            contest = policies[0].contest(place[1]) if policies else None
            extension = contest and contest.period and contest.period.extension
            if not extension or extension.if_waiting is not IfWaiting.REFUSED:
                continue
            asking = extension.granted_by is GrantedBy.ASKING
            wanted = EventKind.EXTENSION_ASKED if asking else EventKind.EXTENSION_GRANTED
            if event.kind is wanted and any(self.waiting(rules, place)):
                return True
        return False

    def waiting(self, rules, place):
        """For each that waits in the same conflict, whether it wants the same."""
        scope, latest = rules.scope(place[1])
        members = self.ledger.registrations
        for there, standing in self.last.items():
            same = there[1:] == place[1:] and there[0] != place[0]
            if not same or standing.kind is not StandingKind.WAITING:
                continue
            if self.conflict(rules, there) != self.conflict(rules, place):
                continue
            if scope.lines is None or scope.award is Award.BY_LINE:
                yield True
                continue
            mine, theirs = (latest.read(members[each[0]], scope.lines) for each in (place, there))
            yield not mine or not theirs or bool(mine & theirs)

    def apply(self, event, at):
        """Bring the facts up to date; what cannot have happened is left out."""
        if self.refused(event, at):
            event = attrs.evolve(event, kind=EventKind.EXTENSION_REFUSED, facts={})
        try:
            self.ledger.apply(event)
        except DealregError:
            return


def holding(standing, lines, at):
    """What is held from now on, on the terms of the standing."""
    granted = standing.entitlement
    return Holding(
        registration_id=standing.registration_id,
        benefit=standing.benefit,
        line=standing.line,
        since=at,
        place=standing.place or 1,
        label=granted.label,
        percent=granted.percent,
        share=granted.share,
        lines=lines,
    )


def told(standing):
    """A standing without its place in the queue."""
    if standing.kind is StandingKind.WAITING:
        return attrs.evolve(standing, place=None)
    return standing


def stepwise(rules, history, *, until, externals, step):
    """Replay; yields each instant at which it stopped, with the replay as it then is."""
    replay = Stepwise(rules, externals, Ledger.of(history.known))
    events = sorted(history.events, key=event_order)
    starts = [each.effective_from for each in getattr(rules, "editions", ())]
    instants = sorted({takes_effect(event) for event in events} | {*starts} | {until})
    instants = [each for each in instants if each <= until]
    now = None
    for at in instants:
        if now is not None:
            yield from between(replay, now, at, step)
        replay.settle(at)
        here = [event for event in events if takes_effect(event) == at]
        for _, group in groupby(here, key=lambda event: event_order(event)[:2]):
            for event in group:
                replay.apply(event, at)
            replay.settle(at)
        now = at
        yield at, replay


def between(replay, since, to, step):
    """Let time go by from one instant to another, both excluded."""
    now = since
    while now < to - TICK:
        later = min(now + step, to - TICK)
        if not replay.differs(later):
            now = later
            yield now, replay
            continue
        low, high = now, later
        while high - low > TICK:
            middle = low + (high - low) // 2
            low, high = (low, middle) if replay.differs(middle) else (middle, high)
        replay.settle(high)
        now = high
        yield now, replay


def ended(replay, at):
    """Those that have ended: they stand as they did then, whatever is decided of them."""
    rules = replay.asked(at)
    if not rules.versions:
        return set()
    view = rules.views[rules.versions[-1]]
    members = replay.ledger.registrations.values()
    return {each.registration_id for each in members if view.status(each) in ENDED}


def difference(case):
    """Where the engine and this part, in words; None where they come to the same.

    Compared are the standings of all that have not ended, what is held and since when, at every
    instant at which anything changed and at every step between; and in the end all periods.
    """
    engine = Replay(case.rules, known=case.history.known, externals=case.externals)
    unfit = engine._unfit  # what is unfit is set aside before it counts
    events = [each for each in case.history.events if unfit(each) is None]
    arriving = sorted(events, key=lambda e: (e.known_at, takes_effect(e), e.event_id))
    counts = [takes_effect(each) for each in events]
    if not counts:
        return None
    until = max(counts) + AFTER
    step = max(SHORTEST, (until - min(counts)) / STEPS)
    history = attrs.evolve(case.history, events=events)
    asked = {"until": until, "externals": case.externals, "step": step}
    for at, replay in stepwise(case.rules, history, **asked):
        while arriving and arriving[0].known_at <= at:
            engine.feed(arriving.pop(0))
        engine.advance(at)
        state = engine.state(at)
        gone = ended(replay, at)
        mine = {(s.registration_id, s.benefit, s.line): s for s in state.standings}
        for place in sorted({*mine, *replay.last}, key=str):
            if place[0] not in gone and mine.get(place) != replay.last.get(place):
                return f"at {at}: {mine.get(place)}, and step by step {replay.last.get(place)}"
        held = {(*p, each.since) for p, each in replay.held.items()}
        if {(p.registration_id, p.benefit, p.line, p.since) for p in state.held} != held:
            return f"at {at}: {state.held} are held, and step by step {held}"
    periods = {
        (e.registration_id, e.benefit, e.line, e.since, e.until, e.ended_by)
        for e in engine.drain()
        if isinstance(e, HeldPeriod)
    }
    if periods != set(replay.periods):
        return f"held were {periods}, and step by step {replay.periods}"
    return None

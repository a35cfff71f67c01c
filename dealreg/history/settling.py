"""What a decision comes to in a replay: what is held from now on, what ended, what changed."""

from collections.abc import Callable, Container, Iterator, Mapping
from datetime import datetime
from typing import Any, Final, TypeAlias, assert_never

import attrs

from dealreg.deciders.reference.competing import compete
from dealreg.deciders.reference.governing import Rules
from dealreg.deciders.reference.run import Run
from dealreg.deciders.reference.stage import Stage
from dealreg.facts.events import Event, EventKind, takes_effect
from dealreg.facts.holdings import Holding
from dealreg.facts.records import ENDED, Registration, Status
from dealreg.history.grouping import Cell, Place
from dealreg.history.horizon import pending
from dealreg.outcome.decision import Standing, StandingKind
from dealreg.outcome.timeline import (
    EndedDeadlock,
    FoundDeadlock,
    HeldPeriod,
    Notice,
    NoticeKind,
    SetAside,
    Transition,
)
from dealreg.policy.clocks import GrantedBy, IfWaiting, Missed
from dealreg.policy.contests import final_field
from dealreg.policy.paths import contest_path
from dealreg.policy.policies import Policy
from dealreg.policy.stages import Award, Vacancy

__all__ = [
    "Entry",
    "Settled",
    "adopt",
    "entry_order",
    "governed",
    "leave_unplaced",
    "notices",
    "refused_for",
    "retire",
    "settle",
    "unplaced",
]

GRANTED = StandingKind.GRANTED

Entry: TypeAlias = Transition | HeldPeriod | Notice | FoundDeadlock | EndedDeadlock | SetAside
"""One thing that a replay has to tell."""

_RANK: Final = {
    Notice: 0,
    HeldPeriod: 1,
    Transition: 2,
    EndedDeadlock: 3,
    FoundDeadlock: 4,
    SetAside: 5,
}


def entry_order(entry: Entry) -> tuple[object, ...]:
    """The order in which things are told: by instant, then what ended before what began."""
    match entry:
        case Transition(at=at, after=after):
            about = (after.benefit, after.registration_id, after.line or "")
        case HeldPeriod(until=until, since=since):
            at = until or since
            about = (entry.benefit, entry.registration_id, entry.line or "")
        case Notice(at=at):
            about = (entry.benefit, entry.registration_id, f"{entry.clause} {entry.kind}")
        case FoundDeadlock(since=at, deadlock=deadlock) | EndedDeadlock(at=at, deadlock=deadlock):
            about = (deadlock.benefit, deadlock.blocked, deadlock.line or "")
        case SetAside(event=event):
            at, about = takes_effect(event), ("", event.event_id, "")
        case _:
            assert_never(entry)
    return at, _RANK[type(entry)], *about


@attrs.define(eq=False)
class Settled:
    """What a decision changed.

    Attributes:
        entries: what there is to tell.
        turned: the registrations that began or ceased to be live.
        moved: whether anything is held that was not held before, or no more.
    """

    entries: list[Transition | HeldPeriod] = attrs.field(factory=list)
    turned: list[str] = attrs.field(factory=list)
    moved: bool = False


def settle(cell: Cell, run: Run, at: datetime, because: tuple[str, ...]) -> Settled:
    """Take over what was decided: end what is held no more, hold what is final, note changes."""
    settled = Settled()
    finals = _led(cell, run)
    decided = {(s.registration_id, s.benefit, s.line): s for s in run.standings}
    asked = {member.registration_id for member in run.rules.registrations}
    stood = [place for place in cell.standings if place[0] in asked]
    for place in sorted({*stood, *decided}, key=str):
        before = cell.standings.get(place)
        after = decided.get(place) or _gone(before)
        began = _hold(cell, place, after, before, at, settled, finals)
        if before is None or _told(before) != _told(after) or began:
            settled.entries.append(
                Transition(
                    at=at,
                    before=None if before is None else before.kind,
                    after=unplaced(after),
                    final=place in cell.held,
                    because=because,
                )
            )
        cell.standings[place] = after
        if place not in decided:
            for found in (cell.standings, cell.conflicts):
                found.pop(place, None)
    settled.moved |= _widen(cell, finals)
    view = run.rules.views[run.rules.versions[-1]] if run.rules.versions else None
    members = [m for m in run.rules.registrations if m.registration_id in cell.active]
    live = frozenset(m.registration_id for m in members if view is not None and view.live(m))
    settled.turned = sorted(live ^ (cell.live & asked))
    cell.live = cell.live - asked | live
    return settled


def _widen(cell: Cell, claimed: Mapping[Place, frozenset[str] | None]) -> bool:
    """Let holders hold what they have added and nobody else holds (C-17); whether any did."""
    widened = False
    for place, held in sorted(cell.held.items(), key=lambda item: (item[1].since, item[0][0])):
        lines = claimed.get(place)
        if held.lines is None or lines is None or lines <= held.lines:
            continue
        others = [
            other.lines
            for there, other in cell.held.items()
            if there != place
            and there[1] == place[1]
            and cell.conflicts.get(there) == cell.conflicts.get(place)
        ]
        if None in others:
            continue  # another holds everything
        free = lines.difference(*(each for each in others if each is not None))
        if not free <= held.lines:
            cell.held[place] = attrs.evolve(held, lines=held.lines | free)
            widened = True
    return widened


def unplaced(standing: Standing) -> Standing:
    """A standing without its place in the queue, which moves with every other in it."""
    if standing.kind is StandingKind.WAITING:
        return attrs.evolve(standing, place=None)
    return standing


def leave_unplaced(cell: Cell, run: Run) -> None:
    """Forget the places in the queue of those that were decided without all the others."""
    for standing in run.standings:
        place = (standing.registration_id, standing.benefit, standing.line)
        cell.standings[place] = unplaced(standing)


def adopt(cell: Cell, run: Run) -> None:
    """Take over how things stand once it is noted who holds what: the same, for other reasons."""
    for standing in run.standings:
        place = (standing.registration_id, standing.benefit, standing.line)
        cell.standings[place] = standing


def _led(cell: Cell, run: Run) -> dict[Place, frozenset[str] | None]:
    """The places where an award is final, each with the lines it is for, None for all.

    On the way, note by what they were decided.
    """
    finals: dict[Place, frozenset[str] | None] = {}
    for conflict in run.conflicts:
        lead = run.rules.lead(conflict.benefit, conflict.members)
        if lead is None:
            continue
        contest, policy = lead
        view, name = run.rules.views[policy], final_field(contest)
        for member in conflict.members:
            place = (member.registration_id, conflict.benefit, conflict.line)
            cell.conflicts[place] = conflict.keys
            governs = cell.governs.get(member.registration_id, {})
            if governs.get(conflict.benefit) is not policy:
                cell.governs[member.registration_id] = {**governs, conflict.benefit: policy}
            if view.read(member, name) is not None:
                finals[place] = _lines(run.rules, conflict.benefit, member)
    return finals


def _lines(rules: Rules, benefit: str, member: Registration) -> frozenset[str] | None:
    """The lines of a scope that overlaps in part and is awarded whole; None for all there is."""
    scope, view = rules.scope(benefit)
    if scope.lines is None or scope.award is Award.BY_LINE:
        return None
    lines = view.read(member, scope.lines)
    return lines if isinstance(lines, frozenset) and lines else None


def _told(standing: Standing) -> tuple[Any, ...]:
    """What of a standing is worth telling when it changes: not its place in a queue."""
    return (
        standing.kind,
        standing.code,
        standing.rival,
        standing.entitlement,
        standing.policy_version,
        standing.provisional_until is None,
    )


def _gone(before: Standing | None) -> Standing:
    """A registration that no longer claims what it claimed."""
    assert before is not None
    return attrs.evolve(
        before,
        kind=StandingKind.DENIED,
        code="NOT_CLAIMED",
        clause=contest_path(before.benefit, "scope"),
        rival=None,
        place=None,
        entitlement=None,
        missing=(),
        margin=None,
        provisional_until=None,
    )


def _hold(
    cell: Cell,
    place: Place,
    after: Standing,
    before: Standing | None,
    at: datetime,
    settled: Settled,
    finals: Mapping[Place, frozenset[str] | None],
) -> bool:
    """End a holding that is granted no more, or begin one that is final; whether one began."""
    held = cell.held.get(place)
    if held is not None and after.kind is not GRANTED:
        cell.past[place] = attrs.evolve(held, until=at, ended_by=after.code)
        del cell.held[place]
        settled.moved = True
        granted = None if before is None else before.entitlement
        settled.entries.append(
            HeldPeriod(
                registration_id=after.registration_id,
                partner_id=after.partner_id,
                benefit=after.benefit,
                line=after.line,
                conflict=cell.conflicts.get(place, ()),
                since=held.since,
                until=at,
                ended_by=after.code,
                starts=None if granted is None else granted.starts,
                ends=None if granted is None else granted.ends,
            )
        )
    final = place in finals and after.provisional_until is None
    if held is None and final and after.kind is GRANTED:
        cell.held[place] = _holding(after, finals[place], at)
        settled.moved = True
        return True
    return False


def _holding(standing: Standing, lines: frozenset[str] | None, at: datetime) -> Holding:
    granted = standing.entitlement
    assert granted is not None
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


def retire(cell: Cell, rules: Rules) -> None:
    """Let go of registrations that have ended and can change nothing any more."""
    if not rules.versions:
        return
    view = rules.views[rules.versions[-1]]
    contests = [contest for policy in rules.versions for contest in policy.contests]
    reconsidered = {c.others.code for c in contests if c.others.reconsidered}
    vacant = any(contest.vacant is Vacancy.REFER for contest in contests)
    held = {place[0] for place in cell.past} if vacant else set()
    for member in rules.registrations:
        about = member.registration_id
        status = view.status(member)
        if about not in cell.active or status not in ENDED or about in held:
            continue
        if status is Status.REJECTED and member.status_reason in reconsidered:
            continue
        cell.active.discard(about)
        cell.retired.add(about)
        cell.turns.pop(about, None)
        if status is Status.WON:
            cell.won.add(about)


def governed(cell: Cell, rules: Rules, about: str) -> Iterator[tuple[Policy, list[str]]]:
    """The versions of the rules that govern a registration, each with the benefits it decides."""
    by_policy: dict[Policy, list[str]] = {}
    for benefit, policy in cell.governs.get(about, {}).items():
        if policy in rules.views:
            by_policy.setdefault(policy, []).append(benefit)
    yield from by_policy.items()


def notices(cell: Cell, rules: Rules, at: datetime, touched: Container[str]) -> Iterator[Notice]:
    """What the clocks of some registrations have to say, and have not said before."""
    for member in rules.registrations:
        about = member.registration_id
        if about not in cell.live or about not in touched:
            continue
        for policy, benefits in governed(cell, rules, about):
            for each in pending(rules.views[policy], policy, member, benefits):
                kind = _notice_kind(policy, each.what)
                said = (each.clause, about, each.what, each.at)
                if kind is None or each.at > at or said in cell.noticed:
                    continue
                cell.noticed.add(said)
                yield Notice(
                    at=at,
                    kind=kind,
                    registration_id=about,
                    partner_id=member.partner_id,
                    benefit=each.benefit,
                    clause=each.clause,
                )


def _notice_kind(policy: Policy, what: str) -> NoticeKind | None:
    match what:
        case "reminder":
            return NoticeKind.REMINDER
        case "due":
            return NoticeKind.DUE
        case "approved":
            return NoticeKind.DEEMED_APPROVED
        case "answer due":
            escalates = policy.sla is not None and policy.sla.missed is Missed.ESCALATE
            return NoticeKind.ESCALATED if escalates else NoticeKind.ANSWER_OVERDUE
        case _:
            return None


def refused_for(cell: Cell, event: Event, asked_of: Callable[[], Rules]) -> str | None:
    """The benefit for which an extension is not given because somebody waits for it (H-7)."""
    governs = cell.governs.get(event.about, {})
    for benefit, policy in sorted(governs.items(), key=lambda each: each[0]):
        contest = policy.contest(benefit)
        extension = None if contest is None or contest.period is None else contest.period.extension
        if contest is None or extension is None or extension.if_waiting is not IfWaiting.REFUSED:
            continue
        asked = extension.granted_by is GrantedBy.ASKING
        wanted = EventKind.EXTENSION_ASKED if asked else EventKind.EXTENSION_GRANTED
        waiting = set(_waiting_beside(cell, event.about, benefit))
        if event.kind is not wanted or not waiting:
            continue
        rules = asked_of()
        stage = Stage(rules, contest, policy, None, None)
        mine = [each for each in rules.registrations if each.registration_id == event.about]
        theirs = [each for each in rules.registrations if each.registration_id in waiting]
        if any(compete(stage, one, other) for one in mine for other in theirs):
            return benefit
    return None


def _waiting_beside(cell: Cell, about: str, benefit: str) -> Iterator[str]:
    """Those that wait for a benefit in the conflict of a registration, on a line that it has."""
    for (name, of, line), standing in cell.standings.items():
        mine = cell.conflicts.get((about, benefit, line))
        waits = of == benefit and standing.kind is StandingKind.WAITING and name != about
        if waits and mine is not None and cell.conflicts.get((name, of, line)) == mine:
            yield name

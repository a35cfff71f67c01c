"""What went wrong between registrations: deadlocks, overlaps, ties, conflicts not known."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final, TypeAlias

import attrs

from dealreg.facts.events import Event, EventKind
from dealreg.history.disputes.scene import ENDS, RANK, Found, Watch
from dealreg.history.settling import Entry
from dealreg.outcome.decision import Deadlock, Margin, Referral, Standing, StandingKind
from dealreg.outcome.disputes import Fate, IncidentKind
from dealreg.outcome.timeline import EndedDeadlock, FoundDeadlock, Transition
from dealreg.policy.paths import STATUS, contest_path

__all__ = ["Deadlocks", "Fates", "Overlaps", "Ties", "Unknowns", "Wins"]

_Place: TypeAlias = tuple[str, str, str | None]
_Contested: TypeAlias = tuple[str, str | None, tuple[str, ...]]

TIE: Final = "TIE"
SCOPE_UNKNOWN: Final = "SCOPE_UNKNOWN"


@attrs.define(eq=False)
class Deadlocks(Watch):
    """Follows deadlocks from when they are found to how they end."""

    _open: dict[_Place, FoundDeadlock] = attrs.field(factory=dict, init=False)
    _over: list[Found] = attrs.field(factory=list, init=False)

    def hears(self, entries: Sequence[Entry]) -> None:
        """Note deadlocks found, and report those that ended."""
        stands: dict[tuple[str, str], Standing] = {}
        for each in entries:
            match each:
                case Transition(after=after):
                    stands[after.registration_id, after.benefit] = after
                case FoundDeadlock(deadlock=found):
                    known = self._open.setdefault(_place(found), each)
                    self._open[_place(found)] = attrs.evolve(each, since=known.since)
                case EndedDeadlock(deadlock=found):
                    self._end(each, stands)
                case _:
                    pass

    def _end(self, ended: EndedDeadlock, stands: dict[tuple[str, str], Standing]) -> None:
        opened = self._open.pop(_place(ended.deadlock), None)
        if opened is not None:
            outcome, code = _how(ended.deadlock, stands)
            said = {"until": ended.at, "outcome": outcome, "ended_by": code}
            self._over.append(self._incident(opened, events=ended.because, **said))

    def ended(self) -> Iterator[Found]:
        """The deadlocks that ended."""
        over, self._over = self._over, []
        yield from over

    def ends(self, until: datetime) -> Iterator[Found]:  # noqa: ARG002 - it ends with nothing
        """The deadlocks that still stand."""
        for opened in self._open.values():
            yield self._incident(opened)

    def _incident(self, opened: FoundDeadlock, **ended: Any) -> Found:
        found = opened.deadlock
        return self.scene.incident(
            IncidentKind.DEADLOCK,
            opened.since,
            found.blocked,
            found.benefit,
            line=found.line,
            conflict=found.conflict,
            code=found.code,
            clause=found.clause,
            rival=found.blocker,
            holds=found.holds,
            **ended,
        )


def _place(found: Deadlock) -> _Place:
    return found.blocked, found.benefit, found.line


def _how(
    found: Deadlock, stands: dict[tuple[str, str], Standing]
) -> tuple[StandingKind | None, str]:
    """How the blocked stands once a deadlock has ended, and the code with which it did.

    The code is that of the blocked where its own standing changed; else that of the blocker, who
    can use the benefit now, or no longer holds what the blocked needed.
    """
    own = stands.get((found.blocked, found.benefit))
    if own is not None:
        return own.kind, own.code
    for benefit in (found.benefit, found.holds or found.benefit):
        theirs = stands.get((found.blocker or "", benefit))
        if theirs is not None:
            return None, theirs.code
    return None, ""


@attrs.define(eq=False)
class Overlaps(Watch):
    """Finds partners that were recorded as approved for the same exclusive thing at one time."""

    _approved: dict[_Contested, dict[str, Event]] = attrs.field(factory=dict, init=False)
    _ended: dict[str, datetime] = attrs.field(factory=dict, init=False)
    _granted: set[str] = attrs.field(factory=set, init=False)

    def takes(self, event: Event, at: datetime, standings: Sequence[Standing]) -> Iterator[Found]:  # noqa: ARG002 - recorded intervals
        """Note approvals and ends."""
        if event.kind is EventKind.APPROVED:
            self._approve(event, standings)
        elif event.kind in ENDS:
            self._ended[event.about] = event.happened_at
        elif event.kind is EventKind.RESUBMITTED:
            self._ended.pop(event.about, None)
        yield from ()

    def _approve(self, event: Event, standings: Sequence[Standing]) -> None:
        lead = self.scene.lead(standings)
        if lead is None or not self._exclusive(lead.benefit):
            return
        if lead.kind is StandingKind.GRANTED:
            self._granted.add(event.about)
        for each in standings:
            if each.benefit == lead.benefit:
                keys = self.scene.look.conflict(event.about, each.benefit, each.line)
                if keys:
                    place = (each.benefit, each.line, keys)
                    self._approved.setdefault(place, {}).setdefault(event.about, event)

    def _exclusive(self, benefit: str) -> bool:
        contests = list(self.scene.contests(benefit))
        return all(each.capacity == 1 and each.joint is None for each in contests)

    def ends(self, until: datetime) -> Iterator[Found]:
        """Report each approval that came while an earlier one of another partner still ran."""
        for place, approved in self._approved.items():
            if len(approved) > 1:
                yield from self._overlapping(place, approved, until)

    def _overlapping(
        self, place: _Contested, approved: dict[str, Event], until: datetime
    ) -> Iterator[Found]:
        running: list[str] = []
        for about in sorted(approved, key=lambda name: (approved[name].happened_at, name)):
            event = approved[about]
            since = event.happened_at
            running = [each for each in running if self._runs(each, place, since, until)]
            first = next((each for each in running if self._excludes(about, each, place)), None)
            if first is not None:
                ends = [self._end(each, place[0], until) for each in (first, about)]
                yield self._incident(event, place, first, [each for each in ends if each])
            running.append(about)

    def _runs(self, about: str, place: _Contested, at: datetime, until: datetime) -> bool:
        ends = self._end(about, place[0], until)
        return ends is None or ends > at

    def _excludes(self, about: str, other: str, place: _Contested) -> bool:
        """Whether only one of the two could be right."""
        if self.scene.partner(about) == self.scene.partner(other):
            return False
        if {about, other} <= self._granted:
            return False  # the rules gave it to both, as to equals that share it
        return self.scene.look.compete(about, other, place[0])

    def _end(self, about: str, benefit: str, until: datetime) -> datetime | None:
        """When an approval ended, as recorded or by the policy's clock, whichever came first."""
        clock = contest_path(benefit, "period")
        found = [each.at for each in self.scene.look.clocks(about, until) if each.clause == clock]
        recorded = self._ended.get(about)
        return min([*found, *([] if recorded is None else [recorded])], default=None)

    def _incident(self, event: Event, place: _Contested, first: str, ends: list[datetime]) -> Found:
        benefit, line, keys = place
        return self.scene.incident(
            IncidentKind.OVERLAPPING_APPROVALS,
            event.happened_at,
            event.about,
            benefit,
            line=line,
            conflict=keys,
            until=min(ends, default=None),
            recorded=event.kind.value,
            clause=contest_path(benefit, "capacity"),
            rival=first,
            events=(event.event_id,),
        )


@attrs.frozen
class _Tied:
    """A tie that stands: since when, who is in it, and where in the policy."""

    since: datetime
    referral: Referral
    candidates: tuple[str, ...]


@attrs.define(eq=False)
class Ties(Watch):
    """Follows ties from when they arise to when they are decided."""

    _open: dict[_Contested, _Tied] = attrs.field(factory=dict, init=False)
    _over: list[Found] = attrs.field(factory=list, init=False)

    def hears(self, entries: Sequence[Entry]) -> None:
        """Note ties, and report those that are settled."""
        for each in entries:
            if not isinstance(each, Transition):
                continue
            if each.after.kind is StandingKind.REFERRED and each.after.code == TIE:
                self._tied(each)
            elif each.before is StandingKind.REFERRED:
                self._untied(each)

    def _tied(self, entry: Transition) -> None:
        stands = entry.after
        for referral in self.scene.look.referrals(stands.registration_id):
            if (referral.benefit, referral.line, referral.code) != (
                stands.benefit,
                stands.line,
                TIE,
            ):
                continue
            place = (referral.benefit, referral.line, referral.conflict)
            known = self._open.get(place)
            names = dict.fromkeys((*(known.candidates if known else ()), *referral.candidates))
            since = entry.at if known is None else known.since
            self._open[place] = _Tied(since, referral, tuple(names))

    def _untied(self, entry: Transition) -> None:
        about, benefit, line = (
            entry.after.registration_id,
            entry.after.benefit,
            entry.after.line,
        )
        place = (benefit, line, self.scene.look.conflict(about, benefit, line))
        tied = self._open.get(place)
        if tied is None or about not in tied.candidates:
            return
        still = [each for name in tied.candidates for each in self.scene.look.referrals(name)]
        if any((r.benefit, r.line, r.conflict, r.code) == (*place, TIE) for r in still):
            return
        del self._open[place]
        self._over.append(self._incident(tied, entry.at, entry.because))

    def ended(self) -> Iterator[Found]:
        """The ties that were decided."""
        over, self._over = self._over, []
        yield from over

    def ends(self, until: datetime) -> Iterator[Found]:  # noqa: ARG002 - it ends with nothing
        """The ties that nobody has decided."""
        for tied in self._open.values():
            yield self._incident(tied, None, ())

    def _incident(self, tied: _Tied, until: datetime | None, events: tuple[str, ...]) -> Found:
        referral, names = tied.referral, tuple(sorted(tied.candidates))
        made = [self.scene.look.registration(each) for each in names]
        times = {each.submitted_at for each in made if each is not None}
        same = times.pop() if len(times) == 1 else None
        equal = (
            None
            if same is None
            else Margin(clause=referral.clause, fact="submitted_at", own=same, rival=same)
        )
        return self.scene.incident(
            IncidentKind.TIE,
            tied.since,
            names[0],
            referral.benefit,
            line=referral.line,
            conflict=referral.conflict,
            until=until,
            code=referral.code,
            clause=referral.clause,
            candidates=names,
            margin=equal,
            events=events,
        )


@attrs.define(eq=False)
class Unknowns(Watch):
    """Finds registrations of which it was never known what they compete for."""

    _open: dict[str, Transition] = attrs.field(factory=dict, init=False)

    def hears(self, entries: Sequence[Entry]) -> None:
        """Note registrations of unknown scope, and forget those whose scope became known."""
        for each in entries:
            if not isinstance(each, Transition):
                continue
            about = each.after.registration_id
            if each.after.code == SCOPE_UNKNOWN:
                self._open.setdefault(about, each)
            elif each.after.clause != STATUS:
                known = self._open.get(about)
                if known is not None and known.after.benefit == each.after.benefit:
                    del self._open[about]

    def ends(self, until: datetime) -> Iterator[Found]:  # noqa: ARG002 - it ends with nothing
        """Those that are still not known."""
        for each in self._open.values():
            yield self.scene.of_standing(IncidentKind.UNKNOWN_CONFLICT, each.at, each.after)


@attrs.define(eq=False)
class Fates(Watch):
    """Notes the best that each registration ever stood."""

    _best: dict[tuple[str, str], tuple[StandingKind, str]] = attrs.field(factory=dict, init=False)

    def hears(self, entries: Sequence[Entry]) -> None:
        """Note standings better than those before."""
        for each in entries:
            if isinstance(each, Transition):
                after = each.after
                place = (after.registration_id, after.benefit)
                known = self._best.get(place)
                if known is None or RANK[after.kind] < RANK[known[0]]:
                    self._best[place] = (after.kind, after.code)

    def counted(self) -> list[Fate]:
        """How many registrations fared alike, by benefit, most first."""
        found = Counter((benefit, *best) for (_, benefit), best in self._best.items())
        order = sorted(found, key=lambda fate: (fate[0], -found[fate], fate[1:]))
        return [
            Fate(benefit=benefit, outcome=kind, code=code, count=found[benefit, kind, code])
            for benefit, kind, code in order
        ]


@attrs.define(eq=False)
class Wins(Watch):
    """Finds what is recorded as won more than once."""

    _winner: dict[_Contested, str] = attrs.field(factory=dict, init=False)

    def takes(self, event: Event, at: datetime, standings: Sequence[Standing]) -> Iterator[Found]:
        """Report a winner of what another registration has won before."""
        lead = self.scene.lead(standings)
        if event.kind is not EventKind.WON or lead is None:
            return
        keys = self.scene.look.conflict(event.about, lead.benefit, lead.line)
        if not keys:
            return
        first = self._winner.setdefault((lead.benefit, lead.line, keys), event.about)
        if first != event.about and self.scene.look.compete(event.about, first, lead.benefit):
            yield self.scene.of_standing(
                IncidentKind.WON_AGAIN,
                at,
                lead,
                rival=first,
                margin=None,
                recorded=event.kind.value,
                events=(event.event_id,),
            )

"""Who is left by overrides, who is in time, and who comes before whom, as formulas (C-6 to C-10).

Read with `dealreg/deciders/reference/ordering.py` beside it.
"""

from collections.abc import Sequence
from typing import Any, assert_never

import attrs

from dealreg.analysis.openings import opens_in_order
from dealreg.analysis.smt.logic import Formula, Number, both, choose, differ, either, no, then
from dealreg.analysis.smt.truths import Truths
from dealreg.analysis.smt.views import View
from dealreg.policy.contests import Contest
from dealreg.policy.stages import (
    Best,
    Effect,
    HeadStart,
    Key,
    MissingRule,
    Preference,
    Window,
)

__all__ = ["Field", "Order", "Overridden"]


@attrs.frozen(eq=False)
class Overridden:
    """What overrides make of the eligible.

    Attributes:
        left: who stays in the contest.
        passed: who is passed over for others, and may get what the others get.
        asked: who awaits a person that decides the contest.
    """

    left: Sequence[Formula]
    passed: Sequence[Formula]
    asked: Sequence[Formula]


@attrs.frozen(eq=False)
class _Rank:
    """How good a registration is by one preference, the lower the better: group, then value."""

    group: Number
    value: Number
    unknown: Formula


@attrs.frozen(eq=False)
class Field:
    """The registrations as one contest sees them: which are in one conflict, and how good they are.

    Attributes:
        view: what the policy sees.
        contest: the contest.
        together: for two registrations, whether they are in one conflict.
    """

    view: View
    contest: Contest
    together: Sequence[Sequence[Formula]]
    _ranks: dict[int, Any] = attrs.field(factory=dict, init=False)
    _claims: dict[tuple[int, int], Formula] = attrs.field(factory=dict, init=False)

    @classmethod
    def of(cls, view: View, contest: Contest) -> "Field":
        """The registrations that are there, in their conflicts (C-1)."""
        places = range(view.symbols.size)
        keys = [key for key in contest.scope.keys if view.symbols.several or key != _DEAL]
        together: list[list[Formula]] = []
        for one in places:
            row = [
                together[other][one]
                if other < one
                else both(*(view.alike(key, one, other) for key in keys))
                for other in places
            ]
            together.append(row)
        return cls(view, contest, together)

    @property
    def places(self) -> range:
        """The places of the registrations."""
        return range(len(self.together))

    def grouped(self, place: int) -> Formula:
        """Whether all keys of a registration are known; else it is in no conflict."""
        return self.together[place][place]

    def some(self, place: int, those: Sequence[Formula]) -> Formula:
        """Whether some of those are in one conflict with a registration, which may be one."""
        return either(*(both(self.together[place][e], those[e]) for e in self.places))

    def same_claimant(self, one: int, other: int) -> Formula:
        """Whether two are of one partner, or of what else holds once (C-10)."""
        key = (min(one, other), max(one, other))
        if key not in self._claims:
            self._claims[key] = self.view.alike(self.contest.one_per, *key)
        return self._claims[key]

    def overridden(self, eligible: Sequence[Formula], favoured: int | None) -> Overridden:
        """Who is left by the overrides; `favoured` is whom a person has accepted (C-6)."""
        truths = Truths(self.view)
        left = list(eligible)
        passed: list[Formula] = [False for _ in self.places]
        asked: list[Formula] = [False for _ in self.places]
        settled: list[Formula] = [False for _ in self.places]
        for override in self.contest.overrides:
            hits = [both(e, truths.of(override.when, p).true) for p, e in enumerate(eligible)]
            for place in self.places:
                applies = both(self.some(place, hits), no(settled[place]))
                stays: Formula = False
                match override.effect:
                    case Effect.TAKES:
                        stays = hits[place]
                        passed[place] = either(passed[place], both(applies, no(stays)))
                    case Effect.CLOSES:
                        pass
                    case Effect.REFERS:
                        heard: Formula = False
                        if favoured is not None:
                            heard = self.together[place][favoured]
                        stays = both(heard, place == favoured)
                        passed[place] = either(passed[place], both(applies, heard, no(stays)))
                        asked[place] = either(asked[place], both(applies, no(heard)))
                    case _:
                        assert_never(override.effect)
                left[place] = both(left[place], either(no(applies), stays))
                settled[place] = either(settled[place], applies)
        return Overridden(
            left,
            [both(each, e) for each, e in zip(passed, eligible, strict=True)],
            [both(each, e) for each, e in zip(asked, eligible, strict=True)],
        )

    def in_time(self, left: Sequence[Formula]) -> list[Formula]:
        """Who is in the window that the earliest of them opens (C-7)."""
        window = self.contest.window
        if window is None:
            return list(left)
        clocks = [self._clock(window, place) for place in self.places]
        timed = [both(e, self.view.known(window.clock, p)) for p, e in enumerate(left)]
        ordered = opens_in_order(self.view.policy, window)
        calendar = self.view.calendar(getattr(window, "calendar", None))
        inside = []
        for place in self.places:
            limits = []
            for other in self.places:
                if other == place and ordered:
                    continue
                opened = both(self.together[place][other], timed[other])
                if not ordered:
                    opened = both(opened, self._opens(other, clocks, timed))
                last = self.view.calendars.last_instant(calendar, window, clocks[other])
                limits.append(then(clocks[place] <= last, opened))
            nobody = no(self.some(place, timed))
            inside.append(both(left[place], either(nobody, both(timed[place], *limits))))
        return inside

    def _opens(self, place: int, clocks: Sequence[Number], timed: Sequence[Formula]) -> Formula:
        """Whether nobody of its conflict is earlier than a registration."""
        return both(
            *(
                then(clocks[place] <= clocks[e], both(self.together[place][e], timed[e]))
                for e in self.places
                if e != place
            )
        )

    def _clock(self, window: Window, place: int) -> Number:
        clock = self.view.value(window.clock, place)
        if not isinstance(window, HeadStart):
            return clock
        level = choose(
            self.view.known(window.ladder, place), self.view.value(window.ladder, place), 0
        )
        step = self.view.calendars.elapsed(window.length)
        return clock - level * step

    def ranks(self, place: int) -> list[_Rank]:
        """How good a registration is by each preference."""
        if place not in self._ranks:
            self._ranks[place] = [self._rank(each, place) for each in self.contest.prefer]
        made: list[_Rank] = self._ranks[place]
        return made

    def _rank(self, preference: Preference, place: int) -> _Rank:
        missing = -1 if preference.missing is MissingRule.FIRST else 1
        truths = Truths(self.view)
        if isinstance(preference, Key):
            known = truths.comparable(preference.fact, place, preference.currency)
            value = self.view.value(preference.fact, place)
            signed = value if preference.best is Best.LOWEST else -value
            return _Rank(choose(known, 0, missing), choose(known, signed, 0), no(known))
        truth = truths.of(preference.when, place)
        if preference.missing is MissingRule.LAST:
            return _Rank(0, choose(truth.true, 0, 1), False)
        unknown = truth.unknown
        return _Rank(choose(unknown, missing, 0), choose(truth.false, 1, 0), unknown)


@attrs.frozen(eq=False)
class Order:
    """The order of some members of their conflicts, each by the preferences (C-8).

    Where a missing value is left to a person, those it would have told apart stay equal.
    """

    field: Field
    members: Sequence[Formula]
    unclear: Sequence[Formula]
    before: Sequence[Sequence[Formula]]

    @classmethod
    def of(cls, field: Field, members: Sequence[Formula]) -> "Order":
        """The order of the members of every conflict."""
        stops = [_stops(field, members, place) for place in field.places]
        before = [
            [
                False if one == other else _better(field, one, other, stops[one])
                for other in field.places
            ]
            for one in field.places
        ]
        return cls(field, members, [either(*each) for each in stops], before)

    def equal(self, one: int, other: int) -> Formula:
        """Whether neither comes before the other."""
        return both(no(self.before[one][other]), no(self.before[other][one]))

    def ahead(self, one: int, other: int) -> Formula:
        """Whether one comes before another, of equal ones the lower registration id."""
        if one < other:
            return no(self.before[other][one])
        return self.before[one][other]


def _stops(field: Field, members: Sequence[Formula], place: int) -> list[Formula]:
    """For each preference, whether a value that is missing ends the comparison of a registration.

    Whose value is missing is equal to it up to there, and left to a person.
    """
    made: list[Formula] = []
    mine = field.ranks(place)
    for number, preference in enumerate(field.contest.prefer):
        if preference.missing is not MissingRule.REFER:
            made.append(False)
            continue
        unknown = []
        for other in field.places:
            theirs = field.ranks(other)
            alike = [no(_apart(a, b)) for a, b in zip(mine[:number], theirs[:number], strict=True)]
            here = both(field.together[place][other], members[other])
            unknown.append(both(here, theirs[number].unknown, *alike))
        made.append(either(*unknown))
    return made


def _apart(one: _Rank, other: _Rank) -> Formula:
    return either(differ(one.group, other.group), differ(one.value, other.value))


def _better(field: Field, one: int, other: int, stops: Sequence[Formula]) -> Formula:
    """Whether one comes before another: by the first preference that tells them apart."""
    result: Formula = False
    ranks = list(zip(field.ranks(one), field.ranks(other), stops, strict=True))
    for mine, theirs, stop in reversed(ranks):
        group = differ(mine.group, theirs.group)
        before = choose(group, _lower(mine.group, theirs.group), _lower(mine.value, theirs.value))
        apart = either(group, differ(mine.value, theirs.value))
        result = both(no(stop), choose(apart, before, result))
    return result


def _lower(one: Number, other: Number) -> Formula:
    return one < other


_DEAL = "opportunity_id"

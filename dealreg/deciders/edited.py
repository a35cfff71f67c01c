"""What an edited policy decides, from what the policy decided before the edit.

Two policies of the same fields that differ in a contest or two decide most conflicts alike. Here
the conflicts are found that may tell them apart, and the reference decides these anew; what it
decided of the others stands. Nothing else decides anything here.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias, TypeVar

import attrs

from dealreg.deciders.reference.admission import Barred, admit, unmet
from dealreg.deciders.reference.decide import decide_conflict, run_quietly
from dealreg.deciders.reference.governing import Rules, in_order
from dealreg.deciders.reference.ordering import margin, ranked
from dealreg.deciders.reference.run import Conflict, Run, upstream
from dealreg.deciders.reference.stage import Stage
from dealreg.facts.records import Registration
from dealreg.outcome.decision import Margin, Referral, Standing, StandingKind
from dealreg.policy.contests import Contest
from dealreg.policy.policies import Policy
from dealreg.policy.stages import Others, Requirement

__all__ = ["Decided", "Edit", "Edited"]

_TWO: Final = 2
_ORDER: Final = frozenset({"prefer", "tie"})
_AMONG: Final = _ORDER | {"capacity", "others"}
"""Stages that only two who take part can be told apart by."""

_T = TypeVar("_T")
_Rule: TypeAlias = tuple[Requirement, Requirement | None]
"""A requirement, and what it is edited to be; None where it is left out."""

_Kept: TypeAlias = tuple[Requirement, dict[Registration, Barred | None]]
"""What a requirement has against registrations; kept with it, so that no other has its identity."""

_Piece: TypeAlias = tuple[Sequence[Standing], Sequence[Referral]]
"""What came of one conflict."""

_STAGES: Final = tuple(each.name for each in attrs.fields(Contest))
_SEEN: Final = tuple(
    each.name for each in attrs.fields(Policy) if each.name not in ("contests", "note")
)
"""What of a policy all its contests see, as far as it means anything."""


@attrs.frozen(eq=False)
class Edit:
    """Two policies, and where they differ.

    Attributes:
        old: the policy as it was.
        new: the policy as it is.
        stages: of each contest that is not the same, by benefit, the stages that are not.
        contests: these contests as they were, and as they are.
        alike: whether the two have the same contests and see facts alike, so that nothing but
            those stages can tell them apart; else `stages` does not say all.
    """

    old: Policy
    new: Policy
    stages: Mapping[str, frozenset[str]]
    contests: Mapping[str, tuple[Contest, Contest]]
    alike: bool

    @property
    def same_order(self) -> bool:
        """Whether the contests depend on each other as they did."""
        return not any("after" in names for names in self.stages.values())

    @classmethod
    def of(cls, old: Policy, new: Policy) -> "Edit":
        """Where two policies differ."""
        benefits = [each.benefit for each in old.contests]
        alike = [each.benefit for each in new.contests] == benefits
        alike = alike and len({*benefits}) == len(benefits)
        alike = alike and all(getattr(old, name) == getattr(new, name) for name in _SEEN)
        stages: dict[str, frozenset[str]] = {}
        contests: dict[str, tuple[Contest, Contest]] = {}
        for one, other in zip(old.contests, new.contests, strict=True) if alike else ():
            names = frozenset() if one is other else _differing(one, other)
            if names:
                stages[one.benefit], contests[one.benefit] = names, (one, other)
                alike = alike and not _moves_all(one, other, names)
        return cls(old, new, stages, contests, alike)


def _differing(one: Contest, other: Contest) -> frozenset[str]:
    return frozenset(
        name
        for name in _STAGES
        if (mine := getattr(one, name)) is not (theirs := getattr(other, name)) and mine != theirs
    )


def _moves_all(one: Contest, other: Contest, names: frozenset[str]) -> bool:
    """Whether a difference is about who competes with whom, or about what is live for all."""
    closing = (each.period is not None and each.period.closes for each in (one, other))
    return "scope" in names or ("period" in names and any(closing))


@attrs.frozen(eq=False)
class Edited(Run):
    """A run that keeps what was decided anew, and finds the rest in the one before.

    Attributes:
        before: the run before the edit.
        changed: whose standings to which benefits are not what they were.
    """

    before: Run = attrs.field(kw_only=True)
    changed: set[tuple[str, str]] = attrs.field(factory=set, init=False)

    @property
    def asks_otherwise(self) -> bool:
        """Whether other questions are put to a person than before, or in another order."""
        return self.referrals != self.before.referrals

    def standings_of(self, benefit: str, registration_id: str) -> Sequence[Standing]:
        """As they were decided anew; else as they were."""
        found = self._found.get((benefit, registration_id))
        return self.before.standings_of(benefit, registration_id) if found is None else found


@attrs.frozen
class _Order:
    """How two come in an order: in which groups, and what tells them apart."""

    groups: tuple[tuple[tuple[Registration, ...], str | None], ...]
    margin: Margin | None

    @property
    def is_tie(self) -> bool:
        """Whether the tie rule is asked about them."""
        return any(len(members) > 1 and unclear is None for members, unclear in self.groups)


@attrs.frozen(eq=False)
class Decided:
    """What a policy decided of some facts, and what it takes to tell what an edit can touch.

    Attributes:
        run: what the reference made of them by one policy, not a book, without a trace.
    """

    run: Run
    _places: Mapping[str, tuple[int, ...]] = attrs.field(init=False)
    _stood: Mapping[str, Sequence[Standing]] = attrs.field(init=False)
    _pieces: tuple[_Piece, ...] = attrs.field(init=False)
    _barred: dict[tuple[str, int], _Kept] = attrs.field(factory=dict, init=False)
    _played: dict[int, Sequence[Registration]] = attrs.field(factory=dict, init=False)
    _orders: dict[int, _Order] = attrs.field(factory=dict, init=False)

    @_places.default
    def _places_of_benefits(self) -> Mapping[str, tuple[int, ...]]:
        return {
            benefit: tuple(place for place, _ in found)
            for benefit, found in _by_benefit(enumerate(self.run.conflicts), lambda e: e[1]).items()
        }

    @_stood.default
    def _standings_of_benefits(self) -> Mapping[str, Sequence[Standing]]:
        return _by_benefit(self.run.standings, lambda each: each)

    @_pieces.default
    def _pieces_of_conflicts(self) -> tuple[_Piece, ...]:
        """What came of each conflict: its members stand in a row, after those that are in none."""
        asked: dict[tuple[object, ...], list[Referral]] = {}
        for each in self.run.referrals:
            asked.setdefault((each.benefit, each.conflict, each.line), []).append(each)
        pieces, left = [], {benefit: len(found) for benefit, found in self._stood.items()}
        for conflict in reversed(self.run.conflicts):
            end = left[conflict.benefit]
            left[conflict.benefit] = start = end - len(conflict.members)
            questions = asked.get((conflict.benefit, conflict.keys, conflict.line), ())
            pieces.append((self._stood[conflict.benefit][start:end], questions))
        return tuple(reversed(pieces))

    def by(self, policy: Policy) -> Run:
        """What another policy decides of the same facts, and the same answers."""
        rules = self.run.rules
        (old,), (view,) = rules.versions, rules.views.values()
        edit = Edit.of(old, policy)
        if edit.alike:
            return self.after(edit) or self.run
        return run_quietly(Rules.of(policy, view.facts, rules.at, rules.answers))

    def after(self, edit: Edit, *, always: bool = False) -> Edited | None:
        """What the policy decides with an edit, of the same facts; None for the same as before.

        Args:
            edit: an edit of the policy of the run, `alike`.
            always: whether a run is wanted even so: alone, somebody may get something else.
        """
        seen = {b: self._seeing(b, names, edit) for b, names in sorted(edit.stages.items())}
        if not always and edit.same_order and not any(seen.values()):
            return None
        (view,) = self.run.rules.views.values()
        rules = attrs.evolve(self.run.rules, versions=(edit.new,), views={edit.new: view})
        made = Edited(rules, trace=None, before=self.run)
        anew: dict[int, _Piece] = {}
        order = in_order((edit.old if edit.same_order else edit.new,))
        for benefit in order:
            found = {*seen.get(benefit, ()), *self._depending(made, benefit, edit)}
            places = self._together(sorted(found), benefit)
            for place in places:
                stood, asked = len(made.standings), len(made.referrals)
                decide_conflict(made, self.run.conflicts[place])
                anew[place] = (made.standings[stood:], made.referrals[asked:])
            made.changed.update(self._changed(made, benefit, places))
        self._finish(made, order, anew)
        return made

    def _seeing(self, benefit: str, names: Iterable[str], edit: Edit) -> list[int]:
        """The conflicts for an edited benefit that an edit of these stages may tell apart."""
        old, new = edit.contests[benefit]
        left = set(names)
        places = self._places.get(benefit, ())
        if not left <= _AMONG | {"requires"} or self.run.rules.holdings:
            return list(places)
        among, rules = left & _AMONG, _edited_rules(old, new) if "requires" in left else ()
        if rules is None or not _admit_alike(old.others, new.others):
            return list(places)
        return [
            place
            for place in places
            if (among and self._is_contended(place, old, new, among))
            or self._is_barred(place, old, rules)
        ]

    def _stage(self, conflict: Conflict, contest: Contest) -> Stage:
        (policy,) = self.run.rules.versions
        return Stage(self.run.rules, contest, policy, conflict.line, None)

    def _is_contended(self, place: int, old: Contest, new: Contest, names: Iterable[str]) -> bool:
        """Whether an edit of how those are treated that compete may tell them apart."""
        playing = self._playing(place, old)
        if len(playing) != _TWO or not _ORDER.issuperset(names):
            return len(playing) >= _TWO
        if place not in self._orders:
            self._orders[place] = self._order(place, old, playing)
        known = self._orders[place]
        if "prefer" in names and self._order(place, new, playing) != known:
            return True
        return "tie" in names and known.is_tie

    def _playing(self, place: int, contest: Contest) -> Sequence[Registration]:
        """Who of a conflict may take part beside another, now or by a person's word.

        Each of those that wait for a person is thought to be let in alone.
        """
        if place not in self._played:
            conflict = self.run.conflicts[place]
            stage = self._stage(conflict, contest)

            def before(benefit: str, registration_id: str) -> Standing | None:
                return upstream(self.run, benefit, registration_id, conflict.line)

            barred = {each: admit(stage, each, before).barred for each in conflict.members}
            eligible = [each for each, reason in barred.items() if reason is None]
            waiting = [
                each
                for each, reason in barred.items()
                if reason and reason.kind is StandingKind.REFERRED
            ]
            self._played[place] = (*eligible, *(waiting if eligible else ()))
        return self._played[place]

    def _order(self, place: int, contest: Contest, two: Sequence[Registration]) -> _Order:
        """How the preferences of a contest order two."""
        stage = self._stage(self.run.conflicts[place], contest)
        groups = tuple((each.members, each.unclear) for each in ranked(stage, two))
        return _Order(groups, margin(stage, *two))

    def _is_barred(self, place: int, contest: Contest, rules: Sequence[_Rule]) -> bool:
        """Whether an edited requirement has something else against a registration than before."""
        if not rules:
            return False
        conflict = self.run.conflicts[place]
        stage = self._stage(conflict, contest)
        for old, new in rules:
            _, known = self._barred.setdefault((contest.benefit, id(old)), (old, {}))
            for each in conflict.members:
                if each not in known:
                    known[each] = unmet(stage, old, each, held=False)
                found = None if new is None else unmet(stage, new, each, held=False)
                if found != known[each]:
                    return True
        return False

    def _depending(self, made: Edited, benefit: str, edit: Edit) -> list[int]:
        """The conflicts of a benefit whose members stand otherwise to one that it depends on."""
        contest = edit.new.contest(benefit)
        if contest is None or not made.changed:
            return []
        needed = [after.benefit for after in contest.after]
        return [
            place
            for place in self._places.get(benefit, ())
            if any(
                (each, member.registration_id) in made.changed
                for member in self.run.conflicts[place].members
                for each in needed
            )
        ]

    def _together(self, places: Sequence[int], benefit: str) -> Sequence[int]:
        """The conflicts to decide anew: of a benefit by line all, since they share members."""
        whole = all(self.run.conflicts[place].line is None for place in places)
        return places if whole else self._places[benefit]

    def _changed(
        self, made: Edited, benefit: str, places: Iterable[int]
    ) -> Iterator[tuple[str, str]]:
        """Who of some conflicts stands otherwise than before."""
        for place in places:
            for each in self.run.conflicts[place].members:
                key = each.registration_id
                if made.standings_of(benefit, key) != self.run.standings_of(benefit, key):
                    yield benefit, key

    def _finish(self, made: Edited, order: Iterable[str], anew: Mapping[int, _Piece]) -> None:
        """Put what was decided anew and what stands as it was in the order of a whole run."""
        for kept in (made.standings, made.referrals):
            kept.clear()
        for benefit in order:
            places = self._places.get(benefit, ())
            members = sum(len(self.run.conflicts[place].members) for place in places)
            stood = self._stood.get(benefit, ())
            made.standings.extend(stood[: len(stood) - members])  # those in no conflict
            for place in places:
                standings, referrals = anew.get(place) or self._pieces[place]
                made.standings.extend(standings)
                made.referrals.extend(referrals)
                made.conflicts.append(self.run.conflicts[place])


def _admit_alike(old: Others, new: Others) -> bool:
    """Whether those that were refused for one reason may try again, and for the same."""
    return (old.reconsidered, old.code) == (new.reconsidered, new.code)


def _edited_rules(old: Contest, new: Contest) -> list[_Rule] | None:
    """The requirements that were edited or left out; None where several moved."""
    mine, theirs = old.requires, new.requires
    if len(mine) == len(theirs):
        return [(one, other) for one, other in zip(mine, theirs, strict=True) if one is not other]
    gone = [
        place for place, each in enumerate(mine) if (*mine[:place], *mine[place + 1 :]) == theirs
    ]
    return [(mine[gone[0]], None)] if gone else None


def _by_benefit(items: Iterable[_T], of: Callable[[_T], Any]) -> dict[str, list[_T]]:
    found: dict[str, list[_T]] = {}
    for each in items:
        found.setdefault(of(each).benefit, []).append(each)
    return found

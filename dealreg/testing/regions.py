"""Conflicts drawn from a policy's own regions: registrations of the kinds that it tells apart.

Values drawn one by one seldom make a conflict in which all but one thing is equal, and that shows
whether the one thing counts. Here a registration is of a kind that the policy tells apart, with
little or nothing changed; its rivals are the same but for what orders and windows look at, or of
another kind.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

import attrs
from hypothesis import strategies as st

from dealreg.analysis.cases import Cases, Domains, cases_of
from dealreg.analysis.quotient import Kind
from dealreg.analysis.readings import AFTERWARDS, Variable
from dealreg.analysis.scenes import Claim, Scene, facts_of, possible
from dealreg.deciders.deciding import sound
from dealreg.facts.case import Facts
from dealreg.facts.fields import Field
from dealreg.policy.contests import Contest
from dealreg.policy.policies import Policy
from dealreg.testing.draws import once_in, pick
from dealreg.testing.presets import Preset

__all__ = ["Regions"]

_MOST: Final = 3
"""So many conflicts, and so many registrations of one: two show nearly all that rules can do."""

_PARTNERS: Final = (2, 2, 3, 2, 3, 1)
"""Whose a rival is: of one partner with the first seldom."""


@attrs.frozen(eq=False)
class _Even:
    """Registrations that a contest asks nothing else of: they differ in what orders look at.

    Attributes:
        firsts: the kinds that a first registration may be of.
        rivals: the kinds of its rivals, by the values that orders and windows look at.
        values: for each of the facts looked at, the values of the rivals.
    """

    firsts: tuple[Kind, ...]
    rivals: Mapping[tuple[Any, ...], Kind]
    values: tuple[tuple[Any, ...], ...]


@attrs.frozen(eq=False)
class _Field:
    """Who may meet in a contest.

    Attributes:
        even: those that are decided by what orders look at alone.
        mixed: kinds that are admitted, each with all the kinds of its rivals.
    """

    even: tuple[_Even, ...]
    mixed: tuple[tuple[tuple[Kind, ...], tuple[Kind, ...]], ...]


@attrs.frozen(eq=False)
class Regions:
    """The kinds of registrations that a policy tells apart, and the values at their borders.

    Attributes:
        fields: who may meet in each contest, as often as it has rules.
        domains: the values to try of each fact, for a first registration and for its rivals.
        keys: further fields that all registrations of a conflict have in common.
    """

    fields: tuple[_Field, ...]
    domains: tuple[Domains, Domains]
    keys: tuple[Field, ...]

    @staticmethod
    @lru_cache(maxsize=64)
    def of(policy: Policy) -> "Regions":
        """The regions of a policy.

        Raises:
            PolicyErrors: the policy is not sound.
        """
        sound(policy)
        cases = cases_of((policy,))
        fields = [
            field
            for contest in policy.contests
            for field in [_field(cases, contest.benefit)] * _rules(contest)
        ]
        return Regions(tuple(fields), cases.domains, cases.keys)

    def facts(self, draw: st.DrawFn, preset: Preset) -> Facts:
        """One to three conflicts, each for an opportunity of its own."""
        scenes: list[Scene] = []
        left = preset.registrations
        for each in draw(_scenes(self, preset)):
            if left > 0:
                scenes.append(Scene(each.claims[:left]))
                left -= len(each.claims)
        return self._facts(scenes)

    def conflict(self, draw: st.DrawFn, preset: Preset) -> Facts:
        """One conflict."""
        return self._facts(draw(_scenes(self, preset))[:1])

    def _facts(self, scenes: Sequence[Scene]) -> Facts:
        facts, _ = facts_of(scenes, self.keys, plain=len(scenes) == 1)
        return facts

    def scene(self, draw: st.DrawFn, preset: Preset) -> Scene:
        """One conflict, not yet as facts."""
        field = pick(draw, self.fields)
        nudged = once_in(draw, 2)
        even = pick(draw, field.even) if field.even and not once_in(draw, 3) else None
        firsts, rivals = pick(draw, field.mixed) if even is None else (even.firsts, ())
        first = pick(draw, firsts)
        nudges = self._nudges(draw, first.values, 0) if nudged else {}
        mine = Claim(self._dropped(draw, {**first.values, **nudges}, preset))

        @st.composite
        def rival(draw: st.DrawFn) -> Claim:
            kind = pick(draw, rivals) if even is None else _moved(draw, even, first)
            values = dict(kind.values)
            if nudged and even is None and once_in(draw, 2):
                values.update(self._nudges(draw, values, 1))
            return Claim(self._dropped(draw, values, preset), pick(draw, _PARTNERS))

        others = draw(st.lists(rival(), max_size=min(_MOST, preset.registrations) - 1))
        return Scene(tuple(_sharing([mine, *others])))

    def _nudges(
        self, draw: st.DrawFn, values: Mapping[Variable, Any], side: int
    ) -> dict[Variable, Any]:
        """Another value for one or two of the facts, one that may matter."""
        names = sorted(values)
        if not names:
            return {}
        changed = sorted({pick(draw, names) for _ in range(pick(draw, (1, 1, 2)))})
        return {each: self._value(draw, each, side) for each in changed}

    def _value(self, draw: st.DrawFn, variable: Variable, side: int) -> Any:
        values = self.domains[side][variable]
        missing = values[-1] is None and once_in(draw, 3)
        return None if missing else pick(draw, values)

    def _dropped(
        self, draw: st.DrawFn, values: dict[Variable, Any], preset: Preset
    ) -> dict[Variable, Any]:
        """Without the facts that the preset drops."""
        if not preset.absent:
            return values
        return {
            each: value
            for each, value in values.items()
            if each.name == "submitted_at" or pick(draw, range(8)) < 8 - preset.absent
        }


def _rules(contest: Contest) -> int:
    """How many rules a contest has: the more, the more cases it takes to tell them apart."""
    listed = (contest.requires, contest.after, contest.overrides, contest.prefer, contest.gives)
    return 1 + sum(map(len, listed))


def _field(cases: Cases, benefit: str) -> _Field:
    """Who may meet in a contest; where nobody is ever admitted, everybody."""
    places = [at for (_, of, _), at in cases.layout.positions.items() if of == benefit]

    def answers(kind: Kind) -> tuple[Any, ...]:
        return tuple(kind.signature[at] for at in places)

    even: list[_Even] = []
    mixed = []
    for firsts, rivals, _ in cases.groups:
        admitted = tuple(each for each in firsts if not cases.admission(each, (0, benefit)))
        if admitted:
            mixed.append((admitted, rivals))
        by_answers: dict[tuple[Any, ...], list[Kind]] = {}
        for each in admitted:
            by_answers.setdefault(answers(each), []).append(each)
        for said, kinds in by_answers.items():
            against = {each.keys: each for each in rivals if answers(each) == said}
            values = tuple(tuple(dict.fromkeys(column)) for column in zip(*against, strict=True))
            if against:
                even.append(_Even(tuple(kinds), against, values))
    return _Field(tuple(even), tuple(mixed or [group[:2] for group in cases.groups]))


def _moved(draw: st.DrawFn, even: _Even, kind: Kind) -> Kind:
    """A rival that is the same but for some of what orders and windows look at."""
    keys = tuple(
        pick(draw, values) if mine not in values or once_in(draw, 2) else mine
        for mine, values in zip(kind.keys, even.values, strict=True)
    )
    return even.rivals.get(keys) or pick(draw, tuple(even.rivals.values()))


@lru_cache(maxsize=64)
def _scenes(regions: Regions, preset: Preset) -> st.SearchStrategy[list[Scene]]:
    return st.lists(_scene(regions, preset), min_size=1, max_size=_MOST)


@st.composite
def _scene(draw: st.DrawFn, regions: Regions, preset: Preset) -> Scene:
    return regions.scene(draw, preset)


def _sharing(claims: Sequence[Claim]) -> list[Claim]:
    """The registrations with what they have in common as the first has it, and what can be."""
    shared = {each: value for each, value in claims[0].values.items() if each.shared}
    made = []
    for each in claims:
        own = {v: x for v, x in each.values.items() if not v.shared}
        if not possible(own):
            own = {v: x for v, x in own.items() if v.name not in AFTERWARDS}
        made.append(Claim({**own, **shared}, each.partner))
    return made

"""Pairs of kinds as contests decide them: what of two registrations can bear on who gets what.

An order looks at one preference after the other, and at none behind the first that tells the two
apart. Whoever is too late for a window is not ordered at all. Pairs that differ in nothing else are
decided alike, and one of them is enough.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import attrs

from dealreg.analysis.comparisons import ORDER, WINDOW, Compared, Gap, one_at_most
from dealreg.analysis.questions import (
    ADMISSION,
    HOLDS,
    PREFERRED_NOT,
    RETURNED,
    UNKNOWN_PREFERRED,
)
from dealreg.analysis.quotient import Layout
from dealreg.analysis.readings import Readings, Variable
from dealreg.policy.policies import Policy
from dealreg.policy.stages import Effect, HeadStart, Key, MissingRule, Prefer

__all__ = ["Lens", "lenses_of"]

_Bits = tuple[Any, ...]
_REFERRED: Final = "referred"


@attrs.frozen(eq=False)
class _Step:
    """A preference: where its answer or the comparison of its values is found.

    Attributes:
        at: the place of the answer, or of the variable.
        part: of the comparison, the place in what is seen of it; None for an answer.
        missing: what becomes of a missing value.
    """

    at: int
    part: int | None
    missing: MissingRule


@attrs.frozen(eq=False)
class Lens:
    """What one contest sees of two registrations.

    Attributes:
        admission: the place of the answer that admits; None where all are admitted.
        alone: whether never more than one gets so far that it could be ordered.
        overrides: the places of the answers to overrides, in their order, and their effects.
        answers: the places of the other answers, but for those of preferences.
        steps: the preferences in their order.
        window: the place of the variable that the window looks at, and the part of what is seen;
            None for no window.
        whole: the places of variables of which it sees more than parts.
    """

    admission: int | None
    alone: bool
    overrides: tuple[tuple[int, Effect], ...]
    answers: tuple[int, ...]
    steps: tuple[_Step, ...]
    window: tuple[int, int] | None
    whole: tuple[int, ...]

    def answered(self, bits: _Bits, other_bits: _Bits) -> tuple[Any, ...]:
        """What the answers of two come to here, but for preferences."""
        mine, theirs = self._admitted(bits), self._admitted(other_bits)
        return (
            mine,
            theirs,
            self._overridden(bits, other_bits),
            *((bits[at], other_bits[at]) for at in self.answers),
        )

    def _overridden(self, bits: _Bits, other_bits: _Bits) -> tuple[Any, ...]:
        """What overrides make of two: none applies behind the first that one of them satisfies.

        And of each by itself: it may be the only one that is eligible, and whether it would get
        the benefit alone is what makes a deadlock.
        """
        both = tuple(self._first(each, each) for each in (bits, other_bits))
        if self.alone or not self.competes(bits, other_bits):
            return both
        return (*both, self._first(bits, other_bits))

    def _first(self, bits: _Bits, other_bits: _Bits) -> tuple[Any, ...]:
        """The first override that one of two satisfies, and who does; nothing without one."""
        for place, (at, _) in enumerate(self.overrides):
            if HOLDS in (bits[at], other_bits[at]):
                return (place, bits[at], other_bits[at])
        return ()

    def _is_settled(self, bits: _Bits, other_bits: _Bits) -> bool:
        """Whether an override leaves nothing to order, of two that are both eligible."""
        first = self._first(bits, other_bits)
        if not first:
            return False
        place, mine, theirs = first
        return self.overrides[place][1] is not Effect.TAKES or mine != theirs

    def competes(self, bits: _Bits, other_bits: _Bits) -> bool:
        """Whether both take part, or a person may admit them."""
        return max(self._admitted(bits), self._admitted(other_bits)) < RETURNED

    def _admitted(self, bits: _Bits) -> int:
        return 0 if self.admission is None else int(bits[self.admission])

    def decided(self, bits: _Bits, other_bits: _Bits, sign: Sequence[Any]) -> tuple[Any, ...]:
        """What comes of the order and the window, of two that both take part."""
        if self._is_settled(bits, other_bits):
            return ()
        whole = tuple(sign[at] for at in self.whole)
        if self.window is None:
            return (whole, self._ordered(bits, other_bits, sign))
        at, part = self.window
        timed = sign[at]
        if isinstance(timed, Gap):
            return (whole, timed, self._ordered(bits, other_bits, sign))
        seen = timed[part]
        order, late = seen
        if late is True:
            return (whole, order)
        if late is False:
            return (whole, self._ordered(bits, other_bits, sign))
        return (whole, seen, self._ordered(bits, other_bits, sign))

    def _ordered(self, bits: _Bits, other_bits: _Bits, sign: Sequence[Any]) -> tuple[Any, ...]:
        """The first preference that tells two apart, and how; nothing where none does."""
        for place, step in enumerate(self.steps):
            told = _answers(step, bits, other_bits) if step.part is None else _signs(step, sign)
            if told is not None:
                return (place, told)
        return ()


def _answers(step: _Step, bits: _Bits, other_bits: _Bits) -> Any:
    mine, theirs = bits[step.at], other_bits[step.at]
    if UNKNOWN_PREFERRED in (mine, theirs):
        if step.missing is MissingRule.REFER:
            return _REFERRED
        if step.missing is MissingRule.LAST:  # as if it were not preferred
            mine, theirs = (PREFERRED_NOT if e == UNKNOWN_PREFERRED else e for e in (mine, theirs))
    return None if mine == theirs else (mine, theirs)


def _signs(step: _Step, sign: Sequence[Any]) -> Any:
    seen = sign[step.at]
    if isinstance(seen, Gap):
        missing = (seen.first, seen.rival)
    else:
        assert step.part is not None
        told = seen[step.part]
        if not isinstance(told, tuple):
            return told or None
        missing = (not told[0], not told[1])  # amounts in another currency
    if step.missing is MissingRule.REFER:
        return _REFERRED
    return None if all(missing) else missing


def lenses_of(
    policies: Sequence[Policy],
    found: Readings,
    layout: Layout,
    places: Sequence[int],
    looked: Sequence[Variable],
    compared: Sequence[Compared],
    contests: Collection[tuple[int, str]],
) -> list[Lens]:
    """What each of some contests sees of two registrations.

    Args:
        policies: the policies.
        found: what they read.
        layout: where answers count.
        places: the positions of the answers that are given, in their order.
        looked: the variables whose comparisons are given, in their order.
        compared: how each of them compares.
        contests: the contests, each by the number of its policy and its benefit.
    """
    at = {place: number for number, place in enumerate(places)}
    roles = {
        (each[:2], each[2]): at[place] for each, place in layout.positions.items() if place in at
    }
    where = {variable: number for number, variable in enumerate(looked)}
    made = []
    for each in sorted(contests):
        policy = policies[each[0]]
        contest = policy.contest(each[1])
        own = {role: number for (whose, role), number in roles.items() if whose == each}
        admission = own.pop(ADMISSION, None)
        overrides = () if contest is None else contest.overrides
        over = tuple((own.pop(f"override {o.code}"), o.effect) for o in overrides)
        answers = tuple(n for role, n in sorted(own.items()) if not role.startswith("prefer "))
        steps: list[_Step] = []
        window, whole = None, []
        alone = contest is not None and one_at_most(policy, contest)
        if contest is not None and not alone:
            for place, preference in enumerate(contest.prefer):
                step = _step(preference, place, own, found, where, compared, each)
                steps += [] if step is None else [step]
            clock = (each, WINDOW)
            for number, how in enumerate(compared):
                if each not in layout.kept[looked[number]]:
                    continue
                if how.parts is None:
                    whole.append(number)
                elif clock in how.parts:
                    window = (number, how.parts[clock])
            if isinstance(contest.window, HeadStart) and window is not None:
                whole.append(window[0])
                window = None
        made.append(Lens(admission, alone, over, answers, tuple(steps), window, tuple(whole)))
    return made


def _step(
    preference: Key | Prefer,
    place: int,
    own: Mapping[str, int],
    found: Readings,
    where: Mapping[Variable, int],
    compared: Sequence[Compared],
    contest: tuple[int, str],
) -> _Step | None:
    """Where a preference is answered; None for one that is looked at as a whole, or by nobody."""
    if isinstance(preference, Prefer):
        at = own.get(f"prefer {place}")
        return None if at is None else _Step(at, None, preference.missing)
    part = (contest, preference.currency or ORDER)
    for variable in found.variables(preference.fact):
        number = where.get(variable)
        parts = None if number is None else compared[number].parts
        if number is not None and parts is not None and part in parts:
            return _Step(number, parts[part], preference.missing)
    return None

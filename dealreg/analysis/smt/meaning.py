"""What predicates and contests come to, as formulas: who is eligible, in time, best, and granted.

Read with the reference beside it: `truth` for predicates, `admission`, `ordering` and `awarding`.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, assert_never

import attrs
import z3

from dealreg.analysis.smt.symbols import Symbols
from dealreg.analysis.smt.truths import Truths
from dealreg.deciders.reference.governing import in_order
from dealreg.facts.values import Span
from dealreg.policy.contests import Contest
from dealreg.policy.policies import Policy
from dealreg.policy.stages import (
    Best,
    Effect,
    Grace,
    HeadStart,
    Key,
    MissingRule,
    Prefer,
    Tie,
    Unmet,
)

__all__ = ["Meaning", "Outcome"]

_TICK = timedelta(microseconds=1)


@attrs.frozen(eq=False)
class Outcome:
    """How the registrations stand to one benefit, a formula for each of them.

    Attributes:
        granted, referred, returned: whether it stands so; else it is denied.
        unmet: for each requirement by its code, whether it is what keeps the registration out.
    """

    granted: Sequence[Any]
    referred: Sequence[Any]
    returned: Sequence[Any]
    unmet: Mapping[str, Sequence[Any]]


@attrs.frozen(eq=False)
class _Barred:
    """What keeps one registration out: anything, something to supply, or a person's word.

    `first` says for each requirement whether it is the reason that is given.
    """

    any: Any
    returns: Any
    refers: Any
    first: Mapping[str, Any]


@attrs.frozen(eq=False)
class _Award:
    """Who is granted a benefit among the eligible, and who awaits a person."""

    granted: Sequence[Any]
    referred: Sequence[Any]


@attrs.frozen(eq=False)
class Meaning:
    """What one policy comes to, over the facts that the symbols stand for."""

    policy: Policy
    symbols: Symbols

    @property
    def truths(self) -> Truths:
        """When predicates are true."""
        return Truths(self.symbols)

    def outcomes(self, present: Sequence[Any]) -> dict[str, Outcome]:
        """How the registrations that are present stand to every benefit."""
        made: dict[str, Outcome] = {}
        for benefit in in_order((self.policy,)):
            contest = self.policy.contest(benefit)
            assert contest is not None
            made[benefit] = self._outcome(contest, present, made)
        return made

    def _outcome(
        self, contest: Contest, present: Sequence[Any], before: Mapping[str, Outcome]
    ) -> Outcome:
        barred = [self._barred(contest, place, before) for place in range(len(present))]
        eligible = [
            _all(here, z3.Not(each.any)) for here, each in zip(present, barred, strict=True)
        ]
        awaiting = [_all(here, each.refers) for here, each in zip(present, barred, strict=True)]
        base = self._awarded(contest, eligible, None)
        held: list[Any] = []
        lost: list[Any] = []
        if self._may_wait(contest):
            held, lost = self._awaited(contest, eligible, awaiting, base)
        granted, referred = [], []
        for place, (gets, asked) in enumerate(zip(base.granted, base.referred, strict=True)):
            waits = held[place] if held else z3.BoolVal(False)
            over = lost[place] if lost else z3.BoolVal(False)
            granted.append(_all(gets, z3.Not(waits)))
            referred.append(z3.Or(asked, waits, _all(awaiting[place], z3.Not(over))))
        unmet = {
            each.code: [
                _all(here, one.first[each.code]) for here, one in zip(present, barred, strict=True)
            ]
            for each in contest.requires
        }
        returned = [_all(here, each.returns) for here, each in zip(present, barred, strict=True)]
        return Outcome(granted, referred, returned, unmet)

    def _barred(self, contest: Contest, place: int, before: Mapping[str, Outcome]) -> "_Barred":
        """What keeps a registration out: what denies weighs most, then what sends back."""
        denies: list[Any] = [self._lapsed(contest, place)]
        returns: list[Any] = []
        refers: list[Any] = []
        kinds = {Unmet.DENY: denies, Unmet.RETURN: returns, Unmet.REFER: refers}
        first: dict[str, tuple[Any, Any]] = {}
        for each in contest.requires:
            truth = self.truths.of(each.that, place)
            unknown = z3.And(z3.Not(truth.true), z3.Not(truth.false))
            when = [(truth.false, each.if_false), (unknown, each.if_unknown)]
            of = {
                unmet: z3.Or([formula for formula, kind in when if kind is unmet])
                for unmet in kinds
            }
            first[each.code] = (
                _all(of[Unmet.DENY], z3.Not(z3.Or(denies))),
                _all(of[Unmet.RETURN], z3.Not(z3.Or(returns))),
            )
            for unmet, formula in of.items():
                kinds[unmet].append(formula)
        for after in contest.after:
            upstream = before[after.benefit]
            holds, asked = upstream.granted[place], upstream.referred[place]
            refers.append(asked)
            denies.append(_all(z3.Not(holds), z3.Not(asked)))
        denied, returned, referred = z3.Or(denies), z3.Or(returns), z3.Or(refers)
        return _Barred(
            z3.Or(denied, returned, referred),
            _all(returned, z3.Not(denied)),
            _all(referred, z3.Not(denied), z3.Not(returned)),
            {code: z3.Or(deny, _all(back, z3.Not(denied))) for code, (deny, back) in first.items()},
        )

    def _lapsed(self, contest: Contest, place: int) -> Any:
        """Whether the period is over at the instant asked about; one that has not begun is not."""
        period = contest.period
        if period is None:
            return z3.BoolVal(False)
        last = self.symbols.now() - _ticks(period.length)
        started = self.symbols.value(period.starts, place)
        return _all(self.symbols.known(period.starts, place), started <= last)

    def _may_wait(self, contest: Contest) -> bool:
        """Whether somebody may await a person's word before taking part."""
        upstream = [self.policy.contest(after.benefit) for after in contest.after]
        refers = any(Unmet.REFER in (e.if_false, e.if_unknown) for e in contest.requires)
        return refers or any(each is not None and self._may_refer(each) for each in upstream)

    def _may_refer(self, contest: Contest) -> bool:
        asks = any(each.effect is Effect.REFERS for each in contest.overrides)
        return contest.tie is Tie.REFER or asks or self._may_wait(contest)

    def _awaited(
        self, contest: Contest, eligible: Sequence[Any], awaiting: Sequence[Any], base: "_Award"
    ) -> tuple[list[Any], list[Any]]:
        """Whose outcome hangs on a person's word, and whom that word would not help."""
        places = range(len(eligible))
        held: list[list[Any]] = [[] for _ in places]
        lost: list[Any] = []
        shares = contest.tie is Tie.SHARE
        for other in places:
            joined = [
                z3.Or(each, z3.BoolVal(place == other)) for place, each in enumerate(eligible)
            ]
            then = self._awarded(contest, joined, other)
            alike = _count(then.granted) == _count(base.granted) if shares else z3.BoolVal(True)
            changed = [
                _all(
                    eligible[place],
                    z3.Or(
                        base.granted[place] != then.granted[place],
                        base.referred[place] != then.referred[place],
                        _all(base.granted[place], z3.Not(alike)),
                    ),
                )
                for place in places
            ]
            for place in places:
                held[place].append(_all(awaiting[other], changed[place]))
            no_help = z3.Not(z3.Or(then.granted[other], then.referred[other]))
            lost.append(_all(awaiting[other], z3.Not(z3.Or(changed)), no_help))
        return [z3.Or(each) for each in held], lost

    def _awarded(self, contest: Contest, eligible: Sequence[Any], favoured: int | None) -> "_Award":
        """Who is granted the benefit, and who awaits a person, of the eligible.

        `favoured` is whom a person has accepted, where the policy leaves it to one.
        """
        left = list(eligible)
        referred: Any = z3.BoolVal(False)
        settled: Any = z3.BoolVal(False)
        for override in contest.overrides:
            hits = [
                _all(each, self.truths.of(override.when, place).true)
                for place, each in enumerate(eligible)
            ]
            applies = _all(z3.Or(hits), z3.Not(settled))
            match override.effect:
                case Effect.TAKES:
                    kept: list[Any] = hits
                case Effect.CLOSES:
                    kept = [z3.BoolVal(False)] * len(left)
                case Effect.REFERS:
                    kept = [z3.BoolVal(place == favoured) for place in range(len(left))]
                    if favoured is None:
                        referred = z3.Or(referred, applies)
                case _:
                    assert_never(override.effect)
            left = [z3.If(applies, one, other) for one, other in zip(kept, left, strict=True)]
            settled = z3.Or(settled, applies)
        best = self._best(contest, self._in_time(contest, left))
        granted, tied = _tied(contest.tie, self._one_each(best), favoured)
        return _Award(
            granted,
            [z3.Or(one, _all(referred, other)) for one, other in zip(tied, eligible, strict=True)],
        )

    def _in_time(self, contest: Contest, left: Sequence[Any]) -> list[Any]:
        window = contest.window
        if window is None:
            return list(left)
        length = _ticks(window.length) if isinstance(window, Grace) else 0
        clocks = []
        for place in range(len(left)):
            clock = self.symbols.value(window.clock.name, place)
            if isinstance(window, HeadStart):
                ladder = window.ladder.name
                level = z3.If(
                    self.symbols.known(ladder, place), self.symbols.value(ladder, place), 0
                )
                clock = clock - level * _ticks(window.length)
            clocks.append(clock)
        timed = [
            z3.And(each, self.symbols.known(window.clock.name, place))
            for place, each in enumerate(left)
        ]
        nobody = z3.Not(z3.Or(timed))
        return [
            z3.And(
                left[place],
                z3.Or(
                    nobody,
                    z3.And(
                        timed[place],
                        *(
                            z3.Implies(timed[other], clock <= clocks[other] + length)
                            for other in range(len(left))
                            if other != place
                        ),
                    ),
                ),
            )
            for place, clock in enumerate(clocks)
        ]

    def _best(self, contest: Contest, inside: Sequence[Any]) -> list[Any]:
        """The best of those in time, equal ones together."""
        ranks = [
            [self._rank(each, place) for each in contest.prefer] for place in range(len(inside))
        ]
        return [
            z3.And(
                each,
                *(
                    z3.Not(z3.And(inside[other], _better(ranks[other], ranks[place])))
                    for other in range(len(inside))
                    if other != place
                ),
            )
            for place, each in enumerate(inside)
        ]

    def _one_each(self, best: Sequence[Any]) -> list[Any]:
        """Of equal ones of the same partner, the first by its number."""
        whose = [self.symbols.partner(place) for place in range(len(best))]
        return [
            _all(
                each,
                *(
                    z3.Not(_all(best[other], whose[other] == whose[place]))
                    for other in range(place)
                ),
            )
            for place, each in enumerate(best)
        ]

    def _rank(self, preference: Key | Prefer, place: int) -> tuple[Any, Any]:
        """How good a registration is by one preference, the lower the better: group, then value."""
        missing = -1 if preference.missing is MissingRule.FIRST else 1
        match preference:
            case Prefer(when):
                truth = self.truths.of(when, place)
                if preference.missing is MissingRule.LAST:
                    return z3.IntVal(0), z3.If(truth.true, z3.IntVal(0), z3.IntVal(1))
                unknown = z3.And(z3.Not(truth.true), z3.Not(truth.false))
                return (
                    z3.If(unknown, z3.IntVal(missing), z3.IntVal(0)),
                    z3.If(truth.false, z3.IntVal(1), z3.IntVal(0)),
                )
            case Key(fact, best):
                known = self.truths.comparable(fact, place, preference.currency)
                value = self.symbols.value(fact.name, place)
                signed = value if best is Best.LOWEST else -value
                return (
                    z3.If(known, z3.IntVal(0), z3.IntVal(missing)),
                    z3.If(known, signed, z3.IntVal(0)),
                )


def _ticks(length: Span) -> int:
    return timedelta(**{length.unit.value: length.length}) // _TICK


def _better(one: Sequence[tuple[Any, Any]], other: Sequence[tuple[Any, Any]]) -> Any:
    """Whether one comes before another: by the first preference that tells them apart."""
    result: Any = z3.BoolVal(False)
    for (group, value), (group_2, value_2) in reversed(list(zip(one, other, strict=True))):
        before = z3.Or(group < group_2, z3.And(group == group_2, value < value_2))
        equal = z3.And(group == group_2, value == value_2)
        result = z3.Or(before, z3.And(equal, result))
    return result


def _tied(tie: Tie, best: Sequence[Any], favoured: int | None) -> tuple[list[Any], list[Any]]:
    """Who of the best is granted the benefit, and who awaits a person."""
    nobody = [z3.BoolVal(False)] * len(best)
    places = range(len(best))
    others = [z3.Or([best[o] for o in places if o != p]) for p in places]
    match tie:
        case Tie.SHARE:
            return list(best), nobody
        case Tie.REGISTRATION_ID:
            return [_all(best[p], *(z3.Not(best[o]) for o in range(p))) for p in places], nobody
        case Tie.REFER:
            alone = [_all(best[p], z3.Not(others[p])) for p in places]
            asked = [_all(best[p], others[p]) for p in places]
            if favoured is None:
                return alone, asked
            wins = best[favoured]
            granted = [wins if p == favoured else _all(alone[p], z3.Not(wins)) for p in places]
            return granted, [_all(each, z3.Not(wins)) for each in asked]
        case _:
            assert_never(tie)


def _all(*formulas: Any) -> Any:
    return z3.And(*formulas)


def _count(formulas: Sequence[Any]) -> Any:
    return z3.Sum([z3.If(each, 1, 0) for each in formulas])

"""`compare` and `deadlocks`, asked of the solver; every case that it finds is decided anew."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import attrs

from dealreg.analysis.cases import inside_of
from dealreg.analysis.compare import check_scope, only_policies, premises_of
from dealreg.analysis.deadlocks import certificate, way_of
from dealreg.analysis.limits import only
from dealreg.analysis.partings import partings
from dealreg.analysis.readings import Readings
from dealreg.analysis.scenes import Scene, facts_of, run
from dealreg.analysis.smt.bounds import bounds_of_comparison, bounds_of_deadlocks
from dealreg.analysis.smt.coverage import check_covered
from dealreg.analysis.smt.reading import solver_readings
from dealreg.analysis.times import ASKED
from dealreg.analysis.witnesses import smallest
from dealreg.deciders.reference.decide import decide_unchecked, found_deadlocks
from dealreg.deciders.reference.governing import in_order
from dealreg.errors import MissingExtraError, UsageError, shown
from dealreg.outcome.comparison import Change, Comparison, Limit, LimitCode, Witness
from dealreg.outcome.deadlock_patterns import DeadlockPattern, Deadlocks
from dealreg.outcome.references import reference_of
from dealreg.policy.policies import Policy
from dealreg.policy.predicates import Predicate, predicate

if TYPE_CHECKING:
    from dealreg.analysis.smt.answers import Answer
    from dealreg.analysis.smt.calendars import Calendars
    from dealreg.analysis.smt.meaning import Meaning
    from dealreg.analysis.smt.symbols import Symbols

__all__ = ["compare", "deadlocks"]

_MOST_REGISTRATIONS: Final = 6
_MOST_CORRECTIONS: Final = 60
"""So often the solver is told about a date that it had otherwise; then the verdict is bounded."""

_PATIENCE: Final = 600_000
"""So many milliseconds the solver thinks about one question."""


def compare(old: Policy, new: Policy, *, k: int = 2, scope: Any = None) -> Comparison:
    """Whether two policies decide every conflict of at most `k` registrations alike, by the solver.

    For each benefit that the two may decide otherwise one case is shown, decided by the reference.

    Args:
        old: the rules as they are.
        new: the proposed ones.
        k: how many registrations a case has at most, from 1 to 6.
        scope: a predicate; only conflicts all of whose registrations satisfy it are compared.

    Raises:
        PolicyErrors: a policy is not sound, or it or the scope has parts that the solver does not
            read.
        UsageError: for something else than two policies that fit the same facts, or another `k`.
        MissingExtraError: the solver is not installed.

    >>> from dealreg import Policy, contest, earliest, field, requirement
    >>> def rules(least):
    ...     return Policy(programme="Example", contests=[contest("protection",
    ...         requirement("SMALL", field("quantity") >= least), earliest("submitted_at"))])
    >>> found = compare(rules(5), rules(5), k=3)
    >>> found.equivalent, found.exact
    (True, True)
    >>> [each.benefit for each in compare(rules(5), rules(6), k=3).changes]
    ['protection']
    """
    within = None if scope is None else predicate(scope)
    only_policies(old, new)
    check_scope(within, old, new)
    asked = _Asked.of((old, new), k, within)
    changes: list[Change] = []
    count = 0
    for benefit in dict.fromkeys((*in_order((old,)), *in_order((new,)))):
        shows = _shown_by(asked, benefit)
        scene = asked.differing(benefit, shows)
        count += 1
        if scene is not None:
            changes.append(_change(asked, benefit, _small(scene, shows)))
    return Comparison(
        old=reference_of(old),
        new=reference_of(new),
        registrations=k,
        limits=bounds_of_comparison(old, new, asked.found, k, within) + asked.unsettled,
        premises=premises_of(within),
        changes=changes,
        cases=count,
    )


def deadlocks(policy: Policy, *, k: int = 2) -> Deadlocks:
    """Every way in which a policy can deadlock in conflicts of at most `k` registrations.

    As `dealreg.deadlocks`, without grace periods and repairs. Ways are told apart by the benefit
    that a rival holds and the requirement it fails; of all others one is shown for each benefit.

    Args:
        policy: the rules.
        k: how many registrations a case has at most, from 1 to 6.

    Raises:
        PolicyErrors: the policy is not sound, or has parts that the solver does not read.
        UsageError: for something else than a policy, or another `k`.
        MissingExtraError: the solver is not installed.

    >>> from dealreg import Policy, contest, earliest, field, holder_of, requirement
    >>> policy = Policy(programme="Example", tiers=["silver", "gold"], contests=[
    ...     contest("protection", earliest("submitted_at")),
    ...     contest("special_bid", holder_of("protection"), earliest("submitted_at"),
    ...             requirement("NOT_GOLD", field("tier") >= "gold"))])
    >>> [(each.holds, each.code) for each in deadlocks(policy).patterns]
    [('protection', 'NOT_GOLD')]
    """
    only_policies(policy)
    asked = _Asked.of((policy,), k)
    patterns: list[DeadlockPattern] = []
    count = 0
    for benefit in sorted(each.benefit for each in policy.contests):
        found: dict[tuple[str, ...], Scene] = {}
        for scene in asked.deadlocked(benefit, found):
            count += 1
            ways = _ways(policy, scene, benefit)
            found.update(dict.fromkeys(ways, scene))
        patterns += [_pattern(policy, way, found[way]) for way in sorted(found)]
    return Deadlocks(
        policy=reference_of(policy),
        patterns=patterns,
        registrations=k,
        limits=bounds_of_deadlocks(policy, asked.found, k) + asked.unsettled,
        premises=premises_of(),
        cases=count,
    )


def _not_shown(what: str, benefit: str, scene: Scene, policies: Sequence[Policy]) -> AssertionError:
    """The error that the reference does not confirm what the solver found: a defect of dealreg."""
    facts, _ = facts_of([scene], plain=True)
    decided = [decide_unchecked(each, facts, ASKED, {}).standings for each in policies]
    return AssertionError(
        f"the solver says that this {what} in {benefit}, and the reference does not: "
        f"{facts!r} {decided!r}"
    )


@attrs.frozen(eq=False)
class _Asked:
    """The solver, with all that policies come to, and the questions that it could not settle."""

    policies: tuple[Policy, ...]
    found: Readings
    symbols: "Symbols"
    meanings: "tuple[Meaning, ...]"
    calendars: "Calendars"
    scope: Predicate | None = None
    unsettled: list[Limit] = attrs.field(factory=list)

    @classmethod
    def of(cls, policies: tuple[Policy, ...], k: int, scope: Predicate | None = None) -> "_Asked":
        if type(k) is not int or not 1 <= k <= _MOST_REGISTRATIONS:
            raise UsageError(
                f"{shown(k)} registrations cannot be asked about",
                value=k,
                hint=f"give a number from 1 to {_MOST_REGISTRATIONS}",
            )
        found = solver_readings(policies, scope)
        check_covered(policies, found, scope)
        try:
            from dealreg.analysis.smt.calendars import Calendars
            from dealreg.analysis.smt.entitling import Scales
            from dealreg.analysis.smt.meaning import Meaning
            from dealreg.analysis.smt.symbols import Symbols
        except ImportError as absent:
            raise MissingExtraError(
                f"the solver is asked through {shown(absent.name)}, which is not installed",
                value=absent.name,
                hint='run `pip install "dealreg[smt]"`',
            ) from None
        symbols, calendars = Symbols.of(policies, found, k), Calendars()
        scales = Scales.of(policies)
        meanings = tuple(Meaning(each, symbols, calendars, scales) for each in policies)
        return cls(policies, found, symbols, meanings, calendars, scope)

    def differing(self, benefit: str, shows: Callable[[Scene], bool]) -> Scene | None:
        """A case in which the two policies decide a benefit otherwise; None where there is none."""
        from dealreg.analysis.smt.meaning import differences

        old, new = (each.outcomes().get(benefit) for each in self.meanings)
        return self._answer(differences(old, new), "differs", benefit, shows)

    def deadlocked(self, benefit: str, found: Mapping[tuple[str, ...], Scene]) -> Iterator[Scene]:
        """Cases that deadlock in a benefit: one for each way that is not among those found."""
        from dealreg.analysis.smt.deadlocking import ways_to_deadlock

        (policy,) = self.policies

        def shows(scene: Scene) -> bool:
            return bool(_ways(policy, scene, benefit))

        for holds, code, way in ways_to_deadlock(self.meanings[0], benefit):
            if any((holds, code) == (known[1], known[2]) for known in found):
                continue
            scene = self._answer(way, "deadlocks", benefit, shows)
            if scene is not None:
                yield scene

    def _answer(
        self, question: Any, what: str, benefit: str, shows: Callable[[Scene], bool]
    ) -> Scene | None:
        """A case for which a question is answered with yes, as the reference confirms.

        Where the reference does not, it is for a length that depends on the date. The solver is
        told what is so about that date, and asked again, so many times.
        """
        import z3

        if question is False:
            return None
        solver = z3.SimpleSolver()  # the others prepare for longer than it takes
        solver.set("timeout", _PATIENCE)
        solver.set("random_seed", 0)
        solver.add(*self.symbols.domains(), *self._inside(), question)
        solver.add(*self.calendars.laws, *self.calendars.learned)
        for _ in range(_MOST_CORRECTIONS):
            answer = self._asked(solver)
            if answer is None:
                return None
            if shows(answer.scene()):
                return answer.scene()
            corrections = self.calendars.corrections(answer)
            if not corrections:
                raise _not_shown(what, benefit, answer.scene(), self.policies)
            solver.add(*corrections)
            # First among the dates that it knows: else it may go on to a new one every time.
            solver.push()
            solver.add(self.calendars.of_known_dates())
            answer = self._asked(solver)
            solver.pop()
            if answer is not None and shows(answer.scene()):
                return answer.scene()
        self.unsettled.append(Limit(code=LimitCode.CALENDAR, clause=f"contests[{benefit}]"))
        return None

    def _asked(self, solver: Any) -> "Answer | None":
        """An answer of the solver; None where it shows that there is none."""
        import z3

        from dealreg.analysis.smt.answers import Answer

        match solver.check():
            case z3.unsat:
                return None
            case z3.sat:
                return Answer(self.symbols, solver.model())
            case _:
                raise UsageError(
                    "the solver gave up",
                    value=solver.reason_unknown(),
                    hint="ask for a smaller `k`",
                )

    def _inside(self) -> Iterator[Any]:
        """That all registrations that are present satisfy the scope."""
        from dealreg.analysis.smt.logic import then

        if self.scope is None:
            return
        for place in range(self.symbols.size):
            holds = self.meanings[0].truths.of(self.scope, place).true
            yield then(holds, self.symbols.present(place))


def _shown_by(asked: _Asked, benefit: str) -> Callable[[Scene], bool]:
    """Whether the reference decides a case otherwise by the one policy than by the other."""
    old, new = asked.policies
    policies = (only(old, benefit), only(new, benefit))
    inside = inside_of(old, asked.scope)

    def shows(scene: Scene) -> bool:
        before, after = (run(each, [scene]) for each in policies)
        seen = any(partings(before, after, 0, len(scene.claims), (benefit,)))
        return seen and (inside is None or inside(scene))

    return shows


def _change(asked: _Asked, benefit: str, small: Scene) -> Change:
    old, new = asked.policies
    policies = (only(old, benefit), only(new, benefit))
    before, after = (run(each, [small]) for each in policies)
    parting = next(partings(before, after, 0, len(small.claims), (benefit,)))
    facts, _ = facts_of([small], plain=True)
    return Change(
        kind=parting.kind,
        benefit=benefit,
        stage=parting.stage,
        clause=parting.clause,
        side=parting.side,
        patterns=1,
        witness=Witness(
            facts=facts,
            at=ASKED,
            about=tuple(f"R{place}" for place in parting.places),
            old=decide_unchecked(old, facts, ASKED, {}),
            new=decide_unchecked(new, facts, ASKED, {}),
        ),
    )


def _small(scene: Scene, shows: Callable[[Scene], bool]) -> Scene:
    """The case made small: first of fewer registrations, then of fewer facts."""
    if len(scene.claims) > 2:  # noqa: PLR2004 - a pair is what can be made small by the rest
        for place in range(len(scene.claims)):
            fewer = Scene((*scene.claims[:place], *scene.claims[place + 1 :]))
            if shows(fewer):
                return _small(fewer, shows)
        return scene
    return smallest(scene, shows)


def _ways(policy: Policy, scene: Scene, benefit: str) -> list[tuple[str, ...]]:
    found = found_deadlocks(run(policy, [scene]))
    return [way_of(each) for each in found if each.benefit == benefit]


def _pattern(policy: Policy, way: tuple[str, ...], scene: Scene) -> DeadlockPattern:
    small = _small(scene, lambda each: way in _ways(policy, each, way[0]))
    facts, _ = facts_of([small], plain=True)
    decision = decide_unchecked(policy, facts, ASKED, {})
    deadlock = next(each for each in decision.deadlocks if way_of(each) == way)
    pair = len(small.claims) == 2  # noqa: PLR2004
    blocked = int(deadlock.blocked.removeprefix("R"))
    return DeadlockPattern(
        benefit=way[0],
        holds=way[1] or None,
        code=way[2],
        clause=way[3],
        patterns=1,
        facts=facts,
        at=ASKED,
        deadlock=deadlock,
        decision=decision,
        certificate=tuple(certificate(small, blocked)) if pair else (),
    )

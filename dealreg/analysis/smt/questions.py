"""`compare` and `deadlocks`, asked of the solver; every case that it finds is decided anew."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import attrs

from dealreg.analysis.cases import inside_of
from dealreg.analysis.compare import check_scope, only_policies, premises_of
from dealreg.analysis.deadlocks import certificate, way_of
from dealreg.analysis.limits import changed, only, over_time, shape_limits
from dealreg.analysis.partings import partings
from dealreg.analysis.readings import Readings, readings
from dealreg.analysis.scenes import Scene, facts_of, run
from dealreg.analysis.smt.coverage import check_covered
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
from dealreg.policy.stages import Key

if TYPE_CHECKING:
    from dealreg.analysis.smt.meaning import Meaning, Outcome
    from dealreg.analysis.smt.symbols import Symbols

__all__ = ["compare", "deadlocks"]

_MOST_REGISTRATIONS: Final = 6
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
        scene = asked.differing(benefit)
        count += 1
        if scene is not None:
            changes.append(_change(asked, benefit, scene))
    limits = set(over_time(old, new))
    for policy in (old, new):
        for contest in policy.contests:
            if changed(old, new, contest.benefit):
                limits |= set(shape_limits(policy, contest))
    return Comparison(
        old=reference_of(old),
        new=reference_of(new),
        registrations=k,
        limits=_with_size(limits, k),
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
            if not ways:
                raise _not_shown("deadlocks", benefit, scene, [policy])
            found.update(dict.fromkeys(ways, scene))
        patterns += [_pattern(policy, way, found[way]) for way in sorted(found)]
    shapes = {limit for each in policy.contests for limit in shape_limits(policy, each)}
    return Deadlocks(
        policy=reference_of(policy),
        patterns=patterns,
        registrations=k,
        limits=_with_size(shapes, k),
        premises=premises_of(),
        cases=count,
    )


def _with_size(limits: set[Limit], k: int) -> list[Limit]:
    """The limits, and with one registration only that two were not tried."""
    alone = {Limit(code=LimitCode.CROWDED, clause="contests")} if k == 1 else set()
    return sorted(limits | alone)


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
    """The solver, with all that policies come to."""

    policies: tuple[Policy, ...]
    symbols: "Symbols"
    meanings: "tuple[Meaning, ...]"
    scope: Predicate | None = None

    @classmethod
    def of(cls, policies: tuple[Policy, ...], k: int, scope: Predicate | None = None) -> "_Asked":
        if type(k) is not int or not 1 <= k <= _MOST_REGISTRATIONS:
            raise UsageError(
                f"{shown(k)} registrations cannot be asked about",
                value=k,
                hint=f"give a number from 1 to {_MOST_REGISTRATIONS}",
            )
        found = _read(policies, scope)
        try:
            from dealreg.analysis.smt.meaning import Meaning
            from dealreg.analysis.smt.symbols import Symbols
        except ImportError as absent:
            raise MissingExtraError(
                f"the solver is asked through {shown(absent.name)}, which is not installed",
                value=absent.name,
                hint='run `pip install "dealreg[smt]"`',
            ) from None
        symbols = Symbols.of(found, k, _currencies(policies))
        return cls(policies, symbols, tuple(Meaning(each, symbols) for each in policies), scope)

    def differing(self, benefit: str) -> Scene | None:
        """A case in which the two policies decide a benefit otherwise; None where there is none."""
        import z3

        present = [self.symbols.present(place) for place in range(self.symbols.size)]
        old, new = (each.outcomes(present).get(benefit) for each in self.meanings)
        never = [z3.BoolVal(False)] * self.symbols.size
        different = [
            z3.Or([one[place] != other[place] for place in range(self.symbols.size)])
            for one, other in (
                (
                    never if old is None else getattr(old, kind),
                    never if new is None else getattr(new, kind),
                )
                for kind in ("granted", "referred", "returned")
            )
        ]
        return self._answer(z3.Or(different))

    def deadlocked(self, benefit: str, found: Mapping[tuple[str, ...], Scene]) -> Iterator[Scene]:
        """Cases that deadlock in a benefit: one for each way that is not among those found."""
        import z3

        (meaning,) = self.meanings
        places = range(self.symbols.size)
        present = [self.symbols.present(place) for place in places]
        outcomes = meaning.outcomes(present)
        mine = outcomes[benefit]
        alone = []
        for place in places:
            only_this = [z3.BoolVal(other == place) for other in places]
            granted = meaning.outcomes(only_this)[benefit].granted[place]
            alone.append(z3.And(present[place], granted))
        nobody = [z3.Not(each) for each in (*mine.granted, *mine.referred)]
        for holds, code, way in self._ways(benefit, outcomes, alone):
            if any((holds, code) == (known[1], known[2]) for known in found):
                continue
            scene = self._answer(z3.And(*nobody, way))
            if scene is not None:
                yield scene

    def _ways(
        self, benefit: str, outcomes: "Mapping[str, Outcome]", alone: Sequence[Any]
    ) -> Iterator[tuple[str, str, Any]]:
        """The ways to deadlock: who holds what is needed, what keeps it unused, and when it is so.

        No code stands for anything but a requirement; no benefit for that no rival holds it.
        """
        import z3

        contest = self.policies[0].contest(benefit)
        needed = [] if contest is None else [each.benefit for each in contest.after if each.holds]
        places = range(self.symbols.size)
        unmet = outcomes[benefit].unmet
        met = [z3.Not(z3.Or([each[place] for each in unmet.values()])) for place in places]
        without: list[Any] = [z3.BoolVal(True) for _ in places]
        for name in needed:
            held = outcomes[name].granted
            lacks = [z3.And(each, z3.Not(has)) for each, has in zip(alone, held, strict=True)]
            for code, kept_out in (*unmet.items(), ("", met)):
                rivals = z3.Or([z3.And(held[place], kept_out[place]) for place in places])
                yield name, code, z3.And(z3.Or(lacks), rivals)
            without = [
                z3.And(so_far, z3.Or(has, z3.Not(z3.Or(list(held)))))
                for so_far, has in zip(without, held, strict=True)
            ]
        yield "", "", z3.Or([z3.And(*each) for each in zip(alone, without, strict=True)])

    def _answer(self, question: Any) -> Scene | None:
        import z3

        solver = z3.Solver()
        solver.set("timeout", _PATIENCE)
        solver.set("random_seed", 0)
        solver.add(*self.symbols.domains(), *self._inside(), question)
        match solver.check():
            case z3.unsat:
                return None
            case z3.sat:
                return self.symbols.scene(solver.model())
            case _:
                raise UsageError(
                    "the solver gave up",
                    value=solver.reason_unknown(),
                    hint="ask for a smaller `k`",
                )

    def _inside(self) -> Iterator[Any]:
        """That all registrations that are present satisfy the scope."""
        import z3

        if self.scope is None:
            return
        for place in range(self.symbols.size):
            holds = self.meanings[0].truths.of(self.scope, place).true
            yield z3.Implies(self.symbols.present(place), holds)


def _read(policies: tuple[Policy, ...], scope: Predicate | None) -> Readings:
    found = readings(policies, *(() if scope is None else (scope,)))
    check_covered(policies, found, scope)
    return found


def _currencies(policies: Sequence[Policy]) -> frozenset[str]:
    """The currencies that orders compare in."""
    contests = [each for policy in policies for each in policy.contests]
    keys = [each for contest in contests for each in contest.prefer if isinstance(each, Key)]
    return frozenset(each.currency for each in keys if each.currency is not None)


def _change(asked: _Asked, benefit: str, scene: Scene) -> Change:
    old, new = asked.policies
    policies = (only(old, benefit), only(new, benefit))
    inside = inside_of(old, asked.scope)

    def shows(simpler: Scene) -> bool:
        before, after = (run(each, [simpler]) for each in policies)
        seen = any(partings(before, after, 0, len(simpler.claims), (benefit,)))
        return seen and (inside is None or inside(simpler))

    if not shows(scene):
        raise _not_shown("differs", benefit, scene, policies)
    small = _small(scene, shows)
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
            renumbered = Scene(fewer.claims)
            if shows(renumbered):
                return _small(renumbered, shows)
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

"""Axioms: sentences that rules of a programme may or may not satisfy, and what violates them."""

from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

import attrs

from dealreg.analysis import crowds, efforts
from dealreg.analysis.attempts import Attempt, search
from dealreg.analysis.benches import Bench
from dealreg.analysis.compare import only_policies, premises_of
from dealreg.analysis.dead import dead_parts
from dealreg.analysis.deadlocks import deadlocks
from dealreg.analysis.proofs import (
    better_wins,
    by_partner_and_time,
    by_strict_order,
    first_come,
    ineligible_aside,
    lengths_only,
    nothing_stated,
    rising,
    sooner_is_better,
    timeless,
)
from dealreg.analysis.trials import replayed
from dealreg.errors import UsageError, shown
from dealreg.outcome.axioms import Axioms, AxiomVerdict, Holds
from dealreg.outcome.lint import Trial
from dealreg.outcome.references import reference_of
from dealreg.policy.policies import Policy
from dealreg.policy.stages import Tie

__all__ = ["AXIOMS", "Axiom", "axioms"]

Check: TypeAlias = Callable[[Policy, Bench], AxiomVerdict]
"""How one benefit of a policy stands to an axiom: the whole policy, and the benefit's cases."""


@attrs.frozen(eq=False)
class Axiom:
    """One sentence that rules may satisfy.

    Attributes:
        code: its number, such as `A8`.
        name: its name, a few words.
        sentence: what it says, in plain English.
        check: how one benefit of a policy stands to it; None where it holds by law.
        law: the clause of the specification by which every policy satisfies it.
        proved: whether a benefit is of a shape of which it is known to hold.
    """

    code: str
    name: str
    sentence: str
    check: Check | None = None
    law: str = ""
    proved: "Shape | None" = None


def axioms(policy: Policy, *codes: str) -> Axioms:
    """How a policy stands to each axiom, benefit by benefit.

    Args:
        policy: the rules.
        codes: the axioms asked about, such as `"A8"`; all of them where none is named.

    Raises:
        PolicyErrors: the policy is not sound.
        UsageError: for something else than a policy, or an axiom that does not exist.

    >>> from dealreg import Policy, contest, earliest, highest
    >>> policy = Policy(programme="Example", tiers=["silver", "gold"], contests=[
    ...     contest("protection", highest("tier"), earliest("submitted_at"))])
    >>> [(each.holds.value, each.exact) for each in axioms(policy, "A8", "A20").verdicts]
    [('held', True), ('violated', True)]
    """
    only_policies(policy)
    wanted = [_named(each) for each in dict.fromkeys(codes)] or list(AXIOMS.values())
    benches = [Bench.of(policy, e) for e in sorted(policy.contests, key=lambda e: e.benefit)]
    verdicts: list[AxiomVerdict] = []
    for axiom in wanted:
        if axiom.check is None:
            verdict = AxiomVerdict(
                code=axiom.code, name=axiom.name, holds=Holds.BY_LAW, law=axiom.law
            )
            verdicts.append(verdict)
        else:
            verdicts += [axiom.check(policy, bench) for bench in benches]
    return Axioms(policy=reference_of(policy), verdicts=verdicts, premises=premises_of())


def _named(code: str) -> Axiom:
    if code in AXIOMS:
        return AXIOMS[code]
    raise UsageError(
        f"{shown(code)} is not an axiom", value=code, hint=f"name some of {', '.join(AXIOMS)}"
    )


Attempts: TypeAlias = Callable[[Bench], Iterator[Attempt]]
Shape: TypeAlias = Callable[[Bench], bool]


def _always(_: Bench) -> bool:
    return True


def _one_holder(bench: Bench) -> bool:
    """Whether the axiom has a meaning: one holds it, and no lines or conditions among holders."""
    contest = bench.contest
    return contest.capacity == 1 and contest.scope.lines is None and contest.tie is not Tie.SHARE


def _of_tiers(bench: Bench) -> bool:
    return _one_holder(bench) and len(bench.ladder) > 1


def _tried(
    code: str,
    name: str,
    sentence: str,
    attempts: Attempts,
    *,
    proved: Shape | None = None,
    applies: Shape = _always,
    two: bool = False,
) -> Axiom:
    """An axiom of which a violation is searched among cases.

    Args:
        code: of the axiom.
        name: of the axiom.
        sentence: of the axiom.
        attempts: what is tried to violate it.
        proved: shapes of which it is known to hold.
        applies: the benefits of which it says something.
        two: whether two registrations that are looked at once are enough, by the theorem.
    """

    def check(policy: Policy, bench: Bench) -> AxiomVerdict:
        benefit = bench.contest.benefit
        made = AxiomVerdict(code=code, name=name, benefit=benefit, holds=Holds.HELD)
        if not applies(bench):
            return attrs.evolve(made, holds=Holds.NOT_ASKED)
        if proved is not None and proved(bench):
            return made
        found, most = search(bench, policy, attempts(bench))
        if found is None:
            limits = bench.paired if two else bench.varied
            return attrs.evolve(made, limits=limits, registrations=most)
        return attrs.evolve(made, holds=Holds.VIOLATED, trials=found.trials, about=found.about)

    return Axiom(code, name, sentence, check, proved=proved)


def _deadlocks(policy: Policy, bench: Bench) -> AxiomVerdict:
    """A7, by the verdict on deadlocks."""
    benefit = bench.contest.benefit
    found = deadlocks(bench.policy, repairs=False)
    patterns = [each for each in found.patterns if each.benefit == benefit]
    made = AxiomVerdict(code="A7", name=_DEADLOCK, benefit=benefit, holds=Holds.HELD)
    if not patterns:
        return attrs.evolve(made, limits=found.limits)
    first = patterns[0]
    trial = Trial(facts=first.facts, at=first.at, answers=first.answers, decision=first.decision)
    about = [first.deadlock.blocked, *([first.deadlock.blocker] if first.deadlock.blocker else [])]
    return attrs.evolve(made, holds=Holds.VIOLATED, trials=[replayed(policy, trial)], about=about)


def _dead(_: Policy, bench: Bench) -> AxiomVerdict:
    """A30, by the parts that `lint` finds dead; there is no case to show."""
    dead = list(dead_parts(bench.policy, bench.contest, ()))
    return AxiomVerdict(
        code="A30",
        name=_DEAD,
        benefit=bench.contest.benefit,
        holds=Holds.VIOLATED if dead else Holds.HELD,
        limits=dead[0].limits if dead else (),
        about=[each.part.path for each in dead],
    )


_DEADLOCK: Final = "no deadlock"
_DEAD: Final = "no dead rule"


def _by_law(code: str, name: str, sentence: str, law: str) -> Axiom:
    return Axiom(code, name, sentence, law=law)


_ALL: Final = (
    _by_law(
        "A1",
        "order-independence",
        "The order in which registrations are listed makes no difference.",
        "D-1",
    ),
    _tried(
        "A2",
        "one winner",
        "Of two that each would get it alone, and filed at different times, exactly one gets it.",
        crowds.one_winner,
        applies=_one_holder,
        two=True,
    ),
    _tried(
        "A3",
        "anonymity",
        "The numbers of registrations that filed at different times make no difference.",
        crowds.anonymity,
        applies=_one_holder,
        two=True,
    ),
    _by_law(
        "A4",
        "time-zone invariance",
        "In which zone an instant is written makes no difference.",
        "F-1",
    ),
    _tried(
        "A5",
        "time-shift invariance",
        "Had everything happened so much earlier or later, nothing else would be decided.",
        crowds.shift,
        proved=lengths_only,
        applies=timeless,
    ),
    _by_law(
        "A6",
        "scale invariance",
        "Amounts and numbers are compared exactly, however large they are.",
        "F-12",
    ),
    Axiom(
        "A7",
        _DEADLOCK,
        "Competition never leaves a benefit with nobody that one alone would get.",
        _deadlocks,
    ),
    _tried(
        "A8",
        "tier monotonicity",
        "Who gets the benefit would still get it with a higher tier.",
        efforts.tiers,
        proved=lambda bench: rising(bench, "tier"),
    ),
    _tried(
        "A9",
        "time monotonicity",
        "Who gets the benefit would still get it having filed earlier.",
        efforts.times,
        proved=sooner_is_better,
    ),
    _tried(
        "A10",
        "merit monotonicity",
        "Who gets the benefit would still get it with a better score or more accreditations.",
        efforts.certificates,
        proved=lambda bench: rising(bench, "satisfaction_score", "accreditations"),
    ),
    _tried(
        "A11",
        "Pareto",
        "One as good in everything and better in something does not lose to the other.",
        crowds.pareto,
        proved=better_wins,
        applies=_one_holder,
    ),
    _tried(
        "A12",
        "independence of the ineligible",
        "One that would get nothing alone makes no difference.",
        crowds.ineligible,
        proved=ineligible_aside,
    ),
    _tried(
        "A13",
        "independence of bystanders",
        "One that gets nothing makes no difference to others by leaving.",
        crowds.bystanders,
        proved=by_strict_order,
        applies=_one_holder,
    ),
    _tried(
        "A14",
        "independence of losers",
        "One that does not get the benefit makes no difference to it by leaving.",
        crowds.leavers,
        proved=by_strict_order,
        applies=_one_holder,
    ),
    _tried(
        "A15",
        "participation",
        "A partner that has the benefit does not lose it by filing once more, later.",
        efforts.participation,
        proved=by_strict_order,
    ),
    _tried(
        "A16",
        "no gain from duplicates",
        "A partner that lost does not win by filing once more, later.",
        efforts.duplicates,
        proved=by_partner_and_time,
        applies=_one_holder,
    ),
    _tried(
        "A17",
        "no gain from refiling",
        "A partner that lost does not win by withdrawing and filing again, later.",
        efforts.refiling,
        proved=by_partner_and_time,
        applies=_one_holder,
    ),
    _tried(
        "A18",
        "truthfulness",
        "To state otherwise what applicants state themselves never turns a loss into a win.",
        efforts.truth,
        proved=nothing_stated,
    ),
    _tried(
        "A19",
        "no gain from decoys",
        "One more registration by an ally never helps a partner that lost.",
        efforts.decoys,
        proved=by_strict_order,
        applies=_one_holder,
    ),
    _tried(
        "A20",
        "bounded overtaking",
        "Who gets it filed within the window of the earliest that could have got it.",
        crowds.overtaking,
        proved=first_come,
        applies=_one_holder,
    ),
    _tried(
        "A21",
        "no justified envy",
        "No loser of a higher tier filed before the winner, or within a window after it.",
        crowds.envy,
        applies=_of_tiers,
    ),
    _by_law(
        "A22",
        "exclusive",
        "Never more hold the benefit at one instant than may, but for those that share a tie.",
        "C-11",
    ),
    _by_law("A23", "expiry frees", "When a benefit ends, whoever waits is looked at again.", "H-8"),
    _by_law(
        "A24",
        "prefix stability",
        "Deciding event by event is the same as deciding in one go.",
        "H-11",
    ),
    _tried(
        "A25",
        "nothing undone by the late",
        "Whoever files after the window has closed does not take the benefit away.",
        crowds.retroactive,
        proved=first_come,
        applies=_one_holder,
    ),
    _by_law(
        "A26",
        "no displacement",
        "Who holds a benefit that is final loses it only by its own end.",
        "C-17",
    ),
    _tried(
        "A27",
        "entrants never lower the tier",
        "One more entrant never gives the benefit to a partner of a lower tier.",
        crowds.entrants,
        applies=_of_tiers,
    ),
    _tried(
        "A28",
        "path independence",
        "To decide among some first, and between their winner and the rest then, is the same.",
        crowds.path,
        proved=by_strict_order,
        applies=_one_holder,
    ),
    _by_law(
        "A29", "laws of combination", "Policies with the same normal form decide alike.", "N-1"
    ),
    Axiom(
        "A30",
        _DEAD,
        "Every requirement, rule, window and preference changes something.",
        _dead,
    ),
)

AXIOMS: Final = {each.code: each for each in _ALL}
"""The axioms, by code. Whether a change of policy keeps to a scope, `compare` answers."""

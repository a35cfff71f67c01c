"""What a verdict shows, as test cases to keep: beside the policy, in the manner of its others."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import count
from typing import Final, TypeAlias

import attrs

from dealreg.analysis.axioms import AXIOMS
from dealreg.cases.comparing import restated, standing_texts
from dealreg.errors import UsageError, shown
from dealreg.outcome.axioms import Axioms, AxiomVerdict
from dealreg.outcome.cases import ExpectedStanding, PolicyCase, Stated
from dealreg.outcome.comparison import Change, Comparison, Witness
from dealreg.outcome.deadlock_patterns import DeadlockPattern, Deadlocks
from dealreg.outcome.decision import Standing
from dealreg.outcome.gaming import Gain, Gaming
from dealreg.outcome.lint import Lint, LintFinding, Trial
from dealreg.policy.paths import contest_path

__all__ = ["Shows", "named_apart", "shown_cases", "stating_what_differs"]

Shows: TypeAlias = Axioms | Deadlocks | Comparison | Gaming | Lint
"""What comes of a question over all conflicts, with the cases that show it."""


def shown_cases(found: Shows) -> tuple[PolicyCase, ...]:
    """The cases that a verdict shows, as test cases: each expects what is decided now.

    A counterexample of two situations becomes two cases, before and after the change. Each is
    named by what it shows, and expects of the benefit in question how everyone stands and by
    which clause; of a deadlock, also that deadlock. So it passes until the policy decides
    otherwise. The cases of a comparison are as the old policy decides them, and fail under the
    new one.

    Args:
        found: what `axioms`, `deadlocks`, `gaming`, `lint` or `compare` found.

    Raises:
        UsageError: for something else.

    >>> from dealreg import Policy, axioms, contest, earliest, highest
    >>> policy = Policy(programme="Example", contests=[
    ...     contest("protection", highest("quantity"), earliest("submitted_at"))])
    >>> for each in shown_cases(axioms(policy, "A17")):
    ...     print(each.name)
    A17 of protection: no gain from refiling, before
    A17 of protection: no gain from refiling, after the change
    """
    match found:
        case Axioms():
            made = [case for each in found.violated for case in _of_axiom(each)]
        case Deadlocks():
            made = [_of_deadlock(each) for each in found.patterns]
        case Comparison():
            made = [_of_change(each) for each in found.changes]
        case Gaming():
            made = [case for each in found.gains for case in _of_gain(each, "")]
            made += [c for each in found.in_history for c in _of_gain(each, ", in the history")]
        case Lint():
            made = [case for each in found.findings for case in _of_finding(each)]
        case _:
            raise UsageError(
                f"{shown(found)} is no verdict that shows cases",
                value=found,
                hint="give what `axioms`, `deadlocks`, `gaming`, `lint` or `compare` found",
            )
    return tuple(named_apart(made, set()))


def _of_axiom(found: AxiomVerdict) -> Iterator[PolicyCase]:
    about = f", about {' and '.join(found.about)}" if found.about else ""
    yield from _of_trials(
        found.trials,
        name=f"{found.code} of {found.benefit}: {found.name}",
        note=f"violates {found.code} at {contest_path(found.benefit)}{about}: "
        f"{AXIOMS[found.code].sentence}",
        benefit=found.benefit,
    )


def _of_gain(found: Gain, where: str) -> Iterator[PolicyCase]:
    yield from _of_trials(
        found.trials,
        name=f"the move {found.move.value} for {found.benefit}{where}",
        note=f"the move pays for {found.about} at {contest_path(found.benefit)}",
        benefit=found.benefit,
    )


def _of_finding(found: LintFinding) -> Iterator[PolicyCase]:
    yield from _of_trials(
        found.trials, name=f"{found.code} at {found.path}", note=found.message, benefit=""
    )


def _of_trials(
    trials: tuple[Trial, ...], *, name: str, note: str, benefit: str
) -> Iterator[PolicyCase]:
    """The one case; or the case before, and after what was done to it."""
    for number, trial in enumerate(trials):
        when = "" if len(trials) == 1 else f", {_after(trials) if number else 'before'}"
        yield _of_trial(trial, name=name + when, note=note, benefit=benefit)


def _after(trials: tuple[Trial, ...]) -> str:
    """What was done, as far as it shows in who is there."""
    before, after = ([each.registration_id for each in t.facts.registrations] for t in trials)
    if gone := [each for each in before if each not in after]:
        return f"without {' and '.join(gone)}"
    if more := [each for each in after if each not in before]:
        return f"with {' and '.join(more)}"
    return "after the change"


def _of_trial(trial: Trial | DeadlockPattern, *, name: str, note: str, benefit: str) -> PolicyCase:
    """A case that expects how everyone stands to the benefit, and by which clause."""
    case = PolicyCase(name=name, note=note, at=trial.at, facts=trial.facts, answers=trial.answers)
    case = restated(case, trial.decision)
    clauses = {_whose(each): each.clause for each in trial.decision.standings}
    standings = [
        attrs.evolve(each, stated=(*each.stated, Stated("clause", clauses[_expected(each)])))
        for each in case.standings
        if benefit in ("", each.benefit)
    ]
    return attrs.evolve(case, standings=standings, referrals=None)


def _of_deadlock(found: DeadlockPattern) -> PolicyCase:
    holds = f", {found.holds} being held" if found.holds else ""
    differ = [each.field for each in found.certificate]
    certificate = f"; the two differ in {' and '.join(differ)}" if differ else ""
    return _of_trial(
        found,
        name=f"deadlock of {found.benefit}{holds}: {found.code or 'nobody gets it'}",
        note=f"by {found.clause or contest_path(found.benefit)}{certificate}",
        benefit=found.benefit,
    )


def _of_change(found: Change) -> PolicyCase:
    seen = found.witness
    case = PolicyCase(
        name=f"{found.benefit} {found.kind.value}: {found.stage or found.clause}",
        note=f"decided otherwise by the other policy, by {found.clause} of the {found.side} one",
        at=seen.at,
        facts=seen.facts,
        answers=seen.answers,
    )
    case = stating_what_differs(restated(case, seen.old), seen)
    standings = [each for each in case.standings if each.benefit == found.benefit]
    return attrs.evolve(case, standings=standings, referrals=None, deadlocks=None)


def stating_what_differs(case: PolicyCase, found: Witness) -> PolicyCase:
    """The case, expecting also what else of a standing is not the same: its terms, its end."""
    before = {_whose(each): standing_texts(each) for each in found.old.standings}
    after = {_whose(each): standing_texts(each) for each in found.new.standings}
    standings = []
    for each in case.standings:
        old, new = before[_expected(each)], after.get(_expected(each), {})
        stated = {part.name for part in each.stated}
        alike = old["stand"] == new.get("stand")
        more = [n for n in _TERMS if alike and n not in stated and old[n] != new.get(n)]
        standings.append(
            attrs.evolve(each, stated=(*each.stated, *(Stated(name, old[name]) for name in more)))
        )
    return attrs.evolve(case, standings=standings)


_TERMS: Final = ("label", "percent", "share", "starts", "ends", "place")


def _whose(standing: Standing) -> tuple[str, str, str | None]:
    return standing.benefit, standing.registration_id, standing.line


def _expected(expected: ExpectedStanding) -> tuple[str, str, str | None]:
    return expected.benefit, expected.registration_id, expected.line


def named_apart(made: Iterable[PolicyCase], names: set[str]) -> list[PolicyCase]:
    """The new cases, each with a name of its own: with its place, where the edit is not enough."""
    cases = list(made)
    times = Counter(each.name for each in cases)
    named: list[PolicyCase] = []
    for case in cases:
        name = case.name
        if times[name] > 1 or name in names:
            name = f"{name}, {case.note}"
        free = (f"{name} ({number})" for number in count(2))
        name = name if name not in names else next(each for each in free if each not in names)
        names.add(name)
        named.append(attrs.evolve(case, name=name))
    return named

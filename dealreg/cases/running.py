"""Running test cases: each decided by the policy, and compared with what it expects."""

from collections.abc import Iterable, Sequence
from typing import Any

import attrs

from dealreg.cases.comparing import differences
from dealreg.deciders.deciding import Externals, answered, fitting, record, sound
from dealreg.deciders.reference.decide import found_deadlocks, run_quietly
from dealreg.deciders.reference.governing import Rules
from dealreg.deciders.reference.truth import Answers
from dealreg.errors import UsageError, shown
from dealreg.outcome.cases import CaseResult, PolicyCase
from dealreg.outcome.decision import Deadlock, Referral, Standing
from dealreg.policy.policies import Policy, PolicyBook
from dealreg.policy.walk import externals_of

__all__ = ["Found", "answers_of", "fitting_case", "passes", "run_case", "run_cases"]


def run_case(rules: Policy | PolicyBook, case: PolicyCase) -> CaseResult:
    """Decide a case, and compare the decision with what the case expects.

    An external question that the case does not answer is not known.

    Raises:
        PolicyErrors: the policy is not sound; all findings at once.
        FactsErrors: the facts of the case do not fit this policy's vocabulary.
        UsageError: when `case` is none.

    >>> from dealreg import Facts, Policy, Registration, contest, earliest
    >>> from dealreg.outcome.cases import ExpectedStanding, Stated
    >>> policy = Policy(programme="Example", contests=[
    ...     contest("protection", earliest("submitted_at"))])
    >>> case = PolicyCase(name="alone", at="2026-03-02T00:00Z",
    ...     facts=Facts(registrations=[Registration(
    ...         registration_id="R1", partner_id="P1", opportunity_id="O1",
    ...         submitted_at="2026-03-01T09:00Z")]),
    ...     standings=[ExpectedStanding(
    ...         benefit="protection", registration_id="R1", stated=[Stated("stand", "denied")])])
    >>> (difference,) = run_case(policy, case).differences
    >>> difference.expected, difference.found
    ('denied', 'granted')
    """
    _given(case)
    past = record(rules, case.facts, at=case.at, externals=_answers(rules, case))
    return CaseResult(case=case, record=past, differences=differences(case, past.decision))


def fitting_case(rules: Policy | PolicyBook, case: PolicyCase) -> PolicyCase:
    """The case, checked: it is one, the rules are sound, and its facts fit them.

    Raises:
        PolicyErrors, FactsErrors, UsageError: as `run_case`.
    """
    _given(case)
    sound(rules)
    fitting(rules, case.facts)
    return case


def _given(case: PolicyCase) -> None:
    if not isinstance(case, PolicyCase):
        raise UsageError(
            f"{shown(case)} is not a case", value=case, hint="read some with `read_cases`"
        )


def _answers(rules: Policy | PolicyBook, case: PolicyCase) -> Externals:
    """What the case answers; nothing is known of the other questions of the rules."""
    policies = (rules,) if isinstance(rules, Policy) else [e.policy for e in rules.editions]
    known: dict[str, Any] = {name: {} for policy in policies for name in externals_of(policy)}
    for each in case.answers:
        known[each.name] = each.by_registration
    return known


def answers_of(rules: Policy | PolicyBook, case: PolicyCase) -> Answers:
    """The answers of a case to the external questions of the rules, for all registrations."""
    return answered(rules, case.facts, _answers(rules, case))


@attrs.frozen(eq=False)
class Found:
    """What a decision comes to, as far as cases look at it."""

    standings: Sequence[Standing]
    referrals: Sequence[Referral]
    deadlocks: Sequence[Deadlock]


def passes(rules: Policy | PolicyBook, case: PolicyCase) -> bool:
    """Whether a case passes, as `run_case` says: the quick answer, which keeps no record.

    The rules are taken to be sound, and the facts to fit them, as for another `run_case` before.

    >>> from dealreg import Facts, Policy, contest, earliest
    >>> policy = Policy(programme="Example", contests=[
    ...     contest("protection", earliest("submitted_at"))])
    >>> passes(policy, PolicyCase(name="open", at="2026-03-02T00:00Z", facts=Facts()))
    False
    """
    if not case.expects:
        return False
    run = run_quietly(Rules.of(rules, case.facts, case.at, answers_of(rules, case)))
    found = list(found_deadlocks(run)) if case.deadlocks is not None else []
    return not differences(case, Found(run.standings, run.referrals, found))


def run_cases(rules: Policy | PolicyBook, cases: Iterable[PolicyCase]) -> tuple[CaseResult, ...]:
    """Run cases one after the other; the results in their order.

    Raises:
        PolicyErrors, FactsErrors, UsageError: as `run_case`.
    """
    return tuple(run_case(rules, case) for case in cases)

"""Running test cases: each decided by the policy, and compared with what it expects."""

from collections.abc import Iterable

from dealreg.cases.comparing import differences
from dealreg.deciders.deciding import record
from dealreg.errors import UsageError, shown
from dealreg.outcome.cases import CaseResult, PolicyCase
from dealreg.policy.policies import Policy, PolicyBook
from dealreg.policy.walk import externals_of

__all__ = ["run_case", "run_cases"]


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
    if not isinstance(case, PolicyCase):
        raise UsageError(
            f"{shown(case)} is not a case", value=case, hint="read some with `read_cases`"
        )
    policies = (rules,) if isinstance(rules, Policy) else [e.policy for e in rules.editions]
    unanswered: dict[str, dict[str, bool]] = {
        name: {} for policy in policies for name in externals_of(policy)
    }
    answers = {each.name: each.by_registration for each in case.answers}
    past = record(rules, case.facts, at=case.at, externals=unanswered | answers)  # type: ignore[arg-type]
    return CaseResult(case=case, record=past, differences=differences(case, past.decision))


def run_cases(rules: Policy | PolicyBook, cases: Iterable[PolicyCase]) -> tuple[CaseResult, ...]:
    """Run cases one after the other; the results in their order.

    Raises:
        PolicyErrors, FactsErrors, UsageError: as `run_case`.
    """
    return tuple(run_case(rules, case) for case in cases)

"""The cases that a policy's cases lack: one for each single edit that none of them notices."""

from collections.abc import Iterable

import attrs

from dealreg.analysis.compare import difference
from dealreg.analysis.showing import named_apart, stating_what_differs
from dealreg.analysis.unasked import is_unasked
from dealreg.cases import Mutant, restated, unnoticed
from dealreg.cases.noticing import Watched
from dealreg.cases.running import passes
from dealreg.deciders.edited import Edit
from dealreg.facts.values import as_tuple
from dealreg.outcome.cases import PolicyCase
from dealreg.policy.policies import Policy

__all__ = ["Missing", "missing_cases"]


@attrs.frozen(kw_only=True)
class Missing:
    """What a policy's cases lack.

    Attributes:
        cases: new cases, each with what the policy decides: to accept, or to correct.
        noticed: for each of them, in the same order, the edits that it is the first to notice.
        silent: edits that change nothing in any case that was tried, or that can be.
    """

    cases: tuple[PolicyCase, ...] = attrs.field(converter=as_tuple)
    noticed: tuple[tuple[Mutant, ...], ...] = attrs.field(converter=as_tuple)
    silent: tuple[Mutant, ...] = attrs.field(converter=as_tuple)


def missing_cases(policy: Policy, cases: Iterable[PolicyCase]) -> Missing:
    """Cases that notice the single edits of a policy which its own cases do not notice.

    For each such edit the smallest case is looked for in which the policy with the edit decides
    otherwise: of at most two registrations. Edits that a case made for another one notices too
    get none of their own.

    Raises:
        PolicyErrors, FactsErrors: as `unnoticed`.

    >>> from dealreg import Policy, contest, earliest
    >>> first = Policy(programme="Example", contests=[
    ...     contest("protection", earliest("submitted_at"))])
    >>> found = missing_cases(first, [])
    >>> len(found.cases) < sum(map(len, found.noticed))
    True
    """
    cases = list(cases)
    waiting = list(unnoticed(policy, cases))
    made: list[PolicyCase] = []
    noticed: list[tuple[Mutant, ...]] = []
    silent: list[Mutant] = []
    while waiting:
        mutant = waiting.pop(0)
        case = _case(policy, mutant)
        if case is None:
            silent.append(mutant)
            continue
        watched = Watched.of(policy, case)
        others = [each for each in waiting if watched.notices(Edit.of(policy, each.policy))]
        waiting = [each for each in waiting if each not in others]
        made.append(case)
        noticed.append((mutant, *others))
    names = {each.name for each in cases}
    return Missing(cases=named_apart(made, names), noticed=noticed, silent=silent)


def _case(policy: Policy, mutant: Mutant) -> PolicyCase | None:
    """The case of the smallest difference, as the policy decides it; None where there is none."""
    found = None if is_unasked(policy, mutant.policy) else difference(policy, mutant.policy)
    if found is None:
        return None
    case = PolicyCase(
        name=f"not {mutant.edit}",
        note=f"at {mutant.place}",
        at=found.at,
        facts=found.facts,
        answers=found.answers,
    )
    case = stating_what_differs(restated(case, found.old), found)
    return None if passes(mutant.policy, case) else case

"""The cases that a policy's cases lack: one for each single edit that none of them notices."""

from collections import Counter
from collections.abc import Iterable
from itertools import count

import attrs

from dealreg.analysis.compare import difference
from dealreg.analysis.unasked import is_unasked
from dealreg.cases import Mutant, restated, unnoticed
from dealreg.cases.comparing import standing_texts
from dealreg.cases.noticing import Watched
from dealreg.cases.running import passes
from dealreg.deciders.edited import Edit
from dealreg.facts.values import as_tuple
from dealreg.outcome.cases import PolicyCase, Stated
from dealreg.outcome.comparison import Witness
from dealreg.outcome.decision import Standing
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
    return Missing(cases=_named_apart(made, names), noticed=noticed, silent=silent)


def _named_apart(made: Iterable[PolicyCase], names: set[str]) -> list[PolicyCase]:
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


def _stating_what_differs(case: PolicyCase, found: Witness) -> PolicyCase:
    """The case, expecting also what else of a standing is not the same: its terms, its end."""
    before = {_whose(each): standing_texts(each) for each in found.old.standings}
    after = {_whose(each): standing_texts(each) for each in found.new.standings}
    standings = []
    for each in case.standings:
        whose = (each.benefit, each.registration_id, each.line)
        old, new = before[whose], after.get(whose, {})
        stated = {part.name for part in each.stated}
        alike = old["stand"] == new.get("stand")
        more = [n for n in _TERMS if alike and n not in stated and old[n] != new.get(n)]
        standings.append(
            attrs.evolve(each, stated=(*each.stated, *(Stated(name, old[name]) for name in more)))
        )
    return attrs.evolve(case, standings=standings)


_TERMS = ("label", "percent", "share", "starts", "ends", "place")


def _whose(standing: Standing) -> tuple[str, str, str | None]:
    return standing.benefit, standing.registration_id, standing.line


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
    case = _stating_what_differs(restated(case, found.old), found)
    return None if passes(mutant.policy, case) else case

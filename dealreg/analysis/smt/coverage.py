"""What the solver reads of policies, and what it refuses, each by its place."""

from collections.abc import Iterator, Sequence
from typing import Final

from dealreg.analysis.readings import IDENTITIES, Readings, sources
from dealreg.analysis.smt.reading import facts_of_policy
from dealreg.errors import PolicyError, PolicyErrors
from dealreg.facts.fields import Field, FieldType, Inside, SinceEnded, Tally
from dealreg.policy.contests import Contest
from dealreg.policy.paths import contest_path
from dealreg.policy.policies import Policy
from dealreg.policy.predicates import External, Predicate
from dealreg.policy.walk import atoms, predicates_of

__all__ = ["check_covered"]

_COMPUTED_NOW: Final = frozenset(
    {"status", "asked_at", "currency", "filed_by", "partner_group", "last_submitted_at"}
)
"""Fields that come from other facts where nothing else is said: read as they are only."""


def check_covered(
    policies: Sequence[Policy], found: Readings, scope: Predicate | None = None
) -> None:
    """Check that the solver reads all of some policies, and of what a comparison is confined to.

    Raises:
        PolicyErrors: when it does not; every place at once.
    """
    problems = [each for policy in policies for each in _refused(policy, found, scope)]
    problems += [_no("levels that not all policies know", f"fields[{e}]") for e in found.ladders]
    if problems:
        raise PolicyErrors(list({str(each): each for each in problems}.values()))


def _no(what: str, place: str) -> PolicyError:
    return PolicyError(
        f"the solver does not read {what}",
        place=place,
        value=what,
        hint="ask without it: `dealreg.compare` and `dealreg.deadlocks` read every policy",
    )


def _refused(policy: Policy, found: Readings, scope: Predicate | None) -> Iterator[PolicyError]:
    asked = [each for contest in policy.contests for each in predicates_of(contest)]
    for path, predicate in (*asked, *(() if scope is None else (("scope", scope),))):
        for place, atom in atoms(predicate, path):
            if isinstance(atom, External):
                yield _no("external questions", place)
    for contest in policy.contests:
        yield from _stages(contest)
    for place, fact in facts_of_policy(policy, scope):
        field = found.fields.get(fact.name)
        if field is None or fact.name in IDENTITIES:
            yield _no(f"the field `{fact.name}`", place)
            continue
        yield from _computed(policy, found, field, place)
        names = {fact.name, *sources(field)}
        if fact.as_of is not None and (names & _now_only(policy) or _counts(field)):
            yield _no(f"the field `{fact.name}` as of an earlier instant", place)


def _now_only(policy: Policy) -> frozenset[str]:
    """The fields that have no earlier state of their own."""
    return _COMPUTED_NOW if policy.sla is None else _COMPUTED_NOW | {"approved_at"}


def _counts(field: Field) -> bool:
    return isinstance(field.derived, Tally | SinceEnded)


def _stages(contest: Contest) -> Iterator[PolicyError]:
    benefit = contest.benefit
    if contest.scope.lines is not None:
        yield _no("scopes that overlap in part", contest_path(benefit, "scope"))
    if contest.joint is not None:
        yield _no("joint holding", contest_path(benefit, "joint"))
    if "registration_id" in contest.scope.keys:
        yield _no("the field `registration_id`", contest_path(benefit, "scope"))


def _computed(policy: Policy, found: Readings, field: Field, place: str) -> Iterator[PolicyError]:
    """What a computed field is made of that the solver does not read."""
    derived = field.derived
    if isinstance(derived, SinceEnded) and any(_closes(each) for each in policy.contests):
        yield _no("how long ago a registration expired", place)
    if isinstance(derived, Inside) and "currency" in (derived.inner, derived.outer):
        yield _no("whether a currency is among texts", place)
    same = derived.same if isinstance(derived, Tally) else ()
    parts = [found.fields.get(name) for name in (*sources(field), *same)]
    for part in parts:
        if part is None or part.name == "registration_id":
            yield _no(f"the field `{field.name}`", place)
        elif part.derived is not None and not isinstance(derived, Tally):
            yield _no("computed fields of computed fields", place)
        elif part in parts[len(sources(field)) :] and part.type in _NOT_COUNTED:
            yield _no("counts of those that agree in sets or amounts", place)


_NOT_COUNTED: Final = (FieldType.TEXT_SET, FieldType.MONEY)


def _closes(contest: Contest) -> bool:
    return contest.period is not None and contest.period.closes

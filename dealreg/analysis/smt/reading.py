"""What a solver has to know of policies beyond what they ask: keys, claimants, counts."""

from collections.abc import Iterator, Sequence
from typing import Final

from dealreg.analysis.readings import IDENTITIES, Readings, Variable, note, readings, sources
from dealreg.facts.fields import Field, Inside, Tally
from dealreg.facts.records import LIVE
from dealreg.facts.values import Money
from dealreg.policy.policies import Policy
from dealreg.policy.predicates import Fact, Predicate
from dealreg.policy.stages import HeadStart, Key
from dealreg.policy.walk import atoms, fact_of, predicates_of

__all__ = [
    "COMPUTED",
    "currencies_of",
    "facts_of_policy",
    "is_read_twice",
    "linked_sets",
    "several_deals",
    "solver_readings",
    "variables_of_readings",
]

COMPUTED: Final = frozenset({"asked_at", "currency"})
"""Fields that no record has: they come from the question, or from an amount."""


def solver_readings(policies: Sequence[Policy], scope: Predicate | None) -> Readings:
    """What the policies read, the keys of their scopes and what their counts compare included."""
    found = readings(policies, *(() if scope is None else (scope,)))
    for policy in policies:
        words = policy.vocabulary()
        for contest in policy.contests:
            for name in (*contest.scope.keys, contest.one_per):
                note(found, words, Fact(name))
        for _, fact in facts_of_policy(policy, scope):
            field = words.get(fact.name)
            if field is not None and field.derived is not None and fact.as_of is not None:
                for name in sources(field):
                    note(found, words, Fact(name, fact.as_of))
        for field in list(found.fields.values()):
            if isinstance(field.derived, Tally):
                _counted(found, policy, field.derived)
    if "last_submitted_at" in found.fields:  # where it is not known, it was submitted once
        note(found, policies[0].vocabulary(), Fact("submitted_at"))
    if found.deemed:  # who is approved without an instant has been so from the beginning
        note(found, policies[0].vocabulary(), Fact("status"))
    if "status" in found.fields:
        found.constants.setdefault("status", []).extend(sorted(e.value for e in LIVE))
    return found


def _counted(found: Readings, policy: Policy, tally: Tally) -> None:
    words = policy.vocabulary()
    for name in ("submitted_at", *tally.same, *sorted(tally.where)):
        note(found, words, Fact(name))
    for name, text in sorted(tally.where.items()):
        constants = found.constants.setdefault(name, [])
        if isinstance(text, str) and text not in constants:
            constants.append(text)


def facts_of_policy(policy: Policy, scope: Predicate | None) -> Iterator[tuple[str, Fact]]:
    """Every fact that predicates, windows and orders of a policy ask about, with its place."""
    asked = [each for contest in policy.contests for each in predicates_of(contest)]
    for path, predicate in (*asked, *(() if scope is None else (("scope", scope),))):
        for place, atom in atoms(predicate, path):
            fact = fact_of(atom)
            if fact is not None:
                yield place, fact
    for contest in policy.contests:
        keys = [each.fact for each in contest.prefer if isinstance(each, Key)]
        window = contest.window
        if window is not None:
            keys.append(window.clock)
            if isinstance(window, HeadStart):
                keys.append(window.ladder)
        for fact in keys:
            yield f"contests[{contest.benefit}]", fact


def several_deals(policies: Sequence[Policy], found: Readings) -> bool:
    """Whether what is of two opportunities can bear on each other."""
    tallies = [f.derived for f in found.fields.values() if isinstance(f.derived, Tally)]
    keys = [each.scope.keys for policy in policies for each in policy.contests]
    return any("opportunity_id" not in each for each in (*keys, *(t.same for t in tallies)))


def linked_sets(found: Readings) -> frozenset[str]:
    """The sets of texts that are compared with other fields."""
    inside = [f.derived for f in found.fields.values() if isinstance(f.derived, Inside)]
    return frozenset(name for each in inside for name in (each.inner, each.outer))


def variables_of_readings(found: Readings) -> list[Variable]:
    """The facts that cases differ in, sorted: as they are and, where both are read, were."""
    made: list[Variable] = []
    for field in found.fields.values():
        if field.derived is not None or field.name in IDENTITIES | COMPUTED:
            continue
        made.append(Variable(field.name, field.subject.value))
        if is_read_twice(found, field):
            made.append(Variable(field.name, field.subject.value, before=True))
    return sorted(made)


def is_read_twice(found: Readings, field: Field) -> bool:
    """Whether a field is read both as it is and as it was."""
    when = found.earlier.get(field.name, set())
    return None in when and len(when) > 1


def currencies_of(policies: Sequence[Policy], found: Readings) -> tuple[str, ...]:
    """The currencies that are named, by constants and by orders, sorted."""
    keys = [e for p in policies for c in p.contests for e in c.prefer if isinstance(e, Key)]
    used = {each.currency for each in keys if each.currency is not None}
    used |= {str(each) for each in found.constants.get("currency", ())}
    constants = [each for values in found.constants.values() for each in values]
    used |= {each.currency for each in constants if isinstance(each, Money)}
    return tuple(sorted(used)) or ("EUR",)

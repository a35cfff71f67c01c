"""Edits of what is asked of nobody: of a value that nobody lacks who takes part.

What an order does with a missing value matters only where one is missing. The cases of the policy
before the edit tell, once for all its edits, of whom the value can be missing at all.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import chain, count
from typing import TypeAlias

import attrs

from dealreg.analysis.cases import Cases
from dealreg.analysis.comparisons import one_at_most
from dealreg.analysis.limits import only
from dealreg.analysis.probing import probe_of
from dealreg.analysis.quotient import Kind
from dealreg.analysis.scenes import Claim, Scene, facts_of, named
from dealreg.analysis.times import ASKED
from dealreg.deciders.edited import Edit
from dealreg.deciders.reference.governing import Rules
from dealreg.deciders.reference.truth import Reader
from dealreg.facts.fields import SinceEnded, Tally
from dealreg.facts.values import Money
from dealreg.policy.contests import Contest
from dealreg.policy.policies import Policy
from dealreg.policy.predicates import Fact
from dealreg.policy.stages import Key, MissingRule, Preference
from dealreg.policy.walk import atoms, fact_of

__all__ = ["is_unasked"]

_Met: TypeAlias = Sequence[Sequence[Reader]]
"""Readers of all kinds of registrations that take part, those together that can meet."""


def is_unasked(old: Policy, new: Policy) -> bool:
    """Whether two policies differ only in what becomes of missing values, and none is missing.

    Or of all is that can meet, which leaves them equal, first or last. Edits that are not found
    out so may change nothing all the same.

    >>> from dealreg import Policy, contest, earliest, field, requirement
    >>> def rules(missing):
    ...     return Policy(programme="Example", contests=[contest("protection",
    ...         requirement("SCORED", field("score") >= 1), earliest("score", missing=missing))])
    >>> is_unasked(rules("last"), rules("first"))
    True
    """
    edit = Edit.of(old, new)
    if not edit.alike or any(names != {"prefer"} for names in edit.stages.values()):
        return False
    return all(_is_unasked(old, *contests) for contests in edit.contests.values())


def _is_unasked(policy: Policy, old: Contest, new: Contest) -> bool:
    if len(old.prefer) != len(new.prefer):
        return False
    pairs = [pair for pair in zip(old.prefer, new.prefer, strict=True) if pair[0] != pair[1]]
    if any(type(e) is not type(o) or attrs.evolve(o, missing=e.missing) != e for e, o in pairs):
        return False
    if one_at_most(policy, old):
        return True
    if any(_counts(policy, each) for each, _ in pairs):
        return False
    met = _met(only(policy, old.benefit), old.benefit)
    return met is not None and all(_is_alike(met, *pair) for pair in pairs)


def _is_alike(met: _Met, mine: Preference, theirs: Preference) -> bool:
    """Whether two preferences, which treat missing values otherwise, order all alike."""
    refers = MissingRule.REFER in (mine.missing, theirs.missing)
    lacking = ([_lacks(each, mine) for each in together] for together in met)
    return all(not any(each) or (all(each) and not refers) for each in lacking)


def _lacks(reader: Reader, preference: Preference) -> bool:
    """Whether a registration lacks what a preference looks at, amounts in its currency (C-8)."""
    if not isinstance(preference, Key):
        return reader.truth(preference.when) is None
    value = reader.value(preference.fact)
    return value is None or (isinstance(value, Money) and value.currency != preference.currency)


def _counts(policy: Policy, preference: Preference) -> bool:
    """Whether a preference looks at other registrations too: then a kind does not tell it all."""
    vocabulary = policy.vocabulary()
    asked: list[Fact | None] = (
        [preference.fact]
        if isinstance(preference, Key)
        else [fact_of(atom) for _, atom in atoms(preference.when)]
    )
    fields = [vocabulary.get(each.name) for each in asked if each is not None]
    return any(e is not None and isinstance(e.derived, (Tally, SinceEnded)) for e in fields)


@lru_cache(maxsize=64)
def _met(policy: Policy, benefit: str) -> _Met | None:
    """Who takes part in a contest, or may be let in by a person; None for too many kinds."""
    cases = probe_of(policy, paired=True).cases
    groups = [*chain(cases.groups, cases.siblings())]
    if cases.crowded:
        return None
    kinds = [_taking_part(cases, benefit, *each) for each in groups]
    facts, answers = facts_of([Scene((each,)) for each in chain.from_iterable(kinds)], cases.keys)
    rules = Rules.of(policy, facts, ASKED, answers)
    by_id = {each.registration_id: each for each in rules.registrations}
    numbers = count()
    return [
        [Reader(rules.views[policy], by_id[named(next(numbers), 1)], answers) for _ in together]
        for together in kinds
    ]


def _taking_part(
    cases: Cases, benefit: str, firsts: Sequence[Kind], rivals: Sequence[Kind], partner: int
) -> list[Claim]:
    claims = (
        Claim(kind.values, number)
        for kinds, number in ((firsts, 1), (rivals, partner))
        for kind in kinds
        if cases.layout.takes_part(kind.signature, (0, benefit))
    )
    return [*claims]

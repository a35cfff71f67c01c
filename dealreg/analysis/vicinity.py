"""Cases beside those that were kept, where there are too many kinds to keep them all.

A policy with many facts has more kinds of registrations than are looked at. What two policies ask
differently is then tried on registrations that come furthest in a contest: with every one of their
facts changed, and with the facts changed together that the rules are about that differ.
"""

from collections.abc import Iterator, Mapping
from itertools import combinations, islice, product
from typing import Any, Final

from dealreg.analysis.cases import Cases
from dealreg.analysis.quotient import Kind
from dealreg.analysis.readings import Variable
from dealreg.analysis.scenes import Claim, Scene, possible
from dealreg.policy.normal import normal_form
from dealreg.policy.policies import Policy
from dealreg.policy.predicates import Predicate
from dealreg.policy.walk import predicates_of

__all__ = ["beside"]

_KINDS: Final = 3
_MOST: Final = 1_500
"""So many kinds of each contest, and so many cases beside each of them, are tried."""


def beside(cases: Cases) -> Iterator[Scene]:
    """Cases of one registration, beside those that come furthest in the contests."""
    asked = sorted(_asked_otherwise(cases))
    for kind in _furthest(cases):
        changes = islice(_changes(kind, asked, cases.domains[0]), _MOST)
        for values in changes:
            scene = Scene((Claim(values),))
            if possible(values) and (cases.inside is None or cases.inside(scene)):
                yield scene


def _furthest(cases: Cases) -> list[Kind]:
    """Of each contest the kinds that least keeps out of it."""
    chosen: dict[tuple[Any, ...], Kind] = {}
    kinds = [each for firsts, _, _ in cases.groups for each in firsts]
    for number, policy in enumerate(cases.policies):
        for contest in policy.contests:
            place = (number, contest.benefit)
            by_weight = sorted(kinds, key=lambda each: cases.admission(each, place))
            chosen.update({each.signature: each for each in by_weight[:_KINDS]})
    return list(chosen.values())


def _asked_otherwise(cases: Cases) -> set[Variable]:
    """The facts that rules are about which not all the policies have."""
    one, *others = [_rules(policy) for policy in cases.policies]
    differ = one.union(*others) - one.intersection(*others)
    return {each for _, rule in differ for each in cases.found.asked(rule)}


def _rules(policy: Policy) -> set[tuple[str, Predicate]]:
    return {each for contest in normal_form(policy).contests for each in predicates_of(contest)}


def _changes(
    kind: Kind, asked: list[Variable], domains: Mapping[Variable, Any]
) -> Iterator[dict[Variable, Any]]:
    """A registration with one fact changed, then with several of those asked about."""
    for variable in sorted(kind.values):
        for value in domains[variable]:
            yield {**kind.values, variable: value}
    for size in range(2, len(asked) + 1):
        for chosen in combinations(asked, size):
            for values in product(*(domains[each] for each in chosen)):
                yield {**kind.values, **dict(zip(chosen, values, strict=True))}

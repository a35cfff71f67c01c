"""Can a predicate be true, can it be false: from its constants alone, over all facts.

Sound and not complete: a predicate that is said never to be true is never true. It follows
conjunctions field by field, and takes the parts of an `any of` one at a time.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Any, Final, TypeAlias, assert_never

import attrs

from dealreg.checking.regions import (
    Region,
    all_of_field,
    compared,
    covering,
    enclosed,
    known,
    one_of,
    overlapping,
)
from dealreg.facts.fields import Field, FieldType
from dealreg.facts.values import Money, Scalar
from dealreg.facts.vocabulary import Vocabulary
from dealreg.policy.predicates import (
    AllOf,
    AnyOf,
    Compare,
    Constant,
    Covers,
    External,
    Fact,
    Missing,
    Not,
    OneOf,
    Only,
    Overlaps,
    Predicate,
)
from dealreg.policy.walk import atoms

__all__ = ["Reasoner"]

Claim: TypeAlias = tuple[Predicate, bool]
"""A predicate, and the truth it is claimed to have."""

_Regions: TypeAlias = Mapping[Hashable, Region]
_NOTHING: Final[_Regions] = {}
_YES_NO: Final = Field("external", FieldType.BOOL)


@attrs.frozen(eq=False)
class Reasoner:
    """Reasons about well-typed predicates under a vocabulary."""

    vocabulary: Vocabulary

    def possible(self, *claims: Claim) -> bool:
        """Whether some facts may give all predicates the truth claimed. False is certain."""
        return self._all(claims, _NOTHING)

    def implies(self, one: Predicate, other: Predicate) -> bool:
        """Whether wherever one is true, the other is true as well. True is certain."""
        needed = set(_asked(other))
        return needed <= set(_settled((one, True))) and not self.possible(
            (one, True), (other, False)
        )

    def _all(self, claims: Iterable[Claim], regions: _Regions) -> bool:
        """Whether all claims can hold together, within the regions."""
        left = dict(regions)
        todo = list(claims)
        choices: list[Claim] = []
        while todo:
            part, truth = todo.pop()
            match part:
                case Constant(value):
                    if value is not truth:
                        return False
                case Not(inner):
                    todo.append((inner, not truth))
                case AllOf(parts) | AnyOf(parts):
                    if truth is isinstance(part, AllOf):
                        todo.extend((each, truth) for each in parts)
                    else:
                        choices.append((part, truth))
                case _:
                    key, region = self._narrowed((part, truth), left)
                    if region is None:
                        return False
                    left[key] = region
        return all(self._some(claim, left) for claim in choices)

    def _some(self, claim: Claim, regions: _Regions) -> bool:
        """Whether one of the parts of a choice can hold, within the regions."""
        choice, truth = claim
        assert isinstance(choice, (AllOf, AnyOf))
        for part in choice.parts:
            if isinstance(part, (AllOf, AnyOf, Not, Constant)):
                if self._all([(part, truth)], regions):
                    return True
            elif self._narrowed((part, truth), regions)[1] is not None:
                return True
        return False

    def _narrowed(self, claim: Claim, regions: _Regions) -> tuple[Hashable, Region | None]:
        """What a leaf is about, and what is left of it where the claim holds."""
        atom, truth = claim
        match atom:
            case External(name):
                key: Hashable = ("external", name)
                region = regions.get(key) or all_of_field(_YES_NO)
                return key, one_of(region, (truth,), truth=True)
            case Compare(fact, op, value):
                return fact, compared(self._region(fact, regions), op, value, truth=truth)
            case OneOf(fact, values):
                return fact, one_of(self._region(fact, regions), values, truth=truth)
            case Covers(fact, texts):
                return fact, covering(self._region(fact, regions), texts, truth=truth)
            case Overlaps(fact, texts):
                return fact, overlapping(self._region(fact, regions), texts, truth=truth)
            case Only(fact, texts):
                return fact, enclosed(self._region(fact, regions), texts, truth=truth)
            case Missing(fact):
                return fact, known(self._region(fact, regions), there=not truth)
            case Constant() | AllOf() | AnyOf() | Not():
                raise AssertionError("not a leaf")
            case _:
                assert_never(atom)

    def _region(self, fact: Fact, regions: _Regions) -> Region:
        found = regions.get(fact)
        if found is not None:
            return found
        field = self.vocabulary.get(fact.name)
        assert field is not None, "only well-typed predicates are reasoned about"
        return all_of_field(field)


def _asked(predicate: Predicate) -> Iterator[Hashable]:
    """What must be known for the predicate not to be unknown."""
    for _, atom in atoms(predicate):
        match atom:
            case Compare(fact, _, value):
                yield _known_as(fact, value)
            case OneOf(fact, values):
                yield from (_known_as(fact, value) for value in values)
            case Overlaps(fact) | Covers(fact) | Only(fact):
                yield fact
            case External(name):
                yield ("external", name)
            case _:
                pass


def _known_as(fact: Fact, value: Scalar) -> Hashable:
    """An amount has to be known in the currency it is compared in."""
    return (fact, value.currency) if isinstance(value, Money) else fact


def _settled(claim: Claim) -> frozenset[Any]:
    """What is known for certain wherever the claim holds."""
    predicate, truth = claim
    match predicate:
        case Not(part):
            return _settled((part, not truth))
        case AllOf(parts) | AnyOf(parts):
            known_by = [_settled((part, truth)) for part in parts]
            if truth is isinstance(predicate, AllOf):
                return frozenset().union(*known_by)
            return frozenset.intersection(*known_by) if known_by else frozenset()
        case Missing(fact):
            return frozenset() if truth else frozenset({fact})
        case OneOf(fact, values) if truth and len({_known_as(fact, v) for v in values}) > 1:
            return frozenset()
        case Constant():
            return frozenset()
        case _:
            return frozenset(_asked(predicate))

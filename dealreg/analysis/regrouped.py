"""Cases that compete under one policy only, where two policies go by different keys of scope.

All other cases agree in every key. Two registrations that agree in all keys but one compete where
that key does not count; one of which it is not known is sent back where it does.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from typing import Any, Final

import attrs

from dealreg.analysis.cases import Cases
from dealreg.analysis.limits import cone
from dealreg.analysis.pairs import pairs_of
from dealreg.analysis.readings import IDENTITIES, Variable, sources
from dealreg.analysis.scenes import Claim, Scene, key_value
from dealreg.facts.fields import Field, FieldType, Subject
from dealreg.policy.policies import Policy

__all__ = ["regrouped"]

_PAIRS: Final = 60
"""So many pairs that compete are tried with another value of a key."""


def regrouped(benefit: str, cases: Cases) -> Iterator[Scene]:
    """Cases in which one key is another, or not known, that only one of the policies goes by.

    Args:
        benefit: what is asked about, with all that it depends on.
        cases: the cases of both policies.
    """
    old, new = cases.policies
    fields = sorted(_differing((old, new), benefit), key=lambda each: each.name)
    if not fields:
        return
    here = {(number, benefit) for number in range(2)}
    met = [each.scene() for each in islice(pairs_of(cases, here), _PAIRS)]
    alone = [Scene((Claim(each.values),)) for each in islice(cases.singles(), _PAIRS)]
    scenes = (
        Scene((*scene.claims[:-1], claim))
        for field in fields
        for scene in (*alone, *met)
        for claim in _otherwise(scene.claims[-1], field, cases, unknown=len(scene.claims) == 1)
    )
    yield from (each for each in scenes if cases.inside is None or cases.inside(each))


def _differing(policies: tuple[Policy, Policy], benefit: str) -> set[Field]:
    """The fields, supplied ones, of the keys by which one of the policies goes."""
    found: set[Field] = set()
    old, new = policies
    for each in {*cone(old, benefit), *cone(new, benefit)}:
        one, other = old.contest(each), new.contest(each)
        if one is None or other is None:
            continue
        for name in set(one.scope.keys) ^ set(other.scope.keys):
            words = (old if name in one.scope.keys else new).vocabulary()
            field = words.get(name)
            names = () if field is None else sources(field) or (name,)
            found.update(f for e in names if (f := words.get(e)) is not None)
    return found


def _otherwise(claim: Claim, field: Field, cases: Cases, *, unknown: bool) -> Iterator[Claim]:
    """A registration with another value of a key, or with none."""
    moved = claim
    if field.subject is Subject.CUSTOMER or field.name == "customer_id":
        moved = attrs.evolve(claim, deal=2, customer=2)
    elif field.subject is Subject.OPPORTUNITY or field.name == "opportunity_id":
        moved = attrs.evolve(claim, deal=2)
    if field.name in IDENTITIES:
        if not unknown:
            yield moved
        return
    variable = Variable(field.name, field.subject.value)
    if unknown:
        yield attrs.evolve(claim, values={**claim.values, variable: None})
        return
    tried = cases.domains[1].get(variable) or (_another(field),)
    for value in tried:
        if value is not None and value != claim.values.get(variable, key_value(field)):
            yield attrs.evolve(moved, values={**claim.values, variable: value})


def _another(field: Field) -> Any:
    """A value of a field of a scope that is not the one of all other cases."""
    usual = key_value(field)
    match field.type:
        case FieldType.BOOL:
            return False
        case FieldType.ORDINAL:
            return field.levels[-1] if len(field.levels) > 1 else None
        case FieldType.DATE:
            assert isinstance(usual, date)
            return usual + timedelta(days=1)
        case FieldType.TEXT:
            return "L"
        case _:
            return usual + 1

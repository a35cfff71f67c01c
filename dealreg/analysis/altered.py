"""Facts as they would have been, had some of one registration's been different all along."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeVar

import attrs

from dealreg.deciders.reference.governing import Rules
from dealreg.facts.case import Facts
from dealreg.facts.fields import Field, Subject
from dealreg.facts.records import EndCustomer, Opportunity, Partner, Registration
from dealreg.facts.values import FrozenMap, Value

__all__ = ["altered", "around", "owner"]

R = TypeVar("R", Registration, Partner, EndCustomer, Opportunity)

_ATTRIBUTES: Final = {
    kind: frozenset(each.name for each in attrs.fields(kind))
    for kind in (Registration, Partner, EndCustomer, Opportunity)
}


def owner(facts: Facts, registration: Registration, subject: Subject) -> str | None:
    """Whose fact a field of that subject is: the identifier of the record; None if not known."""
    match subject:
        case Subject.REGISTRATION:
            return registration.registration_id
        case Subject.PARTNER:
            return registration.partner_id
        case Subject.OPPORTUNITY:
            return registration.opportunity_id
        case Subject.CUSTOMER:
            if registration.customer_id is not None:
                return registration.customer_id
            deal = registration.opportunity_id
            return next(
                (e.customer_id for e in facts.opportunities if e.opportunity_id == deal), None
            )


def altered(facts: Facts, registration: Registration, values: Mapping[Field, Value]) -> Facts:
    """The facts, with other values of some fields, as if they had never been others."""
    groups: dict[Subject, dict[str, Value]] = {}
    for field, value in values.items():
        groups.setdefault(field.subject, {})[field.name] = value
    made: dict[str, Any] = {}
    for subject, changed in groups.items():
        key = owner(facts, registration, subject)
        assert key is not None, "nothing of an unknown record is changed"
        match subject:
            case Subject.REGISTRATION:
                made["registrations"] = _with(facts.registrations, registration, changed)
            case Subject.PARTNER:
                mine = [e for e in facts.partners if e.partner_id == key]
                record = mine[0] if mine else Partner(partner_id=key)
                made["partners"] = _with(facts.partners, record, changed)
            case Subject.OPPORTUNITY:
                deals = [e for e in facts.opportunities if e.opportunity_id == key]
                deal = deals[0] if deals else Opportunity(opportunity_id=key)
                made["opportunities"] = _with(facts.opportunities, deal, changed)
            case Subject.CUSTOMER:
                known = [e for e in facts.customers if e.customer_id == key]
                customer = known[0] if known else EndCustomer(customer_id=key)
                made["customers"] = _with(facts.customers, customer, changed)
    return attrs.evolve(facts, **made)


def _with(records: Iterable[R], record: R, values: Mapping[str, Value]) -> list[R]:
    return [each for each in records if each != record] + [_changed(record, values)]


def _changed(record: R, values: Mapping[str, Value]) -> R:
    kept = {name: value for name, value in record.attributes.items() if name not in values}
    stated: dict[str, Any] = {}
    for name, value in values.items():
        if name in _ATTRIBUTES[type(record)] and name not in record.attributes:
            stated[name] = value
        else:
            kept[name] = value
    changes = tuple(each for each in record.changes if each.field not in values)
    return attrs.evolve(record, attributes=FrozenMap(kept), changes=changes, **stated)


def around(facts: Facts, told: Rules, registration: Registration) -> Facts:
    """The facts that bear on one registration: those of all that compete with it, however far.

    Args:
        facts: all facts.
        told: the rules as of the instant asked about.
        registration: whose.
    """
    keys = {each: set(_conflicts(told, each)) for each in facts.registrations}
    members, reached = {registration}, set(keys[registration])
    grown = True
    while grown:
        rest = (each for each in facts.registrations if each not in members)
        more = {each for each in rest if keys[each] & reached}
        members |= more
        reached.update(*(keys[each] for each in more))
        grown = bool(more)
    ids = {each.registration_id for each in members}
    partners = {each.partner_id for each in members}
    deals = {each.opportunity_id for each in members}
    there = [each for each in facts.opportunities if each.opportunity_id in deals]
    customers = {each.customer_id for each in members} | {each.customer_id for each in there}
    return attrs.evolve(
        facts,
        registrations=members,
        partners=[each for each in facts.partners if each.partner_id in partners],
        opportunities=there,
        customers=[each for each in facts.customers if each.customer_id in customers],
        rulings=[each for each in facts.rulings if each.registration_id in ids],
        holdings=[each for each in facts.holdings if each.registration_id in ids],
    )


def _conflicts(told: Rules, registration: Registration) -> Iterable[tuple[str, ...]]:
    """The conflicts that a registration is in, each by its benefit and the values of its keys."""
    for benefit in told.benefits():
        scope, view = told.scope(benefit)
        values = [view.read(registration, key) for key in scope.keys]
        if None not in values:
            yield (benefit, *map(str, values))

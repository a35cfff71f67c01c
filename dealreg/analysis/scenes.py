"""Cases made of representative values, and what the reference decider makes of them.

Many cases are decided in one run: each has its own opportunity, customer and partners, so that
none bears on another.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from typing import Any, Final, TypeVar

import attrs

from dealreg.analysis.domains import RIVAL, SELF
from dealreg.analysis.readings import AFTERWARDS, Variable
from dealreg.analysis.times import ASKED, FILED
from dealreg.deciders.edited import Decided
from dealreg.deciders.reference.decide import run_quietly
from dealreg.deciders.reference.governing import Rules
from dealreg.deciders.reference.run import Run
from dealreg.deciders.reference.truth import Answers
from dealreg.facts.case import Facts
from dealreg.facts.core_fields import CORE_NAMES
from dealreg.facts.fields import Field, FieldType, Subject
from dealreg.facts.records import Change, EndCustomer, Opportunity, Partner, Registration
from dealreg.facts.values import FrozenMap
from dealreg.policy.policies import Policy

__all__ = [
    "Assignment",
    "Claim",
    "Scene",
    "apart",
    "batches",
    "decided",
    "facts_of",
    "key_value",
    "named",
    "partner_text",
    "possible",
    "run",
    "runs",
]

_Item = TypeVar("_Item")

Assignment = Mapping[Variable, Any]
"""Values of variables; a variable that is not there is missing from the facts."""


@attrs.frozen(eq=False)
class Claim:
    """One registration of a case: its values, and whether its partner is the first or the second.

    `partner` 1 is the partner that texts of the first registration call their own. Where a case is
    about what competes with what, `deal` and `customer` say of which opportunity and whose it is.
    """

    values: Assignment
    partner: int = 1
    deal: int = 1
    customer: int = 1


@attrs.frozen(eq=False)
class Scene:
    """One case: registrations that compete for one opportunity, at one instant; two, mostly."""

    claims: tuple[Claim, ...]


def possible(values: Assignment) -> bool:
    """Whether a registration can be like that: nothing of it was before its submission."""
    submitted = _submitted(values)
    return all(
        value is None or submitted is None or value >= submitted
        for variable, value in values.items()
        if variable.name in AFTERWARDS and variable.subject == Subject.REGISTRATION
    )


def _submitted(values: Assignment) -> datetime | None:
    made: datetime | None = values.get(Variable("submitted_at", Subject.REGISTRATION.value))
    return made


def _filed(values: Assignment) -> datetime:
    """When a registration was made of which that is not said: no later than all the rest."""
    told: Iterable[datetime] = (
        v for each, v in values.items() if each.name in AFTERWARDS and v is not None
    )
    return min((FILED, *told))


def named(number: int, place: int) -> str:
    """The identifier of a registration: of which case, and which of its registrations."""
    return f"R{number}-{place}"


def partner_text(number: int) -> str:
    """The text that stands for a partner of a case, by its number."""
    return {1: SELF, 2: RIVAL}.get(number, f"@partner {number}")


@attrs.frozen(eq=False)
class _Columns:
    """The values of one record, sorted by where they are kept."""

    stated: dict[str, Any]
    own: FrozenMap
    changes: tuple[Change, ...]


def _columns(
    values: Assignment, subject: Subject, kind: type[Any], texts: Mapping[str, str]
) -> _Columns:
    known = _ATTRIBUTES[kind]
    stated: dict[str, Any] = {}
    own: dict[str, Any] = {}
    changes: list[Change] = []
    theirs = subject.value
    mine = [each for each in values.items() if each[0].subject == theirs]
    before = {each.name for each, _ in mine if each.before}
    for variable, value in mine:
        if value is None:
            continue
        told = _told(value, texts)
        if not variable.before and variable.name in before:
            changes.append(Change(variable.name, told, ASKED))
        elif variable.name in known and variable.name in CORE_NAMES:
            stated[variable.name] = told
        else:
            own[variable.name] = told
    gone = (name for name in sorted(before) if values.get(Variable(name, theirs)) is None)
    changes.extend(Change(name, None, ASKED) for name in gone)
    return _Columns(stated, FrozenMap(own), tuple(changes))


_ATTRIBUTES: Final = {
    kind: frozenset(each.name for each in attrs.fields(kind))
    for kind in (Registration, Partner, Opportunity, EndCustomer)
}


def _told(value: Any, texts: Mapping[str, str]) -> Any:
    if isinstance(value, frozenset):
        return frozenset(texts.get(each, each) for each in value)
    return texts.get(value, value) if isinstance(value, str) else value


def facts_of(
    scenes: Sequence[Scene], keys: Iterable[Field] = (), *, plain: bool = False
) -> tuple[Facts, dict[str, dict[str, bool]]]:
    """The facts of all scenes together, and the answers to external questions.

    Args:
        scenes: the cases.
        keys: further fields of which all registrations of a case have the same value, its scope.
        plain: whether the identifiers are those of a case of its own, `R1` and `P1`.
    """
    records: dict[type[Any], list[Any]] = {kind: [] for kind in _ATTRIBUTES}
    answers: dict[str, dict[str, bool]] = {}
    common = {Variable(each.name, each.subject.value): key_value(each) for each in keys}
    for number, scene in enumerate(scenes):
        _add(records, answers, scene, "" if plain else f"{number}-", common)
    return (
        Facts(
            registrations=records[Registration],
            partners=records[Partner],
            opportunities=records[Opportunity],
            customers=records[EndCustomer],
        ),
        answers,
    )


def _add(
    records: dict[type[Any], list[Any]],
    answers: dict[str, dict[str, bool]],
    scene: Scene,
    number: str,
    common: Assignment,
) -> None:
    shared: dict[str, dict[Variable, Any]] = {}
    seen: set[str] = set()
    partners = range(1, max(2, *(each.partner for each in scene.claims)) + 1)
    texts = {partner_text(each): f"P{number}{each}" for each in partners}
    for place, claim in enumerate(scene.claims, 1):
        values = {**common, **claim.values}
        deal, customer = f"O{number}{claim.deal}", f"C{number}{claim.customer}"
        for owner in (deal, customer):
            shared.setdefault(owner, {}).update({k: v for k, v in values.items() if k.shared})
        key = f"R{number}{place}"
        partner = f"P{number}{claim.partner}"
        own = _columns(values, Subject.REGISTRATION, Registration, texts)
        stated = {"submitted_at": _filed(claim.values), **own.stated}
        records[Registration].append(
            Registration(
                registration_id=key,
                partner_id=partner,
                opportunity_id=deal,
                attributes=own.own,
                changes=own.changes,
                **stated,
            )
        )
        if partner not in seen:
            seen.add(partner)
            columns = _columns(values, Subject.PARTNER, Partner, texts)
            records[Partner].append(
                Partner(
                    partner_id=partner,
                    attributes=columns.own,
                    changes=columns.changes,
                    **columns.stated,
                )
            )
        for variable, value in claim.values.items():
            if variable.subject == "external" and value is not None:
                answers.setdefault(variable.name, {})[key] = value
    for of in dict.fromkeys((each.deal, each.customer) for each in scene.claims):
        _add_shared(records, (f"O{number}{of[0]}", f"C{number}{of[1]}"), shared, texts)


def key_value(field: Field) -> Any:
    """The one value that all registrations of a case have of a field of its scope."""
    match field.type:
        case FieldType.BOOL:
            return True
        case FieldType.ORDINAL:
            return next(iter(field.levels), None)
        case FieldType.INTEGER:
            return 1
        case FieldType.DECIMAL:
            return Decimal(1)
        case FieldType.DATE:
            return date(2026, 6, 1)
        case _:
            return "K"


def _add_shared(
    records: dict[type[Any], list[Any]],
    names: tuple[str, str],
    shared: Mapping[str, Mapping[Variable, Any]],
    texts: Mapping[str, str],
) -> None:
    """Add an opportunity and its customer, by their names."""
    deal = _columns(shared[names[0]], Subject.OPPORTUNITY, Opportunity, texts)
    customer = _columns(shared[names[1]], Subject.CUSTOMER, EndCustomer, texts)
    records[Opportunity].append(
        Opportunity(
            opportunity_id=names[0],
            customer_id=names[1],
            attributes=deal.own,
            changes=deal.changes,
            **deal.stated,
        )
    )
    if any(each.customer_id == names[1] for each in records[EndCustomer][-1:]):
        return
    records[EndCustomer].append(
        EndCustomer(
            customer_id=names[1],
            attributes=customer.own,
            changes=customer.changes,
            **customer.stated,
        )
    )


def run(policy: Policy, scenes: Sequence[Scene], keys: Iterable[Field] = ()) -> Run:
    """What the reference decider makes of the scenes."""
    (made,) = runs((policy,), scenes, keys)
    return made


def runs(
    policies: Iterable[Policy], scenes: Sequence[Scene], keys: Iterable[Field] = ()
) -> list[Run]:
    """What it makes of the scenes by one policy after another."""
    facts, answers = facts_of(scenes, keys)
    first, *others = policies if len(scenes) == 1 else map(apart, policies)
    made = run_quietly(Rules.of(first, facts, ASKED, answers))
    if not others:
        return [made]
    before = Decided(made)
    return [made, *(before.by(each) for each in others)]


def decided(policy: Policy, facts: Facts, answers: Answers) -> Run:
    """What the reference decider makes of the facts of several scenes, kept apart."""
    return run_quietly(Rules.of(apart(policy), facts, ASKED, answers))


def apart(policy: Policy) -> Policy:
    """The policy for scenes in one run: what is of two opportunities never competes.

    All of one scene is of one opportunity, so that nothing else changes.
    """
    if all(_SEPARATE.intersection(each.scope.keys) for each in policy.contests):
        return policy
    return _by_opportunity(policy)


@lru_cache(maxsize=256)
def _by_opportunity(policy: Policy) -> Policy:
    contests = []
    for each in policy.contests:
        keys = tuple(dict.fromkeys((*each.scope.keys, "opportunity_id")))
        contests.append(attrs.evolve(each, scope=attrs.evolve(each.scope, keys=keys)))
    return attrs.evolve(policy, contests=contests)


_SEPARATE: Final = frozenset({"opportunity_id", "customer_id"})
"""Scenes differ in these: what goes by one of them keeps them apart."""


def batches(
    items: Iterable[_Item], size: int, *, first: int | None = None
) -> Iterator[list[_Item]]:
    """The cases, so many at a time; the first time perhaps fewer."""
    waiting = iter(items)
    batch = list(islice(waiting, first or size))
    while batch:
        yield batch
        batch = list(islice(waiting, size))

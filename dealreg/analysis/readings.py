"""What policies read: the facts that can tell two cases apart, and what each is compared with."""

from collections.abc import Iterable, Iterator

import attrs

from dealreg.checking.declarations import parts_of
from dealreg.errors import UsageError, shown
from dealreg.facts.fields import Field, FieldType, SinceEnded, Subject, Tally
from dealreg.facts.values import Scalar
from dealreg.facts.vocabulary import Vocabulary
from dealreg.policy.clocks import Missed
from dealreg.policy.contests import Contest
from dealreg.policy.policies import Policy
from dealreg.policy.predicates import (
    Compare,
    Covers,
    External,
    Fact,
    OneOf,
    Only,
    Overlaps,
    Predicate,
)
from dealreg.policy.stages import HeadStart, Key
from dealreg.policy.walk import atoms, fact_of, predicates_of

__all__ = [
    "AFTERWARDS",
    "BY_APPROVAL",
    "IDENTITIES",
    "Readings",
    "Variable",
    "common_keys",
    "is_instant",
    "note",
    "readings",
    "readings_of",
    "sources",
]

IDENTITIES = frozenset({"registration_id", "partner_id", "opportunity_id", "customer_id"})
"""Fields that say who a record is. They differ between the cases by themselves."""

BY_APPROVAL = frozenset({"approved_at", "status"})
"""What silence of the vendor changes, where it counts as approval."""

AFTERWARDS = frozenset({"completed_at", "approved_at", "ended_at", "last_submitted_at"})
"""Instants of a registration that are never before its submission."""


@attrs.frozen(order=True, cache_hash=True)
class Variable:
    """A fact that cases differ in: a field of one subject, as it is or as it was before.

    `before` is the value when the registration was made, where a policy reads both.
    """

    name: str
    subject: str
    before: bool = False

    @property
    def shared(self) -> bool:
        """Whether the registrations of one conflict have it in common."""
        return self.subject in (Subject.CUSTOMER, Subject.OPPORTUNITY)


@attrs.frozen(eq=False)
class Readings:
    """What some policies read, taken together.

    Attributes:
        fields: the fields by name, derived ones included.
        earlier: for each field, the instants as of which it is read; None for the decision.
        constants: what a field is compared with, in the order met.
        sets: for a set of texts, the texts that are named.
        together: for a set of texts, those named by one condition, for each condition.
        ladders: the ordinal fields whose levels differ between the policies.
        deemed: the instants from which on silence counts as approval.
    """

    fields: dict[str, Field]
    earlier: dict[str, set[str | None]]
    constants: dict[str, list[Scalar]]
    sets: dict[str, set[str]]
    together: dict[str, set[frozenset[str]]] = attrs.field(factory=dict)
    ladders: set[str] = attrs.field(factory=set)
    deemed: set[str] = attrs.field(factory=set)

    def variables(self, fact: Fact) -> Iterator[Variable]:
        """The variables that a fact is read from: its field's, or those it is derived from."""
        if fact.as_of is not None:
            yield from self.variables(Fact(fact.as_of))
        field = self.fields.get(fact.name)
        if field is None:
            return
        if field.derived is not None:
            for name in sources(field):
                yield from self.variables(Fact(name))
        elif fact.name == "currency":
            yield from self.variables(Fact("amount"))
        elif fact.name in BY_APPROVAL and self.deemed:
            yield Variable(fact.name, field.subject.value)
            for name in sorted(self.deemed):
                yield from self.variables(Fact(name))
        elif fact.name not in IDENTITIES and fact.name != "asked_at":
            both = None in self.earlier.get(fact.name, set()) and fact.as_of is not None
            yield Variable(fact.name, field.subject.value, before=both)

    def personal(self, predicate: Predicate) -> bool:
        """Whether the answer depends on whose registration it is, beside the variables."""
        names = {fact.name for _, atom in atoms(predicate) if (fact := fact_of(atom))}
        fields = [self.fields[each] for each in names if each in self.fields]
        return any(IDENTITIES & {each.name, *sources(each)} for each in fields)

    def asked(self, predicate: Predicate) -> tuple[Variable, ...]:
        """The variables that a predicate is about, sorted."""
        found: set[Variable] = set()
        for _, atom in atoms(predicate):
            fact = fact_of(atom)
            if fact is not None:
                found.update(self.variables(fact))
            elif isinstance(atom, External):
                found.add(Variable(atom.name, "external"))
        return tuple(sorted(found))


def sources(field: Field) -> tuple[str, ...]:
    """The fields that a derived field is made of, if they are the registration's own."""
    derived = field.derived
    return () if derived is None or isinstance(derived, Tally | SinceEnded) else parts_of(derived)


def common_keys(policies: Iterable[Policy], found: Readings) -> tuple[Field, ...]:
    """The fields of scopes that no policy asks about: the same value within a case."""
    made: dict[str, Field] = {}
    for policy in policies:
        words = policy.vocabulary()
        named = [words.get(key) for each in policy.contests for key in each.scope.keys]
        parts = [words.get(name) for each in named if each is not None for name in sources(each)]
        made.update({each.name: each for each in (*named, *parts) if each is not None})
    stated = (each for _, each in sorted(made.items()) if each.derived is None)
    return tuple(each for each in stated if each.name not in {*IDENTITIES, *found.fields})


def readings(policies: Iterable[Policy], *predicates: Predicate) -> Readings:
    """What the policies, and some predicates beside them, read."""
    given = tuple(policies)
    found = Readings({}, {}, {}, {})
    for policy in given:
        vocabulary = policy.vocabulary()
        if policy.sla is not None and policy.sla.missed is Missed.DEEMED_APPROVED:
            found.deemed.add(policy.sla.starts)
            note(found, vocabulary, Fact(policy.sla.starts))
        for fact in _facts(policy):
            note(found, vocabulary, fact)
        for contest in policy.contests:
            for path, predicate in predicates_of(contest):
                _compared(found, vocabulary, predicate, path)
    for predicate in predicates:
        _compared(found, given[0].vocabulary(), predicate, "")
    return found


def readings_of(vocabulary: Vocabulary, predicates: Iterable[Predicate]) -> Readings:
    """What some predicates read by themselves."""
    found = Readings({}, {}, {}, {})
    for predicate in predicates:
        _compared(found, vocabulary, predicate, "")
    return found


def _facts(policy: Policy) -> Iterator[Fact]:
    for contest in policy.contests:
        for preference in contest.prefer:
            if isinstance(preference, Key):
                yield preference.fact
        if contest.window is not None:
            yield contest.window.clock
            if isinstance(contest.window, HeadStart):
                yield contest.window.ladder
        yield from map(Fact, _named(contest))


def _named(contest: Contest) -> Iterator[str]:
    """The fields that clocks, scope, who holds at most once and joint holding name."""
    if contest.one_per not in IDENTITIES:
        yield contest.one_per
    if contest.period is not None:
        yield contest.period.starts
    for each in contest.milestones:
        yield from (each.starts, each.met)
        if each.agreed is not None:
            yield each.agreed
    if contest.scope.lines is not None:
        yield contest.scope.lines
    if contest.joint is not None:
        yield from (*contest.joint.distinct, *contest.joint.disjoint)
        yield from (stature.field for stature in contest.joint.stature)


def note(found: Readings, vocabulary: Vocabulary, fact: Fact) -> None:
    """Add a fact, and what it is computed from, to what is read.

    Raises:
        UsageError: where two policies declare one field in two ways.
    """
    for name in (fact.name, fact.as_of):
        field = None if name is None else vocabulary.get(name)
        if name is None or field is None:
            continue
        found.fields[name] = _common(found, found.fields.get(name), field)
        found.earlier.setdefault(name, set()).add(fact.as_of if name == fact.name else None)
        parts = ("amount",) if name == "currency" else sources(field)
        for part in parts:
            note(found, vocabulary, Fact(part))


def _common(found: Readings, known: Field | None, field: Field) -> Field:
    """The field as both policies have it; of a ladder, the levels that both know."""
    if known is None or known == field:
        return field
    if known.type is not field.type or known.derived != field.derived:
        raise UsageError(
            f"the policies declare {shown(field.name)} as two different fields",
            place=f"fields[{field.name}]",
            value=field.name,
            hint="give one of the two fields another name",
        )
    if known.levels == field.levels:
        return known
    found.ladders.add(field.name)
    return attrs.evolve(known, levels=[each for each in known.levels if each in field.levels])


def _compared(found: Readings, vocabulary: Vocabulary, predicate: Predicate, path: str) -> None:
    for _, atom in atoms(predicate, path):
        fact = fact_of(atom)
        if fact is None:
            continue
        note(found, vocabulary, fact)
        constants = found.constants.setdefault(fact.name, [])
        match atom:
            case Compare(_, _, value):
                constants.append(value)
            case OneOf(_, values):
                constants.extend(values)
            case Overlaps(_, texts) | Covers(_, texts) | Only(_, texts):
                found.sets.setdefault(fact.name, set()).update(texts)
                found.together.setdefault(fact.name, set()).add(frozenset(texts))
            case _:
                pass


def is_instant(readings: Readings, variable: Variable) -> bool:
    """Whether a variable is an instant."""
    field = readings.fields.get(variable.name)
    return field is not None and field.type is FieldType.INSTANT

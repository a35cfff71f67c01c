"""Strategies for facts that fit a policy, and for whole cases."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

import attrs
from hypothesis import strategies as st

from dealreg.analysis.times import ASKED
from dealreg.facts.canonical import plain
from dealreg.facts.case import Facts
from dealreg.facts.core_fields import CORE_NAMES
from dealreg.facts.fields import Field, Subject
from dealreg.facts.records import (
    ENDED,
    Change,
    EndCustomer,
    Opportunity,
    Partner,
    Registration,
    Ruling,
    Status,
    Verdict,
)
from dealreg.policy.policies import Policy, PolicyBook
from dealreg.policy.walk import externals_of
from dealreg.testing.courses import extensions_of, holdings_of, pauses_of
from dealreg.testing.draws import once_in, pick, several
from dealreg.testing.policies import books, policies
from dealreg.testing.pools import Pools
from dealreg.testing.presets import WELL_TYPED, Preset
from dealreg.testing.regions import Regions

__all__ = ["Case", "answers_for", "book_cases", "cases", "facts", "facts_for", "instants_for"]

T = TypeVar("T")

_STATUSES = (
    *(Status.SUBMITTED,) * 14,
    *(Status.APPROVED,) * 8,
    Status.UNDER_REVIEW,
    Status.RETURNED,
    Status.WITHDRAWN,
    Status.REVOKED,
    Status.CONVERTED,
    Status.WON,
    Status.REJECTED,
    Status.REJECTED,
    Status.LOST,
)
_SUPPLIED_APART = frozenset(
    {"registration_id", "partner_id", "opportunity_id", "customer_id", "status"}
    | {"submitted_at", "completed_at", "approved_at", "last_submitted_at"}
)
_WRONG: tuple[Any, ...] = (True, 7, "glod", frozenset({"x"}))


@attrs.frozen(eq=False)
class _Maker:
    """Draws records for one policy."""

    draw: st.DrawFn
    pools: Pools
    preset: Preset

    def known(self, choices: tuple[T, ...]) -> T | None:
        """One of the choices, or None as often as the preset drops facts."""
        if self.preset.absent and pick(self.draw, range(8)) >= 8 - self.preset.absent:
            return None
        return pick(self.draw, choices)

    def pick(self, choices: Sequence[T]) -> T:
        """One of the choices."""
        return pick(self.draw, choices)

    def fields(self, subject: Subject) -> list[Field]:
        """The supplied fields of a subject that the policy reads."""
        named = (self.pools.vocabulary.get(name) for name in sorted(self.pools.read))
        return [
            field
            for field in named
            if field is not None
            and field.subject is subject
            and field.derived is None
            and field.name not in (*_SUPPLIED_APART, "asked_at", "currency")
        ]

    def record(self, kind: type[Any], subject: Subject, **known: Any) -> Any:
        """A record of one subject, with the facts that the policy reads."""
        columns = {attribute.name for attribute in attrs.fields(kind)}
        attributes: dict[str, Any] = {}
        for field in self.fields(subject):
            value = self._value(field)
            if value is not None:
                (known if field.name in columns else attributes)[field.name] = value
        return kind(**known, attributes=attributes, changes=self._changes(subject))

    def _value(self, field: Field) -> Any:
        if not self.preset.sound and once_in(self.draw, 6):
            return self.pick(_WRONG) if _any_type(field) else None
        return self.known(self.pools.values(field.name))

    def _changes(self, subject: Subject) -> tuple[Change, ...]:
        fields = [field for field in self.fields(subject) if field.changes]
        if not fields or not once_in(self.draw, 4):
            return ()
        field = self.pick(fields)
        since = several(self.draw, self.pools.instants, 2)
        values = self.pools.values(field.name)
        return tuple(Change(field.name, self.known(values), instant) for instant in since)


def _any_type(field: Field) -> bool:
    """Whether a record can be built with a value of another type in this field."""
    return field.name not in CORE_NAMES


@st.composite
def facts_for(draw: st.DrawFn, policy: Policy, preset: Preset = WELL_TYPED) -> Facts:
    """Facts that a policy can be asked about: those it reads, at and beside its own constants.

    Works for any policy, not only for generated ones.

    Raises:
        PolicyErrors: the preset asks for the regions of a policy that is not sound.
    """
    if preset.regions:
        return Regions.of(policy).facts(draw, preset)
    maker = _Maker(draw, Pools.of(policy, preset), preset)
    partners = ("P1", "P2", "P3", "P4")[: 3 if preset.few else 4]
    filed = pick(draw, (*range(1, preset.registrations + 1), *range(2, preset.registrations + 1)))
    registrations = [_registration(maker, f"R{n}", partners) for n in range(1, filed + 1)]
    named = sorted({each.partner_id for each in registrations})
    deals = sorted({each.opportunity_id for each in registrations if each.opportunity_id})
    return Facts(
        registrations=registrations,
        partners=_records(maker, Partner, Subject.PARTNER, "partner_id", named),
        customers=_records(maker, EndCustomer, Subject.CUSTOMER, "customer_id", ["C1", "C2"]),
        opportunities=[
            attrs.evolve(each, customer_id=maker.known(("C1",) * 5 + ("C2",)))
            for each in _records(maker, Opportunity, Subject.OPPORTUNITY, "opportunity_id", deals)
        ],
        rulings=list(_rulings(maker, policy, registrations)),
        holdings=list(holdings_of(draw, policy, registrations, maker.pools.instants)),
    )


def facts(preset: Preset = WELL_TYPED) -> st.SearchStrategy[Facts]:
    """Facts of the invented programme: those of some generated policy."""
    return policies(preset).flatmap(lambda policy: facts_for(policy, preset))


def _registration(maker: _Maker, name: str, partners: tuple[str, ...]) -> Registration:
    submitted = maker.pick(maker.pools.instants)
    later = tuple(each for each in maker.pools.instants if each >= submitted)
    status = maker.pick(_STATUSES)
    again = "last_submitted_at" in maker.pools.read and once_in(maker.draw, 2)
    ended = maker.known(later) if status in ENDED else None
    made: Registration = maker.record(
        Registration,
        Subject.REGISTRATION,
        registration_id=name,
        partner_id=maker.pick(partners),
        opportunity_id=maker.pick(("O1",) * 12 + ("O2", "O2", None)),
        customer_id=maker.pick((None,) * 5 + ("C1", "C2")),
        submitted_at=submitted,
        completed_at=maker.known(later),
        approved_at=maker.known(later),
        last_submitted_at=maker.pick(later) if again else None,
        status=status,
        status_reason=_why(maker, status),
        ended_at=ended,
        extensions=extensions_of(maker.draw, maker.pools.policy, maker.pools.instants),
        pauses=pauses_of(maker.draw, maker.pools.policy, maker.pools.instants),
    )
    return made


def _why(maker: _Maker, status: Status) -> str | None:
    """Why it was rejected: mostly because another one was preferred."""
    codes = sorted({contest.others.code for contest in maker.pools.policy.contests})
    return maker.pick((*codes, "OTHER")) if status is Status.REJECTED else None


def _records(maker: _Maker, kind: Any, subject: Subject, key: str, names: list[str]) -> list[Any]:
    """Those of the names of which there is a record."""
    if subject is Subject.CUSTOMER and not maker.fields(subject):
        return []
    known = [name for name in names if maker.known((True,))]
    return [maker.record(kind, subject, **{key: name}) for name in known]


def _rulings(maker: _Maker, policy: Policy, registrations: list[Registration]) -> Iterator[Ruling]:
    benefits = sorted({contest.benefit for contest in policy.contests})
    for each in registrations:
        for benefit in benefits:
            if once_in(maker.draw, 4):
                yield Ruling(
                    registration_id=each.registration_id,
                    benefit=benefit,
                    verdict=maker.pick(tuple(Verdict)),
                    decided_at=maker.pick(maker.pools.instants),
                )


@attrs.frozen(kw_only=True, repr=False)
class Case:
    """All that `decide` takes: `decide(case.rules, case.facts, at=case.at, externals=...)`."""

    rules: Policy | PolicyBook
    facts: Facts
    at: datetime
    externals: Mapping[str, Mapping[str, bool]] = attrs.field(factory=dict)

    def __repr__(self) -> str:
        """The case without all that has its default value, so that a person can read it."""
        whole = {name: plain(getattr(self, name)) for name in ("rules", "facts", "at", "externals")}
        return json.dumps(whole, indent=1, ensure_ascii=False)

    def _repr_pretty_(self, printer: Any, _cycle: object) -> None:
        for number, line in enumerate(repr(self).splitlines()):
            if number:
                printer.break_()
            printer.text(line)


def instants_for(policy: Policy, preset: Preset = WELL_TYPED) -> st.SearchStrategy[datetime]:
    """Instants to ask at: after everything mostly, else in the midst of it."""
    if preset.regions:
        return st.just(ASKED)  # what a policy measures until it is asked is laid out before this
    instants = Pools.of(policy, preset).instants
    after = max(instants) + timedelta(days=1)
    return st.sampled_from((after,) * (2 * len(instants)) + instants)


@st.composite
def answers_for(
    draw: st.DrawFn, rules: Policy | PolicyBook, facts: Facts
) -> dict[str, dict[str, bool]]:
    """Answers to the external questions that the rules ask; some left open."""
    versions = (rules,) if isinstance(rules, Policy) else [each.policy for each in rules.editions]
    made = {}
    for name in sorted({name for policy in versions for name in externals_of(policy)}):
        said = {r.registration_id: pick(draw, (True, False, None)) for r in facts.registrations}
        made[name] = {key: answer for key, answer in said.items() if answer is not None}
    return made


@st.composite
def cases(
    draw: st.DrawFn,
    preset: Preset = WELL_TYPED,
    *,
    policy: st.SearchStrategy[Policy] | None = None,
) -> Case:
    """A policy, facts for it, an instant, and answers to what it asks outside.

    Args:
        draw: supplied by Hypothesis.
        preset: what kind of cases.
        policy: the policies to use, `st.just(mine)` for your own; generated ones by default.
    """
    rules = draw(policies(preset) if policy is None else policy)
    known = draw(facts_for(rules, preset))
    at = draw(instants_for(rules, preset))
    return Case(rules=rules, facts=known, at=at, externals=draw(answers_for(rules, known)))


@st.composite
def book_cases(draw: st.DrawFn, preset: Preset = WELL_TYPED) -> Case:
    """As `cases`, for a policy book; the facts are drawn for all its versions together."""
    book = draw(books(preset))
    whole = pick(draw, book.editions).policy if preset.regions else _joined(book)
    known = draw(facts_for(whole, preset))
    at = draw(instants_for(whole, preset))
    return Case(rules=book, facts=known, at=at, externals=draw(answers_for(book, known)))


def _joined(book: PolicyBook) -> Policy:
    """One policy that reads what all versions read; only facts are drawn for it."""
    versions = [edition.policy for edition in book.editions]
    fields = {field.name: field for policy in versions for field in policy.fields}
    calendars = {c.name: c for policy in versions for c in policy.calendars}
    return Policy(
        programme=book.programme,
        tiers=versions[-1].tiers,
        fields=tuple(fields[name] for name in sorted(fields)),
        calendars=tuple(calendars[name] for name in sorted(calendars)),
        contests=tuple(contest for policy in versions for contest in policy.contests),
        sla=next((policy.sla for policy in reversed(versions) if policy.sla is not None), None),
    )

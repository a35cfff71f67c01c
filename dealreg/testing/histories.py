"""Strategies for histories that fit a policy, and for whole cases of them."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import attrs
from hypothesis import strategies as st

from dealreg.facts.canonical import plain
from dealreg.facts.case import Facts
from dealreg.facts.events import EVENT_RULES, EventKind, takes_effect
from dealreg.facts.fields import Subject
from dealreg.facts.histories import History
from dealreg.facts.records import EndCustomer, Opportunity, Partner, Registration
from dealreg.policy.policies import Policy, PolicyBook
from dealreg.testing.facts import answers_for
from dealreg.testing.happenings import AROUND, ENDS, fields_told, kinds_for
from dealreg.testing.moments import TICK, ends_from
from dealreg.testing.policies import books, policies
from dealreg.testing.pools import Pools
from dealreg.testing.presets import WELL_TYPED, Preset
from dealreg.testing.regions import Regions
from dealreg.testing.telling import Teller

__all__ = ["HistoryCase", "book_history_cases", "histories_for", "history_cases"]

_GO_ON: Final = (False, *(True,) * 15)
"""Nothing more happening is the simplest."""

_DEALS: Final = ("O1",) * 8 + ("O2", "O2", None)
_CUSTOMERS: Final = (None,) * 5 + ("C1", "C2")
_KINDS: Final = {
    Subject.PARTNER: (Partner, "partner_id", EventKind.PARTNER_CHANGED),
    Subject.CUSTOMER: (EndCustomer, "customer_id", EventKind.CUSTOMER_CHANGED),
    Subject.OPPORTUNITY: (Opportunity, "opportunity_id", EventKind.OPPORTUNITY_CHANGED),
}


@attrs.frozen(kw_only=True, repr=False)
class HistoryCase:
    """All that a replay takes: `replay(case.rules, case.history, externals=case.externals)`.

    Attributes:
        rules: a policy, or a policy book.
        history: the events, and what was known before the first of them.
        at: an instant worth asking about.
        externals: answers to the external questions that the rules ask.
    """

    rules: Policy | PolicyBook
    history: History
    at: datetime
    externals: Mapping[str, Mapping[str, bool]] = attrs.field(factory=dict)

    def __repr__(self) -> str:
        """The case without all that has its default value, so that a person can read it."""
        names = ("rules", "history", "at", "externals")
        whole = {name: plain(getattr(self, name)) for name in names}
        return json.dumps(whole, indent=1, ensure_ascii=False)

    def _repr_pretty_(self, printer: Any, _cycle: object) -> None:
        for number, line in enumerate(repr(self).splitlines()):
            if number:
                printer.break_()
            printer.text(line)


@st.composite
def histories_for(
    draw: st.DrawFn, rules: Policy | PolicyBook, preset: Preset = WELL_TYPED
) -> History:
    """Histories that fit a policy or a book: what they read, at and beside the ends of its clocks.

    Up to `preset.events` events about up to `preset.registrations` registrations, of few
    partners, opportunities and customers; some known late or ahead, some without an arrival
    sequence. With `orderly` presets everything that is told can have happened. By region, what is
    submitted is a conflict of one version of the rules, and the rest happens to that.

    Args:
        draw: supplied by Hypothesis.
        rules: any policy or book, not only generated ones.
        preset: what kind of histories.

    >>> from dealreg import contest, earliest
    >>> rules = Policy(programme="Mine", contests=[contest("protection", earliest("submitted_at"))])
    >>> histories_for(rules).example()  # doctest: +SKIP
    History(events=(Event(event_id='E01', kind=<EventKind.SUBMITTED: 'submitted'>, ...
    """
    teller = Teller(draw, _pools(rules, preset), preset, _dates(rules))
    start = min(instant for pools in teller.pools for instant in pools.instants)
    known, lasts = _begun_by_region(teller) if preset.regions else _begun(teller, start)
    names = list(lasts)
    while len(teller.events) < preset.events and teller.pick(_GO_ON):
        if teller.once_in(4):
            _around(teller, start)
        else:
            _on(teller, teller.pick(names), lasts, start)
    return History(known=known, events=teller.events)


def _begun(teller: Teller, start: datetime) -> tuple[Facts, dict[str, datetime]]:
    """What is known beforehand, and when each registration was submitted."""
    names = [f"R{number}" for number in range(1, teller.pick(_counts(teller.preset)) + 1)]
    lasts = {name: _submit(teller, name, start) for name in names}
    return _known(teller), lasts


def _begun_by_region(teller: Teller) -> tuple[Facts, dict[str, datetime]]:
    """As `_begun`, of a conflict of one version; it is also completed and approved as there."""
    drawn = Regions.of(teller.pick(teller.policies)).conflict(teller.draw, teller.preset)
    told = [field.name for field in fields_told(teller.pools, Subject.REGISTRATION)]
    lasts: dict[str, datetime] = {}
    for each in drawn.registrations:
        name = each.registration_id
        stated = {**each.attributes, **{k: getattr(each, k) for k in told if hasattr(each, k)}}
        said = {"partner_id": each.partner_id, "opportunity_id": each.opportunity_id, **stated}
        facts = {field: value for field, value in said.items() if value is not None}
        events = [teller.tell(EventKind.SUBMITTED, name, each.submitted_at, **facts)]
        for kind, at in (
            (EventKind.COMPLETED, each.completed_at),
            (EventKind.APPROVED, each.approved_at),
        ):
            if at is not None and at >= each.submitted_at:
                events.append(teller.tell(kind, name, at))
        lasts[name] = max(event.happened_at for event in events)
    known = attrs.evolve(drawn, registrations=())
    return known, lasts


def _counts(preset: Preset) -> tuple[int, ...]:
    """How many registrations: one is the simplest, several are more often."""
    return (*range(1, preset.registrations + 1), *range(2, preset.registrations + 1))


def _versions(rules: Policy | PolicyBook) -> list[Policy]:
    return [rules] if isinstance(rules, Policy) else [each.policy for each in rules.editions]


def _pools(rules: Policy | PolicyBook, preset: Preset) -> list[Pools]:
    return [Pools.of(policy, preset) for policy in _versions(rules)]


def _dates(rules: Policy | PolicyBook) -> tuple[datetime, ...]:
    return () if isinstance(rules, Policy) else tuple(e.effective_from for e in rules.editions)


def _known(teller: Teller) -> Facts:
    """What is known beforehand of those that the registrations name; not of all of them."""
    return Facts(
        partners=_records(teller, Subject.PARTNER, _named(teller, "partner_id")),
        customers=_records(teller, Subject.CUSTOMER, ("C1", "C2")),
        opportunities=[
            attrs.evolve(each, customer_id=teller.pick(("C1", "C1", "C2", None)))
            for each in _records(teller, Subject.OPPORTUNITY, _named(teller, "opportunity_id"))
        ],
    )


def _named(teller: Teller, field: str) -> list[str]:
    return sorted({str(e.facts[field]) for e in teller.events if field in e.facts})


def _records(teller: Teller, subject: Subject, names: Sequence[str]) -> list[Any]:
    kind, key, _ = _KINDS[subject]
    if not fields_told(teller.pools, subject) and subject is not Subject.OPPORTUNITY:
        return []
    columns = {attribute.name for attribute in attrs.fields(kind)}
    made = []
    for name in names:
        if teller.preset.absent and teller.once_in(8):
            continue
        values = teller.values(subject)
        own = {field: value for field, value in values.items() if field in columns}
        more = {field: value for field, value in values.items() if field not in columns}
        made.append(kind(**{key: name}, **own, attributes=more))
    return made


def _submit(teller: Teller, name: str, start: datetime) -> datetime:
    said = {
        "partner_id": teller.pick(("P1", "P2", "P3", "P4")),
        "opportunity_id": teller.pick(_DEALS),
        "customer_id": teller.pick(_CUSTOMERS),
        **teller.values(Subject.REGISTRATION),
    }
    facts = {field: value for field, value in said.items() if value is not None}
    return teller.tell(EventKind.SUBMITTED, name, teller.moment(start), **facts).happened_at


def _on(teller: Teller, name: str, lasts: dict[str, datetime], start: datetime) -> None:
    """The next event of a registration; mostly a new round, if it has ended."""
    last = next(each.kind for each in reversed(teller.events) if each.about == name)
    kind = teller.pick([each for each in kinds_for(teller.pools) if each is not last])
    after = lasts[name]
    if not teller.preset.orderly:
        name = "R9" if teller.once_in(8) else name
        after = start if teller.once_in(3) else after
        kind = EventKind.SUBMITTED if teller.once_in(12) else kind
    elif last in ENDS and not teller.once_in(3):
        kind = EventKind.RESUBMITTED
    facts = teller.facts_of(kind)
    if kind is EventKind.SUBMITTED:
        facts = {"partner_id": "P1"}
    lasts[name] = teller.tell(kind, name, teller.moment(after), **facts).happened_at


def _around(teller: Teller, start: datetime) -> None:
    """Something that happens to an opportunity, a customer or a partner, if the rules read it."""
    read = {name for pools in teller.pools for name in pools.read}
    told = [kind for name, kind in sorted(AROUND.items()) if name in read]
    changed = [
        kind
        for subject, (*_, kind) in _KINDS.items()
        if any(field.changes for field in fields_told(teller.pools, subject))
    ]
    if not told and not changed:
        return
    kind = teller.pick((*changed, *told))
    facts = _facts_around(teller, kind)
    if facts is not None:
        names = {Subject.PARTNER: ("P1", "P2", "P3"), Subject.CUSTOMER: ("C1", "C2")}
        about = teller.pick(names.get(EVENT_RULES[kind].subject, ("O1", "O1", "O2")))
        teller.tell(kind, about, teller.moment(start), **facts)


def _facts_around(teller: Teller, kind: EventKind) -> dict[str, Any] | None:
    """What the event states; None when nothing comes of it."""
    partner = ("P1", "P2", "P3")
    match kind:
        case EventKind.CUSTOMER_CHOSE:
            form = {"customer_choice_form": teller.pick(("letter", "phone"))}
            return {"customer_choice": teller.pick(partner), **form}
        case EventKind.INCUMBENT_CHANGED:
            return {"incumbent_partner_id": teller.pick(partner)}
        case EventKind.VENDOR_ENGAGED:
            return {"vendor_engaged": teller.pick((True, False))}
        case EventKind.TENDER_PUBLISHED:
            return {}
        case _:
            return teller.one_of(EVENT_RULES[kind].subject) or None


@st.composite
def history_cases(
    draw: st.DrawFn,
    preset: Preset = WELL_TYPED,
    *,
    rules: st.SearchStrategy[Policy | PolicyBook] | None = None,
) -> HistoryCase:
    """Rules, a history for them, an instant, and answers to what they ask outside.

    Args:
        draw: supplied by Hypothesis.
        preset: what kind of cases.
        rules: the policies or books to use, `st.just(mine)` for your own; generated policies by
            default.
    """
    made = draw(policies(preset) if rules is None else rules)
    history = draw(histories_for(made, preset))
    at = draw(st.sampled_from(_worth_asking(made, history, preset)))
    externals = draw(answers_for(made, _submitted(history)))
    return HistoryCase(rules=made, history=history, at=at, externals=externals)


def book_history_cases(preset: Preset = WELL_TYPED) -> st.SearchStrategy[HistoryCase]:
    """As `history_cases`, for policy books: their versions take effect in the midst of it."""
    return history_cases(preset, rules=books(preset))


def _worth_asking(rules: Policy | PolicyBook, history: History, preset: Preset) -> list[datetime]:
    """After everything that was told, when an event counts, when a clock it started ends."""
    counts = list(dict.fromkeys(map(takes_effect, history.events)))
    ends = [end for at in counts for policy in _versions(rules) for end in ends_from(policy, at)]
    exact = list(dict.fromkeys((max(counts) + timedelta(days=1), *counts, *ends, *_dates(rules))))
    if not preset.edges:
        return exact
    return [*exact, *(each + step for each in exact for step in (-TICK, TICK))]


def _submitted(history: History) -> Facts:
    """The registrations of a history, by name."""
    submitted = {e.about: e for e in history.events if e.kind is EventKind.SUBMITTED}
    return Facts(
        registrations=[
            Registration(registration_id=name, partner_id="P1", submitted_at=event.happened_at)
            for name, event in submitted.items()
        ]
    )

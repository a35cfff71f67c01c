"""A history of events as a history: replayed under each policy, by what was known when."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Final

import attrs

from dealreg.deciders.deciding import Externals
from dealreg.facts.events import Event, EventKind
from dealreg.facts.fields import Subject
from dealreg.facts.histories import History
from dealreg.facts.values import Money
from dealreg.history.queries import replay
from dealreg.impact.past import Found, Past, Progress, Step, frames
from dealreg.outcome.decision import StandingKind
from dealreg.outcome.impact import Reading
from dealreg.outcome.timeline import Timeline
from dealreg.policy.policies import Policy, PolicyBook

if TYPE_CHECKING:
    from polars import DataFrame

__all__ = ["Replayed", "replayed_of"]

_SUBJECTS: Final = {
    EventKind.PARTNER_CHANGED: Subject.PARTNER,
    EventKind.CUSTOMER_CHANGED: Subject.CUSTOMER,
    EventKind.OPPORTUNITY_CHANGED: Subject.OPPORTUNITY,
}
_RANK: Final = (
    StandingKind.DENIED,
    StandingKind.RETURNED,
    StandingKind.WAITING,
    StandingKind.REFERRED,
    StandingKind.GRANTED,
)
"""From the least that a registration may have come to, to the most."""


@attrs.frozen(eq=False)
class Replayed(Past):
    """Events that are replayed."""

    reading: ClassVar[Reading] = Reading.REPLAYED

    history: History
    registrations: "DataFrame"
    at: datetime | None = None
    externals: Externals | None = None

    def found(self, rules: Policy | PolicyBook, doing: str, progress: Progress | None) -> Found:
        """What rules make of the events."""
        total = len(self.history.events)

        def tell(count: int) -> None:
            if progress is not None:
                progress(Step(doing, count, total))

        told = replay(rules, self.history, until=self.at, externals=self.externals, progress=tell)
        dead = {(each.deadlock.blocked, each.deadlock.benefit) for each in told.deadlocks}
        return Found(
            _awards(told),
            _frame(sorted(dead), {"registration_id": "text", "benefit": "text"}),
            len(told.set_aside),
            periods=_periods(told),
            answered=_answered(told),
        )


def replayed_of(
    history: History, *, until: datetime | None, externals: Externals | None
) -> Replayed:
    """A history of events, with what was known of each registration when it was submitted."""
    return Replayed(history, _registrations(history, until), until, externals)


_KINDS: Final = ("text", "flag", "number", "instant", "texts", "amount")


def _frame(rows: Iterable[tuple[Any, ...]], columns: Mapping[str, str]) -> "DataFrame":
    """Rows under columns of stated kinds."""
    pl = frames()
    moment = pl.Datetime("us", "UTC")
    types = (pl.String, pl.Boolean, pl.Float64, moment, pl.List(pl.String), pl.Decimal(38, 4))
    kinds = dict(zip(_KINDS, types, strict=True))
    schema = {name: kinds[kind] for name, kind in columns.items()}
    made: DataFrame = pl.DataFrame(list(rows), schema=schema, orient="row")
    return made


def _awards(told: Timeline) -> "DataFrame":
    """Who held a benefit for good at some time, or is granted it at the end; and the best else."""
    best: dict[tuple[str, str], tuple[StandingKind, str]] = {}
    granted: dict[tuple[str, str], datetime] = {}
    referred: set[tuple[str, str]] = set()
    for each in told.transitions:
        after = each.after
        place = (after.registration_id, after.benefit)
        before = best.get(place)
        if before is None or _RANK.index(after.kind) > _RANK.index(before[0]):
            best[place] = (after.kind, after.code)
        if after.kind is StandingKind.GRANTED:
            granted.setdefault(place, each.at)
        else:
            granted.pop(place, None)
        if after.kind is StandingKind.REFERRED:
            referred.add(place)
    held: dict[tuple[str, str], list[tuple[datetime, datetime | None]]] = {}
    for one in told.periods:
        held.setdefault((one.registration_id, one.benefit), []).append((one.since, one.until))
    for place, since in granted.items():  # nothing made it final, and it stands at the end
        held.setdefault(place, [(since, None)])
    rows = []
    for place, (_, code) in sorted(best.items()):
        spans = held.get(place, [])
        begins = min((since for since, _ in spans), default=None)
        ends = [until for _, until in spans if until is not None]
        end = max(ends) if ends and len(ends) == len(spans) else None
        rows.append((*place, bool(spans), place in referred, code, begins, end))
    pl = frames()
    made = _frame(
        rows,
        {
            "registration_id": "text",
            "benefit": "text",
            "granted": "flag",
            "referred": "flag",
            "code": "text",
            "starts": "instant",
            "ends": "instant",
        },
    )
    return made.with_columns(
        pl.lit(None, pl.String).alias("label"),
        pl.lit(None, pl.Float64).alias("percent"),
        pl.lit(None, pl.Float64).alias("share"),
    )


def _periods(told: Timeline) -> "DataFrame":
    rows = [
        (each.registration_id, each.partner_id, each.benefit, each.since, each.until, each.ended_by)
        for each in told.periods
    ]
    columns = ("registration_id", "partner_id", "benefit", "since", "until", "ended_by")
    kinds = ("text", "text", "text", "instant", "instant", "text")
    return _frame(rows, dict(zip(columns, kinds, strict=True)))


def _answered(told: Timeline) -> "DataFrame":
    """When each registration first held a benefit for good."""
    first: dict[tuple[str, str], datetime] = {}
    for each in told.transitions:
        if each.final and each.after.kind is StandingKind.GRANTED:
            first.setdefault((each.after.registration_id, each.after.benefit), each.at)
    rows = [(*place, at) for place, at in sorted(first.items())]
    return _frame(rows, {"registration_id": "text", "benefit": "text", "answered": "instant"})


def _registrations(history: History, until: datetime | None) -> "DataFrame":
    """One row for each registration, with what was known when it was submitted."""
    behind = _known(history)
    rows: dict[str, tuple[Any, ...]] = {}
    for event in sorted(history.events, key=lambda e: (e.known_at, e.happened_at, e.event_id)):
        if until is not None and event.known_at > until:
            break
        subject = _SUBJECTS.get(event.kind)
        if subject is not None:
            behind.setdefault((subject, event.about), {}).update(event.facts)
        elif event.kind is EventKind.SUBMITTED and event.about not in rows:
            rows[event.about] = _row(event, behind)
    columns = {
        "registration_id": "text",
        "partner_id": "text",
        "opportunity_id": "text",
        "customer_id": "text",
        "tier": "text",
        "region": "text",
        "products": "texts",
        "month": "text",
        "submitted_at": "instant",
        "amount": "amount",
        "currency": "text",
    }
    return _frame((rows[name] for name in sorted(rows)), columns)


def _known(history: History) -> dict[tuple[Subject, str], dict[str, Any]]:
    known = history.known
    made: dict[tuple[Subject, str], dict[str, Any]] = {}
    for each in known.partners:
        made[Subject.PARTNER, each.partner_id] = {"tier": each.tier, **each.attributes}
    for deal in known.opportunities:
        made[Subject.OPPORTUNITY, deal.opportunity_id] = {
            "customer_id": deal.customer_id,
            **deal.attributes,
        }
    return made


def _row(event: Event, behind: Mapping[tuple[Subject, str], Mapping[str, Any]]) -> tuple[Any, ...]:
    facts = event.facts
    partner, deal = str(facts["partner_id"]), facts.get("opportunity_id")
    of_deal = behind.get((Subject.OPPORTUNITY, str(deal)), {})
    amount, products = facts.get("amount"), facts.get("products")
    region = facts.get("region")
    return (
        event.about,
        partner,
        deal,
        facts.get("customer_id") or of_deal.get("customer_id"),
        behind.get((Subject.PARTNER, partner), {}).get("tier"),
        region,
        sorted(products) if isinstance(products, frozenset) else None,
        f"{event.happened_at:%Y-%m}",
        event.happened_at,
        amount.amount if isinstance(amount, Money) else None,
        amount.currency if isinstance(amount, Money) else None,
    )

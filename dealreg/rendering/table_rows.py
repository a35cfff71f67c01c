"""What a replay or a comparison found, as plain rows that any dataframe takes."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from enum import Enum
from fractions import Fraction
from typing import Any, Final

import attrs

from dealreg.errors import UsageError, shown
from dealreg.facts.values import Money
from dealreg.outcome.decision import Deadlock, Margin, Standing
from dealreg.outcome.disputes import Agreement, Disputes, Fate, Incident
from dealreg.outcome.impact import Absent, DeadlockShift, Handover, Held, Impact, Moved, Shift
from dealreg.outcome.timeline import (
    EndedDeadlock,
    FoundDeadlock,
    HeldPeriod,
    Notice,
    Pending,
    SetAside,
    Timeline,
    Transition,
)
from dealreg.rendering.incidents import Sentences
from dealreg.rendering.words import Clock

__all__ = ["to_rows"]

_ROWS: Final = (
    *(Incident, Agreement, Fate, Transition, HeldPeriod, Notice, Pending),
    *(FoundDeadlock, EndedDeadlock, SetAside, Standing),
    *(Absent, DeadlockShift, Handover, Held, Moved, Shift),
)


def to_rows(
    found: Disputes | Timeline | Impact | Iterable[Any], *, zone: str = "UTC"
) -> list[dict[str, Any]]:
    """Plain rows: one dict for each item, with the same keys for items of one kind.

    Of `Disputes` the incidents, each with its sentence; of a `Timeline` the transitions; of an
    `Impact` the shifts; of anything else its items, such as `disputes.agreement`,
    `timeline.periods` or `state.standings`.
    Instants are aware datetimes, choices are texts, several values are joined by `; `, an amount
    is two columns, and what is not known is None.

    Args:
        found: what a replay or a comparison found.
        zone: the IANA zone of the times in sentences.

    Raises:
        UsageError: for an item of another kind.

    >>> from dealreg.outcome.disputes import Fate
    >>> to_rows([Fate(benefit="protection", outcome="granted", code="GRANTED", count=3)])
    [{'benefit': 'protection', 'outcome': 'granted', 'code': 'GRANTED', 'count': 3}]
    """
    match found:
        case Disputes():
            says = Sentences.of(found, Clock(zone))
            return [
                {**_row(each), **_called(each, found), "sentence": says.said(each)}
                for each in found.incidents
            ]
        case Timeline():
            return [_row(each) for each in found.transitions]
        case Impact():
            return [_row(each) for each in found.shifts]
        case _:
            return [_row(each) for each in found]


def _called(incident: Incident, disputes: Disputes) -> dict[str, Any]:
    names: Mapping[str, Any] = disputes.names
    return {
        "partner_name": names.get(incident.partner_id),
        "rival_partner_name": names.get(incident.rival_partner_id or ""),
    }


def _row(item: Any) -> dict[str, Any]:
    if not isinstance(item, _ROWS):
        raise UsageError(
            f"{shown(item)} is not something that becomes a row",
            value=item,
            hint="give what a replay or a comparison found, such as `disputes.agreement`",
        )
    return dict(_cells(item))


def _cells(item: Any) -> Iterator[tuple[str, Any]]:
    for attribute in attrs.fields(type(item)):
        name, value = attribute.name, getattr(item, attribute.name)
        match value:
            case Standing() | Deadlock():
                yield from _cells(value)
            case Margin():
                yield "margin_fact", value.fact
                yield "margin_own", _cell(value.own)
                yield "margin_rival", _cell(value.rival)
            case None if name == "margin":
                yield from ((f"margin_{part}", None) for part in ("fact", "own", "rival"))
            case Money():
                yield name, value.amount
                yield "currency", value.currency
            case None if name in ("amount", "worth"):
                yield from ((name, None), ("currency", None))
            case _ if name == "event":
                yield from (("event_id", value.event_id), ("event_kind", value.kind.value))
                yield from (("about", value.about), ("source", value.source))
            case _ if name == "entitlement":
                yield from _entitlement(value)
            case _:
                yield name, _cell(value)


def _entitlement(value: Any) -> Iterator[tuple[str, Any]]:
    for name in ("label", "percent", "share", "starts", "ends"):
        yield name, None if value is None else _cell(getattr(value, name))


def _cell(value: Any) -> Any:
    match value:
        case Enum():
            return value.value
        case tuple() | frozenset():
            texts = value if isinstance(value, tuple) else sorted(value)
            return "; ".join(str(_cell(each)) for each in texts)
        case Fraction():
            return str(value)
        case Money():
            return str(value.amount) + f" {value.currency}"
        case datetime():
            return value
        case _:
            return value

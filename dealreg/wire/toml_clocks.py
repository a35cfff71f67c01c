"""The clocks of a policy as TOML tables: periods, milestones, the vendor's answer; both ways."""

from typing import Any, Final, TypeAlias

import attrs

from dealreg.errors import shown
from dealreg.facts.values import Span, Unit
from dealreg.policy.clocks import (
    Extension,
    GrantedBy,
    IfWaiting,
    LastDay,
    Milestone,
    Missed,
    Period,
    Sla,
)
from dealreg.wire.phrases import span_text
from dealreg.wire.toml_tables import Table

__all__ = [
    "ANY_NUMBER",
    "milestone_table",
    "period_table",
    "read_milestone",
    "read_period",
    "read_sla",
    "sla_table",
]

_Plain: TypeAlias = dict[str, Any]

ANY_NUMBER: Final = "any number"
"""How an extension says that a period can be extended as often as one likes."""

_DAY: Final = Span(1, Unit.DAYS)


def read_period(table: Table) -> Period | None:
    """The period of a contest's table; None where it states none, or none that can be built."""
    inner = table.table("period")
    if inner is None:
        return None
    lasts = _needed_span(inner, "lasts", "90 days")
    starts = inner.text("from", "approved_at")
    calendar = inner.optional_text("calendar")
    code = inner.text("code", "EXPIRED")
    last_day = inner.choice("last_day", LastDay, LastDay.MOMENT)
    longer = _extension(inner)
    pauses = inner.flag("pauses", default=False)
    closes = inner.flag("closes", default=False)
    inner.close()
    return inner.made(
        lambda: Period(lasts, starts, calendar, code, last_day, longer, pauses, closes)
    )


def _extension(table: Table) -> Extension | None:
    inner = table.table("extension")
    if inner is None:
        return None
    usual = Extension()
    by = inner.span("by", _DAY) if inner.has("by") else None
    times = _times(inner)
    ask_before = inner.span("ask_before", usual.ask_before)
    granted_by = inner.choice("granted_by", GrantedBy, usual.granted_by)
    if_waiting = inner.choice("if_waiting", IfWaiting, usual.if_waiting)
    goes_on = inner.flag("lasts_while_asked", default=False)
    inner.close()
    return inner.made(
        lambda: Extension(
            length=by,
            times=times,
            ask_before=ask_before,
            granted_by=granted_by,
            if_waiting=if_waiting,
            lasts_while_asked=goes_on,
        )
    )


def _times(table: Table) -> int | None:
    value = table.take("times")
    if value == ANY_NUMBER:
        return None
    count = 1 if isinstance(value, str) else table.whole("times", 1)
    if isinstance(value, str) or count < 1:
        table.wrong(
            "times",
            f"{shown(value)} cannot be how often a period is extended",
            f'write a number from 1 on, or `"{ANY_NUMBER}"`',
        )
        return 1
    return count


def read_milestone(table: Table) -> Milestone | None:
    """The milestone of a table; None, and the mistakes noted, when it cannot be built."""
    usual = Milestone("met", _DAY)
    met = table.needed("met", "met", 'met = "meeting_at"')
    length = _needed_span(table, "within", "30 days")
    starts = table.text("from", usual.starts)
    calendar = table.optional_text("calendar")
    code = table.text("code", usual.code)
    tell = table.text("tell")
    last_day = table.choice("last_day", LastDay, usual.last_day)
    remind = table.span("remind", _DAY) if table.has("remind") else None
    grace = table.span("grace", _DAY) if table.has("grace") else None
    agreed = table.optional_text("agreed")
    pauses = table.flag("pauses", default=usual.pauses)
    table.close()
    clock = (length, starts, calendar)
    return table.made(
        lambda: Milestone(met, *clock, code, tell, last_day, remind, grace, agreed, pauses)
    )


def read_sla(table: Table) -> Sla | None:
    """The vendor's clock of a policy's table; None where it states none, or none that can be."""
    inner = table.table("sla")
    if inner is None:
        return None
    usual = Sla(_DAY)
    length = _needed_span(inner, "within", "2 business days")
    starts = inner.text("from", usual.starts)
    calendar = inner.optional_text("calendar")
    missed = inner.choice("missed", Missed, usual.missed)
    last_day = inner.choice("last_day", LastDay, usual.last_day)
    pauses = inner.flag("pauses", default=usual.pauses)
    inner.close()
    return inner.made(lambda: Sla(length, starts, calendar, missed, last_day, pauses))


def _needed_span(table: Table, key: str, example: str) -> Span:
    if not table.has(key):
        table.missing(key, f'{key} = "{example}"')
    return table.span(key, _DAY)


def period_table(period: Period) -> _Plain:
    """The table of a period."""
    usual = Period(period.length)
    longer = period.extension
    return {
        "lasts": span_text(period.length),
        "from": period.starts,
        **_changed(period, usual, "calendar", "code", "last_day"),
        **({} if longer is None else {"extension": _extension_table(longer)}),
        **_changed(period, usual, "pauses", "closes"),
    }


def _extension_table(made: Extension) -> _Plain:
    often = {} if made.times is not None else {"times": ANY_NUMBER}
    by = {} if made.length is None else {"by": span_text(made.length)}
    granting = ("granted_by", "if_waiting", "lasts_while_asked")
    return by | _changed(made, Extension(), "times", "ask_before", *granting) | often


def milestone_table(milestone: Milestone) -> _Plain:
    """The table of a milestone."""
    usual = Milestone(milestone.met, milestone.length)
    clock = ("calendar", "last_day", "remind", "grace", "agreed", "pauses")
    return {
        **_changed(milestone, usual, "code"),
        "met": milestone.met,
        "within": span_text(milestone.length),
        "from": milestone.starts,
        **_changed(milestone, usual, *clock, "tell"),
    }


def sla_table(sla: Sla) -> _Plain:
    """The table of the vendor's clock."""
    return {
        "within": span_text(sla.length),
        "from": sla.starts,
        **_changed(sla, Sla(sla.length), "calendar", "missed", "last_day", "pauses"),
    }


def _changed(node: attrs.AttrsInstance, usual: attrs.AttrsInstance, *keys: str) -> _Plain:
    """What a node has under these keys that is not as usual; None is left out."""
    there = {key: getattr(node, key) for key in keys if getattr(node, key) != getattr(usual, key)}
    return {key: _as_written(value) for key, value in there.items() if value is not None}


def _as_written(value: object) -> object:
    if isinstance(value, Span):
        return span_text(value)
    return value.value if isinstance(value, LastDay | GrantedBy | IfWaiting | Missed) else value

"""From TOML tables to policies: each function reads one table, asking for every key it may have."""

from typing import Final

from dealreg.errors import shown, suggestion
from dealreg.facts.calendars import Calendar
from dealreg.facts.fields import (
    Count,
    Derived,
    Elapsed,
    Field,
    FieldType,
    Inside,
    Same,
    SinceEnded,
    Source,
    Subject,
    Tally,
)
from dealreg.facts.values import Span, Unit
from dealreg.facts.vocabulary import Vocabulary
from dealreg.policy.policies import SEMANTICS, Edition, Governs, Policy, PolicyBook
from dealreg.wire.toml_clocks import read_sla
from dealreg.wire.toml_contests import Rules, contest
from dealreg.wire.toml_tables import Table, present

__all__ = ["DAYS", "read_book", "read_policy_table"]

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""The days of the week, Monday being 0."""

_DAY: Final = Span(1, Unit.DAYS)
_DERIVED: Final = ("elapsed", "same", "inside", "tally", "since_ended")


def read_policy_table(table: Table) -> Policy | None:
    """A policy; None, and the mistakes noted, when it has any that keep it from being built."""
    table.take("format")
    programme = table.needed("programme", "programme", 'programme = "Northwind Alliance"')
    policy = _policy(table, programme)
    table.close()
    return policy


def read_book(table: Table) -> PolicyBook | None:
    """A policy book; None, and the mistakes noted, when it cannot be built."""
    table.take("format")
    programme = table.needed("programme", "programme", 'programme = "Northwind Alliance"')
    governs = table.choice("governs", Governs, Governs.OWN_SUBMISSION)
    _semantics(table)
    editions = [_edition(each, programme) for each in table.tables("editions")]
    table.close()
    if None in editions:
        return None
    return table.made(
        lambda: PolicyBook(programme=programme, editions=present(editions), governs=governs)
    )


def _edition(table: Table, programme: str) -> Edition | None:
    start = table.instant("effective_from")
    policy = _policy(table, table.text("programme", programme))
    table.close()
    if start is None or policy is None:
        return None
    return table.made(lambda: Edition(policy=policy, effective_from=start))


def _semantics(table: Table) -> int:
    version = table.whole("semantics", SEMANTICS)
    if version != SEMANTICS:
        table.wrong(
            "semantics",
            f"semantics version {shown(version)} is not one this library decides",
            f"this library decides version {SEMANTICS}",
        )
    return SEMANTICS


def _policy(table: Table, programme: str) -> Policy | None:
    version = table.text("version", "1")
    semantics = _semantics(table)
    tiers = table.texts("tiers")
    sla = read_sla(table)
    calendars = [_calendar(name, each) for name, each in table.named("calendars")]
    declared = table.named("fields")
    fields = present([_field(name, each) for name, each in declared])
    unsure = {name for name, _ in declared} - {field.name for field in fields}
    rules = Rules(Vocabulary(tiers, fields), frozenset(unsure))
    contests = [contest(each, rules) for each in table.tables("contests", ("benefit",))]
    note = table.text("note")
    return table.made(
        lambda: Policy(
            programme=programme,
            version=version,
            tiers=tiers,
            fields=fields,
            calendars=present(calendars),
            contests=present(contests),
            sla=sla,
            note=note,
            semantics=semantics,
        )
    )


def _calendar(name: str, table: Table) -> Calendar | None:
    zone = table.text("zone", "UTC")
    names = table.texts("weekend", ("sat", "sun"))
    for day in names:
        if day not in DAYS:
            table.wrong("weekend", f"{shown(day)} is not a day of the week", suggestion(day, DAYS))
    weekend = [DAYS.index(day) for day in names if day in DAYS]
    holidays = table.dates("holidays")
    rules = table.texts("holiday_rules")
    table.close()
    return table.made(lambda: Calendar(name, zone, tuple(weekend), holidays, rules))


def _field(name: str, table: Table) -> Field | None:
    if not table.has("type"):
        table.missing("type", 'type = "integer"')
    kind = table.choice("type", FieldType, FieldType.TEXT)
    subject = table.choice("subject", Subject, Subject.REGISTRATION)
    source = table.choice("source", Source, Source.APPLICANT)
    meaning = table.text("meaning")
    levels = table.texts("levels")
    changes = table.flag("changes", default=True)
    derived = _derived(table)
    table.close()
    return table.made(lambda: Field(name, kind, subject, source, meaning, levels, changes, derived))


def _derived(table: Table) -> Derived | None:
    table.one_of(_DERIVED, "a field is computed in one way only")
    if (inner := table.table("elapsed")) is not None:
        return _elapsed(inner)
    if table.has("same"):
        return _same(table)
    if (inner := table.table("inside")) is not None:
        return _inside(inner)
    if (inner := table.table("tally")) is not None:
        return _tally(inner)
    if (inner := table.table("since_ended")) is not None:
        return _since_ended(inner)
    return None


def _elapsed(table: Table) -> Elapsed:
    start = table.needed("from", "", 'from = "submitted_at"')
    end = table.needed("to", "", 'to = "estimated_close"')
    count = table.choice("count", Count, Count.TIME)
    calendar = table.optional_text("calendar")
    table.close()
    return Elapsed(start, end, count, calendar)


def _same(table: Table) -> Same:
    match table.texts("same"):
        case (left, right):
            return Same(left, right)
        case names:
            example = 'write it as in `same = ["partner_id", "incumbent_partner_id"]`'
            table.wrong("same", f"expected two field names, found {len(names)}", example)
            return Same("", "")


def _inside(table: Table) -> Inside:
    inner = table.needed("all_of", "", 'all_of = "products"')
    outer = table.needed("among", "", 'among = "authorised_products"')
    table.close()
    return Inside(inner, outer)


def _tally(table: Table) -> Tally | None:
    same = _agreeing(table)
    within = table.span("within", _DAY) if table.has("within") else None
    calendar = table.optional_text("calendar")
    inner = table.table("where")
    where = {} if inner is None else {name: inner.text(name) for name in inner.data}
    table.close()
    return table.made(lambda: Tally(same, within, calendar, where))


def _since_ended(table: Table) -> SinceEnded:
    same = _agreeing(table)
    count = table.choice("count", Count, Count.DAYS)
    calendar = table.optional_text("calendar")
    table.close()
    return SinceEnded(same, count, calendar)


def _agreeing(table: Table) -> tuple[str, ...]:
    if not table.has("same"):
        table.missing("same", 'same = ["partner_id"]')
    return table.texts("same")

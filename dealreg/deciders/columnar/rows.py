"""Rows of a table as records, for the conflicts that are decided one by one."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

import attrs

from dealreg.deciders.columnar.columns import Columns
from dealreg.errors import FactsError, shown
from dealreg.facts.case import Facts
from dealreg.facts.fields import Field, FieldType, Subject
from dealreg.facts.records import EndCustomer, Opportunity, Partner, Registration
from dealreg.facts.values import Money, Value

__all__ = ["facts_of_rows"]

_RECORDS: Final[Mapping[Subject, tuple[type[Any], str]]] = {
    Subject.PARTNER: (Partner, "partner_id"),
    Subject.CUSTOMER: (EndCustomer, "customer_id"),
    Subject.OPPORTUNITY: (Opportunity, "opportunity_id"),
}


def facts_of_rows(rows: Iterable[Mapping[str, Any]], columns: Columns) -> Facts:
    """The facts that rows state: registrations, and whoever stands behind them.

    Raises:
        FactsError: two rows state different facts of one partner, customer or opportunity.
    """
    registrations = []
    behind: dict[Subject, dict[str, dict[str, Any]]] = {each: {} for each in _RECORDS}
    for row in rows:
        stated = {name: value for name, value in _stated(row, columns) if value is not None}
        own = {name: v for name, v in stated.items() if _subject(columns, name) is None}
        for subject, (_, key) in _RECORDS.items():
            facts = {n: v for n, v in stated.items() if _subject(columns, n) is subject}
            name = own.get(key)
            if facts and name is None:
                name = own[key] = f"{key} of {row['registration_id']}"
            if name is not None:
                _agree(behind[subject].setdefault(name, facts), facts, key, name)
        registrations.append(_record(Registration, own))
    made = {
        subject: [_record(kind, {key: name, **facts}) for name, facts in behind[subject].items()]
        for subject, (kind, key) in _RECORDS.items()
    }
    return Facts(
        registrations=registrations,
        partners=made[Subject.PARTNER],
        customers=made[Subject.CUSTOMER],
        opportunities=made[Subject.OPPORTUNITY],
    )


def _agree(before: Mapping[str, Any], facts: Mapping[str, Any], key: str, name: str) -> None:
    if before == facts:
        return
    differ = sorted(n for n in {*before, *facts} if before.get(n) != facts.get(n))
    raise FactsError(
        f"rows of the {key} {shown(name)} differ in {shown(differ[0])}: "
        f"{shown(before.get(differ[0]))} and {shown(facts.get(differ[0]))}",
        place=differ[0],
        value=name,
        hint="give all its rows of one opportunity the same value",
    )


def _subject(columns: Columns, name: str) -> Subject | None:
    """Whose fact a field is, where it is not the registration's own."""
    field = columns.vocabulary.get(name)
    own = field is None or field.subject is Subject.REGISTRATION or name in _KEYS
    return None if field is None or own else field.subject


_KEYS: Final = frozenset(key for _, key in _RECORDS.values())


def _stated(row: Mapping[str, Any], columns: Columns) -> Iterable[tuple[str, Any]]:
    for name in ("status_reason", "ended_at"):  # facts that no policy can name
        yield name, row.get(name)
    for name in row:
        field = columns.vocabulary.get(name)
        if field is None or field.derived is not None or name == "currency":
            continue
        yield name, None if name in columns.unknown else _value(row, field, columns)


def _value(row: Mapping[str, Any], field: Field, columns: Columns) -> Value | None:
    value: Any = row[field.name]
    if value is None or value != value:  # noqa: PLR0124 - not a number is not known
        return None
    match field.type:
        case FieldType.MONEY:
            currency = row[columns.currency_column(field.name)]
            return None if currency is None else Money(_decimal(value), currency)
        case FieldType.DECIMAL:
            return _decimal(value)
        case FieldType.INTEGER:
            return int(value)
        case FieldType.TEXT_SET:
            return frozenset(value)
        case FieldType.DURATION:
            return timedelta(microseconds=value // timedelta(microseconds=1))
        case FieldType.ORDINAL:
            return value if value in field.levels else None
        case _:
            return value  # type: ignore[no-any-return]


def _decimal(value: Any) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value))


def _record(kind: type[Any], stated: Mapping[str, Any]) -> Any:
    known = attrs.fields_dict(kind)
    core = {name: value for name, value in stated.items() if name in known}
    own = {name: value for name, value in stated.items() if name not in known}
    return kind(**core, attributes=own)

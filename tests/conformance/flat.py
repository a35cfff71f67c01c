"""The facts of a case as one table: a row for each registration, a column for each field."""

from datetime import timedelta

import pyarrow as pa

from dealreg import Money
from dealreg.facts.fields import FieldType, Subject

TYPES = {
    FieldType.TEXT: pa.string(),
    FieldType.ORDINAL: pa.string(),
    FieldType.BOOL: pa.bool_(),
    FieldType.INTEGER: pa.int64(),
    FieldType.DECIMAL: pa.decimal128(38, 9),
    FieldType.MONEY: pa.decimal128(38, 9),
    FieldType.INSTANT: pa.timestamp("us", tz="UTC"),
    FieldType.DATE: pa.date32(),
    FieldType.DURATION: pa.duration("us"),
    FieldType.TEXT_SET: pa.list_(pa.string()),
}


def flat(case, policy):
    """The table of a case's facts."""
    facts, vocabulary = case.facts, policy.vocabulary()
    partners = {each.partner_id: each for each in facts.partners}
    customers = {each.customer_id: each for each in facts.customers}
    deals = {each.opportunity_id: each for each in facts.opportunities}
    fields = [vocabulary.get(name) for name in vocabulary.names()]
    stated = [field for field in fields if field.derived is None and field.name != "asked_at"]
    rows = []
    for each in facts.registrations:
        deal = deals.get(each.opportunity_id or "")
        customer = each.customer_id or (deal.customer_id if deal else None)
        of = {
            Subject.REGISTRATION: each,
            Subject.PARTNER: partners.get(each.partner_id),
            Subject.CUSTOMER: customers.get(customer or ""),
            Subject.OPPORTUNITY: deal,
        }
        row = {"customer_id": customer}
        row |= {"status_reason": each.status_reason, "ended_at": each.ended_at}
        for field in stated:
            if field.name not in ("customer_id", "currency"):
                put(row, field, of[field.subject])
        rows.append(row)
    schema = [("customer_id", pa.string()), ("status_reason", pa.string())]
    schema.append(("ended_at", TYPES[FieldType.INSTANT]))
    for field in stated:
        if field.name not in ("customer_id", "currency"):
            schema.append((field.name, TYPES[field.type]))
            if field.type is FieldType.MONEY:
                schema.append((f"{field.name}_currency", pa.string()))
    return pa.Table.from_pylist(rows, schema=pa.schema(schema))


def put(row, field, record):
    """A field's value, as a table has it."""
    name, value = field.name, None
    if record is not None:
        value = record.attributes.get(name, getattr(record, name, None))
    if name in ("registration_id", "partner_id"):
        value = getattr(record, name) if record is not None else row[name]
    if isinstance(value, Money):
        row[f"{name}_currency"] = value.currency
        value = value.amount
    if isinstance(value, frozenset):
        value = sorted(value)
    if isinstance(value, timedelta):
        value = value // timedelta(microseconds=1)
    row[name] = value

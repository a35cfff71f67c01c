"""The facts of a policy as columns of a dataframe: bound by name and type before data is read.

A table has one row for each registration, and a column for each field of the vocabulary that the
policy reads, whoever's fact it is. Every fact becomes one expression that is null where the fact
is not known, as the reference reads it (spec clauses F-1 to F-5).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final, assert_never

import attrs

from dealreg.deciders.columnar.asking import Asking
from dealreg.deciders.columnar.expressions import chosen
from dealreg.deciders.columnar.fitting import WANTED, fits, nothing
from dealreg.deciders.columnar.kinds import Expr, Lazy, Type
from dealreg.deciders.columnar.support import read_for
from dealreg.errors import FactsError, FactsErrors, shown, suggestion
from dealreg.facts.calendars import Calendar
from dealreg.facts.fields import Count, Derived, Elapsed, Field, FieldType, Inside, Same
from dealreg.facts.records import ENDED, Status
from dealreg.facts.vocabulary import Vocabulary
from dealreg.policy.predicates import Fact

__all__ = ["ALWAYS", "REASONS", "STATUSES", "Columns", "columns_read"]

ALWAYS: Final = ("registration_id", "partner_id", "submitted_at")
"""Columns that every table has."""

REASONS: Final = (
    *(f"the row has no `{name}`" for name in ALWAYS),
    "the row has a status that is none",
    "the row has a level that is not on the ladder",
    "another row has the same `registration_id`, and states something else",
)
"""What may be wrong with a row, by number."""

_OPTIONAL: Final = frozenset(
    {"status", "approved_at", "ended_at", "filed_by", "partner_group", "last_submitted_at"}
)
"""Fields that a table may lack: every registration is live, nothing has ended, nobody filed for
others."""

_UNSAID: Final = frozenset(
    {"approved_at", "customer_id", "ended_at", "opportunity_id", "status", "status_reason"}
)
"""Facts that are taken into account though no policy has to name them."""

STATUSES: Final = tuple(Status)


@attrs.frozen(eq=False)
class Columns:
    """The columns of one table, under one vocabulary, as of one instant.

    Attributes:
        vocabulary: the fields.
        at: the instant asked about.
        schema: the type of each column.
        unknown: names of fields that are not known of any registration.
        backend: the library that computes, as narwhals names it.
        calendars: those of the policy, by name.
        asking: what is asked ahead; the table is prepared with the answers.
        status_column: the column with the status of each row, once the table is prepared.
    """

    vocabulary: Vocabulary
    at: datetime
    schema: Mapping[str, Type]
    unknown: frozenset[str] = frozenset()
    backend: str = "polars"
    calendars: Mapping[str, Calendar] = attrs.field(factory=dict)
    asking: Asking = attrs.field(init=False, repr=False)
    status_column: str = attrs.field(init=False)
    _taken: frozenset[str] = attrs.field(init=False, repr=False)
    _level_columns: Mapping[str, str] = attrs.field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        taken = frozenset(name.casefold() for name in self.schema)  # DuckDB takes `A` for `a`
        object.__setattr__(self, "_taken", taken)
        object.__setattr__(self, "status_column", self.free("dealreg_status"))
        asking = Asking(self.calendars, self.free, lambda name: self._value(self._field(name)))
        object.__setattr__(self, "asking", asking)
        numbered = {name: self.free(f"dealreg_level_{n}") for n, name in enumerate(self.schema)}
        object.__setattr__(self, "_level_columns", numbered)

    def check(self, fields: Iterable[str], *, reasons: bool = False) -> None:
        """Check that the table has a column of a fitting type for each field read.

        With `reasons`, also one of the reasons for which registrations were rejected.

        Raises:
            FactsErrors: when it has not; all at once.
        """
        wanted = {name: self._field(name) for name in (*ALWAYS, "status", *fields)}
        problems = [problem for name in sorted(wanted) for problem in self._problems(wanted[name])]
        for name, kind in (("ended_at", FieldType.INSTANT), ("status_reason", FieldType.TEXT)):
            if self._has(name) and not fits(kind, self.schema[name], self.backend):
                problems.append(self._unfit(name, kind))
        if reasons and "status_reason" not in {*self.schema, *self.unknown}:
            problems.append(self._absent("status_reason"))
        if problems:
            raise FactsErrors(problems)

    def value(self, fact: Fact) -> Expr:
        """A fact as an expression, null where it is not known."""
        import narwhals as nw

        value = self._value(self._field(fact.name))
        if fact.as_of is None:
            return value
        anchor = self._value(self._field(fact.as_of))
        return nw.when(~anchor.is_null()).then(value)

    def type(self, fact: Fact) -> FieldType:
        """The type of the field that a fact is about."""
        return self._field(fact.name).type

    def levels(self, fact: Fact) -> tuple[str, ...]:
        """The ladder of the field that a fact is about, the lowest level first."""
        return self._field(fact.name).levels

    def currency(self, fact: Fact) -> Expr:
        """The currency of an amount of money."""
        return self._text(self.currency_column(fact.name))

    def currency_column(self, name: str) -> str:
        """The column that has the currency of an amount."""
        own = f"{name}_currency"
        return "currency" if name == "amount" and own not in self.schema else own

    def number(self, fact: Fact) -> Type:
        """The type of the column of a number or an amount."""
        import narwhals as nw

        return self.schema.get(fact.name, nw.Int64())

    def status(self) -> Expr:
        """The status at the instant, as a number of `STATUSES`; -1 before submission (F-3)."""
        import narwhals as nw

        number = self._status_number()
        ended = [STATUSES.index(each) for each in STATUSES if each in ENDED]
        at = self._lit(self.at)
        ended_later = approved = known = nw.lit(value=False)
        if self._has("ended_at"):
            ended_later = (self.instant("ended_at") > at).fill_null(value=False)
        if self._has("approved_at"):
            approved = (self.instant("approved_at") <= at).fill_null(value=False)
            known = ~self.instant("approved_at").is_null()
        reopened = chosen([(approved, self._int(Status.APPROVED))], self._int(Status.SUBMITTED))
        early = (number == STATUSES.index(Status.APPROVED)) & known & ~approved
        stated = chosen(
            [
                (number.is_in(ended) & ended_later, reopened),
                (early, self._int(Status.SUBMITTED)),
            ],
            number,
        )
        begun = (self.instant("submitted_at") <= at).fill_null(value=False)
        return nw.when(begun).then(stated).otherwise(nw.lit(-1))

    def malformed(self, ladders: Iterable[str] = ()) -> Expr:
        """What is wrong with a row: 0 for nothing, else a number of `REASONS`, from 1 on."""
        import narwhals as nw

        wrong = [(nw.col(name).is_null(), n) for n, name in enumerate(ALWAYS, start=1)]
        if self._has("status"):
            known = self._text("status").is_in([each.value for each in STATUSES])
            odd = ~known.fill_null(value=True)
            wrong.append((odd, 4))
        for name in ladders:
            off = self._off_ladder(name)
            if off is not None:
                wrong.append((off, 5))
        return chosen([(test, nw.lit(n)) for test, n in wrong], nw.lit(0)).cast(nw.Int16())

    def free(self, name: str) -> str:
        """A name like this one that no column of the table has."""
        while name in self._taken:
            name += "_"
        return name

    def prepared(self, table: Lazy, fields: Iterable[str]) -> Lazy:
        """The table with the status of each row, and the numbers of levels, found once each.

        Where calendars are asked, it is read for that, and has their answers.
        """
        fields = list(fields)
        if self.asking:
            behind = {e.name for name in fields for e in read_for(name, self.vocabulary)}
            table = self.asking.answered(table, columns_read(behind, self.schema), self.backend)
        ladders = [
            (self._level_columns[field.name], self._level(field))
            for field in map(self._field, fields)
            if field.type is FieldType.ORDINAL and field.derived is None and self._has(field.name)
        ]
        status = self.status().alias(self.status_column)
        return table.with_columns(status, *(number.alias(name) for name, number in ladders))

    def _level(self, field: Field) -> Expr:
        """The number of a level on its ladder."""
        import narwhals as nw

        text = self._text(field.name)
        cases = [(text == each, nw.lit(n)) for n, each in enumerate(field.levels)]
        return chosen(cases, nw.lit(None, dtype=nw.Int64())).cast(nw.Int64())

    def _field(self, name: str) -> Field:
        field = self.vocabulary.get(name)
        assert field is not None, "the checker refuses fields that are not declared"
        return field

    def _off_ladder(self, name: str) -> Expr | None:
        """Whether a value of a ladder is none of its levels; None for other fields."""
        field = self._field(name)
        if field.type is not FieldType.ORDINAL or name not in self.schema or name in self.unknown:
            return None
        return ~self._text(name).is_in(list(field.levels)).fill_null(value=True)

    def _status_number(self) -> Expr:
        import narwhals as nw

        if not self._has("status"):
            return self._int(Status.SUBMITTED)
        text = self._text("status")
        cases = [(text == each.value, self._int(each)) for each in STATUSES]
        return chosen(cases, self._int(Status.SUBMITTED)).cast(nw.Int16())

    def _int(self, status: Status) -> Expr:
        import narwhals as nw

        return nw.lit(STATUSES.index(status))

    def _lit(self, value: Any) -> Expr:
        import narwhals as nw

        return nw.lit(value)

    def _text(self, name: str) -> Expr:
        import narwhals as nw

        column = nw.col(name)
        return column if self.schema[name] == nw.String else column.cast(nw.String)

    def instant(self, name: str) -> Expr:
        """A column of instants, in UTC, to the microsecond; those to come too."""
        import narwhals as nw

        dtype, column = self.schema[name], nw.col(name)
        plain = self.backend == "duckdb" or dtype == nw.Datetime("us", "UTC")
        return column if plain else column.cast(nw.Datetime("us", "UTC"))

    def _value(self, field: Field) -> Expr:
        import narwhals as nw

        if field.derived is not None:
            return self._derive(field.derived)
        name = field.name
        match name:
            case "asked_at":
                return nw.lit(self.at)
            case "status":
                number = self.status()
                cases = [(number == n, nw.lit(each.value)) for n, each in enumerate(STATUSES)]
                return chosen(cases, nw.lit(None, dtype=nw.String()))
            case "currency" if "amount" in self.schema:
                return nw.when(~nw.col("amount").is_null()).then(self.currency(Fact("amount")))
            case "filed_by" | "partner_group":
                own = self._text("partner_id")
                return nw.coalesce(self._text(name), own) if self._has(name) else own
            case "last_submitted_at":
                own = self._known_instant("submitted_at")
                if not self._has(name):
                    return own
                return (
                    nw.when(nw.col(name).is_null()).then(own).otherwise(self._known_instant(name))
                )
            case _:
                return self._stated(field)

    def _has(self, name: str) -> bool:
        return name in self.schema and name not in self.unknown

    def _known_instant(self, name: str) -> Expr:
        """An instant that has come (F-4)."""
        import narwhals as nw

        value = self.instant(name)
        return nw.when(value <= self._lit(self.at)).then(value)

    def _stated(self, field: Field) -> Expr:
        import narwhals as nw

        name = field.name
        if not self._has(name):
            return nw.lit(None, dtype=nothing(field.type))
        match field.type:
            case FieldType.INSTANT:
                return self._known_instant(name)
            case FieldType.TEXT:
                return self._text(name)
            case FieldType.ORDINAL:
                return nw.col(self._level_columns[name])
            case FieldType.INTEGER:
                return nw.col(name).cast(nw.Int64())
            case FieldType.DECIMAL:
                return self._exact(name)
            case FieldType.MONEY:
                return nw.when(~self.currency(Fact(name)).is_null()).then(self._exact(name))
            case FieldType.BOOL | FieldType.DATE | FieldType.DURATION | FieldType.TEXT_SET:
                return nw.col(name)
            case _:
                assert_never(field.type)

    def _exact(self, name: str) -> Expr:
        """A column of numbers; what is not a number is not known."""
        import narwhals as nw

        column = nw.col(name)
        return nw.when(~column.is_nan()).then(column) if self.schema[name].is_float() else column

    def _derive(self, derived: Derived) -> Expr:
        match derived:
            case Same(left, right):
                return self._value(self._field(left)) == self._value(self._field(right))
            case Elapsed(start, end, Count.TIME, _):
                return self._value(self._field(end)) - self._value(self._field(start))
            case Elapsed(start, end, count, calendar):
                return self.asking.elapsed(start, end, count, calendar)
            case Inside():
                return self.asking.inside(derived)
            case _:
                raise AssertionError("refused before")

    def _problems(self, field: Field) -> Iterable[FactsError]:
        name = field.name
        if name in ("asked_at", "currency") or name in self.unknown:
            return
        if name not in self.schema:
            if name not in _OPTIONAL:
                yield self._absent(name)
            return
        if not fits(field.type, self.schema[name], self.backend):
            yield self._unfit(name, field.type)
        if field.type is FieldType.MONEY and self.currency_column(name) not in self.schema:
            yield FactsError(
                f"the table does not say in which currency {shown(name)} is",
                place=name,
                hint=f"add a column `{name}_currency`",
            )

    def _unfit(self, name: str, kind: FieldType) -> FactsError:
        found = str(self.schema[name])
        return FactsError(
            f"the column {shown(name)} has values of type {shown(found)}",
            place=name,
            value=found,
            hint=WANTED[kind],
        )

    def _absent(self, name: str) -> FactsError:
        near = suggestion(name, self.schema)
        return FactsError(
            f"the table has no column {shown(name)}, which the policy reads",
            place=name,
            hint=f"{near}; or say `unknown=[{name!r}]` if it is known of nobody",
        )


def columns_read(fields: Iterable[str], names: Iterable[str]) -> tuple[str, ...]:
    """Those of a table's columns that are read where a policy reads some fields, in their order."""
    read = {*ALWAYS, *_UNSAID, *fields}
    read |= {"currency", *(f"{name}_currency" for name in read)}
    return tuple(name for name in names if name in read)

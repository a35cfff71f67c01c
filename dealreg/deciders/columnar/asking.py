"""What is asked about the columns of a table before all else, each question once.

Calendars answer about values, and whether sets lie inside others no expression says that all
libraries know. So whoever needs an answer names the question and gets the column that will hold it;
the table is then read once, and the columns are put beside its own.
"""

from collections.abc import Callable, Iterable, Mapping

import attrs

from dealreg.deciders.columnar.days import BusinessDay, Day, Question, answers, months_between
from dealreg.deciders.columnar.kinds import Column, Expr, Lazy
from dealreg.facts.calendars import UTC_CALENDAR, Calendar
from dealreg.facts.fields import Count, Inside

__all__ = ["Asking"]


@attrs.frozen(eq=False)
class Asking:
    """The questions about one table.

    Attributes:
        calendars: those of the policy, by name.
        free: a name like this one that no column of the table has.
        value: the values of a field.
    """

    calendars: Mapping[str, Calendar]
    free: Callable[[str], str]
    value: Callable[[str], Expr]
    _asked: dict[tuple[str, Question], str] = attrs.field(factory=dict, init=False)
    _inside: dict[Inside, str] = attrs.field(factory=dict, init=False)

    def __bool__(self) -> bool:
        return bool(self._asked or self._inside)

    def calendar(self, name: str | None) -> Calendar:
        """The calendar of that name; None is Monday to Friday in UTC."""
        return UTC_CALENDAR if name is None else self.calendars[name]

    def asked(self, name: str, question: Question) -> Expr:
        """What a calendar says of the values of a field."""
        import narwhals as nw

        free = self.free(f"dealreg_asked_{len(self._asked)}")
        return nw.col(self._asked.setdefault((name, question), free))

    def elapsed(self, start: str, end: str, count: Count, calendar: str | None) -> Expr:
        """The days, business days or months from one field to another."""
        on = self.calendar(calendar)
        question = BusinessDay(on) if count is Count.BUSINESS_DAYS else Day(on)
        first, last = (self.asked(name, question) for name in (start, end))
        return months_between(first, last) if count is Count.MONTHS else last - first

    def inside(self, derived: Inside) -> Expr:
        """Whether all of one field is among the texts of another."""
        import narwhals as nw

        free = self.free(f"dealreg_inside_{len(self._inside)}")
        return nw.col(self._inside.setdefault(derived, free))

    def unanswered(self) -> list[Expr]:
        """Where a calendar has no answer for a value that is known."""
        import narwhals as nw

        return [
            ~self.value(name).is_null() & nw.col(column).is_null()
            for (name, _), column in self._asked.items()
        ]

    def answered(self, table: Lazy, kept: Iterable[str], backend: str) -> Lazy:
        """Some columns of a table, read into the memory of a library, with the answers."""
        names = [name for name, _ in self._asked]
        names += [name for each in self._inside for name in (each.inner, each.outer)]
        of = {name: self.free(f"dealreg_of_{name}") for name in names}
        values = (self.value(name).alias(column) for name, column in of.items())
        rows = table.select(*kept, *values).collect("polars" if backend == "polars" else "pyarrow")
        told = [
            answers(rows[of[name]], question).alias(column)
            for (name, question), column in self._asked.items()
        ]
        told += [
            _inside(rows[of[each.inner]], rows[of[each.outer]]).alias(column)
            for each, column in self._inside.items()
        ]
        return rows.drop(*of.values()).with_columns(*told).lazy()


def _inside(inner: Column, outer: Column) -> Column:
    """Whether a text, or each of several, is among others; null where one of the two is."""
    import narwhals as nw

    if inner.implementation.is_polars():
        return _inside_in_polars(inner, outer)
    found = [
        None
        if own is None or among is None
        else {own} <= {*among}
        if isinstance(own, str)
        else {*own} <= {*among}
        for own, among in zip(inner.to_list(), outer.to_list(), strict=True)
    ]
    return nw.new_series("inside", found, nw.Boolean(), backend=inner.implementation)


def _inside_in_polars(inner: Column, outer: Column) -> Column:
    import narwhals as nw
    import polars as pl

    several = isinstance(inner.dtype, nw.List)
    own = inner.to_native().cast(pl.List(pl.String) if several else pl.String)
    both = pl.DataFrame({"own": own, "among": outer.to_native().cast(pl.List(pl.String))})
    known = pl.col("own").is_not_null() & pl.col("among").is_not_null()
    test = pl.col("among").list.contains(pl.col("own"))
    if several:
        test = pl.col("own").list.set_difference("among").list.len() == 0
    found = both.select(inside=pl.when(known).then(test))["inside"]
    return nw.from_native(found, series_only=True)

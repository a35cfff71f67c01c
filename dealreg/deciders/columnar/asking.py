"""What is asked of calendars about the columns of a table: each question once, before all else.

Expressions are planned, and some libraries look at a plan before they compute; a calendar answers
about values. So whoever needs an answer names the question and gets the column that will hold it;
the table is then read once, and the columns are put beside its own.
"""

from collections.abc import Callable, Iterable, Mapping

import attrs

from dealreg.deciders.columnar.days import BusinessDay, Day, Question, answers, months_between
from dealreg.deciders.columnar.kinds import Expr, Lazy
from dealreg.facts.calendars import UTC_CALENDAR, Calendar
from dealreg.facts.fields import Count

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

    def __bool__(self) -> bool:
        return bool(self._asked)

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

    def unanswered(self) -> list[Expr]:
        """Where a calendar has no answer for a value that is known."""
        import narwhals as nw

        return [
            ~self.value(name).is_null() & nw.col(column).is_null()
            for (name, _), column in self._asked.items()
        ]

    def answered(self, table: Lazy, kept: Iterable[str], backend: str) -> Lazy:
        """Some columns of a table, read into the memory of a library, with the answers."""
        of = {name: self.free(f"dealreg_of_{name}") for name, _ in self._asked}
        values = (self.value(name).alias(column) for name, column in of.items())
        rows = table.select(*kept, *values).collect("polars" if backend == "polars" else "pyarrow")
        told = [
            answers(rows[of[name]], question).alias(column)
            for (name, question), column in self._asked.items()
        ]
        return rows.drop(*of.values()).with_columns(*told).lazy()

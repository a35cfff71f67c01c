"""What reading a table gives: the facts, and every row that was not taken, with the reason."""

from typing import ClassVar

import attrs

from dealreg.facts.case import Facts
from dealreg.facts.values import FrozenMap

__all__ = ["Column", "Loaded", "Reject"]


@attrs.frozen
class Reject:
    """One reason why a row was not taken. A row with several problems has one for each.

    Attributes:
        file: the file, as it was named to the reader.
        row: the row as a spreadsheet counts it: the header of a CSV file is row 1. In JSON Lines
            the line, in JSON and in rows given from Python the place in the list, from 1.
        column: the column as the file calls it; empty when the row as a whole is meant.
        value: what stands there, cut to 200 characters.
        reason: what is wrong, one lower-case sentence.
        hint: what to do about it.
        record: the row's cells as text, by column.
    """

    tag: ClassVar[str] = "reject"

    file: str
    row: int
    column: str
    value: str
    reason: str
    hint: str = ""
    record: FrozenMap = attrs.field(factory=FrozenMap, converter=FrozenMap)


@attrs.frozen
class Column:
    """How one column of one file was read.

    Attributes:
        file: the file it is in.
        name: what the file calls it.
        field: the field it was read as; empty when it was ignored.
        note: why it was ignored, or what it stood in for.
    """

    tag: ClassVar[str] = "column"

    file: str
    name: str
    field: str = ""
    note: str = ""


@attrs.frozen
class Loaded:
    """Facts read from tables. Every row is either in `facts` or in `rejects`.

    Attributes:
        facts: what the good rows say.
        rejects: why the other rows were not taken, in the order of files and rows.
        rows_read: how many rows there were, blank ones not counted.
        rows_rejected: how many of them were not taken.
        columns: what each column was read as.
        ignored_columns: the names of the columns nothing was read from, sorted.
    """

    tag: ClassVar[str] = "loaded"

    facts: Facts
    rejects: tuple[Reject, ...] = ()
    rows_read: int = 0
    rows_rejected: int = 0
    columns: tuple[Column, ...] = ()
    ignored_columns: tuple[str, ...] = ()

"""Dataframes and Parquet files as rows; with the optional `narwhals` and `pyarrow`."""

from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, Any, Final, Protocol

from dealreg.errors import MissingExtraError, UnreadableError, shown
from dealreg.wire.rows import BadRow, RawTable, Row, flat_row

if TYPE_CHECKING:
    import os

__all__ = ["Frame", "frame_rows", "is_frame", "parquet_rows"]

_MARKS: Final = ("__narwhals_dataframe__", "__arrow_c_stream__", "__dataframe__")


class Frame(Protocol):
    """A dataframe, as far as it can be told without its library."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """The table as Arrow has it."""


def is_frame(source: object) -> bool:
    """Whether it is a dataframe of whatever library; none of them is imported to find out.

    >>> is_frame([{"registration_id": "R1"}])
    False
    """
    return any(hasattr(source, mark) for mark in _MARKS)


def frame_rows(frame: Any, file: str) -> RawTable:
    """The rows of a dataframe: pandas, polars, pyarrow and what else narwhals knows.

    Raises:
        MissingExtraError: when narwhals is not installed.
        UnreadableError: when narwhals does not know it, or two columns have one name.
    """
    try:
        import narwhals
    except ImportError as absent:
        raise _missing("a dataframe", absent) from None
    try:
        table = narwhals.from_native(frame, eager_only=True)
        names = [str(name) for name in table.columns]
    except (TypeError, ValueError, narwhals.exceptions.NarwhalsError) as wrong:
        raise _unreadable(file, wrong) from None
    nested = any(isinstance(each, narwhals.Struct) for each in table.schema.values())
    return _table(names, _texts_of(table.iter_rows(named=True), file), nested=nested)


def _texts_of(rows: Iterator[object], file: str) -> Iterator[object]:
    try:
        yield from rows
    except UnicodeDecodeError as wrong:  # Arrow takes any bytes for a text
        raise _unreadable(file, wrong) from None


def parquet_rows(source: "str | os.PathLike[str] | IO[bytes]", file: str) -> RawTable:
    """The rows of a Parquet file, some thousands at a time.

    Raises:
        MissingExtraError: when pyarrow is not installed.
        UnreadableError: when it cannot be opened, or is not Parquet.
    """
    try:
        import pyarrow.parquet
        import pyarrow.types
    except ImportError as absent:
        raise _missing("a Parquet file", absent) from None
    try:
        opened = pyarrow.parquet.ParquetFile(source)
    except (OSError, pyarrow.ArrowException) as wrong:
        raise _unreadable(file, wrong) from None
    schema = opened.schema_arrow
    nested = any(pyarrow.types.is_struct(each.type) for each in schema)
    return _table(schema.names, _parquet(opened, file), nested=nested)


def _parquet(opened: Any, file: str) -> Iterator[object]:
    from pyarrow import ArrowException

    with opened:
        try:
            for batch in opened.iter_batches():
                yield from batch.to_pylist()
        except (OSError, ValueError, ArrowException) as wrong:
            raise _unreadable(file, wrong) from None


def _table(names: list[str], rows: Iterator[object], *, nested: bool) -> RawTable:
    """The rows; columns that are nested become several, and only the rows tell which."""
    header = None if nested else tuple((name, name) for name in names)
    return RawTable(header, (_row(number, row) for number, row in enumerate(rows, start=1)))


def _row(number: int, row: object) -> Row | BadRow:
    cells = {str(name): _cell(value) for name, value in row.items()}  # type: ignore[attr-defined]
    return flat_row(number, cells)


def _cell(value: object) -> object:
    """The value; an array in a cell, as pandas has for a list of a Parquet file, as a list."""
    many = getattr(value, "ndim", 0) and hasattr(value, "tolist")
    return value.tolist() if many else value  # type: ignore[attr-defined]


def _missing(what: str, absent: ImportError) -> MissingExtraError:
    return MissingExtraError(
        f"reading {what} needs {shown(absent.name)}, which is not installed",
        value=absent.name,
        hint='run `pip install "dealreg[dataframes]"`',
    )


def _unreadable(file: str, wrong: Exception) -> UnreadableError:
    first = (str(wrong).splitlines() or [type(wrong).__name__])[0]
    return UnreadableError(
        f"the table cannot be read: {first[:200]}",
        place=file,
        value=first,
        hint="write it again, or export it as CSV",
    )

"""The rows of CSV files, with whatever delimiter, and with the damage that exports have."""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from dealreg.errors import UnreadableError
from dealreg.wire.cells import LONGEST_CELL
from dealreg.wire.rows import BadRow, RawTable, Row, folded
from dealreg.wire.sources import LONGEST_LINE, Line, Lines

__all__ = ["csv_rows"]

_DELIMITERS: Final = ",;\t|"
_STATED_DELIMITER = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
_LONGEST_RECORD: Final = 1000
"""The most lines one row may stretch over before its quote counts as not closed."""
_SHORTEST_RECORD: Final = 10
"""The same where one quote after the other is not closed."""


class _Record:
    """Feeds `csv.reader` the lines of one row at a time, and keeps them to put back."""

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        self.taken: list[Line] = []
        self._length = 0
        self._most = _LONGEST_RECORD

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self.lines)
        self.taken.append(line)
        self._length += len(line.text)
        if line.cut:
            raise csv.Error(f"a line has more than {LONGEST_LINE} characters")
        if len(self.taken) > self._most or self._length > LONGEST_LINE:
            raise csv.Error("unexpected end of data")
        return line.text

    def start(self) -> None:
        self.taken, self._length = [], 0

    def put_back(self) -> None:
        """All lines but the first of a broken row again: one bad quote spoils one line.

        Each such row halves how far the next may stretch, and each good one adds a line: what is
        read again is never much more than the file.
        """
        if len(self.taken) > 1:
            self.lines.put_back(self.taken[1:])
            self._most = max(self._most // 2, _SHORTEST_RECORD)

    def read(self) -> None:
        """Note that a row could be read."""
        self._most = min(self._most + 1, _LONGEST_RECORD)


def csv_rows(lines: Lines, file: str) -> RawTable:
    """The rows of a CSV file; the delimiter is the commonest of `,` `;` tab `|` in its header.

    Raises:
        UnreadableError: when there is no header.
    """
    record = _Record(lines)
    reader = _reader(record)
    found, number = next(reader, None), 1
    while isinstance(found, list) and not any(name.strip() for name in found):
        found, number = next(reader, None), number + 1
    if found is None:
        raise UnreadableError(
            "the file is empty", place=file, hint="the first line must name the columns"
        )
    if isinstance(found, str):
        reason, hint = _csv_problem(found)
        raise UnreadableError(f"the header cannot be read: {reason}", place=file, hint=hint)
    header = _keyed(found)
    numbered = enumerate(reader, start=number + 1)
    return RawTable(header, folded(_csv_rows(numbered, record, [key for key, _ in header])))


def _reader(record: _Record) -> Iterator[list[str] | str]:
    """Each row as its cells, or as the text of what is wrong with it."""
    first = next(record.lines, None)
    if first is None:
        return
    stated = _STATED_DELIMITER.fullmatch(first.text)
    if stated is None:
        record.lines.put_back([first])
    delimiter = stated[1] if stated else _delimiter(first.text)
    reader = csv.reader(record, delimiter=delimiter, strict=True)
    while True:
        record.start()
        try:
            found = next(reader)
        except StopIteration:
            return
        except csv.Error as wrong:
            record.put_back()
            yield str(wrong)
        else:
            record.read()
            yield found


def _delimiter(header: str) -> str:
    outside = re.sub(r'"[^"]*"', "", header)
    counts = Counter(c for c in outside if c in _DELIMITERS)
    return max(_DELIMITERS, key=lambda each: counts[each])


def _keyed(names: list[str]) -> tuple[tuple[str, str], ...]:
    seen: set[str] = set()
    keyed: list[tuple[str, str]] = []
    for place, name in enumerate(names, start=1):
        key = name.strip()
        if not key or key in seen:
            key = f"{key or 'unnamed'} (column {place})"
        seen.add(key)
        keyed.append((key, name.strip()))
    return tuple(keyed)


def _csv_rows(
    reader: Iterable[tuple[int, list[str] | str]], record: _Record, keys: list[str]
) -> Iterator[Row | BadRow]:
    for number, cells in reader:
        if isinstance(cells, str):
            yield BadRow(number, *_csv_problem(cells), record.taken[0].text)
        elif not any(cell.strip() for cell in cells):
            continue
        elif len(cells) != len(keys):
            yield BadRow(
                number,
                f"the row has {len(cells)} cells, and the header {len(keys)}",
                "put cells with a delimiter in them in quotes, or complete the row",
                record.taken[0].text,
            )
        else:
            yield Row(number, dict(zip(keys, cells, strict=True)))


def _csv_problem(message: str) -> tuple[str, str]:
    if "unexpected end of data" in message:
        return (
            "a quote is opened and not closed",
            'close it, or write quotes inside a cell twice, as in ""',
        )
    if "field larger than" in message:
        return (
            f"a cell has more than {LONGEST_CELL} characters, or a quote is not closed",
            "shorten the cell, or close the quote",
        )
    if "expected after" in message:
        return (
            "a quoted cell goes on after its closing quote",
            'write quotes inside a cell twice, as in ""',
        )
    return message, "export the row again"

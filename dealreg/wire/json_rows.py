"""The rows of JSON and JSON Lines, with numbers kept exact."""

import json
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from dealreg.errors import UnreadableError, shown
from dealreg.wire.cells import Bad
from dealreg.wire.rows import BadRow, RawTable, RepeatedName, Row, flat_row, folded
from dealreg.wire.sources import LONGEST_LINE, Lines

__all__ = ["is_json_line", "json_line_rows", "json_rows"]

_LARGEST_ITEM: Final = 16_000_000
_LONGEST_INTEGER: Final = 100
_WRAPPERS: Final = (
    "records",
    "result",
    "results",
    "value",
    "items",
    "data",
    "OpportunitySummaries",
)


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    repeated = RepeatedName(found)
    repeated.name = Counter(name for name, _ in pairs).most_common(1)[0][0]
    return repeated


def _integer(text: str) -> object:
    return (
        int(text)
        if len(text) <= _LONGEST_INTEGER
        else Bad(text[:80], "the number has too many digits")
    )


def _fraction(text: str) -> object:
    try:
        return Decimal(text)
    except ArithmeticError:
        return Bad(text[:80], "the number is out of range")


def _constant(text: str) -> object:
    return Bad(text, f"{shown(text)} is not a number that JSON has")


_JSON = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_int=_integer,
    parse_float=_fraction,
    parse_constant=_constant,
)
_BROKEN = (ValueError, RecursionError)


def _why(wrong: Exception) -> str:
    if isinstance(wrong, RecursionError):
        return "it is nested too deep"
    return wrong.msg if isinstance(wrong, json.JSONDecodeError) else str(wrong)


def is_json_line(text: str) -> bool:
    """Whether a first line is one row of JSON Lines, and not a whole JSON answer."""
    try:
        found = _JSON.decode(text)
    except _BROKEN:
        return False
    return isinstance(found, dict) and _wrapped(found) is None


def json_line_rows(lines: Lines) -> RawTable:
    """The rows of JSON Lines: one object on each line. A broken line is one bad row."""
    return RawTable(None, folded(_json_lines(lines)))


def _json_lines(lines: Lines) -> Iterator[Row | BadRow]:
    hint = "write one JSON object on each line"
    for number, line in enumerate(lines, start=1):
        if line.cut:
            yield BadRow(
                number, f"the line has more than {LONGEST_LINE} characters", hint, line.text
            )
        elif line.text.strip():
            try:
                found = _JSON.decode(line.text)
            except _BROKEN as wrong:
                yield BadRow(number, f"the line is not JSON: {_why(wrong)}", hint, line.text)
            else:
                yield flat_row(number, found)


def json_rows(pieces: Iterator[str], file: str) -> RawTable:
    """The rows of a JSON list of objects, or of an object that holds one, as APIs answer.

    Raises:
        UnreadableError: when the text is not JSON, or holds no list of rows.
    """
    buffer = _Buffer(pieces, file)
    if buffer.skip_spaces() == "[":
        return RawTable(None, _list_rows(buffer))
    whole = buffer.text[buffer.at :] + "".join(pieces)
    try:
        found = _JSON.decode(whole)
    except _BROKEN as wrong:
        line = f" (line {wrong.lineno})" if isinstance(wrong, json.JSONDecodeError) else ""
        raise UnreadableError(
            f"the file is not JSON{line}: {_why(wrong)}",
            place=file,
            hint="write a JSON list of objects, JSON Lines, or CSV with a header",
        ) from None
    rows = _wrapped(found)
    if rows is None:
        raise UnreadableError(
            "the file is a JSON object and not a list of objects",
            place=file,
            hint="give a list, or an object with one under " + ", ".join(_WRAPPERS[:4]),
        )
    return RawTable(None, (flat_row(number, item) for number, item in enumerate(rows, start=1)))


def _wrapped(found: object) -> list[object] | None:
    if isinstance(found, dict):
        for name in _WRAPPERS:
            if isinstance(found.get(name), list):
                return list(found[name])
    return None


class _Buffer:
    """As much of a JSON list as one item needs."""

    def __init__(self, pieces: Iterator[str], file: str) -> None:
        self.pieces, self.file = pieces, file
        self.text, self.at, self.passed = "", 0, 0

    def more(self) -> bool:
        """Read at least as much again as there is left; False at the end of the file."""
        rest = self.text[self.at :]
        got: list[str] = []
        size = 0
        while size <= len(rest):
            piece = next(self.pieces, "")
            if not piece:
                break
            got.append(piece)
            size += len(piece)
        if not got:
            return False
        self.passed += self.at
        self.text, self.at = rest + "".join(got), 0
        return True

    def skip_spaces(self) -> str:
        """The next character that is not a space, which stays unread; empty at the end."""
        while True:
            while self.at < len(self.text) and self.text[self.at] in " \t\r\n":
                self.at += 1
            if self.at < len(self.text):
                return self.text[self.at]
            if not self.more():
                return ""

    def broken(self, why: str, number: int) -> UnreadableError:
        """The error for item `number`."""
        return UnreadableError(
            f"the JSON list breaks at item {number}, character {self.passed + self.at}: {why}",
            place=self.file,
            hint="export the file again; JSON Lines files keep the rows before and after",
        )

    def item(self, number: int) -> object:
        """The next item of the list."""
        while True:
            try:
                found, end = _JSON.raw_decode(self.text, self.at)
                if end < len(self.text) or not self.more():
                    self.at = end
                    return found
                continue
            except _BROKEN as wrong:
                if isinstance(wrong, RecursionError) or not self.more():
                    raise self.broken(_why(wrong), number) from None
            if len(self.text) > _LARGEST_ITEM:
                raise self.broken(f"it is over {_LARGEST_ITEM} characters", number)


def _list_rows(buffer: _Buffer) -> Iterator[Row | BadRow]:
    buffer.at += 1
    number = 0
    while True:
        ahead = buffer.skip_spaces()
        if ahead == "]" and number == 0:
            break
        number += 1
        yield flat_row(number, buffer.item(number))
        ahead = buffer.skip_spaces()
        if ahead == "]":
            break
        if ahead != ",":
            raise buffer.broken("a comma or the end of the list is missing", number)
        buffer.at += 1
        buffer.skip_spaces()
    buffer.at += 1
    if buffer.skip_spaces():
        raise buffer.broken("there is something after the list", number)

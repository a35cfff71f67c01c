"""What a table may be given as, and which of the readers takes it apart into rows."""

import os
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import PurePath
from typing import Final, TypeAlias

from dealreg.errors import UnreadableError, UsageError, shown
from dealreg.wire.csv_rows import csv_rows
from dealreg.wire.frames import Frame, frame_rows, is_frame, parquet_rows
from dealreg.wire.json_rows import is_json_line, json_line_rows, json_rows
from dealreg.wire.rows import RawTable, given_rows
from dealreg.wire.sources import LONGEST_LINE, Lines, Stream, chunks

__all__ = ["Rows", "opened"]

Rows: TypeAlias = str | os.PathLike[str] | Stream | Iterable[Mapping[str, object]] | Frame
"""A table: a path, an open stream, rows as mappings, or a dataframe."""

_CSV: Final = (".csv", ".tsv", ".tab", ".txt")
_PARQUET: Final = (".parquet", ".pq")
_JSON_LINES: Final = (".jsonl", ".ndjson")


def opened(source: Rows, encoding: str | None, file: str) -> RawTable:
    """The rows of a table of whatever form, as they are asked for.

    Raises:
        MissingExtraError: for a dataframe or Parquet file without the extra that reads it.
        UnreadableError: when it is none of the forms that are read.
        UsageError: when it is no table.
    """
    if is_frame(source):
        return frame_rows(source, file)
    if not isinstance(source, (str, os.PathLike)) and not hasattr(source, "read"):
        if isinstance(source, (bytes, Mapping)) or not isinstance(source, Iterable):
            raise _no_table(source)
        return given_rows(source)
    if PurePath(file).suffix.casefold() in _PARQUET:
        return parquet_rows(source, file)  # type: ignore[arg-type]
    pieces = chunks(source, encoding, file)  # type: ignore[arg-type]
    suffix = PurePath(file).suffix.casefold()
    if suffix in _CSV:
        return csv_rows(Lines(pieces), file)
    if suffix in _JSON_LINES:
        return json_line_rows(Lines(pieces))
    return _sniffed(pieces, file, is_json=suffix == ".json")


def _sniffed(pieces: Iterator[str], file: str, *, is_json: bool) -> RawTable:
    """By what the text begins with: `[` or `{` is JSON or JSON Lines, anything else CSV."""
    head = ""
    for piece in pieces:
        head += piece
        start = head.lstrip()
        if start and (start[0] != "{" or "\n" in start or len(start) > LONGEST_LINE):
            break
    start = head.lstrip()
    if not start:
        raise UnreadableError(
            "the file is empty", place=file, hint="the first line must name the columns"
        )
    whole = chain([head], pieces)
    if start[0] == "{" and is_json_line(start.partition("\n")[0]):
        return json_line_rows(Lines(whole))
    if start[0] in "[{" or is_json:
        return json_rows(whole, file)
    return csv_rows(Lines(whole), file)


def _no_table(source: object) -> UsageError:
    lazy = callable(getattr(source, "collect", None))
    return UsageError(
        f"{shown(source)} is not a table",
        value=source,
        hint="give what its `collect()` returns"
        if lazy
        else "give a path, an open stream, a dataframe, or rows as mappings",
    )

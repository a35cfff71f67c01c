"""Facts from the files people have: CSV, JSON Lines and JSON, with a list of rows not taken."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from pathlib import PurePath
from typing import Final, TypeAlias

import attrs

from dealreg.errors import UnreadableError, UsageError, shown, suggestion
from dealreg.facts.vocabulary import Vocabulary
from dealreg.wire.amounts import Reading
from dealreg.wire.builder import Builder, Built
from dealreg.wire.column_names import KINDS
from dealreg.wire.columns import ColumnMapping, Plan, Schema, checked_mapping, normal, schema
from dealreg.wire.csv_rows import csv_rows
from dealreg.wire.frames import Frame, frame_rows, is_frame, parquet_rows
from dealreg.wire.json_rows import is_json_line, json_line_rows, json_rows
from dealreg.wire.merging import Names, merge
from dealreg.wire.rejects import Column, Loaded, Reject
from dealreg.wire.rows import BadRow, RawTable, Row, given_rows
from dealreg.wire.sources import LONGEST_LINE, Lines, Stream, chunks, name_of

__all__ = ["Look", "Reader", "Rows", "Table", "load_facts", "read_table", "refuse_wrong_kinds"]

Rows: TypeAlias = str | os.PathLike[str] | Stream | Iterable[Mapping[str, object]] | Frame
"""A table: a path, an open stream, rows as mappings, or a dataframe."""

Look: TypeAlias = Callable[[str, Row, Plan], object]
"""What looks at every row as it stands: the file, the row, and how it is read."""

MakeBuilder: TypeAlias = Callable[[Schema, Reading, str], Builder]
"""What makes the reader of one table's rows."""

_EVERY: Final = 1000
_CSV: Final = (".csv", ".tsv", ".tab", ".txt")
_PARQUET: Final = (".parquet", ".pq")
_JSON_LINES: Final = (".jsonl", ".ndjson")


class Table:
    """The rows of one table, read one by one as it is iterated, once.

    Attributes:
        file: how rejects name it.
        rows_read: how many rows were read so far.
    """

    def __init__(
        self,
        source: Rows,
        schema: Schema,
        reading: Reading,
        encoding: str | None = None,
        *,
        builder: MakeBuilder = Builder,
        look: Look | None = None,
    ) -> None:
        self.file = name_of(source, schema.kind)
        self.rows_read = 0
        self._look = look
        self._builder = builder(schema, reading, self.file)
        self._raw = _opened(source, encoding, self.file)
        if self._raw.header is not None:
            self._builder.fix(self._raw.header)

    def __iter__(self) -> Iterator[Built | tuple[Reject, ...]]:
        """Each row: what it states, or why it is not taken.

        Raises:
            UnreadableError: when the table breaks off, such as at a byte that is no text.
        """
        for row in self._raw.rows:
            self.rows_read += row.rows if isinstance(row, BadRow) else 1
            if self._look is not None and not isinstance(row, BadRow):
                self._look(self.file, row, self._builder.plan_of(row))
            yield self._builder.build(row)

    def columns(self) -> tuple[Column, ...]:
        """What became of each column met so far, in the order they were met."""
        found: dict[str, Column] = {}
        for plan in self._builder.plans():
            for column in plan.used:
                if column.name not in found or column.field:
                    found[column.name] = attrs.evolve(column, file=self.file)
        return tuple(found.values())

    def names(self) -> dict[tuple[str, str], str]:
        """What the file calls each attribute, by record and attribute."""
        return {
            (target.column.record, target.column.attribute): target.key
            for plan in self._builder.plans()
            for target in plan.targets
        }


def _opened(source: Rows, encoding: str | None, file: str) -> RawTable:
    if is_frame(source):
        return frame_rows(source, file)
    if not isinstance(source, (str, os.PathLike)) and not hasattr(source, "read"):
        if isinstance(source, (bytes, Mapping)) or not isinstance(source, Iterable):
            raise UsageError(
                f"{shown(source)} is not a table",
                value=source,
                hint="give a path, an open stream, a dataframe, or rows as mappings",
            )
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


def read_table(
    source: Rows,
    kind: str,
    *,
    vocabulary: Vocabulary | None = None,
    zone: str | None = None,
    day_first: bool | None = None,
    currency: str | None = None,
    decimal_mark: str | None = None,
    mapping: ColumnMapping | None = None,
    encoding: str | None = None,
) -> Table:
    """One table, row by row: for files too large to hold, and for looking at single rows.

    Each item of the table is a `Built`, with the record of the row, or the tuple of its
    rejects. Rows that contradict each other are found by `load_facts` only.

    Args:
        source: a path, an open stream of text or bytes, or rows as mappings.
        kind: registrations, partners, customers, opportunities or rulings.
        vocabulary: as in `load_facts`, and so are the others.
        zone: for times that state none.
        day_first: for dates that could be either.
        currency: for amounts that state none.
        decimal_mark: for amounts that could be either.
        mapping: what the table calls a column, to our field.
        encoding: of the file.

    Raises:
        UnreadableError: when the table cannot be read as a whole.
        UsageError: for a kind, mapping or setting that does not exist.

    >>> rows = [{"partner_id": "P1", "tier": "gold"}]
    >>> [row.record.tier for row in read_table(rows, "partners")]
    ['gold']
    """
    if kind not in KINDS:
        raise UsageError(
            f"{shown(kind)} is not a kind of table", value=kind, hint=suggestion(kind, KINDS)
        )
    reading = Reading(zone, day_first, currency, decimal_mark)
    plain = schema(kind, vocabulary or Vocabulary(), {})
    mapped = attrs.evolve(plain, mapping=checked_mapping(mapping, [plain]))
    return Table(source, mapped, reading, encoding)


def load_facts(
    *,
    registrations: Rows | None = None,
    partners: Rows | None = None,
    customers: Rows | None = None,
    opportunities: Rows | None = None,
    rulings: Rows | None = None,
    vocabulary: Vocabulary | None = None,
    zone: str | None = None,
    day_first: bool | None = None,
    currency: str | None = None,
    decimal_mark: str | None = None,
    mapping: ColumnMapping | None = None,
    encoding: str | None = None,
    progress: Callable[[int], object] | None = None,
) -> Loaded:
    """Facts from tables: CSV, JSON Lines, JSON, or rows as mappings.

    Every row is in the facts or in the rejects, never in neither. Which of them does not depend
    on the order of the rows. The columns, names and shapes read are in `docs/reference/tables.md`.

    Args:
        registrations: a path, an open stream, or rows as mappings, as for the other four.
        partners: the partners, with their tiers.
        customers: the end customers.
        opportunities: the opportunities that registrations claim.
        rulings: what people decided.
        vocabulary: the policy's: its tier ladder, and the programme's own fields to read.
        zone: the IANA zone of times that state none; without it they are rejected.
        day_first: whether `01/03/2026` is 1 March; without it dates that could be either are
            rejected.
        currency: the currency of amounts that state none; without it they are rejected.
        decimal_mark: `.` or `,`, for amounts such as `50.000` that could mean either.
        mapping: what the tables call a column, to our field; or to None, to leave it out.
        encoding: the encoding of the files; UTF-8 with or without byte order mark if not given.
        progress: called with the number of rows read so far, every thousand rows and at the end.

    Raises:
        UnreadableError: when a table cannot be read as a whole.
        UsageError: for settings that do not exist, or a mapping of a column no table has.

    >>> loaded = load_facts(registrations=[
    ...     {"Number": "R1", "Channel partner": "P1", "Submitted": "2026-03-01T09:00Z"},
    ...     {"Number": "R2", "Channel partner": "P2", "Submitted": "last week"},
    ... ])
    >>> [each.registration_id for each in loaded.facts.registrations]
    ['R1']
    >>> loaded.rejects[0].row, loaded.rejects[0].column, loaded.rejects[0].value
    (2, 'Submitted', 'last week')
    """
    tables = (registrations, partners, customers, opportunities, rulings)
    given = dict(zip(KINDS, tables, strict=True))
    sources = {kind: source for kind, source in given.items() if source is not None}
    words = vocabulary or Vocabulary()
    refuse_wrong_kinds(words, progress)
    schemas = {kind: schema(kind, words, {}) for kind in sources}
    reader = Reader(Reading(zone, day_first, currency, decimal_mark), encoding, progress)
    reader.read(sources, schemas, mapping)
    merged = merge(reader.built, reader.names.get("registrations", {}))
    return Loaded(
        facts=merged.facts,
        rejects=reader.in_order([*reader.rejects, *merged.rejects]),
        rows_read=reader.rows,
        rows_rejected=reader.rows - len(merged.rows),
        columns=tuple(reader.columns),
        ignored_columns=reader.ignored(),
    )


class Reader:
    """Reads several tables one after the other, and keeps what they gave.

    Attributes:
        built: the good rows of each kind.
        rejects: why other rows were not taken.
        columns: what became of each column.
        names: what each kind of table calls each attribute, by record and attribute.
        rows: how many rows were read.
    """

    def __init__(
        self,
        reading: Reading,
        encoding: str | None = None,
        progress: Callable[[int], object] | None = None,
        *,
        builders: Mapping[str, MakeBuilder] | None = None,
        look: Look | None = None,
    ) -> None:
        self.built: dict[str, list[Built]] = {}
        self.rejects: list[Reject] = []
        self.columns: list[Column] = []
        self.names: dict[str, Names] = {}
        self.rows = 0
        self._reading, self._encoding, self._progress = reading, encoding, progress
        self._builders = builders or {}
        self._look = look
        self._files: dict[str, int] = {}

    def read(
        self,
        sources: Mapping[str, Rows],
        schemas: Mapping[str, Schema],
        mapping: ColumnMapping | None,
    ) -> None:
        """Read each table by the schema of its kind.

        Raises:
            UnreadableError: when a table cannot be read as a whole.
            UsageError: for a mapping that has no meaning.
        """
        mapped = checked_mapping(mapping, schemas.values())
        for kind, source in sources.items():
            made = self._builders.get(kind, Builder)
            own = attrs.evolve(schemas[kind], mapping=mapped)
            table = Table(source, own, self._reading, self._encoding, builder=made, look=self._look)
            self._files.setdefault(table.file, len(self._files))
            self._take(kind, table)
        if self._progress is not None:
            self._progress(self.rows)
        _refuse_idle_mapping(mapping, self.columns)

    def _take(self, kind: str, table: Table) -> None:
        good = self.built.setdefault(kind, [])
        for count, item in enumerate(table, start=1):
            if isinstance(item, Built):
                good.append(item)
            else:
                self.rejects += item
            if self._progress is not None and count % _EVERY == 0:
                self._progress(self.rows + table.rows_read)
        self.rows += table.rows_read
        self.columns += table.columns()
        self.names[kind] = table.names()

    def in_order(self, rejects: Iterable[Reject]) -> tuple[Reject, ...]:
        """The rejects in the order of files and rows."""
        return tuple(sorted(rejects, key=lambda each: (self._files.get(each.file, 0), each.row)))

    def ignored(self) -> tuple[str, ...]:
        """The names of the columns nothing was read from, sorted."""
        return tuple(sorted({each.name for each in self.columns if not each.field}))


def refuse_wrong_kinds(vocabulary: object, progress: object) -> None:
    """Raise UsageError for a vocabulary or a progress function that is none."""
    if not isinstance(vocabulary, Vocabulary):
        raise UsageError(
            f"{shown(vocabulary)} is not a vocabulary",
            value=vocabulary,
            hint="pass policy.vocabulary()",
        )
    if progress is not None and not callable(progress):
        raise UsageError(f"progress={shown(progress)} is not a function", value=progress)


def _refuse_idle_mapping(mapping: ColumnMapping | None, columns: Iterable[Column]) -> None:
    """A mapping of a column that no table has is a mistake, and would otherwise do nothing."""
    have = {normal(column.name): column.name for column in columns}
    for name in mapping or {}:
        if normal(name) not in have:
            raise UsageError(
                f"mapping names the column {shown(name)}, and no table has it",
                value=name,
                hint=suggestion(name, have.values()),
            )

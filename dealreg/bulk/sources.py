"""Parquet files as one long table: what columns it has, and where it may be cut."""

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs

from dealreg.deciders.columnar.columns import columns_read
from dealreg.deciders.lowering import Columnar
from dealreg.errors import MissingExtraError, UnreadableError, UsageError, shown

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Source", "Stretch", "opened", "stretches"]

_TAIL: Final = 8
"""A Parquet file ends with the length of its footer, in four bytes, and `PAR1`."""


@attrs.frozen
class Source:
    """One Parquet file.

    Attributes:
        path: where it is.
        groups: how many rows each of its row groups has.
        fingerprint: its size, and the SHA-256 of its footer, which tells of every column in every
            row group where it lies, how long it is, and what its least and greatest values are.
    """

    path: Path
    groups: tuple[int, ...]
    fingerprint: str


@attrs.frozen
class Stretch:
    """Row groups that are read in one go, one behind the other.

    Attributes:
        number: of the stretch, from 0 on.
        pieces: each a file with the row groups to be read of it.
        rows: how many there are.
    """

    number: int
    pieces: tuple[tuple[Path, tuple[int, ...]], ...]
    rows: int

    def batches(self, schema: "pa.Schema") -> "Iterator[pa.RecordBatch]":
        """The rows, some ten thousands at a time, with the columns and the types of the schema."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        left = self.rows
        for path, groups in self.pieces:
            try:
                with pq.ParquetFile(path) as file:
                    for batch in file.iter_batches(row_groups=groups, columns=schema.names):
                        left -= len(batch)
                        yield from pa.table(batch).select(schema.names).cast(schema).to_batches()
            except (OSError, pa.ArrowException) as wrong:
                raise _unreadable(path, wrong) from None
        if left:
            last = self.pieces[-1][0]
            raise _unreadable(last, ValueError("it has not as many rows as it says"))


def opened(
    paths: "str | os.PathLike[str] | Iterable[str | os.PathLike[str]]", ready: Columnar
) -> "tuple[tuple[Source, ...], pa.Schema]":
    """The files, and the columns that a policy reads of them.

    Raises:
        MissingExtraError: pyarrow is not installed.
        UnreadableError: a file is not there, is not Parquet, or has other columns than the first.
        UsageError: there is no file.
    """
    try:
        import pyarrow.parquet as pq
    except ImportError as absent:
        raise MissingExtraError(
            f"reading a Parquet file needs {shown(absent.name)}, which is not installed",
            value=absent.name,
            hint='run `pip install "dealreg[columnar]"`',
        ) from None
    import pyarrow as pa

    sources, schema = [], None
    for path in _files(paths):
        try:
            with pq.ParquetFile(path) as file:
                own, meta = file.schema_arrow, file.metadata
                groups = tuple(meta.row_group(n).num_rows for n in range(meta.num_row_groups))
            fingerprint = _fingerprint(path)
        except (OSError, pa.ArrowException) as wrong:
            raise _unreadable(path, wrong) from None
        read = pa.schema(
            [_stated(own.field(name)) for name in sorted(columns_read(ready.fields, own.names))]
        )
        schema = read if schema is None else schema
        if not read.equals(schema):
            raise _other(path, read, schema)
        sources.append(Source(path, groups, fingerprint))
    if schema is None:
        raise UsageError(
            "there is no Parquet file to decide",
            hint="give files, or a folder with files whose names end in `.parquet`",
        )
    return tuple(sources), schema


def stretches(sources: Sequence[Source], rows: int) -> tuple[Stretch, ...]:
    """The row groups of all files in their order, cut as soon as so many rows are together."""
    found: list[Stretch] = []
    pieces: dict[Path, list[int]] = {}
    count = 0

    def cut() -> None:
        taken = tuple((path, tuple(groups)) for path, groups in pieces.items())
        found.append(Stretch(len(found), taken, count))
        pieces.clear()

    for source in sources:
        for number, length in enumerate(source.groups):
            pieces.setdefault(source.path, []).append(number)
            count += length
            if count >= rows:
                cut()
                count = 0
    if pieces:
        cut()
    return tuple(found)


def _files(paths: Any) -> list[Path]:
    """The files named; of a folder, those of Parquet in the order of their names."""
    given = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
    found: list[Path] = []
    for each in map(Path, given):
        found += sorted(each.glob("*.parquet")) if each.is_dir() else [each]
    return found


def _stated(column: Any) -> Any:
    """The column with the type of its values, where it holds numbers of a dictionary."""
    import pyarrow as pa

    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    return pa.field(column.name, kind)


def _fingerprint(path: Path) -> str:
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(size - _TAIL)
        length = int.from_bytes(file.read(4), "little")
        file.seek(size - _TAIL - length)
        footer = file.read(length)
    return f"{size}:{hashlib.sha256(footer).hexdigest()}"


def _unreadable(path: Path, wrong: Exception) -> UnreadableError:
    first = (str(wrong).splitlines() or [type(wrong).__name__])[0]
    return UnreadableError(
        f"the table cannot be read: {first[:200]}",
        place=str(path),
        value=first,
        hint="name a Parquet file, or write this one again",
    )


def _other(path: Path, found: "pa.Schema", wanted: "pa.Schema") -> UnreadableError:
    theirs = {each.name: str(each.type) for each in wanted}
    own = {each.name: str(each.type) for each in found}
    name = min(name for name in {*theirs, *own} if theirs.get(name) != own.get(name))
    return UnreadableError(
        f"the column {shown(name)} is {shown(own.get(name, 'missing'))}, "
        f"and {shown(theirs.get(name, 'missing'))} in the first file",
        place=str(path),
        value=name,
        hint="give all files the same columns",
    )

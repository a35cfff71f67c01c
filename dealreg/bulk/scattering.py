"""The first pass: rows are parted by a hash of their conflict, a stretch of the table at a time.

A stretch becomes one file of Arrow batches: one batch for each part, then one for each part again,
until all rows of the stretch are written. The rows of a part are found without reading the others.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zlib import crc32

from dealreg.bulk.sources import Stretch
from dealreg.errors import UnreadableError
from dealreg.wire.putting import put

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["part_of", "scatter"]

_ROUND: Final = 250_000
"""How many rows are held in memory at once."""


def scatter(
    stretch: Stretch, schema: "pa.Schema", keys: Sequence[str], parts: int, path: Path
) -> None:
    """Write the rows of a stretch down, part by part."""
    import pyarrow as pa

    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with put(path) as file, pa.ipc.new_file(file, schema, options=options) as out:
        for rows in _rounds(stretch, schema):
            for batch in _parted(rows, keys, parts):
                out.write_batch(batch)


def part_of(number: int, parts: int, paths: Sequence[Path], schema: "pa.Schema") -> "pa.Table":
    """The rows of one part, out of the files of all stretches.

    Raises:
        UnreadableError: one of them is damaged.
    """
    import pyarrow as pa

    found: list[pa.RecordBatch] = []
    for path in paths:
        try:
            with pa.OSFile(str(path)) as file, pa.ipc.open_file(file) as stretch:
                batches = range(number, stretch.num_record_batches, parts)
                found += [stretch.get_batch(each) for each in batches]
        except (OSError, pa.ArrowException):
            raise UnreadableError(
                "the rows that were parted are damaged",
                place=str(path),
                hint="remove this file, and run again",
            ) from None
    return pa.Table.from_batches(found, schema)


def _rounds(stretch: Stretch, schema: "pa.Schema") -> "Iterator[pa.Table]":
    import pyarrow as pa

    held: list[Any] = []
    count = 0
    for batch in stretch.batches(schema):
        held.append(batch)
        count += len(batch)
        if count >= _ROUND:
            yield pa.Table.from_batches(held, schema)
            held, count = [], 0
    yield pa.Table.from_batches(held, schema)


def _parted(rows: "pa.Table", keys: Sequence[str], parts: int) -> "Iterator[pa.RecordBatch]":
    """The rows of each part as one batch, from part 0 on."""
    import pyarrow as pa
    import pyarrow.compute as pc

    numbers = pa.array(_numbers(rows, keys, parts), pa.int32())
    sorted_rows = rows.take(pc.sort_indices(numbers))
    lengths = {each["values"]: each["counts"] for each in numbers.value_counts().to_pylist()}
    begin = 0
    for number in range(parts):
        length = lengths.get(number, 0)
        part = sorted_rows.slice(begin, length).combine_chunks()
        begin += length
        batches = part.to_batches()
        yield batches[0] if batches else pa.RecordBatch.from_pylist([], rows.schema)


def _numbers(rows: "pa.Table", keys: Sequence[str], parts: int) -> list[int]:
    """The part of each row: the same for all of one conflict, on any machine, in any version.

    Without all of its keys a row is in no conflict, and goes by its own name.
    """
    names = _texts(rows, "registration_id")
    hashes = [0] * len(rows)
    for key in keys:
        found = _texts(rows, key) if key in rows.column_names else [None] * len(rows)
        hashes = [
            -1 if text is None or before < 0 else crc32(text, before)
            for text, before in zip(found, hashes, strict=True)
        ]
    return [
        (crc32(name or b"") if own < 0 else own) % parts
        for own, name in zip(hashes, names, strict=True)
    ]


def _texts(rows: "pa.Table", name: str) -> list[bytes | None]:
    import pyarrow as pa

    found: list[bytes | None] = rows[name].cast(pa.binary()).to_pylist()
    return found

"""Parquet files in, Parquet files out: tables that no memory holds, on one machine.

The first pass parts the rows by their conflict, the second decides part by part. Both write files
that are whole or not there: killed at any moment and run again, the work goes on with what is
missing, and the same bytes come out.
"""

import os
import shutil
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

import attrs

from dealreg.bulk.locking import alone_in
from dealreg.bulk.manifest import agreed
from dealreg.bulk.parts import Question
from dealreg.bulk.scattering import part_of, scatter
from dealreg.bulk.sources import Stretch, opened, stretches
from dealreg.deciders.columnar.tables import Engine, eager
from dealreg.deciders.lowering import Columnar
from dealreg.errors import UsageError, shown
from dealreg.facts.instants import instant
from dealreg.facts.values import Choice
from dealreg.wire.putting import put

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["InFiles", "Progress", "Stage", "decide_files"]

_STRETCH: Final = 4_000_000
"""After how many rows the first pass has something to go on from."""

_GROUP: Final = 250_000
"""How many rows a row group of the files that come out has."""


class Stage(Choice):
    """What is being done."""

    PARTING = "parting"
    """Rows are parted by conflict."""
    DECIDING = "deciding"
    """Parts are decided."""


@attrs.frozen
class Progress:
    """How far the work has come.

    Attributes:
        stage: what is being done.
        done: how many rows are parted, or how many parts decided.
        total: of how many.
    """

    stage: Stage
    done: int
    total: int


@attrs.frozen(kw_only=True)
class InFiles:
    """What was decided over files.

    Attributes:
        standings: the files of standings, in the order of the parts.
        rejected: the files of rows that could not be read, with the reason.
        rows: how many rows there were.
        set_aside: how many of them could not be read.
        resumed: how many parts were there already, from earlier runs.
    """

    standings: tuple[Path, ...]
    rejected: tuple[Path, ...]
    rows: int
    set_aside: int
    resumed: int


def decide_files(
    ready: Columnar,
    sources: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    target: str | os.PathLike[str],
    *,
    at: datetime | str,
    unknown: Iterable[str] = (),
    engine: str | None = None,
    parts: int | None = None,
    progress: Callable[[Progress], object] | None = None,
) -> InFiles:
    """Decide the registrations of Parquet files, in the memory that one part of them needs.

    In the folder `target` there will be `standings/` and `rejected/`, with one Parquet file for
    each part, sorted by benefit and registration, and `manifest.json`, which says what they were
    made from. While the work is going on there is also `parting/`, about as large as the columns
    that are read. If the folder was begun before, the work goes on with the parts that are missing.

    Args:
        ready: the policy, as `columnar` makes it.
        sources: a Parquet file, several, or a folder of them; one row for each registration.
        target: the folder that is written; made if it is not there.
        at: the instant asked about.
        unknown: fields that are not known of anybody, and have no column.
        engine: the library that computes, as for `Columnar.decide`.
        parts: in how many parts the table is decided; None for one for each quarter million rows.
            Registrations of one conflict are always in one part, which must fit into memory.
        progress: called whenever a stretch of rows is parted or a part is decided.

    Raises:
        FactsErrors: the files lack a column that the policy reads, or its type does not fit.
        MissingExtraError: a library is not installed.
        PolicyError: the table cannot be parted by conflict.
        UnreadableError: a file is not there, is not Parquet, or differs from the first in columns.
        UsageError: the folder was begun with other rules or sources, or another run is writing into
            it; or there is no file, `at` has no time zone, `parts` is not positive.
    """
    if parts is not None and parts < 1:
        raise UsageError(
            f"{shown(parts)} is not a number of parts", value=parts, hint="give 1 or more"
        )
    keys = ready.keys
    question = Question(ready, instant(at), tuple(unknown), engine)
    found, schema = opened(sources, ready)
    question.answered(schema.empty_table())
    import pyarrow.parquet as pq

    folder = Path(target)
    folder.mkdir(parents=True, exist_ok=True)
    with alone_in(folder):
        number = agreed(folder, question, found, parts)
        work = _Work(folder, question, schema, number, progress or (lambda _: None))
        resumed = number - len(work.missing())
        if work.missing():
            work.do(keys, stretches(found, _STRETCH))
        work.clear()
    rejected = tuple(work.path("rejected", each) for each in range(number))
    return InFiles(
        standings=tuple(work.path("standings", each) for each in range(number)),
        rejected=rejected,
        rows=sum(sum(source.groups) for source in found),
        set_aside=sum(pq.read_metadata(each).num_rows for each in rejected),
        resumed=resumed,
    )


@attrs.frozen(eq=False)
class _Work:
    """What is written into one folder."""

    folder: Path
    question: Question
    schema: "pa.Schema"
    parts: int
    progress: Callable[[Progress], object]

    def path(self, kind: str, number: int) -> Path:
        """The file of a part."""
        return self.folder / kind / f"part-{number:05}.parquet"

    def missing(self) -> list[int]:
        """The parts that are not decided yet, or of which a file is damaged."""
        return [
            number
            for number in range(self.parts)
            if not all(_is_whole(self.path(kind, number)) for kind in ("standings", "rejected"))
        ]

    def do(self, keys: Sequence[str], cut: Sequence[Stretch]) -> None:
        """Part what is not parted yet, and decide what is not decided yet."""
        for kind in ("parting", "rejected", "standings"):
            (self.folder / kind).mkdir(exist_ok=True)
        parted = [self.folder / "parting" / f"{each.number:05}.arrow" for each in cut]
        rows, total = 0, sum(each.rows for each in cut)
        for stretch, path in zip(cut, parted, strict=True):
            if not path.exists():
                scatter(stretch, self.schema, keys, self.parts, path)
            rows += stretch.rows
            self.progress(Progress(Stage.PARTING, rows, total))
        missing = self.missing()
        for done, number in enumerate(missing, start=self.parts - len(missing) + 1):
            self.decide(number, part_of(number, self.parts, parted, self.schema))
            self.progress(Progress(Stage.DECIDING, done, self.parts))

    def clear(self) -> None:
        """Remove what only the second pass needed."""
        shutil.rmtree(self.folder / "parting", ignore_errors=True)

    def decide(self, number: int, rows: "pa.Table") -> None:
        """Decide a part; its standings are written last."""
        made = self.question.answered(rows)
        del rows  # they are not needed while the standings are sorted
        _write(made.rejected, ("registration_id", "partner_id"), self.path("rejected", number))
        _write(made.standings, ("benefit", "registration_id"), self.path("standings", number))


def _is_whole(path: Path) -> bool:
    """Whether there is a Parquet file: its end says what is in it."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        pq.read_metadata(path)
    except (OSError, pa.ArrowException):
        return False
    return True


def _write(table: "pa.Table", by: tuple[str, ...], path: Path) -> None:
    """Write a table in its order: the same rows are the same bytes."""
    import pyarrow.parquet as pq

    order = [*by, *(name for name in table.column_names if name not in by)]
    rows = eager(table, _sorter()).sort(*order).to_arrow().cast(table.schema).combine_chunks()
    with put(path) as file:
        pq.write_table(rows, file, row_group_size=_GROUP, compression="zstd")


def _sorter() -> Engine:
    """The fastest library that is installed."""
    return Engine.POLARS if find_spec("polars") else Engine.PYARROW

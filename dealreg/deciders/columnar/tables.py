"""Tables in and out: whatever dataframe the user has, and the standings as a table of that kind."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import attrs

from dealreg.deciders.columnar.contests import Lowered
from dealreg.deciders.columnar.kinds import Eager, Expr, Lazy, Type
from dealreg.errors import MissingExtraError, UnreadableError, UsageError, shown
from dealreg.facts.values import Choice
from dealreg.outcome.decision import Standing

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "Engine",
    "Given",
    "back",
    "beside",
    "eager",
    "given",
    "joined",
    "readable",
    "standings_schema",
    "table_of",
    "turns",
    "written",
]


class Engine(Choice):
    """The library that computes."""

    POLARS = "polars"
    DUCKDB = "duckdb"
    PYARROW = "pyarrow"


@attrs.frozen(eq=False)
class Given:
    """A table as it was given, and as it is computed on."""

    table: Lazy
    native: Any
    engine: Engine

    @property
    def comparer(self) -> Engine:
        """The library that compares rows, once each has been looked at by itself."""
        return _fastest() if self.engine is Engine.DUCKDB else self.engine


def given(frame: Any, engine: Engine | None = None, *, ahead: bool = False) -> Given:
    """A dataframe of the user's, for an engine: its own, or the fastest that is installed.

    Not for DuckDB where something is asked `ahead`, in memory, or about lengths of time, which its
    intervals are not.

    Raises:
        MissingExtraError: narwhals or pyarrow is not installed, or the engine asked for is not.
        UnreadableError: a column is of a type that no engine reads.
        UsageError: it is no dataframe that narwhals knows.
    """
    nw = _library("narwhals")
    _library("pyarrow")
    try:
        wrapped = nw.from_native(frame)
    except TypeError:
        raise UsageError(
            f"{shown(type(frame).__name__)} is not a table",
            value=type(frame).__name__,
            hint="give a dataframe of polars, pandas or pyarrow, or a relation of DuckDB",
        ) from None
    own = wrapped.implementation.name.lower()
    if engine is Engine.DUCKDB or (engine is None and own == "duckdb"):
        engine = None if ahead else Engine.DUCKDB
    native = own == "polars" or (own == "duckdb" and not ahead)
    if native and engine in (None, own):
        return Given(wrapped.lazy(), frame, Engine(own))
    arrow = _arrow(wrapped)
    arrow.validate(full=True)  # files may hold texts that are none, which libraries trust to be
    _scaled(arrow.schema)
    chosen = engine or _fastest()
    match chosen:
        case Engine.POLARS:
            table = nw.from_native(_library("polars").from_arrow(arrow)).lazy()
        case Engine.DUCKDB:
            _told_apart(arrow.column_names)
            duckdb = _library("duckdb")
            table = nw.from_native(duckdb.connect().from_arrow(arrow))
        case Engine.PYARROW:
            table = nw.from_native(arrow).lazy()
    return Given(table, frame, chosen)


@contextmanager
def readable() -> Iterator[None]:
    """What a library of dataframes cannot do with a table, as an error of ours.

    Raises:
        UnreadableError: a value is outside its type, a text is no Unicode, or the like.
    """
    try:
        yield
    except BaseException as wrong:
        if not _cannot_be_read(wrong):
            raise
        first = (str(wrong).splitlines() or [type(wrong).__name__])[0]
        raise UnreadableError(
            f"the table cannot be computed with: {first[:_LONGEST]}",
            value=first[:_LONGEST],
            hint="correct the column, or cast it to a type that holds all its values",
        ) from wrong


_LONGEST: Final = 200
_LIBRARIES: Final = ("narwhals", "polars", "pyarrow", "duckdb", "_duckdb", "pyo3_runtime")


def _cannot_be_read(wrong: BaseException) -> bool:
    library = type(wrong).__module__.partition(".")[0] in _LIBRARIES
    return isinstance(wrong, UnicodeDecodeError) or (library and not isinstance(wrong, MemoryError))


def _told_apart(names: Sequence[str]) -> None:
    """That DuckDB can tell the columns apart: it takes `A` for `a`, and renames one of them."""
    seen: dict[str, str] = {}
    for name in names:
        other = seen.setdefault(name.casefold(), name)
        if other != name:
            raise UsageError(
                f"DuckDB does not tell the columns {shown(other)} and {shown(name)} apart",
                value=name,
                hint="rename one of them, or name another engine",
            )


def _scaled(schema: "pa.Schema") -> None:
    """That no decimal has fewer digits than none behind its point, which no engine reads."""
    for column in schema:
        if getattr(column.type, "scale", 0) < 0:
            raise UnreadableError(
                f"the column {shown(column.name)} is of the type {column.type}, which no engine "
                "reads",
                place=f"column {column.name}",
                value=str(column.type),
                hint="cast it to a decimal of scale 0, or to whole numbers",
            )


def _arrow(wrapped: Any) -> "pa.Table":
    nw = _library("narwhals")
    if isinstance(wrapped, nw.LazyFrame):
        return wrapped.collect("pyarrow").to_native()
    return wrapped.to_arrow()


def _fastest() -> Engine:
    from importlib.util import find_spec

    return Engine.POLARS if find_spec("polars") else Engine.PYARROW


def _library(name: str) -> Any:
    from importlib import import_module

    try:
        return import_module(name)
    except ImportError as absent:
        raise MissingExtraError(
            f"deciding over tables needs {shown(absent.name or name)}, which is not installed",
            value=absent.name,
            hint='run `pip install "dealreg[dataframes]"`',
        ) from None


def back(table: Eager, native: Any) -> Any:
    """A table as the kind of dataframe that was given."""
    import narwhals as nw

    kind = nw.from_native(native).implementation
    if kind.is_polars() and table.implementation.is_polars():
        lazy = not hasattr(native, "write_parquet")
        return table.lazy().to_native() if lazy else table.to_native()
    standings = table.to_arrow()
    if kind.is_duckdb():
        return beside(standings, native)
    if kind.is_polars():
        made = eager(standings, Engine.POLARS)
        return made.to_native() if hasattr(native, "write_parquet") else made.lazy().to_native()
    return standings.to_pandas() if kind.is_pandas() else standings.cast(_plain(standings.schema))


def beside(table: "pa.Table", relation: Any) -> Any:
    """A table as a relation on the connection of another.

    Raises:
        UsageError: that database has a table of the one name that is needed for it.
    """
    taken = relation.query(
        "dealreg_given",
        "SELECT 1 FROM information_schema.tables WHERE lower(table_name) = 'dealreg_handed_over'",
    )
    if taken.fetchall():  # it would be read in place of the variable
        raise UsageError(
            "the database has a table or view called `dealreg_handed_over`",
            value="dealreg_handed_over",
            hint="rename it, or read the relation into another connection",
        )
    dealreg_handed_over = table  # noqa: F841 - the query reads the variable
    return relation.query("dealreg_given", "SELECT * FROM dealreg_handed_over")


def _plain(schema: "pa.Schema") -> "pa.Schema":
    """The schema with texts of the plain kind, whoever made them."""
    pa = _library("pyarrow")
    texts = (pa.large_string(), pa.string_view())
    return pa.schema(
        [each.with_type(pa.string()) if each.type in texts else each for each in schema]
    )


_TIMES: Final = ("starts", "ends", "provisional_until")


def standings_schema() -> "pa.Schema":
    """The columns of a table of standings, with their types."""
    pa = _library("pyarrow")
    words = ("registration_id", "partner_id", "benefit", "kind", "code", "clause", "rival")
    moment = pa.timestamp("us", tz="UTC")
    return pa.schema(
        [
            *((name, pa.string()) for name in words),
            ("place", pa.int64()),
            ("label", pa.string()),
            ("percent", pa.float64()),
            ("share", pa.float64()),
            *((name, moment) for name in _TIMES),
        ]
    )


def written(rows: Eager, one: Lowered) -> Eager:
    """The standings of one contest, from the numbers that its columns hold."""
    import narwhals as nw

    names, gains, gain = one.names, one.gains.values, rows[one.names.gain]
    known = _Known(rows, nw.col(names.outcome) == one.granted)
    made = rows.select(
        nw.col("id").alias("registration_id"),
        nw.col("who").alias("partner_id"),
        nw.lit(one.contest.benefit).alias("benefit"),
        nw.col(names.rival).alias("rival"),
        known.place(names.place).alias("place"),
        *(
            known.moment(column, holders=name != "provisional_until").alias(name)
            for name, column in zip(_TIMES, (names.starts, names.ends, names.until), strict=True)
        ),
    )
    made = made.with_columns(
        *_stood(rows, names.outcome, one),
        _taken(rows, "label", gain, [each.label for each in gains], nw.String()),
        _taken(rows, "percent", gain, [_float(each.percent) for each in gains], nw.Float64()),
        _taken(rows, "share", gain, [_float(each.share) for each in gains], nw.Float64()),
    )
    return made.select(*standings_schema().names)


def turns(rows: Eager, one: Lowered) -> Eager:
    """Who held a benefit in turn, from the numbers that the columns hold."""
    import narwhals as nw

    made = rows.select(
        nw.col("id").alias("registration_id"),
        nw.col("who").alias("partner_id"),
        nw.lit(one.contest.benefit).alias("benefit"),
        "rival",
        "starts",
        "ends",
    )
    made = made.with_columns(*_stood(rows, "outcome", one))
    return made.select(*(name for name in standings_schema().names if name in made.columns))


@attrs.frozen(eq=False)
class _Known:
    """What a contest has columns for, and nulls for what it has none."""

    rows: Eager
    granted: Expr

    def place(self, name: str) -> Expr:
        import narwhals as nw

        none = nw.lit(None, dtype=nw.Int64)
        queue = nw.col(name) if name in self.rows.columns else none
        return nw.when(self.granted).then(nw.lit(1)).otherwise(queue).cast(nw.Int64)

    def moment(self, name: str, *, holders: bool) -> Expr:
        import narwhals as nw

        none = nw.lit(None, dtype=nw.Datetime("us", "UTC"))
        if name not in self.rows.columns:
            return none
        return nw.when(self.granted).then(nw.col(name)) if holders else nw.col(name)


def _stood(rows: Eager, column: str, one: Lowered) -> Iterator[Any]:
    """How each stands and why, from the column with the number of its outcome."""
    import narwhals as nw

    for name in ("kind", "code", "clause"):
        words = [str(getattr(each, name)) for each in one.outcomes.values]
        yield _taken(rows, name, rows[column], words, nw.String())


def _taken(rows: Eager, name: str, numbers: Any, values: Sequence[Any], kind: Type) -> Any:
    """A column of values by number, from 1 on; null for 0."""
    import narwhals as nw

    series = nw.new_series(name, [None, *values], kind, backend=rows.implementation)
    return series[numbers]


def _float(value: Any) -> float | None:
    return None if value is None else float(value)


def table_of(standings: Sequence[Standing]) -> "pa.Table":
    """Standings as the same table."""
    pa = _library("pyarrow")
    return pa.Table.from_pylist([_row(each) for each in standings], schema=standings_schema())


def joined(parts: Sequence[Eager], more: "Sequence[pa.Table]", engine: Engine) -> Eager:
    """The parts of what was decided, as one table of an engine."""
    import narwhals as nw

    tables = [*parts, *(eager(each, engine) for each in more if len(each))]
    return nw.concat(tables) if tables else eager(table_of([]), engine)


def eager(table: "pa.Table", engine: Engine) -> Eager:
    """A table of pyarrow as one that an engine compares rows in."""
    import narwhals as nw

    if engine is Engine.POLARS:
        return nw.from_native(_library("polars").from_arrow(table), eager_only=True)
    return nw.from_native(table, eager_only=True)


def _row(each: Standing) -> dict[str, Any]:
    gets = each.entitlement
    return {
        "registration_id": each.registration_id,
        "partner_id": each.partner_id,
        "benefit": each.benefit,
        "kind": each.kind.value,
        "code": each.code,
        "clause": each.clause,
        "rival": each.rival,
        "place": each.place,
        "label": None if gets is None else gets.label,
        "percent": None if gets is None else _float(gets.percent),
        "share": None if gets is None else _float(gets.share),
        "starts": None if gets is None else gets.starts,
        "ends": None if gets is None else gets.ends,
        "provisional_until": each.provisional_until,
    }

"""Tables in and out: whatever dataframe the user has, and the standings as a table of that kind."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import attrs

from dealreg.deciders.columnar.contests import Lowered
from dealreg.deciders.columnar.kinds import Eager, Lazy
from dealreg.errors import MissingExtraError, UsageError, shown
from dealreg.facts.values import Choice
from dealreg.outcome.decision import Standing

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Engine", "Given", "back", "given", "standings_schema", "table_of", "written"]


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


def given(frame: Any, engine: Engine | None = None) -> Given:
    """A dataframe of the user's, for an engine: its own, or the fastest that is installed.

    Raises:
        MissingExtraError: narwhals or pyarrow is not installed, or the engine asked for is not.
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
    if own in ("polars", "duckdb") and engine in (None, own):
        return Given(wrapped.lazy(), frame, Engine(own))
    arrow = _arrow(wrapped)
    chosen = engine or _fastest()
    match chosen:
        case Engine.POLARS:
            table = nw.from_native(_library("polars").from_arrow(arrow)).lazy()
        case Engine.DUCKDB:
            duckdb = _library("duckdb")
            connection = duckdb.connect(config={"TimeZone": "UTC"})
            table = nw.from_native(connection.from_arrow(arrow))
        case Engine.PYARROW:
            table = nw.from_native(arrow).lazy()
    return Given(table, frame, chosen)


def _arrow(wrapped: Any) -> "pa.Table":
    nw = _library("narwhals")
    if isinstance(wrapped, nw.LazyFrame):
        return wrapped.collect("pyarrow").to_native()
    return wrapped.to_arrow()


def _fastest() -> Engine:
    from importlib.util import find_spec

    return next(
        (each for each in (Engine.POLARS, Engine.DUCKDB) if find_spec(each.value)), Engine.PYARROW
    )


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


def back(standings: "pa.Table", native: Any) -> Any:
    """A table as the kind of dataframe that was given."""
    nw = _library("narwhals")
    implementation = nw.from_native(native).implementation
    if implementation.is_duckdb():
        return native.query("dealreg_given", "SELECT * FROM standings")  # reads the variable
    if implementation.is_polars():
        polars = _library("polars")
        made = polars.from_arrow(standings)
        return made.lazy() if isinstance(native, polars.LazyFrame) else made
    if implementation.is_pandas():
        return standings.to_pandas()
    return standings


_WORDS: Final = ("benefit", "kind", "code", "clause", "label")
_TIMES: Final = ("starts", "ends", "provisional_until")


def standings_schema() -> "pa.Schema":
    """The columns of a table of standings, with their types."""
    pa = _library("pyarrow")
    word = pa.dictionary(pa.int32(), pa.string())
    moment = pa.timestamp("us", tz="UTC")
    return pa.schema(
        [
            ("registration_id", pa.string()),
            ("partner_id", pa.string()),
            ("benefit", word),
            ("kind", word),
            ("code", word),
            ("clause", word),
            ("rival", pa.string()),
            ("place", pa.int64()),
            ("label", word),
            ("percent", pa.float64()),
            ("share", pa.float64()),
            *((name, moment) for name in _TIMES),
        ]
    )


def written(rows: Eager, one: Lowered) -> "pa.Table":
    """The standings of one contest, from the numbers that its columns hold."""
    pa = _library("pyarrow")
    table, names = rows.to_arrow(), one.names
    outcome = table[names.outcome].combine_chunks()
    gain = table[names.gain].combine_chunks()
    outcomes, gains = one.outcomes.values, one.gains.values
    granted = pa.compute.equal(outcome, one.granted)
    waits = names.place in table.column_names
    place = table[names.place] if waits else pa.nulls(len(table), pa.int64())
    columns = {
        "registration_id": table["id"],
        "partner_id": table["who"],
        "benefit": _words(pa.array([0] * 0, pa.int16()), []),
        "kind": _words(outcome, [each.kind.value for each in outcomes]),
        "code": _words(outcome, [each.code for each in outcomes]),
        "clause": _words(outcome, [each.clause for each in outcomes]),
        "rival": table[names.rival],
        "place": pa.compute.if_else(granted, pa.scalar(1, pa.int64()), place),
        "label": _words(gain, [each.label for each in gains]),
        "percent": _numbers(gain, [each.percent for each in gains]),
        "share": _numbers(gain, [each.share for each in gains]),
    }
    columns["benefit"] = pa.DictionaryArray.from_arrays(
        pa.compute.multiply(outcome, pa.scalar(0, pa.int16())).cast(pa.int32()),
        pa.array([one.contest.benefit]),
    )
    for name, column in zip(_TIMES, (names.starts, names.ends, names.until), strict=True):
        stated = column in table.column_names
        value = table[column] if stated else pa.nulls(len(table), pa.timestamp("us", tz="UTC"))
        if stated and name != "provisional_until":
            value = pa.compute.if_else(granted, value, None)
        columns[name] = value
    schema = standings_schema()
    arrays = [_as(columns[field.name], field.type) for field in schema]
    return pa.Table.from_arrays(arrays, schema=schema)


def _as(column: Any, kind: Any) -> Any:
    return column if column.type == kind else column.cast(kind)


def _words(numbers: Any, words: Sequence[str]) -> Any:
    """A column of words by number, from 1 on."""
    pa = _library("pyarrow")
    places = pa.compute.subtract(numbers.cast(pa.int32()), 1)
    known = pa.compute.if_else(pa.compute.less(places, 0), None, places)
    return pa.DictionaryArray.from_arrays(known, pa.array(words, pa.string()))


def _numbers(numbers: Any, values: Sequence[Any]) -> Any:
    pa = _library("pyarrow")
    floats = pa.array([None, *(None if v is None else float(v) for v in values)], pa.float64())
    return floats.take(numbers.cast(pa.int32()))


def table_of(standings: Sequence[Standing]) -> "pa.Table":
    """Standings as the same table."""
    pa = _library("pyarrow")
    rows = [_row(each) for each in standings]
    schema = standings_schema()
    return pa.Table.from_pylist(rows, schema=schema)


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
        "percent": None if gets is None or gets.percent is None else float(gets.percent),
        "share": None if gets is None else float(gets.share),
        "starts": None if gets is None else gets.starts,
        "ends": None if gets is None else gets.ends,
        "provisional_until": each.provisional_until,
    }

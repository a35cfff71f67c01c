"""A table of registrations as a history: decided in columns, all of it for each policy."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

import attrs

from dealreg.deciders.columnar.columns import ALWAYS, columns_read
from dealreg.deciders.columnar.support import counts_others, plain_keys
from dealreg.deciders.columnar.tables import given
from dealreg.deciders.lowering import Rest, columnar
from dealreg.errors import UnreadableError, UsageError, shown
from dealreg.impact.editions import InEditions, Rules, over_table, versions_of
from dealreg.impact.past import BY, Found, Past, Progress, Step, frames, named
from dealreg.outcome.impact import Absent, Reading
from dealreg.policy.paths import STATUS, contest_path
from dealreg.policy.policies import Policy

if TYPE_CHECKING:
    from polars import DataFrame, Expr

__all__ = ["InTurn", "Table", "table_of"]

_AWARDS: Final = ("registration_id", "benefit", "granted", "referred", "code")
_TERMS: Final = ("label", "percent", "share", "starts", "ends")
_PRICE: Final = ("amount", "amount_currency", "currency")
_KEYS: Final = ("opportunity_id", "customer_id")


@attrs.frozen(eq=False)
class Table(Past):
    """A table whose conflicts are all decided as of one instant."""

    reading: ClassVar[Reading] = Reading.AS_OF

    frame: "DataFrame"
    registrations: "DataFrame"
    at: datetime
    unknown: tuple[str, ...] = ()
    rest: Rest = Rest.COMPILED

    def found(self, rules: Rules, doing: str, progress: Progress | None) -> Found:
        """What rules make of the table."""
        pl = frames()
        ready = over_table(rules, self.rest, at=self.at, unknown=self.unknown)
        _tell(progress, doing, 0, 2)
        made = ready.decide(self.frame)
        standings = made.standings
        awards = standings.select(
            "registration_id",
            "benefit",
            (pl.col("kind") == "granted").alias("granted"),
            (pl.col("kind") == "referred").alias("referred"),
            "code",
            *_TERMS,
        )
        _tell(progress, doing, 1, 2)
        why = next(filter(None, map(_no_deadlocks, ready.versions)), "") or _no_keys(ready)
        blocked = None if why else self._blocked(ready, standings)
        absent = (Absent(measure="deadlocks", because=why),) if why else ()
        _tell(progress, doing, 2, 2)
        return Found(_whole(awards, ready.versions), blocked, made.rejected, absent)

    def _blocked(self, ready: InEditions, standings: "DataFrame") -> "DataFrame":
        """Who would get alone what nobody gets (D-8): those who get nothing, decided alone."""
        pl = frames()
        keys = list(ready.keys or ())
        of = self.registrations.select("registration_id", *keys).drop_nulls()
        able = [
            _not_barred(standings.filter(pl.col("benefit") == one), of, one, keys)
            for one in ready.benefits
        ]
        asked: DataFrame = pl.concat(able)
        if asked.is_empty():
            return asked
        own = pl.col("registration_id").cast(pl.String)
        alone = self.frame.filter(own.is_in(asked["registration_id"].unique().implode()))
        alone = alone.with_columns(own.alias(keys[0]))
        stood = ready.decide(alone).standings
        granted = stood.filter(pl.col("kind") == "granted").select("registration_id", "benefit")
        return asked.join(granted, on=["registration_id", "benefit"], how="semi")


@attrs.frozen(eq=False)
class InTurn(Past):
    """A table whose registrations are decided as they came, for one benefit."""

    reading: ClassVar[Reading] = Reading.IN_TURN

    frame: "DataFrame"
    registrations: "DataFrame"
    at: datetime
    benefit: str
    unknown: tuple[str, ...] = ()

    def found(self, rules: Rules, doing: str, progress: Progress | None) -> Found:
        """What a policy makes of the table, for the benefit."""
        pl = frames()
        (policy,) = versions_of(rules)  # a book is refused before
        _tell(progress, doing, 0, 1)
        ready = columnar(policy, Rest.COMPILED)
        made = ready.in_turn(self.frame, self.benefit, at=self.at, unknown=self.unknown)
        awards = made.standings.select(
            "registration_id",
            "benefit",
            (pl.col("kind") == "granted").alias("granted"),
            pl.lit(value=False).alias("referred"),
            "code",
            pl.lit(None, pl.String).alias("label"),
            pl.lit(None, pl.Float64).alias("percent"),
            pl.lit(None, pl.Float64).alias("share"),
            "starts",
            "ends",
        )
        _tell(progress, doing, 1, 1)
        because = "registrations are decided in turn, for one benefit by itself"
        absent = (Absent(measure="deadlocks", because=because),)
        return Found(awards, None, len(made.rejected), absent)


def table_of(
    history: Any,
    policies: Sequence[Policy],
    *,
    at: datetime,
    in_turn: str | None,
    by: Sequence[str] | None,
    unknown: Iterable[str],
    rest: Rest,
) -> Past:
    """A dataframe, or the path of Parquet files, with the columns that policies and measures read.

    Raises:
        MissingExtraError: a library is not installed.
        UnreadableError: there is no such file, or it is not Parquet.
        UsageError: it is no dataframe.
    """
    pl = frames()
    import narwhals as nw

    native = _scanned(history) if named(history) else history
    table = given(native).table
    names = table.collect_schema().names()
    read: dict[str, None] = {}
    for policy in policies:
        read |= dict.fromkeys(columns_read(columnar(policy, Rest.COMPILED).fields, names))
    keys = [key for policy in policies for one in policy.contests for key in one.scope.keys]
    of_all = {*(BY if by is None else by), *ALWAYS, *_KEYS, *keys, *_PRICE}
    wanted = [name for name in names if name in read or name in of_all]
    try:
        frame = nw.to_native(table.select(*wanted).collect("polars"))
    except (OSError, pl.exceptions.PolarsError) as wrong:
        raise _unreadable(history, wrong) from None
    registrations = _registrations(frame.select(name for name in wanted if name in of_all))
    if in_turn is not None:
        return InTurn(frame, registrations, at, in_turn, tuple(unknown))
    return Table(frame, registrations, at, tuple(unknown), rest)


def _scanned(history: Any) -> Any:
    pl = frames()
    path = Path(history)
    found = sorted(path.glob("*.parquet")) if path.is_dir() else [path]
    if not found or (path.is_file() and path.suffix.lower() in (".csv", ".tsv", ".json", ".jsonl")):
        raise UsageError(
            "it is neither a Parquet file nor a folder of them",
            place=str(path),
            value=path.suffix,
            hint="load it with `dealreg.wire.load_history`, and give its `history`",
        )
    try:
        scanned = pl.scan_parquet(found)
        scanned.collect_schema()
    except (OSError, pl.exceptions.PolarsError) as wrong:
        raise _unreadable(history, wrong) from None
    return scanned


def _unreadable(history: Any, wrong: Exception) -> UnreadableError:
    first = (str(wrong).splitlines() or [type(wrong).__name__])[0]
    return UnreadableError(
        f"the table cannot be read: {first[:200]}",
        place=str(history) if named(history) else "",
        value=first,
        hint="name a Parquet file, or write this one again",
    )


def _registrations(frame: "DataFrame") -> "DataFrame":
    """What the measures read of each registration, each once."""
    pl = frames()
    for name in ALWAYS:
        if name not in frame.columns:  # it is refused when it is decided
            none: DataFrame = pl.DataFrame({each: [] for each in ("amount", "currency")})
            return none
    apart = ("submitted_at", *_PRICE)
    kept = [_text(name, frame.schema[name]) for name in frame.columns if name not in apart]
    money = "amount_currency" if "amount_currency" in frame.columns else "currency"
    priced = "amount" in frame.columns and money in frame.columns
    amount = pl.col("amount").cast(pl.Decimal(38, 4), strict=False) if priced else None
    unknown = pl.lit(None, pl.Decimal(38, 4))
    made = frame.select(
        *kept,
        "submitted_at",
        _month(frame.schema["submitted_at"]),
        (unknown if amount is None else amount).alias("amount"),
        (pl.col(money).cast(pl.String) if priced else pl.lit(None, pl.String)).alias("currency"),
    )
    if made["registration_id"].n_unique() != len(made):
        plain = [name for name, kind in made.schema.items() if not isinstance(kind, pl.List)]
        made = made.sort(plain).unique("registration_id", keep="first", maintain_order=True)
    return made


def _text(name: str, kind: Any) -> "Expr":
    """A column of ids or of a property as texts, or lists of texts."""
    pl = frames()
    column = pl.col(name)
    if isinstance(kind, pl.List):
        made: Expr = column.cast(pl.List(pl.String))
    elif isinstance(kind, pl.Duration):
        made = column.dt.to_string()
    else:
        made = column.cast(pl.String)
    return made


def _month(kind: Any) -> "Expr":
    pl = frames()
    when = pl.col("submitted_at")
    if isinstance(kind, pl.Datetime) and kind.time_zone is not None:
        when = when.dt.convert_time_zone("UTC")
    month = when.dt.strftime("%Y-%m") if isinstance(kind, pl.Datetime) else pl.lit(None, pl.String)
    made: Expr = month.alias("month")
    return made


def _no_deadlocks(policy: Policy) -> str:
    """Why deadlocks are not found in columns; empty where they are."""
    if counts_others(policy):
        return f"version {shown(policy.version)} counts registrations of other conflicts"
    if plain_keys(policy) is None:
        return f"version {shown(policy.version)} has conflicts that no plain column tells apart"
    if any(one.scope.lines is not None for one in policy.contests):
        return f"version {shown(policy.version)} has scopes that overlap in part"
    return ""


def _no_keys(ready: InEditions) -> str:
    """Why deadlocks are not found where editions tell conflicts apart in different ways."""
    return "" if ready.keys is not None else "the editions tell conflicts apart by other columns"


def _not_barred(
    standings: "DataFrame", of: "DataFrame", benefit: str, keys: list[str]
) -> "DataFrame":
    """Registrations whose conflict leaves a benefit to nobody, and that alone might get it."""
    pl = frames()
    rows = standings.select("registration_id", "benefit", "kind", "code", "clause").join(
        of, on="registration_id"
    )
    lost = pl.col("kind").is_in(["granted", "referred"]) | (pl.col("code") == "OPPORTUNITY_WON")
    settled = rows.filter(lost).select(keys).unique()
    several = rows.group_by(keys).len().filter(pl.col("len") > 1).select(keys)
    requires = contest_path(benefit, "requires[")
    barred = (pl.col("clause") == STATUS) | pl.col("clause").str.starts_with(requires)
    open_ = rows.filter(~barred).join(settled, on=keys, how="anti")
    return open_.join(several, on=keys, how="semi").select("registration_id", "benefit")


def _whole(awards: "DataFrame", versions: Iterable[Policy]) -> "DataFrame":
    """One row for each registration and benefit, where a benefit is awarded line by line too."""
    if all(one.scope.lines is None for policy in versions for one in policy.contests):
        return awards
    pl = frames()
    return (
        awards.sort(*_AWARDS)
        .group_by("registration_id", "benefit", maintain_order=True)
        .agg(pl.col("granted").any(), pl.col("referred").any(), pl.col("code", *_TERMS).last())
    )


def _tell(progress: Progress | None, doing: str, done: int, total: int) -> None:
    if progress is not None:
        progress(Step(doing, done, total))

"""Contests of one scope, decided together over a table: what is collected, and made whole."""

from collections.abc import Sequence

import attrs

from dealreg.deciders.columnar.columns import Columns
from dealreg.deciders.columnar.contests import Lowered, lowered
from dealreg.deciders.columnar.expressions import all_of, any_of
from dealreg.deciders.columnar.kinds import Eager, Lazy
from dealreg.deciders.columnar.parting import CONFLICT, Parted, parted
from dealreg.deciders.columnar.standings import decided, without_part
from dealreg.deciders.columnar.support import facts_of
from dealreg.policy.contests import Contest
from dealreg.policy.predicates import Fact
from dealreg.policy.stages import OthersStand

__all__ = ["Family", "best_of_several", "family"]


@attrs.frozen(eq=False)
class Family:
    """Contests with the same keys, those that others depend on first.

    Attributes:
        keys: the columns that say of which conflict a row is.
        fields: the fields that the contests read.
        contests: the contests as columns.
    """

    keys: tuple[str, ...]
    fields: tuple[str, ...]
    contests: tuple[Lowered, ...]

    def rows(self, table: Lazy, columns: Columns) -> Lazy:
        """What each row is by itself, before anything is compared: one pass over the table."""
        import narwhals as nw

        made = {name: expr for one in self.contests for name, expr in one.columns.items()}
        keys = self.contests[0].contest.scope.keys
        known = [~columns.value(Fact(key)).is_null() for key in keys]
        odd = any_of([*(one.odd for one in self.contests), *columns.asking.unanswered()])
        odd = all_of([odd, *known])  # else in no conflict
        return columns.prepared(table, self.fields).select(
            nw.col("registration_id").cast(nw.String).alias("id"),
            nw.col("partner_id").cast(nw.String).alias("who"),
            columns.malformed(self.fields).alias("bad"),
            odd.fill_null(value=False).alias("odd"),
            *(
                columns.value(Fact(key)).alias(name)
                for key, name in zip(keys, self.keys, strict=True)
            ),
            *(expr.alias(name) for name, expr in made.items()),
        )

    def parted(self, rows: Eager) -> Parted:
        """The rows that take part in a contest, or are for others to decide; and the rest."""
        import narwhals as nw

        part = {one.contest.benefit: one.names.holds for one in self.contests}
        found = rows.select(
            "odd", *(n for e in self.contests for n in (e.names.barred, e.names.returned))
        )
        for one in self.contests:
            admitted = [nw.col(one.names.barred) == 0, nw.col(one.names.returned) == 0]
            needed = (nw.col(part[after.benefit]) for after in one.contest.after if after.holds)
            found = found.with_columns(all_of([*admitted, *needed]).alias(one.names.holds))
        compared = any_of(map(nw.col, ["odd", *part.values()])).alias("compared")
        return parted(rows, self.keys, found.select(compared)["compared"])

    def decided(self, rows: Eager) -> Eager:
        """The rows with what comes out of each contest, and all that it was found from."""
        before = {one.contest.benefit: one.names for one in self.contests}
        for one in self.contests:
            rows = decided(rows, one, before)
        return rows

    def aside(self, rows: Eager) -> Eager:
        """The rows that take part in no contest, with what comes out of each."""
        import narwhals as nw

        before = {one.contest.benefit: one.names for one in self.contests}
        none = nw.lit(None, dtype=nw.String)
        for one in self.contests:
            rows = without_part(rows, one, before).with_columns(none.alias(one.names.rival))
        return rows

    def kept(self, rows: Eager, *more: str) -> Eager:
        """The rows with the columns that are still needed once everything is compared."""
        kept = ["id", "who", "odd", CONFLICT, *more]
        for one in self.contests:
            names = one.names
            kept += [names.outcome, names.gain]
            if not one.after_one:
                kept += [names.claimant, names.winner]
                kept += [rank.name for rank in one.ranks]
            if one.contest.window is not None:
                kept += [names.clock, names.anchor, names.until]
            if one.contest.period is not None or one.in_rounds:
                kept += [names.starts, names.ends]
        return rows.select(*dict.fromkeys(kept))

    def rivals(self, rows: Eager) -> Eager:
        """The rows with the rival that mattered to each, and what depends on the other losers."""
        import narwhals as nw

        for one in self.contests:
            if one.after_one:
                rows = rows.with_columns(nw.lit(None, dtype=nw.String).alias(one.names.rival))
            else:
                rows = _losers(rows, one)
        before = {one.contest.benefit: one for one in self.contests}
        for one in self.contests:
            for after in one.contest.after:
                other = before[after.benefit]
                failed = one.outcomes.number(one.after(after))
                theirs = nw.col(other.names.rival)
                held = nw.col(other.names.outcome) == other.granted
                rival = nw.when(held).then(nw.lit(None, dtype=nw.String)).otherwise(theirs)
                rows = rows.with_columns(
                    nw.when(nw.col(one.names.outcome) == failed)
                    .then(rival)
                    .otherwise(nw.col(one.names.rival))
                    .alias(one.names.rival)
                )
        return rows


def family(contests: Sequence[Contest], begin: int, columns: Columns) -> Family:
    """The contests of one scope, lowered; their columns numbered from `begin` on."""
    import narwhals as nw

    keys = tuple(f"k{number}" for number in range(len(contests[0].scope.keys)))
    status = nw.col(columns.status_column)
    single = {one.benefit for one in contests if one.capacity == 1}
    made = [
        lowered(
            one,
            number,
            columns,
            status,
            after_one=any(after.holds and after.benefit in single for after in one.after),
        )
        for number, one in enumerate(contests, begin)
    ]
    read = {fact.name for one in contests for _, fact in facts_of(one)}
    return Family(keys, tuple(sorted(read)), tuple(made))


def _losers(rows: Eager, one: Lowered) -> Eager:
    """The rivals of those that lost, those of one partner apart, and places in the queue."""
    import narwhals as nw

    names = one.names
    is_lost = nw.col(names.outcome).is_in(one.lost)
    rival = nw.when(is_lost).then(nw.col(names.winner)).otherwise(nw.lit(None, dtype=nw.String))
    rows = rows.with_columns(rival.alias(names.rival))
    same = one.outcomes.number(one.same)
    behind = rows.filter(is_lost & (nw.col(names.outcome) != same))
    behind = behind.filter(~nw.col(names.claimant).is_null())
    group = [CONFLICT, names.claimant]
    mains = best_of_several(behind, group, one)
    if mains is not None:
        rows = _twice(rows, mains, group, one, same)
    if one.contest.window is not None:
        rows = _openers(rows, one)
    if one.contest.others.stand is OthersStand.WAITING:
        rows = _queue(rows, one)
    return rows


def best_of_several(behind: Eager, group: list[str], one: Lowered) -> Eager | None:
    """Of each group of several rows the best, as `main`; None where there is no such group."""
    import narwhals as nw

    several = behind.group_by(*group).agg(nw.len().alias("n")).filter(nw.col("n") > 1)
    if not len(several):
        return None
    behind, by, down = _order_of(behind.join(several, on=group, how="semi"), one)
    behind = behind.sort(*by, descending=down)
    first = behind.unique(subset=group, keep="first", maintain_order=True)
    return first.select(*group, nw.col("id").alias("main"))


def _order_of(frame: Eager, one: Lowered) -> tuple[Eager, list[str], list[bool]]:
    """A frame with columns to sort by: in time before late, then as the preferences say."""
    import narwhals as nw

    by: list[str] = []
    down: list[bool] = []
    if one.contest.window is not None:
        late = nw.col(one.names.outcome) == one.outcomes.number(one.late)
        frame = frame.with_columns(late.cast(nw.Int8()).alias("o_late"))
        by, down = ["o_late"], [False]
    for rank in one.ranks:
        absent = f"{rank.name}_n"
        frame = frame.with_columns(nw.col(rank.name).is_null().cast(nw.Int8()).alias(absent))
        by += [absent, rank.name]
        down += [rank.first, not rank.lowest]
    return frame, [*by, "id"], [*down, False]


def _twice(rows: Eager, mains: Eager, group: list[str], one: Lowered, same: int) -> Eager:
    """Of several that lost of one partner, only the best lost to the winner (C-10)."""
    import narwhals as nw

    rows = rows.join(mains, on=group, how="left")
    second = (
        nw.col(one.names.outcome).is_in(one.lost)
        & (nw.col(one.names.outcome) != same)
        & ~nw.col("main").is_null()
        & (nw.col("id") != nw.col("main")).fill_null(value=False)
    )
    return rows.with_columns(
        nw.when(second)
        .then(nw.lit(same))
        .otherwise(nw.col(one.names.outcome))
        .cast(nw.Int16())
        .alias(one.names.outcome),
        nw.when(second)
        .then(nw.lit(0))
        .otherwise(nw.col(one.names.gain))
        .cast(nw.Int16())
        .alias(one.names.gain),
        nw.when(second)
        .then(nw.col("main"))
        .otherwise(nw.col(one.names.rival))
        .alias(one.names.rival),
    ).drop("main")


def _openers(rows: Eager, one: Lowered) -> Eager:
    """Who came too late lost to whoever opened the window (C-7)."""
    import narwhals as nw

    names, late = one.names, nw.col(one.names.outcome) == one.outcomes.number(one.late)
    of = rows.filter(late).select(CONFLICT).unique()
    if not len(of):
        return rows
    first = rows.join(of, on=CONFLICT, how="semi").filter(
        (nw.col(names.clock) == nw.col(names.anchor)).fill_null(value=False)
        & nw.col(names.outcome).is_in([one.granted, *one.lost])
    )
    openers = first.group_by(CONFLICT).agg(nw.col("id").min().alias("opener"))
    rows = rows.join(openers, on=CONFLICT, how="left")
    rival = nw.when(late).then(nw.col("opener")).otherwise(nw.col(names.rival))
    return rows.with_columns(rival.alias(names.rival)).drop("opener")


def _queue(rows: Eager, one: Lowered) -> Eager:
    """The place of each that waits: in time before late, in the order of the preferences."""
    import narwhals as nw

    waits = set(one.lost) - {one.outcomes.number(one.same)}
    waiting = rows.filter(nw.col(one.names.outcome).is_in(sorted(waits)))
    waiting, by, down = _order_of(waiting, one)
    waiting = waiting.sort(CONFLICT, *by, descending=[False, *down])
    waiting = waiting.with_row_index("at")
    begins = waiting.group_by(CONFLICT).agg(nw.col("at").min().alias("begin"))
    places = waiting.join(begins, on=CONFLICT, how="left").select(
        "id", (nw.col("at") - nw.col("begin") + 1).cast(nw.Int64()).alias(one.names.place)
    )
    return rows.join(places, on=["id"], how="left")

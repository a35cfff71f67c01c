"""A table decided in rounds: who came after the period of a holder competes anew."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

import attrs

from dealreg.deciders.columnar.columns import Columns
from dealreg.deciders.columnar.contests import Lowered, ends_of
from dealreg.deciders.columnar.families import Family
from dealreg.deciders.columnar.kinds import Eager
from dealreg.deciders.columnar.parting import CONFLICT, Parted
from dealreg.deciders.columnar.sorting import collected, sorted_out
from dealreg.deciders.columnar.succession import all_counted, period_refusals, rounds
from dealreg.deciders.columnar.support import Refusal
from dealreg.deciders.columnar.tables import Given, eager, written
from dealreg.deciders.one_by_one import some_conflicts
from dealreg.deciders.over_tables import Made
from dealreg.policy.contests import Contest
from dealreg.policy.paths import contest_path
from dealreg.policy.policies import Policy
from dealreg.policy.predicates import Fact

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["COMPETED", "endless", "in_rounds", "not_in_rounds"]

COMPETED: Final = ("overrides", "window", "one_per", "prefer", "capacity", "tie")
"""The stages that deny a benefit to those that take part in its contest."""


def not_in_rounds(policy: Policy, contest: Contest) -> Iterator[Refusal]:
    """What of a policy, and of the contest of the benefit whose period ends, is not done."""
    benefit = contest.benefit
    yield from period_refusals(contest)
    if contest.capacity != 1:
        path = contest_path(benefit, "capacity")
        yield Refusal(benefit, "Contest", path, "lets several hold, whose periods may differ")
    for after in contest.after:
        path = contest_path(benefit, f"after[{after.benefit}]")
        yield Refusal(benefit, "HolderOf", path, "depends on another benefit")
    for other in policy.contests:
        if other.scope.keys != contest.scope.keys:
            path = contest_path(other.benefit, "scope")
            yield Refusal(other.benefit, "Scope", path, f"is not that of {benefit!r}")
        if other.period is not None and other.benefit != benefit:
            path = contest_path(other.benefit, "period")
            yield Refusal(other.benefit, "Period", path, "is a second period")


def endless(policy: Policy, contest: Contest) -> Policy:
    """The policy without the period of a contest."""
    contests = [
        attrs.evolve(e, period=None) if e.benefit == contest.benefit else e for e in policy.contests
    ]
    return attrs.evolve(policy, contests=contests)


def in_rounds(
    policy: Policy,
    of: Family,
    source: Given,
    columns: Columns,
    fields: Sequence[str],
    contest: Contest,
) -> Made:
    """The standings to the benefits of a family, round after round.

    Args:
        policy: the policy without the period.
        of: its contests.
        source: the table.
        columns: its columns.
        fields: those that the policy reads.
        contest: the contest with the period.
    """
    import narwhals as nw

    of, one = _timed(of, columns, contest)
    rows, rejected = sorted_out(collected(of.rows(source.table, columns), source))
    starts, ends = nw.col(one.names.starts), nw.col(one.names.ends)
    part = nw.col(one.names.barred) == 0
    all_counted(rows.filter(part & ~starts.is_null() & ends.is_null()))
    left, made = of.parted(rows), Made([], [], rejected, 0)
    more = rounds()
    while len(left.rows) or len(left.aside):
        next(more)
        left, made = _round(policy, of, one, (source, columns, fields), left, made)
    return made


def _timed(of: Family, columns: Columns, contest: Contest) -> tuple[Family, Lowered]:
    """The family with the period of each row in the columns of that contest."""
    assert contest.period is not None
    starts, ends = columns.value(Fact("submitted_at")), ends_of(contest.period, columns)
    lowered = [
        attrs.evolve(
            each,
            columns={**each.columns, each.names.starts: starts, each.names.ends: ends},
            in_rounds=True,
        )
        if each.contest.benefit == contest.benefit
        else each
        for each in of.contests
    ]
    found = next(each for each in lowered if each.in_rounds)
    return attrs.evolve(of, contests=tuple(lowered)), found


def _round(
    policy: Policy,
    of: Family,
    one: Lowered,
    given: tuple[Given, Columns, Sequence[str]],
    left: Parted,
    made: Made,
) -> tuple[Parted, Made]:
    """The rows that are left for the next round, and all that was decided up to now."""
    import narwhals as nw

    names, columns = one.names, left.rows.columns
    full, aside = of.decided(left.rows), left.aside
    odd = full.filter(nw.col("odd")).select(CONFLICT).unique()
    seldom = full.head(0).select(*columns)
    if len(odd):
        beside, aside = left.of_conflicts(odd)
        seldom = full.join(odd, on=CONFLICT, how="semi").select(*columns)
        seldom = nw.concat([seldom, beside])
        full = full.join(odd, on=CONFLICT, how="anti")
    again = nw.col(names.outcome).is_in(one.lost)
    again = again & (nw.col(names.starts) >= nw.col(names.won(names.ends)))
    full = full.with_columns(again.fill_null(value=False).alias("again"))
    later = full.filter(nw.col("again")).select(*columns)
    stay = of.rivals(of.kept(full, "again")).filter(~nw.col("again"))
    frames = [stay, of.aside(aside)] if len(aside) else [stay]
    parts = [*made.parts, *(written(each, e) for e in of.contests for each in frames)]
    others = list(made.others)
    if len(seldom):
        scope = one.contest.scope.keys
        found = some_conflicts(policy, *given, seldom.select("id"), scope)
        more, settled = _seldom(one, seldom, found, given[0])
        later = nw.concat([later, more]).sort(CONFLICT)
        others.append(settled)
    count = made.one_by_one + len(seldom)
    whole = attrs.evolve(left, rows=later, aside=left.aside.head(0))
    return whole, Made(parts, others, made.rejected, count)


def _seldom(
    one: Lowered, rows: Eager, found: "pa.Table", source: Given
) -> tuple[Eager, "pa.Table"]:
    """Of conflicts decided one by one, the rows that are left, and the standings of the others."""
    import narwhals as nw

    names, benefit = one.names, one.contest.benefit
    standings = eager(found, source.comparer)
    own = standings.filter(nw.col("benefit") == benefit)
    own = own.select(nw.col("registration_id").alias("id"), "kind", "clause")
    timed = rows.join(own, on=["id"], how="left")
    holds = timed.filter(nw.col("kind") == "granted")
    ends = holds.group_by(CONFLICT).agg(nw.col(names.ends).max().alias("until"))
    prefixes = "|".join(COMPETED)
    competed = nw.col("clause").str.contains(rf"^contests\[[^\]]*\]\.({prefixes})")
    again = nw.col("kind").is_in(["denied", "waiting"]) & competed
    again = again & (nw.col(names.starts) >= nw.col("until"))
    left = timed.join(ends, on=CONFLICT, how="left").filter(again.fill_null(value=False))
    left = left.select(*rows.columns)
    settled = standings.join(
        left.select(nw.col("id").alias("registration_id")), on=["registration_id"], how="anti"
    )
    period = holds.select(
        nw.col("id").alias("registration_id"),
        nw.lit(benefit).alias("benefit"),
        nw.col(names.starts).alias("begun"),
        nw.col(names.ends).alias("over"),
    )
    settled = settled.join(period, on=["registration_id", "benefit"], how="left").with_columns(
        nw.coalesce("starts", "begun").alias("starts"), nw.coalesce("ends", "over").alias("ends")
    )
    return left, settled.drop("begun", "over").to_arrow().cast(found.schema)

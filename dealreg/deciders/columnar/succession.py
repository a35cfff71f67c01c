"""Who held a benefit in turn: registrations decided as they came, in rounds over whole tables.

Whoever is eligible while nobody holds the benefit holds it from its submission until its period, or
the registration, ends. Who comes in between is refused for good. Each round finds the next holder
of every conflict at once, so that there are as many rounds as the longest succession has holders.
"""

from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import Final

import attrs

from dealreg.deciders.columnar.columns import STATUSES, Columns
from dealreg.deciders.columnar.contests import Lowered, lowered
from dealreg.deciders.columnar.expressions import any_of, chosen
from dealreg.deciders.columnar.families import best_of_several
from dealreg.deciders.columnar.kinds import Eager, Expr, Lazy
from dealreg.deciders.columnar.orders import Rank, best
from dealreg.deciders.columnar.outcomes import Outcome
from dealreg.deciders.columnar.parting import CONFLICT, parted
from dealreg.deciders.columnar.standings import same_value
from dealreg.deciders.columnar.support import Refusal, facts_of, read_for
from dealreg.errors import FactsError, shown
from dealreg.facts.records import ENDED, Status
from dealreg.facts.vocabulary import Vocabulary
from dealreg.outcome.decision import StandingKind
from dealreg.policy.contests import Contest
from dealreg.policy.paths import (
    STATUS,
    contest_path,
    milestone_path,
    override_path,
    prefer_path,
    requirement_path,
)
from dealreg.policy.predicates import Fact
from dealreg.policy.stages import MissingRule, OthersStand, Tie, Unmet

__all__ = ["Succession", "all_counted", "needs", "period_refusals", "rounds", "succession"]

_OUTCOME: Final = "outcome"
_WON, _WON_BY = "is_won", "won_by"
_UNSAID: Final = "unsaid"
_MOST_ROUNDS: Final = 1_000
"""How many may hold one after the other; each is a round over all that are left."""


def needs(contest: Contest, vocabulary: Vocabulary) -> Iterator[Refusal]:
    """What of a contest cannot be decided in turn."""
    benefit = contest.benefit

    def refused(node: str, stage: str, because: str) -> Refusal:
        return Refusal(benefit, node, contest_path(benefit, stage), because)

    yield from period_refusals(contest)
    if contest.window is not None:
        yield refused(type(contest.window).__name__, "window", "lets later ones come first")
    for milestone in contest.milestones:
        path = milestone_path(benefit, milestone.code)
        yield Refusal(benefit, "Milestone", path, "is due after it was decided")
    if contest.tie is not Tie.REGISTRATION_ID:
        yield refused("Tie", "tie", "leaves those of one instant to others than their ids")
    if contest.others.stand is OthersStand.WAITING or contest.others.reconsidered:
        yield refused("Others", "others", "keeps those who come in between in mind")
    yield from _others_say(contest)
    for path, fact in facts_of(contest):
        if any(each.name == "asked_at" for each in read_for(fact.name, vocabulary)):
            yield Refusal(benefit, "Fact", path, "asks at which instant it is decided")


def period_refusals(contest: Contest) -> Iterator[Refusal]:
    """What of the period of a contest cannot be decided in turn."""
    benefit, period = contest.benefit, contest.period
    path = contest_path(benefit, "period")
    if period is None:
        because = "states no period, so that nothing ever ends"
        yield Refusal(benefit, "Contest", path, because)
    elif period.starts != "submitted_at":
        because = f"starts at {period.starts}, not at `submitted_at`"
        yield Refusal(benefit, "Period", path, because)
    elif period.length.length == 0:
        yield Refusal(benefit, "Period", path, "has no length")


def _others_say(contest: Contest) -> Iterator[Refusal]:
    """What is left to another benefit, another rule, or a person."""
    benefit = contest.benefit
    for after in contest.after:
        path = contest_path(benefit, f"after[{after.benefit}]")
        yield Refusal(benefit, "HolderOf", path, "depends on another benefit")
    for override in contest.overrides:
        path = override_path(benefit, override.code)
        yield Refusal(benefit, "Override", path, "comes before time")
    for number, preference in enumerate(contest.prefer):
        if preference.missing is MissingRule.REFER:
            path = prefer_path(benefit, number)
            yield Refusal(benefit, type(preference).__name__, path, "is left to a person")
    for required in contest.requires:
        if Unmet.REFER in (required.if_false, required.if_unknown):
            path = requirement_path(benefit, required.code)
            yield Refusal(benefit, "Requirement", path, "is left to a person")


def rounds() -> Iterator[None]:
    """As many rounds as there may be.

    Raises:
        FactsError: one more is asked for.
    """
    yield from repeat(None, _MOST_ROUNDS)
    raise FactsError(
        f"in one conflict more than {_MOST_ROUNDS:,} registrations hold one after the other",
        place="submitted_at",
        hint="replay them as a history: `dealreg.history.Replay`",
    )


def all_counted(rows: Eager) -> None:
    """That there are no rows whose days a calendar cannot count.

    Raises:
        FactsError: there are.
    """
    if len(rows):
        name = rows["id"].min()
        raise FactsError(
            f"the dates of {shown(name)} are out of the range of calendars",
            place=str(name),
            value=name,
            hint="correct them, or leave it out",
        )


@attrs.frozen(eq=False)
class Succession:
    """A contest that is decided in turn."""

    keys: tuple[str, ...]
    contest: Lowered
    fields: tuple[str, ...]

    def rows(self, table: Lazy, columns: Columns) -> Lazy:
        """What each row is by itself: why it never takes part, when it counts, how it ranks."""
        import narwhals as nw

        one, status = self.contest, nw.col(columns.status_column)
        timed = {one.names.starts, one.names.ends}
        ended = status.is_in([STATUSES.index(each) for each in STATUSES if each in ENDED])
        table = columns.prepared(table, self.fields)
        submitted = columns.value(Fact("submitted_at"))
        ends = one.columns[one.names.ends]
        won = status == STATUSES.index(Status.WON)
        if "ended_at" in columns.schema:
            over, until = columns.instant("ended_at"), columns.free("dealreg_ends")
            was_live = ended & (over > submitted).fill_null(value=False)
            table = table.with_columns(
                nw.when(was_live)
                .then(nw.lit(STATUSES.index(Status.SUBMITTED)))
                .otherwise(status)
                .alias(columns.status_column),
                nw.when(was_live & (over < ends)).then(over).otherwise(ends).alias(until),
            )
            ends, won = nw.col(until), won & over.is_null()
        scope = one.contest.scope.keys
        return table.select(
            nw.col("registration_id").cast(nw.String).alias("id"),
            nw.col("partner_id").cast(nw.String).alias("who"),
            columns.malformed(self.fields).alias("bad"),
            *(
                columns.value(Fact(key)).alias(name)
                for key, name in zip(scope, self.keys, strict=True)
            ),
            submitted.alias("starts"),
            ends.alias("ends"),
            won.alias(_WON),
            any_of(columns.asking.unanswered()).alias(_UNSAID),
            *(expr.alias(name) for name, expr in one.columns.items() if name not in timed),
        )

    def decided(self, rows: Eager) -> Eager:
        """The rows with an outcome and a rival; who holds has its period, the others none."""
        import narwhals as nw

        names = self.contest.names
        rows = self._beside_won(rows)
        barred, returned = nw.col(names.barred), nw.col(names.returned)
        part = (barred == 0) & (returned == 0)
        all_counted(rows.filter(part & nw.col(_UNSAID)))
        left = parted(rows, self.keys, rows.select(part.alias("part"))["part"])
        never = left.aside.with_columns(
            nw.when(barred != 0).then(barred).otherwise(returned).alias(_OUTCOME),
            nw.col(_WON_BY).alias("rival"),
        )
        parts = [self._without(never)]
        waiting = left.rows
        order = (Rank("starts", nw.col("starts"), lowest=True), *self.contest.ranks)
        more = rounds()
        while len(waiting):
            next(more)
            holds = best(waiting, order, "id")
            parts.append(
                holds.with_columns(
                    nw.lit(self.contest.granted).cast(nw.Int16).alias(_OUTCOME),
                    nw.lit(None, dtype=nw.String).alias("rival"),
                )
            )
            waiting, refused = self._beside(waiting, holds)
            parts.append(self._without(refused))
        columns = ["id", "who", _OUTCOME, "rival", "starts", "ends"]
        return nw.concat([part.select(*columns) for part in parts])

    def _beside_won(self, rows: Eager) -> Eager:
        """The rows, barred where another has won the deal, nobody knows when (C-18).

        Where it is known when, it was live until then, and who came later wants something new.
        """
        import narwhals as nw

        one, barred = self.contest, self.contest.names.barred
        winners = rows.filter(nw.col(_WON))
        if not len(winners):
            return rows.with_columns(nw.lit(None, dtype=nw.String).alias(_WON_BY))
        keys = list(self.keys)
        winners = winners.select(*keys, nw.col("id").alias(_WON_BY), nw.col("starts").alias("won"))
        met = rows.select("id", "starts", *keys).join(winners, on=keys, how="inner")
        met = met.filter(nw.col("starts") >= nw.col("won"))
        first = met.group_by("id").agg(nw.col(_WON_BY).min())
        rows = rows.join(first, on="id", how="left")
        by_status = [n for n, each in enumerate(one.outcomes.values, 1) if each.clause == STATUS]
        over = ~nw.col(_WON_BY).is_null() & ~nw.col(barred).is_in(by_status)
        won = Outcome(StandingKind.DENIED, "OPPORTUNITY_WON", STATUS)
        return rows.with_columns(
            nw.when(over)
            .then(nw.lit(one.outcomes.number(won)))
            .otherwise(nw.col(barred))
            .cast(nw.Int16)
            .alias(barred),
            nw.when(over).then(nw.col(_WON_BY)).alias(_WON_BY),
        )

    def _without(self, rows: Eager) -> Eager:
        """Rows that never held, without a period."""
        import narwhals as nw

        none = nw.lit(None, dtype=nw.Datetime("us", "UTC"))
        return rows.with_columns(none.alias("starts"), none.alias("ends"))

    def _beside(self, waiting: Eager, holds: Eager) -> tuple[Eager, Eager]:
        """Who may still hold after the holders, and who came while they held."""
        import narwhals as nw

        names, one = self.contest.names, self.contest
        kept = [names.claimant, "starts", *(rank.name for rank in one.ranks)]
        holders = holds.select(
            CONFLICT,
            nw.col("id").alias("rival"),
            nw.col("ends").alias("until"),
            *(nw.col(name).alias(names.won(name)) for name in dict.fromkeys(kept)),
        )
        joined = waiting.join(holders, on=CONFLICT, how="left")
        joined = joined.filter(nw.col("id") != nw.col("rival"))
        later = nw.col("starts") >= nw.col("until")
        refused = joined.filter(~later).with_columns(self._told().alias(_OUTCOME))
        return joined.filter(later).select(*waiting.columns), self._once(refused)

    def _once(self, refused: Eager) -> Eager:
        """Of several of a partner of one instant, only the best lost to the holder (C-10)."""
        import narwhals as nw

        one, same = self.contest, self.contest.outcomes.number(self.contest.same)
        group = [CONFLICT, one.names.claimant, "starts"]
        lost = nw.col(_OUTCOME) != same
        behind = refused.filter(lost & ~nw.col(one.names.claimant).is_null())
        mains = best_of_several(behind, group, one)
        if mains is None:
            return refused
        second = lost & (nw.col("id") != nw.col("main")).fill_null(value=False)
        return refused.join(mains, on=group, how="left").with_columns(
            nw.when(second)
            .then(nw.lit(same))
            .otherwise(nw.col(_OUTCOME))
            .cast(nw.Int16())
            .alias(_OUTCOME),
            nw.when(second).then(nw.col("main")).otherwise(nw.col("rival")).alias("rival"),
        )

    def _told(self) -> Expr:
        """The number of the outcome of who came while another held."""
        import narwhals as nw

        one, names = self.contest, self.contest.names
        twice = (nw.col(names.claimant) == nw.col(names.won(names.claimant))).fill_null(value=False)
        held = Outcome(StandingKind.DENIED, one.contest.others.code, one.path("final_from"))
        cases = [
            (twice, nw.lit(one.outcomes.number(one.same))),
            (nw.col("starts") > nw.col(names.won("starts")), nw.lit(one.outcomes.number(held))),
        ]
        for rank, told in zip(one.ranks, one.told, strict=False):
            differ = ~same_value(nw.col(rank.name), nw.col(names.won(rank.name)))
            cases.append((differ, nw.lit(one.outcomes.number(told))))
        return chosen(cases, nw.lit(one.outcomes.number(one.told[-1]))).cast(nw.Int16())


def succession(contest: Contest, columns: Columns, fields: Sequence[str]) -> Succession:
    """A contest as one that is decided in turn."""
    import narwhals as nw

    one = lowered(contest, 0, columns, nw.col(columns.status_column), in_turn=True)
    keys = tuple(f"k{number}" for number in range(len(contest.scope.keys)))
    read = {*fields, *(fact.name for _, fact in facts_of(contest))}
    return Succession(keys, one, tuple(sorted(read)))

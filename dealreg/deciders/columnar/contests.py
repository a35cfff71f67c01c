"""A contest over a table: admission as one column, the winner of each conflict by grouping.

What happens seldom marks its row as odd, and the conflicts of odd rows are decided elsewhere: a
tie that a person or a share settles, an override that applies, a question for a person, a deal
that is won.
"""

from datetime import datetime
from typing import Any, Final

import attrs

from dealreg.deciders.columnar.columns import STATUSES, Columns
from dealreg.deciders.columnar.days import Ends, NextBucket, length_of
from dealreg.deciders.columnar.expressions import any_of, chosen
from dealreg.deciders.columnar.kinds import Expr
from dealreg.deciders.columnar.orders import Rank, ranks
from dealreg.deciders.columnar.outcomes import (
    Gain,
    Outcome,
    Register,
    ended_by,
)
from dealreg.deciders.columnar.truths import truth
from dealreg.facts.calendars import of_one_length
from dealreg.facts.records import LIVE, Status
from dealreg.facts.values import Span, Unit
from dealreg.outcome.decision import StandingKind
from dealreg.policy.clocks import LastDay, Milestone, Period
from dealreg.policy.contests import Contest
from dealreg.policy.paths import (
    after_path,
    contest_path,
    milestone_path,
    prefer_path,
    requirement_path,
)
from dealreg.policy.predicates import Fact
from dealreg.policy.stages import (
    Bucket,
    Grace,
    HeadStart,
    HolderOf,
    OthersStand,
    Unmet,
    Window,
)
from dealreg.policy.terms import Banded

__all__ = ["Lowered", "Names", "ends_of", "lowered"]


KINDS: Final = {Unmet.DENY: StandingKind.DENIED, Unmet.RETURN: StandingKind.RETURNED}
_SCOPE_UNKNOWN: Final = "SCOPE_UNKNOWN"


def _column(letter: str) -> Any:
    return attrs.field(
        init=False, default=attrs.Factory(lambda self: f"{letter}{self.number}", takes_self=True)
    )


@attrs.frozen
class Names:
    """The names of a contest's columns, all with its number, so that contests share a frame.

    Attributes:
        number: of the contest.
        claimant: who may hold only once; a column that contests share where it is the partner.
        barred, returned: why a row takes no part, or not yet, as the number of an outcome.
        clock, anchor: when a row counts as made, and the earliest of its conflict.
        closes: when the window closes that the earliest opens, where a calendar says it.
        starts, ends: its period.
        band, residual: the number of its band of rates, as a holder and beside one.
        holds, outcome, gain, until: what comes out.
        winner, rival, place: who holds, who mattered to it, its place in the queue.
    """

    number: int
    claimant: str = "who"
    barred: str = _column("a")
    returned: str = _column("b")
    clock: str = _column("c")
    starts: str = _column("s")
    ends: str = _column("e")
    band: str = _column("g")
    residual: str = _column("o")
    anchor: str = _column("f")
    closes: str = _column("z")
    holds: str = _column("h")
    outcome: str = _column("r")
    gain: str = _column("v")
    until: str = _column("u")
    rival: str = _column("x")
    place: str = _column("y")
    winner: str = _column("w")

    def won(self, name: str) -> str:
        """The column of what the winner of a row's conflict has in another column."""
        return f"{name}_w{self.number}"


@attrs.frozen(eq=False)
class Lowered:
    """A contest as columns over the rows of a table.

    Attributes:
        contest: the contest.
        names: of its columns.
        columns: what is computed for each row before anything is compared.
        ranks: the preferences.
        odd: which rows are for others to decide.
        outcomes, gains: what the numbers in the columns mean.
        at: the instant asked about.
        levels: how many levels the ladder of a head start has.
        closing: what to ask a calendar about when the window closes; None where it is arithmetic.
        after_one: whether only the one holder of another benefit takes part: then there is no
            contest.
        in_rounds: whether each row has a period, and what matters is when the winner's ends.
    """

    contest: Contest
    names: Names
    columns: dict[str, Expr]
    ranks: tuple[Rank, ...]
    odd: Expr
    outcomes: Register[Outcome]
    gains: Register[Gain]
    at: datetime
    levels: int
    closing: Ends | NextBucket | None
    after_one: bool
    in_rounds: bool = False

    def path(self, stage: str = "") -> str:
        """The place of a stage in the policy."""
        return contest_path(self.contest.benefit, stage)

    @property
    def granted(self) -> int:
        """The number of the outcome of a holder."""
        return self.outcomes.number(Outcome(StandingKind.GRANTED, "GRANTED", self.path()))

    @property
    def same(self) -> Outcome:
        """The outcome of a partner's second registration."""
        return Outcome(StandingKind.DENIED, "DUPLICATE_SAME_PARTNER", self.path("one_per"))

    @property
    def late(self) -> Outcome:
        """The outcome of who came after the window had closed."""
        return Outcome(self.behind, "OUTSIDE_WINDOW", self.path("window"))

    @property
    def behind(self) -> StandingKind:
        """How those stand that do not win."""
        waits = self.contest.others.stand is OthersStand.WAITING
        return StandingKind.WAITING if waits else StandingKind.DENIED

    @property
    def told(self) -> tuple[Outcome, ...]:
        """The outcomes of those in time that do not win: by each preference, or a tie."""
        code, benefit = self.contest.others.code, self.contest.benefit
        clauses = [prefer_path(benefit, number) for number in range(len(self.ranks))]
        return tuple(Outcome(self.behind, code, clause) for clause in (*clauses, self.path("tie")))

    def after(self, after: HolderOf) -> Outcome:
        """The outcome of who has not, or has, another benefit."""
        path = after_path(self.contest.benefit, after.benefit)
        return Outcome(StandingKind.DENIED, after.code, path)

    @property
    def lost(self) -> tuple[int, ...]:
        """The numbers of the outcomes of those that took part and did not win."""
        late = () if self.contest.window is None else (self.late,)
        return tuple(map(self.outcomes.number, (self.same, *late, *self.told)))


def lowered(
    contest: Contest,
    number: int,
    columns: Columns,
    status: Expr,
    *,
    after_one: bool = False,
    in_turn: bool = False,
) -> Lowered:
    """The columns of a contest; `status` is the column with each row's status.

    What is decided `in_turn` is decided when its period starts, which may be over by then.
    """
    import narwhals as nw

    names, outcomes, gains = Names(number), Register[Outcome](), Register[Gain]()
    if contest.one_per != "partner_id":
        names = Names(number, f"d{number}")
    order = ranks(contest.prefer, columns, f"q{number}_")
    made: dict[str, Expr] = {}
    over = nw.lit(value=False)
    if contest.period is not None:
        made |= _period(contest.period, columns, names)
        over = made[names.ends] <= (made[names.starts] if in_turn else nw.lit(columns.at))
    denied, returned, odd = _admission(contest, columns, status, outcomes, over)
    made[names.barred] = _first(denied)
    made[names.returned] = _first(returned)
    if contest.one_per != "partner_id":
        made[names.claimant] = columns.value(Fact(contest.one_per))
    for rank in order:
        made[rank.name] = rank.value
        if rank.asks is not None:
            odd.append(rank.asks)
    window = contest.window
    if window is not None:
        made[names.clock] = _clock(window, columns)
    made |= _bands(contest, columns, names)
    odd += [truth(each.when, columns).true for each in contest.overrides]
    if odd:
        odd = [(_first(denied) == 0) & any_of(odd)]
    odd.append(status == STATUSES.index(Status.WON))
    if contest.others.reconsidered:
        odd.append(status == STATUSES.index(Status.REJECTED))
    return Lowered(
        contest=contest,
        names=names,
        columns=made,
        ranks=order,
        odd=any_of(odd),
        outcomes=outcomes,
        gains=gains,
        at=columns.at,
        levels=len(columns.levels(window.ladder)) if isinstance(window, HeadStart) else 0,
        closing=_closing(window, columns),
        after_one=after_one,
    )


def _bands(contest: Contest, columns: Columns, names: Names) -> dict[str, Expr]:
    """By which of several bands the rate goes that it gives, and that of those who lose."""
    import narwhals as nw

    made: dict[str, Expr] = {}
    first = contest.gives[0].rate if contest.gives else None
    if isinstance(first, Banded):
        made[names.band] = _band(first, columns)
    others = contest.others
    if others.terms is not None:
        when = nw.lit(value=True) if others.when is None else truth(others.when, columns).true
        bands = nw.lit(0)
        if isinstance(others.terms.rate, Banded):
            bands = _band(others.terms.rate, columns)
        made[names.residual] = nw.when(when).then(bands).otherwise(nw.lit(-1)).cast(nw.Int16())
    return made


def _period(period: Period, columns: Columns, names: Names) -> dict[str, Expr]:
    starts = columns.value(Fact(period.starts))
    return {names.starts: starts, names.ends: ends_of(period, columns)}


def _closing(window: Window | None, columns: Columns) -> Ends | NextBucket | None:
    """What to ask a calendar about when a window closes; None where it is of one length."""
    match window:
        case Grace(length, _, name) if not of_one_length(length, columns.asking.calendar(name)):
            return Ends(length, columns.asking.calendar(name))
        case Bucket(unit, _, name) if (
            unit is not Unit.DAYS or columns.asking.calendar(name).zone != "UTC"
        ):
            return NextBucket(unit, columns.asking.calendar(name))
        case _:
            return None


def _first(cases: list[tuple[Expr, int]]) -> Expr:
    """The number of the first case that is so; 0 for none."""
    import narwhals as nw

    found = chosen([(test, nw.lit(number)) for test, number in cases], nw.lit(0))
    return found.cast(nw.Int16())


def _admission(
    contest: Contest,
    columns: Columns,
    status: Expr,
    outcomes: Register[Outcome],
    over: Expr,
) -> tuple[list[tuple[Expr, int]], list[tuple[Expr, int]], list[Expr]]:
    """Why a row takes no part: denials, then returns, each in order; and what a person judges.

    With where its period is `over`.
    """
    denied: list[tuple[Expr, int]] = []
    returned: list[tuple[Expr, int]] = []
    odd: list[Expr] = []
    unknown = Outcome(StandingKind.RETURNED, _SCOPE_UNKNOWN, contest_path(contest.benefit, "scope"))
    keys = [columns.value(Fact(key)).is_null() for key in contest.scope.keys]
    denied += [(key, outcomes.number(unknown)) for key in keys]
    denied += [
        (status == number, outcomes.number(ended_by(each)))
        for number, each in [(-1, None), *enumerate(STATUSES)]
        if each not in LIVE
    ]
    if contest.period is not None:
        path = contest_path(contest.benefit, "period")
        lapsed = Outcome(StandingKind.DENIED, contest.period.code, path)
        denied.append((over.fill_null(value=False), outcomes.number(lapsed)))
    for due in contest.milestones:
        missed = Outcome(StandingKind.DENIED, due.code, milestone_path(contest.benefit, due.code))
        denied.append((_missed(due, columns), outcomes.number(missed)))
    for required in contest.requires:
        found = truth(required.that, columns)
        path = requirement_path(contest.benefit, required.code)
        for test, unmet in ((found.false, required.if_false), (found.unknown, required.if_unknown)):
            if unmet is Unmet.REFER:
                odd.append(test)
                continue
            number = outcomes.number(Outcome(KINDS[unmet], required.code, path))
            (denied if unmet is Unmet.DENY else returned).append((test, number))
    return denied, returned, odd


def _missed(milestone: Milestone, columns: Columns) -> Expr:
    """Whether a milestone was due by now at the latest, and not met in time."""
    import narwhals as nw

    due = final = ends_of(milestone, columns)
    if milestone.grace is not None:
        final = ends_of(milestone, columns, milestone.grace)
        if milestone.agreed is not None:
            agreed = (columns.value(Fact(milestone.agreed)) < due).fill_null(value=False)
            final = nw.when(agreed).then(final).otherwise(due)
    met = (columns.value(Fact(milestone.met)) < final).fill_null(value=False)
    return (final <= nw.lit(columns.at)).fill_null(value=False) & ~met


def ends_of(clock: Period | Milestone, columns: Columns, length: Span | None = None) -> Expr:
    """When a clock of a registration runs out, after its own length or another."""
    import narwhals as nw

    length, calendar = length or clock.length, columns.asking.calendar(clock.calendar)
    if clock.last_day is LastDay.MOMENT and of_one_length(length, calendar):
        return columns.value(Fact(clock.starts)) + nw.lit(length_of(length))
    return columns.asking.asked(clock.starts, Ends(length, calendar, clock.last_day))


def _clock(window: Window, columns: Columns) -> Expr:
    """When a row counts as made, less its head start."""
    import narwhals as nw

    clock = columns.value(window.clock)
    if not isinstance(window, HeadStart):
        return clock
    steps = columns.value(window.ladder).fill_null(0)
    step, levels = length_of(window.length), len(columns.levels(window.ladder))
    moved = [(steps == n, clock - nw.lit(n * step)) for n in range(1, levels)]
    return chosen(moved, clock)


def _band(rate: Banded, columns: Columns) -> Expr:
    """The number of the first band that applies; the number of bands where none does."""
    import narwhals as nw

    cases = [(truth(band.when, columns).true, nw.lit(n)) for n, band in enumerate(rate.bands)]
    return chosen(cases, nw.lit(len(rate.bands))).cast(nw.Int16())

"""A contest over a table: admission as one column, the winner of each conflict by grouping.

What happens seldom marks its row as odd, and the conflicts of odd rows are decided elsewhere: a
tie that a person or a share settles, an override that applies, a question for a person, a deal
that is won.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, assert_never

import attrs

from dealreg.deciders.columnar.columns import STATUSES, Columns, chosen
from dealreg.deciders.columnar.kinds import Eager, Expr
from dealreg.deciders.columnar.orders import Rank, best, ranks
from dealreg.deciders.columnar.outcomes import (
    Gain,
    Outcome,
    Register,
    ended_by,
    gain,
    rates,
)
from dealreg.deciders.columnar.truths import truth
from dealreg.facts.records import LIVE, Status
from dealreg.facts.values import Span
from dealreg.outcome.decision import StandingKind
from dealreg.policy.contests import Contest
from dealreg.policy.paths import after_path, contest_path, prefer_path, requirement_path
from dealreg.policy.predicates import Fact
from dealreg.policy.stages import (
    Bucket,
    Grace,
    HeadStart,
    HolderOf,
    OthersStand,
    Tie,
    Unmet,
    Window,
)
from dealreg.policy.terms import Banded, FractionOfHolder, Terms

__all__ = ["Lowered", "Names", "decided", "lowered"]


KINDS: Final = {Unmet.DENY: StandingKind.DENIED, Unmet.RETURN: StandingKind.RETURNED}
_SCOPE_UNKNOWN: Final = "SCOPE_UNKNOWN"


@attrs.frozen
class Names:
    """The names of a contest's columns, all with its number, so that contests share a frame.

    Who may hold only once is in a column that they share where it is the partner.
    """

    number: int
    claimant: str = "who"

    def of(self, letter: str) -> str:
        """The column of that letter."""
        return f"{letter}{self.number}"

    barred = property(lambda self: self.of("a"))
    returned = property(lambda self: self.of("b"))
    clock = property(lambda self: self.of("c"))
    starts = property(lambda self: self.of("s"))
    ends = property(lambda self: self.of("e"))
    band = property(lambda self: self.of("g"))
    residual = property(lambda self: self.of("o"))
    anchor = property(lambda self: self.of("f"))
    holds = property(lambda self: self.of("h"))
    outcome = property(lambda self: self.of("r"))
    gain = property(lambda self: self.of("v"))
    until = property(lambda self: self.of("u"))
    rival = property(lambda self: self.of("x"))
    place = property(lambda self: self.of("y"))
    winner = property(lambda self: self.of("w"))

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

    @property
    def after_one(self) -> bool:
        """Whether only the holder of another benefit takes part: then there is no contest."""
        return any(after.holds for after in self.contest.after)

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


def lowered(contest: Contest, number: int, columns: Columns, status: Expr) -> Lowered:
    """The columns of a contest; `status` is the column with each row's status."""
    import narwhals as nw

    names, outcomes, gains = Names(number), Register[Outcome](), Register[Gain]()
    if contest.one_per != "partner_id":
        names = Names(number, names.of("d"))
    order = ranks(contest.prefer, columns, f"q{number}_")
    made: dict[str, Expr] = {}
    denied, returned, odd = _admission(contest, columns, status, outcomes, made, names)
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
    for each in contest.overrides:
        odd.append(truth(each.when, columns).true)
    takes_part = _first(denied) == 0
    marked = [takes_part & each for each in odd]
    whole = status == STATUSES.index(Status.WON)
    if others.reconsidered:
        whole = whole | (status == STATUSES.index(Status.REJECTED))
    for mark in marked:
        whole = whole | mark
    levels = len(columns.levels(window.ladder)) if isinstance(window, HeadStart) else 0
    return Lowered(contest, names, made, order, whole, outcomes, gains, columns.at, levels)


def _first(cases: list[tuple[Expr, int]]) -> Expr:
    """The number of the first case that is so; 0 for none."""
    import narwhals as nw

    found = nw.lit(0)
    for test, number in reversed(cases):
        found = nw.when(test).then(nw.lit(number)).otherwise(found)
    return found.cast(nw.Int16())


def _admission(
    contest: Contest,
    columns: Columns,
    status: Expr,
    outcomes: Register[Outcome],
    made: dict[str, Expr],
    names: Names,
) -> tuple[list[tuple[Expr, int]], list[tuple[Expr, int]], list[Expr]]:
    """Why a row takes no part: denials, then returns, each in order; and what a person judges."""
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
    denied += _lapsed(contest, columns, outcomes, made, names)
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


def _lapsed(
    contest: Contest,
    columns: Columns,
    outcomes: Register[Outcome],
    made: dict[str, Expr],
    names: Names,
) -> Iterator[tuple[Expr, int]]:
    import narwhals as nw

    period = contest.period
    if period is None:
        return
    starts = columns.value(Fact(period.starts))
    made[names.starts] = starts
    made[names.ends] = ends = starts + nw.lit(_length(period.length))
    path = contest_path(contest.benefit, "period")
    over = Outcome(StandingKind.DENIED, period.code, path)
    yield (ends <= nw.lit(columns.at)).fill_null(value=False), outcomes.number(over)


def _length(length: Span) -> timedelta:
    return timedelta(**{length.unit.value: length.length})


def _clock(window: Window, columns: Columns) -> Expr:
    """When a row counts as made, less its head start."""
    import narwhals as nw

    clock = columns.value(window.clock)
    if not isinstance(window, HeadStart):
        return clock
    steps = columns.value(window.ladder).fill_null(0)
    step, moved = _length(window.length), clock
    for level in range(1, len(columns.levels(window.ladder))):
        moved = nw.when(steps == level).then(clock - nw.lit(level * step)).otherwise(moved)
    return moved


def _band(rate: Banded, columns: Columns) -> Expr:
    """The number of the first band that applies; the number of bands where none does."""
    import narwhals as nw

    found = nw.lit(len(rate.bands))
    for number, band in reversed(list(enumerate(rate.bands))):
        test = truth(band.when, columns).true
        found = nw.when(test).then(nw.lit(number)).otherwise(found)
    return found.cast(nw.Int16())


def decided(frame: Eager, keys: Sequence[str], one: Lowered, others: dict[str, Names]) -> Eager:
    """The frame with the columns of what comes out of a contest; `others` are decided before."""
    import narwhals as nw

    names = one.names
    admitted = (nw.col(names.barred) == 0) & (nw.col(names.returned) == 0)
    for after in one.contest.after:
        held = nw.col(others[after.benefit].holds)
        admitted = admitted & (held if after.holds else ~held)
    if one.after_one:
        return _alone(frame, one, admitted, others)
    winners = _winners(frame.filter(admitted), keys, one)
    joined = frame.join(winners, on=list(keys), how="left")
    made = _contested(joined, one, admitted, others)
    if one.contest.tie is Tie.REGISTRATION_ID:
        return made
    return made.with_columns((nw.col("odd") | _tied(one, admitted)).alias("odd"))


def _tied(one: Lowered, admitted: Expr) -> Expr:
    """Whether a row is equal with the winner in all preferences, and of another partner."""
    names, window = one.names, one.contest.window
    equal = admitted & ~_col(names.holds)
    equal = equal & ~(_col(names.claimant) == _col(names.won(names.claimant))).fill_null(
        value=False
    )
    for rank in one.ranks:
        equal = equal & _same(_col(rank.name), _col(names.won(rank.name)))
    return equal if window is None else equal & ~_late(one, window)


def _winners(taking_part: Eager, keys: Sequence[str], one: Lowered) -> Eager:
    """For each conflict the winner, what it has in the columns asked for, and the anchor."""
    import narwhals as nw

    names, inside = one.names, taking_part
    kept = ["id", names.claimant, *(rank.name for rank in one.ranks)]
    if isinstance(one.contest.gives[0].rate if one.contest.gives else None, Banded):
        kept.append(names.band)
    window = one.contest.window
    inside = inside.select(*keys, *kept, *([names.clock] if window is not None else []))
    if window is not None:
        anchors = inside.group_by(*keys).agg(nw.col(names.clock).min().alias(names.anchor))
        inside = inside.join(anchors, on=list(keys), how="left")
        inside = inside.filter(~_late(one, window))
        kept.append(names.anchor)
    found = best(inside, keys, one.ranks, "id")
    renamed = {name: names.won(name) for name in kept} | {"id": names.winner}
    if window is not None:
        renamed[names.anchor] = names.anchor
    return found.select(*keys, *(nw.col(name).alias(renamed[name]) for name in kept))


def _late(one: Lowered, window: Window) -> Expr:
    """Whether a row that takes part comes too late; never null."""
    import narwhals as nw

    clock, anchor = nw.col(one.names.clock), nw.col(one.names.anchor)
    closes, included = _closing(anchor, window)
    late = clock > closes if included else clock >= closes
    return ~anchor.is_null() & (clock.is_null() | late.fill_null(value=False))


def _closing(anchor: Expr, window: Window) -> tuple[Expr, bool]:
    """When a window closes, and whether that instant still belongs to it."""
    import narwhals as nw

    match window:
        case Grace(length, _, _):
            return anchor + nw.lit(_length(length)), True
        case HeadStart():
            return anchor, True
        case Bucket():
            return anchor.dt.truncate("1d") + nw.lit(timedelta(days=1)), False
        case _:
            assert_never(window)


def _alone(frame: Eager, one: Lowered, admitted: Expr, others: dict[str, Names]) -> Eager:
    """At most one row of each conflict takes part: it holds."""
    import narwhals as nw

    names, window = one.names, one.contest.window
    made = frame.with_columns(admitted.alias(names.holds))
    if window is not None:  # it opens the window itself
        made = made.with_columns(nw.col(names.clock).alias(names.anchor))
    return _standing(made, one, admitted, others, [])


def _contested(frame: Eager, one: Lowered, admitted: Expr, others: dict[str, Names]) -> Eager:
    """Several of a conflict take part: all but the winner are late, or come behind it."""
    import narwhals as nw

    names = one.names
    winner = (nw.col("id") == nw.col(names.winner)).fill_null(value=False)
    made = frame.with_columns((admitted & winner).alias(names.holds))
    twice = nw.col(names.claimant) == nw.col(names.won(names.claimant))
    cases = [(twice.fill_null(value=False), _number(one, one.same))]
    if one.contest.window is not None:
        cases.append((_late(one, one.contest.window), _number(one, one.late)))
    for rank, told in zip(one.ranks, one.told, strict=False):
        differ = ~_same(nw.col(rank.name), nw.col(names.won(rank.name)))
        cases.append((differ, _number(one, told)))
    cases.append((_lit(value=True), _number(one, one.told[-1])))
    return _standing(made, one, admitted, others, [(admitted & test, n) for test, n in cases])


def _same(own: Expr, other: Expr) -> Expr:
    """Whether two values are equal; unknown ones are equal to each other."""
    return (own == other).fill_null(value=False) | (own.is_null() & other.is_null())


def _lit(value: Any) -> Expr:
    import narwhals as nw

    return nw.lit(value)


def _number(one: Lowered, outcome: Outcome) -> Expr:
    return _lit(one.outcomes.number(outcome))


def _standing(
    frame: Eager,
    one: Lowered,
    admitted: Expr,
    others: dict[str, Names],
    lost: list[tuple[Expr, Expr]],
) -> Eager:
    """The columns of what each row gets: an outcome, a gain, and until when it is provisional."""
    import narwhals as nw

    names, holds = one.names, nw.col(one.names.holds)
    barred, returned = nw.col(names.barred), nw.col(names.returned)
    cases = [(barred != 0, barred)]
    for after in one.contest.after:
        held = nw.col(others[after.benefit].holds)
        failed = _number(one, one.after(after))
        cases.append((~held if after.holds else held, failed))
    cases += [(returned != 0, returned), (holds, _lit(one.granted)), *lost]
    made = frame.with_columns(
        chosen(cases, _lit(0)).cast(nw.Int16()).alias(names.outcome),
        _gains(one, admitted).cast(nw.Int16()).alias(names.gain),
    )
    window = one.contest.window
    if window is None:
        return made
    inside = admitted & ~_late(one, window)
    last = nw.when(inside).then(_open_until(one, window))
    return made.with_columns(nw.when(last >= nw.lit(one.at)).then(last).alias(names.until))


def _open_until(one: Lowered, window: Window) -> Expr:
    """The last instant at which somebody may still come in time (C-7)."""
    closes, included = _closing(_col(one.names.anchor), window)
    if isinstance(window, HeadStart):
        return closes + _lit(max(one.levels - 1, 0) * _length(window.length))
    return closes if included else closes - _lit(timedelta(microseconds=1))


def _col(name: str) -> Expr:
    import narwhals as nw

    return nw.col(name)


def _gains(one: Lowered, admitted: Expr) -> Expr:
    """The number of what a row gets, as a holder or beside one."""
    contest, names = one.contest, one.names
    first = contest.gives[0] if contest.gives else Terms()
    whole = [one.gains.number(gain(first, each)) for each in rates(first.rate, None)]
    held = _of_band(whole, _col(names.band) if isinstance(first.rate, Banded) else None)
    cases = [(_col(names.holds), held)]
    others = contest.others.terms
    if others is not None and not one.after_one:
        less = [one.gains.number(gain(others, each)) for each in rates(others.rate, first.rate)]
        band: Expr | None = None
        if isinstance(others.rate, Banded):
            band = _col(names.residual)
        elif isinstance(others.rate, FractionOfHolder) and isinstance(first.rate, Banded):
            band = _col(names.won(names.band))
        twice = (_col(names.claimant) == _col(names.won(names.claimant))).fill_null(value=False)
        gets = admitted & (_col(names.residual) >= 0) & ~twice
        cases.append((gets, _of_band(less, band)))
    return chosen(cases, _lit(0))


def _of_band(numbers: Sequence[int], band: Expr | None) -> Expr:
    """One of several numbers, by the number of a band."""
    if band is None:
        return _lit(numbers[0])
    return chosen([(band == n, _lit(number)) for n, number in enumerate(numbers)], _lit(0))

"""What comes out of a contest: the winner of each conflict, and how each row stands beside it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, assert_never

from dealreg.deciders.columnar.contests import Lowered, Names
from dealreg.deciders.columnar.days import answers, length_of
from dealreg.deciders.columnar.expressions import all_of, chosen
from dealreg.deciders.columnar.kinds import Eager, Expr
from dealreg.deciders.columnar.orders import best
from dealreg.deciders.columnar.outcomes import (
    Outcome,
    gain,
    rates,
)
from dealreg.deciders.columnar.parting import CONFLICT
from dealreg.deciders.columnar.support import for_everybody
from dealreg.policy.stages import (
    Bucket,
    Grace,
    HeadStart,
    Tie,
    Window,
)
from dealreg.policy.terms import Banded, FractionOfHolder, Terms

__all__ = ["decided", "same_value", "without_part"]


def decided(frame: Eager, one: Lowered, others: dict[str, Names]) -> Eager:
    """The frame with the columns of what comes out of a contest; `others` are decided before."""
    import narwhals as nw

    names = one.names
    takes_part = [nw.col(names.barred) == 0, nw.col(names.returned) == 0]
    for after in one.contest.after:
        held = nw.col(others[after.benefit].holds)
        takes_part.append(held if after.holds else ~held)
    admitted = all_of(takes_part)
    if one.after_one:
        return _alone(frame, one, admitted, others)
    if for_everybody(one.contest):
        return _everybody(frame, one, admitted, others)
    winners = _winners(frame.filter(admitted), one)
    joined = frame.join(winners, on=CONFLICT, how="left")
    made = _contested(joined, one, admitted, others)
    if one.contest.tie is Tie.REGISTRATION_ID:
        return made
    return made.with_columns((nw.col("odd") | _tied(one, admitted)).alias("odd"))


def _tied(one: Lowered, admitted: Expr) -> Expr:
    """Whether a row is equal with the winner in all preferences, and of another partner."""
    names, window = one.names, one.contest.window
    twice = (_col(names.claimant) == _col(names.won(names.claimant))).fill_null(value=False)
    equal = [same_value(_col(rank.name), _col(names.won(rank.name))) for rank in one.ranks]
    in_time = [] if window is None else [~_late(one, window)]
    return all_of([admitted, ~_col(names.holds), ~twice, *equal, *in_time])


def _winners(taking_part: Eager, one: Lowered) -> Eager:
    """For each conflict the winner, what it has in the columns asked for, and the anchor."""
    import narwhals as nw

    names, inside = one.names, taking_part
    kept = ["id", names.claimant, *(rank.name for rank in one.ranks)]
    if isinstance(one.contest.gives[0].rate if one.contest.gives else None, Banded):
        kept.append(names.band)
    if one.in_rounds:
        kept.append(names.ends)
    window = one.contest.window
    inside = inside.select(CONFLICT, *kept, *([names.clock] if window is not None else []))
    if window is not None:
        anchors = inside.group_by(CONFLICT).agg(nw.col(names.clock).min().alias(names.anchor))
        inside = inside.join(_closed(anchors, one), on=CONFLICT, how="left")
        inside = inside.filter(~_late(one, window))
        kept += _of_window(one)
    found = best(inside, one.ranks, "id")
    renamed = {name: names.won(name) for name in kept} | {"id": names.winner}
    renamed |= {name: name for name in _of_window(one)}
    return found.select(CONFLICT, *(nw.col(name).alias(renamed[name]) for name in kept))


def _of_window(one: Lowered) -> list[str]:
    """The columns that say when the window of a conflict opens and closes."""
    names = one.names
    opens = [] if one.contest.window is None else [names.anchor]
    return opens if one.closing is None else [*opens, names.closes]


def _closed(rows: Eager, one: Lowered) -> Eager:
    """Rows with the beginning of their window, and where a calendar says when it closes, that."""
    if one.closing is None:
        return rows
    return rows.with_columns(answers(rows[one.names.anchor], one.closing).alias(one.names.closes))


def _late(one: Lowered, window: Window) -> Expr:
    """Whether a row that takes part comes too late; never null."""
    import narwhals as nw

    clock, anchor = nw.col(one.names.clock), nw.col(one.names.anchor)
    closes, included = _closing(one, window)
    late = clock > closes if included else clock >= closes
    return ~anchor.is_null() & (clock.is_null() | late.fill_null(value=False))


def _closing(one: Lowered, window: Window) -> tuple[Expr, bool]:
    """When a window closes, and whether that instant still belongs to it."""
    import narwhals as nw

    if one.closing is not None:
        return nw.col(one.names.closes), isinstance(window, Grace)
    anchor = nw.col(one.names.anchor)
    match window:
        case Grace(length, _, _):
            return anchor + nw.lit(length_of(length)), True
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
        made = _closed(made.with_columns(nw.col(names.clock).alias(names.anchor)), one)
    return _standing(made, one, admitted, others, [])


def _everybody(frame: Eager, one: Lowered, admitted: Expr, others: dict[str, Names]) -> Eager:
    """All who take part hold, each partner once: by its registration with the lowest id."""
    import narwhals as nw

    names = one.names
    claimant, first = nw.col(names.claimant), nw.col(names.winner)
    group = [CONFLICT, names.claimant]
    firsts = frame.filter(admitted & ~claimant.is_null()).group_by(*group)
    made = frame.join(firsts.agg(nw.col("id").min().alias(names.winner)), on=group, how="left")
    own = (first.is_null() | (nw.col("id") == first)).fill_null(value=False)
    made = made.with_columns((admitted & own).alias(names.holds))
    return _standing(made, one, admitted, others, [(admitted & ~own, _number(one, one.same))])


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
        differ = ~same_value(nw.col(rank.name), nw.col(names.won(rank.name)))
        cases.append((differ, _number(one, told)))
    cases.append((_lit(value=True), _number(one, one.told[-1])))
    return _standing(made, one, admitted, others, [(admitted & test, n) for test, n in cases])


def same_value(own: Expr, other: Expr) -> Expr:
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
    cases = [*_without_part(one, others), (holds, _lit(one.granted)), *lost]
    made = frame.with_columns(
        chosen(cases, _lit(0)).cast(nw.Int16()).alias(names.outcome),
        _gains(one, admitted).cast(nw.Int16()).alias(names.gain),
    )
    window = one.contest.window
    if window is None:
        return made
    if one.closing is not None:  # out of range: the reference says so
        unknown = admitted & ~_col(names.anchor).is_null() & _col(names.closes).is_null()
        made = made.with_columns((_col("odd") | unknown.fill_null(value=False)).alias("odd"))
    inside = admitted & ~_late(one, window)
    last = nw.when(inside).then(_open_until(one, window))
    return made.with_columns(nw.when(last >= nw.lit(one.at)).then(last).alias(names.until))


def without_part(frame: Eager, one: Lowered, others: dict[str, Names]) -> Eager:
    """The frame, of rows none of which takes part in a contest, with what comes out of it."""
    import narwhals as nw

    names, nothing = one.names, _lit(0)
    return frame.with_columns(_lit(value=False).alias(names.holds)).with_columns(
        chosen(_without_part(one, others), nothing).cast(nw.Int16()).alias(names.outcome),
        nothing.cast(nw.Int16()).alias(names.gain),
    )


def _without_part(one: Lowered, others: dict[str, Names]) -> list[tuple[Expr, Expr]]:
    """Why a row takes no part in a contest, with the numbers of the outcomes, in order."""
    barred, returned = _col(one.names.barred), _col(one.names.returned)
    cases = [(barred != 0, barred)]
    for after in one.contest.after:
        held = _col(others[after.benefit].holds)
        cases.append((~held if after.holds else held, _number(one, one.after(after))))
    return [*cases, (returned != 0, returned)]


def _open_until(one: Lowered, window: Window) -> Expr:
    """The last instant at which somebody may still come in time (C-7)."""
    closes, included = _closing(one, window)
    if isinstance(window, HeadStart):
        return closes + _lit(max(one.levels - 1, 0) * length_of(window.length))
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
    if others is not None and not one.after_one and not for_everybody(contest):
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

"""Several policies side by side on one history, by what programmes are judged by."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Any, Final

from dealreg.deciders.deciding import Externals
from dealreg.deciders.lowering import Rest
from dealreg.errors import UsageError, shown
from dealreg.impact.benefits import with_conflicts
from dealreg.impact.diffing import past_of
from dealreg.impact.editions import Rules, benefits_of, edition_refs, governing, last_of
from dealreg.impact.past import Found, Past, Progress, frames, given_rules
from dealreg.impact.sums import summed
from dealreg.outcome.impact import Absent, Reading
from dealreg.outcome.impact_series import Entrant, Score, Tournament, Win
from dealreg.outcome.references import reference_of
from dealreg.policy.policies import Policy

if TYPE_CHECKING:
    from polars import DataFrame

__all__ = ["SIZES", "tournament"]

SIZES: Final = (10_000, 50_000, 100_000, 500_000)
"""Where one size of opportunity ends and the next begins, if nothing else is asked for."""

_DAY: Final = 86_400_000_000
_MEASURES: Final = ("lapse rate", "days to award")


def tournament(
    policies: Mapping[str, Rules] | Sequence[Rules],
    history: Any,
    *,
    at: datetime | str | None = None,
    in_turn: str | None = None,
    sizes: Sequence[int] = SIZES,
    unknown: Iterable[str] = (),
    rest: Rest | str = Rest.COMPILED,
    externals: Externals | None = None,
    progress: Progress | None = None,
) -> Tournament:
    """Several policies side by side on one history.

    Args:
        policies: the policies or policy books by name; without names they are called by their
            versions, a book by its last.
        sizes: the amounts at which the next size of opportunity begins, ascending.
        history: a table, the path of Parquet files, or events, as `diff` takes them.
        at: as `diff` takes it.
        in_turn: the one benefit of a table that is decided as registrations came.
        unknown: fields that are not known of anybody, and have no column.
        rest: what becomes of rules that cannot be decided in columns.
        externals: for events, answers to the external questions of the rules.
        progress: called with a `Step` now and then.

    Raises:
        UsageError: there is no policy, or two are called alike.
        FactsErrors, MissingExtraError, PolicyErrors, UnreadableError: as `diff`.

    >>> from datetime import UTC
    >>> import polars as pl
    >>> from dealreg import Policy, contest, earliest, latest
    >>> def rules(order):
    ...     return Policy(programme="Example", contests=[contest("protection", order)])
    >>> table = pl.DataFrame({
    ...     "registration_id": ["R1", "R2", "R3"], "partner_id": ["Arbor", "Birch", "Arbor"],
    ...     "opportunity_id": ["O1", "O1", "O2"],
    ...     "submitted_at": [datetime(2026, 3, day, tzinfo=UTC) for day in (1, 2, 3)]})
    >>> found = tournament({"first": rules(earliest("submitted_at")),
    ...     "last": rules(latest("submitted_at"))}, table, at="2026-04-01T00:00Z")
    >>> [(each.name, str(each.scores[0].concentration)) for each in found.entrants]
    [('first', '1'), ('last', '1/2')]
    """
    named = _named(policies)
    past = past_of(
        history,
        list(named.values()),
        at=at,
        in_turn=in_turn,
        by=("tier",),
        unknown=unknown,
        rest=rest,
        externals=externals,
    )
    entrants, absent = [], list(_absent(past))
    for name, policy in named.items():
        found = past.found(policy, name, progress)
        versions = governing(policy, past)
        benefits = benefits_of(versions)
        only = getattr(past, "benefit", None)
        scores = [
            _score(benefit, versions, past, found, sizes)
            for benefit in benefits
            if only in (None, benefit)
        ]
        absent += found.absent
        entrants.append(
            Entrant(
                name=name,
                policy=reference_of(last_of(policy)),
                editions=edition_refs(policy),
                scores=scores,
            )
        )
    return Tournament(
        reading=past.reading,
        registrations=len(past.registrations),
        entrants=entrants,
        absent=tuple(dict.fromkeys(absent)),
    )


def _named(policies: Mapping[str, Rules] | Sequence[Rules]) -> dict[str, Rules]:
    if isinstance(policies, Mapping):
        named = {name: given_rules(each, name) for name, each in policies.items()}
    else:
        named = {}
        for number, each in enumerate(policies):
            version = last_of(given_rules(each, f"policies[{number}]")).version
            if version in named:
                raise UsageError(
                    f"two policies are of version {shown(version)}",
                    place="policies",
                    value=version,
                    hint="give them names, as in {'today': old, 'proposed': new}",
                )
            named[version] = each
    if not named:
        raise UsageError("there is no policy to measure", place="policies")
    return named


def _absent(past: Past) -> Iterable[Absent]:
    if past.reading is not Reading.REPLAYED:
        for each in _MEASURES:
            yield Absent(measure=each, because="it takes a history of events, and this is a table")
    columns = past.registrations.columns
    if "tier" not in columns:
        yield Absent(measure="wins by tier", because="the history has no column `tier`")
    if past.registrations["amount"].is_null().all():
        yield Absent(measure="wins by size", because="no registration states an amount")


def _score(
    benefit: str, versions: Sequence[Policy], past: Past, found: Found, sizes: Sequence[int]
) -> Score:
    pl = frames()
    awards = found.awards.filter(pl.col("benefit") == benefit)
    rows = awards.join(with_conflicts(benefit, versions, past), on="registration_id", how="left")
    held = rows.filter("granted")
    partners = rows.group_by("conflict").agg(pl.col("partner_id").n_unique().alias("n"))
    most, who = _most_at_once(held, past.reading)
    ended, lapsed = _lapsed(benefit, versions, found)
    blocked = found.blocked
    return Score(
        benefit=benefit,
        held=len(held),
        worth=summed(held),
        conflicts=len(partners),
        held_conflicts=held["conflict"].n_unique(),
        contested=len(partners.filter(pl.col("n") > 1)),
        referred=int(rows["referred"].sum()),
        blocked=None if blocked is None else len(blocked.filter(pl.col("benefit") == benefit)),
        concentration=_concentration(held),
        most_at_once=most,
        most_at_once_by=who,
        ended=ended,
        lapsed=lapsed,
        days_to_award=_days(benefit, past, found),
        wins=[
            *_wins(_ranked(rows, versions[-1].tiers), "tier"),
            *_wins(_sized(rows, sizes), "size"),
        ],
    )


def _concentration(held: "DataFrame") -> Fraction | None:
    """The sum of the squares of the partners' parts."""
    counts = held.group_by("partner_id").len()["len"].to_list()
    total = sum(counts)
    return Fraction(sum(each * each for each in counts), total * total) if total else None


def _most_at_once(held: "DataFrame", reading: Reading) -> tuple[int, str | None]:
    """The most that one partner holds at one time, and that partner."""
    pl = frames()
    if held.is_empty():
        return 0, None
    if reading is Reading.AS_OF:
        counts = held.group_by("partner_id").len().rename({"len": "open"})
    else:
        begins = held.select("partner_id", pl.col("starts").alias("at"), pl.lit(1).alias("step"))
        over = held.filter(pl.col("ends").is_not_null())
        ends = over.select("partner_id", pl.col("ends").alias("at"), pl.lit(-1).alias("step"))
        told = pl.concat([begins, ends]).sort("partner_id", "at", "step")  # ends come first
        told = told.with_columns(pl.col("step").cum_sum().over("partner_id").alias("open"))
        counts = told.group_by("partner_id").agg(pl.col("open").max())
    first = counts.sort(["open", "partner_id"], descending=[True, False]).row(0, named=True)
    return int(first["open"]), str(first["partner_id"])


def _lapsed(
    benefit: str, versions: Sequence[Policy], found: Found
) -> tuple[int | None, int | None]:
    """How many periods have ended, and how many of them ran out."""
    pl = frames()
    if found.periods is None:
        return None, None
    contests = filter(None, (each.contest(benefit) for each in versions))
    codes = sorted({each.period.code for each in contests if each.period is not None})
    over = found.periods.filter((pl.col("benefit") == benefit) & pl.col("until").is_not_null())
    return len(over), len(over.filter(pl.col("ended_by").is_in(codes)))


def _days(benefit: str, past: Past, found: Found) -> Fraction | None:
    """The median of days from submission until it is held for good."""
    pl = frames()
    if found.answered is None:
        return None
    own = found.answered.filter(pl.col("benefit") == benefit)
    both = own.join(past.registrations.select("registration_id", "submitted_at"), "registration_id")
    took = (both["answered"] - both["submitted_at"]).dt.total_microseconds().to_list()
    return Fraction(median(map(Fraction, took))) / _DAY if took else None


def _sized(rows: "DataFrame", sizes: Sequence[int]) -> "DataFrame":
    """Rows with the size of what they are about, and its place among the sizes."""
    pl = frames()
    amount = pl.col("amount")
    place = sum((amount >= Decimal(each)).cast(pl.Int64) for each in sizes) + pl.lit(0, pl.Int64)
    labels = [f"below {sizes[0]:,}"] if sizes else ["any size"]
    labels += [f"{begin:,} to {end:,}" for begin, end in pairwise(sizes)]
    labels += [f"{each:,} and more" for each in sizes[-1:]]
    words = pl.Series(labels, dtype=pl.String)
    made: DataFrame = rows.with_columns(place.alias("order"))
    size = words.gather(made["order"].fill_null(0)).alias("size")
    known = made["amount"].is_not_null()
    made = made.with_columns(pl.when(known).then(size).alias("size"))
    currencies = made.filter(known)["currency"].drop_nulls().unique().to_list()
    if len(currencies) > 1:  # sizes of different currencies do not compare
        made = made.with_columns(pl.concat_str("size", "currency", separator=" ").alias("size"))
    return made


def _ranked(rows: "DataFrame", ladder: Sequence[str]) -> "DataFrame":
    """Rows with the place of their tier on the ladder."""
    pl = frames()
    if "tier" not in rows.columns:
        return rows
    order = pl.col("tier").replace_strict(
        list(ladder), list(range(len(ladder))), default=len(ladder), return_dtype=pl.Int64
    )
    made: DataFrame = rows.with_columns(order.alias("order"))
    return made


def _wins(rows: "DataFrame", by: str) -> Iterable[Win]:
    pl = frames()
    if by not in rows.columns or rows[by].is_null().all():
        return
    counts = rows.group_by(by).agg(
        pl.col("granted").sum().cast(pl.Int64), pl.len().alias("of"), pl.col("order").min()
    )
    ordered = counts.sort(pl.col(by).is_null(), "order", by)
    for value, held, of in ordered.select(by, "granted", "of").iter_rows():
        yield Win(by=by, value=value, held=held, of=of)

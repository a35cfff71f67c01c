"""One benefit under two policies: who holds it, what moves, who gains and who loses."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from dealreg.facts.values import Money
from dealreg.impact.past import SEPARATOR, Found, Past, conflict_keys, frames
from dealreg.impact.sums import first_amounts, moved_worth, summed
from dealreg.outcome.comparison import ChangeKind
from dealreg.outcome.impact import Handover, Held, Moved, Shift
from dealreg.policy.policies import Policy

if TYPE_CHECKING:
    from polars import DataFrame

__all__ = ["Benefit", "with_conflicts"]

_TERMS: Final = ("label", "percent", "share", "starts", "ends")
_MOVES: Final = (ChangeKind.GAINED, ChangeKind.LOST, ChangeKind.CHANGES_HANDS)


def with_conflicts(benefit: str, policies: Sequence[Policy], past: Past) -> "DataFrame":
    """The registrations, each with its conflict; one that is in none with nobody is its own."""
    pl = frames()
    keys = conflict_keys(benefit, policies, past.registrations.columns)
    alone = pl.concat_str(pl.lit("\x1e"), "registration_id")
    conflict = pl.concat_str(keys, separator=SEPARATOR) if keys else pl.lit(None, pl.String)
    made: DataFrame = past.registrations.with_columns(
        pl.coalesce(conflict, alone).alias("conflict")
    )
    return made


class Benefit:
    """One benefit, under both policies."""

    def __init__(
        self, benefit: str, policies: Sequence[Policy], past: Past, before: Found, after: Found
    ) -> None:
        pl = frames()
        self.benefit = benefit
        of = with_conflicts(benefit, policies, past)
        rows = _beside(_of(before, benefit), _of(after, benefit))
        self.rows = rows.join(of, on="registration_id", how="left")
        gained = pl.col("granted_new") & ~pl.col("granted")
        lost = pl.col("granted") & ~pl.col("granted_new")
        self.changes = self.rows.with_columns(gained=gained, lost=lost).filter(gained | lost)
        self.conflicts = _conflicts(self.rows)

    def held(self) -> Held:
        """Who holds it under each."""
        pl = frames()
        rows = self.rows

        def conflicts(column: str) -> int:
            return rows.filter(pl.col(column))["conflict"].n_unique()

        return Held(
            benefit=self.benefit,
            old=int(rows["granted"].sum()),
            new=int(rows["granted_new"].sum()),
            old_worth=summed(rows.filter("granted")),
            new_worth=summed(rows.filter("granted_new")),
            old_conflicts=conflicts("granted"),
            new_conflicts=conflicts("granted_new"),
            old_referred=int(rows["referred"].sum()),
            new_referred=int(rows["referred_new"].sum()),
        )

    def moved(self) -> Iterator[Moved]:
        """The conflicts that fare otherwise, by the kind of change."""
        pl = frames()
        for kind in ChangeKind:
            if kind.value not in self.conflicts.columns:
                continue
            those = self.conflicts.filter(pl.col(kind.value))
            if len(those):
                yield Moved(
                    benefit=self.benefit, kind=kind, conflicts=len(those), worth=summed(those)
                )

    def shifts(self, by: str, most: int) -> Iterator[Shift]:
        """Who gains and who loses, by one property; those who move most first."""
        pl = frames()
        told = ("gained", "lost", "amount", "currency")
        rows = self.changes.select(pl.col(by).alias("value"), *told)
        if isinstance(rows.schema["value"], pl.List):
            rows = rows.explode("value", empty_as_null=True, keep_nulls=True)
        counts = rows.group_by("value").agg(
            pl.col("gained").sum().cast(pl.Int64), pl.col("lost").sum().cast(pl.Int64)
        )
        counts = counts.with_columns(all=pl.col("gained") + pl.col("lost"))
        counts = counts.sort(["all", "value"], descending=[True, False], nulls_last=True)
        first = counts.head(most)
        worth = moved_worth(rows.join(first.select("value"), on="value", nulls_equal=True))
        for value, gained, lost in first.select("value", "gained", "lost").iter_rows():
            got, gone = worth.get(value, ((), ()))
            yield self._shift(by, value, (gained, lost), (got, gone))
        rest = counts.slice(most)
        if len(rest):
            others = rows.join(rest.select("value"), on="value", nulls_equal=True)
            got, gone = summed(others.filter("gained")), summed(others.filter("lost"))
            both = (int(rest["gained"].sum()), int(rest["lost"].sum()))
            yield self._shift(by, None, both, (got, gone), others=len(rest))

    def _shift(
        self,
        by: str,
        value: str | None,
        counts: tuple[int, int],
        worth: tuple[Any, Any],
        others: int = 0,
    ) -> Shift:
        return Shift(
            benefit=self.benefit,
            by=by,
            value=value,
            others=others,
            gained=counts[0],
            lost=counts[1],
            gained_worth=worth[0],
            lost_worth=worth[1],
        )

    def handovers(self, most: int) -> list[Handover]:
        """The conflicts that are gained, lost or change hands, those worth most first."""
        pl = frames()
        moves = [each.value for each in _MOVES]
        rows = self.conflicts.filter(pl.any_horizontal(moves))
        rows = rows.sort(
            ["amount", "currency", "conflict"], descending=[True, False, False], nulls_last=True
        )
        if rows.is_empty():
            return []
        rows = rows.head(most)
        those = self.rows.join(rows.select("conflict"), on="conflict", how="semi")
        who = dict(those.select("registration_id", "partner_id").iter_rows())
        return [self._handover(row, who) for row in rows.iter_rows(named=True)]

    def _handover(self, row: dict[str, Any], who: dict[str, str]) -> Handover:
        kind = next(each for each in _MOVES if row[each.value])
        priced = row["amount"] is not None and row["currency"] is not None
        return Handover(
            benefit=self.benefit,
            kind=kind,
            conflict=row["conflict"].removeprefix("\x1e").split(SEPARATOR),
            old=row["old"],
            new=row["new"],
            old_partners=tuple(dict.fromkeys(who[each] for each in row["old"])),
            new_partners=tuple(dict.fromkeys(who[each] for each in row["new"])),
            worth=Money(row["amount"], row["currency"]) if priced else None,
        )


def _of(found: Found, benefit: str) -> "DataFrame":
    pl = frames()
    return found.awards.filter(pl.col("benefit") == benefit).select(
        "registration_id", "granted", "referred", *_TERMS
    )


def _beside(old: "DataFrame", new: "DataFrame") -> "DataFrame":
    """Each registration with what it gets under both."""
    pl = frames()
    rows = old.join(new, on="registration_id", how="full", coalesce=True, suffix="_new")
    flags = ("granted", "referred", "granted_new", "referred_new")
    other = [pl.col(name).ne_missing(pl.col(f"{name}_new")) for name in _TERMS]
    return rows.with_columns(
        *(pl.col(name).fill_null(value=False) for name in flags),
        pl.any_horizontal(other).alias("otherwise"),
    )


def _conflicts(rows: "DataFrame") -> "DataFrame":
    """Conflicts in which anything differs: who holds it, what happens, what it is worth."""
    pl = frames()
    held, holds = pl.col("granted"), pl.col("granted_new")
    both = held & holds
    differs = (held != holds) | (pl.col("referred") != pl.col("referred_new"))
    touched = rows.filter(differs | (both & pl.col("otherwise"))).select("conflict").unique()
    members = rows.join(touched, on="conflict", how="semi").sort("registration_id")
    made = members.group_by("conflict", maintain_order=True).agg(
        pl.col("registration_id").filter(held).alias("old"),
        pl.col("registration_id").filter(holds).alias("new"),
        (held == holds).all().alias("same"),
        pl.col("referred").any(),
        pl.col("referred_new").any(),
        (both & pl.col("otherwise")).any().alias("terms"),
    )
    before, after = pl.col("old").list.len() > 0, pl.col("new").list.len() > 0
    made = made.with_columns(
        gained=~before & after,
        lost=before & ~after,
        changes_hands=before & after & ~pl.col("same"),
        to_a_person=pl.col("referred_new") & ~pl.col("referred"),
        from_a_person=pl.col("referred") & ~pl.col("referred_new"),
        terms=pl.col("terms") & pl.col("same"),
    )
    return made.join(first_amounts(members), on="conflict", how="left").sort("conflict")

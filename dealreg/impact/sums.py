"""Amounts of money, added up by currency: exact, and never across currencies."""

from typing import TYPE_CHECKING

from dealreg.facts.values import Money
from dealreg.impact.past import frames

if TYPE_CHECKING:
    from polars import DataFrame

__all__ = ["first_amounts", "moved_worth", "summed"]


def summed(rows: "DataFrame") -> tuple[Money, ...]:
    """What rows are worth: one amount for each currency, in the order of the currencies.

    Rows without an amount, or without its currency, do not count.

    >>> import polars as pl
    >>> summed(pl.DataFrame({"amount": [5, 7, None], "currency": ["EUR", "EUR", "USD"]}))
    (Money(amount=Decimal('12'), currency='EUR'),)
    """
    pl = frames()
    stated = rows.select("amount", "currency").drop_nulls()
    sums = stated.group_by("currency").agg(pl.col("amount").sum()).sort("currency")
    return tuple(Money(amount, currency) for currency, amount in sums.iter_rows())


def moved_worth(
    rows: "DataFrame",
) -> dict[str | None, tuple[tuple[Money, ...], tuple[Money, ...]]]:
    """What is gained and what is lost, for each `value` of a property."""
    pl = frames()
    stated = rows.filter(pl.col("amount").is_not_null() & pl.col("currency").is_not_null())
    sums = stated.group_by("value", "currency", "gained").agg(pl.col("amount").sum())
    made: dict[str | None, tuple[list[Money], list[Money]]] = {}
    for value, currency, gained, amount in sums.sort("currency").iter_rows():
        made.setdefault(value, ([], []))[0 if gained else 1].append(Money(amount, currency))
    return {value: (tuple(got), tuple(gone)) for value, (got, gone) in made.items()}


def first_amounts(members: "DataFrame") -> "DataFrame":
    """What each conflict is worth: what its first registration that states an amount says."""
    pl = frames()
    stated = members.filter(pl.col("amount").is_not_null() & pl.col("currency").is_not_null())
    ordered = stated.sort("submitted_at", "registration_id", nulls_last=True)
    return ordered.unique("conflict", keep="first", maintain_order=True).select(
        "conflict", "amount", "currency"
    )

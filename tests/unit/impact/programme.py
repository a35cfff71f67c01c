"""A small programme and its year, as a table and as events."""

from datetime import UTC, datetime

import polars as pl

from dealreg import (
    Event,
    Facts,
    History,
    Partner,
    Policy,
    Tie,
    contest,
    earliest,
    field,
    highest,
    holder_of,
    money,
    period,
    requirement,
    within,
)

AT = "2026-12-31T00:00Z"


def rules(version="1", *stages, least="5000 EUR", bid="gold"):
    """Protection by the stages, and a special bid for its holder."""
    return Policy(
        programme="Northern",
        version=version,
        tiers=["silver", "gold"],
        contests=[
            contest(
                "protection",
                requirement("TOO_SMALL", field("amount") >= money(least)),
                *(stages or (earliest("submitted_at"),)),
            ),
            contest(
                "special_bid",
                holder_of("protection"),
                requirement("TIER_NOT_ENTITLED", field("tier") >= bid),
            ),
        ],
    )


OLD = rules()
NEW = rules("2", within("7 days"), highest("tier").then(earliest("submitted_at")))
LASTING = period("30 days", starts="submitted_at")
TURNS = Policy(
    programme="Northern",
    contests=[contest("protection", earliest("submitted_at"), Tie.REGISTRATION_ID, LASTING)],
)


def day(number, month=3):
    """A day of the year, at nine."""
    return datetime(2026, month, number, 9, tzinfo=UTC)


ROWS = [
    ("R1", "Arbor", "O-1", day(1), "silver", 90_000, ["vdi", "nas"]),
    ("R2", "Birch", "O-1", day(3), "gold", 80_000, ["vdi"]),
    ("R3", "Arbor", "O-2", day(5), "silver", 4_000, ["nas"]),
    ("R4", "Cedar", "O-2", day(9, 4), "gold", 6_000, ["nas"]),
    ("R5", "Cedar", "O-3", day(2, 5), "gold", None, None),
]
COLUMNS = (
    "registration_id",
    "partner_id",
    "opportunity_id",
    "submitted_at",
    "tier",
    "amount",
    "products",
)


def table():
    """The year as a table."""
    made = pl.DataFrame(ROWS, schema=COLUMNS, orient="row")
    return made.with_columns(currency=pl.lit("EUR"))


def history():
    """The year as events."""
    tiers = {"Arbor": "silver", "Birch": "gold", "Cedar": "gold"}
    events = [
        Event(
            event_id=name,
            kind="submitted",
            about=name,
            happened_at=at,
            facts={
                "partner_id": partner,
                "opportunity_id": deal,
                **({} if amount is None else {"amount": money(f"{amount} EUR")}),
                **({} if products is None else {"products": frozenset(products)}),
            },
        )
        for name, partner, deal, at, _, amount, products in ROWS
    ]
    partners = [Partner(partner_id=name, tier=tier) for name, tier in tiers.items()]
    return History(known=Facts(partners=partners), events=events)

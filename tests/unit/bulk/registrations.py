"""A table of registrations from a seed: conflicts of all sizes, one of them of half the rows."""

import random
from datetime import UTC, datetime, timedelta

import pyarrow as pa

from dealreg import (
    Policy,
    columnar,
    competing_on,
    contest,
    earliest,
    field,
    highest,
    holder_of,
    requirement,
    within,
)

AT = datetime(2026, 4, 1, tzinfo=UTC)
FIRST = earliest("submitted_at")
POLICY = Policy(
    programme="Bulk",
    tiers=["silver", "gold"],
    contests=[
        contest(
            "protection",
            competing_on("opportunity_id"),
            requirement("SMALL", field("quantity") >= 10),
            within("7 days"),
            highest("tier").then(FIRST),
        ),
        contest(
            "special_bid",
            competing_on("opportunity_id"),
            requirement("TIER", field("tier") >= "gold"),
            holder_of("protection"),
            FIRST,
        ),
    ],
)
READY = columnar(POLICY)


def registrations(rows, seed=1):
    """Rows in no order; some without an opportunity, some with a level that is none."""
    chance = random.Random(seed)
    begun = datetime(2026, 1, 1, tzinfo=UTC)
    made = []
    for number in range(rows):
        deal = chance.choice((0, chance.randrange(1, rows)))
        seconds = chance.randrange(80 * 24 * 3600)
        made.append(
            {
                "registration_id": f"R{number:06}",
                "partner_id": f"P{chance.randrange(50)}",
                "opportunity_id": None if chance.random() < 0.02 else f"O{deal}",
                "submitted_at": begun + timedelta(seconds=seconds),
                "tier": "lead" if chance.random() < 0.01 else chance.choice(("silver", "gold")),
                "quantity": chance.randrange(5, 500),
                "note": "not read",
            }
        )
    schema = pa.schema(
        [
            ("registration_id", pa.string()),
            ("partner_id", pa.string()),
            ("opportunity_id", pa.string()),
            ("submitted_at", pa.timestamp("us", tz="UTC")),
            ("tier", pa.string()),
            ("quantity", pa.int64()),
            ("note", pa.string()),
        ]
    )
    return pa.Table.from_pylist(made, schema=schema)


def in_order(table):
    """A table in the order of its first columns, as one chunk."""
    names = [name for name in ("benefit", "registration_id") if name in table.column_names]
    return table.sort_by([(name, "ascending") for name in names]).combine_chunks()

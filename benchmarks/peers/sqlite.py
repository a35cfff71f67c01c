"""SQLite, in memory: the whole policy as one statement, the registrations as its parameters."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from scenario import AT

from dealreg import Partner, Registration
from peers import Answer, Peer, flat

_COLUMNS = 9

_STATEMENT = """
WITH registration(place, id, status, submitted, tier, amount, kind, evidence, score) AS (
    VALUES {rows}
), ranked AS (
    SELECT *, CASE tier WHEN 'bronze' THEN 0 WHEN 'silver' THEN 1 WHEN 'gold' THEN 2
        WHEN 'platinum' THEN 3 END AS rank
    FROM registration
), judged AS MATERIALIZED (
    SELECT place, id, submitted, rank, score, CASE
        WHEN submitted > {at} THEN 'NOT_YET_SUBMITTED'
        WHEN status NOT IN ('submitted', 'under_review', 'approved', 'converted')
            THEN upper(status) END AS barrier,
    CASE WHEN rank < 1 THEN 'TIER_TOO_LOW' WHEN amount < 10000 THEN 'TOO_SMALL'
        WHEN kind <> 'net_new' THEN 'NOT_NEW'
        WHEN instr(evidence, '|meeting|') = 0 THEN 'NO_EVIDENCE' END AS unmet,
    CASE WHEN rank IS NULL THEN 'TIER_TOO_LOW' WHEN amount IS NULL THEN 'TOO_SMALL'
        WHEN kind IS NULL THEN 'NOT_NEW' WHEN evidence IS NULL THEN 'NO_EVIDENCE' END AS unclear
    FROM ranked
), able AS (
    SELECT * FROM judged WHERE coalesce(barrier, unmet, unclear) IS NULL
), opened AS MATERIALIZED (
    SELECT id, submitted + 604800 AS closes FROM able ORDER BY submitted, place LIMIT 1
), best AS MATERIALIZED (
    SELECT able.place, able.id, rank, score FROM able, opened WHERE submitted <= closes
    ORDER BY rank DESC, score DESC NULLS LAST, submitted, able.place LIMIT 1
)
SELECT
    CASE WHEN coalesce(barrier, unmet) IS NOT NULL THEN 'denied' WHEN unclear IS NOT NULL
        THEN 'returned' WHEN each.place = best.place THEN 'granted' ELSE 'denied' END,
    coalesce(barrier, unmet, unclear, CASE WHEN submitted > closes THEN 'OUTSIDE_WINDOW'
        WHEN each.place = best.place THEN 'GRANTED' ELSE 'DUPLICATE_OTHER_PARTNER' END),
    CASE WHEN coalesce(barrier, unmet, unclear) IS NULL AND each.place <> best.place
        THEN iif(submitted > closes, opened.id, best.id) END,
    CASE WHEN coalesce(barrier, unmet, unclear) IS NULL AND each.place <> best.place
        AND submitted <= closes THEN CASE WHEN each.rank <> best.rank THEN 0
            WHEN each.score IS NOT best.score THEN 1 ELSE 2 END END,
    iif(each.place = best.place AND each.rank >= 2, 'granted', 'denied'),
    CASE WHEN barrier IS NOT NULL THEN barrier WHEN each.rank < 2 THEN 'NOT_GOLD'
        WHEN each.place = best.place THEN 'GRANTED' ELSE 'NOT_HOLDER' END,
    CASE WHEN coalesce(barrier, unmet, unclear) IS NULL AND each.place <> best.place
        AND each.rank >= 2 THEN iif(submitted > closes, opened.id, best.id) END
FROM judged AS each LEFT JOIN opened LEFT JOIN best ORDER BY each.place
"""


@cache
def _statement(count: int) -> str:
    rows = ", ".join([f"({', '.join('?' * _COLUMNS)})"] * count)
    return _STATEMENT.format(rows=rows, at=int(AT.timestamp()))


def _form(
    registrations: Sequence[Registration], partners: Mapping[str, Partner]
) -> tuple[str, list[Any]]:
    given: list[Any] = []
    for row in flat(registrations, partners):
        evidence = row["evidence"]
        given += (
            row["place"],
            row["id"],
            row["status"],
            row["submitted"],
            row["tier"],
            row["amount"] if row["currency"] == "EUR" else None,
            row["kind"],
            None if evidence is None else f"|{'|'.join(evidence)}|",
            row["score"],
        )
    return _statement(len(registrations)), given


def _ready() -> Callable[[tuple[str, list[Any]]], list[Any]]:
    connection = sqlite3.connect(":memory:")
    connection.execute("PRAGMA temp_store = MEMORY")  # ten times as fast as its default
    return lambda given: connection.execute(*given).fetchall()


def _read(found: list[Any]) -> Answer:
    protection = [tuple(row[:4]) for row in found]
    special = [(row[4], row[5], row[6], None) for row in found]
    return protection, special


def peer() -> Peer:
    """SQLite. The statement is prepared once for each size of conflict, which is not timed."""
    return Peer(name="sqlite3", form=_form, ready=_ready, read=_read, explains=True)

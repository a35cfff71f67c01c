"""DuckDB by hand: SQL with grouped aggregates joined back, one statement for each stage."""

from pathlib import Path

import duckdb

from bulk.rows import AT

_JUDGED = f"""
CREATE TEMP TABLE judged AS
WITH read AS (
    SELECT registration_id, opportunity_id, submitted_at, score, opportunity_type AS kind, evidence,
        CASE tier WHEN 'bronze' THEN 0 WHEN 'silver' THEN 1 WHEN 'gold' THEN 2
            WHEN 'platinum' THEN 3 END AS rank,
        CASE WHEN amount_currency = 'EUR' THEN amount END AS euro,
        CASE WHEN submitted_at > TIMESTAMPTZ '{AT}' THEN 'NOT_YET_SUBMITTED'
            WHEN status NOT IN ('submitted', 'under_review', 'approved', 'converted')
                THEN upper(status) END AS barred
    FROM read_parquet($source)
)
SELECT registration_id, opportunity_id, submitted_at, rank, barred,
    CASE WHEN rank < 1 THEN 'TIER_TOO_LOW' WHEN euro < 10000 THEN 'TOO_SMALL'
        WHEN kind <> 'net_new' THEN 'NOT_NEW'
        WHEN NOT list_contains(evidence, 'meeting') THEN 'NO_EVIDENCE' END AS failed,
    CASE WHEN rank IS NULL THEN 'TIER_TOO_LOW' WHEN euro IS NULL THEN 'TOO_SMALL'
        WHEN kind IS NULL THEN 'NOT_NEW' WHEN evidence IS NULL THEN 'NO_EVIDENCE' END AS unclear,
    barred IS NULL AND failed IS NULL AND unclear IS NULL AS able,
    (rank * 8 + coalesce(score, 0)) * (1::BIGINT << 52) - epoch_us(submitted_at) AS key
FROM read
"""  # noqa: S608 - the instant is a constant

_AWARDED = """
WITH opening AS (
    SELECT opportunity_id, min(submitted_at) + INTERVAL 7 DAY AS closes,
        arg_min(registration_id, submitted_at) AS opened
    FROM {able} GROUP BY opportunity_id
), winning AS (
    SELECT opportunity_id, arg_max(registration_id, key) AS best,
        arg_max(submitted_at, key) AS won_at
    FROM {able} AS able JOIN opening USING (opportunity_id)
    WHERE submitted_at <= closes GROUP BY opportunity_id
)
SELECT * FROM opening JOIN winning USING (opportunity_id)
"""

_ANSWERS = """
COPY (
    WITH known AS (
        SELECT *, able AND registration_id = best AS wins, submitted_at > closes AS late,
            rank IS NULL OR rank >= 2 AS gold,
            CASE WHEN able AND registration_id <> best
                THEN CASE WHEN submitted_at > closes THEN opened ELSE best END END AS rival
        FROM ({settled})
    )
    SELECT registration_id, 'protection' AS benefit,
        CASE WHEN wins THEN 'granted' WHEN barred IS NULL AND failed IS NULL
            AND unclear IS NOT NULL THEN 'returned' ELSE 'denied' END AS kind,
        coalesce(barred, failed, unclear, CASE WHEN wins THEN 'GRANTED'
            WHEN late THEN 'OUTSIDE_WINDOW' ELSE 'DUPLICATE_OTHER_PARTNER' END) AS code,
        rival AS winner, CASE WHEN wins THEN 10.0::DOUBLE END AS rate
    FROM known
    UNION ALL
    SELECT registration_id, 'special_bid', CASE WHEN wins AND gold THEN 'granted' ELSE 'denied' END,
        coalesce(barred, CASE WHEN NOT gold THEN 'NOT_GOLD' WHEN wins THEN 'GRANTED'
            ELSE 'NOT_HOLDER' END),
        CASE WHEN gold THEN rival END, NULL
    FROM known
) TO '{target}' (FORMAT parquet)
"""


def _connection(source: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("SET preserve_insertion_order = false; SET TimeZone = 'UTC'")
    connection.execute(_JUDGED, {"source": str(source)})
    return connection


def one_shot(source: Path, target: Path) -> None:
    """All registrations of an opportunity against each other."""
    connection = _connection(source)
    awarded = _AWARDED.format(able="(SELECT * FROM judged WHERE able)")
    settled = f"SELECT * FROM judged LEFT JOIN ({awarded}) USING (opportunity_id)"  # noqa: S608
    connection.execute(_ANSWERS.format(settled=settled, target=target))


def with_periods(source: Path, target: Path) -> None:
    """Round after round: who is submitted after the end of a protection competes anew."""
    connection = _connection(source)
    connection.execute("""
        CREATE TEMP TABLE remaining AS SELECT * FROM judged WHERE able;
        CREATE TEMP TABLE settled AS SELECT *, NULL::TIMESTAMPTZ AS closes,
            NULL::VARCHAR AS opened, NULL::VARCHAR AS best FROM judged WHERE NOT able
    """)
    while connection.execute("SELECT count(*) FROM remaining").fetchall()[0][0]:
        awarded = _AWARDED.format(able="remaining")
        connection.execute(f"""
            CREATE OR REPLACE TEMP TABLE joined AS
            SELECT remaining.*, closes, opened, best,
                submitted_at >= won_at + INTERVAL 90 DAY AS over
            FROM remaining JOIN ({awarded}) USING (opportunity_id);
            INSERT INTO settled SELECT * EXCLUDE over FROM joined WHERE NOT over;
            CREATE OR REPLACE TEMP TABLE remaining AS
            SELECT * EXCLUDE (closes, opened, best, over) FROM joined WHERE over
        """)  # noqa: S608
    connection.execute(_ANSWERS.format(settled="SELECT * FROM settled", target=target))

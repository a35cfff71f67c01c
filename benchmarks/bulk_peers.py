"""How long does a table take, next to queries written by hand for that one policy?

From one Parquet file to another: everything of an opportunity at once, and with protection
periods. Everybody runs in a Python of its own, taking turns, and says the CPU time of all its
threads, the time that went by, and the most memory it had; imports are not counted. First all
that was written is compared, row by row, and a sample of opportunities with the reference.

    python benchmarks/bulk_peers.py [--rows 1000000 10000000] [--rounds 5]
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
from bulk import COLUMNS, NAMES, PROTECTED, decider
from bulk.rows import AT, write_rows
from results import most_memory, printed, save
from scenario import priced

from dealreg import Decision, Facts, Money, Partner, Registration, Status, decide

MODES = ("one_shot", "with_periods")
SAMPLED = 400


def main() -> None:
    """Check, measure, print the table and keep it."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 10_000_000])
    asked.add_argument("--rounds", type=int, default=5)
    asked.add_argument("--run", nargs=4, help=argparse.SUPPRESS)
    arguments = asked.parse_args()
    if arguments.run:
        _run(*arguments.run)
        return
    found: list[dict[str, Any]] = []
    with TemporaryDirectory() as folder:
        for rows in arguments.rows:
            source = Path(folder) / f"{rows}.parquet"
            _in_own_python("rows", str(rows), str(source), "")
            for mode in MODES:
                found += _measured(mode, rows, source, arguments.rounds)
                save("bulk_peers", found)
    print(printed(found))
    import_module("plots").draw_bulk(found)


def _measured(mode: str, rows: int, source: Path, rounds: int) -> Iterator[dict[str, Any]]:
    """Everybody takes turns; the first turn is checked."""
    times: dict[str, list[dict[str, float]]] = {name: [] for name in NAMES}
    for number in range(rounds):
        targets = {name: source.with_suffix(f".{name}") for name in NAMES}
        for name, target in targets.items():
            times[name].append(_in_own_python(name, mode, str(source), str(target)))
        if not number:
            _compare(list(targets.values()))
            _compare_with_reference(mode, rows, source, targets[NAMES[0]])
    floor = min(each["cpu"] for each in times[NAMES[0]])
    for name in NAMES:
        cpu = [each["cpu"] for each in times[name]]
        yield {
            "rows": rows,
            "how": mode,
            "who": name,
            "CPU s, least": min(cpu),
            "CPU s, median": statistics.median(cpu),
            "s, least": min(each["wall"] for each in times[name]),
            "of Polars, CPU": min(cpu) / floor,
            "of Polars, time": min(each["wall"] for each in times[name])
            / min(each["wall"] for each in times[NAMES[0]]),
            "peak MB": max(each["peak"] for each in times[name]),
        }


def _in_own_python(*what: str) -> dict[str, float]:
    said = subprocess.run(
        [sys.executable, __file__, "--run", *what], check=True, capture_output=True, text=True
    )
    made: dict[str, float] = json.loads(said.stdout)
    return made


def _run(name: str, mode: str, source: str, target: str) -> None:
    """What is done in a Python of its own."""
    if name == "rows":
        write_rows(int(mode), Path(source))
        print("{}")
        return
    called = getattr(decider(name), mode)
    cpu, wall = time.process_time(), time.perf_counter()
    called(Path(source), Path(target))
    said = {
        "cpu": time.process_time() - cpu,
        "wall": time.perf_counter() - wall,
        "peak": most_memory(),
    }
    print(json.dumps(said))


def _compare(targets: list[Path]) -> None:
    """All wrote the same rows, in whatever order."""
    names = ", ".join(COLUMNS)
    first, *others = [f"SELECT {names} FROM read_parquet('{target}')" for target in targets]  # noqa: S608
    for other in others:
        assert len(duckdb.sql(first)) == len(duckdb.sql(other))
        different = duckdb.sql(f"FROM ({first} EXCEPT ALL {other}) LIMIT 5").fetchall()
        assert not different, different


def _compare_with_reference(mode: str, rows: int, source: Path, target: Path) -> None:
    """The reference says the same of some opportunities, chosen by their names."""
    at = datetime.fromisoformat(AT)
    opportunities = duckdb.sql(f"""
        SELECT list(registration ORDER BY registration.registration_id) AS registrations
        FROM read_parquet('{source}') AS registration
        WHERE hash(opportunity_id) % {max(1, rows // 200_000)} = 0 GROUP BY opportunity_id
        HAVING count(*) BETWEEN 2 AND 60 ORDER BY hash(opportunity_id) LIMIT {SAMPLED}
    """).fetchall()  # noqa: S608
    wanted = []
    for (members,) in opportunities:
        records = [_record(row) for row in members]
        wanted += _by_reference(records, at, again=mode == "with_periods")
    assert len(opportunities) == SAMPLED
    names = ", ".join(COLUMNS)
    ids = tuple({each[0] for each in wanted})
    written = duckdb.execute(
        f"SELECT {names} FROM read_parquet('{target}') WHERE registration_id IN ?",  # noqa: S608
        [ids],
    ).fetchall()
    assert sorted(written, key=str) == sorted(wanted, key=str)


def _record(row: Mapping[str, Any]) -> tuple[Registration, Partner]:
    amount = row["amount"]
    registration = Registration(
        registration_id=row["registration_id"],
        partner_id=row["partner_id"],
        opportunity_id=row["opportunity_id"],
        submitted_at=row["submitted_at"],
        status=Status(row["status"]),
        opportunity_type=row["opportunity_type"],
        amount=None if amount is None else Money(amount, row["amount_currency"]),
        evidence=row["evidence"],
        score=row["score"],
    )
    return registration, Partner(partner_id=row["partner_id"], tier=row["tier"])


def _by_reference(
    records: list[tuple[Registration, Partner]], at: datetime, *, again: bool
) -> Iterator[tuple[Any, ...]]:
    """The rows that the reference would write, round after round where there are periods."""
    while records:
        facts = Facts(
            registrations=[registration for registration, _ in records],
            partners=[partner for _, partner in records],
        )
        decision = decide(priced(), facts, at=at)
        end = _end(decision, records) if again else None
        over = [each for each in records if end and each[0].submitted_at >= end]
        competing = {each[0].registration_id for each in over}
        competing &= {
            s.registration_id
            for s in decision.standings
            if s.code in {"OUTSIDE_WINDOW", "DUPLICATE_OTHER_PARTNER"}
        }
        for s in decision.standings:
            if s.registration_id not in competing:
                gets = None if s.entitlement is None else s.entitlement.percent
                rate = None if gets is None else float(gets)
                yield s.registration_id, s.benefit, s.kind.value, s.code, s.rival, rate
        records = [each for each in over if each[0].registration_id in competing]


def _end(decision: Decision, records: list[tuple[Registration, Partner]]) -> datetime | None:
    for s in decision.standings:
        if s.benefit == "protection" and s.kind.value == "granted":
            won = next(r for r, _ in records if r.registration_id == s.registration_id)
            return won.submitted_at + PROTECTED
    return None


if __name__ == "__main__":
    main()

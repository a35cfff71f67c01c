"""What does the worst policy of n parts cost over a table, and does the cost grow faster than it?

A policy is lowered to expressions, which a library then looks through before it computes anything:
over two rows nearly all the work is that. `python benchmarks/hostile_tables.py 1000`: for each
shape and engine, CPU seconds at that size, how they grew from a quarter of it, and the most memory
of the process so far. Words behind the size choose shapes, which are those of `hostile_growth.py`
that columns decide.
"""

import math
import resource
import sys
import time
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
from hostile_growth import AT, RAISED, SHAPES

from dealreg import Policy, columnar
from dealreg.wire import policy_from_toml

SHAPES_HERE = (
    "requirements",
    "preferred rules",
    "bands above bands",
    "levels, each asked for",
    "alternatives side by side",
    "not one of many",
    "contests",
)
LIMITED = {
    "alternatives side by side": 500,
    "bands above bands": 500,
    "levels, each asked for": 256,
    "contests": 500,
}
VALUES: dict[str, list[Any]] = {
    "text": ["a", "b"],
    "ordinal": ["v1", "v0"],
    "text_set": [["a"], ["b"]],
}


def table(policy: Policy) -> pa.Table:
    """Two rows with a value in every column that a policy reads."""
    begun = datetime(2026, 3, 2, 9, tzinfo=UTC)
    columns: dict[str, Any] = {
        "registration_id": ["R1", "R2"],
        "partner_id": ["P1", "P2"],
        "opportunity_id": ["O", "O"],
        "submitted_at": pa.array([begun, begun], pa.timestamp("us", tz="UTC")),
        "currency": ["EUR", "EUR"],
    }
    for name in columnar(policy).fields:
        field = policy.vocabulary().get(name)
        if name not in columns and field is not None:
            columns[name] = VALUES.get(field.type.value, [1, 2])
    return pa.table(columns)


def seconds(shape: str, size: int, engine: str) -> float:
    """CPU seconds from the policy to the standings."""
    policy = policy_from_toml(SHAPES[shape](size), limits=RAISED)
    rows = table(policy)
    begun = time.process_time()
    columnar(policy).standings(rows, at=AT, engine=engine)
    return time.process_time() - begun


def main(size: int, shapes: list[str]) -> None:
    """Print a row for each shape and engine."""
    for engine in ("polars", "duckdb"):
        seconds("requirements", 10, engine)  # what is loaded on first use
    sys.stdout.write("| shape | parts | engine | CPU s | growth | MB so far |\n")
    sys.stdout.write("|---|---|---|---|---|---|\n")
    for shape in shapes:
        most = min(size, LIMITED.get(shape, size))
        for engine in ("polars", "duckdb"):
            small, large = seconds(shape, most // 4, engine), seconds(shape, most, engine)
            growth = math.log(large / small, 4)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            sys.stdout.write(
                f"| {shape} | {most:,} | {engine} | {large:.2f} | n^{growth:.2f} | {peak:,} |\n"
            )
            sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:] or list(SHAPES_HERE))

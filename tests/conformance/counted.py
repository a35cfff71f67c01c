"""What the long runs print in the end: how many of what kind, and how long it took."""

import sys
import time
from collections import Counter


def print_counts(counted: Counter[str], begun: float) -> None:
    """Print a table, of a run without a difference that began at an instant of `time.monotonic`."""
    lines = ["| | |", "|---|---|"]
    lines += [f"| {name} | {number:,} |" for name, number in sorted(counted.items())]
    lines += ["", f"{time.monotonic() - begun:,.0f} s, no difference", ""]
    sys.stdout.write("\n".join(lines))

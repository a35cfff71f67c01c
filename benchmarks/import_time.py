"""How long does starting with `dealreg` take, beside the libraries it stands on?

Each line is a fresh Python that imports and nothing else; its CPU time within Python, without the
start of the interpreter. The lines take turns, so that a busy moment hits them all.
"""

import statistics
import subprocess
import sys

RUNS = 31
BASE = "import attrs, dateutil"
LINES = [
    BASE,
    "import attrs, dateutil.relativedelta, dateutil.rrule, dateutil.tz",
    "import dealreg",
    "from dealreg import decide",
    "from dealreg import decide; import dealreg.clauses, dealreg.wire, dealreg.rendering",
]
TIMED = "import time; begun = time.process_time(); {line}; print(time.process_time() - begun)"


def once(line: str) -> float:
    """The milliseconds that one fresh Python takes for the line."""
    command = [sys.executable, "-c", TIMED.format(line=line)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(done.stdout) * 1000


def main() -> None:
    """Print the table."""
    for line in LINES:
        once(line)  # writes what can be kept of the compiled modules
    times: dict[str, list[float]] = {line: [] for line in LINES}
    for _ in range(RUNS):
        for line in LINES:
            times[line].append(once(line))
    base = statistics.median(times[BASE])
    print("| | ms, median | ms, least | of the first line |\n|---|---|---|---|")
    for line, taken in times.items():
        median = statistics.median(taken)
        print(f"| `{line}` | {median:.1f} | {min(taken):.1f} | {median / base:.2f} |")


if __name__ == "__main__":
    main()

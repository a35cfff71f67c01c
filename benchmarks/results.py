"""Where the tables that a run measured are kept, and how they are printed."""

import json
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

__all__ = ["FOLDER", "cpu_time", "load", "most_memory", "printed", "save"]

FOLDER = Path(__file__).parent / "results"
_WHOLE = 100


def save(name: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep a table, as JSON."""
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.json").write_text(f"{json.dumps(rows, indent=1)}\n", encoding="utf-8")


def load(name: str) -> list[dict[str, Any]] | None:
    """A table that was kept, if it was."""
    path = FOLDER / f"{name}.json"
    if not path.exists():
        return None
    made: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return made


def most_memory() -> float:
    """The most memory that this process and those it started have had, in MB, as Linux tells it."""
    return sum(_most_memory(status) for status in _of_processes("status"))


def cpu_time() -> float:
    """The CPU time, in seconds, of this process and those it started that still run."""
    ticks = 0
    for stat in _of_processes("stat")[1:]:
        user, system = stat.rpartition(")")[2].split()[11:13]
        ticks += int(user) + int(system)
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


def _of_processes(name: str) -> list[str]:
    """A file of this process, then of those it started."""
    started = Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii").split()
    return [Path(f"/proc/{each}/{name}").read_text("utf-8") for each in ("self", *started)]


def _most_memory(status: str) -> float:
    for line in status.splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("the system does not tell the most memory that a process had")


def printed(rows: Sequence[Mapping[str, Any]]) -> str:
    """A table in Markdown."""
    names = list(rows[0])
    lines = [names, ["---"] * len(names), *([_cell(row[name]) for name in names] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case float() if value < _WHOLE:
            return f"{value:.2f}" if value < _WHOLE / 10 else f"{value:.1f}"
        case float() | int():
            return f"{value:,.0f}"
        case _:
            return str(value)

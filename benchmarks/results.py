"""Where the tables that a run measured are kept, and how they are printed."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

__all__ = ["FOLDER", "load", "most_memory", "printed", "save"]

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
    """The most memory that this process had since it began, in MB: Linux alone tells it."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
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

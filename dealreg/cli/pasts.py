"""Histories that policies are measured on: Parquet files, or events that are replayed."""

import csv
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import attrs
import click
from rich.progress import BarColumn, SpinnerColumn, TaskID, TextColumn
from rich.progress import Progress as Bar

from dealreg.cli.histories import Asked, asked, history_options
from dealreg.cli.inputs import at_instant
from dealreg.cli.rejected import csv_cell
from dealreg.cli.terminal import errors_console
from dealreg.errors import UsageError
from dealreg.impact import Step

__all__ = ["Measured", "measured", "past_options", "print_csv", "watched_steps"]

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS = (
    click.option(
        "--at",
        metavar="INSTANT",
        help="Parquet: the instant to decide as of; events: the last that counts; or `now`.",
    ),
    click.option(
        "--in-turn",
        metavar="BENEFIT",
        help="Parquet: decide this benefit as registrations came, from period to period.",
    ),
    click.option(
        "--unknown",
        metavar="FIELD",
        multiple=True,
        help="Parquet: a field that is not known of anybody, and has no column. May be repeated.",
    ),
)


def past_options(command: F) -> F:
    """Add the options that say which history is meant, and how it is read."""
    command = history_options(command)
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@attrs.frozen
class Measured:
    """A history, and the arguments that go with it.

    Attributes:
        history: the path of Parquet files, or a history of events.
        how: further arguments, as `dealreg.impact.diff` takes them.
        loaded: what reading tables of events left over; None where there were none.
    """

    history: Any
    how: Mapping[str, Any]
    loaded: Asked | None

    def tell(self) -> bool:
        """Tell what was not taken; whether that is to end the command with another code."""
        return self.loaded is not None and self.loaded.tell()


def measured(
    policy: str,
    history: str | None,
    *,
    at: str | None,
    in_turn: str | None,
    unknown: Sequence[str],
    **tables: Any,
) -> Measured:
    """The history that a command line names.

    Raises:
        UsageError: it names none, or two.
        DealregError: whatever is wrong with one of its files.
    """
    when = None if at is None else at_instant(at)
    how: dict[str, Any] = {"at": when, "in_turn": in_turn, "unknown": unknown}
    events = tables["events"] is not None or tables["registrations"] is not None
    if history is None:
        found = asked(policy, **tables)
        return Measured(found.history, {**how, "externals": found.answers}, found)
    if events:
        raise UsageError(
            "two histories are named",
            place="HISTORY",
            value=history,
            hint="give Parquet files, or --events and --registrations",
        )
    path = Path(history)
    if path.suffix.lower() != ".parquet" and not path.is_dir():
        raise UsageError(
            "it is neither a Parquet file nor a folder of them",
            place="HISTORY",
            value=history,
            hint=f"name a table of events by --events {history}, of registrations with their "
            f"dates by --registrations {history}",
        )
    if tables["answers"] is not None:
        raise UsageError(
            "Parquet files take no answers to external questions",
            place="--answers",
            value=tables["answers"],
            hint="name events by --events, or registrations with their dates by --registrations",
        )
    if when is None:
        raise UsageError(
            "it is not said as of when the registrations are decided",
            place="--at",
            hint="give --at, as in --at 2026-03-01T09:00Z",
        )
    return Measured(path, how, None)


@contextmanager
def watched_steps() -> Iterator[Callable[[Step], None] | None]:
    """How far it has come, on standard error; on a terminal only."""
    console = errors_console()
    if not console.is_terminal:
        yield None
        return
    counted = TextColumn("{task.completed:,} of {task.total:,}")
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), counted)
    tasks: dict[str, TaskID] = {}
    with Bar(*columns, console=console, transient=True) as bar:

        def tell(step: Step) -> None:
            if step.doing not in tasks:
                tasks[step.doing] = bar.add_task(step.doing, total=step.total)
            bar.update(tasks[step.doing], completed=step.done)

        yield tell


def print_csv(rows: Iterable[Mapping[str, Any]]) -> None:
    """Rows as CSV on standard output, with one line of names before them."""
    writer: Any = None
    for row in rows:
        if writer is None:
            writer = csv.writer(sys.stdout, lineterminator="\n")
            writer.writerow(row)
        writer.writerow([csv_cell("" if value is None else value) for value in row.values()])

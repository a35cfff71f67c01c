"""`dealreg bulk`: Parquet files of registrations, decided part by part into others."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final

import click
from rich.progress import BarColumn, SpinnerColumn, TaskID, TextColumn
from rich.progress import Progress as Bar

from dealreg.bulk import InFiles, Progress, Stage, decide_files
from dealreg.cli.exits import Exit
from dealreg.cli.inputs import at_instant, is_not, load_policy, unusable
from dealreg.cli.terminal import errors_console, print_text
from dealreg.deciders.lowering import columnar
from dealreg.errors import UsageError
from dealreg.facts.instants import iso
from dealreg.policy.policies import Policy

__all__ = ["bulk"]


@click.command(short_help="Decide Parquet files of any size, part by part.")
@click.argument("policy")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCES...")
@click.option(
    "--at",
    metavar="INSTANT",
    help="The instant to decide as of, with its zone, as in 2026-03-01T09:00Z; or `now`.",
)
@click.option("--out", metavar="FOLDER", help="The folder that is written.")
@click.option(
    "--parts",
    metavar="NUMBER",
    type=click.IntRange(min=1),
    help="In how many parts; else one for each quarter million rows.",
)
@click.option(
    "--unknown",
    metavar="FIELD",
    multiple=True,
    help="A field that is not known of anybody, and has no column. May be repeated.",
)
@click.option(
    "--rest",
    type=click.Choice(["refuse", "compiled"]),
    default="refuse",
    show_default=True,
    help="What becomes of rules that cannot be decided in columns.",
)
@click.option("--strict", is_flag=True, help="End with exit code 5 when rows were rejected.")
def bulk(
    policy: str,
    sources: tuple[str, ...],
    at: str | None,
    out: str | None,
    parts: int | None,
    unknown: tuple[str, ...],
    rest: str,
    strict: bool,
) -> Exit:
    """Decide the registrations in SOURCES, Parquet files or folders of them, by POLICY.

    Only one part of the rows is in memory at a time. Standings and rejected rows become Parquet
    files in folders of their own inside --out. A run that was stopped, however that came, goes on
    where it was: run the same command again.
    """
    if at is None or out is None:
        raise UsageError(
            "it is not said as of when" if at is None else "it is not said where to write",
            place="--at" if at is None else "--out",
            hint="give --at and --out, as in --at 2026-03-01T09:00Z --out decided",
        )
    when = at_instant(at)
    rules = load_policy(policy)
    if not isinstance(rules, Policy):
        raise is_not(rules, policy, "a policy: one edition of the book")
    ready = columnar(rules, rest)
    with _told() as tell:
        try:
            made = decide_files(
                ready, sources, out, at=when, unknown=unknown, parts=parts, progress=tell
            )
        except OSError as wrong:
            raise unusable(out, wrong, "check the folder and that you may write there") from None
    print_text(_said(made, out, when))
    return Exit.REJECTED if strict and made.set_aside else Exit.OK


def _said(made: InFiles, out: str, at: datetime) -> str:
    parts = len(made.standings)
    counted = f"{parts:,} part" if parts == 1 else f"{parts:,} parts"
    before = f", {made.resumed:,} of them from before" if made.resumed else ""
    return (
        f"Decided {made.rows:,} rows as of {iso(at)} in {counted}{before}; "
        f"{made.set_aside:,} rejected.\n"
        f"Standings are in {out}/standings, rejected rows in {out}/rejected.\n"
    )


_UNITS: Final = {Stage.PARTING: "rows", Stage.DECIDING: "parts"}


@contextmanager
def _told() -> Iterator[Callable[[Progress], None] | None]:
    """How far it has come, on standard error; on a terminal only."""
    console = errors_console()
    if not console.is_terminal:
        yield None
        return
    count = TextColumn("{task.completed:,} of {task.total:,} {task.fields[unit]}")
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), count)
    tasks: dict[Stage, TaskID] = {}
    with Bar(*columns, console=console, transient=True) as bar:

        def tell(so_far: Progress) -> None:
            stage = so_far.stage
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage, total=so_far.total, unit=_UNITS[stage])
            bar.update(tasks[stage], completed=so_far.done)

        yield tell

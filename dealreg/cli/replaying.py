"""Running a replay over a history, with a count on the terminal and what it tells in a file."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from dealreg.cli.gathering import watched
from dealreg.cli.histories import Asked
from dealreg.cli.inputs import unusable
from dealreg.facts.instants import iso
from dealreg.history import compare_outcomes, replay_into
from dealreg.outcome.disputes import Disputes
from dealreg.wire import to_json

__all__ = ["run", "run_long", "told_into"]


def run(
    asked: Asked,
    *,
    until: datetime | None,
    approves: str | None,
    out: str | None,
) -> Disputes:
    """Replay a history and compare it with the rules; what the replay tells goes to `out`.

    The one place where the command line runs events through the engine and keeps what it tells.
    """
    with (
        watched("replaying", len(asked.history.events), "events") as progress,
        told_into(out) as tell,
    ):
        return compare_outcomes(
            asked.rules,
            asked.history,
            until=until,
            externals=asked.answers,
            approves=approves,
            sink=tell,
            progress=progress,
        )


def run_long(asked: Asked, out: str, *, until: datetime | None, checkpoint: str, every: int) -> str:
    """Replay a history into a file, with checkpoints; what to say when it is done."""
    events = asked.history.events
    with watched("replaying", len(events), "events") as progress:
        try:
            ran = replay_into(
                asked.rules,
                events,
                out,
                known=asked.history.known,
                until=until,
                externals=asked.answers,
                checkpoint=checkpoint,
                every=every,
                progress=progress,
            )
        except OSError as wrong:
            raise unusable(out, wrong, "check the folder and that you may write there") from None
    begun = "Went on from the checkpoint" if ran.resumed else "Replayed from the beginning"
    end = "no event" if ran.until is None else f"decided up to {iso(ran.until)}"
    return f"{begun}: {ran.events:,} events, {ran.entries:,} lines written to {out}, {end}.\n"


@contextmanager
def told_into(name: str | None) -> Iterator[Callable[[Any], object] | None]:
    """What takes the entries of a replay, and writes each as a line of JSON; None without a file.

    Raises:
        UnreadableError: when the file cannot be written.
    """
    if name is None:
        yield None
        return
    try:
        file = Path(name).open("wb")  # noqa: SIM115 - closed below, whatever comes between
    except (OSError, ValueError) as wrong:
        raise unusable(name, wrong, "check the folder and that you may write there") from None
    with file:
        yield lambda entry: file.write(to_json(entry) + b"\n")

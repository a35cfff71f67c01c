"""Long replays: events from a stream, what is told into a file, stopping and going on (H-11).

What is told goes to the file as JSON Lines, in the order of time. At every checkpoint the file is
flushed, and the checkpoint notes how long it is and how many events were taken. Going on cuts the
file to that length and passes over those events: nothing is lost, nothing is told twice.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final

import attrs

from dealreg.deciders.deciding import Externals
from dealreg.errors import UnreadableError, shown
from dealreg.facts.case import Facts
from dealreg.facts.events import Event
from dealreg.facts.instants import instant
from dealreg.history.engine import Replay
from dealreg.outcome.checkpoint import Checkpoint
from dealreg.policy.policies import Policy, PolicyBook
from dealreg.wire.json_form import from_json, to_json
from dealreg.wire.putting import put

__all__ = ["Ran", "replay_into", "told_in"]

_EVERY: Final = 1000
_LARGEST: Final = 1 << 40
"""A checkpoint is the library's own file: as large as the history makes it."""


@attrs.frozen(kw_only=True)
class Ran:
    """What a long replay came to.

    Attributes:
        events: how many events were taken from the source, those of earlier runs included.
        entries: how many entries were written in this run.
        until: the instant up to which everything is decided; None when there was no event.
        resumed: whether the run went on from a checkpoint.
    """

    events: int
    entries: int
    until: datetime | None
    resumed: bool


def replay_into(
    rules: Policy | PolicyBook,
    events: Iterable[Event],
    out: str | os.PathLike[str],
    *,
    known: Facts | None = None,
    until: datetime | str | None = None,
    externals: Externals | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    every: int = 100_000,
    progress: Callable[[int], object] | None = None,
) -> Ran:
    """Replay a stream of events, and write what there is to tell as JSON Lines.

    Memory grows with the registrations, not with the events. If the file `checkpoint` exists, the
    replay goes on from it; the source must give the same events again from the first.

    Args:
        rules: a policy, or a policy book.
        events: in the order in which they became known.
        out: the file for transitions, periods, notices, deadlocks and events set aside.
        known: partners, customers and opportunities as known before the first event.
        until: go on to this instant; to the last event if not given.
        externals: answers to the external questions that the rules ask.
        checkpoint: where to keep the checkpoint; None for none.
        every: after how many events a checkpoint is made.
        progress: called with the number of events so far, every thousand and at the end.

    Raises:
        PolicyErrors, FactsErrors, UsageError: as `Replay`; the checkpoint was made under other
            rules.
        UnreadableError: the checkpoint is damaged, or `out` is shorter than it says.

    >>> import tempfile
    >>> from dealreg import Policy, contest, earliest
    >>> policy = Policy(programme="Example", contests=[
    ...     contest("protection", earliest("submitted_at"))])
    >>> events = [
    ...     Event(event_id=name, kind="submitted", about=name, happened_at="2026-03-01T09:00Z",
    ...           facts={"partner_id": name, "opportunity_id": name}) for name in ("A", "B")]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ran = replay_into(policy, events, f"{folder}/told.jsonl")
    >>> ran.events, ran.entries
    (2, 2)
    """
    mark = _read(checkpoint)
    if mark is None:
        replay, taken, written = Replay(rules, known=known, externals=externals), 0, 0
    else:
        replay = Replay.resumed(rules, mark, externals=externals)
        taken, written = mark.taken, mark.written
    last = None if until is None else instant(until)
    entries = 0
    with _opened(out, written) as file:
        for event in islice(iter(events), taken, None):
            if last is not None and event.known_at > last:
                break
            replay.feed(event)
            taken += 1
            if taken % _EVERY == 0:
                entries += _tell(replay, file)
                if progress is not None:
                    progress(taken)
            if checkpoint is not None and taken % every == 0:
                entries += _tell(replay, file)
                _write(replay, file, taken, checkpoint)
        end = replay.finish() if last is None else last
        if last is not None:
            replay.advance(last)
        entries += _tell(replay, file)
        entries += _write_entries(replay.periods(), file)
        if progress is not None:
            progress(taken)
    return Ran(events=taken, entries=entries, until=end, resumed=mark is not None)


def _read(path: str | os.PathLike[str] | None) -> Checkpoint | None:
    if path is None or not Path(path).exists():
        return None
    made = from_json(Path(path).read_bytes(), place=str(path), largest=_LARGEST)
    if not isinstance(made, Checkpoint):
        raise UnreadableError(
            f"{shown(str(path))} is no checkpoint",
            place=str(path),
            hint="name the file that an earlier replay wrote, or remove it to begin anew",
        )
    return made


def _opened(out: str | os.PathLike[str], written: int) -> BinaryIO:
    """The file, cut to what was written when the checkpoint was made."""
    if not written:
        return Path(out).open("wb")
    size = Path(out).stat().st_size if Path(out).exists() else 0
    if size < written:
        raise UnreadableError(
            f"the file has {size} bytes, and the checkpoint says that {written} were written",
            place=str(out),
            value=size,
            hint="name the file of the replay that made the checkpoint, or begin anew",
        )
    file = Path(out).open("r+b")  # noqa: SIM115 - who asked for it closes it
    file.truncate(written)
    file.seek(written)
    return file


def _tell(replay: Replay, file: BinaryIO) -> int:
    return _write_entries(replay.drain(), file)


def _write_entries(entries: Iterable[object], file: BinaryIO) -> int:
    count = 0
    for count, entry in enumerate(entries, start=1):  # noqa: B007 - the count is what is wanted
        file.write(to_json(entry) + b"\n")
    return count


def _write(replay: Replay, file: BinaryIO, taken: int, checkpoint: str | os.PathLike[str]) -> None:
    """Make a checkpoint: first what it speaks of is on disk, then it replaces the last one."""
    file.flush()
    os.fsync(file.fileno())
    data = to_json(replay.checkpoint(taken=taken, written=file.tell()))
    with put(Path(checkpoint)) as made:
        made.write(data)


def told_in(path: str | os.PathLike[str]) -> Iterator[object]:
    """The entries of a file that `replay_into` wrote, one by one."""
    with Path(path).open("rb") as file:
        for number, line in enumerate(file, start=1):
            yield from_json(line, place=f"{path}: line {number}")

"""`dealreg state`: how everything stood at an instant, by what was known at another."""

from collections.abc import Iterable
from typing import Any

import attrs
import click

from dealreg.cli.exits import Exit
from dealreg.cli.gathering import times_option, watched
from dealreg.cli.histories import Asked, asked, history_options
from dealreg.cli.inputs import at_instant, write
from dealreg.cli.pages import summary_markdown
from dealreg.cli.summary import summary
from dealreg.cli.tables import print_summary
from dealreg.cli.terminal import print_json, print_line, print_text, printable
from dealreg.deciders.deciding import record as recorded
from dealreg.errors import UsageError
from dealreg.history.queries import replayed
from dealreg.outcome.record import Record
from dealreg.outcome.timeline import State
from dealreg.rendering.words import Clock, label
from dealreg.wire import to_json

__all__ = ["state"]


@click.command(short_help="Show how everything stood at an instant.")
@click.argument("policy")
@history_options
@click.option(
    "--at", metavar="INSTANT", help="The instant, with its zone, as in 2026-03-01T09:00Z; or `now`."
)
@click.option(
    "--known-at",
    metavar="INSTANT",
    help="By what was known then, if that is not the same instant.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "jsonl", "markdown"]),
    default="table",
    show_default=True,
    help="Tables for people; the state as JSON; one standing per line; Markdown.",
)
@click.option("--record", metavar="FILE", help="Write a record there, to explain or rerun it.")
@times_option
def state(
    policy: str,
    at: str | None,
    known_at: str | None,
    form: str,
    record: str | None,
    times_in: str,
    **how: Any,
) -> Exit:
    """Show how everything stood at an instant, by what was known then or at another.

    Known later: what would have been decided, had all been known. Known earlier: what comes of it
    if nothing else becomes known. What is held for good by POLICY stays held.
    """
    if at is None:
        raise UsageError(
            "as of which instant is not said",
            place="--at",
            hint="add --at 2026-03-01T09:00Z, or --at now",
        )
    when = at_instant(at)
    known = when if known_at is None else at_instant(known_at, "--known-at")
    found = asked(policy, **how)
    past, stands = _stood(found, when, known)
    if record is not None:
        write(record, to_json(past))
    _print(past, stands, form, times_in)
    return Exit.REJECTED if found.tell() else Exit.OK


def _stood(found: Asked, when: Any, known: Any) -> tuple[Record, State]:
    with watched("replaying", len(found.history.events), "events") as progress:
        replay = replayed(
            found.rules,
            found.history,
            at=when,
            known_at=known,
            externals=found.answers,
            progress=progress,
        )
        stands = attrs.evolve(replay.state(when), known_at=known)
        past = recorded(found.rules, replay.facts(), at=when, externals=found.answers)
    return past, stands


def _print(past: Record, stands: State, form: str, zone: str) -> None:
    match form:
        case "json":
            print_json(to_json(stands))
        case "jsonl":
            for standing in stands.standings:
                print_json(to_json(standing))
        case "markdown":
            print_text(summary_markdown(summary(past, zone)))
            print_text(
                "\n" + "\n".join(f"- {printable(each)}" for each in _pending(stands, zone)) + "\n"
            )
        case _:
            print_summary(summary(past, zone))
            for line in _pending(stands, zone):
                print_line(line)


_SHOWN_AT_MOST = 20
_WHAT = {"ends": "end of the period", "approved": "it counts as approved"}


def _pending(stands: State, zone: str) -> Iterable[str]:
    """The clocks that run next, and before when nothing changes."""
    clock = Clock(zone)
    for each in stands.pending[:_SHOWN_AT_MOST]:
        of = f", {label(each.benefit)}" if each.benefit else ""
        what = _WHAT.get(each.what, each.what)
        yield f"pending: {clock.instant(each.at)}, {each.registration_id}{of}: {what}"
    if len(stands.pending) > _SHOWN_AT_MOST:
        yield f"and {len(stands.pending) - _SHOWN_AT_MOST} more; --format json has all of them"
    if stands.next_change is None:
        yield "nothing changes without a new event"
    else:
        yield f"nothing changes before {clock.instant(stands.next_change)} without a new event"

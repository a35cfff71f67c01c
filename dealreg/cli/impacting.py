"""`dealreg diff`: what a change of policy would have done to a history."""

from typing import Any

import click

from dealreg.cli.exits import Exit
from dealreg.cli.gathering import times_option
from dealreg.cli.inputs import write
from dealreg.cli.pasts import measured, past_options, print_csv, rules_of, watched_steps
from dealreg.cli.terminal import print_json, print_page, print_text
from dealreg.impact import diff as differing
from dealreg.outcome.impact import Impact
from dealreg.rendering import report_impact, to_rows
from dealreg.wire import to_json

__all__ = ["diff"]

_TABLES = ("shifts", "moved", "held", "deadlocks", "handovers", "absent")


@click.command(short_help="Say what a change of policy would have done to a history.")
@click.argument("old")
@click.argument("new")
@click.argument("history", required=False)
@past_options
@click.option(
    "--by",
    metavar="FIELD",
    multiple=True,
    help="Tell gains and losses by this field. May be repeated.",
)
@click.option(
    "--most",
    metavar="NUMBER",
    type=click.IntRange(min=1),
    default=100,
    show_default=True,
    help="How many values of a field are told apart.",
)
@click.option(
    "--largest",
    metavar="NUMBER",
    type=click.IntRange(min=0),
    default=20,
    show_default=True,
    help="How many conflicts are named, those worth most.",
)
@click.option("--report", metavar="FILE", help="Write the report there: .md, .html, or .txt.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "markdown", "html", "json", "csv"]),
    default="text",
    show_default=True,
    help="The report; or what it found, as JSON, or one table of it as CSV.",
)
@click.option(
    "--table",
    type=click.Choice(_TABLES),
    default=_TABLES[0],
    show_default=True,
    help="Which table --format csv prints.",
)
@times_option
def diff(
    old: str,
    new: str,
    history: str | None,
    by: tuple[str, ...],
    most: int,
    largest: int,
    report: str | None,
    form: str,
    table: str,
    times_in: str,
    **how: Any,
) -> Exit:
    """Say what NEW in place of OLD would have done to a history.

    HISTORY is a Parquet file of registrations, or a folder of them; or events are named by
    --events, or registrations with their dates by --registrations, and replayed.
    """
    before, after = rules_of(old), rules_of(new)
    past = measured(old, history, **how)
    with watched_steps() as tell:
        found = differing(
            before,
            after,
            past.history,
            by=by or None,
            most=most,
            handovers=largest,
            progress=tell,
            **past.how,
        )

    def page(form: str) -> str:
        return report_impact(found, form=form, zone=times_in)  # type: ignore[arg-type]

    if report is not None:
        write(report, page(_form_of(report)).encode())
    _print(found, form, page, table)
    return Exit.REJECTED if past.tell() else Exit.OK


def _form_of(name: str) -> str:
    """The form of a report, by how the name of its file ends."""
    lower = name.lower()
    if lower.endswith((".html", ".htm")):
        return "html"
    return "markdown" if lower.endswith((".md", ".markdown")) else "text"


def _print(found: Impact, form: str, page: Any, table: str) -> None:
    match form:
        case "text":
            print_page(page)
        case "markdown" | "html":
            print_text(page(form))
        case "json":
            print_json(to_json(found))
        case _:
            print_csv(to_rows(getattr(found, table) or ()))

"""`dealreg resolve`: the main job. Policy and registrations in, a decision with reasons out."""

from typing import Any

import click

from dealreg.cli.deciding import decided, deciding_options
from dealreg.cli.exits import Exit
from dealreg.cli.gathering import facts_options, times_option
from dealreg.cli.inputs import write
from dealreg.cli.pages import summary_markdown
from dealreg.cli.rejected import say_rejects, write_rejects
from dealreg.cli.summary import summary
from dealreg.cli.tables import print_summary
from dealreg.cli.terminal import print_json, print_text
from dealreg.outcome.record import Record
from dealreg.wire import to_json

__all__ = ["resolve"]


@click.command(short_help="Decide who gets what, and say why.")
@click.argument("policy")
@click.argument("registrations")
@facts_options
@deciding_options
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "jsonl", "markdown"]),
    default="table",
    show_default=True,
    help="Tables for people; the decision as JSON; one standing per line; Markdown.",
)
@times_option
@click.option("--rejects", metavar="FILE", help="Write the rejected rows there, as CSV.")
@click.option("--record", metavar="FILE", help="Write the record there, to explain or rerun it.")
@click.option("--strict", is_flag=True, help="End with exit code 5 when rows were rejected.")
def resolve(
    policy: str,
    registrations: str,
    form: str,
    rejects: str | None,
    record: str | None,
    strict: bool,
    times_in: str,
    **how: Any,
) -> Exit:
    """Decide who gets what: POLICY applied to REGISTRATIONS, as of an instant.

    POLICY is a .toml or .json file; REGISTRATIONS a .csv, .jsonl or .json table. Either may be -
    for standard input. Rows that cannot be read are reported on standard error; the others are
    decided. A denial, a deadlock or a referral is an answer, and ends with exit code 0.
    """
    found = decided(policy, registrations, **how)
    if record is not None:
        write(record, to_json(found.record))
    if rejects is not None:
        write_rejects(rejects, found.loaded.rejects)
    _print(found.record, form, times_in)
    say_rejects(found.loaded)
    return Exit.REJECTED if strict and found.loaded.rejects else Exit.OK


def _print(record: Record, form: str, zone: str) -> None:
    match form:
        case "json":
            print_json(to_json(record.decision))
        case "jsonl":
            for standing in record.decision.standings:
                print_json(to_json(standing))
        case "markdown":
            print_text(summary_markdown(summary(record, zone)))
        case _:
            print_summary(summary(record, zone))

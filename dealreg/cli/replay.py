"""`dealreg replay`: a history through the rules, and how far people agreed with them."""

from pathlib import PurePath
from typing import Any

import click

from dealreg.cli.exits import Exit
from dealreg.cli.gathering import times_option
from dealreg.cli.histories import asked, history_options
from dealreg.cli.inputs import at_instant, write
from dealreg.cli.pasts import print_csv
from dealreg.cli.replaying import run, run_long
from dealreg.cli.terminal import print_json, print_page, print_text
from dealreg.errors import UsageError
from dealreg.outcome.disputes import Disputes
from dealreg.rendering import report_disputes, to_rows
from dealreg.wire import to_json

__all__ = ["replay"]


@click.command(short_help="Replay a history, and compare it with what people decided.")
@click.argument("policy")
@history_options
@click.option("--until", metavar="INSTANT", help="Go on to this instant; else to the last event.")
@click.option(
    "--approves",
    metavar="BENEFIT",
    help="The benefit that an approval is about, if not the first of the policy.",
)
@click.option("--out", metavar="FILE", help="Write all that the replay tells there, as JSON lines.")
@click.option(
    "--checkpoint",
    metavar="FILE",
    help="For long histories: write --out only, keep a checkpoint there, and go on from it.",
)
@click.option(
    "--every",
    metavar="NUMBER",
    type=click.IntRange(min=1),
    default=100_000,
    show_default=True,
    help="After how many events a checkpoint is made.",
)
@click.option("--report", metavar="FILE", help="Write the report there: .md, or .txt.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "markdown", "json", "jsonl", "csv"]),
    default="text",
    show_default=True,
    help="The report; or what it found, as JSON, one incident on a line, or CSV.",
)
@click.option(
    "--examples",
    metavar="NUMBER",
    type=click.IntRange(min=0),
    default=3,
    show_default=True,
    help="How many of each kind the report tells.",
)
@click.option("--for", "partner", metavar="PARTNER", help="The report for one partner only.")
@times_option
def replay(
    policy: str,
    until: str | None,
    approves: str | None,
    out: str | None,
    checkpoint: str | None,
    every: int,
    report: str | None,
    form: str,
    examples: int,
    partner: str | None,
    times_in: str,
    **how: Any,
) -> Exit:
    """Replay a history by POLICY, and compare it with what people decided.

    The history is a table of events, or of registrations with their dates. The report says how
    far recorded decisions agree with the rules, and what somebody should look at: deadlocks,
    overlapping approvals, periods that ran out unnoticed, late answers, ties.

    With --checkpoint a replay that was stopped, however that came, goes on where it was: run the
    same command again.
    """
    if partner is not None and form not in ("text", "markdown"):
        raise UsageError(
            "only the report can be for one partner",
            place="--for",
            value=partner,
            hint="leave out --for, or take --format text or markdown",
        )
    if checkpoint is not None and (out is None or report is not None):
        raise UsageError(
            "with a checkpoint the replay is written to a file, and makes no report",
            place="--checkpoint",
            value=checkpoint,
            hint="give --out, and no --report; a report is of a replay without a checkpoint",
        )
    found = asked(policy, **how)
    last = None if until is None else at_instant(until, "--until")
    if checkpoint is not None and out is not None:
        print_text(run_long(found, out, until=last, checkpoint=checkpoint, every=every))
        return Exit.REJECTED if found.tell() else Exit.OK
    disputes = run(found, until=last, approves=approves, out=out)

    def page(form: str) -> str:
        return report_disputes(
            disputes,
            form=form,  # type: ignore[arg-type]
            zone=times_in,
            examples=examples,
            partner_id=partner,
        )

    if report is not None:
        text = PurePath(report).suffix.lower() in (".txt", "")
        write(report, page("text" if text else "markdown").encode())
    _print(disputes, form, page, times_in)
    return Exit.REJECTED if found.tell() else Exit.OK


def _print(disputes: Disputes, form: str, page: Any, zone: str) -> None:
    match form:
        case "text":
            print_page(page)
        case "markdown":
            print_text(page("markdown"))
        case "json":
            print_json(to_json(disputes))
        case "jsonl":
            for incident in disputes.incidents:
                print_json(to_json(incident))
        case _:
            print_csv(to_rows(disputes, zone=zone))

"""`dealreg explain`: a decision in words, for one kind of reader."""

import json
from typing import Any

import click

from dealreg.cli.deciding import deciding_options
from dealreg.cli.exits import Exit
from dealreg.cli.gathering import facts_options, form_option, times_option
from dealreg.cli.recorded import record_of
from dealreg.cli.terminal import print_json, print_page, print_text
from dealreg.rendering import explain as explained

__all__ = ["explain"]


@click.command(short_help="Explain a decision to one kind of reader.")
@click.argument("source", metavar="RECORD|POLICY")
@click.argument("registrations", required=False)
@facts_options
@deciding_options
@click.option(
    "--audience",
    type=click.Choice(["auditor", "channel_manager", "partner"]),
    default="auditor",
    show_default=True,
    help="Who reads it. A partner is told nothing of others.",
)
@times_option
@click.option("--registration", metavar="ID", help="Only this one; needed for a partner.")
@form_option
def explain(
    source: str,
    registrations: str | None,
    audience: str,
    registration: str | None,
    form: str,
    times_in: str,
    **how: Any,
) -> Exit:
    """Explain a decision: why everybody stands as they do.

    Either give the RECORD that `dealreg resolve --record` wrote, or a POLICY and REGISTRATIONS
    with the options of `resolve`. Either may be - for standard input.
    """
    record = record_of(source, registrations, how)

    def told(form: str) -> Any:
        return explained(  # type: ignore[call-overload]
            record, audience=audience, registration_id=registration, form=form, zone=times_in
        )

    match form:
        case "text":
            print_page(told)
        case "markdown":
            print_text(told("markdown"))
        case _:
            print_json(json.dumps(told("dict"), ensure_ascii=False).encode())
    return Exit.OK

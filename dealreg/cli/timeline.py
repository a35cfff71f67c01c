"""`dealreg timeline`: the story of one registration, opportunity or customer."""

from typing import Any

import click

from dealreg.cli.exits import Exit
from dealreg.cli.gathering import form_option, times_option, watched
from dealreg.cli.histories import asked, history_options
from dealreg.cli.inputs import at_instant
from dealreg.cli.terminal import print_json, print_page, print_text
from dealreg.errors import UsageError
from dealreg.history import story_of
from dealreg.rendering import tell_story
from dealreg.wire import to_json

__all__ = ["timeline"]


@click.command(short_help="Tell the story of one deal.")
@click.argument("policy")
@history_options
@click.option("--about", metavar="ID", help="The registration, opportunity or customer.")
@click.option("--until", metavar="INSTANT", help="Go on to this instant; else to the last event.")
@click.option("--for", "partner", metavar="PARTNER", help="For one partner, rivals unnamed.")
@form_option
@times_option
def timeline(
    policy: str,
    about: str | None,
    until: str | None,
    partner: str | None,
    form: str,
    times_in: str,
    **how: Any,
) -> Exit:
    """Tell the story of one deal: what happened, who held what, and what is pending.

    A line for each thing that happened, and for each that POLICY made of it; who held what from
    when until when, how it stands at the end, and when it can change next.
    """
    if about is None:
        raise UsageError(
            "whose story to tell is not said",
            place="--about",
            hint="add --about with the number of a registration, opportunity or customer",
        )
    if partner is not None and form == "json":
        raise UsageError(
            "the JSON names everybody, and cannot be for one partner",
            place="--for",
            value=partner,
            hint="leave out --for, or take --format text or markdown",
        )
    found = asked(policy, **how)
    last = None if until is None else at_instant(until, "--until")
    with watched("replaying", len(found.history.events), "events") as progress:
        story = story_of(
            found.rules,
            found.history,
            about,
            until=last,
            externals=found.answers,
            progress=progress,
        )

    def page(form: str) -> str:
        return tell_story(story, form=form, zone=times_in, partner_id=partner)  # type: ignore[arg-type]

    match form:
        case "text":
            print_page(page)
        case "markdown":
            print_text(page("markdown"))
        case _:
            print_json(to_json(story))
    return Exit.REJECTED if found.tell() else Exit.OK

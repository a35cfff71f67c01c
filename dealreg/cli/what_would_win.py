"""`dealreg what-would-win`: what would have had to be different for a registration to win."""

from typing import Any

import click

from dealreg.analysis import what_would_win as asked
from dealreg.cli.deciding import deciding_options
from dealreg.cli.exits import Exit
from dealreg.cli.gathering import facts_options, form_option, times_option
from dealreg.cli.recorded import record_of
from dealreg.cli.terminal import print_json, print_page, print_text
from dealreg.errors import UsageError, shown
from dealreg.outcome.counterfactual import Mover
from dealreg.rendering import report_what_would_win
from dealreg.wire import to_json

__all__ = ["what_would_win"]

_MOVERS = tuple(each.value for each in Mover)


@click.command("what-would-win", short_help="Say what would have won.")
@click.argument("source", metavar="RECORD|POLICY")
@click.argument("registrations", required=False)
@facts_options
@deciding_options
@click.option("--registration", metavar="ID", required=True, help="The one that did not get it.")
@click.option("--benefit", metavar="NAME", required=True, help="What it did not get.")
@click.option("--line", metavar="NAME", help="Which product or site, where it is awarded by line.")
@click.option(
    "--changeable",
    metavar="FIELD:WHO",
    multiple=True,
    help="Who can change a field: partner, vendor or nobody. May be repeated.",
)
@click.option(
    "--by",
    type=click.Choice(["partner", "vendor"]),
    help="Only what one of the two can change; both where it is not said.",
)
@click.option(
    "--cost",
    metavar="FIELD=PRICE",
    multiple=True,
    help="What a step of a field costs, in place of 1. May be repeated.",
)
@click.option(
    "--tries",
    type=click.IntRange(min=1),
    default=5_000,
    show_default=True,
    help="How many changes to decide at most.",
)
@click.option(
    "--audience",
    type=click.Choice(["channel_manager", "partner"]),
    default="channel_manager",
    show_default=True,
    help="Who reads it. A partner is told nothing of others.",
)
@form_option
@times_option
def what_would_win(
    source: str,
    registrations: str | None,
    registration: str,
    benefit: str,
    line: str | None,
    changeable: tuple[str, ...],
    by: str | None,
    cost: tuple[str, ...],
    tries: int,
    audience: str,
    form: str,
    times_in: str,
    **how: Any,
) -> Exit:
    """Find the cheapest change of facts under which a registration would have got a benefit.

    Either give the RECORD that `dealreg resolve --record` wrote, or a POLICY and REGISTRATIONS
    with the options of `resolve`. Exit code 1 when no change was found that wins.
    """
    if audience == "partner" and form == "json":
        raise UsageError(
            "JSON holds everything that was found, and a partner is told nothing of others",
            place="--format",
            value=form,
            hint="use text or markdown for a partner",
        )
    past = record_of(source, registrations, how)
    found = asked(
        past.rules,
        past.facts,
        registration,
        benefit,
        at=past.at,
        line=line,
        changeable=dict(_mover(each) for each in changeable),
        by=[by] if by is not None else [Mover.PARTNER, Mover.VENDOR],
        costs=dict(_price(each) for each in cost),
        externals={each.name: each.by_registration for each in past.answers},  # type: ignore[misc]
        tries=tries,
    )

    def page(form: str) -> str:
        return report_what_would_win(
            found,
            past.rules,
            audience=audience,  # type: ignore[arg-type]
            form=form,  # type: ignore[arg-type]
            zone=times_in,
        )

    match form:
        case "text":
            print_page(page)
        case "markdown":
            print_text(page("markdown"))
        case _:
            print_json(to_json(found))
    return Exit.OK if found.possible else Exit.FOUND


def _mover(text: str) -> tuple[str, str]:
    name, _, who = text.partition(":")
    if who in _MOVERS:
        return name, who
    raise UsageError(
        f"{shown(who)} is nobody who changes a field",
        place="--changeable",
        value=text,
        hint="write a field, a colon, and partner, vendor or nobody, as in tier:vendor",
    )


def _price(text: str) -> tuple[str, Any]:
    from dealreg.facts.values import decimal

    name, _, price = text.partition("=")
    try:
        return name, decimal(price)
    except UsageError as error:
        raise UsageError(
            error.message,
            place="--cost",
            value=text,
            hint="write a field, an equals sign and a number, as in tier=10",
        ) from None

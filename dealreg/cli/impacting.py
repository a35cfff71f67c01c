"""`dealreg diff`, `sweep` and `tournament`: what policies would have done to a history."""

from typing import Any

import click

from dealreg.cli.exits import Exit
from dealreg.cli.failing import every_problem
from dealreg.cli.gathering import times_option
from dealreg.cli.inputs import at_instant, load_policy, write
from dealreg.cli.pasts import measured, past_options, print_csv, watched_steps
from dealreg.cli.terminal import print_json, print_page, print_text
from dealreg.errors import UsageError, shown
from dealreg.impact import amended, parameters
from dealreg.impact import diff as differing
from dealreg.impact import sweep as swept
from dealreg.impact import tournament as side_by_side
from dealreg.outcome.impact import Impact
from dealreg.outcome.impact_series import Sweep, Tournament
from dealreg.policy.policies import Policy, PolicyBook
from dealreg.rendering import (
    plot,
    report_impact,
    report_sweep,
    report_tournament,
    sweep_rows,
    to_rows,
    tournament_rows,
)
from dealreg.wire import to_json

__all__ = ["diff", "sweep", "tournament"]

_FORMS = click.Choice(["text", "markdown", "html", "json", "csv"])
_TABLES = ("shifts", "moved", "held", "deadlocks", "handovers", "absent")


_report_option = click.option(
    "--report", metavar="FILE", help="Write the report there: .md, .html, or .txt."
)
_plot_option = click.option(
    "--plot", "picture", metavar="FILE", help="Draw a picture into that file: .svg or .png."
)
_form_option = click.option(
    "--format",
    "form",
    type=_FORMS,
    default="text",
    show_default=True,
    help="The report; or what it found, as JSON or CSV.",
)


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
    type=_FORMS,
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
@click.option(
    "--from",
    "since",
    metavar="INSTANT",
    help="NEW is in force from then on, in place of OLD; before that, OLD is.",
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
    since: str | None,
    times_in: str,
    **how: Any,
) -> Exit:
    """Say what NEW in place of OLD would have done to a history.

    Both are policies or policy books; with --from, NEW is a policy, and an edition of OLD.
    HISTORY is a Parquet file of registrations, or a folder of them; or events are named by
    --events, or registrations with their dates by --registrations, and replayed.
    """
    before, after = every_problem(load_policy, (old, new))
    if since is not None:
        after = _amended(before, after, since)
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


def _amended(before: Policy | PolicyBook, after: Policy | PolicyBook, since: str) -> PolicyBook:
    if isinstance(after, Policy):
        return amended(before, after, since=at_instant(since, "--from"))
    raise UsageError(
        "a policy book says itself from when on its editions are in force",
        place="--from",
        value=since,
        hint="leave it out, or write the edition that is meant to a file of its own",
    )


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


@click.command(short_help="Say what other values of a constant would have done.")
@click.argument("policy")
@click.argument("parameter", required=False)
@click.argument("history", required=False)
@click.option(
    "--values", metavar="VALUES", help="The values to try, with commas: 30 days, 60 days."
)
@past_options
@_report_option
@_plot_option
@_form_option
def sweep(
    policy: str,
    parameter: str | None,
    history: str | None,
    values: str | None,
    report: str | None,
    picture: str | None,
    form: str,
    **how: Any,
) -> Exit:
    """Say what other values of PARAMETER, a constant of POLICY, would have done to a history.

    PARAMETER is a place in the policy, as contests[protection].period; without one, those that
    there are are listed. HISTORY is as for `diff`.
    """
    rules = load_policy(policy)
    if parameter is None:
        _list_parameters(rules)
        return Exit.OK
    given = [each.strip() for each in (values or "").split(",") if each.strip()]
    if not given:
        raise UsageError(
            "it is not said which values to try",
            place="--values",
            hint='give --values, as in --values "30 days, 60 days"',
        )
    past = measured(policy, history, **how)
    with watched_steps() as tell:
        found = swept(rules, parameter, given, past.history, progress=tell, **past.how)
    _told(found, report, picture, form)
    return Exit.REJECTED if past.tell() else Exit.OK


@click.command(short_help="Hold several policies against each other on a history.")
@click.argument("policies", nargs=-1, required=True, metavar="POLICIES...")
@click.option("--history", metavar="PARQUET", help="A Parquet file, or a folder of them.")
@past_options
@_report_option
@_plot_option
@_form_option
def tournament(
    policies: tuple[str, ...],
    history: str | None,
    report: str | None,
    picture: str | None,
    form: str,
    **how: Any,
) -> Exit:
    """Hold several POLICIES against each other on a history, by what programmes are judged by.

    Registrations in Parquet files are named by --history, events by --events.
    """
    named = dict(zip(policies, every_problem(load_policy, policies), strict=True))
    past = measured(policies[0], history, **how)
    with watched_steps() as tell:
        found = side_by_side(named, past.history, progress=tell, **past.how)
    _told(found, report, picture, form)
    return Exit.REJECTED if past.tell() else Exit.OK


def _list_parameters(rules: Policy | PolicyBook) -> None:
    for each in parameters(rules):
        print_text(f"{each.place}  {shown(each.value)[1:-1]}\n")


def _told(found: Sweep | Tournament, report: str | None, picture: str | None, form: str) -> None:
    """Print what was found, and write its report and its picture."""

    def page(form: str) -> str:
        if isinstance(found, Sweep):
            return report_sweep(found, form=form)  # type: ignore[arg-type]
        return report_tournament(found, form=form)  # type: ignore[arg-type]

    if report is not None:
        write(report, page(_form_of(report)).encode())
    if picture is not None:
        write(picture, plot(found, picture))
    match form:
        case "text":
            print_page(page)
        case "markdown" | "html":
            print_text(page(form))
        case "json":
            print_json(to_json(found))
        case _:
            print_csv(sweep_rows(found) if isinstance(found, Sweep) else tournament_rows(found))

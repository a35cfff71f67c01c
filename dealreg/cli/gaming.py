"""`dealreg gaming`: which moves of a partner pay under a policy."""

from typing import Any

import click

from dealreg.analysis.gaming import gaming as asked_gaming
from dealreg.cli.comparing import one_policy, show_page
from dealreg.cli.exits import Exit
from dealreg.cli.gathering import form_option, times_option
from dealreg.cli.histories import asked, history_options
from dealreg.cli.proposing import SHOWN, propose_option, propose_shown
from dealreg.outcome.gaming import Move
from dealreg.rendering import report_gaming

__all__ = ["gaming"]


@click.command(short_help="Say which moves of a partner pay under a policy.")
@click.argument("policy")
@history_options
@click.option(
    "--allow",
    type=click.Choice([each.value for each in Move]),
    multiple=True,
    help="A move that may pay. May be repeated.",
)
@propose_option(SHOWN)
@form_option
@times_option
def gaming(
    policy: str,
    allow: tuple[str, ...],
    propose: str | None,
    form: str,
    times_in: str,
    **how: Any,
) -> Exit:
    """Say which moves turn a loss into a win under a POLICY, though the deal is the same.

    With --events or --registrations the moves are tried on a history as well.

    Exit code 1 when a move pays that --allow does not name.
    """
    rules = one_policy(policy)
    history = None
    rejected = False
    if how["events"] is not None or how["registrations"] is not None:
        given = asked(policy, **how)
        rejected = given.tell()
        history = given.history
    found = asked_gaming(rules, history=history)

    def page(form: str) -> str:
        return report_gaming(found, rules, form=form, zone=times_in)  # type: ignore[arg-type]

    show_page(page, found, form)
    propose_shown(found, propose, policy)
    if rejected:
        return Exit.REJECTED
    pays = {e.move.value for e in (*found.gains, *found.in_history) if e.pays}
    return Exit.FOUND if pays - set(allow) else Exit.OK

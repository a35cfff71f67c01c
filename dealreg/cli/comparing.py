"""`dealreg compare` and `dealreg deadlocks`: what a change does, and what a policy can do."""

from collections.abc import Callable

import click

from dealreg.analysis import compare as compared
from dealreg.analysis import deadlocks as deadlocked
from dealreg.analysis import smt
from dealreg.cli.exits import Exit
from dealreg.cli.failing import every_problem
from dealreg.cli.gathering import form_option, times_option
from dealreg.cli.inputs import load_policy
from dealreg.cli.proposing import SHOWN, propose_option, propose_shown
from dealreg.cli.terminal import print_json, print_page, print_text
from dealreg.errors import PolicyError, UsageError, shown, suggestion
from dealreg.outcome.comparison import Change, ChangeKind
from dealreg.policy.policies import Policy
from dealreg.policy.predicates import Predicate
from dealreg.rendering import report_comparison, report_deadlocks
from dealreg.wire import predicate_from_text, to_json

__all__ = ["compare", "deadlocks", "one_policy", "show_page"]


_solver_option = click.option(
    "--solver",
    metavar="K",
    type=click.IntRange(1, 6),
    help="Ask the solver instead, of conflicts of at most K registrations.",
)


@click.command(short_help="Say what a change of policy changes.")
@click.argument("old")
@click.argument("new")
@click.option(
    "--scope", metavar="RULE", help='Only conflicts all of whose registrations satisfy "RULE".'
)
@click.option(
    "--allow",
    multiple=True,
    metavar="BENEFIT:KIND",
    help="A change that is meant, as in special_bid:gained; or BENEFIT alone. May be repeated.",
)
@click.option("--exact", is_flag=True, help="End with exit code 1 for a bounded verdict too.")
@_solver_option
@propose_option(f"{SHOWN} OLD passes them.")
@form_option
@times_option
def compare(
    old: str,
    new: str,
    scope: str | None,
    allow: tuple[str, ...],
    exact: bool,
    solver: int | None,
    propose: str | None,
    form: str,
    times_in: str,
) -> Exit:
    """Compare two policies over all conflicts: alike, or the smallest case for each difference.

    Exit code 1 when they differ otherwise than --allow says: a gate for proposed changes.
    """
    before, after = every_problem(one_policy, (old, new))
    rule = None if scope is None else _rule(scope, before)
    allowed = [_allowed(each, before, after) for each in allow]
    found = (
        compared(before, after, scope=rule)
        if solver is None
        else smt.compare(before, after, k=solver, scope=rule)
    )

    def page(form: str) -> str:
        return report_comparison(found, before, form=form, zone=times_in)  # type: ignore[arg-type]

    show_page(page, found, form)
    propose_shown(found, propose, old)
    meant = all(_is_meant(each, allowed) for each in found.changes)
    return Exit.OK if meant and (found.exact or not exact) else Exit.FOUND


@click.command(short_help="Find how a policy can deadlock.")
@click.argument("policy")
@_solver_option
@propose_option(SHOWN)
@form_option
@times_option
def deadlocks(
    policy: str, solver: int | None, propose: str | None, form: str, times_in: str
) -> Exit:
    """Find every way in which a POLICY can deadlock, and the changes that would repair it.

    Exit code 1 when it can.
    """
    rules = one_policy(policy)
    found = deadlocked(rules) if solver is None else smt.deadlocks(rules, k=solver)

    def page(form: str) -> str:
        return report_deadlocks(found, rules, form=form, zone=times_in)  # type: ignore[arg-type]

    show_page(page, found, form)
    propose_shown(found, propose, policy)
    return Exit.OK if found.free else Exit.FOUND


def show_page(page: Callable[[str], str], found: object, form: str) -> None:
    """Print a page in the form asked for, or what was found as JSON."""
    match form:
        case "text":
            print_page(page)
        case "markdown":
            print_text(page("markdown"))
        case _:
            print_json(to_json(found))


def one_policy(name: str) -> Policy:
    """The policy of a file, which holds no book."""
    rules = load_policy(name)
    if isinstance(rules, Policy):
        return rules
    raise UsageError(
        "it holds a policy book, and the question is about one policy",
        place=name,
        value=rules.programme,
        hint="write each version to a file of its own",
    )


def _rule(text: str, policy: Policy) -> Predicate:
    try:
        return predicate_from_text(text, policy.vocabulary())
    except PolicyError as error:
        raise UsageError(error.message, place="--scope", value=text, hint=error.hint) from None


def _allowed(text: str, old: Policy, new: Policy) -> tuple[str, str]:
    benefit, _, kind = text.partition(":")
    benefits = sorted({each.benefit for each in (*old.contests, *new.contests)})
    kinds = [each.value for each in ChangeKind]
    for value, known in ((benefit, benefits), (kind, ["", *kinds])):
        if value not in known:
            raise UsageError(
                f"{shown(value)} is not among what can be allowed",
                place="--allow",
                value=text,
                hint=suggestion(value, [each for each in known if each])
                or "write a benefit, a colon and a kind of change, as in special_bid:gained",
            )
    return benefit, kind


def _is_meant(change: Change, allowed: list[tuple[str, str]]) -> bool:
    return any(
        change.benefit == benefit and kind in ("", change.kind.value) for benefit, kind in allowed
    )

"""`dealreg lint`: what in a policy is not as its author thinks."""

import click

from dealreg.analysis.lint import LINT_CODES
from dealreg.analysis.lint import lint as linted
from dealreg.checking.codes import CODES
from dealreg.cli.comparing import one_policy, show_page
from dealreg.cli.exits import Exit
from dealreg.cli.gathering import form_option, times_option
from dealreg.cli.proposing import SHOWN, propose_option, propose_shown
from dealreg.errors import UsageError, shown, suggestion
from dealreg.outcome.findings import Severity
from dealreg.rendering import report_lint

__all__ = ["lint"]

_KNOWN = sorted({*LINT_CODES, *(c for c, (s, _) in CODES.items() if s is Severity.WARNING)})


@click.command(short_help="Find what in a policy is not as its author thinks.")
@click.argument("policy")
@click.option(
    "--allow",
    multiple=True,
    metavar="CODE",
    help="A code of findings that are meant, as in SELF_REPORTED_RULE. May be repeated.",
)
@propose_option(SHOWN)
@form_option
@times_option
def lint(
    policy: str, allow: tuple[str, ...], propose: str | None, form: str, times_in: str
) -> Exit:
    """Find what in a POLICY decides nothing, or decides otherwise than its author may think.

    Exit code 1 for any finding whose code --allow does not name.
    """
    for code in allow:
        if code not in _KNOWN:
            raise UsageError(
                f"{shown(code)} is not a code of a finding",
                place="--allow",
                value=code,
                hint=suggestion(code, _KNOWN),
            )
    rules = one_policy(policy)
    found = linted(rules)

    def page(form: str) -> str:
        return report_lint(found, rules, form=form, zone=times_in)  # type: ignore[arg-type]

    show_page(page, found, form)
    propose_shown(found, propose, policy)
    return Exit.OK if all(each.code in allow for each in found.findings) else Exit.FOUND

"""`dealreg axioms`: which axioms the rules of a policy satisfy."""

import click

from dealreg.analysis.axioms import AXIOMS
from dealreg.analysis.axioms import axioms as asked_axioms
from dealreg.cli.comparing import one_policy, show_page
from dealreg.cli.exits import Exit
from dealreg.cli.gathering import form_option, times_option
from dealreg.cli.proposing import SHOWN, propose_option, propose_shown
from dealreg.errors import UsageError, shown, suggestion
from dealreg.outcome.axioms import Holds
from dealreg.rendering import report_axioms

__all__ = ["axioms"]


@click.command(short_help="Say which axioms a policy satisfies.")
@click.argument("policy")
@click.option(
    "--axiom",
    "codes",
    multiple=True,
    metavar="CODE",
    help="An axiom asked about, as in A8; without it all. May be repeated.",
)
@click.option(
    "--require",
    multiple=True,
    metavar="CODE",
    help="An axiom that must not be violated, as in A8. May be repeated.",
)
@propose_option(SHOWN)
@form_option
@times_option
def axioms(
    policy: str,
    codes: tuple[str, ...],
    require: tuple[str, ...],
    propose: str | None,
    form: str,
    times_in: str,
) -> Exit:
    """Hold the rules of a POLICY against axioms: held, or violated by the smallest case found.

    Exit code 1 when an axiom is violated that --require names.
    """
    for option, given in (("--axiom", codes), ("--require", require)):
        for code in given:
            if code not in AXIOMS:
                raise UsageError(
                    f"{shown(code)} is not an axiom",
                    place=option,
                    value=code,
                    hint=suggestion(code, AXIOMS),
                )
    rules = one_policy(policy)
    wanted = (*codes, *require) if codes else ()
    found = asked_axioms(rules, *wanted)
    sentences = {each.code: each.sentence for each in AXIOMS.values()}

    def page(form: str) -> str:
        return report_axioms(
            found,
            rules,
            sentences=sentences,
            form=form,  # type: ignore[arg-type]
            zone=times_in,
        )

    show_page(page, found, form)
    propose_shown(found, propose, policy)
    broken = {each.code for each in found.verdicts if each.holds is Holds.VIOLATED}
    return Exit.FOUND if broken & set(require) else Exit.OK

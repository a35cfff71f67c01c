"""`dealreg describe`: the policy in plain English."""

import click

from dealreg.cli.exits import Exit
from dealreg.cli.gathering import times_option
from dealreg.cli.inputs import load_policy
from dealreg.cli.terminal import print_page, print_text
from dealreg.rendering import describe as described

__all__ = ["describe"]


@click.command(short_help="Say a policy in plain English.")
@click.argument("policy")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "markdown"]),
    default="text",
    show_default=True,
    help="Plain text, or Markdown.",
)
@times_option
def describe(policy: str, form: str, times_in: str) -> Exit:
    """Say in plain English what a POLICY decides, for whom, in what order.

    POLICY is a .toml or .json file, or - for standard input.
    """
    rules = load_policy(policy, checked=False)

    def page(form: str) -> str:
        return described(rules, form=form, zone=times_in)  # type: ignore[arg-type]

    if form == "text":
        print_page(page)
    else:
        print_text(page(form))
    return Exit.OK

"""`dealreg check`: is the policy sound."""

import json

import attrs
import click
from rich.text import Text

from dealreg.checking.check import Finding, Findings, Severity
from dealreg.checking.check import check as check_rules
from dealreg.cli.exits import Exit
from dealreg.cli.inputs import line_in, load_policy
from dealreg.cli.terminal import output_console, print_json, printable

__all__ = ["check"]


@click.command(short_help="Find what is wrong with a policy.")
@click.argument("policy")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="For people, or for programs.",
)
def check(policy: str, form: str) -> Exit:
    """Check a POLICY file: everything wrong with it at once, each with its place.

    POLICY is a .toml or .json file, or - for standard input. Exit code 1 when there are errors;
    warnings alone leave it 0.
    """
    findings = check_rules(load_policy(policy, checked=False))
    if form == "json":
        print_json(_json(findings))
    else:
        _print(findings, policy)
    return Exit.FOUND if findings.errors else Exit.OK


def _print(findings: Findings, policy: str) -> None:
    console = output_console()
    for finding in findings.items:
        console.print(_finding(finding, line_in(policy, finding.path)), soft_wrap=True)
    errors = len(findings.errors)
    warnings = len(findings.items) - errors
    if not findings.items:
        console.print(Text("no findings: the policy is sound", style="green"))
    else:
        console.print(Text(f"{_many(errors, 'error')}, {_many(warnings, 'warning')}"))


def _finding(finding: Finding, line: int | None) -> Text:
    style = "bold red" if finding.severity is Severity.ERROR else "yellow"
    text = Text(f"{finding.severity.value}", style=style)
    text.append(f" {finding.code}", style="bold")
    where = "" if line is None else f", line {line}"
    text.append(f" at {printable(finding.path)}{where}\n", style="default")
    text.append(f"  {printable(finding.message)}", style="default")
    if finding.hint:
        text.append(f"\n  -> {printable(finding.hint)}", style="dim")
    return text


def _many(count: int, thing: str) -> str:
    return f"{count} {thing}" + ("" if count == 1 else "s")


def _json(findings: Findings) -> bytes:
    rows = [attrs.asdict(each) for each in findings.items]
    return json.dumps(rows, ensure_ascii=True).encode()

"""`dealreg test`: a policy against its test cases."""

import json
import shlex
from collections.abc import Sequence
from pathlib import Path

import click

from dealreg.analysis.missing import missing_cases
from dealreg.cases import (
    SHAPES,
    mutants,
    record_cases,
    run_cases,
    shape_of_cases,
    unnoticed,
)
from dealreg.cli.exits import Exit
from dealreg.cli.failing import every_problem, say
from dealreg.cli.gathering import form_option, times_option
from dealreg.cli.inputs import STDIN, load_policy, write
from dealreg.cli.proposing import propose_option, write_proposed, written
from dealreg.cli.terminal import print_json, print_line, print_text
from dealreg.errors import UnreadableError, UsageError
from dealreg.outcome.cases import CaseResult, CaseVerdict, PolicyCase
from dealreg.policy.policies import Policy, PolicyBook
from dealreg.rendering.case_report import report_cases
from dealreg.wire import cases_beside, cases_from_toml, read_cases
from dealreg.wire.files import file_text

__all__ = ["test"]


@click.command(short_help="Test a policy against its cases.")
@click.argument("policy")
@click.argument("cases", nargs=-1)
@click.option("--record", "recording", is_flag=True, help="Write what is found into the cases.")
@click.option("--show-trace", is_flag=True, help="Show the steps behind what is not as expected.")
@form_option
@times_option
@click.option(
    "--mutants", "mutating", is_flag=True, help="List the edits of the policy no case notices."
)
@propose_option(
    "With --mutants: write cases that notice them into a new FILE, to accept or correct."
)
@click.option(
    "--new",
    "shape",
    type=click.Choice(list(SHAPES)),
    help="Write cases of a common shape, to start from, and run nothing.",
)
@click.option("--benefit", metavar="NAME", help="Which benefit the new cases are about.")
def test(
    policy: str,
    cases: tuple[str, ...],
    recording: bool,
    mutating: bool,
    propose: str | None,
    show_trace: bool,
    form: str,
    times_in: str,
    shape: str | None,
    benefit: str | None,
) -> Exit:
    """Test a POLICY against its CASES.

    POLICY is a .toml or .json file; CASES are files of cases, or the one beside the policy,
    named like it: policy.cases.toml beside policy.toml. Exit code 1 when a case fails, or expects
    nothing; with --record 0, for then it expects what is found.
    """
    if shape is not None:
        return _begin(shape, benefit, policy, cases)
    if benefit is not None:
        raise UsageError("--benefit is for new cases", hint="add --new, with the shape of cases")
    if propose is not None and not mutating:
        raise UsageError("--propose is for edits that no case notices", hint="add --mutants")
    files = _files(policy, cases)
    rules = load_policy(policy)
    results = _results(rules, files)
    if recording:
        return _record(rules, files)
    if mutating and all(each.verdict is CaseVerdict.PASSED for each in results):
        return _mutate(rules, results, form, propose, policy)
    _print(results, form, trace=show_trace, zone=times_in)
    passed = all(each.verdict is CaseVerdict.PASSED for each in results)
    return Exit.OK if passed else Exit.FOUND


def _begin(shape: str, benefit: str | None, policy: str, cases: Sequence[str]) -> Exit:
    """Write the cases of a shape into a new file, or at the end of one."""
    if len(cases) > 1 or STDIN in (policy, *cases):
        raise UsageError("new cases go into one file", hint="name a policy, and one file of cases")
    rules = load_policy(policy)
    file = Path(cases[0]) if cases else cases_beside(policy)
    there = file_text(str(file)) if file.exists() else None
    text = shape_of_cases(shape, rules, benefit=benefit, head=there is None)
    if there is not None:
        text = there.rstrip("\n") + "\n\n" + text
    added = cases_from_toml(text, rules, place=str(file))
    write(str(file), text.encode("utf-8"))
    print_line(f"wrote {file}: {len(added)} cases")
    print_line("next: change the facts until they are those of your programme, and run")
    named = f" {shlex.quote(str(file))}" if cases else ""
    print_line(f"  dealreg test {shlex.quote(policy)}{named}")
    return Exit.OK


def _files(policy: str, cases: Sequence[str]) -> list[str]:
    if STDIN in cases:
        raise UsageError("cases are read from files only", hint="name the file")
    if cases:
        return list(dict.fromkeys(cases))
    if policy == STDIN:
        raise UsageError(
            "which cases is not said", hint="name them, as in `dealreg test - policy.cases.toml`"
        )
    beside = cases_beside(policy)
    if not beside.is_file():
        load_policy(policy)  # what is wrong with it comes first
        raise UnreadableError(
            f"there are no cases beside the policy: no file `{beside.name}`",
            place=policy,
            value=str(beside),
            hint=f"name a file of cases, or begin one: --new {next(iter(SHAPES))}",
        )
    return [str(beside)]


def _results(rules: Policy | PolicyBook, files: Sequence[str]) -> list[CaseResult]:
    """What came of all cases; or everything that is wrong with any of the files."""
    found = every_problem(lambda file: read_cases(file, rules), files)
    return list(run_cases(rules, [case for cases in found for case in cases]))


def _mutate(
    rules: Policy | PolicyBook,
    results: Sequence[CaseResult],
    form: str,
    propose: str | None,
    policy: str,
) -> Exit:
    """List the single edits of the policy that none of the cases notices."""
    if not isinstance(rules, Policy):
        raise UsageError(
            "edits are made to a policy, and this is a policy book",
            hint="write the version that is meant to a file of its own",
        )
    if propose is not None:
        return _propose(rules, [each.case for each in results], propose, policy)
    open_ = unnoticed(rules, [each.case for each in results])
    total = len(mutants(rules))
    if form == "json":
        rows = [{"place": each.place, "edit": each.edit} for each in open_]
        print_json(json.dumps({"edits": total, "unnoticed": rows}, ensure_ascii=False).encode())
        return Exit.OK
    for each in open_:
        print_line(f"{each.place}: {each.edit}")
    print_line(f"{total - len(open_)} of {total} single edits are noticed by {len(results)} cases")
    return Exit.OK


def _propose(rules: Policy, cases: Sequence[PolicyCase], target: str, policy: str) -> Exit:
    """Write the cases that are missing into a new file."""
    found = missing_cases(rules, cases)
    write_proposed(target, found.cases, policy)
    print_line(written(target, found.cases))
    for each in found.silent:
        print_line(f"no case was found that notices {each.place}: {each.edit}")
    return Exit.OK


def _print(results: Sequence[CaseResult], form: str, *, trace: bool, zone: str) -> None:
    match form:
        case "json":
            data = report_cases(results, form="dict", trace=trace, zone=zone)
            print_json(json.dumps(data, ensure_ascii=False).encode())
        case "markdown":
            print_text(report_cases(results, form="markdown", trace=trace, zone=zone))
        case _:
            print_text(report_cases(results, trace=trace, zone=zone))


def _record(rules: Policy | PolicyBook, files: Sequence[str]) -> Exit:
    changed = 0
    for file in files:
        names = record_cases(file, rules)
        changed += len(names)
        for name in names:
            print_line(f"recorded in {file}: {name}")
    if changed:
        say("review the difference: what is recorded is what the policy does, not what it should")
    else:
        print_line("every case expects what is found: nothing to record")
    return Exit.OK

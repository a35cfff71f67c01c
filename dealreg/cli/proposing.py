"""Cases that a command proposes: written into a new file, to be kept beside the policy."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from dealreg.analysis.showing import Shows, shown_cases
from dealreg.cli.failing import say
from dealreg.cli.inputs import STDIN, write
from dealreg.errors import UsageError, shown
from dealreg.outcome.cases import PolicyCase
from dealreg.wire import cases_to_toml

__all__ = ["SHOWN", "propose_option", "propose_shown", "write_proposed", "written"]

F = TypeVar("F", bound=Callable[..., Any])


def _new(_: click.Context, __: click.Parameter, target: str | None) -> str | None:
    """The file, if none of that name is there yet: what somebody wrote is never replaced."""
    if target is not None and target != STDIN and Path(target).exists():
        raise UsageError(
            f"the file {shown(target)} is there already",
            place=target,
            hint="name a new one; move what you accept into your cases",
        )
    return target


def propose_option(says: str) -> Callable[[F], F]:
    """The option that names the new file; what it says is for `--help`."""
    return click.option("--propose", metavar="FILE", callback=_new, help=says)


SHOWN: Final = "Write the cases that are shown into a new FILE as well, to keep as test cases."


def write_proposed(target: str, cases: Sequence[PolicyCase], policy: str) -> None:
    """Write cases into a new file that names its policy."""
    named = None if policy == STDIN else os.path.relpath(policy, Path(target).parent)
    write(target, cases_to_toml(cases, policy=named).encode("utf-8"))


def written(target: str, cases: Sequence[PolicyCase]) -> str:
    """What is said of a file that was written."""
    return f"wrote {target}: {len(cases)} cases, to accept or correct"


def propose_shown(found: Shows, target: str | None, policy: str) -> None:
    """Write the cases that a verdict shows into a new file, if one is named; and say so aside."""
    if target is None:
        return
    cases = shown_cases(found)
    if not cases:
        say(f"no case is shown, and {target} is not written")
        return
    write_proposed(target, cases, policy)
    say(written(target, cases))

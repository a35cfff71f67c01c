"""Errors at the command line: what is printed, and which exit code it means. The one place."""

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from rich.text import Text

from dealreg.cli.exits import Exit
from dealreg.cli.terminal import errors_console, printable
from dealreg.errors import (
    CaseError,
    CaseErrors,
    DealregError,
    FactsError,
    FactsErrors,
    MissingExtraError,
    PolicyError,
    PolicyErrors,
    UnreadableError,
    UsageError,
)

__all__ = [
    "SeveralErrors",
    "every_problem",
    "exit_code",
    "report",
    "report_several",
    "say",
    "spoken",
]

_SHOWN_AT_MOST = 50

T = TypeVar("T")


class SeveralErrors(Exception):  # noqa: N818 - a group
    """What is wrong with several files of one command, file by file.

    Attributes:
        by_file: the name of a file, and the error.
    """

    def __init__(self, by_file: Sequence[tuple[str, DealregError]]) -> None:
        self.by_file = tuple(by_file)
        super().__init__("; ".join(str(error) for _, error in by_file))


def every_problem(read: Callable[[str], T], names: Iterable[str]) -> list[T]:
    """What each of some files holds; or all that is wrong with any of them.

    Raises:
        DealregError: what is wrong, where there is one file only.
        SeveralErrors: where there are more.
    """
    made: list[T] = []
    wrong: list[tuple[str, DealregError]] = []
    for name in (files := list(names)):
        try:
            made.append(read(name))
        except DealregError as error:
            wrong.append((name, error))
    if len(files) == 1 and wrong:
        raise wrong[0][1]
    if wrong:
        raise SeveralErrors(wrong)
    return made


def exit_code(error: DealregError) -> Exit:
    """The exit code of an error, by who must act."""
    match error:
        case PolicyError() | PolicyErrors():
            return Exit.POLICY
        case FactsError() | FactsErrors() | CaseError() | CaseErrors() | UnreadableError():
            return Exit.INPUT
        case MissingExtraError():
            return Exit.MISSING_EXTRA
        case UsageError():
            return Exit.USAGE
        case _:
            return Exit.INTERNAL


def report_several(error: SeveralErrors) -> Exit:
    """Print the errors of several files; the first gives the exit code.

    What a policy says of its places does not name its file, so each has a heading of its own.
    """
    joint: list[DealregError] = []
    for name, each in error.by_file:
        if exit_code(each) is Exit.POLICY:
            _print(each, list(_problems(each)), file=name)
        else:
            joint.append(each)
    if joint:
        _print(joint[0], [problem for each in joint for problem in _problems(each)])
    return exit_code(error.by_file[0][1])


def report(error: DealregError) -> Exit:
    """Print an error, or all of a group as a list, each with its place and what to do."""
    _print(error, list(_problems(error)))
    return exit_code(error)


def _print(error: DealregError, problems: Sequence[DealregError], *, file: str = "") -> None:
    heading = _heading(error, len(problems))
    say(f"dealreg: {file}: {heading}" if file else f"dealreg: {heading}", style="bold red")
    for problem in problems[:_SHOWN_AT_MOST]:
        _print_problem(problem)
    if len(problems) > _SHOWN_AT_MOST:
        say(f"  and {len(problems) - _SHOWN_AT_MOST} more")


def say(text: str, *, style: str = "") -> None:
    """One message on standard error. Lines are not wrapped: a terminal does that itself."""
    sys.stdout.flush()  # what was printed before stands before it, wherever both go
    errors_console().print(Text(printable(text, keep="\n"), style=style), soft_wrap=True)


_SPOKEN = (
    (re.compile(r"pass it as in externals=.*"), "write the answers to a file for --answers"),
    (re.compile(r"\bday_first=True\b"), "--day-first"),
    (re.compile(r"\bday_first=False\b"), "--month-first"),
    (re.compile(r"\bday_first="), "--day-first or --month-first"),
    (re.compile(r"\b(?:mapping|map)=\{'([^']*)': '([^']*)'\}"), r"--map '\1=\2'"),
    (re.compile(r"\bmapping="), "--map "),
    (re.compile(r"\bat="), "--at "),
    (re.compile(r"\brest=[\"']([^\"']+)[\"']"), r"--rest \1"),
    (re.compile(r"\bregistration_id="), "--registration"),
    (re.compile(r"\b(zone|currency|encoding|decimal_mark)=[\"']([^\"']+)[\"']"), r"--\1 \2"),
    (re.compile(r"\b(zone|currency|encoding|decimal_mark)=(?=`)"), r"--\1 "),
    (re.compile(r"\b(zone|currency|encoding|decimal_mark)="), r"--\1"),
    (re.compile(r"--decimal_mark"), "--decimal-mark"),
)


def spoken(text: str) -> str:
    """What the library says of its arguments, said of the options of the command line.

    >>> spoken('pass zone= with the zone of the export, as in zone="Europe/Berlin"')
    'pass --zone with the zone of the export, as in --zone Europe/Berlin'
    """
    for pattern, option in _SPOKEN:
        text = pattern.sub(option, text)
    return text


def _heading(error: DealregError, count: int) -> str:
    what = {
        Exit.POLICY: "the policy cannot be used",
        Exit.INPUT: "the input cannot be used",
        Exit.MISSING_EXTRA: "something is not installed",
        Exit.USAGE: "the command cannot be carried out",
    }.get(exit_code(error), "something is wrong")
    return what + (f", for {count} reasons:" if count > 1 else ":")


def _problems(error: BaseException) -> Iterator[DealregError]:
    if isinstance(error, (PolicyErrors, FactsErrors, CaseErrors)):
        for problem in error.problems:
            yield from _problems(problem)
    elif isinstance(error, DealregError):
        yield error


def _print_problem(problem: DealregError) -> None:
    where = f"{problem.where}: " if problem.where else ""
    say(f"  {where}{spoken(problem.message)}")
    if problem.hint:
        say(f"    -> {spoken(problem.hint)}", style="dim")

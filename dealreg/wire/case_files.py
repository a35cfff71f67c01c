"""Files of test cases, and the policy that each is beside."""

from os import PathLike, fspath
from pathlib import Path
from typing import Final

from dealreg.errors import UnreadableError, UsageError, shown
from dealreg.outcome.cases import PolicyCase
from dealreg.policy.policies import Policy, PolicyBook
from dealreg.wire.case_reader import cases_from_toml, policy_named_in
from dealreg.wire.files import file_text

__all__ = ["CASES_ENDING", "cases_beside", "policy_beside", "read_cases"]

CASES_ENDING: Final = ".cases.toml"
"""How the names of files of cases end."""


def read_cases(path: "str | PathLike[str]", rules: Policy | PolicyBook) -> tuple[PolicyCase, ...]:
    """The test cases of a file, for a policy.

    Raises:
        CaseErrors: for all that is wrong with the cases, at once, each with its line.
        UnreadableError: no such file, not UTF-8, over 4 MiB, not TOML.
    """
    if not isinstance(path, (str, PathLike)):
        raise UsageError(f"{shown(path)} is not a path", value=path, hint="give a str or Path")
    name = str(fspath(path))
    return cases_from_toml(file_text(name), rules, place=name)


def cases_beside(policy: "str | PathLike[str]") -> Path:
    """Where the cases of a policy are looked for: beside it, `policy.cases.toml`.

    >>> cases_beside("rules/policy.toml").as_posix()
    'rules/policy.cases.toml'
    """
    path = Path(policy)
    return path.with_name(f"{path.stem}{CASES_ENDING}")


def policy_beside(cases: "str | PathLike[str]") -> Path:
    """The policy that a file of cases tests: the one it names, else the one that it is beside.

    Raises:
        UnreadableError: when the file cannot be read, or there is no such policy.
    """
    path = Path(cases)
    named = policy_named_in(file_text(str(path)), place=str(path))
    if named is not None:
        return path.parent / named
    stem = path.name.removesuffix(CASES_ENDING)
    for suffix in (".toml", ".json"):
        if (beside := path.with_name(f"{stem}{suffix}")).is_file():
            return beside
    raise UnreadableError(
        f"the file names no policy, and there is none beside it named `{stem}.toml`",
        place=str(path),
        hint='state one above the cases, as in `policy = "policy.toml"`',
    )

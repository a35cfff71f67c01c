"""Policies from files, by the suffix of the file's name."""

from os import PathLike, fspath
from pathlib import Path
from typing import Final

import attrs

from dealreg.errors import UnreadableError, UsageError, shown
from dealreg.policy.policies import Policy, PolicyBook
from dealreg.wire.json_form import from_json
from dealreg.wire.limits import LIMITS, Limits
from dealreg.wire.policy_toml import policy_from_toml

__all__ = ["LARGEST_POLICY", "file_text", "read_policy"]

LARGEST_POLICY: Final = LIMITS.size
"""The largest policy file that is read unless the caller allows more: 4 MiB."""


def read_policy(
    path: "str | PathLike[str]", *, largest: int | None = None, limits: Limits = LIMITS
) -> Policy | PolicyBook:
    """The policy or policy book in a file: TOML if its name ends in `.toml`, JSON if in `.json`.

    Args:
        path: the file.
        largest: the most bytes that are read; else `limits` says.
        limits: how much the file may hold.

    Raises:
        UnreadableError: no such file, another suffix, not UTF-8, over the limit, not the format,
            or a file that holds something else than a policy.
        PolicyErrors: the policy in it is malformed; all problems at once.
    """
    if not isinstance(path, (str, PathLike)):
        raise UsageError(f"{shown(path)} is not a path", value=path, hint="give a str or Path")
    name = str(fspath(path))
    suffix = name.rpartition(".")[2].lower() if "." in name else ""
    if suffix not in ("toml", "json"):
        raise UnreadableError(
            "a policy file is named `.toml` or `.json`",
            place=name,
            value=name,
            hint="rename the file to what it is",
        )
    if largest is not None:
        limits = attrs.evolve(limits, size=largest)
    if suffix == "json":
        return _from_json(_content(name, limits.size), name, limits)
    return policy_from_toml(file_text(name, limits.size), place=name, limits=limits)


def _content(name: str, largest: int) -> bytes:
    try:
        with Path(name).open("rb") as file:
            data = file.read(largest + 1)
    except (OSError, ValueError) as wrong:  # ValueError: a name with a null character
        reason = getattr(wrong, "strerror", None) or str(wrong)
        raise UnreadableError(
            f"the file cannot be read: {reason[:1].lower()}{reason[1:]}",
            place=name,
            value=name,
            hint="check its name and that you may read it",
        ) from None
    if len(data) > largest:
        raise UnreadableError(
            f"the file has more than {largest:,} bytes",
            place=name,
            value=name,
            hint="a policy is smaller; if this one is not, raise the limit with `largest=`",
        )
    return data


def _from_json(data: bytes, name: str, limits: Limits) -> Policy | PolicyBook:
    value = from_json(data, place=name, largest=limits.size, limits=limits)
    if isinstance(value, (Policy, PolicyBook)):
        return value
    raise UnreadableError(
        f"the file holds a {shown(value.tag)}, not a policy",
        place=name,
        value=value.tag,
        hint="give a file that holds a policy or a policy book",
    )


def file_text(name: str, largest: int = LARGEST_POLICY) -> str:
    """The text of a file in UTF-8.

    Raises:
        UnreadableError: no such file, not UTF-8, over the limit.
    """
    data = _content(name, largest)
    try:
        return data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as wrong:
        raise UnreadableError(
            f"byte {wrong.start} is not UTF-8",
            place=name,
            value=data[wrong.start : wrong.start + 1],
            hint="save the file as UTF-8",
            line=data.count(b"\n", 0, wrong.start) + 1,
        ) from None

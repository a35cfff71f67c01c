"""What the command line names: policies, records and files, `-` being standard input."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dealreg.deciders.deciding import sound
from dealreg.errors import PolicyError, PolicyErrors, UnreadableError, UsageError, shown
from dealreg.facts.instants import instant
from dealreg.outcome.record import Record
from dealreg.policy.policies import Policy, PolicyBook
from dealreg.wire import LARGEST, from_json, policy_from_toml, read_policy
from dealreg.wire.files import file_text
from dealreg.wire.toml_places import line_of

__all__ = [
    "STDIN",
    "at_instant",
    "content",
    "is_not",
    "line_in",
    "load_json",
    "load_policy",
    "load_record",
    "unusable",
    "write",
]

STDIN = "-"
"""The name of standard input, and where something is written, of standard output."""


def at_instant(text: str, option: str = "--at") -> datetime:
    """The instant a person typed; `now` is the clock's, which the output then states.

    Raises:
        UsageError: for a text that is no instant, or has no zone.
    """
    if text.strip().lower() == "now":
        return datetime.now(UTC).replace(microsecond=0)
    try:
        return instant(text)
    except UsageError as error:
        raise UsageError(
            error.message,
            place=option,
            value=text,
            hint="write an instant with its zone, as in 2026-03-01T09:00Z, or `now`",
        ) from None


def content(name: str) -> bytes:
    """All of a file, or of standard input.

    Raises:
        UnreadableError: when it cannot be read.
    """
    if name == STDIN:
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except (OSError, ValueError) as wrong:  # ValueError: a name with a null character
        raise unusable(name, wrong, "check its name and that you may read it") from None


def load_policy(name: str, *, checked: bool = True) -> Policy | PolicyBook:
    """A policy or book from a file, or from standard input, which may be TOML or JSON.

    Args:
        name: the file.
        checked: whether it must be sound; what is not is told with its lines.

    Raises:
        UnreadableError, PolicyErrors: as `dealreg.wire.read_policy`.
    """
    rules = read_policy(name) if name != STDIN else _policy_of_stdin()
    if checked:
        try:
            sound(rules)
        except PolicyErrors as wrong:
            raise PolicyErrors([_lined(each, name) for each in wrong.problems]) from None
    return rules


def line_in(name: str, path: str) -> int | None:
    """The line of a policy file in which a place is; None where its format has none."""
    if name == STDIN or Path(name).suffix.lower() != ".toml":
        return None
    return line_of(file_text(name), path)


def _lined(problem: PolicyError, name: str) -> PolicyError:
    return PolicyError(
        problem.message,
        place=problem.place,
        value=problem.value,
        hint=problem.hint,
        line=line_in(name, problem.place),
    )


def _policy_of_stdin() -> Policy | PolicyBook:
    name = STDIN
    text = _text(sys.stdin.buffer.read(), name)
    if not text.lstrip().startswith("{"):
        return policy_from_toml(text, place=_spoken(name))
    value = load_json(text.encode(), name)
    if isinstance(value, (Policy, PolicyBook)):
        return value
    raise is_not(value, name, "a policy")


def load_record(name: str) -> Record:
    """A decision record from a file or standard input.

    Raises:
        UnreadableError: when it is not one.
    """
    if Path(name).suffix.lower() == ".toml":
        raise UnreadableError(
            "it is no record: a record is JSON, as `resolve --record` writes it",
            place=name,
            value=name,
            hint="name the record; or where a policy is meant, the registrations after it",
        )
    value = load_json(content(name), name)
    if isinstance(value, Record):
        return value
    raise is_not(value, name, "the record of a decision")


def load_json(data: bytes, name: str) -> Any:
    """The value of canonical JSON, however long: whoever names a file wants all of it.

    Raises:
        UnreadableError, PolicyErrors, FactsErrors: as `dealreg.wire.from_json`.
    """
    return from_json(data, place=_spoken(name), largest=max(LARGEST, len(data)))


def write(name: str, data: bytes) -> None:
    """Write a file, or to standard output.

    Raises:
        UnreadableError: when it cannot be written.
    """
    if name == STDIN:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    try:
        Path(name).write_bytes(data)
    except (OSError, ValueError) as wrong:
        raise unusable(name, wrong, "check the folder and that you may write there") from None


def _spoken(name: str) -> str:
    return "standard input" if name == STDIN else name


def is_not(value: Any, name: str, wanted: str) -> UnreadableError:
    """The error that a file holds some other value than the one wanted."""
    return UnreadableError(
        f"it holds {shown(value.tag)}, not {wanted}",
        place=_spoken(name),
        value=value.tag,
        hint=f"give a file that holds {wanted}",
    )


def _text(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise UnreadableError(
            f"byte {wrong.start} is not UTF-8",
            place=_spoken(name),
            value=data[wrong.start : wrong.start + 1],
            hint="save it as UTF-8",
        ) from None


def unusable(name: str, wrong: Exception, hint: str) -> UnreadableError:
    """The error that a file cannot be read or written, with the reason of the system."""
    reason = getattr(wrong, "strerror", None) or str(wrong)
    return UnreadableError(
        f"the file cannot be used: {reason[:1].lower()}{reason[1:]}",
        place=name,
        value=name,
        hint=hint,
    )

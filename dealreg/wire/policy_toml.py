"""Policies as TOML files that a programme manager reads and writes; lossless in both directions.

The keys of the format are in `docs/reference/toml.md`.
"""

import contextlib
import re
from collections.abc import Iterator
from typing import Any, Final

from dealreg.errors import (
    MissingExtraError,
    PolicyError,
    PolicyErrors,
    UsageError,
    shown,
)
from dealreg.policy.policies import Policy, PolicyBook
from dealreg.wire.limits import LIMITS, Limits, refuse_excess
from dealreg.wire.toml_places import lined, places
from dealreg.wire.toml_reader import read_book, read_policy_table
from dealreg.wire.toml_tables import Problems, Table
from dealreg.wire.toml_text import toml_tables
from dealreg.wire.toml_writer import BOOK_FORMAT, POLICY_FORMAT, book_table, policy_table

__all__ = ["policy_from_toml", "policy_to_toml"]


def policy_from_toml(
    text: str, *, place: str = "policy", limits: Limits = LIMITS
) -> Policy | PolicyBook:
    """The policy, or the policy book, that a TOML text states.

    Args:
        text: the content of the file.
        place: what errors call the file.
        limits: how much the file may hold.

    Raises:
        PolicyErrors: for all that is wrong with the rules, at once, each with its place and line.
        UnreadableError: when the text is not TOML, nested too deeply or over a limit.
        UsageError: when `text` is not text.

    >>> rules = policy_from_toml('''
    ... format = "dealreg-policy/1"
    ... programme = "Northwind Alliance"
    ... tiers = ["silver", "gold"]
    ... [[contests]]
    ... benefit = "protection"
    ... prefer = ["highest tier", "earliest submitted_at"]
    ... ''')
    >>> rules.contests[0].prefer[0].fact.name
    'tier'
    """
    if not isinstance(text, str):
        raise UsageError(
            f"{shown(text)} is not text", value=text, hint="decode the file as UTF-8 first"
        )
    text = text.removeprefix("\ufeff")
    data, problems = toml_tables(text, place, limits=limits), Problems()
    refuse_excess(data, limits, place)
    table = Table(data, "", problems)
    read = read_book if _format(table, place) == BOOK_FORMAT else read_policy_table
    rules: Policy | PolicyBook | None = None
    with contextlib.suppress(PolicyErrors):  # too many mistakes to go on
        rules = read(table)
    if problems.found or rules is None:
        raise PolicyErrors(lined(problems.found, places(text), data))
    return rules


def _format(table: Table, place: str) -> str:
    known = (POLICY_FORMAT, BOOK_FORMAT)
    name = table.take("format")
    if name in known:
        return str(name)
    said = "states no `format`" if name is None else f"is of the format {shown(name)}"
    begin = f'begin it with `format = "{POLICY_FORMAT}"`, or for a book `"{BOOK_FORMAT}"`'
    if isinstance(name, str) and name.startswith("dealreg-cases/"):
        begin = "it holds test cases: give the policy that they are about"
    raise PolicyErrors([PolicyError(f"the file {said}", place=place, value=name, hint=begin)])


def policy_to_toml(rules: Policy | PolicyBook) -> str:
    """The TOML text of a policy or a policy book: reading it back gives an equal value.

    (A rule that does not fit the vocabulary is written as well as it can be, for its author to
    correct; reading it back says what is wrong with it.)

    Raises:
        PolicyError: for what a file cannot keep: two fields of one name, half a character.
        MissingExtraError: when `tomli_w` is not installed.
        UsageError: when `rules` is neither.

    >>> print(policy_to_toml(Policy(programme="Northwind Alliance", tiers=("silver", "gold"))))
    format = "dealreg-policy/1"
    semantics = 1
    programme = "Northwind Alliance"
    version = "1"
    tiers = ["silver", "gold"]
    <BLANKLINE>
    """
    match rules:
        case Policy():
            table = policy_table(rules)
        case PolicyBook():
            table = book_table(rules)
        case _:
            raise UsageError(f"{shown(rules)} is neither a policy nor a book", value=rules)
    return _written(table)


def _written(table: dict[str, Any]) -> str:
    try:
        import tomli_w
    except ImportError:
        raise MissingExtraError(
            "TOML is written with `tomli_w`, which is not installed",
            value="tomli_w",
            hint='run `pip install "dealreg[toml]"`',
        ) from None
    text = "\n".join(_folded(tomli_w.dumps(table).split("\n")))
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as wrong:
        raise PolicyError(
            f"the text {shown(ascii(text[wrong.start : wrong.end]))} is half a character, which "
            "no file can keep",
            hint="remove it",
        ) from None
    return text


_WIDTH: Final = 88
"""Short lists stand on one line up to this width."""

_INSTANT = re.compile(r"\A((?:    \{ )?effective_from = \S+) (\S+)\+00:00")


def _folded(lines: list[str]) -> Iterator[str]:
    """The lines with short lists on one, and instants as `2026-01-01T00:00:00Z`.

    No text of a policy can be mistaken for one of these lines: line breaks in texts are escaped.
    """
    place = 0
    while place < len(lines):
        line, items = lines[place], list[str]()
        if line.endswith(" = ["):
            items = lines[place + 1 : lines.index("]", place)]
        joined = f"{line}{' '.join(item.strip() for item in items)[:-1]}]"
        if items and len(joined) <= _WIDTH and not items[0].strip().startswith("{"):
            yield joined
            place += len(items) + len("[]")
        else:
            yield _INSTANT.sub(r"\1T\2Z", line)
            place += 1

"""From a policy, tables and an instant to the record of a decision."""

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import attrs
import click

from dealreg.cli.gathering import Tables, gather, watched
from dealreg.cli.inputs import STDIN, at_instant, content, load_policy
from dealreg.deciders.deciding import record
from dealreg.errors import UnreadableError, UsageError
from dealreg.facts.vocabulary import Vocabulary
from dealreg.outcome.record import Record
from dealreg.policy.policies import Policy, PolicyBook
from dealreg.wire import Loaded

__all__ = [
    "Decided",
    "answers_from",
    "answers_option",
    "decided",
    "deciding_options",
    "vocabulary_of",
]

F = TypeVar("F", bound=Callable[..., Any])

answers_option = click.option(
    "--answers",
    metavar="FILE",
    help="Answers to the policy's external questions: JSON, {question: {registration: bool}}.",
)
"""The option of every command that decides anything."""

_OPTIONS = (
    click.option(
        "--at",
        metavar="INSTANT",
        help="The instant to decide as of, with its zone, as in 2026-03-01T09:00Z; or `now`.",
    ),
    answers_option,
)


def deciding_options(command: F) -> F:
    """Add the options that a decision needs besides its facts."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@attrs.frozen
class Decided:
    """A decision's record, and what reading the facts left over."""

    record: Record
    loaded: Loaded


def decided(
    policy: str,
    registrations: str,
    *,
    at: str | None,
    answers: str | None,
    **tables: Any,
) -> Decided:
    """Read the policy and the tables, and decide.

    Raises:
        DealregError: whatever is wrong with any of them.
    """
    if at is None:
        raise UsageError(
            "as of which instant to decide is not said",
            place="--at",
            hint="add --at 2026-03-01T09:00Z, or --at now",
        )
    when = at_instant(at)
    if [policy, registrations].count(STDIN) > 1:
        raise UsageError("`-` is given twice", hint="standard input can be one file only")
    rules = load_policy(policy)
    loaded = gather(Tables(registrations=registrations, **tables), vocabulary_of(rules))
    externals = {} if answers is None else answers_from(answers)
    with watched("deciding", len(loaded.facts.registrations)):
        past = record(rules, loaded.facts, at=when, externals=externals)
    return Decided(past, loaded)


def vocabulary_of(rules: Policy | PolicyBook) -> Vocabulary:
    """The words that tables are read by: the policy's, or those of all versions of a book."""
    return rules.vocabulary()


def answers_from(name: str) -> Mapping[str, Mapping[str, bool]]:
    """The answers to external questions, by question and registration.

    Raises:
        UnreadableError: when the file is not such an object.
    """
    try:
        found = json.loads(content(name))
    except (ValueError, RecursionError):
        found = None
    good = isinstance(found, dict) and all(
        isinstance(each, dict) and all(isinstance(answer, bool) for answer in each.values())
        for each in found.values()
    )
    if not good:
        raise UnreadableError(
            "these are no answers to external questions",
            place=name,
            value=name,
            hint='write JSON as in {"site_visited": {"R-1": true, "R-2": false}}',
        )
    answers: Mapping[str, Mapping[str, bool]] = found
    return answers

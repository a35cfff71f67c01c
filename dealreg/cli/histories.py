"""From file names and options to a history: the options that commands on histories share."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import attrs
import click

from dealreg.cli.deciding import answers_from, answers_option, vocabulary_of
from dealreg.cli.gathering import facts_options, is_stored, mapping_of, source, watched
from dealreg.cli.inputs import STDIN, content, is_not, load_json, load_policy
from dealreg.cli.rejected import say_findings, say_rejects, write_rejects
from dealreg.errors import UsageError, shown
from dealreg.facts.histories import History
from dealreg.facts.vocabulary import Vocabulary
from dealreg.policy.policies import Policy, PolicyBook
from dealreg.wire import LoadedHistory, load_history

__all__ = ["Asked", "asked", "history_options"]

F = TypeVar("F", bound=Callable[..., Any])

_KINDS = ("events", "registrations", "partners", "customers", "opportunities", "rulings")
_SETTINGS = ("zone", "day_first", "currency", "decimal_mark", "encoding")

_FIRST = (
    click.option("--events", metavar="FILE", help="What happened: one row for each event."),
    click.option(
        "--registrations",
        metavar="FILE",
        help="Registrations with their dates, in place of events or beside them.",
    ),
)
_LAST = (
    click.option(
        "--catalogue",
        metavar="FIELD=FILE",
        multiple=True,
        help="The values that a field should have, one on a line; others are told. "
        "May be repeated.",
    ),
    answers_option,
    click.option("--rejects", metavar="FILE", help="Write the rejected rows there, as CSV."),
    click.option("--strict", is_flag=True, help="End with exit code 5 when rows were rejected."),
)


def history_options(command: F) -> F:
    """Add the options that say where a history comes from and how its tables are written."""
    for option in reversed(_LAST):
        command = option(command)
    command = facts_options(command)
    for option in reversed(_FIRST):
        command = option(command)
    return command


@attrs.frozen
class Asked:
    """The rules, the history, and what reading it left over."""

    rules: Policy | PolicyBook
    history: History
    answers: Mapping[str, Mapping[str, bool]]
    loaded: LoadedHistory | None
    rejects: str | None
    strict: bool

    def tell(self) -> bool:
        """Tell what was not taken and what to look at; whether that is to end the command so."""
        if self.loaded is None:
            return False
        if self.rejects is not None:
            write_rejects(self.rejects, self.loaded.rejects)
        say_rejects(self.loaded)
        say_findings(self.loaded)
        return self.strict and bool(self.loaded.rejects)


def asked(
    policy: str,
    *,
    answers: str | None,
    rejects: str | None,
    strict: bool,
    **tables: Any,
) -> Asked:
    """Read the policy and the history.

    Raises:
        DealregError: whatever is wrong with any of them.
    """
    names = [policy, *(tables[kind] for kind in _KINDS)]
    if names.count(STDIN) > 1:
        raise UsageError("`-` is given twice", hint="standard input can be one file only")
    if tables["events"] is None and tables["registrations"] is None:
        raise UsageError(
            "there is no history", hint="name a file with --events, or one with --registrations"
        )
    rules = load_policy(policy)
    given = {} if answers is None else answers_from(answers)
    stdin = content(STDIN) if STDIN in names[1:] else b""
    stored = _stored(tables, stdin)
    if stored is not None:
        return Asked(rules, stored, given, None, rejects, strict)
    loaded = _load(tables, stdin, vocabulary_of(rules))
    return Asked(rules, loaded.history, given, loaded, rejects, strict)


def _load(tables: dict[str, Any], stdin: bytes, vocabulary: Vocabulary) -> LoadedHistory:
    given = {kind: tables[kind] for kind in _KINDS if tables[kind] is not None}
    with watched("reading") as progress:
        return load_history(
            **{kind: source(name, stdin) for kind, name in given.items()},
            **{name: tables[name] for name in _SETTINGS},
            vocabulary=vocabulary,
            mapping=mapping_of(tables["mapping"]),
            catalogue=_catalogue(tables["catalogue"]),
            progress=progress,
        )


def _stored(tables: dict[str, Any], stdin: bytes) -> History | None:
    """The history that `to_json` wrote, if that is what the events are; else None."""
    name = tables["events"]
    if name is None or not (name == STDIN or name.lower().endswith(".json")):
        return None
    data = stdin if name == STDIN else content(name)
    if not is_stored(data):
        return None
    more = [key for key, value in tables.items() if key != "events" and value not in (None, ())]
    if more:
        option = "map" if more[0] == "mapping" else more[0].replace("_", "-")
        raise UsageError(
            f"--{option} is about tables, and {shown(name)} holds a history already",
            hint="leave it out",
        )
    history = load_json(data, name)
    if not isinstance(history, History):
        raise is_not(history, name, "a history or a table of events")
    return history


def _catalogue(pairs: tuple[str, ...]) -> dict[str, list[str]] | None:
    found: dict[str, list[str]] = {}
    for pair in pairs:
        field, equals, name = pair.partition("=")
        if not equals or not field.strip() or not name.strip():
            raise UsageError(
                f"{shown(pair)} does not say which field has its values where",
                place="--catalogue",
                value=pair,
                hint="write it as in --catalogue products=products.txt",
            )
        lines = content(name.strip()).decode("utf-8-sig", errors="replace").splitlines()
        found.setdefault(field.strip(), []).extend(each.strip() for each in lines if each.strip())
    return found or None

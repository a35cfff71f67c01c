"""From file names and options to facts: the options that every command on tables shares."""

import io
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import attrs
import click
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

from dealreg.cli.inputs import STDIN, content, is_not, load_json
from dealreg.cli.terminal import errors_console
from dealreg.errors import PolicyError, UsageError, shown
from dealreg.facts.calendars import zone
from dealreg.facts.case import Facts
from dealreg.facts.vocabulary import Vocabulary
from dealreg.wire import Loaded, load_facts

__all__ = [
    "Tables",
    "facts_options",
    "form_option",
    "gather",
    "is_stored",
    "mapping_of",
    "source",
    "times_option",
    "watched",
]


def _known_zone(_: click.Context, option: click.Parameter, name: str | None) -> str | None:
    if name is not None:
        try:
            zone(name)
        except PolicyError as error:
            raise UsageError(
                error.message, place=option.opts[0], value=name, hint=error.hint
            ) from None
    return name


_OPTIONS = (
    click.option("--partners", metavar="FILE", help="What is known of the partners."),
    click.option("--customers", metavar="FILE", help="What is known of the end customers."),
    click.option("--opportunities", metavar="FILE", help="What is known of the opportunities."),
    click.option("--rulings", metavar="FILE", help="What persons have ruled."),
    click.option(
        "--zone",
        metavar="ZONE",
        callback=_known_zone,
        help="The IANA zone of times that state none.",
    ),
    click.option(
        "--day-first/--month-first",
        "day_first",
        default=None,
        help="Whether 01/03/2026 is the first of March or the third of January.",
    ),
    click.option("--currency", metavar="CODE", help="The currency of amounts that state none."),
    click.option(
        "--decimal-mark",
        type=click.Choice([".", ","]),
        help="What 50.000 and 50,000 mean, where they could mean either.",
    ),
    click.option("--encoding", metavar="NAME", help="The encoding of the tables, if not UTF-8."),
    click.option(
        "--map",
        "mapping",
        metavar="THEIRS=OURS",
        multiple=True,
        help="Read their column as our field; THEIRS= alone leaves it out. May be repeated.",
    ),
)

form_option = click.option(
    "--format",
    "form",
    type=click.Choice(["text", "markdown", "json"]),
    default="text",
    show_default=True,
    help="Plain text, Markdown, or JSON.",
)
"""The option of every command whose report is text, a page or a value."""

times_option = click.option(
    "--times-in",
    metavar="ZONE",
    default="UTC",
    callback=_known_zone,
    show_default=True,
    help="The IANA zone in which times are shown.",
)
"""The option of every command that shows times."""

F = TypeVar("F", bound=Callable[..., Any])


def facts_options(command: F) -> F:
    """Add the options that say where facts come from and how they are written."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@attrs.frozen(kw_only=True)
class Tables:
    """Where facts come from, and how they are written."""

    registrations: str
    partners: str | None = None
    customers: str | None = None
    opportunities: str | None = None
    rulings: str | None = None
    zone: str | None = None
    day_first: bool | None = None
    currency: str | None = None
    decimal_mark: str | None = None
    encoding: str | None = None
    mapping: tuple[str, ...] = ()

    def sources(self) -> Mapping[str, str]:
        """The files, by the kind of table."""
        kinds = ("registrations", "partners", "customers", "opportunities", "rulings")
        named = {kind: getattr(self, kind) for kind in kinds}
        return {kind: name for kind, name in named.items() if name is not None}


def gather(tables: Tables, vocabulary: Vocabulary | None) -> Loaded:
    """The facts in the tables, and the rows that were not taken.

    Raises:
        UnreadableError, FactsErrors: as `dealreg.wire.load_facts`.
        UsageError: for options that contradict each other.
    """
    names = list(tables.sources().values())
    if names.count(STDIN) > 1:
        raise UsageError("`-` is given twice", hint="standard input can be one table only")
    stdin = content(STDIN) if STDIN in names else b""
    if (held := _facts(tables, stdin)) is not None:
        return Loaded(held)
    with watched("reading") as progress:
        return load_facts(
            **{kind: source(name, stdin) for kind, name in tables.sources().items()},
            vocabulary=vocabulary,
            zone=tables.zone,
            day_first=tables.day_first,
            currency=tables.currency,
            decimal_mark=tables.decimal_mark,
            encoding=tables.encoding,
            mapping=mapping_of(tables.mapping),
            progress=progress,
        )


_WORTH_WATCHING = 1000
"""Rows from which reading and deciding take long enough for somebody to wonder."""

_STORED = re.compile(rb'(?:\xef\xbb\xbf)?\s*\{\s*"dealreg"\s*:')
"""How canonical JSON begins, which is no table."""


class _Named(io.BytesIO):
    """A stream that rejects and errors can name."""

    name = "standard input"


def source(name: str, stdin: bytes) -> Any:
    """A table as the library takes it: a file by its name, standard input as a stream."""
    return _Named(stdin) if name == STDIN else name


def is_stored(data: bytes) -> bool:
    """Whether it is canonical JSON, which is no table."""
    return _STORED.match(data) is not None


def _facts(tables: Tables, stdin: bytes) -> Facts | None:
    """The facts that `dealreg convert` wrote, if the registrations are such a file; else None."""
    name = tables.registrations
    if not (name == STDIN or name.lower().endswith(".json")):
        return None
    data = stdin if name == STDIN else content(name)
    if not is_stored(data):
        return None
    plain = Tables(registrations=name)
    options = [each.name for each in attrs.fields(Tables)]
    given = [each for each in options if getattr(tables, each) != getattr(plain, each)]
    if given:
        option = "map" if given[0] == "mapping" else given[0].replace("_", "-")
        raise UsageError(
            f"--{option} is about tables, and {shown(name)} holds facts already",
            hint="leave it out, or convert the tables again",
        )
    facts = load_json(data, name)
    if not isinstance(facts, Facts):
        raise is_not(facts, name, "facts or a table of registrations")
    return facts


def mapping_of(pairs: tuple[str, ...]) -> dict[str, str | None]:
    """What `--map` says: their column to our field, or to None.

    Raises:
        UsageError: for a text that is no such pair.
    """
    mapping: dict[str, str | None] = {}
    for pair in pairs:
        theirs, equals, ours = pair.rpartition("=")
        if not equals or not theirs.strip():
            raise UsageError(
                f"{shown(pair)} does not say which column is which field",
                place="--map",
                value=pair,
                hint="write it as in --map 'Close Date=estimated_close'",
            )
        mapping[theirs.strip()] = ours.strip() or None
    return mapping


@contextmanager
def watched(
    doing: str, rows: int = 0, unit: str = "rows"
) -> Iterator[Callable[[int], None] | None]:
    """A count of rows on standard error while something long goes on, on a terminal only.

    It appears with the first report of enough rows to take a while, or at once when there are.
    """
    console = errors_console()
    if not console.is_terminal:
        yield None
        return
    counted = TextColumn("{task.completed:,} " + unit)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), counted)
    progress = Progress(*columns, console=console, transient=True)
    task = progress.add_task(doing, total=None)

    def seen(many: int) -> None:
        progress.update(task, completed=many)
        if many >= _WORTH_WATCHING:
            progress.start()

    try:
        seen(rows)
        yield seen
    finally:
        progress.stop()

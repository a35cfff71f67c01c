"""A decision as tables: boxes and colours on a terminal, plain text of fixed width otherwise."""

from collections.abc import Iterable

from rich.box import ROUNDED
from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from dealreg.cli.summary import Contested, Notice, Row, Section, Summary
from dealreg.cli.terminal import output_console, printable, show
from dealreg.outcome.decision import StandingKind

__all__ = ["print_summary"]

_COLOURS = {
    StandingKind.GRANTED: "green",
    StandingKind.REFERRED: "magenta",
    StandingKind.WAITING: "cyan",
    StandingKind.RETURNED: "yellow",
    StandingKind.DENIED: "red",
}
_INDENT = max(len(kind) for kind in StandingKind) + 2
_NAMES_AT_MOST = 26


def print_summary(summary: Summary) -> None:
    """Print a decision: a table for every benefit, deadlocks and questions below it."""
    console = output_console()
    show(console, _text(summary.title, "bold"))
    show(console, _text(summary.counts))
    show(console, "")
    for found in summary.contested:
        _print_contested(console, found)


def _print_contested(console: Console, found: Contested) -> None:
    show(console, _text(found.title, "bold underline"))
    if not console.is_terminal:
        show(console, Text("-" * min(console.width, len(printable(found.title)))))
    widths = _widths(found.sections)
    for section in found.sections:
        show(console, "")
        show(console, _text(f"  {section.title}", "bold"))
        for row in section.rows:
            show(console, Padding(_standing(row, widths), (0, 0, 0, 4)))
        for notice in section.notices:
            show(console, _notice(notice, boxed=console.is_terminal))
    show(console, "")


def _text(text: str, style: str = "") -> Text:
    return Text(printable(text), style=style)


def _widths(sections: Iterable[Section]) -> tuple[int, int]:
    """The columns of registration and partner, equal in all tables of what is competed for."""
    rows = [row for section in sections for row in section.rows]
    ids = max((cell_len(printable(row.registration)) for row in rows), default=0)
    partners = max((cell_len(printable(row.partner)) for row in rows), default=0)
    return min(ids, _NAMES_AT_MOST), min(partners, _NAMES_AT_MOST)


def _standing(row: Row, widths: tuple[int, int]) -> RenderableType:
    """Who stands how in one line, and the reason below: beside the names it would have no room."""
    line = Text(row.kind.value.ljust(_INDENT), style=_COLOURS[row.kind])
    names = (row.registration, row.partner)
    for name, width in zip(map(printable, names), widths, strict=True):
        # A name that is longer than its column pushes what follows to the right, uncut.
        line.append(name + " " * (max(0, width - cell_len(name)) + 2), style="bold")
    return Group(line, Padding(_text(row.why), (0, 0, 0, _INDENT)))


def _notice(notice: Notice, *, boxed: bool) -> RenderableType:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column(width=max(len(name) for name, _ in notice.lines))
    table.add_column(overflow="fold")
    for name, value in notice.lines:
        table.add_row(_text(name, "dim"), _text(value))
    if boxed:
        colour = "bold red" if notice.deadlock else "magenta"
        title = _text(notice.title, colour)
        panel = Panel(table, title=title, title_align="left", box=ROUNDED, border_style=colour)
        return Padding(panel, (1, 0, 0, 4))
    plain = Group(_text(f"!! {notice.title}"), Padding(table, (0, 0, 0, 3)))
    return Padding(plain, (1, 0, 0, 4))

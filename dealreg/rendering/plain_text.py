"""The plain-text printer: about a hundred columns, no colour, nothing but characters."""

import textwrap
from collections.abc import Iterable, Iterator
from typing import Final, assert_never

from dealreg.rendering.document import Block, Bullets, Document, Heading, Item, Paragraph, Table
from dealreg.rendering.words import clean

__all__ = ["WIDTH", "to_text"]

WIDTH: Final = 100
"""How wide a line may be. A single word that is longer stays whole in running text."""

_UNDERLINE = {1: "=", 2: "-"}
_GAP = "  "
_NARROWEST = 8


def to_text(document: Document) -> str:
    """The document as plain text, ending in one newline.

    >>> print(to_text(Document([Heading(1, "Terms"), Paragraph("One holder.")])), end="")
    Terms
    =====
    <BLANKLINE>
    One holder.
    """
    return "\n\n".join("\n".join(_block(block)) for block in document.blocks) + "\n"


def _block(block: Block) -> Iterator[str]:
    match block:
        case Heading(level, text):
            yield from _heading(level, clean(text))
        case Paragraph(text):
            yield from _wrapped(clean(text), "", "")
        case Bullets(items, ordered):
            yield from _items(items, "", ordered=ordered)
        case Table(columns, rows):
            yield from _table(columns, rows)
        case _:
            assert_never(block)


def _heading(level: int, text: str) -> Iterator[str]:
    lines = list(_wrapped(text, "", ""))
    yield from lines
    if level in _UNDERLINE:
        yield _UNDERLINE[level] * max(map(len, lines))


def _wrapped(text: str, first: str, rest: str) -> Iterator[str]:
    yield from textwrap.wrap(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    ) or [first.rstrip()]


def _items(items: Iterable[Item], indent: str, *, ordered: bool) -> Iterator[str]:
    for place, item in enumerate(items, 1):
        mark = f"{place}. " if ordered else "- "
        inner = indent + " " * len(mark)
        yield from _wrapped(clean(item.text), indent + mark, inner)
        yield from _items(item.items, inner, ordered=item.ordered)


def _table(columns: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> Iterator[str]:
    cells = [[clean(cell) for cell in row] for row in (columns, *rows)]
    widths = _widths(cells)
    yield from _row(cells[0], widths)
    yield _GAP.join("-" * width for width in widths)
    for row in cells[1:]:
        yield from _row(row, widths)


def _widths(cells: list[list[str]]) -> list[int]:
    """Each column as wide as its longest cell; where that is too wide, the widest gives way."""
    widths = [max(len(cell) for cell in column) for column in zip(*cells, strict=True)]
    room = WIDTH - len(_GAP) * (len(widths) - 1)
    while sum(widths) > room and max(widths) > _NARROWEST:
        widest = max(widths)
        second = max((width for width in widths if width < widest), default=_NARROWEST)
        many = widths.count(widest)
        spare = -(-(sum(widths) - room) // many)
        target = max(widest - spare, second, _NARROWEST)
        widths = [target if width == widest else width for width in widths]
    return widths


def _row(row: list[str], widths: list[int]) -> Iterator[str]:
    wrapped = [
        textwrap.wrap(cell, width, break_on_hyphens=False) or [""] if width else [""]
        for cell, width in zip(row, widths, strict=True)
    ]
    for line in range(max(map(len, wrapped), default=0)):
        texts = [cell[line] if line < len(cell) else "" for cell in wrapped]
        padded = (text.ljust(width) for text, width in zip(texts, widths, strict=True))
        yield _GAP.join(padded).rstrip()

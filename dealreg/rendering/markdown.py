"""The Markdown printer (CommonMark with tables): everything special in a text is escaped."""

import re
from collections.abc import Iterable, Iterator
from typing import assert_never

from dealreg.rendering.document import Block, Bullets, Document, Heading, Item, Paragraph, Table
from dealreg.rendering.words import clean

__all__ = ["escaped", "to_markdown"]

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_SPECIAL = re.compile(r"[\\`*_{}\[\]|~$@&<>]|:(?=//)|(?<=www)\.", re.IGNORECASE)
_LEADING = re.compile(r"[-+=#]|\d{1,9}(?=[.)])")


def to_markdown(document: Document) -> str:
    r"""The document as Markdown, ending in one newline.

    >>> print(to_markdown(Document([Heading(1, "Terms"), Paragraph("*One* holder.")])), end="")
    # Terms
    <BLANKLINE>
    \*One\* holder.
    """
    return "\n\n".join("\n".join(_block(block)) for block in document.blocks) + "\n"


def escaped(text: str) -> str:
    r"""The text so that Markdown shows it as it is: no markup, no HTML, no links.

    >>> escaped("a|b `c` <b> http://x")
    'a\\|b \\`c\\` &lt;b&gt; http\\://x'
    """
    line = _SPECIAL.sub(lambda found: _ENTITIES.get(found[0], "\\" + found[0]), clean(text))
    start = _LEADING.match(line)
    if start is None:
        return line
    if start[0].isdigit():
        return f"{start[0]}\\{line[start.end() :]}"
    return "\\" + line


def _block(block: Block) -> Iterator[str]:
    match block:
        case Heading(level, text):
            yield f"{'#' * level} {escaped(text)}"
        case Paragraph(text):
            yield escaped(text)
        case Bullets(items, ordered):
            yield from _items(items, "", ordered=ordered)
        case Table(columns, rows):
            yield _row(columns)
            yield "|" + " --- |" * len(columns)
            yield from map(_row, rows)
        case _:
            assert_never(block)


def _items(items: Iterable[Item], indent: str, *, ordered: bool) -> Iterator[str]:
    for place, item in enumerate(items, 1):
        mark = f"{place}. " if ordered else "- "
        yield f"{indent}{mark}{escaped(item.text)}"
        yield from _items(item.items, indent + " " * len(mark), ordered=item.ordered)


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(escaped(cell) for cell in cells) + " |"

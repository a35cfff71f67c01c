"""The HTML printer: one page that stands alone, with nothing loaded and no script.

Everything special in a text is escaped, so that what came with the facts never becomes markup.
"""

from collections.abc import Iterable, Iterator
from html import escape
from typing import Final, assert_never

from dealreg.rendering.document import Block, Bullets, Document, Heading, Item, Paragraph, Table
from dealreg.rendering.words import clean

__all__ = ["to_html"]

_STYLE: Final = """\
body { font: 15px/1.5 system-ui, sans-serif; color: #1d2733; max-width: 62rem; margin: 2rem auto;
  padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.25rem; margin-top: 2.2rem; } h3 { font-size: 1rem; }
table { border-collapse: collapse; margin: 1rem 0; }
th, td { border-bottom: 1px solid #d5dbe1; padding: .3rem .8rem .3rem 0; text-align: left;
  vertical-align: top; }
th { border-bottom: 2px solid #9aa5b1; } td.number, th.number { text-align: right; }"""


def to_html(document: Document) -> str:
    """The document as a whole HTML page, ending in one newline.

    >>> page = to_html(Document([Heading(1, "Terms"), Paragraph("One <holder>.")]))
    >>> page.splitlines()[-4:]
    ['<h1>Terms</h1>', '<p>One &lt;holder&gt;.</p>', '</body>', '</html>']
    """
    title = next((each.text for each in document.blocks if isinstance(each, Heading)), "")
    lines = [
        "<!DOCTYPE html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width">',
        f"<title>{_text(title)}</title>",
        f"<style>\n{_STYLE}\n</style>",
        "</head>",
        "<body>",
        *(line for block in document.blocks for line in _block(block)),
        "</body>",
        "</html>",
    ]
    return "\n".join(lines) + "\n"


def _text(text: str) -> str:
    return escape(clean(text))


def _block(block: Block) -> Iterator[str]:
    match block:
        case Heading(level, text):
            yield f"<h{level}>{_text(text)}</h{level}>"
        case Paragraph(text):
            yield f"<p>{_text(text)}</p>"
        case Bullets(items, ordered):
            yield from _items(items, ordered=ordered)
        case Table(columns, rows):
            yield from _table(columns, rows)
        case _:
            assert_never(block)


def _items(items: Iterable[Item], *, ordered: bool) -> Iterator[str]:
    kind = "ol" if ordered else "ul"
    yield f"<{kind}>"
    for item in items:
        yield f"<li>{_text(item.text)}"
        if item.items:
            yield from _items(item.items, ordered=item.ordered)
        yield "</li>"
    yield f"</{kind}>"


def _table(columns: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> Iterator[str]:
    numbers = [
        bool(rows) and all(_is_number(row[place]) for row in rows) for place in range(len(columns))
    ]
    yield "<table>"
    yield f"<thead><tr>{_cells('th', columns, numbers)}</tr></thead>"
    yield "<tbody>"
    for row in rows:
        yield f"<tr>{_cells('td', row, numbers)}</tr>"
    yield "</tbody>"
    yield "</table>"


def _is_number(text: str) -> bool:
    bare = text.lstrip("+-").replace(",", "").replace(".", "").removesuffix("%").strip()
    return not text or bare.isdecimal()


def _cells(kind: str, cells: Iterable[str], numbers: list[bool]) -> str:
    opened = {True: f'<{kind} class="number">', False: f"<{kind}>"}
    return "".join(
        f"{opened[right]}{_text(cell)}</{kind}>" for cell, right in zip(cells, numbers, strict=True)
    )

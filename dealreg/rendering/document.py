"""A document as a value: headings, paragraphs, bullets, tables, which printers put on paper.

Texts are plain: no marks of any output language, and nothing escaped. Each printer escapes what its
own language treats as special, so a text that came with the facts can never become markup.
"""

from typing import ClassVar, TypeAlias

import attrs

from dealreg.facts.values import as_tuple

__all__ = ["Block", "Bullets", "Document", "Heading", "Item", "Paragraph", "Table"]


@attrs.frozen
class Heading:
    """A heading: level 1 for the document, 2 for its parts, 3 for theirs."""

    tag: ClassVar[str] = "heading"

    level: int
    text: str


@attrs.frozen
class Paragraph:
    """Running text."""

    tag: ClassVar[str] = "paragraph"

    text: str


@attrs.frozen
class Item:
    """One entry of a list, with the entries below it.

    Attributes:
        text: the entry itself.
        items: what belongs under it.
        ordered: whether those below are numbered, because their order means something.
    """

    tag: ClassVar[str] = "item"

    text: str
    items: tuple["Item", ...] = attrs.field(default=(), converter=as_tuple)
    ordered: bool = False


@attrs.frozen
class Bullets:
    """A list of entries, numbered where their order means something."""

    tag: ClassVar[str] = "bullets"

    items: tuple[Item, ...] = attrs.field(converter=as_tuple)
    ordered: bool = False


@attrs.frozen
class Table:
    """Rows under named columns; every row has one text for each column."""

    tag: ClassVar[str] = "table"

    columns: tuple[str, ...] = attrs.field(converter=as_tuple)
    rows: tuple[tuple[str, ...], ...] = attrs.field(converter=as_tuple)


Block: TypeAlias = Heading | Paragraph | Bullets | Table
"""What a document is made of: a closed union, which every printer matches exhaustively."""


@attrs.frozen
class Document:
    """Blocks, from top to bottom."""

    tag: ClassVar[str] = "document"

    blocks: tuple[Block, ...] = attrs.field(converter=as_tuple)

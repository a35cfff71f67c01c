"""How to say it: policies in plain English, decisions explained to each kind of reader."""

from dealreg.rendering.describe import describe
from dealreg.rendering.document import (
    Block,
    Bullets,
    Document,
    Heading,
    Item,
    Paragraph,
    Table,
)
from dealreg.rendering.explain import explain

__all__ = [
    "Block",
    "Bullets",
    "Document",
    "Heading",
    "Item",
    "Paragraph",
    "Table",
    "describe",
    "explain",
]

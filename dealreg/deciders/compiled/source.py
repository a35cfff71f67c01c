"""Python text made of fixed pieces: what goes into a generated function, and what cannot.

A `Code` is a piece of a function. There are five ways to come by one: a template written in this
package, a numbered slot for a value, a numbered local name, a whole number, and the name of a
column of one of the library's own records. Templates are filled with `Code` and nothing
else, so no text of a policy can become part of a function: it is a value in a slot, as it would be
in a closure.
"""

import re
from typing import Any, Final

from dealreg.deciders.compiled.reads import COLUMNS
from dealreg.facts.fields import Subject

__all__ = ["Code", "Source", "column", "fill", "number"]

_HOLE: Final = re.compile(r"\$")
_MARK: Final = object()


class Code:
    """A piece of Python text. Made by `fill`, `column` and `Source`, never from a policy's text."""

    __slots__ = ("text",)

    def __init__(self, text: str, mark: object) -> None:
        if mark is not _MARK:
            raise TypeError("code is made of templates")
        self.text = text


def fill(template: str, *pieces: Code) -> Code:
    """A template with each `$` replaced by a piece, in their order."""
    if any(type(piece) is not Code for piece in pieces):
        raise TypeError("a template is filled with code only")
    parts = _HOLE.split(template)
    if len(parts) != len(pieces) + 1:
        raise TypeError("a piece for each hole")
    text = parts[0] + "".join(
        piece.text + part for piece, part in zip(pieces, parts[1:], strict=True)
    )
    return Code(text, _MARK)


def column(subject: Subject, name: str) -> Code:
    """The name of a column, as the record's class spells it."""
    columns = COLUMNS[subject]
    return Code(columns[columns.index(name)], _MARK)


def number(value: int) -> Code:
    """A whole number, written out."""
    return Code(str(int(value)), _MARK)


class Source:
    """A function in the making: its lines, and the values that its slots stand for."""

    def __init__(self) -> None:
        """Begin a function with no lines."""
        self.lines: list[str] = []
        self.values: dict[str, Any] = {}
        self._slots: dict[int, Code] = {}
        self._locals = 0

    def slot(self, value: object) -> Code:
        """A name that stands for a value."""
        known = self._slots.get(id(value))
        if known is None:
            known = self._slots[id(value)] = Code(f"k{len(self.values)}", _MARK)
            self.values[known.text] = value  # which also keeps its id from being used again
        return known

    def local(self) -> Code:
        """A local name that nothing else uses."""
        self._locals += 1
        return Code(f"v{self._locals}", _MARK)

    def add(self, depth: int, template: str, *pieces: Code) -> None:
        """Add a line."""
        self.lines.append("    " * depth + fill(template, *pieces).text)

    @property
    def text(self) -> str:
        """The whole text."""
        return "\n".join(self.lines) + "\n"

    def function(self, name: str) -> Any:
        """The function of that name, as the text defines it."""
        made: dict[str, Any] = dict(self.values)
        exec(compile(self.text, "<compiled policy>", "exec"), made)  # noqa: S102 - templates only
        return made[name]

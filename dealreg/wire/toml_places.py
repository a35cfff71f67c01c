"""Where things stand in a TOML text: the line of every key, and the span of every value.

`tomllib` says what a text means and not where. Here is only where: the text was read before, so
what is not TOML does not get here.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias, TypeVar

import attrs

from dealreg.errors import DealregError

__all__ = ["Path", "Place", "Places", "line_of", "lined", "path_of", "places"]

E = TypeVar("E", bound=DealregError)

Path: TypeAlias = tuple[str | int, ...]
"""The way to a value: keys of tables, numbers of list items from 0."""

_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_QUOTED: Final = re.compile(r'"(?:[^"\\\n]|\\.)*"' + r"|'[^'\n]*'")
_TEXT: Final = re.compile(
    r'"""(?:[^\\]|\\.)*?"""(?:"{0,2})' + r"|'''.*?'''(?:'{0,2})" + f"|{_QUOTED.pattern}",
    re.DOTALL,
)
_OTHER: Final = re.compile(r"[^,\]}#\r\n]+")
_BLANK: Final = re.compile(r"[ \t]*")
_BETWEEN: Final = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_NAMED_BY: Final = ("benefit", "code", "name")


@attrs.frozen
class Place:
    """Where a value stands: its line, from 1, and the characters it begins and ends at."""

    line: int
    start: int
    end: int


@attrs.frozen
class Places:
    """The places of all values of a text; of a table under a header, the header's."""

    found: Mapping[Path, Place]

    def of(self, path: Path) -> Place:
        """The place of a value, or of the nearest table around it that has one."""
        while path and path not in self.found:
            path = path[:-1]
        return self.found.get(path, Place(1, 0, 0))

    def exactly(self, path: Path) -> Place | None:
        """The place of a value; None where it has none of its own."""
        return self.found.get(path)


def places(text: str) -> Places:
    r"""The places of all values of a TOML text.

    >>> found = places('a = 1\n[[b]]\nc = { d = "x" }\n')
    >>> found.of(("b", 0, "c", "d"))
    Place(line=3, start=22, end=25)
    """
    scan = _Scan(text)
    scan.document()
    return Places(scan.found)


class _Scan:
    """Moves through the text once, and notes what stands where."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.found: dict[Path, Place] = {}
        self._counts: dict[Path, int] = {}
        self._line, self._counted = 1, 0

    def document(self) -> None:
        table: Path = ()
        while self._next():
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)

    def _next(self) -> bool:
        """Skip to the next thing that means something; False at the end."""
        self._skip(_BETWEEN)
        return self.at < len(self.text)

    def _skip(self, pattern: re.Pattern[str]) -> None:
        if found := pattern.match(self.text, self.at):
            self.at = found.end()

    def _note(self, path: Path, start: int, end: int) -> None:
        self._line += self.text.count("\n", self._counted, start)
        self._counted = start
        self.found.setdefault(path, Place(self._line, start, end))

    def _header(self) -> Path:
        start, several = self.at, self.text.startswith("[[", self.at)
        self.at += 1 + several
        keys = self._keys()
        self.at += 1 + several
        path: Path = ()
        for key in keys[:-1]:
            path = self._last((*path, key))
        path = (*path, keys[-1])
        if several:
            self._note(path, start, self.at)
            self._counts[path] = self._counts.get(path, 0) + 1
            path = self._last(path)
        self._note(path, start, self.at)
        return path

    def _last(self, path: Path) -> Path:
        """The path; of a list of tables, that of its last one so far."""
        count = self._counts.get(path)
        return path if count is None else (*path, count - 1)

    def _keys(self) -> list[str]:
        """A dotted key, up to what follows it."""
        found: list[str] = []
        while True:
            self._skip(_BLANK)
            if bare := _BARE.match(self.text, self.at):
                found.append(bare[0])
                self.at = bare.end()
            elif quoted := _QUOTED.match(self.text, self.at):
                found.append(next(iter(tomllib.loads(f"{quoted[0]} = 0"))))
                self.at = quoted.end()
            self._skip(_BLANK)
            if not self.text.startswith(".", self.at):
                return found
            self.at += 1

    def _pair(self, table: Path) -> None:
        start, path = self.at, table
        *around, last = self._keys()
        for key in around:
            path = (*path, key)
            self._note(path, start, start)
        self.at += 1  # the `=`
        self._skip(_BLANK)
        self._value((*path, last))

    def _value(self, path: Path) -> None:
        start = self.at
        self._note(path, start, start)
        line = self.found[path].line
        match self.text[start]:
            case "[":
                self._items(path, "]")
            case "{":
                self._items(path, "}")
            case '"' | "'":
                self._skip(_TEXT)
            case _:
                self._skip(_OTHER)
                while self.text[self.at - 1] in " \t":
                    self.at -= 1
        self.found[path] = Place(line, start, self.at)

    def _items(self, path: Path, closing: str) -> None:
        self.at += 1
        number = 0
        while self._next() and self.text[self.at] != closing:
            if self.text[self.at] == ",":
                self.at += 1
            elif closing == "]":
                self._value((*path, number))
                number += 1
            else:
                self._pair(path)
        self.at += 1


def line_of(text: str, place: str) -> int | None:
    r"""The line of a place in words, from 1; None where it is of the text as a whole, or not TOML.

    >>> line_of('a = 1\n[[contests]]\nbenefit = "bid"\n', "contests[bid].benefit")
    3
    """
    try:
        path = path_of(tomllib.loads(text), place)
    except ValueError:
        return None
    return places(text).of(path).line if path else None


def lined(found: Iterable[E], where: Places, data: Any) -> list[E]:
    """The mistakes of a text with their lines, from top to bottom, each once.

    Those of the text as a whole have no line, and come last.

    Args:
        found: what is wrong, each with its place in words, and a key of the table there as value.
        where: the places of the text.
        data: what the text says.
    """
    made = []
    for each in found:
        path = path_of(data, each.place)
        inner = (*path, each.value) if isinstance(each.value, str) else path
        place = where.exactly(inner) or (where.of(path) if path else None)
        line = None if place is None else place.line
        made.append(
            type(each)(each.message, place=each.place, value=each.value, hint=each.hint, line=line)
        )
    made.sort(key=lambda each: (each.line is None, each.line or 0))
    return list({str(each): each for each in made}.values())


def path_of(data: Any, place: str) -> Path:
    """The path that a place in words means, as far as it exists in what the text says.

    A place names the items of a list by number, or by what they call themselves.

    >>> path_of({"contests": [{"benefit": "protection", "tie": 1}]}, "contests[protection].tie")
    ('contests', 0, 'tie')
    """
    path: list[str | int] = []
    rest = place
    while rest:
        step = _step(data, rest)
        if step is None:
            break
        key, length = step
        path.append(key)
        data, rest = data[key], rest[length:]
    return tuple(path)


def _step(data: Any, rest: str) -> tuple[str | int, int] | None:
    """The next key on the way, and how many characters of the place name it."""
    if isinstance(data, Mapping):
        known: Sequence[tuple[str, str | int]] = [(str(key), key) for key in data]
    elif isinstance(data, list):
        numbered = [(str(number), number) for number in range(len(data))]
        known = [(name, number) for number, item in enumerate(data) for name in _names(item)]
        known = [*known, *numbered]
    else:
        return None
    for name, key in sorted(known, key=lambda each: -len(each[0])):
        for form in (f"[{name}]", f".{name}", name):
            if rest.startswith(form) and rest[len(form) : len(form) + 1] in ("", ".", "["):
                return key, len(form)
    return None


def _names(item: Any) -> list[str]:
    if not isinstance(item, Mapping):
        return []
    return [item[name] for name in _NAMED_BY if isinstance(item.get(name), str) and item[name]]

"""Recording into a file of cases: what changes is replaced where it stands, all else stays."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import attrs

from dealreg.errors import CaseError
from dealreg.outcome.cases import ExpectedNotice, ExpectedStanding, PolicyCase, Stated
from dealreg.wire.toml_places import Path, Place, Places, places
from dealreg.wire.toml_text import toml_tables

__all__ = [
    "cases_recorded",
    "expectation_tables",
    "key_text",
    "notice_lines",
    "quoted",
    "standing_text",
]

_LISTS: Final = frozenset({"missing", "candidates"})
_SHORT: Final = ({"stand"}, {"stand", "code"})
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_DIGITS: Final = re.compile(r"[0-9]{1,15}")


def cases_recorded(
    text: str, pairs: Iterable[tuple[PolicyCase, PolicyCase]], *, place: str = "cases"
) -> str:
    """The text of a file of cases with what some of them expect replaced.

    Comments, order and layout stay; a case that expected nothing gets its expectations at its end.

    Args:
        text: the file as it was read.
        pairs: cases as they were read, each with the same case expecting something else.
        place: what errors call the file.

    Raises:
        CaseError: where the layout leaves no room: a case inside `cases = [...]`.
    """
    writer = _Writer(text, places(text), toml_tables(text, place), place)
    edits = [edit for old, new in pairs for edit in writer.edits(old, new)]
    for edit in sorted(edits, key=lambda each: -each.start):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


@attrs.frozen
class _Edit:
    start: int
    end: int
    text: str


@attrs.frozen(eq=False)
class _Writer:
    text: str
    places: Places
    data: Mapping[str, Any]
    file: str

    def edits(self, old: PolicyCase, new: PolicyCase) -> Iterator[_Edit]:
        base: Path = ("cases", new.number)
        if not old.expects:
            yield from self._anew(base, new)
            return
        before, after = _grouped(old.standings), _grouped(new.standings)
        for (benefit, registration), expected in after.items():
            path = (*base, "expect", benefit, registration)
            was = before[benefit, registration]
            yield from self._group(path, was, expected)
        for name in ("referrals", "deadlocks"):
            was_noted, is_noted = getattr(old, name), getattr(new, name)
            if was_noted != is_noted:
                yield from self._notices((*base, name), was_noted, is_noted)

    def _group(
        self, path: Path, was: Sequence[ExpectedStanding], now: Sequence[ExpectedStanding]
    ) -> Iterator[_Edit]:
        if was == now:
            return
        if len(was) == len(now) and not isinstance(self._value(path), str):
            several = isinstance(self._value(path), list)
            for number, (one, other) in enumerate(zip(was, now, strict=True)):
                inner = (*path, number) if several else path
                yield from self._fields(inner, one.stated, other.stated)
        else:
            yield self._replaced(path, _standings_text(now))

    def _notices(
        self, path: Path, was: Sequence[ExpectedNotice], now: Sequence[ExpectedNotice]
    ) -> Iterator[_Edit]:
        if len(was) == len(now):
            for number, (one, other) in enumerate(zip(was, now, strict=True)):
                yield from self._fields((*path, number), one.stated, other.stated)
        else:
            yield self._replaced(path, _notices_text(now))

    def _fields(self, path: Path, was: Sequence[Stated], now: Sequence[Stated]) -> Iterator[_Edit]:
        for one, other in zip(was, now, strict=True):
            if one != other:
                yield self._replaced((*path, other.name), _value_text(other))

    def _value(self, path: Path) -> Any:
        value: Any = self.data
        for key in path:
            value = value[key]
        return value

    def _replaced(self, path: Path, text: str) -> _Edit:
        found = self.places.exactly(path)
        if found is None or self._is_header(path, found):
            raise self._no_room(path, "write it as one value, in `{` and `}` or `[` and `]`")
        return _Edit(found.start, found.end, text)

    def _is_header(self, path: Path, found: Place) -> bool:
        begins = self.text[found.start : found.start + 2]
        if isinstance(self._value(path), list):
            return begins == "[["
        return isinstance(self._value(path), dict) and begins[:1] == "["

    def _no_room(self, path: Path, hint: str) -> CaseError:
        line = self.places.of(path).line
        return CaseError(
            "what is found cannot be recorded into this layout",
            place=f"{self.file}, line {line}",
            hint=hint,
        )

    def _anew(self, base: Path, new: PolicyCase) -> Iterator[_Edit]:
        begin = self.places.exactly(base)
        if begin is None or not self.text.startswith("[[", begin.start):
            raise self._no_room(base, "begin the case with a line `[[cases]]`")
        own, whole = self._ends(base, begin)
        notices, text = notice_lines(new), expectation_tables(new)
        if own == whole:
            yield _Edit(own, own, notices + text)
        else:
            yield _Edit(own, own, notices)
            yield _Edit(whole, whole, text)

    def _ends(self, base: Path, begin: Place) -> tuple[int, int]:
        """Where the lines of a case itself end, and where those of all its tables do."""
        inside = [p for path, p in self.places.found.items() if path[: len(base)] == base]
        headers = [p.start for p in inside if p.start > begin.start and self._begins_line(p.start)]
        first = min(headers, default=len(self.text))
        own = max(p.end for p in inside if p.start < first)
        return self._next_line(own), self._next_line(max(p.end for p in inside))

    def _begins_line(self, start: int) -> bool:
        """Whether a header stands there: a value has its key before it."""
        before = self.text[self.text.rfind("\n", 0, start) + 1 : start]
        return self.text[start] == "[" and not before.strip()

    def _next_line(self, at: int) -> int:
        end = self.text.find("\n", at)
        return len(self.text) if end < 0 else end + 1


def notice_lines(case: PolicyCase) -> str:
    """The lines of a case that say which referrals and deadlocks it expects."""
    return "".join(
        f"{name} = {_notices_text(found)}\n"
        for name, found in (("referrals", case.referrals), ("deadlocks", case.deadlocks))
        if found is not None
    )


def expectation_tables(case: PolicyCase) -> str:
    """The tables of a case that say which standings it expects, each after an empty line."""
    tables: dict[str, str] = {}
    for (benefit, registration), expected in _grouped(case.standings).items():
        line = f"{key_text(registration)} = {_standings_text(expected)}\n"
        tables[benefit] = tables.get(benefit, "") + line
    return "".join(f"\n[cases.expect.{key_text(b)}]\n{lines}" for b, lines in tables.items())


def _grouped(
    standings: Iterable[ExpectedStanding],
) -> dict[tuple[str, str], list[ExpectedStanding]]:
    found: dict[tuple[str, str], list[ExpectedStanding]] = {}
    for each in standings:
        found.setdefault((each.benefit, each.registration_id), []).append(each)
    return found


def _standings_text(expected: Sequence[ExpectedStanding]) -> str:
    if len(expected) == 1 and expected[0].line is None:
        return standing_text(expected[0])
    return "[" + ", ".join(_table_text(each.stated, each.line) for each in expected) + "]"


def standing_text(expected: ExpectedStanding) -> str:
    """What is expected of a standing, as a case file has it.

    >>> standing_text(ExpectedStanding(benefit="protection", registration_id="R1",
    ...     stated=[Stated("stand", "denied"), Stated("code", "NOT_FIRST")]))
    '"denied NOT_FIRST"'
    """
    names = {each.name: each.value for each in expected.stated}
    if set(names) in _SHORT and not any(re.search(r"[\s:,]", text) for text in names.values()):
        return quoted(" ".join(names[name] for name in ("stand", "code") if name in names))
    return _table_text(expected.stated, None)


def _notices_text(notices: Sequence[ExpectedNotice]) -> str:
    items = [_table_text(each.stated, None) for each in notices]
    if len(items) > 1:
        return "[\n" + "".join(f"    {each},\n" for each in items) + "]"
    return f"[{''.join(items)}]"


def _table_text(stated: Iterable[Stated], line: str | None) -> str:
    first = [] if line is None else [f"line = {quoted(line)}"]
    pairs = [*first, *(f"{each.name} = {_value_text(each)}" for each in stated)]
    return "{ " + ", ".join(pairs) + " }"


def _value_text(stated: Stated) -> str:
    if stated.name in _LISTS:
        items = stated.value.split("; ") if stated.value else []
        return "[" + ", ".join(map(quoted, items)) + "]"
    if stated.name in ("place", "percent") and _DIGITS.fullmatch(stated.value):
        return stated.value
    return quoted(stated.value or "-")


def key_text(key: str) -> str:
    """A key as TOML has it: bare where it can be.

    >>> key_text("R-1"), key_text("R 1")
    ('R-1', '"R 1"')
    """
    return key if _BARE.fullmatch(key) else quoted(key)


def quoted(text: str) -> str:
    """A text as TOML has it, in quotation marks."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")

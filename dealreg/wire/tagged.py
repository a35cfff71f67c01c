"""Values from their plain form: the inverse of `dealreg.facts.canonical.plain`.

One reader for all classes, driven by their attrs fields and type hints. `cattrs` would need a
hook for every scalar and for every union here, tells neither `1` from `true` nor a repeated name
from a single one, and would leave the places of mistakes to be put together from its exceptions;
what is left of the job is this table. Tags are looked up in a closed registry: a file never names
a class.
"""

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

import attrs

from dealreg.errors import DealregError, shown, suggestion
from dealreg.facts.canonical import Plain
from dealreg.facts.values import FrozenMap, Value
from dealreg.wire.allowed import (
    SCALAR_TAGS,
    SCALARS,
    Allowed,
    Scalar,
    allowed,
    schema,
    whole_text,
)
from dealreg.wire.registry import REGISTRY

__all__ = ["Inexact", "Problem", "Repeated", "read_tagged"]

Path: TypeAlias = "tuple[Path, str] | None"
"""A place in the file: the place around it, and the last step. Spelt out only for an error."""


@attrs.frozen
class Problem:
    """One thing wrong with the plain form: where, what, and what to do."""

    place: str
    message: str
    value: object
    hint: str


@attrs.frozen
class Inexact:
    """A number that JSON has and exact values do not: with a point, too long, not a number."""

    text: str


class Repeated(dict[str, Plain]):
    """An object in which some names stand twice."""

    def __init__(self, items: Mapping[str, Plain], names: list[str]) -> None:
        super().__init__(items)
        self.names = names


_MOST_PROBLEMS: Final = 1_000
"""As many are listed; a file can have millions, each far larger in memory than in the file."""


class _MoreProblems(Exception):  # noqa: N818 - no error, the end of a list
    """Ends the reading: no more problems are listed."""


_BAD: Final[Any] = object()
"""Stands for a value that could not be read, while its problem is in the list."""


def read_tagged(data: Plain, tag: str, place: str) -> tuple[Any, list[Problem]]:
    """The value of that tag, and no problems; or all the problems, and the value means nothing.

    Args:
        data: plain data, with `Inexact` and `Repeated` where the JSON had them.
        tag: a tag of `REGISTRY`.
        place: where the data stands, the beginning of each problem's place.
    """
    problems: list[Problem] = []
    try:
        value = _read(Allowed({}, {tag: REGISTRY[tag]}), data, (None, place), problems)
    except _MoreProblems:
        return _BAD, problems
    return value, problems


def _read(allows: Allowed, data: Plain, path: Path, problems: list[Problem]) -> Any:
    kind = type(data)
    if kind is dict or kind is Repeated:
        return _read_object(allows, data, path, problems)
    if kind is list and allows.items is not None:
        found = [_read(allows.items, data[n], (path, f"[{n}]"), problems) for n in range(len(data))]
        return _BAD if any(item is _BAD for item in found) else tuple(found)
    convert = allows.native.get(kind)
    if convert is None:
        return _refuse(allows, data, path, problems)
    try:
        return convert(data)
    except DealregError as wrong:
        return _note(path, problems, wrong.message, data, wrong.hint)


def _read_object(allows: Allowed, data: Plain, path: Path, problems: list[Problem]) -> Any:
    if isinstance(data, Repeated):
        for name in data.names:
            _note((path, name), problems, f"{shown(name)} is stated twice", name, "keep one")
        return _BAD
    if allows.is_map:
        return _read_map(data, path, problems)
    tag = data.get("is")
    kind = allows.tagged.get(tag) if isinstance(tag, str) else None
    if kind is None:
        return _refuse_tag(allows, data, path, problems)
    scalar = SCALARS.get(kind)
    if scalar is None:
        return _read_record(kind, data, path, problems)
    return _read_scalar(scalar, data, path, problems)


def _read_map(data: Mapping[str, Plain], path: Path, problems: list[Problem]) -> Any:
    made = {}
    for name, held in data.items():
        try:
            made[whole_text(name)] = _read(allowed(Value), held, (path, name), problems)
        except DealregError as wrong:
            _note(path, problems, wrong.message, name, wrong.hint)
            return _BAD
    return _BAD if any(held is _BAD for held in made.values()) else FrozenMap(made)


def _read_record(kind: type, data: Mapping[str, Plain], path: Path, problems: list[Problem]) -> Any:
    known = schema(kind)
    made: dict[str, Any] = {}
    sound = True
    for name, held in data.items():
        allows = known.fields.get(name)
        if allows is not None:
            made[name] = _read(allows, held, (path, name), problems)
            sound = sound and made[name] is not _BAD
        elif name != "is":
            hint = suggestion(name, known.fields)
            _note((path, name), problems, f"{_one(known.tag)} has no {shown(name)}", name, hint)
            sound = False
    for name in known.required:
        if name not in made:
            _note(path, problems, f"{_one(known.tag)} needs `{name}`", None, f"state `{name}`")
            sound = False
    if not sound:
        return _BAD
    try:
        return kind(**made)
    except DealregError as wrong:
        return _note_all(path, problems, wrong)


def _read_scalar(
    scalar: Scalar, data: Mapping[str, Plain], path: Path, problems: list[Problem]
) -> Any:
    held = data.get(scalar.key)
    if set(data) == {"is", scalar.key} and type(held) is scalar.kind:
        try:
            return scalar.read(held)
        except (DealregError, ValueError, OverflowError, ZeroDivisionError):
            pass
    return _note(
        path,
        problems,
        f"{shown(_as_written(held))} is not {_one(scalar.tag)}",
        held,
        f"write it as in {scalar.example}",
    )


def _one(thing: str) -> str:
    return f"an {thing}" if thing[0] in "aeiou" else f"a {thing}"


def _refuse(allows: Allowed, data: Plain, path: Path, problems: list[Problem]) -> Any:
    if isinstance(data, Inexact):
        return _note(
            path,
            problems,
            f"the number {shown(data.text)} is not exact",
            data.text,
            _EXACT_HINT if allows.tagged else f"give {_described(allows)}",
        )
    message = f"{shown(_as_written(data))} cannot stand here"
    return _note(path, problems, message, data, f"give {_described(allows)}")


_EXACT_HINT = (
    'write a decimal number as {"is": "decimal", "value": "0.5"}, its digits as text, and an '
    "integer in at most 4,000 digits"
)


def _refuse_tag(
    allows: Allowed, data: Mapping[str, Plain], path: Path, problems: list[Problem]
) -> Any:
    tag = data.get("is")
    if not allows.tagged or tag is None or not isinstance(tag, str):
        message = "an object cannot stand here" if tag is None else "this object cannot stand here"
        if allows.tagged and tag is None:
            message = "the object does not say what it `is`"
        return _note(path, problems, message, tag, f"give {_described(allows)}")
    message = f"{shown(tag)} cannot stand here"
    if tag not in REGISTRY and tag not in SCALAR_TAGS:
        message = f"there is no {shown(tag)}"
    return _note((path, "is"), problems, message, tag, suggestion(tag, allows.tagged))


def _as_written(data: Plain) -> object:
    match data:
        case None | bool():
            return {None: "null", True: "true", False: "false"}[data]
        case list():
            return "[...]" if data else "[]"
        case dict():
            return "{...}" if data else "{}"
        case Inexact(text):
            return text
        case _:
            return data


_NATIVE_WORDS: Final[Mapping[type, str]] = {
    bool: "true or false",
    int: "a whole number",
    str: "a text",
    type(None): "null",
}


def _described(allows: Allowed) -> str:
    if allows.items is not None:
        return f"a list, each {_described(allows.items).removeprefix('give ')}"
    if allows.is_map:
        return "an object of names and values"
    if allows.words:
        return "one of " + ", ".join(f"`{word}`" for word in allows.words)
    choices = [_NATIVE_WORDS[kind] for kind in allows.native]
    choices += [f'{{"is": "{tag}", ...}}' for tag in list(allows.tagged)[:8]]
    return " or ".join(choices)


_STEP: Final = 80
"""No name of a field is longer: longer steps are somebody's data."""


def _spelt(path: Path) -> str:
    steps: list[str] = []
    while path is not None:
        path, step = path
        steps.append(step)
    whole = ""
    for step in reversed(steps):
        inside = step if len(step) <= _STEP else step[:_STEP] + "..."
        whole += inside if not whole or inside.startswith("[") else f".{inside}"
    return whole


def _note(path: Path, problems: list[Problem], message: str, value: object, hint: str) -> Any:
    if len(problems) == _MOST_PROBLEMS:
        message, hint = f"more than {_MOST_PROBLEMS:,} mistakes", "correct the others first"
        problems.append(Problem("", message, None, hint))
        raise _MoreProblems
    problems.append(Problem(_spelt(path), message, value, hint))
    return _BAD


def _note_all(path: Path, problems: list[Problem], wrong: DealregError) -> Any:
    """The problems that a class itself found, each put below the place of its object."""
    for each in getattr(wrong, "problems", (wrong,)):
        message = f"{each.place}: {each.message}" if each.place else each.message
        _note(path, problems, message, each.value, each.hint)
    return _BAD

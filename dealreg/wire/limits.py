"""How much a policy file may ask of the machine that reads it.

A file that anybody can write can also be written to keep a machine busy. What is done with a policy
grows little faster than the policy, so a limit on its size limits all of it; what multiplies, such
as levels and the comparisons with them, has a limit of its own. The language has limits besides:
`docs/explanation/hostile-files.md` lists them all, with what they were measured to be good for.
"""

from collections import Counter
from typing import Any, Final

import attrs

from dealreg.errors import UnreadableError, UsageError, shown
from dealreg.facts.canonical import Plain

__all__ = ["LIMITS", "Limits", "refuse_excess"]


def _positive(_limits: Any, attribute: "attrs.Attribute[int]", value: object) -> None:
    if type(value) is not int or value < 1:
        raise UsageError(
            f"{attribute.name}={shown(value)} is not a limit",
            value=value,
            hint="give a whole number from 1 on",
        )


def _limit(most: int) -> Any:
    return attrs.field(default=most, validator=_positive)


@attrs.frozen(kw_only=True)
class Limits:
    """The most that a policy file may hold; each can be raised by whoever trusts the file.

    Attributes:
        size: bytes of the file (of a text that is given as such, characters).
        parts: tables, keys, items of lists; a text counts once for every 16 characters.
        levels: levels of one ladder, of the tiers or of a field.
        terms: terms of one contest, from those of the first holder on.
        calendars: calendars of one version.
        holiday_rules: rules for holidays, of all calendars together.
        editions: versions of a book.

    Raises:
        UsageError: for a limit that is not a whole number from 1 on.

    >>> Limits(levels=1_000).parts
    50000
    """

    size: int = _limit(4 * 1024 * 1024)
    parts: int = _limit(50_000)
    levels: int = _limit(256)
    terms: int = _limit(100)
    calendars: int = _limit(200)
    holiday_rules: int = _limit(500)
    editions: int = _limit(1_000)


LIMITS: Final = Limits()
"""What holds where the caller does not say otherwise."""

_OF_ONE: Final = {
    "tiers": ("levels", "levels"),
    "levels": ("levels", "levels"),
    "gives": ("terms", "terms"),
    "calendars": ("calendars", "calendars"),
    "editions": ("editions", "versions"),
}
"""By key: the limit on one list or table of that key, and what it is a limit of."""

_RULES: Final = "holiday_rules"
_CHARACTERS: Final = 16


def refuse_excess(data: Plain, limits: Limits, place: str) -> None:
    """Refuse plain data of a policy that are over a limit, before anything is made of them.

    Raises:
        UnreadableError: saying which limit, and how it is raised.
    """
    count: Counter[str] = Counter()
    todo: list[tuple[str, Plain]] = [("", data)]
    while todo:
        key, held = todo.pop()
        if isinstance(held, (dict, list)):
            count["parts"] += len(held)
            if key in _OF_ONE and len(held) > getattr(limits, _OF_ONE[key][0]):
                raise _excess(*_OF_ONE[key], len(held), limits, place)
            if key == _RULES:
                count[_RULES] += len(held)
        if isinstance(held, dict):
            count["parts"] += sum(len(name) for name in held) // _CHARACTERS
            todo.extend(held.items())
        elif isinstance(held, list):
            todo.extend(("", item) for item in held)
        elif isinstance(held, str):
            count["parts"] += len(held) // _CHARACTERS
        for name, words in (("parts", "parts"), (_RULES, "rules for holidays")):
            if count[name] > getattr(limits, name):
                raise _excess(name, words, count[name], limits, place)


def _excess(name: str, words: str, count: int, limits: Limits, place: str) -> UnreadableError:
    most = getattr(limits, name)
    return UnreadableError(
        f"more than {most:,} {words}",
        place=place,
        value=count,
        hint="a programme has fewer; if this one has not, raise the limit with "
        f"`limits=Limits({name}=...)`",
    )

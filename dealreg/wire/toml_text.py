"""A TOML text to its tables, or to what is wrong with it, line and column."""

import re
from collections.abc import Callable
from typing import Any, Final

from dealreg.errors import UnreadableError, shown
from dealreg.wire.limits import LIMITS, Limits

__all__ = ["toml_tables"]

_DEEPEST: Final = 64
"""How deep lists and tables may nest, and how many parts a key may have; rules need five."""


def toml_tables(
    text: str,
    place: str,
    *,
    number: Callable[[str], Any] = float,
    limits: Limits = LIMITS,
) -> dict[str, Any]:
    """The tables of a TOML text.

    Args:
        text: the content of the file.
        place: what errors call the file.
        number: what numbers with a point are read as.
        limits: how much is read.

    Raises:
        UnreadableError: when the text is not TOML, too large or nested too deeply.

    >>> toml_tables("tier = 'gold'", "example")
    {'tier': 'gold'}
    """
    import tomllib

    if len(text) > limits.size:
        raise UnreadableError(
            f"a file of {len(text):,} characters is too large",
            place=place,
            hint=f"at most {limits.size:,} are read; if this policy needs more, raise the limit "
            "with `limits=Limits(size=...)`",
        )
    _refuse_depth(text, place)
    try:
        return tomllib.loads(text, parse_float=number)
    except tomllib.TOMLDecodeError as wrong:
        message, _, where = str(wrong).rpartition(" (at ")
        raise UnreadableError(
            f"not TOML: {_lower(message or str(wrong))}{_again(message, where, text)}",
            place=f"{place}, {_where(where.removesuffix(')'), text)}" if message else place,
            hint=_remedy(message),
        ) from None
    except ValueError as wrong:  # an integer of more digits than Python reads
        many = "a number has too many digits" if "digits" in str(wrong) else _lower(str(wrong))
        raise UnreadableError(
            f"not TOML: {many}", place=place, hint="write numbers of at most 34 digits"
        ) from None


def _where(said: str, text: str) -> str:
    """Where the text is wrong, by line also where that is its end."""
    if said != "end of document":
        return said
    return f"line {text.rstrip().count(chr(10)) + 1}, at the end of the file"


def _again(message: str, where: str, text: str) -> str:
    """The key that was stated before, where that is what is wrong."""
    found = re.match(r"line (\d+)", where)
    if "overwrite" not in message or found is None:
        return ""
    key, equals, _ = text.split("\n")[int(found[1]) - 1].partition("=")
    return f" that is stated before: {shown(key.strip())}" if equals else ""


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _remedy(message: str) -> str:
    if "verwrite" in message or "twice" in message:
        return "state each key and each `[table]` once; write `[[table]]` for one of several"
    return "put texts in quotes, lists in `[` and `]`, and each key on a line of its own"


_LEXICAL = re.compile(
    r'''(?P<text>"""(?:[^\\]|\\.)*?(?:"""|\Z)|\'\'\'.*?(?:\'\'\'|\Z)|"(?:[^"\\\n]|\\.)*+"?|'[^'\n]*+'?)
      | (?P<comment>\#[^\n]*+)
      | (?P<open>[\[{]) | (?P<close>[\]}])
      | (?P<dot>\.)
      | (?P<apart>[\n=,])''',
    re.VERBOSE | re.DOTALL,
)


def _refuse_depth(text: str, place: str) -> None:
    """Refuse nesting before `tomllib` meets it: it recurses, and is quadratic in a key's parts."""
    depth = dots = 0
    for found in _LEXICAL.finditer(text):
        match found.lastgroup:
            case "open":
                depth += 1
            case "close":
                depth = max(depth - 1, 0)
            case "dot":
                dots += 1
            case "apart":
                dots = 0
            case _:
                continue
        if max(depth, dots) > _DEEPEST:
            line = text.count("\n", 0, found.start()) + 1
            raise UnreadableError(
                f"nested more than {_DEEPEST} deep",
                place=f"{place}, line {line}",
                hint="rules and cases need no more than a few levels",
            )

"""The words of predicate text: what the parser reads one by one, and how odd words are quoted."""

import re
import sys
from collections.abc import Iterator
from enum import StrEnum
from typing import Final

import attrs

from dealreg.errors import PolicyError, shown

__all__ = [
    "LONGEST",
    "RESERVED",
    "Token",
    "TokenKind",
    "bare_or_quoted",
    "place_in",
    "quoted",
    "tokens",
]

LONGEST: Final = 200_000
"""The most characters a rule may have. A longer one is no rule a person could check."""

RESERVED: Final = (
    frozenset({"all", "and", "any", "as", "not", "of", "or"})
    | {"always", "false", "never", "true"}
    | {"covers", "external", "in", "known", "missing", "only", "overlaps"}
)
"""Words with a meaning of their own: as a name or a text they are written in quotes."""

_BARE = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_TOKEN = re.compile(
    r"""(?P<space>[\ \t\r\n]++)
      | (?P<quoted>"(?:[^"\\\n]|\\.)*+"|'(?:[^'\\\n]|\\.)*+')
      | (?P<operator>==|!=|<=|>=|<|>)
      | (?P<mark>[()\[\],])
      | (?P<word>[\w.:+-]++)""",
    re.VERBOSE,
)
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", '"': '"'}
_ESCAPES = {"\n": r"\n", "\t": r"\t", "\r": r"\r", "\\": r"\\"}
_REMEDIES = {
    "=>": "write `>=`",
    "=<": "write `<=`",
    "=": "write `==` for equal",
    "≥": "write `>=`",
    "≤": "write `<=`",
    "≠": "write `!=`",
    "!": "write `not`, or `!=`",
    "~": "write `not`",
    "&": "write `and`",
    "|": "write `or`",
    '"': "close the quote on the same line",
    "'": "close the quote on the same line",
    "“": "use straight quotes",
    "”": "use straight quotes",
    "„": "use straight quotes",
    "\u2018": "use straight quotes",
    "\u2019": "use straight quotes",
    "{": "write lists in `[` and `]`",
    "%": "write the number alone",
}


class TokenKind(StrEnum):
    """What a token is."""

    WORD = "word"
    QUOTED = "quoted"
    OPERATOR = "operator"
    MARK = "mark"
    END = "end"


@attrs.frozen
class Token:
    """One word, quoted text, operator or mark.

    Attributes:
        kind: which of these.
        text: its text; of a quoted one, what is inside the quotes, escapes resolved.
        start: where it begins in the whole text, from 0.
    """

    kind: TokenKind
    text: str
    start: int

    def is_word(self, *words: str) -> bool:
        """Whether it is one of these words, not in quotes."""
        return self.kind is TokenKind.WORD and self.text in words

    def is_mark(self, mark: str) -> bool:
        """Whether it is this mark."""
        return self.kind is TokenKind.MARK and self.text == mark

    def shown(self) -> str:
        """How an error quotes it."""
        return "the end" if self.kind is TokenKind.END else shown(self.text)


def place_in(text: str, start: int) -> str:
    """Where in a text: `[column 8]`, in a text of several lines `[line 2, column 8]`."""
    column = start - text.rfind("\n", 0, start)
    if "\n" not in text:
        return f"[column {column}]"
    line = text.count("\n", 0, start) + 1
    return f"[line {line}, column {column}]"


def tokens(text: str) -> tuple[Token, ...]:
    """The tokens of a text, the last one being its end.

    Raises:
        PolicyError: for a text that is too long, a character without meaning, an open quote.
    """
    if len(text) > LONGEST:
        raise PolicyError(
            f"a rule of {len(text)} characters is too long",
            hint=f"write at most {LONGEST} characters; a long list is better a field of its own",
        )
    return tuple(_tokens(text))


def _tokens(text: str) -> Iterator[Token]:
    start = 0
    while start < len(text):
        found = _TOKEN.match(text, start)
        if found is None:
            raise PolicyError(
                f"{shown(text[start])} has no meaning here",
                place=place_in(text, start),
                value=text[start],
                hint=_REMEDIES.get(text[start : start + 2])
                or _REMEDIES.get(text[start], "put texts with such characters in quotes"),
            )
        kind, spelled = found.lastgroup, found.group()
        if kind == "quoted":
            yield Token(TokenKind.QUOTED, _unquoted(spelled, text, start), start)
        elif kind is not None and kind != "space":
            yield Token(TokenKind(kind), spelled, start)
        start = found.end()
    yield Token(TokenKind.END, "", len(text))


def _unquoted(spelled: str, text: str, start: int) -> str:
    def resolve(found: re.Match[str]) -> str:
        code = found[1] or found[2]
        if code and int(code, 16) <= sys.maxunicode:
            return chr(int(code, 16))
        if found[3] in _ESCAPED:
            return _ESCAPED[found[3]]
        raise PolicyError(
            f"{shown(found.group())} is not an escape",
            place=place_in(text, start + 1 + found.start()),
            value=found.group(),
            hint=r"use `\\`, `\'`, `\"`, `\n`, `\t`, `\r`, `\u0000`",
        )

    return _ESCAPE.sub(resolve, spelled[1:-1])


def quoted(text: str) -> str:
    r"""The text in quotes, single ones unless it has a single quote inside.

    >>> print(quoted("gold plus"), quoted("partner's"))
    'gold plus' "partner's"
    """
    mark = '"' if "'" in text and '"' not in text else "'"
    return mark + "".join(_escaped(each, mark) for each in text) + mark


def _escaped(character: str, mark: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character == mark:
        return "\\" + mark
    if character.isprintable():
        return character
    code = f"{ord(character):x}"
    return f"\\u{code:0>4}" if len(code) <= len("ffff") else f"\\U{code:0>8}"


def bare_or_quoted(text: str) -> str:
    """The text as it is where it reads as one plain word, else in quotes."""
    plain_word = _BARE.fullmatch(text) and text not in RESERVED
    return text if plain_word else quoted(text)

"""Every error the library raises, one class per person who must act.

| class | who must act |
|---|---|
| `PolicyError`, in a group `PolicyErrors` | the policy author |
| `FactsError`, in a group `FactsErrors` | whoever supplies the registrations |
| `CaseError`, in a group `CaseErrors` | whoever writes the test cases of a policy |
| `UnreadableError` | whoever supplies the file |
| `UsageError` | the engineer whose code made the call |
| `MissingExtraError` | whoever installed the library |

All carry fields (`message`, `place`, `value`, `hint`): a channel system never has to read the text.
"""

from collections.abc import Iterable, Sequence, Sized
from decimal import Decimal
from typing import Self, TypeVar

__all__ = [
    "CaseError",
    "CaseErrors",
    "DealregError",
    "FactsError",
    "FactsErrors",
    "MissingExtraError",
    "PolicyError",
    "PolicyErrors",
    "UnreadableError",
    "UsageError",
    "shown",
    "suggestion",
]

_SHOWN_AT_MOST = 80
_BITS_AT_MOST = 256
_CHOICES_AT_MOST = 8
_COMPARED_AT_MOST = 500
_SPELT_AT_MOST = 40
"""Words are compared letter by letter: among more and longer ones that takes too long."""


def shown(value: object) -> str:
    """The value as an error may quote it: its text, on one line, cut to 80 characters.

    >>> shown("gold")
    '`gold`'
    >>> len(shown("x" * 1_000_000))
    85
    """
    if isinstance(value, int) and value.bit_length() > _BITS_AT_MOST:
        return f"`an integer of {value.bit_length()} bits`"
    text = str(value) if isinstance(value, (str, Decimal)) else repr(value)
    text = " ".join(text[: 4 * _SHOWN_AT_MOST].split())
    if not text.isprintable():  # half characters and terminal escapes are spelled out
        text = "".join(
            each if each.isprintable() else each.encode("unicode_escape").decode() for each in text
        )
    cut = text if len(text) <= _SHOWN_AT_MOST else text[:_SHOWN_AT_MOST] + "..."
    return f"`{cut}`"


def suggestion(word: object, choices: Iterable[str]) -> str:
    """What to write instead of a misspelt word: the nearest choices, or the first few there are.

    Nothing where there are more than 500, which nobody reads.

    >>> suggestion("teir", ["tier", "amount"])
    'did you mean `tier`?'
    >>> suggestion("zzz", ["tier", "amount"])
    'choose one of `amount`, `tier`'
    """
    if isinstance(choices, Sized) and len(choices) > _COMPARED_AT_MOST:
        return ""
    known = sorted(set(choices))
    if not known:
        return ""
    import difflib  # only on the way to an error: not paid for at import

    near = difflib.get_close_matches(str(word)[:_SPELT_AT_MOST], known, n=2, cutoff=0.6)
    if near:
        return "did you mean " + " or ".join(f"`{choice}`" for choice in near) + "?"
    first, further = known[:_CHOICES_AT_MOST], len(known) - _CHOICES_AT_MOST
    more = f" and {further} more" if further > 0 else ""
    return "choose one of " + ", ".join(f"`{choice}`" for choice in first) + more


class DealregError(Exception):
    """The root of all errors: catch this one to catch them all.

    Attributes:
        message: what is wrong, one lower-case sentence, the offending value in backticks.
        place: where: a path in the policy, or file, row and column.
        value: the offending value itself.
        hint: what to do about it.
        line: the line of the file, from 1, where it is known.
    """

    def __init__(
        self,
        message: str,
        *,
        place: str = "",
        value: object = None,
        hint: str = "",
        line: int | None = None,
    ) -> None:
        self.message = message
        self.place = place
        self.value = value
        self.hint = hint
        self.line = line
        super().__init__(message)

    @property
    def where(self) -> str:
        """The place, and the line where the place does not say it."""
        line = "" if self.line is None else f"line {self.line}"
        return self.place if line in self.place else ", ".join(filter(None, (self.place, line)))

    def __str__(self) -> str:
        where = f"{self.where}: " if self.where else ""
        return f"{where}{self.message}" + (f"; {self.hint}" if self.hint else "")

    def __reduce__(self) -> tuple[object, ...]:
        parts = (type(self), self.message, self.place, self.value, self.hint, self.line)
        return (_rebuild, parts)

    def at(self, place: str) -> Self:
        """The same error, `place` put in front of where it already says it is."""
        inside = "." if self.place and not self.place.startswith("[") else ""
        joined = f"{place}{inside}{self.place}" if self.place else place
        return type(self)(
            self.message, place=joined, value=self.value, hint=self.hint, line=self.line
        )


E = TypeVar("E", bound=DealregError)


def _rebuild(
    kind: type[DealregError], message: str, place: str, value: object, hint: str, line: int | None
) -> DealregError:
    return kind(message, place=place, value=value, hint=hint, line=line)


class PolicyError(DealregError, ValueError):
    """A rule cannot mean anything as written: the policy author must act."""


class FactsError(DealregError, ValueError):
    """A registration, partner, customer or opportunity is malformed: its supplier must act."""


class CaseError(DealregError, ValueError):
    """A test case of a policy cannot be run as written: whoever writes the cases must act."""


class UnreadableError(DealregError, ValueError):
    """A file is not in the format it should be: whoever supplies the file must act."""


class UsageError(DealregError, TypeError):
    """The library was called in a way that has no meaning: the calling code must change."""


class MissingExtraError(DealregError, ImportError):
    """An optional part is not installed; the hint is the command that installs it."""


class _Group(ExceptionGroup[E]):
    def __new__(cls, problems: Sequence[E]) -> Self:
        return super().__new__(cls, f"{len(problems)} found", list(problems))

    def __init__(self, problems: Sequence[E]) -> None:
        self.problems = tuple(problems)
        self.place = ""
        self.value: object = None
        self.hint = ""
        self.line: int | None = None

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.problems,))

    def derive(self, excs: Sequence[E]) -> Self:  # type: ignore[override]
        return type(self)(excs)


class PolicyErrors(_Group[PolicyError], DealregError):  # type: ignore[override] # noqa: N818 - a group
    """All that is wrong with a policy, at once; `problems` has one `PolicyError` each."""


class FactsErrors(_Group[FactsError], DealregError):  # type: ignore[override] # noqa: N818 - a group
    """All that is wrong with the facts, at once; `problems` has one `FactsError` each."""


class CaseErrors(_Group[CaseError], DealregError):  # type: ignore[override] # noqa: N818 - a group
    """All that is wrong with a file of cases, at once; `problems` has one `CaseError` each."""

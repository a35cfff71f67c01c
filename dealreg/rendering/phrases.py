"""Predicates in English, as terms a programme would print: precedence shown by nesting."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import assert_never

from dealreg.facts.fields import FieldType
from dealreg.facts.values import Scalar
from dealreg.facts.vocabulary import Vocabulary
from dealreg.policy.predicates import (
    AllOf,
    AnyOf,
    Compare,
    Constant,
    Covers,
    External,
    Fact,
    Missing,
    Not,
    OneOf,
    Only,
    Op,
    Overlaps,
    Predicate,
)
from dealreg.rendering.document import Item
from dealreg.rendering.nouns import DENIAL, Voice, event, noun, plural, statement
from dealreg.rendering.words import Clock, listed, quoted, told

__all__ = ["OPPOSITE", "Phrases"]

OPPOSITE = {
    Op.EQ: Op.NE,
    Op.NE: Op.EQ,
    Op.LT: Op.GE,
    Op.GE: Op.LT,
    Op.GT: Op.LE,
    Op.LE: Op.GT,
}
"""The comparison that is true where the other is false."""

_LADDER = {
    Op.EQ: "is",
    Op.NE: "is not",
    Op.LT: "is below",
    Op.LE: "is at most",
    Op.GT: "is above",
    Op.GE: "is at least",
}
_SIZE = {
    Op.EQ: "is",
    Op.NE: "is not",
    Op.LT: "is less than",
    Op.LE: "is at most",
    Op.GT: "is more than",
    Op.GE: "is at least",
}
_TIME = {
    Op.EQ: "is at",
    Op.NE: "is not at",
    Op.LT: "is before",
    Op.LE: "is not after",
    Op.GT: "is after",
    Op.GE: "is not before",
}
_ALPHABET = {
    Op.EQ: "is",
    Op.NE: "is not",
    Op.LT: "sorts before",
    Op.LE: "does not sort after",
    Op.GT: "sorts after",
    Op.GE: "does not sort before",
}


_INCLUDES = ("includes", "include")
_LACKS = ("does not include", "do not include")


class Phrases:
    """Says predicates in the words of one vocabulary, to one kind of reader."""

    __slots__ = ("clock", "vocabulary", "voice")

    def __init__(
        self, vocabulary: Vocabulary, clock: Clock | None = None, voice: Voice = Voice.TERMS
    ) -> None:
        self.vocabulary = vocabulary
        self.clock = clock or Clock()
        self.voice = voice

    def sentence(self, predicate: Predicate, *, negated: bool = False) -> str:
        """The predicate in one line; parts within parts stand in brackets.

        >>> from dealreg import field
        >>> says = Phrases(Vocabulary(tiers=("silver", "gold")))
        >>> rule = (field("tier") >= "gold") & ~field("public_sector").is_true()
        >>> says.sentence(rule.predicate)
        "the partner's tier is at least gold and the customer is not a public body"
        """
        match predicate:
            case AllOf(parts) | AnyOf(parts):
                return self._joined(predicate, parts, negated=negated)
            case Not(part):
                return self.sentence(part, negated=not negated)
            case _:
                return self.leaf(predicate, negated=negated)

    def item(self, lead: str, predicate: Predicate, tail: str = "") -> Item:
        """The predicate as a list entry: in one line if it is simple, else with entries below."""
        positive, negated = _unwrapped(predicate)
        if not isinstance(positive, AllOf | AnyOf) or self._short(positive.parts, negated=negated):
            return Item(f"{lead}{self.sentence(predicate)}.{tail}")
        both = isinstance(positive, AllOf) is not negated
        word = "all of these hold:" if both else "at least one of these holds:"
        return Item(f"{lead}{word}{tail}", self._entries(positive, negated=negated))

    def _short(self, parts: Sequence[Predicate], *, negated: bool) -> bool:
        """Whether parts fit in one line: at most two, none of which would need brackets there."""
        if len(parts) > _ONE_LINE:
            return False
        nested = any(isinstance(_unwrapped(part)[0], AllOf | AnyOf) for part in parts)
        denied = any(self.sentence(part, negated=negated).startswith(DENIAL) for part in parts)
        return len(parts) <= 1 or not (nested or denied)

    def _entries(self, predicate: AllOf | AnyOf, *, negated: bool) -> tuple[Item, ...]:
        return tuple(self.item("", Not(part) if negated else part) for part in predicate.parts)

    def _joined(
        self, predicate: AllOf | AnyOf, parts: Sequence[Predicate], *, negated: bool
    ) -> str:
        both = isinstance(predicate, AllOf) is not negated
        if not parts:
            return "always" if both else "never"
        said = []
        for part in parts:
            inner = self.sentence(part, negated=negated)
            nested = isinstance(_unwrapped(part)[0], AllOf | AnyOf) or inner.startswith(DENIAL)
            said.append(f"({inner})" if nested and len(parts) > 1 else inner)
        return listed(said, "and" if both else "or")

    def leaf(self, predicate: Predicate, *, negated: bool = False) -> str:
        """A predicate without parts, or its opposite; unknown stays unknown in both."""
        match predicate:
            case Constant(value):
                return "always" if value is not negated else "never"
            case Compare(fact, op, value):
                return self._compare(fact, OPPOSITE[op] if negated else op, value)
            case OneOf(fact, values):
                among = listed([self.constant(fact, value) for value in values], "or")
                verb = "is none of" if negated else "is one of" if len(values) > 1 else "is"
                return self._said(fact, f"{verb} {among}")
            case Overlaps(fact, texts) if texts[1:]:
                rest = "none of" if negated else "at least one of"
                return self._set(fact, _INCLUDES, f"{rest} {listed(_texts(texts), 'or')}")
            case Overlaps(fact, texts):
                return self._set(fact, _LACKS if negated else _INCLUDES, told(texts[0]))
            case Covers(fact, texts):
                every = "all of " if negated and texts[1:] else ""
                verbs = _LACKS if negated else _INCLUDES
                return self._set(fact, verbs, f"{every}{listed(_texts(texts))}")
            case Only(fact, texts):
                beyond = "something besides" if negated else "nothing but"
                return self._set(fact, _INCLUDES, f"{beyond} {listed(_texts(texts))}")
            case Missing(fact):
                return self._said(fact, f"is{'' if negated else ' not'} on record")
            case External(name):
                answer = "no" if negated else "yes"
                return f"the programme's own check {quoted(name)} says {answer}"
            case AllOf() | AnyOf() | Not():
                return self.sentence(predicate, negated=negated)
            case _:
                assert_never(predicate)

    def constant(self, fact: Fact, value: Scalar) -> str:
        """A constant that a field is compared with: levels stand without quotation marks."""
        field = self.vocabulary.get(fact.name)
        ordinal = field is not None and field.type is FieldType.ORDINAL
        return self.clock.value(value, quotes=not ordinal)

    def _compare(self, fact: Fact, op: Op, value: Scalar) -> str:
        if isinstance(value, bool) and op in (Op.EQ, Op.NE):
            return statement(fact, self.vocabulary, self.voice, value=value is (op is Op.EQ))
        field = self.vocabulary.get(fact.name)
        if field is not None and field.type is FieldType.ORDINAL:
            verbs = _LADDER
        elif isinstance(value, date | datetime):
            verbs = _TIME
        else:
            verbs = _ALPHABET if isinstance(value, str) else _SIZE
        verb = verbs[op]
        if not isinstance(value, datetime) and isinstance(value, date):
            verb = verb.replace("at", "on")
        return self._said(fact, f"{verb} {self.constant(fact, value)}")

    def _said(self, fact: Fact, rest: str) -> str:
        as_of = "" if fact.as_of is None else f", as of {event(fact.as_of, self.vocabulary)}"
        if plural(fact.name, self.vocabulary) and rest.startswith("is "):
            rest = f"are{rest[2:]}"
        return f"{noun(fact.name, self.vocabulary, self.voice)} {rest}{as_of}"

    def _set(self, fact: Fact, verbs: tuple[str, str], rest: str) -> str:
        return self._said(fact, f"{verbs[plural(fact.name, self.vocabulary)]} {rest}")


_ONE_LINE = 2
"""More parts than this, or parts within parts, are easier to read as a list."""


def _texts(texts: Sequence[str]) -> list[str]:
    return [told(text) for text in texts]


def _unwrapped(predicate: Predicate) -> tuple[Predicate, bool]:
    """The predicate without the `not` around it, and whether it is negated."""
    negated = False
    while isinstance(predicate, Not):
        predicate, negated = predicate.part, not negated
    return predicate, negated

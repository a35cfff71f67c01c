"""The parser of predicate text.

    rule   = part, { ("and" | "or"), part } ;                    "and" binds closer than "or"
    part   = "not", part | "(", rule, ")" | ("all" | "any"), "of", "(", [ rule, { ",", rule } ], ")"
           | "always" | "never" | "external", name | ("missing" | "known"), fact
           | fact, [ comparison ] ;
    comparison = ("==" | "!=" | "<" | "<=" | ">" | ">="), constant | [ "not" ], "in", list
           | ("overlaps" | "covers" | "only"), (list | constant) ;
    fact   = name, [ "as", "of", name ] ;

A mistake in the grammar ends the reading; a field or constant that cannot be meant does not, so
that all of those are reported together.
"""

from collections.abc import Callable
from typing import Final, TypeVar

import attrs

from dealreg.errors import PolicyError, UsageError, shown, suggestion
from dealreg.facts.fields import Field, FieldType
from dealreg.facts.values import Scalar
from dealreg.facts.vocabulary import Vocabulary
from dealreg.policy.predicates import (
    DEEPEST,
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
from dealreg.wire.text_constants import Literal, constant
from dealreg.wire.text_tokens import RESERVED, Token, TokenKind, place_in, tokens

__all__ = ["Parser"]

_T = TypeVar("_T")

_DEEPEST_TEXT: Final = DEEPEST + 2
"""Parentheses may go a little deeper than predicates: they also stand where none is needed."""

_AFTER_FIELD: Final = ("in", "covers", "overlaps", "only", "as", "and", "or")
_MEANT: Final = {
    "is": "`==`",
    "equals": "`==`",
    "contains": "`covers`",
    "includes": "`covers`",
    "has": "`covers`",
    "between": "`>=` and `<=`, as two rules joined with `and`",
}
_MOST_PROBLEMS: Final = 20
"""As many mistakes of one text are listed; a text with more is no rule at all."""

_PLACEHOLDER: Final = Constant(True)


@attrs.define
class Parser:
    """Reads one text from left to right.

    Attributes:
        text: the whole text.
        vocabulary: the fields, which say what constants are.
        unsure: names of fields that are declared but not readable: nothing is said about them.
        problems: the mistakes found so far that did not end the reading.
    """

    text: str
    vocabulary: Vocabulary
    unsure: frozenset[str] = frozenset()
    problems: list[PolicyError] = attrs.field(factory=list, init=False)
    _tokens: tuple[Token, ...] = attrs.field(init=False)
    _next: int = attrs.field(default=0, init=False)
    _depth: int = attrs.field(default=0, init=False)

    def __attrs_post_init__(self) -> None:
        self._tokens = tokens(self.text)

    @property
    def token(self) -> Token:
        """The next token, not yet taken."""
        return self._tokens[self._next]

    def take(self) -> Token:
        """The next token, taken."""
        token = self.token
        self._next += token.kind is not TokenKind.END
        return token

    def taken(self, *words: str) -> bool:
        """Take the next tokens if they are just these words."""
        ahead = self._tokens[self._next : self._next + len(words)]
        matches = len(ahead) == len(words) and all(
            token.is_word(word) for token, word in zip(ahead, words, strict=True)
        )
        self._next += len(words) * matches
        return matches

    def taken_mark(self, mark: str) -> bool:
        """Take the next token if it is this mark."""
        matches = self.token.is_mark(mark)
        self._next += matches
        return matches

    def expected(self, what: str, hint: str = "") -> PolicyError:
        """The error that something else was expected here; raising it ends the reading."""
        return self._problem(self.token, f"expected {what}, found {self.token.shown()}", hint)

    def expect_end(self) -> None:
        """Nothing may follow."""
        if self.token.kind is TokenKind.END:
            return
        word = self.token.text.lower()
        near = suggestion(word, ("and", "or")) if self.token.kind is TokenKind.WORD else ""
        joined = "join rules with `and` or `or`; put texts of several words in quotes"
        raise self.expected("`and`, `or` or the end", near if near.startswith("did") else joined)

    def rule(self) -> Predicate:
        """A predicate, as far as it goes."""
        either: list[Predicate] = []
        both = [self._part()]
        while True:
            if self.taken("and"):
                both.append(self._part())
            elif self.taken("or"):
                either.append(_joined(AllOf, both))
                both = [self._part()]
            else:
                either.append(_joined(AllOf, both))
                return _joined(AnyOf, either)

    def fact(self) -> Fact:
        """A field, perhaps as of another; that is in the vocabulary is checked here."""
        fact, _ = self._fact()
        return fact

    def name(self, what: str) -> str:
        """A name: one plain word, or any text in quotes."""
        token = self.token
        if token.kind is TokenKind.QUOTED:
            return self.take().text
        if token.kind is not TokenKind.WORD:
            raise self.expected(what)
        if token.text in RESERVED:
            raise self.expected(what, f"put {shown(token.text)} in quotes if it is meant as a name")
        return self.take().text

    def _note(self, wrong: PolicyError) -> None:
        if len(self.problems) == _MOST_PROBLEMS:
            raise wrong
        self.problems.append(wrong)

    def placed(self, start: int, make: Callable[[], _T]) -> _T:
        """What a constructor makes; an error of it is placed where its text begins.

        Raises:
            PolicyError: when it refuses.
        """
        try:
            return make()
        except (PolicyError, UsageError) as wrong:
            place = place_in(self.text, start)
            raise PolicyError(
                wrong.message, place=place, value=wrong.value, hint=wrong.hint
            ) from None

    def _problem(self, token: Token, message: str, hint: str = "") -> PolicyError:
        place = place_in(self.text, token.start)
        return PolicyError(message, place=place, value=token.text, hint=hint)

    def _part(self) -> Predicate:
        negations = 0
        while self.taken("not"):
            negations += 1
            self._deeper()
        made = self._unnegated()
        self._depth -= negations
        for _ in range(negations):
            made = Not(made)
        return made

    def _unnegated(self) -> Predicate:
        if self.token.is_mark("("):
            return self._group()
        if self.taken("all", "of"):
            return AllOf(self._several())
        if self.taken("any", "of"):
            return AnyOf(self._several())
        if self.taken("always"):
            return Constant(True)
        if self.taken("never"):
            return Constant(False)
        if self.taken("external"):
            return External(self.name("the name of an external question"))
        if self.taken("missing"):
            return Missing(self.fact())
        if self.taken("known"):
            return Not(Missing(self.fact()))
        return self._comparison()

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > _DEEPEST_TEXT:
            raise self._problem(
                self.token,
                f"a rule is nested more than {DEEPEST} deep",
                "write `and` and `or` with many parts instead of nesting them",
            )

    def _group(self) -> Predicate:
        self.take()
        self._deeper()
        made = self.rule()
        if not self.taken_mark(")"):
            raise self.expected("`and`, `or` or `)`")
        self._depth -= 1
        return made

    def _several(self) -> tuple[Predicate, ...]:
        if not self.taken_mark("("):
            raise self.expected("`(`")
        self._deeper()
        parts: list[Predicate] = []
        if not self.token.is_mark(")"):
            parts.append(self.rule())
            while self.taken_mark(","):
                parts.append(self.rule())
        if not self.taken_mark(")"):
            raise self.expected("`,` or `)`")
        self._depth -= 1
        return tuple(parts)

    def _fact(self) -> tuple[Fact, Field | None]:
        token = self.token
        if token.kind is TokenKind.WORD and not (token.text[0].isalpha() or token.text[0] == "_"):
            raise self.expected(
                "the name of a field", "a rule begins with one: `amount >= 50000 EUR`"
            )
        name = self.name("the name of a field")
        field = self._known_field(token, name)
        if not self.taken("as"):
            return Fact(name), field
        if not self.taken("of"):
            raise self.expected("`of`", "write `tier as of submitted_at`")
        other = self.token
        as_of = self.name("the name of an instant field")
        self._known_field(other, as_of)
        return Fact(name, as_of), field

    def _known_field(self, token: Token, name: str) -> Field | None:
        if name in self.unsure:
            return None
        field = self.vocabulary.get(name)
        if field is None:
            hint = suggestion(name, self.vocabulary.names())
            self._note(self._problem(token, f"there is no field {shown(name)}", hint))
        return field

    def _comparison(self) -> Predicate:
        start = self.token
        fact, field = self._fact()
        if self.token.kind is TokenKind.OPERATOR:
            return self._compare(fact, field, Op(self.take().text))
        if self.taken("in"):
            return self._one_of(fact, field)
        if self.taken("not", "in"):
            return Not(self._one_of(fact, field))
        if self.taken("overlaps"):
            texts = self._texts(fact, field)
            return Overlaps(fact, texts) if texts else _PLACEHOLDER
        if self.taken("covers"):
            texts = self._texts(fact, field)
            return Covers(fact, texts) if texts else _PLACEHOLDER
        if self.taken("only"):
            texts = self._texts(fact, field)
            return Only(fact, texts) if texts else _PLACEHOLDER
        return self._yes(start, fact, field)

    def _yes(self, start: Token, fact: Fact, field: Field | None) -> Predicate:
        follows = self.token
        if follows.kind is TokenKind.QUOTED or (
            follows.kind is TokenKind.WORD and not follows.is_word("and", "or")
        ):
            asked = "`==`, `!=`, `<`, `<=`, `>`, `>=`, `in`, `covers`, `overlaps` or `only`"
            raise self.expected(asked, _meant(follows.text.lower()))
        if field is not None and field.type is not FieldType.BOOL:
            message = f"{shown(fact.name)} is not a yes/no field: say what of it must hold"
            hint = f"compare it, or write `known {fact.name}`"
            self._note(self._problem(start, message, hint))
        return Compare(fact, Op.EQ, True)

    def _compare(self, fact: Fact, field: Field | None, op: Op) -> Predicate:
        start = self.token
        value = self._constant(self._literal(), field)
        if field is not None and field.type is FieldType.TEXT_SET:
            hint = f"write `{fact.name} covers [...]` or `{fact.name} overlaps [...]`"
            message = f"{shown(fact.name)} is a set, which `{op}` cannot compare"
            self._note(self._problem(start, message, hint))
        return _PLACEHOLDER if value is None else Compare(fact, op, value)

    def _one_of(self, fact: Fact, field: Field | None) -> Predicate:
        if not self.token.is_mark("["):
            raise self.expected("`[`", f"write `{fact.name} in [one, two]`")
        values = self._list(field)
        return OneOf(fact, values) if values else _PLACEHOLDER

    def _texts(self, fact: Fact, field: Field | None) -> tuple[str, ...]:
        start = self.token
        if start.is_mark("["):
            values = self._list(field)
        else:
            values = tuple(v for v in (self._constant(self._literal(), field),) if v is not None)
        if field is not None and field.type is not FieldType.TEXT_SET:
            hint = f"write `{fact.name} in [...]`"
            message = f"{shown(fact.name)} is one value, not a set of texts"
            self._note(self._problem(start, message, hint))
        return tuple(value for value in values if isinstance(value, str))

    def _list(self, field: Field | None) -> tuple[Scalar, ...]:
        opened = self.take()
        if self.taken_mark("]"):
            raise self._problem(
                opened, "an empty list can never match", "name at least one value in it"
            )
        found = [self._constant(self._literal(), field)]
        while self.taken_mark(","):
            found.append(self._constant(self._literal(), field))
        if not self.taken_mark("]"):
            raise self.expected("`,` or `]`", "put texts with such characters in quotes")
        return tuple(value for value in found if value is not None)

    def _literal(self) -> Literal:
        start = self.token
        if start.kind is TokenKind.QUOTED:
            return Literal((self.take().text,), True, start.start)
        words: list[str] = []
        while self.token.kind is TokenKind.WORD and (
            self.token.text not in RESERVED or self.token.text in ("true", "false")
        ):
            words.append(self.take().text)
        if not words:
            reserved = self.token.kind is TokenKind.WORD
            hint = f"put {shown(start.text)} in quotes if it is meant as a text"
            raise self.expected("a value", hint if reserved else "")
        return Literal(tuple(words), False, start.start)

    def _constant(self, literal: Literal, field: Field | None) -> Scalar | None:
        if field is None:
            return None
        try:
            self._refuse_field(literal, field)
            return constant(literal, field)
        except PolicyError as wrong:
            self._note(wrong.at(place_in(self.text, literal.start)))
            return None

    def _refuse_field(self, literal: Literal, field: Field) -> None:
        """`partner_id == incumbent_partner_id` would quietly compare with that very text."""
        word = literal.words[0]
        plain = len(literal.words) == 1 and not literal.quoted and word not in RESERVED
        is_level = field.type is FieldType.ORDINAL and word in field.levels
        if plain and not is_level and self.vocabulary.get(word) is not None:
            raise PolicyError(
                f"{shown(word)} is a field: a rule compares a field with a constant",
                value=word,
                hint="put it in quotes if the text is meant; "
                "else declare a derived field of the two (elapsed, same or inside)",
            )


def _meant(word: str) -> str:
    if word in _MEANT:
        return f"write {_MEANT[word]}"
    near = suggestion(word, _AFTER_FIELD)
    return near if near.startswith("did") else "join rules with `and` or `or`"


def _joined(kind: type[AllOf] | type[AnyOf], parts: list[Predicate]) -> Predicate:
    return parts[0] if len(parts) == 1 else kind(tuple(parts))

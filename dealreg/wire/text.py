"""Rules as text that a programme manager reads and writes: `tier >= gold and amount >= 5000 EUR`.

The text keeps everything of a predicate, also how it is nested, so both directions are lossless.
"""

from typing import assert_never

from dealreg.errors import PolicyError, UsageError, shown
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
    predicate,
)
from dealreg.wire.text_constants import constant_text
from dealreg.wire.text_parser import Parser
from dealreg.wire.text_tokens import LONGEST, bare_or_quoted

__all__ = ["fact_text", "predicate_from_text", "predicate_to_text"]


def predicate_from_text(text: str, vocabulary: Vocabulary) -> Predicate:
    """The predicate that a text says.

    Args:
        text: the rule; see `docs/reference/toml.md` for the grammar.
        vocabulary: the fields, which say what the constants are.

    Raises:
        PolicyError: for the first mistake, with its line and column, and what to write instead.
        UsageError: when `text` is not text.

    >>> predicate_from_text("public_sector or amount >= 50000 EUR", Vocabulary()).parts[1].value
    Money(amount=Decimal('50000'), currency='EUR')
    >>> predicate_from_text("teir >= gold", Vocabulary(("silver", "gold")))
    Traceback (most recent call last):
        ...
    dealreg.errors.PolicyError: [column 1]: there is no field `teir`; did you mean `tier`?
    """
    if not isinstance(text, str):
        raise UsageError(f"{shown(text)} is not text", value=text, hint="give the rule as a str")
    parser = Parser(text, vocabulary)
    try:
        made = parser.rule()
        parser.expect_end()
    except PolicyError as wrong:
        raise (parser.problems or [wrong])[0] from None
    if parser.problems:
        raise parser.problems[0]
    return made


def predicate_to_text(rule: Predicate, vocabulary: Vocabulary | None = None) -> str:
    """The text of a predicate: reading it back under its vocabulary gives an equal predicate.

    Args:
        rule: any predicate, also one that does not fit the vocabulary.
        vocabulary: lets texts that cannot be mistaken for a field stand without quotes.

    Raises:
        PolicyError: when the text would be longer than can be read back.

    >>> rule = predicate_from_text("tier>=gold and not(in_good_standing)", Vocabulary(("gold",)))
    >>> predicate_to_text(rule), predicate_to_text(rule, Vocabulary(("gold",)))
    ("tier >= 'gold' and not in_good_standing", 'tier >= gold and not in_good_standing')
    """
    text = _Printer(vocabulary).whole(predicate(rule))
    if len(text) > LONGEST:
        raise PolicyError(
            f"the rule would be a text of {len(text)} characters, which is too long",
            hint=f"at most {LONGEST} can be read back; keep the policy as JSON, "
            "or make the long list a field of its own",
        )
    return text


def fact_text(fact: Fact) -> str:
    """A field as rules name it.

    >>> fact_text(Fact("tier", "submitted_at"))
    'tier as of submitted_at'
    """
    as_of = "" if fact.as_of is None else f" as of {bare_or_quoted(fact.as_of)}"
    return bare_or_quoted(fact.name) + as_of


class _Printer:
    def __init__(self, vocabulary: Vocabulary | None) -> None:
        self._vocabulary = vocabulary

    def whole(self, rule: Predicate) -> str:
        """The rule where nothing stands around it."""
        match rule:
            case AllOf(parts) if len(parts) > 1:
                return " and ".join(map(self._part, parts))
            case AnyOf(parts) if len(parts) > 1:
                return " or ".join(map(self._part, parts))
            case AllOf(parts):
                return f"all of ({''.join(map(self.whole, parts))})"
            case AnyOf(parts):
                return f"any of ({''.join(map(self.whole, parts))})"
            case Not(part):
                return self._negated(part)
            case Constant(value):
                return "always" if value else "never"
            case Missing(fact):
                return f"missing {fact_text(fact)}"
            case External(name):
                return f"external {bare_or_quoted(name)}"
            case Compare() | OneOf() | Overlaps() | Covers() | Only():
                return self._comparison(rule)
            case _:
                assert_never(rule)

    def _comparison(self, rule: Compare | OneOf | Overlaps | Covers | Only) -> str:
        subject = fact_text(rule.fact)
        match rule:
            case Compare(fact, op, value):
                return subject if _is_yes(rule) else f"{subject} {op} {self._constant(fact, value)}"
            case OneOf(fact, values):
                return f"{subject} in {self._list(fact, values)}"
            case Overlaps(fact, values):
                return f"{subject} overlaps {self._list(fact, values)}"
            case Covers(fact, values):
                return f"{subject} covers {self._list(fact, values)}"
            case Only(fact, values):
                return f"{subject} only {self._list(fact, values)}"
            case _:
                assert_never(rule)

    def _part(self, rule: Predicate) -> str:
        """The rule as a part of `and` or `or`."""
        joined = isinstance(rule, (AllOf, AnyOf)) and len(rule.parts) > 1
        return f"({self.whole(rule)})" if joined else self.whole(rule)

    def _negated(self, part: Predicate) -> str:
        match part:
            case Missing(fact):
                return f"known {fact_text(fact)}"
            case OneOf(fact, values):
                return f"{fact_text(fact)} not in {self._list(fact, values)}"
            case Compare() if _is_yes(part):
                return f"not {self.whole(part)}"
            case Compare() | Overlaps() | Covers() | Only():
                return f"not ({self.whole(part)})"
            case _:
                return f"not {self._part(part)}"

    def _list(self, fact: Fact, values: tuple[Scalar, ...]) -> str:
        return "[" + ", ".join(self._constant(fact, value) for value in values) + "]"

    def _constant(self, fact: Fact, value: Scalar) -> str:
        if self._vocabulary is None or not isinstance(value, str):
            return constant_text(value)
        field = self._vocabulary.get(fact.name)
        is_level = field is not None and field.type is FieldType.ORDINAL and value in field.levels
        return constant_text(value, bare=is_level or self._vocabulary.get(value) is None)


def _is_yes(rule: Compare) -> bool:
    return rule.op is Op.EQ and rule.value is True

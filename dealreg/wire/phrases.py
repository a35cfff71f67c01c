"""Windows and preferences as one line each: `within 7 days of submitted_at`, `highest tier`.

    window     = "within", span, "of", fact, [ calendar ]
               | "same", ("day" | "week" | "month"), "by", fact, [ calendar ]
               | "head", "start", "of", span, "per", fact, "by", fact ;
    calendar   = ",", "calendar", name ;
    preference = ("highest" | "lowest" | "earliest" | "latest"), fact, [ "in", name ], [ missing ]
               | "those", "with", rule, [ missing ] ;
    missing    = ",", "missing", ("first" | "last" | "refer") ;

Facts, rules and names are those of predicate text.
"""

from typing import Final, TypeVar, assert_never

from dealreg.errors import suggestion
from dealreg.facts.fields import FieldType
from dealreg.facts.values import Span, Unit, span
from dealreg.facts.vocabulary import Vocabulary
from dealreg.policy.stages import (
    Best,
    Bucket,
    Grace,
    HeadStart,
    Key,
    MissingRule,
    Prefer,
    Preference,
    Window,
)
from dealreg.wire.text import fact_text, predicate_to_text
from dealreg.wire.text_parser import Parser
from dealreg.wire.text_tokens import TokenKind, bare_or_quoted

__all__ = ["preference", "preference_text", "span_text", "window", "window_text"]

_T = TypeVar("_T")

_BUCKETS: Final = {"day": Unit.DAYS, "week": Unit.WEEKS, "month": Unit.MONTHS}
_ENDS: Final = {
    "highest": Best.HIGHEST,
    "lowest": Best.LOWEST,
    "latest": Best.HIGHEST,
    "earliest": Best.LOWEST,
}


def window(parser: Parser) -> Window:
    """The window that a whole text says.

    Raises:
        PolicyError: when it says none.
    """
    made = _window(parser)
    parser.expect_end()
    return made


def _window(parser: Parser) -> Window:
    if parser.taken("within"):
        length = _span(parser)
        _word(parser, "of")
        return Grace(length, parser.fact(), _calendar(parser))
    if parser.taken("same"):
        unit = _choice(parser, _BUCKETS)
        _word(parser, "by")
        return Bucket(unit, parser.fact(), _calendar(parser))
    if parser.taken("head", "start", "of"):
        start = parser.token.start
        length = _span(parser)
        _word(parser, "per")
        ladder = parser.fact()
        _word(parser, "by")
        clock = parser.fact()
        return parser.placed(start, lambda: HeadStart(length, ladder, clock))
    raise parser.expected(
        "a window",
        "write it as in `within 7 days of submitted_at`, `same day by submitted_at` "
        "or `head start of 2 days per tier by submitted_at`",
    )


def preference(parser: Parser) -> Preference:
    """The preference that a whole text says.

    Raises:
        PolicyError: when it says none.
    """
    made = _preference(parser)
    parser.expect_end()
    return made


def _preference(parser: Parser) -> Preference:
    if parser.taken("those", "with"):
        when = parser.rule()
        return Prefer(when, _missing(parser))
    if not parser.token.is_word(*_ENDS):
        word = parser.token.text.lower()
        near = suggestion(word, (*_ENDS, "those")) if word else ""
        raise parser.expected(
            "a preference",
            near
            if near.startswith("did")
            else "write it as in `earliest submitted_at`, `highest tier` or `those with incumbent`",
        )
    best = _ENDS[parser.take().text]
    fact = parser.fact()
    currency = parser.name("a currency") if parser.taken("in") else None
    return Key(fact, best, _missing(parser), currency)


def _missing(parser: Parser) -> MissingRule:
    if not parser.taken_mark(","):
        return MissingRule.LAST
    _word(parser, "missing")
    return _choice(parser, {rule.value: rule for rule in MissingRule})


def _calendar(parser: Parser) -> str | None:
    if not parser.taken_mark(","):
        return None
    _word(parser, "calendar")
    return parser.name("the name of a calendar")


def _word(parser: Parser, word: str) -> None:
    if not parser.taken(word):
        raise parser.expected(f"`{word}`")


def _choice(parser: Parser, choices: dict[str, _T]) -> _T:
    if not parser.token.is_word(*choices):
        raise parser.expected(" or ".join(f"`{choice}`" for choice in choices))
    return choices[parser.take().text]


def _span(parser: Parser) -> Span:
    start = parser.token
    words: list[str] = []
    while parser.token.kind is TokenKind.WORD and not parser.token.is_word("of", "per"):
        words.append(parser.take().text)
    return parser.placed(start.start, lambda: span(" ".join(words)))


def span_text(length: Span) -> str:
    """The text of a span.

    >>> span_text(Span(1, Unit.BUSINESS_DAYS))
    '1 business day'
    """
    unit = length.unit.value.replace("_", " ")
    return f"{length.length} {unit.removesuffix('s') if length.length == 1 else unit}"


def window_text(made: Window) -> str:
    """The text of a window.

    >>> window_text(Grace(Span(7, Unit.DAYS)))
    'within 7 days of submitted_at'
    """
    match made:
        case Grace(length, clock, calendar):
            return f"within {span_text(length)} of {fact_text(clock)}{_calendar_text(calendar)}"
        case Bucket(unit, clock, calendar):
            word = unit.value.removesuffix("s")
            return f"same {word} by {fact_text(clock)}{_calendar_text(calendar)}"
        case HeadStart(length, ladder, clock):
            length_text = span_text(length)
            return f"head start of {length_text} per {fact_text(ladder)} by {fact_text(clock)}"
        case _:
            assert_never(made)


def _calendar_text(name: str | None) -> str:
    return "" if name is None else f", calendar {bare_or_quoted(name)}"


def preference_text(made: Preference, vocabulary: Vocabulary) -> str:
    """The text of a preference: `earliest` for instants and dates, `lowest` for what else there is.

    >>> from dealreg.policy.predicates import Fact
    >>> preference_text(Key(Fact("submitted_at"), Best.LOWEST), Vocabulary())
    'earliest submitted_at'
    """
    missing = "" if made.missing is MissingRule.LAST else f", missing {made.missing}"
    match made:
        case Prefer(when):
            return f"those with {predicate_to_text(when, vocabulary)}{missing}"
        case Key(fact, currency=currency):
            money = "" if currency is None else f" in {bare_or_quoted(currency)}"
            return f"{_end(made, vocabulary)} {fact_text(fact)}{money}{missing}"
        case _:
            assert_never(made)


def _end(key: Key, vocabulary: Vocabulary) -> str:
    field = vocabulary.get(key.fact.name)
    if field is not None and field.type in (FieldType.INSTANT, FieldType.DATE):
        return "latest" if key.best is Best.HIGHEST else "earliest"
    return key.best.value

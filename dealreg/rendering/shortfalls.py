"""What was needed and is not so, with what was found: `your tier is silver; gold is needed`."""

from datetime import date, datetime
from typing import assert_never

from dealreg.facts.fields import FieldType
from dealreg.facts.values import Value
from dealreg.policy.predicates import Compare, Covers, OneOf, Only, Op, Overlaps, Predicate
from dealreg.policy.walk import fact_of
from dealreg.rendering.document import Item
from dealreg.rendering.nouns import fact_noun, plural, statement
from dealreg.rendering.phrases import OPPOSITE, Phrases
from dealreg.rendering.reasons import AllShort, AnyShort, Short, Shortfall
from dealreg.rendering.words import capital, listed, told

__all__ = ["found", "shortfall_items"]


def shortfall_items(shortfall: Shortfall, phrases: Phrases) -> tuple[Item, ...]:
    """One entry for each thing that failed; alternatives under one entry."""
    match shortfall:
        case Short():
            return (Item(f"{capital(_short(shortfall, phrases))}."),)
        case AllShort(parts):
            return tuple(item for part in parts for item in shortfall_items(part, phrases))
        case AnyShort(parts):
            below = tuple(_grouped(part, phrases) for part in parts)
            if len(below) == 1:
                return below
            return (Item("There are several ways to meet this, and none is met:", below),)
        case _:
            assert_never(shortfall)


def _grouped(part: Shortfall, phrases: Phrases) -> Item:
    items = shortfall_items(part, phrases)
    return items[0] if len(items) == 1 else Item("All of these together:", items)


def found(shortfall: Shortfall, phrases: Phrases) -> list[str]:
    """Only what was found, not what was needed: `your tier is silver`."""
    match shortfall:
        case Short(atom, _, unknown, own):
            return [] if unknown or own is None else [_found(atom, own, phrases)]
        case AllShort(parts) | AnyShort(parts):
            said = [text for part in parts for text in found(part, phrases)]
            return list(dict.fromkeys(said))
        case _:
            assert_never(shortfall)


def _found(atom: Predicate, own: Value, phrases: Phrases) -> str:
    fact = fact_of(atom)
    assert fact is not None, "only what asks about a fact has found one"
    if isinstance(own, bool):
        return statement(fact, phrases.vocabulary, phrases.voice, value=own)
    subject = fact_noun(fact, phrases.vocabulary, phrases.voice)
    several = plural(fact.name, phrases.vocabulary)
    field = phrases.vocabulary.get(fact.name)
    ordinal = field is not None and field.type is FieldType.ORDINAL
    value = phrases.clock.value(own, quotes=not ordinal)
    return f"{subject} {'are' if several else 'is'} {value}"


def _short(shortfall: Short, phrases: Phrases) -> str:
    """One thing that failed, as a sentence without capital and full stop."""
    atom, negated, own = shortfall.atom, shortfall.negated, shortfall.own
    if shortfall.unknown:
        return f"it is not known whether {_asked(shortfall, phrases)}"
    if own is None or isinstance(own, bool):
        return phrases.leaf(atom, negated=not negated)
    return f"{_found(atom, own, phrases)}; {_need(shortfall, phrases)}"


def _asked(shortfall: Short, phrases: Phrases) -> str:
    """What is not known: of a yes/no field its affirmative, whichever of the two is needed."""
    match shortfall.atom:
        case Compare(fact, _, bool()):
            return statement(fact, phrases.vocabulary, phrases.voice, value=True)
        case atom:
            return phrases.leaf(atom, negated=shortfall.negated)


def _need(shortfall: Short, phrases: Phrases) -> str:
    """What is needed of a fact that was just named: `gold or above is needed`."""
    match shortfall.atom:
        case Compare(fact, op, value):
            wanted = OPPOSITE[op] if shortfall.negated else op
            levels = _levels(fact.name, phrases)
            return _need_compared(wanted, value, phrases.constant(fact, value), levels)
        case OneOf(fact, values):
            among = listed([phrases.constant(fact, value) for value in values], "or")
            return f"anything but {among} is needed" if shortfall.negated else f"{among} is needed"
        case Overlaps(_, texts):
            among = listed([told(text) for text in texts], "or")
            if shortfall.negated:
                return f"{among} may not be among them"
            return f"at least one of {among} is needed" if texts[1:] else f"{among} is needed"
        case Covers(_, texts):
            if shortfall.negated:
                together = " together" if texts[1:] else ""
                among = listed([told(text) for text in texts])
                return f"{among} may not be among them{together}"
            own = shortfall.own if isinstance(shortfall.own, frozenset) else frozenset()
            lacking = [told(text) for text in texts if text not in own]
            return f"{listed(lacking)} {'are' if lacking[1:] else 'is'} needed as well"
        case Only(_, texts) if not shortfall.negated:
            own = shortfall.own if isinstance(shortfall.own, frozenset) else frozenset()
            beyond = [told(text) for text in sorted(own.difference(texts))]
            return f"{listed(beyond)} {'are' if beyond[1:] else 'is'} not among those allowed"
        case _:
            return f"needed is that {phrases.leaf(shortfall.atom, negated=shortfall.negated)}"


def _levels(name: str, phrases: Phrases) -> tuple[str, ...]:
    field = phrases.vocabulary.get(name)
    return field.levels if field is not None and field.type is FieldType.ORDINAL else ()


def _need_compared(op: Op, value: Value, said: str, levels: tuple[str, ...]) -> str:
    if levels:
        end = {Op.GE: levels[-1], Op.LE: levels[0]}.get(op)
        return f"{said if end == value else _LEVEL[op].format(said)} is needed"
    if isinstance(value, date | datetime):
        return _TIME[op].format(said)
    return _SIZE[op].format(said)


_LEVEL = {
    Op.EQ: "{}",
    Op.NE: "anything but {}",
    Op.LT: "a level below {}",
    Op.LE: "{} or below",
    Op.GT: "a level above {}",
    Op.GE: "{} or above",
}
_SIZE = {
    Op.EQ: "{} is needed",
    Op.NE: "anything but {} is needed",
    Op.LT: "less than {} is needed",
    Op.LE: "at most {} is allowed",
    Op.GT: "more than {} is needed",
    Op.GE: "at least {} is needed",
}
_TIME = {
    Op.EQ: "it has to be {}",
    Op.NE: "it may not be {}",
    Op.LT: "it has to be before {}",
    Op.LE: "it may not be after {}",
    Op.GT: "it has to be after {}",
    Op.GE: "it may not be before {}",
}

"""Strategies for predicates."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from hypothesis import strategies as st

from dealreg.facts.fields import Field, FieldType
from dealreg.facts.values import Money, Value
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
from dealreg.testing.draws import once_in, pick, several
from dealreg.testing.pools import constants_pool
from dealreg.testing.presets import WELL_TYPED, Preset
from dealreg.testing.programme import ASKED, QUESTIONS

__all__ = ["predicate_of", "predicates"]

_ORDERED = (
    FieldType.INTEGER,
    FieldType.DECIMAL,
    FieldType.MONEY,
    FieldType.ORDINAL,
    FieldType.INSTANT,
    FieldType.DATE,
    FieldType.DURATION,
)
_AS_OF = (None, None, None, "submitted_at", "approved_at")
_SHAPES = ("field",) * 12 + ("constant", "external", "missing") + ("all", "any", "not") * 3
_LEAVES = ("field",) * 12 + ("constant", "external", "missing")
_WRONG: tuple[Any, ...] = (True, 1, Decimal("1.5"), "gold", Money("1", "EUR"), timedelta(days=1))


def _asked(
    draw: st.DrawFn, vocabulary: Vocabulary, names: Sequence[str], preset: Preset
) -> tuple[Fact, Field | None]:
    """A field to ask about, as it is or as it was, and what the vocabulary says of it."""
    if not preset.sound and once_in(draw, 8):
        return Fact(pick(draw, ("teir", "", "nothing")), None), None
    name = pick(draw, names)
    field = vocabulary.get(name)
    assert field is not None
    as_of = pick(draw, _AS_OF) if field.changes else None
    return Fact(name, as_of), field


@st.composite
def predicates(
    draw: st.DrawFn,
    vocabulary: Vocabulary,
    preset: Preset = WELL_TYPED,
    *,
    fields: Sequence[str] | None = None,
    depth: int = 2,
) -> Predicate:
    """Predicates of every kind over a vocabulary.

    Args:
        draw: supplied by Hypothesis.
        vocabulary: what may be asked about.
        preset: with `sound=False`, unknown fields and constants of wrong types too.
        fields: only these; by default those of the invented programme that the vocabulary has,
            else all of it.
        depth: how deep `all of`, `any of` and `not` may nest.
    """
    return predicate_of(draw, vocabulary, preset, fields=fields, depth=depth)


def predicate_of(
    draw: st.DrawFn,
    vocabulary: Vocabulary,
    preset: Preset,
    *,
    fields: Sequence[str] | None = None,
    depth: int = 2,
) -> Predicate:
    """As `predicates`, within another strategy."""
    names = tuple(fields) if fields is not None else _names(vocabulary)
    return _predicate(draw, vocabulary, preset, names, depth)


@lru_cache(maxsize=64)
def _names(vocabulary: Vocabulary) -> tuple[str, ...]:
    own = tuple(field.name for field in vocabulary.fields if field.name not in ASKED)
    usable = (vocabulary.get(name) for name in (*ASKED, *own))
    return tuple(field.name for field in usable if field is not None and _has_constants(field))


def _has_constants(field: Field) -> bool:
    return bool(constants_pool(field))


def _predicate(
    draw: st.DrawFn, vocabulary: Vocabulary, preset: Preset, names: Sequence[str], depth: int
) -> Predicate:
    shape = pick(draw, _SHAPES if depth > 0 else _LEAVES)

    def part() -> Predicate:
        return _predicate(draw, vocabulary, preset, names, depth - 1)

    match shape:
        case "all":
            return AllOf(tuple(part() for _ in range(pick(draw, (1, 2, 3)))))
        case "any":
            return AnyOf(tuple(part() for _ in range(pick(draw, (1, 2, 3)))))
        case "not":
            return Not(part())
        case "constant":
            return Constant(pick(draw, (False, True)))
        case "external":
            return External(pick(draw, QUESTIONS))
        case _:
            fact, field = _asked(draw, vocabulary, names, preset)
            return Missing(fact) if shape == "missing" else _about(draw, fact, field, preset)


def _about(draw: st.DrawFn, fact: Fact, field: Field | None, preset: Preset) -> Predicate:
    if field is None or (not preset.sound and once_in(draw, 4)):
        value = pick(draw, _WRONG)
        if isinstance(value, str) and pick(draw, (False, True)):
            return Covers(fact, (value,))
        return Compare(fact, pick(draw, tuple(Op)), value)
    pool = constants_pool(field)
    if field.type is FieldType.TEXT_SET:
        texts = sorted(pick(draw, [each for each in pool if isinstance(each, frozenset) and each]))
        asked: tuple[Predicate, ...] = (
            Covers(fact, texts),
            Overlaps(fact, texts),
            Only(fact, texts),
        )
        return pick(draw, asked)
    if once_in(draw, 5):
        return OneOf(fact, several(draw, pool, 3))
    ops = tuple(Op) if field.type in _ORDERED else (Op.EQ, Op.NE)
    return Compare(fact, pick(draw, ops), _constant(draw, field, pool))


def _constant(draw: st.DrawFn, field: Field, pool: tuple[Value, ...]) -> Any:
    value = pick(draw, pool)
    if field.type is FieldType.DECIMAL and isinstance(value, Decimal) and value == int(value):
        return pick(draw, (value, int(value)))
    return value

"""The order of a contest as one row of values that sorts: the least is the best (C-8)."""

import math
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final

from dealreg.deciders.compiled.inline import Inline
from dealreg.deciders.compiled.plans import settled
from dealreg.deciders.compiled.reads import Reads
from dealreg.deciders.compiled.source import Code, fill
from dealreg.facts.fields import FieldType
from dealreg.policy.predicates import Fact
from dealreg.policy.stages import Best, Key, MissingRule, Prefer, Preference

__all__ = ["Ranks", "can_rank"]


class _End:
    """Sorts before, or behind, everything else."""

    __slots__ = ("last",)

    def __init__(self, *, last: bool) -> None:
        self.last = last

    def __lt__(self, other: object) -> bool:
        return other is not self and not self.last

    def __gt__(self, other: object) -> bool:
        return other is not self and self.last


_FIRST, _LAST = _End(last=False), _End(last=True)

_ENDS: Final[Mapping[FieldType, tuple[object, object]]] = {
    FieldType.INTEGER: (-math.inf, math.inf),
    FieldType.DECIMAL: (Decimal("-Infinity"), Decimal("Infinity")),
    FieldType.MONEY: (Decimal("-Infinity"), Decimal("Infinity")),
}
"""What sorts before and behind all values of a type, where numbers do: they compare faster."""

_TURNED: Final[Mapping[FieldType, tuple[str, str]]] = {
    FieldType.INTEGER: ("$", "-$"),
    FieldType.DURATION: ("$", "-$"),
    FieldType.DECIMAL: ("$", "$.copy_negate()"),  # `-` would round as the ambient context says
    FieldType.MONEY: ("$.amount", "$.amount.copy_negate()"),
    FieldType.INSTANT: ("$", "$ - $"),
    FieldType.DATE: ("$", "$ - $"),
    FieldType.ORDINAL: ("", ""),
}
"""How a value sorts so that the least is the best: where the lowest is, where the highest is."""

_FAR: Final = {
    FieldType.INSTANT: datetime.max.replace(tzinfo=UTC),
    FieldType.DATE: date.max,
}


def can_rank(preference: Preference, reads: Reads) -> bool:
    """Whether a preference's values can be turned so that the best comes first."""
    if isinstance(preference, Prefer):
        return True
    field = reads.vocabulary.get(preference.fact.name)
    return field is not None and field.type in _TURNED


class Ranks:
    """Writes the values that a registration is ranked by into a function.

    `known` are the facts that are known of whoever takes part.
    """

    def __init__(self, inline: Inline, known: set[Fact]) -> None:
        """Begin; nothing is ranked yet."""
        self.inline, self.known = inline, known
        self.slot, self.add = inline.source.slot, inline.source.add

    def rank(self, preference: Preference) -> Code:
        """The value of a preference, turned so that the best is the least."""
        if isinstance(preference, Prefer):
            return self._preferred(preference)
        value = self.inline.value(preference.fact)
        kind = self.inline.type_of(preference.fact)
        assert kind is not None
        highest = preference.best is Best.HIGHEST
        if preference.fact in self.known and kind is not FieldType.MONEY:
            return self._turned(preference, kind, value, highest=highest)
        unknown = fill("$ is None", value)
        if kind is FieldType.MONEY:
            currency = self.slot(preference.currency)
            unknown = fill("$ is None or $.currency != $", value, value, currency)
        if preference.missing is MissingRule.REFER:
            self.add(2, "if $: return None", unknown)
            return self._turned(preference, kind, value, highest=highest)
        ends = _ENDS.get(kind, (_FIRST, _LAST))
        missing = self.slot(ends[preference.missing is MissingRule.LAST])
        turned = self._turned(preference, kind, value, highest=highest)
        return fill("($ if $ else $)", missing, unknown, turned)

    def _turned(self, key: Key, kind: FieldType, value: Code, *, highest: bool) -> Code:
        if kind is FieldType.ORDINAL:
            levels = self.inline.reads.vocabulary.get(key.fact.name).levels  # type: ignore[union-attr]
            sign = -1 if highest else 1
            places = {level: sign * place for place, level in enumerate(levels)}
            return fill("$[$]", self.slot(places), value)
        template = _TURNED[kind][highest]
        if kind in (FieldType.INSTANT, FieldType.DATE) and highest:
            return fill(template, self.slot(_FAR[kind]), value)
        return fill(template, value)

    def _preferred(self, prefer: Prefer) -> Code:
        answer = self.inline.truth(settled(prefer.when, self.inline.reads))
        if prefer.missing is MissingRule.REFER:
            self.add(2, "if $ is None: return None", answer)
        if prefer.missing is MissingRule.FIRST:
            return fill("(-1 if $ is None else 0 if $ else 1)", answer, answer)
        return fill("(0 if $ else 1)", answer)

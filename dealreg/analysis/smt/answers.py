"""From an answer of the solver to a case: the facts that its numbers stand for."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

import attrs
import z3

from dealreg.analysis.readings import Variable
from dealreg.analysis.scenes import Claim, Scene, partner_text
from dealreg.analysis.smt.logic import Formula, Number
from dealreg.analysis.smt.symbols import TICK, Symbols
from dealreg.analysis.times import FILED
from dealreg.facts.fields import FieldType
from dealreg.facts.values import Money, Value, decimal

__all__ = ["Answer"]


@attrs.frozen(eq=False)
class Answer:
    """An answer of the solver: a value of every symbol."""

    symbols: Symbols
    model: Any

    def is_so(self, formula: Formula) -> bool:
        """Whether a formula is true in it."""
        if isinstance(formula, bool):
            return formula
        return bool(z3.is_true(self.model.eval(formula, model_completion=True)))

    def number(self, term: Number) -> int:
        """What a number is in it."""
        if isinstance(term, int):
            return term
        found: int = self.model.eval(term, model_completion=True).as_long()
        return found

    def scene(self) -> Scene:
        """The case that it stands for."""
        symbols = self.symbols
        there = [place for place in range(symbols.size) if self.is_so(symbols.present(place))]
        whose = {place: self.number(symbols.partner(place)) for place in there}
        partners = {each: at for at, each in enumerate(dict.fromkeys(whose.values()), 1)}
        return Scene(
            tuple(
                Claim(
                    self._values(place, partners),
                    partners[whose[place]],
                    self.number(symbols.deal(place)) + 1,
                    self.number(symbols.customer(place)) + 1,
                )
                for place in there
            )
        )

    def _values(self, place: int, partners: Mapping[int, int]) -> dict[Variable, Any]:
        made: dict[Variable, Any] = {}
        for variable in self.symbols.variables:
            if self.is_so(self.symbols.known(variable, place)):
                made[variable] = self._value(variable, place, partners)
            elif variable.before:
                made[variable] = None  # so that what is known now has become known
        return made

    def _value(self, variable: Variable, place: int, partners: Mapping[int, int]) -> Value:
        symbols = self.symbols
        field = symbols.found.fields[variable.name]
        if field.type is FieldType.TEXT_SET:
            members = symbols.members(variable.name)
            had = (e for e in members if self.is_so(symbols.has(variable, place, e)))
            return frozenset(self._text(each, partners) for each in had)
        number = self.number(symbols.value(variable, place))
        match field.type:
            case FieldType.BOOL:
                return bool(number)
            case FieldType.ORDINAL:
                return field.levels[number]
            case FieldType.TEXT:
                return self._text(number, partners)
            case FieldType.INTEGER:
                return number
            case FieldType.DECIMAL:
                return self._decimal(number)
            case FieldType.MONEY:
                at = self.number(symbols.currency(variable, place))
                spare = next(e for e in ("XTS", "XXX", "XAU") if e not in symbols.currencies)
                return Money(self._decimal(number), (*symbols.currencies, spare)[at])
            case FieldType.DATE:
                return FILED.date() + timedelta(days=number)
            case FieldType.DURATION:
                return number * TICK
            case _:
                return FILED + number * TICK

    def _text(self, number: int, partners: Mapping[int, int]) -> str:
        if number < self.symbols.size:
            return partner_text(partners[number]) if number in partners else f"nobody {number}"
        at = number - self.symbols.size
        return self.symbols.texts[at] if at < len(self.symbols.texts) else f"other {at}"

    def _decimal(self, number: int) -> Decimal:
        """A whole number that is scaled, as the decimal it stands for."""
        return decimal(f"{number}e-{self.symbols.places}")

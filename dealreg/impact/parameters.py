"""The constants of a policy that may be set to other values, each by its place."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final, TypeVar

import attrs

from dealreg.errors import UsageError, shown, suggestion
from dealreg.facts.instants import instant, iso
from dealreg.facts.values import Money, Span, Unit, decimal, money, span
from dealreg.impact.constants import constants_of
from dealreg.outcome.impact_series import Parameter, ParameterKind
from dealreg.policy.contests import Contest
from dealreg.policy.policies import Policy, PolicyBook
from dealreg.wire.phrases import span_text
from dealreg.wire.text_constants import duration_text

__all__ = ["Knob", "knob", "parameters", "with_parameter"]

_EXAMPLES: Final = {
    ParameterKind.LENGTH: "a length of time, as in `30 days`",
    ParameterKind.AMOUNT: "an amount of money, as in `10000 EUR`",
    ParameterKind.NUMBER: "a number, as in `10`",
    ParameterKind.LEVEL: "a level of the ladder",
    ParameterKind.HOLDERS: "a whole number from 1 on",
    ParameterKind.TIMES: "a whole number from 1 on",
    ParameterKind.PERCENT: "a rate in percent, as in `7.5`",
    ParameterKind.INSTANT: "an instant with its zone, as in `2026-03-01T00:00Z`",
}
RulesT = TypeVar("RulesT", Policy, PolicyBook)

_BARE: Final = re.compile(r"\d+")


@attrs.frozen(eq=False)
class Knob:
    """A constant of a policy, and how to set it.

    Attributes:
        parameter: the constant.
        now: its value.
        put: the policy or the book with another value.
        levels: of a level, those there are.
    """

    parameter: Parameter
    now: Any
    put: Callable[[Any], Policy | PolicyBook]
    levels: tuple[str, ...] = ()

    def value(self, given: Any) -> Any:
        """A value of the parameter, from text or as it is.

        Raises:
            UsageError: it is a value of another kind.
        """
        kind = self.parameter.kind
        try:
            made = _READ[kind](given, self.now)
        except UsageError:
            made = None
        if made is None or (kind is ParameterKind.LEVEL and made not in self.levels):
            hint = f"give {_EXAMPLES[kind]}"
            if self.levels:
                hint = f"the levels are {', '.join(self.levels)}"
            raise UsageError(
                f"{shown(given)} is not {_EXAMPLES[kind].partition(',')[0]}",
                place=self.parameter.place,
                value=given,
                hint=f"{hint}; today it is {shown(self.parameter.value)}",
            )
        return made


def parameters(policy: Policy | PolicyBook) -> tuple[Parameter, ...]:
    """The constants of a policy that may be set to other values, in the order of the policy.

    Of a policy book those of each edition, and from when on the edition is in force.

    >>> from dealreg import contest, earliest, within
    >>> policy = Policy(programme="Example", contests=[
    ...     contest("protection", within("7 days"), earliest("submitted_at"))])
    >>> [(each.place, each.value) for each in parameters(policy)]
    [('contests[protection].window', '7 days'), ('contests[protection].capacity', '1')]
    """
    return tuple(each.parameter for each in _knobs(policy))


def with_parameter(rules: RulesT, place: str, value: Any) -> RulesT:
    """The policy or the book with one constant set to another value.

    Args:
        rules: the policy, or the policy book.
        place: where the constant is, as `parameters` lists it.
        value: the value, or its text; a bare number is taken in today's unit or currency.

    Raises:
        UsageError: there is no such constant, or the value is of another kind.
        PolicyError: two editions of the book would take effect at one instant.

    >>> from dealreg import contest, earliest, within
    >>> policy = Policy(programme="Example", contests=[
    ...     contest("protection", within("7 days"), earliest("submitted_at"))])
    >>> with_parameter(policy, "contests[protection].window", "21").contests[0].window.length
    Span(length=21, unit=<Unit.DAYS: 'days'>)
    """
    found = knob(rules, place)
    return found.put(found.value(value))  # type: ignore[return-value]


def knob(policy: Policy | PolicyBook, place: str) -> Knob:
    """The constant at a place.

    Raises:
        UsageError: there is none.
    """
    found = {each.parameter.place: each for each in _knobs(policy)}
    if place not in found:
        raise UsageError(
            f"the policy has no constant at {shown(place)}",
            place="parameter",
            value=place,
            hint=suggestion(place, found) or f"there are {', '.join(found) or 'none'}",
        )
    return found[place]


def _knobs(rules: Policy | PolicyBook) -> Iterator[Knob]:
    if isinstance(rules, Policy):
        yield from _of_policy(rules)
        return
    for number in range(len(rules.editions)):
        yield from _of_edition(rules, number)


def _of_edition(book: PolicyBook, number: int) -> Iterator[Knob]:
    """From when on an edition of a book is in force, and the constants of its policy."""
    edition = book.editions[number]
    others = (*book.editions[:number], *book.editions[number + 1 :])
    path = f"editions[{edition.policy.version}]"

    def begun(at: datetime) -> PolicyBook:
        return attrs.evolve(book, editions=[*others, attrs.evolve(edition, effective_from=at)])

    def edited(policy: Policy) -> PolicyBook:
        return attrs.evolve(book, editions=[*others, attrs.evolve(edition, policy=policy)])

    begins = Parameter(
        place=f"{path}.effective_from",
        kind=ParameterKind.INSTANT,
        value=_text(edition.effective_from),
    )
    yield Knob(begins, edition.effective_from, begun)
    for each in _of_policy(edition.policy):
        inner = attrs.evolve(each.parameter, place=f"{path}.{each.parameter.place}")
        yield attrs.evolve(each, parameter=inner, put=_composed(edited, each.put))


def _of_policy(policy: Policy) -> Iterator[Knob]:
    words = policy.vocabulary()
    for number, contest in enumerate(policy.contests):

        def put(edited: Contest, number: int = number) -> Policy:
            contests = (*policy.contests[:number], edited, *policy.contests[number + 1 :])
            return attrs.evolve(policy, contests=contests)

        for place, kind, now, make, levels in constants_of(contest, words):
            yield Knob(
                Parameter(place=place, kind=kind, value=_text(now)),
                now,
                _composed(put, make),
                levels,
            )
    if policy.sla is not None:
        sla = policy.sla
        yield Knob(
            Parameter(place="sla", kind=ParameterKind.LENGTH, value=_text(sla.length)),
            sla.length,
            lambda length: attrs.evolve(policy, sla=attrs.evolve(sla, length=length)),
        )


def _composed(put: Callable[[Any], Any], make: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: put(make(value))


def _text(value: Any) -> str:
    match value:
        case Span():
            return span_text(value)
        case timedelta():
            return duration_text(value)
        case Money(amount, currency):
            return f"{amount:f} {currency}"
        case Decimal():
            return f"{value:f}"
        case datetime():
            return iso(value)
        case _:
            return str(value)


_ELAPSED: Final = {
    Unit.MINUTES: timedelta(minutes=1),
    Unit.HOURS: timedelta(hours=1),
    Unit.DAYS: timedelta(days=1),
    Unit.WEEKS: timedelta(weeks=1),
}
"""The units of which a time between two instants can be stated."""


def _length(given: Any, now: Span | timedelta) -> Span | timedelta | None:
    """A length of time; of one between two instants, one that no calendar counts."""
    if isinstance(given, timedelta):
        return given if isinstance(now, timedelta) else None
    if isinstance(now, timedelta):
        unit = duration_text(now).partition(" ")[2]
        bare = isinstance(given, int | str) and _BARE.fullmatch(str(given).strip())
        stated = _span(f"{str(given).strip()} {unit}" if bare else given)
        fits = stated is not None and stated.unit in _ELAPSED
        return stated.length * _ELAPSED[stated.unit] if stated is not None and fits else None
    if isinstance(given, int | str) and _BARE.fullmatch(str(given).strip()):
        return attrs.evolve(now, length=int(given))
    return _span(given)


def _span(given: Any) -> Span | None:
    return span(given) if isinstance(given, str) else given if isinstance(given, Span) else None


def _amount(given: Any, now: Money) -> Money | None:
    if isinstance(given, int | str) and _BARE.fullmatch(str(given).strip()):
        return Money(str(given).strip(), now.currency)
    return money(given) if isinstance(given, str) else given if isinstance(given, Money) else None


def _number(given: Any, now: Any) -> Any:
    made = decimal(given.strip() if isinstance(given, str) else given)
    if isinstance(now, int):
        return int(made) if made == int(made) else None
    return made


def _holders(given: Any, now: int) -> int | None:
    made = _number(given, now)
    return made if made is not None and made > 0 else None


def _begun(given: Any, _: datetime) -> datetime | None:
    return instant(given.strip() if isinstance(given, str) else given)


def _level(given: Any, _: str) -> str | None:
    return given.strip() if isinstance(given, str) else None


_READ: Final[dict[ParameterKind, Callable[[Any, Any], Any]]] = {
    ParameterKind.LENGTH: _length,
    ParameterKind.AMOUNT: _amount,
    ParameterKind.NUMBER: _number,
    ParameterKind.LEVEL: _level,
    ParameterKind.HOLDERS: _holders,
    ParameterKind.TIMES: _holders,
    ParameterKind.PERCENT: _number,
    ParameterKind.INSTANT: _begun,
}

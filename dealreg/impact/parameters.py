"""The constants of a policy that may be set to other values, each by its place."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, TypeVar

import attrs

from dealreg.errors import UsageError, shown, suggestion
from dealreg.facts.instants import instant, iso
from dealreg.facts.values import Money, Span, decimal, money, span
from dealreg.facts.vocabulary import Vocabulary
from dealreg.outcome.impact_series import Parameter, ParameterKind
from dealreg.policy.contests import Contest
from dealreg.policy.paths import (
    contest_path,
    milestone_path,
    override_path,
    prefer_path,
    requirement_path,
)
from dealreg.policy.policies import Policy, PolicyBook
from dealreg.policy.predicates import AllOf, AnyOf, Compare, Not, Predicate
from dealreg.policy.stages import Bucket, Prefer
from dealreg.policy.terms import Percent
from dealreg.policy.walk import atoms
from dealreg.wire.phrases import span_text

__all__ = ["Knob", "knob", "parameters", "with_parameter"]

_EXAMPLES: Final = {
    ParameterKind.LENGTH: "a length of time, as in `30 days`",
    ParameterKind.AMOUNT: "an amount of money, as in `10000 EUR`",
    ParameterKind.NUMBER: "a number, as in `10`",
    ParameterKind.LEVEL: "a level of the ladder",
    ParameterKind.HOLDERS: "a whole number from 1 on",
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

        for place, kind, now, make, levels in _of_contest(contest, words):
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


_Constant = tuple[str, ParameterKind, Any, Callable[[Any], Contest], tuple[str, ...]]


def _of_contest(contest: Contest, words: Vocabulary) -> Iterator[_Constant]:
    """The constants of a contest: place, kind, value, the contest with another, levels."""
    name = contest.benefit
    for at, required in enumerate(contest.requires):
        path = f"{requirement_path(name, required.code)}.that"
        yield from _of_rule(contest, "requires", at, "that", path, words)
    for at, override in enumerate(contest.overrides):
        path = f"{override_path(name, override.code)}.when"
        yield from _of_rule(contest, "overrides", at, "when", path, words)
    for at, preference in enumerate(contest.prefer):
        if isinstance(preference, Prefer):
            path = f"{prefer_path(name, at)}.when"
            yield from _of_rule(contest, "prefer", at, "when", path, words)
    yield from _of_stages(contest)
    for at, milestone in enumerate(contest.milestones):
        path = milestone_path(name, milestone.code)
        make = _part(contest, "milestones", at, "length")
        yield path, ParameterKind.LENGTH, milestone.length, make, ()
    for at, given in enumerate(contest.gives):
        if isinstance(given.rate, Percent):
            rated = _part(contest, "gives", at, "rate")
            path = contest_path(name, f"gives[{at}]")
            yield path, ParameterKind.PERCENT, given.rate.value, _rated(rated), ()


def _of_stages(contest: Contest) -> Iterator[_Constant]:
    """The window, how many may hold it, and the period."""
    name, window, period = contest.benefit, contest.window, contest.period
    if window is not None and not isinstance(window, Bucket):

        def opened(length: Span) -> Contest:
            return attrs.evolve(contest, window=attrs.evolve(window, length=length))

        yield contest_path(name, "window"), ParameterKind.LENGTH, window.length, opened, ()
    if contest.capacity is not None:

        def several(many: int) -> Contest:
            return attrs.evolve(contest, capacity=many)

        path = contest_path(name, "capacity")
        yield path, ParameterKind.HOLDERS, contest.capacity, several, ()
    if period is not None:

        def lasting(length: Span) -> Contest:
            return attrs.evolve(contest, period=attrs.evolve(period, length=length))

        yield contest_path(name, "period"), ParameterKind.LENGTH, period.length, lasting, ()


def _rated(make: Callable[[Any], Contest]) -> Callable[[Any], Contest]:
    return lambda value: make(Percent(value))


def _part(contest: Contest, stage: str, at: int, name: str) -> Callable[[Any], Contest]:
    """The contest with one attribute of one part of a stage changed."""
    parts = getattr(contest, stage)

    def made(value: Any) -> Contest:
        edited = attrs.evolve(parts[at], **{name: value})
        changed: dict[str, Any] = {stage: (*parts[:at], edited, *parts[at + 1 :])}
        return attrs.evolve(contest, **changed)

    return made


def _of_rule(
    contest: Contest, stage: str, at: int, name: str, path: str, words: Vocabulary
) -> Iterator[_Constant]:
    """The constants that a rule compares with."""
    rule = getattr(getattr(contest, stage)[at], name)
    make = _part(contest, stage, at, name)
    for place, atom in atoms(rule):
        if not isinstance(atom, Compare):
            continue
        field = words.get(atom.fact.name)
        levels = () if field is None else field.levels
        kind = _kind(atom.value, levels)
        if kind is not None:
            yield path + place, kind, atom.value, _ruled(make, rule, place, atom), levels


def _ruled(
    make: Callable[[Any], Contest], rule: Predicate, place: str, atom: Compare
) -> Callable[[Any], Contest]:
    return lambda value: make(_replaced(rule, place, attrs.evolve(atom, value=value)))


def _kind(value: Any, levels: tuple[str, ...]) -> ParameterKind | None:
    if isinstance(value, Money):
        return ParameterKind.AMOUNT
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return ParameterKind.NUMBER
    return ParameterKind.LEVEL if value in levels else None


def _replaced(rule: Predicate, place: str, atom: Predicate) -> Predicate:
    """The rule with another leaf at a place, as `atoms` says it."""
    if not place:
        return atom
    if isinstance(rule, Not):
        return Not(_replaced(rule.part, place.removeprefix(".not"), atom))
    assert isinstance(rule, AllOf | AnyOf)
    number, _, rest = place.partition("[")[2].partition("]")
    parts = [
        _replaced(part, rest, atom) if at == int(number) else part
        for at, part in enumerate(rule.parts)
    ]
    return attrs.evolve(rule, parts=parts)


def _text(value: Any) -> str:
    match value:
        case Span():
            return span_text(value)
        case Money(amount, currency):
            return f"{amount:f} {currency}"
        case Decimal():
            return f"{value:f}"
        case datetime():
            return iso(value)
        case _:
            return str(value)


def _length(given: Any, now: Span) -> Span | None:
    if isinstance(given, int | str) and _BARE.fullmatch(str(given).strip()):
        return attrs.evolve(now, length=int(given))
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
    ParameterKind.PERCENT: _number,
    ParameterKind.INSTANT: _begun,
}

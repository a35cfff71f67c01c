"""The constants of a contest, each with its place and how to set it to another value."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import attrs

from dealreg.facts.values import Money, Span
from dealreg.facts.vocabulary import Vocabulary
from dealreg.outcome.impact_series import ParameterKind
from dealreg.policy.clocks import Milestone, Period
from dealreg.policy.contests import Contest
from dealreg.policy.paths import (
    contest_path,
    milestone_path,
    override_path,
    prefer_path,
    requirement_path,
)
from dealreg.policy.predicates import AllOf, AnyOf, Compare, Not, Predicate
from dealreg.policy.stages import Bucket, Prefer
from dealreg.policy.terms import Band, Banded, Percent, Rate, Terms
from dealreg.policy.walk import atoms

__all__ = ["constants_of"]

_Constant = tuple[str, ParameterKind, Any, Callable[[Any], Contest], tuple[str, ...]]


def constants_of(contest: Contest, words: Vocabulary) -> Iterator[_Constant]:
    """The constants of a contest: place, kind, value, the contest with another, levels."""
    yield from _of_rules(contest, words)
    yield from _of_stages(contest)
    if contest.period is not None:
        yield from _of_period(contest, contest.period)
    for at, milestone in enumerate(contest.milestones):
        yield from _of_milestone(contest, at, milestone)
    for at, given in enumerate(contest.gives):
        path = contest_path(contest.benefit, f"gives[{at}]")
        yield from _of_terms(given, path, _whole(contest, "gives", at), words)
    yield from _of_others(contest, words)


def _of_rules(contest: Contest, words: Vocabulary) -> Iterator[_Constant]:
    """What requirements, overrides and preferences compare with."""
    name = contest.benefit
    for at, required in enumerate(contest.requires):
        path = f"{requirement_path(name, required.code)}.that"
        make = _part(contest, "requires", at, "that")
        yield from _of_rule(required.that, make, path, words)
    for at, override in enumerate(contest.overrides):
        path = f"{override_path(name, override.code)}.when"
        make = _part(contest, "overrides", at, "when")
        yield from _of_rule(override.when, make, path, words)
    for at, preference in enumerate(contest.prefer):
        if isinstance(preference, Prefer):
            path = f"{prefer_path(name, at)}.when"
            make = _part(contest, "prefer", at, "when")
            yield from _of_rule(preference.when, make, path, words)


def _of_stages(contest: Contest) -> Iterator[_Constant]:
    """The window, and how many may hold it."""
    name, window = contest.benefit, contest.window
    if window is not None and not isinstance(window, Bucket):

        def opened(length: Span) -> Contest:
            return attrs.evolve(contest, window=attrs.evolve(window, length=length))

        yield contest_path(name, "window"), ParameterKind.LENGTH, window.length, opened, ()
    if contest.capacity is not None:

        def several(many: int) -> Contest:
            return attrs.evolve(contest, capacity=many)

        path = contest_path(name, "capacity")
        yield path, ParameterKind.HOLDERS, contest.capacity, several, ()


def _of_period(contest: Contest, period: Period) -> Iterator[_Constant]:
    """How long a period lasts, and how it is extended, as far as that is stated."""
    path = contest_path(contest.benefit, "period")

    def timed(**parts: Any) -> Contest:
        return attrs.evolve(contest, period=attrs.evolve(period, **parts))

    yield path, ParameterKind.LENGTH, period.length, lambda length: timed(length=length), ()
    extension = period.extension
    if extension is None:
        return

    def extended(name: str) -> Callable[[Any], Contest]:
        return lambda value: timed(extension=attrs.evolve(extension, **{name: value}))

    path = f"{path}.extension"
    if extension.length is not None:
        yield f"{path}.by", ParameterKind.LENGTH, extension.length, extended("length"), ()
    if extension.times is not None:
        yield f"{path}.times", ParameterKind.TIMES, extension.times, extended("times"), ()
    before = extended("ask_before")
    yield f"{path}.ask_before", ParameterKind.LENGTH, extension.ask_before, before, ()


def _of_milestone(contest: Contest, at: int, milestone: Milestone) -> Iterator[_Constant]:
    """By when it is due, and by when at the very latest."""
    path = milestone_path(contest.benefit, milestone.code)
    due = _part(contest, "milestones", at, "length")
    yield path, ParameterKind.LENGTH, milestone.length, due, ()
    if milestone.grace is not None:
        last = _part(contest, "milestones", at, "grace")
        yield f"{path}.grace", ParameterKind.LENGTH, milestone.grace, last, ()


def _of_terms(
    given: Terms, path: str, put: Callable[[Terms], Contest], words: Vocabulary
) -> Iterator[_Constant]:
    """The rate of some terms, or the rates of their bands and what these compare with."""

    def rated(rate: Rate) -> Contest:
        return put(attrs.evolve(given, rate=rate))

    if isinstance(given.rate, Percent):
        yield path, ParameterKind.PERCENT, given.rate.value, lambda rate: rated(Percent(rate)), ()
    elif isinstance(given.rate, Banded):
        for at, band in enumerate(given.rate.bands):
            yield from _of_band(given.rate, at, band, f"{path}.rate.bands[{at}]", rated, words)


def _of_band(
    rate: Banded,
    at: int,
    band: Band,
    path: str,
    rated: Callable[[Rate], Contest],
    words: Vocabulary,
) -> Iterator[_Constant]:
    """The rate of a band, and what its rule compares with."""

    def edited(**parts: Any) -> Contest:
        bands = (*rate.bands[:at], attrs.evolve(band, **parts), *rate.bands[at + 1 :])
        return rated(Banded(bands))

    def paid(percent: Any) -> Contest:
        return edited(percent=percent)

    yield f"{path}.percent", ParameterKind.PERCENT, band.percent, paid, ()
    yield from _of_rule(band.when, lambda when: edited(when=when), f"{path}.when", words)


def _of_others(contest: Contest, words: Vocabulary) -> Iterator[_Constant]:
    """What those get who are not awarded, and what they must meet for it."""
    others = contest.others

    def put(**parts: Any) -> Contest:
        return attrs.evolve(contest, others=attrs.evolve(others, **parts))

    if others.terms is not None:
        path = contest_path(contest.benefit, "others.terms")
        yield from _of_terms(others.terms, path, lambda terms: put(terms=terms), words)
    if others.when is not None:
        path = contest_path(contest.benefit, "others.when")
        yield from _of_rule(others.when, lambda when: put(when=when), path, words)


def _whole(contest: Contest, stage: str, at: int) -> Callable[[Any], Contest]:
    """The contest with one part of a stage replaced."""
    parts = getattr(contest, stage)

    def made(part: Any) -> Contest:
        changed: dict[str, Any] = {stage: (*parts[:at], part, *parts[at + 1 :])}
        return attrs.evolve(contest, **changed)

    return made


def _part(contest: Contest, stage: str, at: int, name: str) -> Callable[[Any], Contest]:
    """The contest with one attribute of one part of a stage changed."""
    put, part = _whole(contest, stage, at), getattr(contest, stage)[at]
    return lambda value: put(attrs.evolve(part, **{name: value}))


def _of_rule(
    rule: Predicate, make: Callable[[Any], Contest], path: str, words: Vocabulary
) -> Iterator[_Constant]:
    """The constants that a rule compares with."""
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
    if isinstance(value, timedelta):
        return ParameterKind.LENGTH
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

"""Policies that differ from one in a single edit.

An edit is one that an author could make by mistake: a requirement left out, a tier one level off,
`>` for `>=`, two preferences swapped, a window a day longer. Scopes, bands, milestones, extensions,
conditions of sharing, the vendor's clock, calendars and fields are not edited.
"""

from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from typing import Any, assert_never

import attrs

from dealreg.cases.sieve import Sieve
from dealreg.errors import PolicyError
from dealreg.facts.values import Money, Span
from dealreg.facts.vocabulary import Vocabulary
from dealreg.policy.contests import Contest
from dealreg.policy.paths import (
    after_path,
    contest_path,
    override_path,
    prefer_path,
    requirement_path,
)
from dealreg.policy.policies import Policy
from dealreg.policy.predicates import AllOf, AnyOf, Compare, Fact, Not, Op, Predicate
from dealreg.policy.stages import Best, Bucket, Grace, HeadStart, Key, OthersStand, Prefer, Tie
from dealreg.policy.terms import FractionOfHolder, Percent, Terms
from dealreg.wire.phrases import preference_text, span_text, window_text
from dealreg.wire.text import predicate_to_text

__all__ = ["Mutant", "mutants"]

_NEVER_MISSING = {Fact("registration_id"), Fact("partner_id"), Fact("submitted_at")}
"""What every registration states: where one without it would go is never asked."""

_NEXT_OP = {
    Op.GE: Op.GT,
    Op.GT: Op.GE,
    Op.LE: Op.LT,
    Op.LT: Op.LE,
    Op.EQ: Op.NE,
    Op.NE: Op.EQ,
}


@attrs.frozen
class Mutant:
    """A policy with one edit.

    Attributes:
        place: where in the policy.
        edit: what is done there, in the words of a policy file.
        policy: the policy with the edit.
    """

    place: str
    edit: str
    policy: Policy


def mutants(policy: Policy) -> tuple[Mutant, ...]:
    """The policies that single edits make of one, in the order of the policy.

    Edits that leave no sound policy, or one with the same normal form, are left out. A policy that
    always decides the same may still be among them.

    >>> from dealreg import contest, earliest
    >>> found = mutants(Policy(programme="Example", contests=[
    ...     contest("protection", earliest("submitted_at"))]))
    >>> [each.edit for each in found][:2]
    ['`earliest submitted_at` is left out', '`earliest submitted_at` becomes `latest submitted_at`']
    """
    sieve = Sieve.of(policy)
    found = []
    for place, contest in enumerate(policy.contests):
        for stage, where, edit, edited in _edits(contest, sieve.vocabulary):
            made = sieve.keeps(place, stage, edited)
            if made is not None:
                found.append(Mutant(where, edit, made))
    return tuple(found)


Edit = tuple[str, str, Any]
"""Where, what, and what comes of it."""


def _edits(contest: Contest, words: Vocabulary) -> Iterator[tuple[str, str, str, Contest]]:
    """The stage that is edited, where, what is done there, and the contest that comes of it."""
    for name, edits in (
        ("requires", _requirements(contest, words)),
        ("after", _dependences(contest)),
        ("overrides", _overrides(contest, words)),
        ("window", _windows(contest)),
        ("prefer", _preferences(contest, words)),
        ("tie", _choices(contest_path(contest.benefit, "tie"), contest.tie, Tie)),
        ("capacity", _capacities(contest)),
        ("period", _periods(contest)),
        ("gives", _terms(contest)),
        ("others", _others(contest)),
    ):
        for where, edit, value in edits:
            with suppress(PolicyError):  # what cannot even be built is no mistake one can make
                yield name, where, edit, attrs.evolve(contest, **{name: value})


def _becomes(where: str, old: str, new: str, value: Any) -> Edit:
    return where, f"`{old}` becomes `{new}`", value


def _without(items: tuple[Any, ...], place: int) -> tuple[Any, ...]:
    return (*items[:place], *items[place + 1 :])


def _with(items: tuple[Any, ...], place: int, item: Any) -> tuple[Any, ...]:
    return (*items[:place], item, *items[place + 1 :])


def _requirements(contest: Contest, words: Vocabulary) -> Iterator[Edit]:
    for place, required in enumerate(contest.requires):
        where = requirement_path(contest.benefit, required.code)
        yield where, "it is left out", _without(contest.requires, place)
        old = predicate_to_text(required.that, words)
        for rule in _rules(required.that, words):
            edited, new = attrs.evolve(required, that=rule), predicate_to_text(rule, words)
            yield _becomes(f"{where}.that", old, new, _with(contest.requires, place, edited))
        for name in ("if_false", "if_unknown"):
            now = getattr(required, name)
            for at, edit, choice in _choices(f"{where}.{name}", now, type(now)):
                edited = attrs.evolve(required, **{name: choice})
                yield at, edit, _with(contest.requires, place, edited)


def _dependences(contest: Contest) -> Iterator[Edit]:
    for place, after in enumerate(contest.after):
        where = after_path(contest.benefit, after.benefit)
        yield where, "it is left out", _without(contest.after, place)
        edited = attrs.evolve(after, holds=not after.holds)
        old, new = ("holder_of", "not_holder_of")[:: 1 if after.holds else -1]
        yield _becomes(where, old, new, _with(contest.after, place, edited))


def _overrides(contest: Contest, words: Vocabulary) -> Iterator[Edit]:
    for place, override in enumerate(contest.overrides):
        where = override_path(contest.benefit, override.code)
        yield where, "it is left out", _without(contest.overrides, place)
        old = predicate_to_text(override.when, words)
        for rule in _rules(override.when, words):
            edited, new = attrs.evolve(override, when=rule), predicate_to_text(rule, words)
            yield _becomes(f"{where}.when", old, new, _with(contest.overrides, place, edited))
        effects = _choices(f"{where}.effect", override.effect, type(override.effect))
        for at, edit, effect in effects:
            edited = attrs.evolve(override, effect=effect)
            yield at, edit, _with(contest.overrides, place, edited)


def _windows(contest: Contest) -> Iterator[Edit]:
    where, window = contest_path(contest.benefit, "window"), contest.window
    if window is None:
        return
    yield where, f"`{window_text(window)}` is left out", None
    match window:
        case Grace() | HeadStart():
            for length in _spans(window.length):
                edited = attrs.evolve(window, length=length)
                yield _becomes(where, window_text(window), window_text(edited), edited)
        case Bucket():
            return
        case _:
            assert_never(window)


def _preferences(contest: Contest, words: Vocabulary) -> Iterator[Edit]:
    texts = [preference_text(each, words) for each in contest.prefer]
    for place, preference in enumerate(contest.prefer):
        where = prefer_path(contest.benefit, place)
        yield where, f"`{texts[place]}` is left out", _without(contest.prefer, place)
        edits: list[Any] = []
        match preference:
            case Key(best=best):
                other = Best.LOWEST if best is Best.HIGHEST else Best.HIGHEST
                edits = [attrs.evolve(preference, best=other)]
            case Prefer(when):
                edits = [attrs.evolve(preference, when=rule) for rule in _rules(when, words)]
            case _:
                assert_never(preference)
        if not (isinstance(preference, Key) and preference.fact in _NEVER_MISSING):
            missing = _choices(where, preference.missing, type(preference.missing))
            edits += [attrs.evolve(preference, missing=each) for _, _, each in missing]
        for edited in edits:
            text = preference_text(edited, words)
            yield _becomes(where, texts[place], text, _with(contest.prefer, place, edited))
        if place:
            swapped = (preference, contest.prefer[place - 1])
            value = (*contest.prefer[: place - 1], *swapped, *contest.prefer[place + 1 :])
            yield where, f"`{texts[place]}` comes before `{texts[place - 1]}`", value


def _choices(where: str, now: Any, kind: Any) -> Iterator[Edit]:
    for other in kind:
        if other is not now:
            yield _becomes(where, now.value, other.value, other)


def _capacities(contest: Contest) -> Iterator[Edit]:
    where, now = contest_path(contest.benefit, "capacity"), contest.capacity
    if now is None:
        yield _becomes(where, "all who qualify", "1", 1)
        return
    for other in (now - 1, now + 1):
        if other:
            yield _becomes(where, str(now), str(other), other)


def _periods(contest: Contest) -> Iterator[Edit]:
    period = contest.period
    if period is None:
        return
    where = contest_path(contest.benefit, "period")
    yield where, "it is left out", None
    for length in _spans(period.length):
        edited = attrs.evolve(period, length=length)
        yield _becomes(where, span_text(period.length), span_text(length), edited)


def _terms(contest: Contest) -> Iterator[Edit]:
    for place, given in enumerate(contest.gives):
        where = contest_path(contest.benefit, f"gives[{place}]")
        if contest.gives[1:]:
            yield where, "it is left out", _without(contest.gives, place)
        for edit, edited in _rates(given):
            yield where, edit, _with(contest.gives, place, edited)


def _rates(given: Terms) -> Iterator[tuple[str, Terms]]:
    rate = given.rate
    if isinstance(rate, Percent):
        edited = attrs.evolve(given, rate=Percent(rate.value + 1))
        yield f"`{rate.value:f}` percent becomes `{rate.value + 1:f}`", edited
    elif isinstance(rate, FractionOfHolder):
        half = FractionOfHolder(rate.value / 2)
        yield f"`{rate.value}` becomes `{half.value}`", attrs.evolve(given, rate=half)


def _others(contest: Contest) -> Iterator[Edit]:
    others = contest.others
    where = contest_path(contest.benefit, "others")
    for at, edit, stand in _choices(f"{where}.stand", others.stand, OthersStand):
        yield at, edit, attrs.evolve(others, stand=stand)
    if others.terms is not None:
        yield f"{where}.terms", "they are left out", attrs.evolve(others, terms=None)
        for edit, terms in _rates(others.terms):
            yield f"{where}.terms", edit, attrs.evolve(others, terms=terms)


def _spans(length: Span) -> Iterator[Span]:
    for other in (length.length - 1, length.length + 1):
        if other > 0:
            yield attrs.evolve(length, length=other)


def _rules(rule: Predicate, words: Vocabulary) -> Iterator[Predicate]:
    """A predicate with one edit: a part left out or turned round, a bound one step off."""
    if isinstance(rule, (AllOf, AnyOf)):
        other = AnyOf if isinstance(rule, AllOf) else AllOf
        yield other(rule.parts)
        for place, part in enumerate(rule.parts):
            rest = _without(rule.parts, place)
            yield rest[0] if len(rest) == 1 else attrs.evolve(rule, parts=rest)
            for edited in _rules(part, words):
                yield attrs.evolve(rule, parts=_with(rule.parts, place, edited))
        return
    yield rule.part if isinstance(rule, Not) else Not(rule)
    if isinstance(rule, Not):
        for edited in _rules(rule.part, words):
            yield Not(edited)
    elif isinstance(rule, Compare):
        yield attrs.evolve(rule, op=_NEXT_OP[rule.op])
        for value in _steps(rule, words):
            yield attrs.evolve(rule, value=value)


def _steps(rule: Compare, words: Vocabulary) -> Iterator[Any]:
    """The constants one step from that of a comparison: a level, a unit."""
    value: Any = rule.value
    field = words.get(rule.fact.name)
    if field is not None and value in field.levels:
        place = field.levels.index(value)
        yield from field.levels[max(place - 1, 0) : place]
        yield from field.levels[place + 1 : place + 2]
    elif isinstance(value, Money):
        for step in (-1, 1):
            yield Money(value.amount + step, value.currency)
    elif isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        yield value - 1
        yield value + 1

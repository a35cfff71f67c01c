"""The normal form of a policy: equal meaning as far as rewriting shows it, equal value.

The rewrites are the identities of three-valued logic and of the stages (docs/spec, clauses N-1 to
N-10). They never change a standing; `tests/laws/test_normal.py` holds them to it.
"""

from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import lru_cache
from typing import assert_never

import attrs

from dealreg.facts.canonical import canonical_json, digest
from dealreg.facts.fields import FieldType
from dealreg.facts.values import Scalar
from dealreg.facts.vocabulary import Vocabulary
from dealreg.policy.clocks import Extension, Milestone, Period
from dealreg.policy.contests import Contest, final_field
from dealreg.policy.policies import Policy, PolicyBook
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
from dealreg.policy.stages import Key, MissingRule, Preference
from dealreg.policy.terms import Band, Banded, Terms

__all__ = ["normal_contest", "normal_form", "normal_predicate", "policy_digest"]

_NEGATED = {
    Op.EQ: Op.NE,
    Op.NE: Op.EQ,
    Op.LT: Op.GE,
    Op.GE: Op.LT,
    Op.LE: Op.GT,
    Op.GT: Op.LE,
}


def normal_predicate(predicate: Predicate, vocabulary: Vocabulary) -> Predicate:
    """The normal form of a predicate under a vocabulary.

    Negation is pushed to the comparisons, nests are flattened, parts are sorted and repeated
    ones dropped, constants absorbed, and constants compared with are of the field's type.
    """
    match predicate:
        case Not(part):
            return _negated(part, vocabulary)
        case AllOf(parts):
            return _joined(AllOf, (normal_predicate(part, vocabulary) for part in parts))
        case AnyOf(parts):
            return _joined(AnyOf, (normal_predicate(part, vocabulary) for part in parts))
        case Compare(fact, op, value):
            return Compare(fact, op, _of_type(fact, value, vocabulary))
        case OneOf(fact, values):
            typed = tuple(_of_type(fact, value, vocabulary) for value in values)
            return Compare(fact, Op.EQ, typed[0]) if len(typed) == 1 else OneOf(fact, typed)
        case Overlaps(fact, values):
            return Covers(fact, values) if len(values) == 1 else predicate
        case Constant() | Covers() | Only() | Missing() | External():
            return predicate
        case _:
            assert_never(predicate)


def _negated(part: Predicate, vocabulary: Vocabulary) -> Predicate:
    match part:
        case Not(inner):
            return normal_predicate(inner, vocabulary)
        case AllOf(parts):
            return _joined(AnyOf, (_negated(each, vocabulary) for each in parts))
        case AnyOf(parts):
            return _joined(AllOf, (_negated(each, vocabulary) for each in parts))
        case Constant(value):
            return Constant(not value)
        case Compare(fact, op, value):
            return normal_predicate(Compare(fact, _NEGATED[op], value), vocabulary)
        case OneOf() | Overlaps() | Covers() | Only() | Missing() | External():
            inner_form = normal_predicate(part, vocabulary)
            if isinstance(inner_form, Compare):
                return _negated(inner_form, vocabulary)
            return Not(inner_form)
        case _:
            assert_never(part)


def _of_type(fact: Fact, value: Scalar, vocabulary: Vocabulary) -> Scalar:
    field = vocabulary.get(fact.name)
    if field is not None and field.type is FieldType.DECIMAL and type(value) is int:
        return Decimal(value)
    return value


def _joined(kind: type[AllOf] | type[AnyOf], parts: Iterable[Predicate]) -> Predicate:
    neutral = kind is AllOf
    flat: list[Predicate] = []
    for part in parts:
        if isinstance(part, kind):
            flat.extend(part.parts)
        elif isinstance(part, Constant) and part.value is neutral:
            continue
        elif isinstance(part, Constant):
            return part
        else:
            flat.append(part)
    # by their text: numbers can be chosen so that all predicates have one hash
    distinct = {canonical_json(part): part for part in flat}
    kept = tuple(distinct[text] for text in sorted(distinct))
    if not kept:
        return Constant(neutral)
    return kept[0] if len(kept) == 1 else kind(kept)


@lru_cache(maxsize=256)
def normal_form(policy: Policy) -> Policy:
    """The policy in normal form: same standings for all facts; equal for equal rewrites."""
    vocabulary = policy.vocabulary()
    contests = sorted(policy.contests, key=lambda contest: contest.benefit)
    return attrs.evolve(
        policy,
        fields=tuple(sorted(policy.fields, key=lambda field: field.name)),
        calendars=tuple(sorted(policy.calendars, key=lambda calendar: calendar.name)),
        contests=tuple(normal_contest(contest, vocabulary) for contest in contests),
    )


def normal_contest(contest: Contest, vocabulary: Vocabulary) -> Contest:
    """The contest in normal form, its stages each for itself."""

    def settle(predicate: Predicate) -> Predicate:
        return normal_predicate(predicate, vocabulary)

    requires = (attrs.evolve(each, that=settle(each.that)) for each in contest.requires)
    overrides = (attrs.evolve(each, when=settle(each.when)) for each in contest.overrides)
    when = contest.others.when
    residual = contest.others.terms
    return attrs.evolve(
        contest,
        period=None if contest.period is None else _normal_period(contest.period),
        milestones=tuple(_normal_milestone(each) for each in contest.milestones),
        final_from=_normal_final(contest),
        requires=tuple(each for each in requires if each.that != Constant(True)),
        overrides=tuple(each for each in overrides if each.when != Constant(False)),
        prefer=_live_keys(contest.prefer, settle),
        gives=_normal_gives(contest.gives, settle),
        others=attrs.evolve(
            contest.others,
            when=None if when is None else settle(when),
            terms=None if residual is None else _normal_terms(residual, settle),
        ),
    )


def _normal_period(period: Period) -> Period:
    """An extension by the period's own length does not state it; without a lead, in days."""
    extension = period.extension
    if extension is None:
        return period
    if extension.length == period.length:
        extension = attrs.evolve(extension, length=None)
    if extension.ask_before.length == 0:
        extension = attrs.evolve(extension, ask_before=Extension().ask_before)
    return attrs.evolve(period, extension=extension)


def _normal_milestone(milestone: Milestone) -> Milestone:
    """Where there is no grace, nobody agrees to any."""
    return milestone if milestone.grace is not None else attrs.evolve(milestone, agreed=None)


def _normal_final(contest: Contest) -> str | None:
    """The field from which an award is final, where it is not the one that is meant anyway."""
    usual = final_field(attrs.evolve(contest, final_from=None))
    return None if contest.final_from == usual else contest.final_from


def _live_keys(
    keys: tuple[Preference, ...], settle: Callable[[Predicate], Predicate]
) -> tuple[Preference, ...]:
    """Without the keys that can never tell two apart: a field ordered by before, a constant.

    A key that refers a missing value to a person still does so where an earlier one did not.
    """
    kept: list[Preference] = []
    seen: dict[tuple[Fact, str | None], bool] = {}
    preferred: set[bytes] = set()
    for key in keys:
        if isinstance(key, Key):
            place, refers = (key.fact, key.currency), key.missing is MissingRule.REFER
            if place not in seen or (refers and not seen[place]):
                kept.append(key)
            seen[place] = refers or seen.get(place, False)
            continue
        settled = attrs.evolve(key, when=settle(key.when))
        text = canonical_json(settled)  # as for the parts of a predicate
        if not isinstance(settled.when, Constant) and text not in preferred:
            preferred.add(text)
            kept.append(settled)
    return tuple(kept)


def _normal_gives(
    gives: tuple[Terms, ...], settle: Callable[[Predicate], Predicate]
) -> tuple[Terms, ...]:
    """Without the last terms that only repeat those before them, which stand for all further."""
    made = [_normal_terms(each, settle) for each in gives]
    while len(made) > 1 and made[-1] == made[-2]:
        made.pop()
    return tuple(made)


def _normal_terms(given: Terms, settle: Callable[[Predicate], Predicate]) -> Terms:
    if not isinstance(given.rate, Banded):
        return given
    bands: list[Band] = []
    for band in given.rate.bands:
        settled = attrs.evolve(band, when=settle(band.when))
        if settled.when != Constant(False):
            bands.append(settled)
        if settled.when == Constant(True):
            break
    return attrs.evolve(given, rate=Banded(tuple(bands)))


def policy_digest(policy: Policy | PolicyBook) -> str:
    """The digest of the normal form: what two parties compare to know they mean the same rules."""
    if isinstance(policy, PolicyBook):
        editions = tuple(
            attrs.evolve(edition, policy=normal_form(edition.policy)) for edition in policy.editions
        )
        return digest(attrs.evolve(policy, editions=editions))
    return digest(normal_form(policy))

"""Simpler policies: one part left out. Where nothing changes, the part decides nothing."""

from collections.abc import Iterator
from typing import TypeVar

import attrs

from dealreg.analysis.words import preference_words, rule_words, window_words
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
from dealreg.policy.predicates import AllOf, AnyOf, Not, Predicate
from dealreg.policy.stages import Key, Prefer

__all__ = ["Simpler", "parts_left_out", "simpler_admissions", "simpler_rules", "simpler_stages"]

_T = TypeVar("_T")


@attrs.frozen(eq=False)
class Simpler:
    """A policy with one part left out.

    Attributes:
        code: what it means if that changes nothing.
        path: the place of the part.
        part: the part, in the words of a policy file.
        policy: the policy without it.
    """

    code: str
    path: str
    part: str
    policy: Policy


def simpler_admissions(policy: Policy, contest: Contest) -> Iterator[Simpler]:
    """A requirement, or a part of its rule, left out: only who may take part changes."""
    words = policy.vocabulary()
    for place, required in enumerate(contest.requires):
        path = requirement_path(contest.benefit, required.code)
        rest = _without(contest.requires, place)
        text = rule_words(required.that, words)
        yield Simpler(
            "DEAD_REQUIREMENT", path, text, _with(policy, attrs.evolve(contest, requires=rest))
        )
        for where, part, rule in parts_left_out(required.that, f"{path}.that"):
            edited = _replaced(contest.requires, place, attrs.evolve(required, that=rule))
            made = _with(policy, attrs.evolve(contest, requires=edited))
            yield Simpler("DEAD_RULE", where, rule_words(part, words), made)


def simpler_stages(policy: Policy, contest: Contest) -> Iterator[Simpler]:
    """The window, a preference or an override left out: coarser, so the same cases tell it."""
    words, benefit = policy.vocabulary(), contest.benefit
    if contest.window is not None:
        path = contest_path(benefit, "window")
        made = _with(policy, attrs.evolve(contest, window=None))
        yield Simpler("DEAD_WINDOW", path, window_words(contest.window), made)
    for place, each in enumerate(contest.prefer):
        made = _with(policy, attrs.evolve(contest, prefer=_without(contest.prefer, place)))
        path = prefer_path(benefit, place)
        yield Simpler("DEAD_PREFERENCE", path, preference_words(each, words), made)
    for place, override in enumerate(contest.overrides):
        made = _with(policy, attrs.evolve(contest, overrides=_without(contest.overrides, place)))
        path = override_path(benefit, override.code)
        yield Simpler("DEAD_OVERRIDE", path, rule_words(override.when, words), made)


def simpler_rules(policy: Policy, contest: Contest) -> Iterator[Simpler]:
    """A dependence left out, or a part of the rule of an override or of a preference."""
    words, benefit = policy.vocabulary(), contest.benefit
    for place, after in enumerate(contest.after):
        made = _with(policy, attrs.evolve(contest, after=_without(contest.after, place)))
        text = f"{'holder_of' if after.holds else 'not_holder_of'} {after.benefit}"
        yield Simpler("DEAD_DEPENDENCE", after_path(benefit, after.benefit), text, made)
    for place, override in enumerate(contest.overrides):
        path = f"{override_path(benefit, override.code)}.when"
        for where, part, rule in parts_left_out(override.when, path):
            edited = _replaced(contest.overrides, place, attrs.evolve(override, when=rule))
            made = _with(policy, attrs.evolve(contest, overrides=edited))
            yield Simpler("DEAD_RULE", where, rule_words(part, words), made)
    for place, each in enumerate(contest.prefer):
        if isinstance(each, Key):
            continue
        yield from _preferred(policy, contest, place, each, words)


def _preferred(
    policy: Policy, contest: Contest, place: int, each: Prefer, words: Vocabulary
) -> Iterator[Simpler]:
    path = f"{prefer_path(contest.benefit, place)}.when"
    for where, part, rule in parts_left_out(each.when, path):
        edited = _replaced(contest.prefer, place, attrs.evolve(each, when=rule))
        made = _with(policy, attrs.evolve(contest, prefer=edited))
        yield Simpler("DEAD_RULE", where, rule_words(part, words), made)


def parts_left_out(rule: Predicate, path: str = "") -> Iterator[tuple[str, Predicate, Predicate]]:
    """Every part of an `all of` or `any of`: its place, the part, and the rule without it.

    A part that is left out counts as true among parts that must all hold, as false among
    alternatives. What else a part could always be, a larger part or the whole rule tells.

    >>> from dealreg import field
    >>> rule = ((field("score") >= 1) & (field("quantity") >= 2)).predicate
    >>> [(where, rest.fact.name) for where, _, rest in parts_left_out(rule)]
    [('.all[0]', 'quantity'), ('.all[1]', 'score')]
    """
    match rule:
        case AllOf(parts) | AnyOf(parts):
            kind = "all" if isinstance(rule, AllOf) else "any"
            for place, part in enumerate(parts):
                where = f"{path}.{kind}[{place}]"
                rest = _without(parts, place)
                if rest:
                    yield where, part, rest[0] if len(rest) == 1 else attrs.evolve(rule, parts=rest)
                for inner, smaller, edited in parts_left_out(part, where):
                    whole = _replaced(parts, place, edited)
                    yield inner, smaller, attrs.evolve(rule, parts=whole)
        case Not(part):
            for inner, smaller, edited in parts_left_out(part, f"{path}.not"):
                yield inner, smaller, Not(edited)
        case _:
            return


def _without(items: tuple[_T, ...], place: int) -> tuple[_T, ...]:
    return (*items[:place], *items[place + 1 :])


def _replaced(items: tuple[_T, ...], place: int, item: _T) -> tuple[_T, ...]:
    return (*items[:place], item, *items[place + 1 :])


def _with(policy: Policy, contest: Contest) -> Policy:
    contests = [contest if e.benefit == contest.benefit else e for e in policy.contests]
    return attrs.evolve(policy, contests=contests)

"""Walking a policy: its predicates and the facts they name, each with its place."""

from collections.abc import Iterator
from typing import assert_never

from dealreg.policy.contests import Contest
from dealreg.policy.paths import contest_path, override_path, prefer_path, requirement_path
from dealreg.policy.policies import Policy
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
    Overlaps,
    Predicate,
)
from dealreg.policy.stages import Key
from dealreg.policy.terms import Banded, Terms

__all__ = ["atoms", "externals_of", "fact_of", "predicates_of"]


def atoms(predicate: Predicate, path: str = "") -> Iterator[tuple[str, Predicate]]:
    """The leaves of a predicate, each with its place, left to right."""
    match predicate:
        case AllOf(parts):
            for place, part in enumerate(parts):
                yield from atoms(part, f"{path}.all[{place}]")
        case AnyOf(parts):
            for place, part in enumerate(parts):
                yield from atoms(part, f"{path}.any[{place}]")
        case Not(part):
            yield from atoms(part, f"{path}.not")
        case (
            Constant()
            | Compare()
            | OneOf()
            | Overlaps()
            | Covers()
            | Only()
            | Missing()
            | External()
        ):
            yield path, predicate
        case _:
            assert_never(predicate)


def fact_of(atom: Predicate) -> Fact | None:
    """The fact that a leaf asks about; None where it asks about none."""
    match atom:
        case Compare() | OneOf() | Overlaps() | Covers() | Only() | Missing():
            return atom.fact
        case _:
            return None


def predicates_of(contest: Contest) -> Iterator[tuple[str, Predicate]]:
    """Every predicate of a contest, each with its place."""
    benefit = contest.benefit
    for required in contest.requires:
        yield f"{requirement_path(benefit, required.code)}.that", required.that
    for override in contest.overrides:
        yield f"{override_path(benefit, override.code)}.when", override.when
    for place, preference in enumerate(contest.prefer):
        if not isinstance(preference, Key):
            yield f"{prefer_path(benefit, place)}.when", preference.when
    for place, given in enumerate(contest.gives):
        yield from _bands(given, contest_path(benefit, f"gives[{place}]"))
    if contest.others.terms is not None:
        yield from _bands(contest.others.terms, contest_path(benefit, "others.terms"))
    if contest.others.when is not None:
        yield contest_path(benefit, "others.when"), contest.others.when


def _bands(given: Terms, path: str) -> Iterator[tuple[str, Predicate]]:
    if isinstance(given.rate, Banded):
        for place, band in enumerate(given.rate.bands):
            yield f"{path}.rate.bands[{place}].when", band.when


def externals_of(policy: Policy) -> tuple[str, ...]:
    """The names of the external questions a policy asks, sorted."""
    found = {
        atom.name
        for contest in policy.contests
        for path, predicate in predicates_of(contest)
        for _, atom in atoms(predicate, path)
        if isinstance(atom, External)
    }
    return tuple(sorted(found))

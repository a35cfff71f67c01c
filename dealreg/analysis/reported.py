"""What applicants say of themselves: where it decides, and whether saying something else pays."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, Final, NamedTuple

from dealreg.analysis.cases import Cases
from dealreg.analysis.domains import domain, linked_texts
from dealreg.analysis.pairs import pairs_of
from dealreg.analysis.readings import Readings, Variable, is_instant
from dealreg.analysis.scenes import Claim, Scene, batches
from dealreg.analysis.trials import asked
from dealreg.analysis.witnesses import smallest
from dealreg.facts.fields import Source, Subject
from dealreg.facts.values import Money
from dealreg.policy.contests import Contest
from dealreg.policy.paths import prefer_path
from dealreg.policy.policies import Policy
from dealreg.policy.predicates import Fact
from dealreg.policy.stages import Key
from dealreg.policy.walk import atoms, fact_of, predicates_of

__all__ = [
    "Restated",
    "SaidOfThemselves",
    "bare",
    "halved",
    "restated",
    "said_of_themselves",
    "told",
    "values_of",
]

_PAIRS: Final = 400
"""So many pairs are looked at for one that pays; most are found among the first."""


class SaidOfThemselves(NamedTuple):
    """A fact that applicants supply, and a place where it decides."""

    variable: Variable
    path: str
    orders: bool


class Restated(NamedTuple):
    """The same case twice: as it is, and with one registration saying something else."""

    before: Scene
    after: Scene


def said_of_themselves(contest: Contest, found: Readings) -> Iterator[SaidOfThemselves]:
    """What applicants supply and the contest decides by, each with the first place that does."""
    seen: set[Variable] = set()
    for path, fact, orders in _facts(contest):
        for variable in found.variables(fact):
            field = found.fields.get(variable.name)
            theirs = field is not None and field.source is Source.APPLICANT
            if theirs and variable not in seen and not variable.before:
                seen.add(variable)
                yield SaidOfThemselves(variable, path, orders)


def _facts(contest: Contest) -> Iterator[tuple[str, Fact, bool]]:
    for place, each in enumerate(contest.prefer):
        if isinstance(each, Key):
            yield prefer_path(contest.benefit, place), each.fact, True
    for path, rule in predicates_of(contest):
        inside = f"contests[{contest.benefit}]."
        if path.removeprefix(inside).startswith(("requires", "overrides", "prefer")):
            for where, atom in atoms(rule, path):
                fact = fact_of(atom)
                if fact is not None:
                    yield where, fact, False


def values_of(cases: Cases, variable: Variable) -> tuple[Any, ...]:
    """The values that are tried of a fact, None for one that is not known."""
    if is_instant(cases.found, variable):
        return tuple(dict.fromkeys((*cases.timetable.first[variable], None)))
    return domain(cases.found, variable, linked_texts(cases.found), ordering=True)


def restated(policy: Policy, cases: Cases, benefit: str, variable: Variable) -> Restated | None:
    """A small case in which one gets a benefit only by saying something else of itself.

    Looked for from its end: among those that get the benefit, for one that would not with another
    value.
    """
    values = values_of(cases, variable)
    for scenes in (_plain(policy, cases, benefit, variable), _together(policy, cases)):
        for batch in batches(scenes, 32):
            found = _paying(policy, cases, benefit, batch, variable, values)
            if found is not None:
                return found
    return None


def _plain(policy: Policy, cases: Cases, benefit: str, variable: Variable) -> Iterator[Scene]:
    """One of every kind that gets the benefit, with nothing that it can do without."""

    def gets(scene: Scene) -> bool:
        return asked(policy, [scene], benefit, cases.keys) == [(1,)]

    for batch in batches((Scene((Claim(e.values),)) for e in cases.singles()), 32):
        for scene, got in zip(batch, asked(policy, batch, benefit, cases.keys), strict=True):
            if got:
                yield bare(scene, variable, gets)


def _together(policy: Policy, cases: Cases) -> Iterator[Scene]:
    contests = {(0, each.benefit) for each in policy.contests}
    return (each.scene() for each in islice(pairs_of(cases, contests), _PAIRS))


def _paying(
    policy: Policy,
    cases: Cases,
    benefit: str,
    batch: Sequence[Scene],
    variable: Variable,
    values: Sequence[Any],
) -> Restated | None:
    holders = asked(policy, batch, benefit, cases.keys)
    tried = [
        (scene, place, value)
        for scene, got in zip(batch, holders, strict=True)
        for place in range(1, len(scene.claims) + 1)
        if place in got
        for value in values
        if value != scene.claims[place - 1].values.get(variable)
    ]
    otherwise = [told(scene, place, variable, value) for scene, place, value in tried]
    for (scene, place, value), got in zip(
        tried, asked(policy, otherwise, benefit, cases.keys), strict=True
    ):
        if place not in got:
            return _small(policy, cases, benefit, scene, (place, variable, value))
    return None


def bare(scene: Scene, last: Variable, gets: Callable[[Scene], bool]) -> Scene:
    """One registration that gets the benefit, with no fact that it can do without.

    One fact is kept as long as the others can go instead of it.
    """
    values = scene.claims[0].values
    order = sorted(values, key=lambda each: (each == last, each))
    for variable in order:
        if variable.name != "submitted_at" and values.get(variable) is not None:
            without = told(scene, 1, variable, None)
            if gets(without):
                scene = without
    return scene


def halved(value: Any, *, up: bool = False) -> Any:
    """Half of an amount or a number of units, or the double; None of what has no half.

    >>> halved(8), halved(8, up=True), halved("two")
    (4, 16, None)
    """
    if isinstance(value, Money):
        return Money(value.amount * 2 if up else value.amount / 2, value.currency)
    if isinstance(value, int) and not isinstance(value, bool):
        return value * 2 if up else value // 2
    return None


def told(scene: Scene, place: int, variable: Variable, value: Any) -> Scene:
    """The case with another value of one fact of one registration.

    What a partner's registrations have in common changes for all of them, so does what all share.
    """
    partner = scene.claims[place - 1].partner
    theirs = variable.subject == Subject.PARTNER
    return Scene(
        tuple(
            Claim({**each.values, variable: value}, each.partner)
            if at == place or variable.shared or (theirs and each.partner == partner)
            else each
            for at, each in enumerate(scene.claims, 1)
        )
    )


def _small(
    policy: Policy, cases: Cases, benefit: str, scene: Scene, said: tuple[int, Variable, Any]
) -> Restated:
    place, variable, value = said

    def shows(simpler: Scene) -> bool:
        if len(simpler.claims) < len(scene.claims):
            return False
        both = [told(simpler, place, variable, value), simpler]
        before, after = asked(policy, both, benefit, cases.keys)
        return place not in before and place in after

    small = smallest(scene, shows)
    return Restated(told(small, place, variable, value), small)

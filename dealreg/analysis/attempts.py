"""Attempts to violate an axiom: a case, a change made to it, and what must not come of that."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeAlias

import attrs

from dealreg.analysis.benches import MOST_TRIED, Bench
from dealreg.analysis.scenes import Scene, batches, possible
from dealreg.analysis.trials import trial_of, without
from dealreg.analysis.witnesses import smallest
from dealreg.outcome.decision import StandingKind
from dealreg.outcome.lint import Trial
from dealreg.policy.policies import Policy

__all__ = ["Attempt", "Counterexample", "Stood", "search", "without_place"]

Stood: TypeAlias = tuple[StandingKind, ...]
"""How the registrations of a case stand to a benefit, in their order."""

Broken: TypeAlias = Callable[[Scene, Stood, Stood], bool]
"""Whether an axiom is broken, from the case, how it stood before, and after the change."""

_BATCH: Final = 32


def _anything(_: Scene) -> bool:
    return True


@attrs.frozen(eq=False)
class Attempt:
    """One attempt to violate an axiom.

    Attributes:
        scene: the case.
        broken: what must not be.
        about: the places of the registrations that it is about.
        change: what is done to the case; None where the case alone breaks the axiom.
        leaves: the place of the registration that the change takes away, if that is the change.
        given: what a smaller case must have in common with this one, to be about the axiom.
    """

    scene: Scene
    broken: Broken
    about: tuple[int, ...] = ()
    change: Callable[[Scene], Scene] | None = None
    leaves: int | None = None
    given: Callable[[Scene], bool] = _anything

    def after(self, scene: Scene) -> Scene:
        """The case after the change."""
        if self.leaves is not None:
            return without_place(scene, self.leaves)
        return scene if self.change is None else self.change(scene)


@attrs.frozen(eq=False)
class Counterexample:
    """What violates an axiom, as a value to show: the case, and after the change."""

    trials: tuple[Trial, ...]
    about: tuple[str, ...]


def without_place(scene: Scene, place: int) -> Scene:
    """The case without one of its registrations."""
    return Scene((*scene.claims[: place - 1], *scene.claims[place:]))


def search(
    bench: Bench, whole: Policy, attempts: Iterable[Attempt]
) -> tuple[Counterexample | None, int]:
    """The first attempt that violates, made small, and to how many registrations was tried."""
    most = 1
    left = MOST_TRIED
    changed = ((each, each.after(each.scene)) for each in attempts)
    for batch in batches((each for each in changed if _can_be(*each)), _BATCH):
        if left <= 0:
            break
        left -= len(batch)
        most = max(most, *(len(e.claims) for each, after in batch for e in (each.scene, after)))
        for (attempt, _), broken in zip(batch, _broken(bench, batch), strict=True):
            if broken:
                return _shown(bench, whole, attempt), most
    return None, most


def _can_be(attempt: Attempt, after: Scene) -> bool:
    """Whether no registration of it was completed or approved before it was filed."""
    claims = (*attempt.scene.claims, *after.claims)
    return all(possible(each.values) for each in claims)


def _broken(bench: Bench, batch: Sequence[tuple[Attempt, Scene]]) -> list[bool]:
    before = bench.ask([each.scene for each, _ in batch])
    after = bench.ask([each for _, each in batch])
    return [
        each.broken(each.scene, one, other)
        for (each, _), one, other in zip(batch, before, after, strict=True)
    ]


def _shown(bench: Bench, whole: Policy, attempt: Attempt) -> Counterexample:
    size = len(attempt.scene.claims)

    def shows(simpler: Scene) -> bool:
        if len(simpler.claims) != size or not attempt.given(simpler):
            return False
        after = attempt.after(simpler)
        return (
            _can_be(attempt, after)
            and _broken(bench, [(attrs.evolve(attempt, scene=simpler), after)])[0]
        )

    small = smallest(attempt.scene, shows)
    keys = bench.cases.keys
    trials = [trial_of(whole, small, keys)]
    if attempt.leaves is not None:
        trials.append(without(whole, trials[0], f"R{attempt.leaves}"))
    elif attempt.change is not None:
        trials.append(trial_of(whole, attempt.change(small), keys))
    return Counterexample(tuple(trials), tuple(f"R{place}" for place in attempt.about))

"""Cases that show something, made as small as they go, with what is decided of them."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import attrs

from dealreg.analysis.readings import Variable
from dealreg.analysis.scenes import Claim, Scene, possible

__all__ = ["smallest", "variables_of"]


def variables_of(scene: Scene) -> tuple[Variable, ...]:
    """The variables that some registration of a case has a value of, sorted."""
    return tuple(sorted({v for each in scene.claims for v in each.values if _known(each, v)}))


def _known(claim: Claim, variable: Variable) -> bool:
    return claim.values.get(variable) is not None


def smallest(scene: Scene, shows: Callable[[Scene], bool], *, least: int = 1) -> Scene:
    """A case that still shows it: of fewest registrations, facts, and differences between them.

    With fewer than `least` registrations nothing can show it: that is not tried.
    """

    def can_be(simpler: Scene) -> bool:
        return all(possible(each.values) for each in simpler.claims) and shows(simpler)

    for simpler in _fewer(scene) if len(scene.claims) > least else ():
        if can_be(simpler):
            return smallest(simpler, shows)
    for variable in variables_of(scene):
        for simpler in _without(scene, variable):
            if can_be(simpler):
                scene = simpler
                break
    return _readable(scene, can_be)


def _readable(scene: Scene, shows: Callable[[Scene], bool]) -> Scene:
    """The case with instants a day apart, where that shows it as well as a moment does."""
    if len(scene.claims) != 2:  # noqa: PLR2004 -- a day apart is a matter of two
        return scene
    for variable in variables_of(scene):
        first, rival = scene.claims
        mine, theirs = first.values.get(variable), rival.values.get(variable)
        if isinstance(mine, datetime) and isinstance(theirs, datetime) and mine != theirs:
            day = timedelta(days=1 if theirs > mine else -1)
            moved = attrs.evolve(rival, values={**rival.values, variable: mine + day})
            apart = Scene((first, moved))
            if not variable.shared and shows(apart):
                scene = apart
    return scene


def _fewer(scene: Scene) -> Iterator[Scene]:
    yield from (Scene((Claim(each.values, 1),)) for each in scene.claims)


def _without(scene: Scene, variable: Variable) -> Iterator[Scene]:
    """The case without a fact; else with the same value for both, the first's or the rival's."""
    if variable.name != "submitted_at":
        yield _with(scene, variable, None)
    if len(scene.claims) > 1 and not variable.shared:
        values = [each.values.get(variable) for each in scene.claims]
        if values[0] != values[1]:
            yield _with(scene, variable, values[0])
            yield _with(scene, variable, values[1])


def _with(scene: Scene, variable: Variable, value: Any) -> Scene:
    return Scene(
        tuple(attrs.evolve(each, values={**each.values, variable: value}) for each in scene.claims)
    )

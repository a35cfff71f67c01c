"""Cases that show something, made as small as they go, with what is decided of them."""

from collections.abc import Callable, Iterator
from typing import Any

from dealreg.analysis.readings import Variable
from dealreg.analysis.scenes import Claim, Scene

__all__ = ["smallest", "variables_of"]


def variables_of(scene: Scene) -> tuple[Variable, ...]:
    """The variables that some registration of a case has a value of, sorted."""
    return tuple(sorted({v for each in scene.claims for v in each.values if _known(each, v)}))


def _known(claim: Claim, variable: Variable) -> bool:
    return claim.values.get(variable) is not None


def smallest(scene: Scene, shows: Callable[[Scene], bool]) -> Scene:
    """A case that still shows it: of fewest registrations, facts, and differences between them."""
    for simpler in _fewer(scene):
        if shows(simpler):
            return smallest(simpler, shows)
    for variable in variables_of(scene):
        for simpler in _without(scene, variable):
            if shows(simpler):
                scene = simpler
                break
    return scene


def _fewer(scene: Scene) -> Iterator[Scene]:
    if len(scene.claims) > 1:
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
        tuple(Claim({**each.values, variable: value}, each.partner) for each in scene.claims)
    )

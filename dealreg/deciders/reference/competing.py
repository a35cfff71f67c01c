"""Between registrations: do two want the same thing, whose are they, do two fit."""

from fractions import Fraction

from dealreg.deciders.reference.stage import Stage
from dealreg.facts.records import Registration
from dealreg.facts.values import Value
from dealreg.policy.stages import Award

__all__ = ["claimant", "compete", "fits"]


def compete(stage: Stage, one: Registration, other: Registration) -> bool:
    """Whether two registrations of one conflict want the same thing (C-2, C-17, B-5)."""
    scope, view = stage.rules.scope(stage.contest.benefit)
    if scope.lines is None or scope.award is Award.BY_LINE:
        return True
    mine = _wanted(stage, one, view.read(one, scope.lines))
    theirs = _wanted(stage, other, view.read(other, scope.lines))
    return mine is None or theirs is None or bool(mine & theirs)


def _wanted(
    stage: Stage, registration: Registration, claimed: Value | None
) -> frozenset[str] | None:
    """What a registration claims, of what it holds if it holds; None where that is everything."""
    if not isinstance(claimed, frozenset) or not claimed:
        return None
    held = stage.held(registration)
    return claimed if held is None or held.lines is None else claimed & held.lines


def claimant(stage: Stage, registration: Registration) -> Value | None:
    """Who holds at most once: the partner, or what `one_per` names; None if not known (C-10)."""
    return stage.view.read(registration, stage.contest.one_per)


def fits(stage: Stage, one: Registration, other: Registration) -> bool:
    """Whether two may hold the benefit beside each other (C-13). Not known is no."""
    joint = stage.contest.joint
    if joint is None:
        return True
    view = stage.view
    for name in joint.distinct:
        mine, theirs = view.read(one, name), view.read(other, name)
        if mine is None or theirs is None or mine == theirs:
            return False
    for name in joint.disjoint:
        mine, theirs = view.read(one, name), view.read(other, name)
        if not isinstance(mine, frozenset) or not isinstance(theirs, frozenset) or mine & theirs:
            return False
    for stature in joint.stature:
        mine, theirs = view.read(one, stature.field), view.read(other, stature.field)
        if mine is None or theirs is None:
            return False
        # Fractions, because subtracting decimals rounds as the ambient context says.
        if abs(Fraction(mine) - Fraction(theirs)) > Fraction(stature.at_most):  # type: ignore[arg-type]
            return False
    return True

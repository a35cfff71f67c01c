"""Stage six: what holders and others get (C-14, C-15), in the short form of an outcome."""

from collections.abc import Sequence
from fractions import Fraction

from dealreg.deciders.compiled.awarding import Award, Held
from dealreg.deciders.compiled.outcomes import Gets
from dealreg.deciders.compiled.plans import Plan
from dealreg.deciders.compiled.rates import NO_TERMS, Worth

__all__ = ["entitlement", "residual", "worth_at"]

_WHOLE = Fraction(1)


def worth_at(plan: Plan, place: int) -> Worth:
    """The terms of a place, from 1 on; the last stated stand for all further ones."""
    return plan.gives[min(place, len(plan.gives)) - 1] if plan.gives else NO_TERMS


def entitlement(made: Award, who: int) -> Gets:
    """What a holder gets: the terms of its place, for the period."""
    plan = made.field.plan
    held = made.holders[who]
    term = None if plan.term is None else plan.term(made.field.c, made.field.members[who])
    starts, ends = (None, None) if term is None else term
    if who in made.kept:
        kept = made.kept[who]
        return kept.label, kept.percent, kept.share, starts, ends
    worth = worth_at(plan, held[0][0])
    return worth.label, _percent(made, who, worth), _share(plan, held), starts, ends


def _share(plan: Plan, held: Held) -> Fraction:
    """The share of its place; of places that equal holders share, an equal part of them all."""
    places, among = held
    stated = [worth_at(plan, place).share for place in places]
    shares = [_WHOLE if share is None else share for share in stated]
    return shares[0] if len(shares) == among == 1 else sum(shares, Fraction(0)) / among


def residual(made: Award, who: int) -> Gets | None:
    """What an eligible registration gets that is not awarded; None for nothing."""
    plan = made.field.plan
    others = plan.others
    if others is None:
        return None
    when = plan.others_when
    if when is not None and not when(made.field.c, made.field.members[who]):
        return None
    share = _WHOLE if others.share is None else others.share
    return others.label, _percent(made, who, others), share, None, None


def _percent(made: Award, who: int, worth: Worth) -> Fraction | None:
    if worth.part is None:
        return worth.own(made.field.c, made.field.members[who])
    whole = _first_percent(made, who)
    return None if whole is None else whole * worth.part


def _first_percent(made: Award, who: int) -> Fraction | None:
    """The rate of the first holder beside a registration; of equal ones the highest."""
    plan = made.field.plan
    rivals = [each for each in made.holders if each != who]
    if not rivals or not plan.gives:
        return None
    place = min(made.holders[each][0][0] for each in rivals)
    first = [each for each in rivals if made.holders[each][0][0] == place]
    return max((rate for rate in _rates(made, first) if rate is not None), default=None)


def _rates(made: Award, holders: Sequence[int]) -> list[Fraction | None]:
    plan = made.field.plan
    return [
        made.kept[each].percent
        if each in made.kept
        else plan.gives[0].own(made.field.c, made.field.members[each])
        for each in holders
    ]

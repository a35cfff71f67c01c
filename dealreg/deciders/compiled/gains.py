"""What the winner and the losers of a generated function get: one value for all where it can be."""

from collections.abc import Callable
from fractions import Fraction

from dealreg.deciders.compiled.context import Context
from dealreg.deciders.compiled.outcomes import Gets
from dealreg.deciders.compiled.plans import Plan
from dealreg.deciders.compiled.rates import NO_TERMS, Worth
from dealreg.facts.records import Registration

__all__ = ["losers_terms", "winners_terms"]


def winners_terms(
    plan: Plan,
) -> tuple[Gets | None, Callable[[Context, Registration], Gets] | None]:
    """What the winner gets: the same for everybody, or a function of the winner."""
    worth = plan.gives[0] if plan.gives else NO_TERMS
    share = _share(worth)
    if worth.fixed and plan.term is None:
        return (worth.label, worth.own(None, None), share, None, None), None  # type: ignore[arg-type]
    term = plan.term

    def gets(c: Context, winner: Registration) -> Gets:
        found = None if term is None else term(c, winner)
        starts, ends = (None, None) if found is None else found
        return worth.label, worth.own(c, winner), share, starts, ends

    return None, gets


def _share(worth: Worth) -> Fraction:
    return Fraction(1) if worth.share is None else worth.share


def losers_terms(
    plan: Plan,
) -> tuple[Gets | None, Callable[[Context, Registration, Registration], Gets | None] | None]:
    """What losers get: the same for everybody, or a function of the loser and the winner."""
    others, when = plan.others, plan.others_when
    if others is None:
        return None, None
    share = _share(others)
    if others.fixed and when is None:
        return (others.label, others.own(None, None), share, None, None), None  # type: ignore[arg-type]

    def gets(c: Context, loser: Registration, winner: Registration) -> Gets | None:
        if when is not None and not when(c, loser):
            return None
        percent = others.own(c, loser)
        if others.part is not None:
            whole = plan.gives[0].own(c, winner) if plan.gives else None
            percent = None if whole is None else whole * others.part
        return others.label, percent, share, None, None

    return None, gets

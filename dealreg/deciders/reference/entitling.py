"""Stage six: what holders and others get (spec clauses C-14 and C-15)."""

from datetime import datetime
from fractions import Fraction
from typing import assert_never

from dealreg.deciders.clocks import period_of
from dealreg.deciders.reference.awarding import Awarded, Held, terms_at
from dealreg.deciders.reference.competing import compete
from dealreg.deciders.reference.stage import Stage
from dealreg.facts.records import Registration
from dealreg.outcome.decision import Entitlement
from dealreg.policy.terms import Banded, FractionOfHolder, Percent, Rate

__all__ = ["entitlement", "residual"]


def entitlement(stage: Stage, awarded: Awarded, holder: Registration) -> Entitlement:
    """What a holder gets: the terms of its place, for the period."""
    held = awarded.holders[holder]
    starts, ends = _period(stage, holder)
    if holder in awarded.kept:
        kept = awarded.kept[holder]
        return Entitlement(
            label=kept.label, percent=kept.percent, share=kept.share, starts=starts, ends=ends
        )
    terms = terms_at(stage.contest, held.place)
    return Entitlement(
        label=terms.label,
        percent=_percent(stage, awarded, holder, terms.rate),
        share=_share(stage, held),
        starts=starts,
        ends=ends,
    )


def _share(stage: Stage, held: Held) -> Fraction:
    """The share of its place; of places that equal holders share, an equal part of them all."""
    stated = [terms_at(stage.contest, place).share for place in held.places]
    shares = (Fraction(1) if share is None else share for share in stated)
    return sum(shares, Fraction(0)) / held.among


def residual(stage: Stage, awarded: Awarded, loser: Registration) -> Entitlement | None:
    """What an eligible registration gets that is not awarded; None for nothing."""
    others = stage.contest.others
    if others.terms is None:
        return None
    if others.when is not None and stage.reader(loser).truth(others.when) is not True:
        return None
    return Entitlement(
        label=others.terms.label,
        percent=_percent(stage, awarded, loser, others.terms.rate),
        share=Fraction(1) if others.terms.share is None else others.terms.share,
    )


def _period(stage: Stage, holder: Registration) -> tuple[datetime | None, datetime | None]:
    period = stage.contest.period
    term = None if period is None else period_of(stage.view, period, holder)
    return (None, None) if term is None else (term.starts, term.ends)


def _percent(
    stage: Stage, awarded: Awarded, registration: Registration, rate: Rate | None
) -> Fraction | None:
    match rate:
        case None:
            return None
        case Percent(value):
            return Fraction(value)
        case Banded(bands):
            reader = stage.reader(registration)
            fitting = (band.percent for band in bands if reader.truth(band.when) is True)
            return next((Fraction(percent) for percent in fitting), None)
        case FractionOfHolder(fraction):
            whole = _first_percent(stage, awarded, registration)
            return None if whole is None else whole * fraction
        case _:
            assert_never(rate)


def _first_percent(stage: Stage, awarded: Awarded, registration: Registration) -> Fraction | None:
    """The rate of the first holder a registration competes with; of equal ones the highest."""
    rivals = [h for h in awarded.holders if h is not registration]
    rivals = [holder for holder in rivals if compete(stage, registration, holder)]
    if not rivals or not stage.contest.gives:
        return None
    place = min(awarded.holders[holder].place for holder in rivals)
    first = [holder for holder in rivals if awarded.holders[holder].place == place]
    rates = [
        awarded.kept[each].percent
        if each in awarded.kept
        else _percent(stage, awarded, each, stage.contest.gives[0].rate)
        for each in first
    ]
    return max((rate for rate in rates if rate is not None), default=None)

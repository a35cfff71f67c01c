"""A contest: how one benefit is decided. The stages are fixed by the fields, not by call order."""

from typing import ClassVar

import attrs

from dealreg.errors import PolicyError, shown
from dealreg.facts.values import as_tuple
from dealreg.policy.clocks import Milestone, Period
from dealreg.policy.stages import (
    HolderOf,
    Joint,
    Others,
    Override,
    Preference,
    Requirement,
    Scope,
    Tie,
    Vacancy,
    Window,
)
from dealreg.policy.terms import FractionOfHolder, Terms

__all__ = ["Contest", "final_field"]


def _benefit(name: str) -> str:
    if not isinstance(name, str) or not name.isidentifier() or not name.isascii():
        raise PolicyError(
            f"{shown(name)} cannot be the name of a benefit",
            value=name,
            hint="use letters, digits and underscores, as in `special_bid`",
        )
    return name


_MOST_HOLDERS = 1_000_000_000


def _capacity(value: int | None) -> int | None:
    if value is None or (type(value) is int and 0 < value <= _MOST_HOLDERS):
        return value
    raise PolicyError(
        f"{shown(value)} cannot be how many hold a benefit",
        value=value,
        hint="give a number from 1 on, or None for all who qualify",
    )


@attrs.frozen(kw_only=True)
class Contest:
    """How one benefit is decided: eligible, then overrides, window, preferences, tie rule.

    Attributes:
        benefit: what is decided.
        scope: which registrations compete.
        period: how long it lasts; None when the programme sets no end.
        requires: every holder must meet these, in the order reasons are reported.
        after: other contests this one depends on.
        overrides: rules that come before time and order, in their precedence.
        window: who is in time; None for everyone.
        prefer: the order, most important first.
        tie: what happens when that leaves several equal.
        capacity: how many may hold it at once; None for all who qualify.
        one_per: the field of which each value holds at most once, `partner_id` or `partner_group`.
        joint: what co-holders must be to each other; None for nothing.
        gives: the terms of the first holder, the second …; the last stands for all further ones.
        others: what the eligible get who are not awarded.
        milestones: what must have happened by when.
        final_from: the instant field from which on an award is final, and the holder keeps the
            benefit; None for the start of the period, or without a period `approved_at`.
        vacant: what happens when a holder's benefit has ended and nobody is left.
    """

    tag: ClassVar[str] = "contest"

    benefit: str = attrs.field(converter=_benefit)
    scope: Scope = Scope()
    period: Period | None = None
    requires: tuple[Requirement, ...] = attrs.field(default=(), converter=as_tuple)
    after: tuple[HolderOf, ...] = attrs.field(default=(), converter=as_tuple)
    overrides: tuple[Override, ...] = attrs.field(default=(), converter=as_tuple)
    window: Window | None = None
    prefer: tuple[Preference, ...] = attrs.field(default=(), converter=as_tuple)
    tie: Tie = attrs.field(default=Tie.REFER, converter=Tie)
    capacity: int | None = attrs.field(default=1, converter=_capacity)
    one_per: str = "partner_id"
    joint: Joint | None = None
    gives: tuple[Terms, ...] = attrs.field(default=(), converter=as_tuple)
    others: Others = Others()
    milestones: tuple[Milestone, ...] = attrs.field(default=(), converter=as_tuple)
    final_from: str | None = None
    vacant: Vacancy = attrs.field(default=Vacancy.NOBODY, converter=Vacancy)

    def __attrs_post_init__(self) -> None:
        first = self.gives[0] if self.gives else None
        if isinstance(first, Terms) and isinstance(first.rate, FractionOfHolder):
            raise PolicyError(
                "the first holder's rate cannot be a fraction of the first holder's rate",
                place=f"contests[{self.benefit}].gives[0].rate",
                hint="give the first holder a percentage or bands",
            )


def final_field(contest: Contest) -> str:
    """The instant field from which on an award of this contest is final.

    >>> final_field(Contest(benefit="protection"))
    'approved_at'
    """
    if contest.final_from is not None:
        return contest.final_from
    return "approved_at" if contest.period is None else contest.period.starts

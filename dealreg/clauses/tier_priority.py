"""Tier priority: among those in time, the highest tier comes first."""

from dealreg.facts.values import Span, span
from dealreg.policy.builders import Ordering, Part, earliest
from dealreg.policy.predicates import Fact
from dealreg.policy.stages import Best, Grace, Key, Tie

__all__ = ["tier_priority"]


def tier_priority(
    within: str | Span | None,
    *,
    by: str = "submitted_at",
    ladder: str = "tier",
    as_of: str | None = None,
    calendar: str | None = None,
    tie: Tie | str = Tie.REFER,
) -> tuple[Part, ...]:
    """Among those in time the highest tier comes first, and in one tier the earliest.

    Args:
        within: how long after the earliest eligible registration others may still come, that
            instant included; None when the higher tier wins however late it comes.
        by: the instant that the window and the order in one tier count from.
        ladder: the ordinal field that ranks partners.
        as_of: the instant field at which the tier is read, such as `submitted_at`; None for the
            instant of the decision, so that a partner promoted meanwhile moves up.
        calendar: counts the days of `within`; None is Monday to Friday in UTC.
        tie: what happens to registrations of the same tier and instant.

    Rule shape: RS-12, with a window in front and the tier before the time.

    Sources:
        none. No published programme that could be read picks the holder by tier: tiers decide who
        may register and how much a benefit is worth, as in Veeam ProPartner Program Guide, North
        America 2018,
        https://www.scribd.com/document/666273324/2018-Veeam-ProPartner-Program-Guide-Resellers-Hybrid-Partners-NA-2018.
        The clause is for programmes that want it, and for trying out what it would change.

    Left open: everything, so all is stated. The window is anchored at the earliest eligible
    registration; comparing pairs ("within 7 days of each other") would go in circles with three
    tiers.

    >>> from dealreg import contest
    >>> protection = contest("protection", tier_priority(within="7 days"))
    >>> [key.fact.name for key in protection.prefer]
    ['tier', 'submitted_at']
    """
    highest_tier = Ordering((Key(Fact(ladder, as_of), Best.HIGHEST),))
    order = (highest_tier.then(earliest(by)), Tie(tie))
    if within is None:
        return order
    length = span(within) if isinstance(within, str) else within
    return (Grace(length, Fact(by), calendar), *order)

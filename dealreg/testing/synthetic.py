"""Synthetic histories: what a year of a channel programme looks like, from a seed.

Everything is invented: partners of four tiers, a few of them busy, some that register whatever
they hear of; opportunities that mostly one partner claims, and a few that everybody does; vendors
that answer, mostly by the rules; customers that choose, tender, order or do nothing. The same seed
gives the same bytes in every Python.
"""

import heapq
import itertools
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final, TypeAlias

from dealreg.facts.case import Facts
from dealreg.facts.events import Event, EventKind
from dealreg.facts.histories import History
from dealreg.facts.records import Partner
from dealreg.facts.values import Money, Value
from dealreg.testing.chance import Chance
from dealreg.testing.habits import Habits
from dealreg.testing.programmes import PRODUCTS, TIERS
from dealreg.testing.scripts import Deal, Plan, script

__all__ = ["synthetic_events", "synthetic_history", "synthetic_known"]

_MINUTES_A_DAY: Final = 24 * 60
_Waiting: TypeAlias = tuple[datetime, bool, int, Plan]
"""What is still to be told: when it is known, whether it is numbered, which it is, and what."""

_AHEAD: Final = timedelta(minutes=1)
"""How long before its first registration an opportunity is known."""

_CROWDS: Final = 3
"""At any time as many opportunities are crowded."""

_A_CROWD: Final = 500
"""About as many registrations go to a crowded opportunity before it is replaced."""


def synthetic_known(habits: Habits | None = None) -> Facts:
    """The partners as known before the first event.

    >>> [each.tier for each in synthetic_known(Habits(partners=4)).partners]
    ['registered', 'silver', 'gold', 'platinum']
    """
    count = (habits or Habits()).partners
    return Facts(partners=[_partner(number) for number in range(count)])


def _partner(number: int) -> Partner:
    """Every tier, the higher the rarer; some are in a group, some overdue, some specialists."""
    tier = number if number < len(TIERS) else number * number % 7 % len(TIERS)
    accreditations = {"core"} if number % 3 else {"core", "specialist"}
    return Partner(
        partner_id=f"P{number:03}",
        tier=TIERS[tier],
        accreditations=frozenset(accreditations),
        in_good_standing=number % 11 > 0,
        partner_group=f"G{number // 8:02}" if number % 8 in {4, 5} else None,
    )


def synthetic_history(seed: int, *, events: int = 10_000, habits: Habits | None = None) -> History:
    """An invented history, all of it in memory.

    >>> history = synthetic_history(1, events=100)
    >>> len(history.events), history.events[0].kind.value
    (100, 'customer_changed')
    """
    told = synthetic_events(seed, events=events, habits=habits)
    return History(known=synthetic_known(habits), events=told)


def synthetic_events(
    seed: int, *, events: int = 10_000, habits: Habits | None = None
) -> Iterator[Event]:
    """The events of an invented history, one by one, in the order in which they count.

    Memory does not grow with their number: a million can be replayed as they are made.

    >>> [event.kind.value for event in islice(synthetic_events(1), 3)]
    ['customer_changed', 'opportunity_changed', 'submitted']
    """
    return islice(_told(Chance(seed), habits or Habits()), events)


def _told(chance: Chance, habits: Habits) -> Iterator[Event]:
    """Every event in the order in which it counts, with its number for its sequence."""
    waiting: list[_Waiting] = []
    begun = told = 0
    for at, plans in _begun(chance, habits):
        while waiting and waiting[0][0] < at - _AHEAD:  # nothing before is still to come
            told += 1
            yield _event(heapq.heappop(waiting), told)
        for plan in plans:
            begun += 1
            late = chance.happens(habits.late) and plan.kind is not EventKind.SUBMITTED
            known = plan.known_at or plan.at
            known += timedelta(days=1 + chance.below(20)) if late else timedelta(0)
            heapq.heappush(waiting, (known, not chance.happens(habits.unordered), begun, plan))


def _event(waiting: _Waiting, number: int) -> Event:
    known_at, ordered, _, plan = waiting
    return Event(
        event_id=f"E{number:07}",
        kind=plan.kind,
        about=plan.about,
        happened_at=plan.at,
        known_at=known_at,
        sequence=number if ordered else None,
        facts=plan.facts,
    )


def _begun(chance: Chance, habits: Habits) -> Iterator[tuple[datetime, list[Plan]]]:
    """Submission after submission, for ever: when, and all that is going to come of it."""
    at = habits.start
    deals: list[Deal] = []
    crowds: list[Deal] = []
    for count in itertools.count(1):
        gap = 2 * _MINUTES_A_DAY // habits.per_day
        at += timedelta(minutes=chance.below(gap + 1))
        plans: list[Plan] = []
        deal = _deal(chance, habits, at, deals, crowds, plans)
        plans += script(chance, habits, deal, f"R{count:07}", at)
        if chance.happens(2):
            plans.append(_partner_change(chance, habits, at))
        yield at, plans


def _deal(
    chance: Chance,
    habits: Habits,
    at: datetime,
    deals: list[Deal],
    crowds: list[Deal],
    plans: list[Plan],
) -> Deal:
    """The opportunity of the next registration: a crowded one, somebody's, or a new one."""
    if chance.happens(habits.crowded):
        if len(crowds) < _CROWDS or chance.below(_A_CROWD) == 0:
            crowds.append(_new_deal(chance, at, plans, "crowd"))
            del crowds[:-_CROWDS]
        return chance.pick(crowds)
    if deals and chance.happens(habits.contested):
        return deals[-1 - chance.skewed(min(len(deals), 50))]
    deals.append(_new_deal(chance, at, plans, "deal"))
    del deals[:-50]
    return deals[-1]


def _new_deal(chance: Chance, at: datetime, plans: list[Plan], word: str) -> Deal:
    name = f"{word}-{at:%y%m%d%H%M}-{chance.below(10_000):04}"
    customer = f"C{chance.skewed(100_000):05}"
    before = at - _AHEAD
    known: dict[str, Value] = {
        "customer_country": chance.pick(("DE", "FR", "GB", "US")),
        "public_sector": chance.happens(20),
    }
    plans.append(Plan(EventKind.CUSTOMER_CHANGED, before, customer, known))
    plans.append(Plan(EventKind.OPPORTUNITY_CHANGED, before, name, {"vendor_engaged": False}))
    products = frozenset(chance.pick(PRODUCTS) for _ in range(1 + chance.below(2)))
    return Deal(name, customer, products, Money(1000 * (1 + chance.skewed(500)), "EUR"))


def _partner_change(chance: Chance, habits: Habits, at: datetime) -> Plan:
    changes: tuple[dict[str, Any], ...] = (
        {"tier": chance.pick(TIERS)},
        {"in_good_standing": chance.happens(80)},
        {"accreditations": frozenset({"core", "specialist"})},
    )
    about = f"P{chance.below(habits.partners):03}"
    return Plan(EventKind.PARTNER_CHANGED, at, about, chance.pick(changes))

"""The one policy that the benchmarks of a single conflict decide, and the conflicts themselves.

The policy has four requirements, an anchored window, three preferences, and a special bid for the
holder of the protection. `by_hand` is that policy as a careful person writes it in Python who has
no library: for each registration and benefit it answers with the kind, the code, the rival and the
preference that decided. It knows no other policy, no dated changes, no rulings, no deadlocks.
"""

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs

from dealreg import (
    Money,
    Partner,
    Policy,
    Registration,
    Status,
    contest,
    earliest,
    field,
    highest,
    holder_of,
    money,
    requirement,
    terms,
    within,
)

SEED = 20260302
SIZES = (2, 4, 16, 256)
BEGUN = datetime(2026, 3, 1, tzinfo=UTC)
AT = BEGUN + timedelta(days=30)

POLICY = Policy(
    programme="Benchmark",
    tiers=["bronze", "silver", "gold", "platinum"],
    contests=[
        contest(
            "protection",
            requirement("TIER_TOO_LOW", field("tier") >= "silver"),
            requirement("TOO_SMALL", field("amount") >= money("10000 EUR")),
            requirement("NOT_NEW", field("opportunity_type") == "net_new"),
            requirement("NO_EVIDENCE", field("evidence").covers("meeting")),
            within("7 days"),
            highest("tier").then(highest("score")).then(earliest("submitted_at")),
        ),
        contest(
            "special_bid",
            requirement("NOT_GOLD", field("tier") >= "gold"),
            holder_of("protection"),
            earliest("submitted_at"),
        ),
    ],
)

_RANK = {"bronze": 0, "silver": 1, "gold": 2, "platinum": 3}
_GOLD = _RANK["gold"]
_LEAST_AMOUNT = 10_000
_WEEK = timedelta(days=7)
_LIVE = frozenset({"submitted", "under_review", "approved", "converted"})


def by_hand(
    registrations: Sequence[Registration], partners: Mapping[str, Partner], at: datetime
) -> tuple[list[Any], list[Any]]:
    """The policy above: (kind, code, rival, number of the preference that decided), twice."""
    protection: list[Any] = []
    able: list[Any] = []
    for place, each in enumerate(registrations):
        submitted = each.submitted_at
        status = each.status
        if submitted > at:
            protection.append(("denied", "NOT_YET_SUBMITTED", None, None))
            continue
        if status is not Status.SUBMITTED and status is not Status.APPROVED and status not in _LIVE:
            protection.append(("denied", status.upper(), None, None))
            continue
        partner = partners.get(each.partner_id)
        tier = None if partner is None else partner.tier
        rank = -1 if tier is None else _RANK[tier]
        amount, kind, evidence = each.amount, each.opportunity_type, each.evidence
        if rank == 0:
            protection.append(("denied", "TIER_TOO_LOW", None, None))
        elif amount is not None and amount.currency == "EUR" and amount.amount < _LEAST_AMOUNT:
            protection.append(("denied", "TOO_SMALL", None, None))
        elif kind is not None and kind != "net_new":
            protection.append(("denied", "NOT_NEW", None, None))
        elif evidence is not None and "meeting" not in evidence:
            protection.append(("denied", "NO_EVIDENCE", None, None))
        elif rank < 0 or amount is None or amount.currency != "EUR" or not kind or evidence is None:
            protection.append(_returned(each, rank))
        else:
            score = each.score
            protection.append(None)
            able.append((-rank, math.inf if score is None else -score, submitted, place))
    if able:
        _award(registrations, protection, able)
    return protection, _special_bid(registrations, partners, protection)


def _returned(registration: Registration, rank: int) -> tuple[Any, ...]:
    amount = registration.amount
    if rank < 0:
        code = "TIER_TOO_LOW"
    elif amount is None or amount.currency != "EUR":
        code = "TOO_SMALL"
    else:
        code = "NOT_NEW" if registration.opportunity_type is None else "NO_EVIDENCE"
    return "returned", code, None, None


def _award(registrations: Sequence[Registration], protection: list[Any], able: list[Any]) -> None:
    first = min(able, key=_submitted)
    closes = first[2] + _WEEK
    best = min([each for each in able if each[2] <= closes])
    winner = registrations[best[3]].registration_id
    opened = registrations[first[3]].registration_id
    for each in able:
        if each is best:
            protection[each[3]] = ("granted", "GRANTED", None, None)
        elif each[2] > closes:
            protection[each[3]] = ("denied", "OUTSIDE_WINDOW", opened, None)
        else:
            told = 0 if each[0] != best[0] else 1 if each[1] != best[1] else 2
            protection[each[3]] = ("denied", "DUPLICATE_OTHER_PARTNER", winner, told)


def _submitted(able: tuple[Any, ...]) -> tuple[Any, ...]:
    return able[2], able[3]


def _special_bid(
    registrations: Sequence[Registration],
    partners: Mapping[str, Partner],
    protection: list[Any],
) -> list[Any]:
    """At most one holds the protection, so nobody has to be compared."""
    special: list[Any] = []
    for each, held in zip(registrations, protection, strict=True):
        if held[1] in _NOT_LIVE:
            special.append(held)
            continue
        partner = partners.get(each.partner_id)
        tier = None if partner is None else partner.tier
        if tier is not None and _RANK[tier] < _GOLD:
            special.append(("denied", "NOT_GOLD", None, None))
        elif held[0] != "granted":
            special.append(("denied", "NOT_HOLDER", held[2], None))
        elif tier is None:
            special.append(("returned", "NOT_GOLD", None, None))
        else:
            special.append(("granted", "GRANTED", None, None))
    return special


_NOT_LIVE = {status.upper() for status in Status} | {"NOT_YET_SUBMITTED"}


def deal(count: int) -> tuple[tuple[Registration, ...], dict[str, Partner]]:
    """So many registrations of one opportunity, each by a partner of its own."""
    chance = random.Random(SEED + count)
    minutes = sorted(chance.sample(range(20 * 24 * 60), count))
    tiers = POLICY.tiers
    registrations = tuple(
        Registration(
            registration_id=f"R-{place:04}",
            partner_id=f"P-{place:04}",
            opportunity_id="O-1",
            submitted_at=BEGUN + timedelta(minutes=minute),
            opportunity_type=chance.choice(("net_new",) * 7 + ("renewal",)),
            amount=Money(chance.choice((5_000, 20_000, 30_000, 40_000, 50_000, 60_000)), "EUR"),
            evidence=("meeting", "offer") if chance.randrange(10) else ("offer",),
            score=chance.choice((None, 1, 2, 3, 4, 5)),
        )
        for place, minute in enumerate(minutes)
    )
    partners = [
        Partner(partner_id=each.partner_id, tier=chance.choice(tiers[place > 0 :]))
        for place, each in enumerate(registrations)
    ]
    return registrations, {each.partner_id: each for each in partners}


def priced() -> Policy:
    """The policy, and who holds the protection gets ten percent."""
    protection, special = POLICY.contests
    return attrs.evolve(
        POLICY, contests=[attrs.evolve(protection, gives=[terms(rate="10")]), special]
    )


def untidy_deals(count: int) -> Iterator[tuple[tuple[Registration, ...], dict[str, Partner]]]:
    """So many small deals with facts that are missing, out of time, or no longer live."""
    chance = random.Random(SEED)
    for _ in range(count):
        size = chance.randint(1, 8)
        hours = chance.sample(range(31 * 24), size)
        registrations, partners = deal(size)
        yield (
            tuple(
                _untidy(each, chance, BEGUN + timedelta(hours=hour))
                for each, hour in zip(registrations, hours, strict=True)
            ),
            {
                name: attrs.evolve(partner, tier=chance.choice((None, *POLICY.tiers * 2)))
                for name, partner in partners.items()
                if chance.randrange(20)
            },
        )


def _untidy(registration: Registration, chance: random.Random, submitted: datetime) -> Registration:
    currency = chance.choice(("EUR",) * 7 + ("USD",))
    return attrs.evolve(
        registration,
        submitted_at=submitted,
        status=chance.choice(
            (Status.SUBMITTED,) * 6
            + (Status.UNDER_REVIEW, Status.APPROVED, Status.WITHDRAWN, Status.EXPIRED)
        ),
        amount=chance.choice((None, *(Money(k, currency) for k in (5_000, 10_000, 20_000) * 3))),
        opportunity_type=chance.choice((None, *("net_new",) * 8, "renewal")),
        evidence=chance.choice((None, (), ("offer",), *(("meeting",), ("offer", "meeting")) * 4)),
        score=chance.choice((None, 1, 2, 3)),
    )

"""Python by hand that only says who gets what, and the code: the floor."""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from scenario import AT

from dealreg import Partner, Registration, Status
from peers import Answer, Peer

_RANK = {None: -1, "bronze": 0, "silver": 1, "gold": 2, "platinum": 3}
_GOLD = _RANK["gold"]
_LEAST_AMOUNT = 10_000
_WEEK = timedelta(days=7)
_LIVE = frozenset({"submitted", "under_review", "approved", "converted"})
_GRANTED, _LOST = ("granted", "GRANTED"), ("denied", "DUPLICATE_OTHER_PARTNER")
_LATE, _EARLY = ("denied", "OUTSIDE_WINDOW"), ("denied", "NOT_YET_SUBMITTED")
_LOW, _SMALL = ("denied", "TIER_TOO_LOW"), ("denied", "TOO_SMALL")
_OLD, _BARE = ("denied", "NOT_NEW"), ("denied", "NO_EVIDENCE")
_NOT_GOLD, _NOT_HOLDER = ("denied", "NOT_GOLD"), ("denied", "NOT_HOLDER")


def decide(
    registrations: Sequence[Registration], partners: Mapping[str, Partner], at: datetime
) -> Answer:
    """(kind, code) of each registration, for protection and for the special bid."""
    protection: list[Any] = []
    special: list[Any] = []
    able: list[Any] = []
    for place, each in enumerate(registrations):
        submitted, status = each.submitted_at, each.status
        if submitted > at or (status is not Status.SUBMITTED and status not in _LIVE):
            barred = _EARLY if submitted > at else ("denied", status.upper())
            protection.append(barred)
            special.append(barred)
            continue
        partner = partners.get(each.partner_id)
        rank = -1 if partner is None else _RANK[partner.tier]
        special.append(_NOT_HOLDER if rank < 0 or rank >= _GOLD else _NOT_GOLD)
        amount, kind, evidence = each.amount, each.opportunity_type, each.evidence
        known = amount is not None and amount.currency == "EUR"
        if rank == 0:
            protection.append(_LOW)
        elif known and amount.amount < _LEAST_AMOUNT:  # type: ignore[union-attr]
            protection.append(_SMALL)
        elif kind is not None and kind != "net_new":
            protection.append(_OLD)
        elif evidence is not None and "meeting" not in evidence:
            protection.append(_BARE)
        elif rank < 0 or not known or not kind or evidence is None:
            code = _unknown(rank, kind, known=known)
            protection.append(("returned", code))
        else:
            score = each.score
            protection.append(_LOST)
            able.append((-rank, math.inf if score is None else -score, submitted, place))
    if able:
        closes = min([each[2] for each in able]) + _WEEK
        best = min([each for each in able if each[2] <= closes])
        for each in able:
            if each[2] > closes:
                protection[each[3]] = _LATE
        protection[best[3]] = _GRANTED
        if best[0] <= -_GOLD:
            special[best[3]] = _GRANTED
    return protection, special


def _unknown(rank: int, kind: str | None, *, known: bool) -> str:
    if rank < 0:
        return "TIER_TOO_LOW"
    if not known:
        return "TOO_SMALL"
    return "NOT_NEW" if kind is None else "NO_EVIDENCE"


def peer() -> Peer:
    """The floor."""
    return Peer(
        name="Python by hand",
        form=lambda registrations, partners: (registrations, partners),
        ready=lambda: lambda given: decide(given[0], given[1], AT),
    )

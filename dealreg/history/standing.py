"""How everything stands in a docket, as a value."""

from collections.abc import Iterator
from datetime import datetime

from dealreg.history.docket import Docket
from dealreg.history.grouping import Cell
from dealreg.history.horizon import pending
from dealreg.history.settling import governed
from dealreg.outcome.timeline import HeldPeriod, Pending, State

__all__ = ["lasting", "state_of"]


def state_of(
    docket: Docket, at: datetime, known_at: datetime, next_change: datetime | None
) -> State:
    """The state at an instant up to which everything is decided."""
    cells = docket.grouping.all_cells()
    for cell in cells:
        docket.resettle(cell, at)
    standings = (standing for cell in cells for standing in cell.standings.values())
    clocks = (clock for cell in cells for clock in _running(docket, cell, at))
    return State(
        at=at,
        known_at=known_at,
        standings=sorted(standings, key=lambda s: (s.benefit, s.registration_id, s.line or "")),
        held=sorted(
            (period for cell in cells for period in lasting(cell)),
            key=lambda p: (p.benefit, p.registration_id, p.line or ""),
        ),
        referrals=sorted(
            (each for cell in cells for each in cell.referrals),
            key=lambda r: (r.benefit, r.conflict, r.line or "", r.code, r.candidates),
        ),
        deadlocks=sorted(
            (each for cell in cells for each in cell.deadlocks.values()),
            key=lambda d: (d.benefit, d.conflict, d.line or "", d.blocked),
        ),
        pending=sorted(
            clocks, key=lambda p: (p.at, p.registration_id, p.benefit, p.clause, p.what)
        ),
        next_change=next_change,
    )


def lasting(cell: Cell) -> Iterator[HeldPeriod]:
    """The periods of a cell that last."""
    for place in sorted(cell.held, key=str):
        standing = cell.standings[place]
        granted = standing.entitlement
        yield HeldPeriod(
            registration_id=standing.registration_id,
            partner_id=standing.partner_id,
            benefit=standing.benefit,
            line=standing.line,
            conflict=cell.conflicts[place],
            since=cell.held[place].since,
            starts=None if granted is None else granted.starts,
            ends=None if granted is None else granted.ends,
        )


def _running(docket: Docket, cell: Cell, at: datetime) -> Iterator[Pending]:
    """The clocks that are running, by the version of the rules that governs each."""
    if not cell.active:
        return
    rules = docket.asked_of(cell, at)
    for member in rules.registrations:
        for policy, contests in governed(cell, rules, member.registration_id):
            view = rules.views[policy]
            if view.live(member):
                found = pending(view, policy, member, contests)
                yield from (each for each in found if each.at > at)

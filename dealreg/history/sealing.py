"""Where the holders are settled, newcomers change nothing for the others (clause H-8).

While every place of a benefit is kept by a holder, a registration that is not one of them can
neither win it nor change what others get: its own standing is all there is to decide. This spares
deciding hundreds of registrations again for each event of a crowded opportunity. Whatever is not
plainly of that shape is decided whole.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Final

from dealreg.deciders.reference.run import Run
from dealreg.facts.records import Registration, Status
from dealreg.history.grouping import Cell
from dealreg.outcome.decision import StandingKind
from dealreg.policy.contests import Contest
from dealreg.policy.policies import Governs, Policy, PolicyBook
from dealreg.policy.stages import HeadStart

__all__ = ["beside", "still_sealed"]

_CROWD: Final = 8
"""A smaller cell is decided whole: that is quick, and simple."""

_BY_THEMSELVES: Final = ("partner_id", "registration_id")


def beside(
    cell: Cell,
    touched: set[str],
    policies: tuple[Policy, ...],
    rules: Policy | PolicyBook,
    known: Mapping[str, Registration],
) -> set[str] | None:
    """Who has to be decided when some registrations have changed; None for the whole cell.

    These are the changed ones, the holders, other registrations of the same partners, and where
    the rules of a conflict depend on the earliest of it, that one.
    """
    if len(cell.active) <= _CROWD or not touched or cell.referrals:
        return None
    holders = {place[0] for place in cell.held}
    if not holders or touched & holders or touched & {place[0] for place in cell.past}:
        return None
    if any(known[name].status is Status.WON for name in touched):
        return None
    codes = _override_codes(policies)
    if any(standing.code in codes for standing in cell.standings.values()):
        return None
    for policy in policies:
        if not _sealed(cell, policy, [known[name] for name in touched], known):
            return None
    partners = {known[name].partner_id for name in touched}
    related = {name for name in cell.active if known[name].partner_id in partners}
    return touched | holders | related | _earliest(cell, rules, known)


@lru_cache(maxsize=64)
def _override_codes(policies: tuple[Policy, ...]) -> frozenset[str]:
    """The codes by which one sees that an override has been applied to somebody."""
    return frozenset(
        override.code
        for policy in policies
        for contest in policy.contests
        for override in contest.overrides
    )


def _sealed(
    cell: Cell,
    policy: Policy,
    touched: list[Registration],
    known: Mapping[str, Registration],
) -> bool:
    """Whether each benefit of a version is all held, or only for holders of one that is."""
    sealed: set[str] = set()
    waiting = list(policy.contests)
    while waiting:
        done = [each for each in waiting if _closed(cell, each, sealed, touched, known)]
        if not done:
            return False
        sealed |= {each.benefit for each in done}
        waiting = [each for each in waiting if each.benefit not in sealed]
    return True


def _closed(
    cell: Cell,
    contest: Contest,
    sealed: set[str],
    touched: list[Registration],
    known: Mapping[str, Registration],
) -> bool:
    if contest.scope.lines is not None or contest.joint is not None:
        return False
    if contest.one_per not in _BY_THEMSELVES:
        return False
    places = [place for place in cell.conflicts if place[1] == contest.benefit]
    if len({cell.conflicts[place] for place in places}) != 1:
        return False
    if any(after.holds and after.benefit in sealed for after in contest.after):
        return contest.window is None
    holders = [place[0] for place in cell.held if place[1] == contest.benefit]
    if contest.capacity is None or len(holders) != contest.capacity:
        return False
    return contest.window is None or _opened_before(contest, holders, touched, known)


def _opened_before(
    contest: Contest,
    holders: list[str],
    touched: list[Registration],
    known: Mapping[str, Registration],
) -> bool:
    """Whether a holder came before all that changed, so that the window stays where it is."""
    window = contest.window
    if isinstance(window, HeadStart) or window is None or window.clock.name != "submitted_at":
        return False
    first = min(known[name].submitted_at for name in holders)
    return all(each.submitted_at > first for each in touched)


def _earliest(
    cell: Cell, rules: Policy | PolicyBook, known: Mapping[str, Registration]
) -> set[str]:
    """The earliest live registration under each version, by which a version may govern all."""
    if isinstance(rules, Policy) or rules.governs is Governs.DECISION:
        return set()
    starts = [edition.effective_from for edition in rules.editions]
    first: dict[int, tuple[datetime, str]] = {}
    for name in cell.live:
        submitted = known[name].submitted_at
        era = sum(start <= submitted for start in starts)
        first[era] = min(first.get(era, (submitted, name)), (submitted, name))
    return {name for _, name in first.values()}


def still_sealed(cell: Cell, run: Run, touched: set[str], policies: tuple[Policy, ...]) -> bool:
    """Whether the decision confirms it: the holders hold, nobody else does, no person is asked."""
    codes = _override_codes(policies)
    if run.referrals or any(standing.code in codes for standing in run.standings):
        return False
    for conflict in run.conflicts:
        keys = {
            keys for (_, benefit, _), keys in cell.conflicts.items() if benefit == conflict.benefit
        }
        if keys != {conflict.keys}:
            return False
    for standing in run.standings:
        place = (standing.registration_id, standing.benefit, standing.line)
        if (place in cell.held) is not (standing.kind is StandingKind.GRANTED):
            return False
        if standing.registration_id in touched and standing.code == "OPPORTUNITY_WON":
            return False
    return True

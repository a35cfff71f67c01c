"""Strategies for what happens on a registration's way: extensions, waiting, what was awarded."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from fractions import Fraction

from hypothesis import strategies as st

from dealreg.facts.courses import ExtensionRequest, Pause, WaitsFor
from dealreg.facts.holdings import Holding
from dealreg.facts.records import Registration
from dealreg.policy.clocks import Milestone, Period, Sla
from dealreg.policy.contests import Contest
from dealreg.policy.policies import Policy
from dealreg.policy.stages import Award
from dealreg.testing.draws import once_in, pick
from dealreg.testing.programme import SPANS

__all__ = ["extensions_of", "holdings_of", "pauses_of"]


def extensions_of(
    draw: st.DrawFn, policy: Policy, instants: Sequence[datetime]
) -> tuple[ExtensionRequest, ...]:
    """What was asked and answered, where some period can be extended; nothing else."""
    periods = [each.period for each in policy.contests if each.period is not None]
    if all(period.extension is None for period in periods):
        return ()
    return tuple(_request(draw, instants) for _ in range(pick(draw, (0, 1, 1, 2))))


def _request(draw: st.DrawFn, instants: Sequence[datetime]) -> ExtensionRequest:
    asked = pick(draw, instants)
    later = [each for each in instants if each >= asked]
    answer = pick(draw, ("granted_at", "granted_at", "refused_at", None))
    answered = {} if answer is None else {answer: pick(draw, later)}
    return ExtensionRequest(asked_at=asked, length=pick(draw, (None, None, *SPANS[:3])), **answered)


def pauses_of(draw: st.DrawFn, policy: Policy, instants: Sequence[datetime]) -> tuple[Pause, ...]:
    """Times of waiting, where some clock may stand still; nothing else."""
    clocks: list[Sla | Period | Milestone | None] = [policy.sla]
    for each in policy.contests:
        clocks += [each.period, *each.milestones]
    if not any(clock is not None and clock.pauses for clock in clocks):
        return ()
    return tuple(_pause(draw, instants) for _ in range(pick(draw, (0, 1, 1, 2))))


def _pause(draw: st.DrawFn, instants: Sequence[datetime]) -> Pause:
    since = pick(draw, instants)
    later = [None, *(each for each in instants if each >= since)]
    return Pause(waits_for=pick(draw, tuple(WaitsFor)), since=since, until=pick(draw, later[::-1]))


def holdings_of(
    draw: st.DrawFn,
    policy: Policy,
    registrations: Sequence[Registration],
    instants: Sequence[datetime],
) -> Iterator[Holding]:
    """Awards of the past: at most one of each benefit that lasts, and some that have ended."""
    by_benefit = {contest.benefit: contest for contest in policy.contests}
    for _, contest in sorted(by_benefit.items()):
        if not once_in(draw, 3):
            continue
        lasting = pick(draw, registrations)
        for each in registrations:
            since = pick(draw, instants) if each is lasting or once_in(draw, 4) else None
            line = _line(draw, contest, each)
            if since is None or (line is None and contest.scope.award is Award.BY_LINE):
                continue
            later = [one for one in instants if one >= since]
            lasts = each is lasting and not once_in(draw, 4)
            yield Holding(
                registration_id=each.registration_id,
                benefit=contest.benefit,
                line=line,
                since=since,
                until=None if lasts else pick(draw, later),
                ended_by="" if lasts else "EXPIRED",
                place=1 if contest.capacity == 1 else pick(draw, (1, 1, 2)),
                label=pick(draw, ("", "co-sell")),
                percent=pick(draw, (None, Fraction(20), Fraction(10, 3))),
                share=pick(draw, (Fraction(1), Fraction(1, 2))),
            )


def _line(draw: st.DrawFn, contest: Contest, registration: Registration) -> str | None:
    scope = contest.scope
    if scope.lines is None or scope.award is Award.WHOLE:
        return None
    lines = sorted(getattr(registration, scope.lines, None) or ())
    return pick(draw, lines) if lines else None

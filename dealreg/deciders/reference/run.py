"""One run of the decider: the conflicts it found, and what it has decided so far."""

import attrs

from dealreg.deciders.reference.governing import Rules
from dealreg.facts.records import Registration
from dealreg.outcome.decision import Referral, Standing, StandingKind, Step

__all__ = ["Conflict", "Run", "holds", "upstream"]


@attrs.frozen(eq=False)
class Conflict:
    """Registrations that compete for a benefit: equal in the scope's keys, for one line."""

    benefit: str
    keys: tuple[str, ...]
    line: str | None
    members: tuple[Registration, ...]


@attrs.frozen(eq=False)
class Run:
    """One run: the rules, and what has been decided so far."""

    rules: Rules
    standings: list[Standing] = attrs.field(factory=list)
    referrals: list[Referral] = attrs.field(factory=list)
    conflicts: list[Conflict] = attrs.field(factory=list)
    trace: list[Step] = attrs.field(factory=list)


def upstream(run: Run, benefit: str, registration_id: str, line: str | None) -> Standing | None:
    """A registration's standing to a benefit it depends on: to that line, or the best of all."""
    found = [
        each
        for each in run.standings
        if (each.benefit, each.registration_id) == (benefit, registration_id)
        and (line is None or each.line in (None, line))
    ]
    best = {StandingKind.GRANTED: 0, StandingKind.REFERRED: 1}
    return min(found, key=lambda each: best.get(each.kind, 2), default=None)


def holds(run: Run, benefit: str, registration_id: str, line: str | None) -> bool:
    """Whether a registration was granted a benefit decided before."""
    standing = upstream(run, benefit, registration_id, line)
    return standing is not None and standing.kind is StandingKind.GRANTED

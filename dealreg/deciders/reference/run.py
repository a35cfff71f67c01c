"""One run of the decider: the conflicts it found, and what it has decided so far."""

from collections.abc import Sequence

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
    trace: list[Step] | None = attrs.field(factory=list)
    _found: dict[tuple[str, str], list[Standing]] = attrs.field(factory=dict, init=False)

    def stand(self, standing: Standing) -> None:
        """Add a standing to what has been decided."""
        self.standings.append(standing)
        place = (standing.benefit, standing.registration_id)
        self._found.setdefault(place, []).append(standing)

    def standings_of(self, benefit: str, registration_id: str) -> Sequence[Standing]:
        """The standings of a registration to a benefit: more than one when awarded by line."""
        return self._found.get((benefit, registration_id), ())


def upstream(run: Run, benefit: str, registration_id: str, line: str | None) -> Standing | None:
    """A registration's standing to a benefit it depends on: to that line, or the best of all."""
    found = [
        each
        for each in run.standings_of(benefit, registration_id)
        if line is None or each.line in (None, line)
    ]
    best = {StandingKind.GRANTED: 0, StandingKind.REFERRED: 1}
    return min(found, key=lambda each: best.get(each.kind, 2), default=None)


def holds(run: Run, benefit: str, registration_id: str, line: str | None) -> bool:
    """Whether a registration was granted a benefit decided before."""
    standing = upstream(run, benefit, registration_id, line)
    return standing is not None and standing.kind is StandingKind.GRANTED

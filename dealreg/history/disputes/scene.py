"""What all who watch a replay need: the rules, look-ups, and how an incident is made."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final, TypeAlias

import attrs

from dealreg.facts.events import Event, EventKind
from dealreg.history.lookups import Lookups
from dealreg.history.settling import Entry
from dealreg.outcome.decision import Standing, StandingKind
from dealreg.outcome.disputes import Agreement, Incident, IncidentKind
from dealreg.policy.contests import Contest
from dealreg.policy.policies import Policy

__all__ = ["ENDS", "RANK", "Found", "Scene", "Watch", "best"]

Found: TypeAlias = Incident | Agreement

ENDS: Final = frozenset(
    {
        *(EventKind.REJECTED, EventKind.WITHDRAWN, EventKind.CANCELLED, EventKind.REVOKED),
        *(EventKind.EXPIRED, EventKind.SUPERSEDED, EventKind.WON, EventKind.LOST),
    }
)
"""The events with which a registration ends."""

RANK: Final = {
    StandingKind.GRANTED: 0,
    StandingKind.REFERRED: 1,
    StandingKind.WAITING: 2,
    StandingKind.RETURNED: 3,
    StandingKind.DENIED: 4,
}
"""The kinds of standing, the best first."""


@attrs.frozen(eq=False)
class Scene:
    """The rules that are replayed, and narrow questions to the replay.

    Attributes:
        policies: every version of the rules, oldest first.
        look: look-ups, of how things stand as the replay goes on.
        leads: the benefits that approving a registration is about, the first that it has.
    """

    policies: tuple[Policy, ...]
    look: Lookups
    leads: tuple[str, ...]

    def contests(self, benefit: str) -> Iterator[Contest]:
        """The contests for a benefit, of all versions."""
        for policy in self.policies:
            yield from (each for each in policy.contests if each.benefit == benefit)

    def lead(self, standings: Sequence[Standing]) -> Standing | None:
        """The standing that approving or rejecting a registration is about."""
        for benefit in self.leads:
            found = best([each for each in standings if each.benefit == benefit])
            if found is not None:
                return found
        return best(standings)

    def rivals(self, standing: Standing) -> list[Standing]:
        """The standings of other partners that are granted what this one competes for."""
        found = self.look.rivals_granted(standing.registration_id, standing.benefit, standing.line)
        return [each for each in found if each.partner_id != standing.partner_id]

    def partner(self, registration_id: str | None) -> str | None:
        """Whose a registration is."""
        found = None if registration_id is None else self.look.registration(registration_id)
        return None if found is None else found.partner_id

    def incident(
        self, kind: IncidentKind, at: datetime, about: str, benefit: str, **more: Any
    ) -> Incident:
        """An incident about a registration, with what is looked up of it."""
        line = more.get("line")
        more.setdefault("conflict", self.look.conflict(about, benefit, line))
        return Incident(
            kind=kind,
            at=at,
            registration_id=about,
            partner_id=self.partner(about) or "",
            benefit=benefit,
            rival_partner_id=self.partner(more.get("rival")),
            amount=self.look.amount(about),
            **more,
        )

    def of_standing(
        self, kind: IncidentKind, at: datetime, standing: Standing, **more: Any
    ) -> Incident:
        """An incident about how a registration stands."""
        said = {
            "line": standing.line,
            "outcome": standing.kind,
            "code": standing.code,
            "clause": standing.clause,
            "rival": standing.rival,
            "margin": standing.margin,
            "missing": standing.missing,
        }
        return self.incident(kind, at, standing.registration_id, standing.benefit, **said | more)


@attrs.define(eq=False)
class Watch:
    """Watches a replay for one kind of thing. Each does what it needs of these four."""

    scene: Scene

    def meets(
        self,
        event: Event,  # noqa: ARG002 - what is watched, for those who look at it
        at: datetime,  # noqa: ARG002
        standings: Sequence[Standing],  # noqa: ARG002
    ) -> Iterable[Found]:
        """An event comes, and this is how its registration stands before it. Notes nothing."""
        return ()

    def hears(self, entries: Sequence[Entry]) -> None:
        """Note what the replay tells, in the order of time."""

    def ended(self) -> Iterable[Found]:
        """What is over by what was heard last."""
        return ()

    def takes(
        self,
        event: Event,  # noqa: ARG002 - as above
        at: datetime,  # noqa: ARG002
        standings: Sequence[Standing],  # noqa: ARG002
    ) -> Iterable[Found]:
        """The event has been replayed, and this is how its registration stands with it."""
        return ()

    def ends(self, until: datetime) -> Iterable[Found]:  # noqa: ARG002 - as above
        """The replay is over: what is still open."""
        return ()


def best(standings: Sequence[Standing]) -> Standing | None:
    """Of the lines of one benefit the one that stands best; None where there is none."""
    if not standings:
        return None
    return min(standings, key=lambda each: (RANK[each.kind], each.line or ""))

"""Narrow questions to a replay about one registration, answered from what was decided last.

Cheap enough to ask before every event of a long history: none of them decides anything.
"""

from datetime import datetime

import attrs

from dealreg.deciders.reference.governing import Rules
from dealreg.facts.records import Registration
from dealreg.facts.values import Money, Value
from dealreg.history.docket import Docket
from dealreg.history.horizon import pending
from dealreg.outcome.decision import Referral, Standing, StandingKind
from dealreg.outcome.timeline import Pending
from dealreg.policy.policies import Policy
from dealreg.policy.stages import Award

__all__ = ["Lookups"]


@attrs.frozen(eq=False)
class Lookups:
    """Looks up what is known of one registration, and how it stands."""

    _docket: Docket

    def registration(self, about: str) -> Registration | None:
        """The registration as the events so far tell it; None before it was submitted."""
        return self._docket.ledger.registrations.get(about)

    def name_of(self, partner_id: str) -> str:
        """What a partner is called; its identifier where that is not known."""
        partner = self._docket.ledger.partners.get(partner_id)
        return partner_id if partner is None or partner.name is None else partner.name

    def stated(self, about: str, name: str) -> Value | None:
        """The value of a supplied field of a registration as it was last stated."""
        found = self.registration(about)
        if found is None:
            return None
        changed = [each.value for each in found.changes if each.field == name]
        return changed[-1] if changed else getattr(found, name, found.attributes.get(name))

    def amount(self, about: str) -> Money | None:
        """What a registration is worth as last stated."""
        found = self.stated(about, "amount")
        return found if isinstance(found, Money) else None

    def compete(self, about: str, other: str, benefit: str) -> bool:
        """Whether two registrations of one conflict want the same of it (C-2)."""
        contests = (c for policy in self._docket.policies for c in policy.contests)
        scopes = [each.scope for each in contests if each.benefit == benefit]
        if not scopes or scopes[-1].lines is None or scopes[-1].award is Award.BY_LINE:
            return True
        mine, theirs = (self.stated(each, scopes[-1].lines) for each in (about, other))
        if not isinstance(mine, frozenset) or not isinstance(theirs, frozenset):
            return True
        return bool(mine & theirs) or not mine or not theirs

    def conflict(self, about: str, benefit: str, line: str | None = None) -> tuple[str, ...]:
        """The values that name what a registration competes for; none where it does not."""
        cell = self._docket.grouping.cells.get(about)
        return () if cell is None else cell.conflicts.get((about, benefit, line), ())

    def rivals_granted(
        self, about: str, benefit: str, line: str | None = None
    ) -> tuple[Standing, ...]:
        """The standings of others that are granted what this registration competes for."""
        keys = self.conflict(about, benefit, line)
        if not keys:
            return ()
        cell = self._docket.grouping.cells[about]
        # Nearly always somebody holds it for good: looking there first spares a large cell.
        places = cell.held or cell.standings
        found = (
            cell.standings[place]
            for place in places
            if place[0] != about
            and place[1:] == (benefit, line)
            and cell.conflicts.get(place) == keys
            and self.compete(about, place[0], benefit)
        )
        granted = (each for each in found if each.kind is StandingKind.GRANTED)
        return tuple(sorted(granted, key=lambda each: each.registration_id))

    def held_since(self, about: str, benefit: str, line: str | None = None) -> datetime | None:
        """From when on a registration holds a benefit for good; None where it does not."""
        cell = self._docket.grouping.cells.get(about)
        held = None if cell is None else cell.held.get((about, benefit, line))
        return None if held is None else held.since

    def referrals(self, about: str) -> tuple[Referral, ...]:
        """What a person has to decide between this registration and others."""
        cell = self._docket.grouping.cells.get(about)
        if cell is None:
            return ()
        return tuple(each for each in cell.referrals if about in each.candidates)

    def clocks(self, about: str, at: datetime) -> tuple[Pending, ...]:
        """The clocks of a registration as they stand at an instant, also those that ran out."""
        found = self.registration(about)
        if found is None:
            return ()
        rules = Rules.of(self._docket.rules, self._docket.ledger.facts_about([found]), at, {})
        return tuple(
            each
            for policy in rules.versions
            for each in pending(rules.views[policy], policy, found, self._governed(about, policy))
        )

    def _governed(self, about: str, policy: Policy) -> list[str]:
        """The benefits that a version decides for a registration; all, where it is the only one."""
        if isinstance(self._docket.rules, Policy):
            return [each.benefit for each in policy.contests]
        cell = self._docket.grouping.cells.get(about)
        governs = {} if cell is None else cell.governs.get(about, {})
        return [benefit for benefit, version in governs.items() if version is policy]

    def wakes(self, about: str) -> datetime | None:
        """Before when nothing can change for a registration without a new event; None for never."""
        cell = self._docket.grouping.cells.get(about)
        return None if cell is None else cell.wakes

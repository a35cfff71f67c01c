"""A record laid out for explaining: who competed with whom, and which rules judged whom."""

from collections.abc import Mapping
from functools import cached_property

import attrs

from dealreg.deciders.reference.governing import Rules
from dealreg.deciders.reference.truth import Reader
from dealreg.facts.records import Registration
from dealreg.outcome.decision import Deadlock, Referral, Standing, Step
from dealreg.outcome.record import Record
from dealreg.policy.contests import Contest
from dealreg.policy.policies import Policy
from dealreg.policy.stages import Award
from dealreg.rendering.phrases import Phrases
from dealreg.rendering.words import Clock, told

__all__ = ["Conflict", "Situation"]


@attrs.frozen
class Conflict:
    """A benefit and the registrations that compete for it: the values of the scope's keys.

    `keys` is None for registrations whose scope is not known: they compete with nobody. They are
    empty before the first version of the rules is in force.
    """

    benefit: str
    keys: tuple[str, ...] | None
    line: str | None = None


@attrs.define(eq=False, slots=False)
class Situation:
    """A record, read by the rules that governed it.

    Attributes:
        record: the decision, with all it came from.
        about: a registration; only the contests that it takes part in are explained.
    """

    record: Record
    about: str | None = None

    @cached_property
    def rules(self) -> Rules:
        """The versions in force, each with its view of the facts."""
        past = self.record
        answers = {each.name: each.by_registration for each in past.answers}
        return Rules.of(past.rules, past.facts, past.at, answers)  # type: ignore[arg-type]

    @cached_property
    def registrations(self) -> Mapping[str, Registration]:
        """The registrations by id."""
        return {each.registration_id: each for each in self.record.facts.registrations}

    @cached_property
    def names(self) -> Mapping[str, str]:
        """The partners' names by partner id, where they are known."""
        return {each.partner_id: each.name for each in self.record.facts.partners if each.name}

    @cached_property
    def all_conflicts(self) -> Mapping[Conflict, tuple[Standing, ...]]:
        """The standings by conflict, in the order of benefit, conflict, line, registration."""
        found: dict[Conflict, list[Standing]] = {}
        for each in self.record.decision.standings:
            found.setdefault(self.conflict(each), []).append(each)
        order = sorted(found, key=lambda c: (c.benefit, c.keys is None, c.keys or (), c.line or ""))
        return {conflict: tuple(found[conflict]) for conflict in order}

    @cached_property
    def conflicts(self) -> Mapping[Conflict, tuple[Standing, ...]]:
        """The standings to be explained, by conflict."""
        return {
            conflict: standings
            for conflict, standings in self.all_conflicts.items()
            if self.about is None or self.about in {each.registration_id for each in standings}
        }

    @cached_property
    def standings(self) -> tuple[Standing, ...]:
        """The standings to be explained, by conflict."""
        return tuple(each for standings in self.conflicts.values() for each in standings)

    @cached_property
    def referrals(self) -> tuple[Referral, ...]:
        """The questions for a person in the conflicts to be explained."""
        places = {(each.benefit, each.keys, each.line) for each in self.conflicts}
        found = self.record.decision.referrals
        return tuple(e for e in found if (e.benefit, e.conflict, e.line) in places)

    @cached_property
    def deadlocks(self) -> tuple[Deadlock, ...]:
        """The deadlocks in the conflicts to be explained."""
        places = {(each.benefit, each.keys, each.line) for each in self.conflicts}
        found = self.record.decision.deadlocks
        return tuple(e for e in found if (e.benefit, e.conflict, e.line) in places)

    @cached_property
    def numbered(self) -> Mapping[tuple[str, str | None], tuple[tuple[int, Step], ...]]:
        """The trace by benefit and registration; every step with its number, from 1."""
        found: dict[tuple[str, str | None], list[tuple[int, Step]]] = {}
        for number, step in enumerate(self.record.decision.trace, 1):
            found.setdefault((step.benefit, step.registration_id), []).append((number, step))
        return {place: tuple(steps) for place, steps in found.items()}

    def steps(self, standing: Standing) -> tuple[Step, ...]:
        """The steps of the trace that led to a standing."""
        numbered = self.numbered.get((standing.benefit, standing.registration_id), ())
        return tuple(step for _, step in numbered if step.line in (None, standing.line))

    def name(self, registration_id: str) -> str:
        """A registration with its partner: `R-1001 (Alder Systems)`."""
        partner = self.registrations[registration_id].partner_id
        return f"{told(registration_id)} ({told(self.names.get(partner, partner))})"

    def phrases(self, standing: Standing, clock: Clock) -> Phrases:
        """The words of the policy whose requirements a standing was judged by."""
        return Phrases(self.judging(standing).vocabulary(), clock)

    def lead_phrases(self, standing: Standing, clock: Clock) -> Phrases:
        """The words of the policy whose order a standing was judged by."""
        lead = self.lead(standing)
        policy = self.judging(standing) if lead is None else lead[1]
        return Phrases(policy.vocabulary(), clock)

    def conflict(self, standing: Standing) -> Conflict:
        """The conflict that a standing is of."""
        keys = self.keys(standing.benefit, standing.registration_id)
        return Conflict(standing.benefit, keys, standing.line)

    def keys(self, benefit: str, registration_id: str) -> tuple[str, ...] | None:
        """The values of the scope's keys for a registration; None when one is not known."""
        if not self.rules.versions:
            return ()  # before the first version, nothing is scoped yet
        scope, view = self.rules.scope(benefit)
        registration = self.registrations[registration_id]
        values = [view.read(registration, key) for key in scope.keys]
        by_line = scope.lines is not None and scope.award is Award.BY_LINE
        if by_line and not view.read(registration, scope.lines or ""):
            return None
        if any(value is None for value in values):
            return None
        return tuple(str(value) for value in values)

    def members(self, conflict: Conflict) -> tuple[Registration, ...]:
        """The registrations of a conflict."""
        standings = self.all_conflicts[conflict]
        return tuple(self.registrations[each.registration_id] for each in standings)

    def lead(self, standing: Standing) -> tuple[Contest, Policy] | None:
        """The contest whose windows, order and terms decided a standing."""
        conflict = self.conflict(standing)
        if conflict.keys is None or not self.rules.versions:
            return None
        return self.rules.lead(standing.benefit, self.members(conflict))

    def own(self, standing: Standing) -> tuple[Contest, Policy] | None:
        """The contest whose requirements a registration had to meet."""
        lead = self.lead(standing)
        if lead is None:
            return None
        registration = self.registrations[standing.registration_id]
        return self.rules.own(standing.benefit, registration, lead)

    def judging(self, standing: Standing) -> Policy:
        """The policy in whose words a standing is told: its own, else the latest in force."""
        own = self.own(standing)
        if own is not None:
            return own[1]
        rules = self.record.rules
        first = rules if isinstance(rules, Policy) else rules.editions[0].policy
        return self.rules.versions[-1] if self.rules.versions else first

    def reader(self, policy: Policy, registration_id: str) -> Reader:
        """A reader of one registration's facts, as a version of the rules sees them."""
        registration = self.registrations[registration_id]
        return Reader(self.rules.views[policy], registration, self.rules.answers)

    def deadlocks_in(self, conflict: Conflict) -> tuple[Deadlock, ...]:
        """The deadlocks found in a conflict."""
        place = (conflict.benefit, conflict.keys, conflict.line)
        found = self.record.decision.deadlocks
        return tuple(each for each in found if (each.benefit, each.conflict, each.line) == place)

"""Why a registration does not get a benefit: the facts of which at least one would have to differ.

Sound, not sharp: whatever change wins, it changes one of these. Where the rules leave no telling,
the answer is None, which stands for all facts.
"""

from collections.abc import Iterator

import attrs

from dealreg.analysis.limits import cone
from dealreg.analysis.readings import Readings
from dealreg.deciders.reference.run import Run
from dealreg.deciders.reference.truth import Reader
from dealreg.facts.fields import FieldType, Subject
from dealreg.facts.records import Registration
from dealreg.outcome.decision import Standing, StandingKind
from dealreg.policy.contests import Contest
from dealreg.policy.paths import STATUS, after_path, contest_path, milestone_path, requirement_path
from dealreg.policy.policies import Policy
from dealreg.policy.predicates import AllOf, Fact, Predicate
from dealreg.policy.stages import HeadStart, Key, Prefer, Requirement, Unmet

__all__ = ["Causes"]

Names = frozenset[str] | None


@attrs.frozen(eq=False)
class Causes:
    """What keeps a registration from a benefit, under one policy.

    Attributes:
        policy: the rules.
        found: what they read.
        registration_id: whose.
    """

    policy: Policy
    found: Readings
    registration_id: str

    def of(self, run: Run, benefit: str, line: str | None) -> Names:
        """The facts of which one would have to differ; None for any."""
        standings = [
            each
            for each in run.standings_of(benefit, self.registration_id)
            if line is None or each.line in (None, line)
        ]
        contest = self.policy.contest(benefit)
        if contest is None or not standings:
            return None
        causes = [self._of(run, contest, each) for each in standings]
        known = [each for each in causes if each is not None]
        return frozenset().union(*known) if len(known) == len(causes) else None

    def _of(self, run: Run, contest: Contest, standing: Standing) -> Names:
        for required in contest.requires:
            if standing.clause == requirement_path(contest.benefit, required.code):
                awaits = standing.kind is StandingKind.REFERRED and standing.rival is not None
                return self._contested(run, contest) if awaits else self._unmet(run, required)
        for after in contest.after:
            if standing.clause == after_path(contest.benefit, after.benefit):
                return self.of(run, after.benefit, standing.line) if after.holds else None
        if standing.clause == contest_path(contest.benefit, "scope"):
            return self._scope(contest)
        if standing.clause == STATUS:
            return self._instants() | self._scope(contest) | {"status"}
        milestones = {milestone_path(contest.benefit, each.code) for each in contest.milestones}
        if standing.clause in milestones | {contest_path(contest.benefit, "period")}:
            return self._instants()
        return self._contested(run, contest)

    def _instants(self) -> frozenset[str]:
        """The fields that clocks may go by, whether or not a predicate reads them."""
        names = self.policy.vocabulary().names()
        fields = (self.policy.vocabulary().get(each) for each in names)
        return frozenset(e.name for e in fields if e is not None and e.type is FieldType.INSTANT)

    def _scope(self, contest: Contest) -> frozenset[str]:
        lines = [] if contest.scope.lines is None else [contest.scope.lines]
        return self._behind(map(Fact, [*contest.scope.keys, *lines]))

    def _behind(self, facts: Iterator[Fact]) -> frozenset[str]:
        """The supplied fields that facts are made of."""
        names: set[str] = set()
        for fact in facts:
            names |= {fact.name} | {each.name for each in self.found.variables(fact)}
            if fact.name in ("status", "approved_at"):
                names |= self._instants()
        return frozenset(names)

    def _asked(self, predicate: Predicate) -> frozenset[str]:
        names = {each.name for each in self.found.asked(predicate)}
        if names & {"status", "approved_at"}:
            names |= self._instants()
        return frozenset(names)

    def _unmet(self, run: Run, required: Requirement) -> Names:
        """The facts by which a requirement that is not met could be."""
        rules = run.rules
        registration = self._registration(run)
        reader = Reader(rules.views[self.policy], registration, rules.answers)
        asks = Unmet.REFER in (required.if_false, required.if_unknown)
        part = required.that if asks else _failing(reader, required.that)
        return self._asked(part)

    def _registration(self, run: Run) -> Registration:
        mine = (e for e in run.rules.registrations if e.registration_id == self.registration_id)
        return next(mine)

    def _contested(self, run: Run, contest: Contest) -> Names:
        """The facts that bear on who is best, where a registration takes part and does not win."""
        benefits = cone(self.policy, contest.benefit)
        names: set[str] = set()
        for benefit in benefits:
            each = self.policy.contest(benefit)
            if each is None or any(not after.holds for after in each.after):
                return None
            names |= self._ordering(each)
        return frozenset(names) | self._shared(run)

    def _ordering(self, contest: Contest) -> frozenset[str]:
        facts = [Fact(contest.one_per)]
        names: set[str] = set(self._scope(contest))
        for override in contest.overrides:
            names |= self._asked(override.when)
        for each in contest.prefer:
            match each:
                case Key(fact):
                    facts.append(fact)
                case Prefer(when):
                    names |= self._asked(when)
        if contest.window is not None:
            facts.append(contest.window.clock)
            if isinstance(contest.window, HeadStart):
                facts.append(contest.window.ladder)
        if contest.joint is not None:
            facts += map(Fact, (*contest.joint.distinct, *contest.joint.disjoint))
            facts += [Fact(each.field) for each in contest.joint.stature]
        return frozenset(names) | self._behind(iter(facts))

    def _shared(self, run: Run) -> frozenset[str]:
        """The facts that other registrations have in common with this one."""
        mine = self._registration(run)
        siblings = any(
            each.partner_id == mine.partner_id and each.registration_id != mine.registration_id
            for each in run.rules.registrations
        )
        subjects = {Subject.CUSTOMER, Subject.OPPORTUNITY}
        subjects |= {Subject.PARTNER} if siblings else set()
        return frozenset(e.name for e in self.found.fields.values() if e.subject in subjects)


def _failing(reader: Reader, predicate: Predicate) -> Predicate:
    """The smallest part that would have to become true for the whole to."""
    while isinstance(predicate, AllOf):
        short = [part for part in predicate.parts if reader.truth(part) is not True]
        if not short:
            return predicate
        predicate = short[0]
    return predicate

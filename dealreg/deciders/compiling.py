"""The compiled decider: rules made into functions once, and asked many times.

It decides what `dealreg.decide` decides. A conflict in which scopes overlap in part, or in which
co-holders must fit each other, is handed to the reference; `Compiled.support` says so.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Any, Final

import attrs

from dealreg.deciders.compiled.admitting import Governed
from dealreg.deciders.compiled.codes import Coded, coded
from dealreg.deciders.compiled.context import Context
from dealreg.deciders.compiled.deciding import Decided, decide_conflict, vacancy
from dealreg.deciders.compiled.outcomes import (
    DENIED,
    GRANTED,
    Outcome,
    barred,
    outcome_of,
    standing_of,
)
from dealreg.deciders.compiled.outright import Outright, outright
from dealreg.deciders.compiled.versions import Version, version
from dealreg.deciders.deciding import Externals, answered, fitting, sound
from dealreg.deciders.deciding import decide as decide_by_reference
from dealreg.deciders.reference.decide import decide_conflict as decide_by_definition
from dealreg.deciders.reference.decide import found_deadlocks, not_offered
from dealreg.deciders.reference.governing import Rules, in_order
from dealreg.deciders.reference.run import Conflict, Run, upstream
from dealreg.deciders.support import Support, overlapping, support
from dealreg.errors import UsageError, shown
from dealreg.facts.canonical import digest
from dealreg.facts.case import Facts
from dealreg.facts.instants import instant
from dealreg.facts.records import EndCustomer, Opportunity, Partner, Registration
from dealreg.facts.view import View
from dealreg.outcome.decision import Decision, Referral, Standing, StandingKind
from dealreg.outcome.references import references_of
from dealreg.policy.policies import SEMANTICS, Governs, Policy, PolicyBook
from dealreg.policy.stages import Scope
from dealreg.policy.walk import externals_of

__all__ = ["Compiled", "compile_anew", "compiled", "externals_in"]

_NO_RECORDS: Final[Mapping[str, Any]] = MappingProxyType({})


@attrs.frozen(eq=False)
class Compiled:
    """Rules, compiled. Made by `compiled`; equal rules give the very same object.

    It keeps nothing of what it was asked, so that threads can share it. It is pickled as the rules
    it was made from, and compiled again where it is loaded.
    """

    rules: Policy | PolicyBook
    versions: Mapping[Policy, Version]

    def __reduce__(self) -> tuple[Any, ...]:
        return compiled, (self.rules,)

    def decide(
        self,
        facts: Facts,
        *,
        at: datetime | str,
        externals: Externals | None = None,
        trace: bool = False,
    ) -> Decision:
        """The decision: equal to that of `dealreg.decide`, without its trace.

        Args:
            facts: as for `dealreg.decide`.
            at: as for `dealreg.decide`.
            externals: as for `dealreg.decide`.
            trace: whether the trace is wanted too. It is the reference that writes it.

        Raises:
            FactsErrors, UsageError: as `dealreg.decide`.
        """
        if trace:
            return decide_by_reference(self.rules, facts, at=at, externals=externals)
        when = instant(at)
        if not isinstance(facts, Facts):
            raise UsageError(f"{shown(facts)} is not facts", value=facts, hint="give a Facts value")
        fitting(self.rules, facts)
        answers = answered(self.rules, facts, externals or {})
        run = self.run(Rules.of(self.rules, facts, when, answers))
        return Decision(
            at=when,
            semantics=SEMANTICS,
            policies=references_of(self.rules),
            facts_digest=digest(facts),
            standings=run.standings,
            referrals=run.referrals,
            deadlocks=list(found_deadlocks(run, self.run)),
        )

    def standings(
        self, facts: Facts, *, at: datetime | str, externals: Externals | None = None
    ) -> tuple[Standing, ...]:
        """The standings of the decision, and nothing else: no digest, no search for deadlocks.

        The facts are taken to fit the policy's vocabulary, as `decide` would check.
        """
        when = instant(at)
        outright = self.outright
        if outright is not None and not facts.rulings and not facts.holdings:
            found = outright.standings(facts, when)
            if found is not None:
                return found
        answers = answered(self.rules, facts, externals or {})
        run = self.run(Rules.of(self.rules, facts, when, answers))
        return tuple(
            sorted(run.standings, key=lambda s: (s.benefit, s.registration_id, s.line or ""))
        )

    def outcomes(
        self,
        registrations: Sequence[Registration],
        *,
        at: datetime,
        partners: Mapping[str, Partner] = _NO_RECORDS,
        customers: Mapping[str, EndCustomer] = _NO_RECORDS,
        opportunities: Mapping[str, Opportunity] = _NO_RECORDS,
    ) -> dict[str, list[Outcome]]:
        """For each benefit the outcomes of registrations, in the order given, with reasons.

        The records are those known, by their identifiers; an index that the caller keeps. All are
        taken to fit the policy's vocabulary, as `decide` would check. What rests on rulings,
        holdings, external questions or award by line is asked of `standings`.

        Raises:
            UsageError: `at` has no time zone, or the policy awards by line.
        """
        when = at if at.tzinfo is UTC else instant(at)
        outright = self.outright
        if outright is not None:
            look = outright.view
            c = Context(when, partners, opportunities, look, customers, registrations)
            found = outright.decide(c, registrations)
            if found is not None:
                return found
        facts = Facts(
            registrations=registrations,
            partners=partners.values(),
            customers=customers.values(),
            opportunities=opportunities.values(),
        )
        return self._outcomes_of(facts, registrations, when)

    def codes(
        self,
        registrations: Sequence[Registration],
        *,
        at: datetime,
        partners: Mapping[str, Partner] = _NO_RECORDS,
        customers: Mapping[str, EndCustomer] = _NO_RECORDS,
        opportunities: Mapping[str, Opportunity] = _NO_RECORDS,
    ) -> dict[str, list[Coded]]:
        """Who gets what, and by which reason code: the kind and the code of each of `outcomes`.

        The fastest answer: some four fifths of what `outcomes` cost, since nothing is explained
        (`benchmarks/one_conflict_peers.py`).

        Raises:
            UsageError: as `outcomes`.
        """
        when = at if at.tzinfo is UTC else instant(at)
        outright = self.outright
        if outright is not None:
            look = outright.view
            c = Context(when, partners, opportunities, look, customers, registrations)
            found = outright.codes(c, registrations)
            if found is not None:
                return found
        whole = self.outcomes(
            registrations,
            at=when,
            partners=partners,
            customers=customers,
            opportunities=opportunities,
        )
        return {benefit: [coded(each) for each in outcomes] for benefit, outcomes in whole.items()}

    def _outcomes_of(
        self, facts: Facts, registrations: Sequence[Registration], at: datetime
    ) -> dict[str, list[Outcome]]:
        """The outcomes by way of standings, for what is not decided outright."""
        names = externals_in(self.rules)
        if names:
            raise UsageError(
                f"the policy asks the external question {shown(names[0])}",
                value=names[0],
                hint="ask for `standings`, which takes answers",
            )
        known = {each.registration_id: each for each in facts.registrations}
        found: dict[str, dict[str, Outcome]] = {}
        for each in self.standings(facts, at=at):
            if each.line is not None:
                raise UsageError(
                    f"{shown(each.benefit)} is awarded line by line",
                    value=each.benefit,
                    hint="ask for `standings`, which has one for each line",
                )
            found.setdefault(each.benefit, {})[each.registration_id] = outcome_of(each, known)
        return {
            benefit: [outcomes[each.registration_id] for each in registrations]
            for benefit, outcomes in found.items()
        }

    @cached_property
    def outright(self) -> Outright | None:
        """How a deal is decided outright; None for rules that are not decided so."""
        if not isinstance(self.rules, Policy) or externals_in(self.rules):
            return None
        return outright(self.versions[self.rules], in_order((self.rules,)))

    def support(self) -> tuple[Support, ...]:
        """How each contest of each version is decided, and why not in the fastest way."""
        return tuple(
            support(made, benefit)
            for made in self.versions.values()
            for benefit in sorted(made.plans)
        )

    def run(self, rules: Rules) -> Run:
        """Everything decided, without a trace: what a replay asks at every instant."""
        run = Run(rules, trace=None)
        seen = {policy: _context(rules, view) for policy, view in rules.views.items()}
        for benefit in rules.announced:
            not_offered(run, Conflict(benefit, (), None, rules.registrations))
        for benefit in rules.benefits():
            self._benefit(run, seen, benefit)
        return run

    def _benefit(self, run: Run, seen: Mapping[Policy, Context], benefit: str) -> None:
        policy = next(p for p in reversed(run.rules.versions) if benefit in self.versions[p].plans)
        grouping, c = self.versions[policy].groupings[benefit], seen[policy]
        plan = self.versions[policy].plans[benefit]
        known: list[Registration] = []
        for each in run.rules.registrations:
            unknown = grouping.unknown(c, each)
            if unknown is None:
                known.append(each)
            else:
                run.stand(standing_of(each, benefit, None, "", unknown, _no_margin))
        for keys, line, members in grouping.conflicts(c, known):
            conflict = Conflict(benefit, keys, line, members)
            run.conflicts.append(conflict)
            self._conflict(run, seen, conflict, plan.contest.scope)

    def _conflict(
        self, run: Run, seen: Mapping[Policy, Context], conflict: Conflict, scope: Scope
    ) -> None:
        found = run.rules.lead(conflict.benefit, conflict.members)
        if found is None:
            not_offered(run, conflict)
        elif found[0].joint is not None or overlapping(scope):
            decide_by_definition(run, conflict)
        else:
            lead = self._governed(seen, conflict.benefit, found[1])
            if not self._by_kernel(run, conflict, lead, found[1]):
                self._decide(run, seen, conflict, lead, found)

    def _by_kernel(self, run: Run, conflict: Conflict, lead: Governed, policy: Policy) -> bool:
        """Decide a conflict by the generated function, if it is one for it."""
        rules = run.rules
        if rules.holdings or rules.rulings or rules.governs is Governs.OWN_SUBMISSION:
            return False
        kernel = self.versions[policy].kernel(conflict.benefit)
        if kernel is None:
            return False
        ups = [
            [
                _short(upstream(run, a.benefit, m.registration_id, conflict.line))
                for m in conflict.members
            ]
            for a in lead[0].after
        ]
        outcomes = kernel(lead[1], conflict.members, ups)
        if outcomes is None:
            return False
        nobody = all(each[0] is not GRANTED for each in outcomes)  # who takes part alone, holds
        versions = [lead[0].version] * len(outcomes)
        _note(run, conflict, lead, Decided(outcomes, versions, [], nobody))
        return True

    def _governed(self, seen: Mapping[Policy, Context], benefit: str, policy: Policy) -> Governed:
        return self.versions[policy].plans[benefit], seen[policy]

    def _decide(
        self,
        run: Run,
        seen: Mapping[Policy, Context],
        conflict: Conflict,
        lead: Governed,
        found: tuple[Any, Policy],
    ) -> None:
        benefit, line = conflict.benefit, conflict.line

        def own(registration: Registration) -> Governed | None:
            mine = run.rules.own(benefit, registration, found)
            return None if mine is None else self._governed(seen, benefit, mine[1])

        def before(other: str, registration_id: str) -> tuple[StandingKind, str | None] | None:
            standing = upstream(run, other, registration_id, line)
            return None if standing is None else (standing.kind, standing.rival)

        def lead_for_all(_: Registration) -> Governed | None:
            return lead

        by_itself = run.rules.governs is Governs.OWN_SUBMISSION
        whose = own if by_itself else lead_for_all
        decided = decide_conflict(lead, whose, conflict.members, line, before)
        _note(run, conflict, lead, decided)


def _note(run: Run, conflict: Conflict, lead: Governed, decided: Decided) -> None:
    """Add to a run what came out of a conflict."""
    plan, c = lead
    asked = list(decided.asked)
    if decided.nobody:
        vacated = run.rules.vacated
        place = (conflict.benefit, conflict.line)
        fell = any((m.registration_id, *place) in vacated for m in conflict.members)
        question = vacancy(lead, conflict.members, vacated=fell)
        asked += [] if question is None else [question]

    margins = plan.margins(c)
    for each, outcome, judged in zip(
        conflict.members, decided.outcomes, decided.versions, strict=True
    ):
        run.stand(standing_of(each, conflict.benefit, conflict.line, judged, outcome, margins))
    run.referrals.extend(
        Referral(
            benefit=conflict.benefit,
            conflict=conflict.keys,
            line=conflict.line,
            code=code,
            clause=clause,
            candidates=candidates,
        )
        for code, clause, candidates in asked
    )


def _short(standing: Standing | None) -> Outcome:
    """A standing to a benefit decided before, as far as a dependence asks for it."""
    kind, rival = (DENIED, None) if standing is None else (standing.kind, standing.rival)
    return barred(kind, "", "", rival=rival)


def _no_margin(_registration: Registration, _lost: tuple[int, Any]) -> None:
    return None


def _context(rules: Rules, view: View) -> Context:
    return Context(
        rules.at,
        view.partners,
        view.opportunities,
        lambda _: view,
        answers=rules.answers,
        rulings=rules.rulings,
        holdings=rules.holdings,
    )


def externals_in(rules: Policy | PolicyBook) -> tuple[str, ...]:
    """The external questions that the rules ask."""
    policies = (rules,) if isinstance(rules, Policy) else [e.policy for e in rules.editions]
    return tuple(sorted({name for policy in policies for name in externals_of(policy)}))


def compiled(rules: Policy | PolicyBook) -> Compiled:
    """Compile a policy, or a policy book, or find it compiled before.

    Raises:
        PolicyErrors: the rules are not sound; all findings at once.
    """
    sound(rules)
    return _compiled(rules)


def compile_anew(rules: Policy | PolicyBook) -> Compiled:
    """Compile rules that are known to be sound, whether or not they were compiled before."""
    policies = (rules,) if isinstance(rules, Policy) else [e.policy for e in rules.editions]
    return Compiled(rules, {policy: version(policy) for policy in policies})


_compiled = lru_cache(maxsize=256)(compile_anew)

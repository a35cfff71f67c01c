"""Which version of the rules governs whom, and what it sees (spec clauses B-1 to B-5)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from graphlib import TopologicalSorter

import attrs

from dealreg.deciders.clocks import with_clocks
from dealreg.deciders.reference.truth import Answers
from dealreg.facts.case import Facts
from dealreg.facts.holdings import Holding
from dealreg.facts.records import Registration, Ruling, Verdict
from dealreg.facts.view import View
from dealreg.policy.contests import Contest
from dealreg.policy.policies import Edition, Governs, Policy, PolicyBook
from dealreg.policy.stages import Scope

__all__ = ["Rules", "in_order"]


@attrs.frozen(eq=False)
class Rules:
    """The versions that may govern at an instant, oldest first, each with its view of the facts.

    `announced` are the benefits of the first version, while no version is in force yet (B-6).
    `rulings` are the latest known at the instant, by registration id and benefit (C-4);
    `holdings` those that last, by registration id, benefit and line, and `vacated` the places of
    that kind that were held and are no more (C-17, C-19).
    """

    versions: tuple[Policy, ...]
    starts: tuple[datetime | None, ...]
    governs: Governs
    registrations: tuple[Registration, ...]
    rulings: Mapping[tuple[str, str], Ruling]
    at: datetime
    answers: Answers
    views: Mapping[Policy, View]
    announced: tuple[str, ...] = ()
    holdings: Mapping[tuple[str, str, str | None], Holding] = attrs.field(factory=dict)
    vacated: frozenset[tuple[str, str, str | None]] = frozenset()

    @classmethod
    def of(
        cls, rules: Policy | PolicyBook, facts: Facts, at: datetime, answers: Answers
    ) -> "Rules":
        """The rules as of an instant; a single policy has always been in force."""
        if isinstance(rules, Policy):
            versions: tuple[Policy, ...] = (rules,)
            starts: tuple[datetime | None, ...] = (None,)
            governs = Governs.DECISION
            announced: tuple[str, ...] = ()
        else:
            editions: list[Edition] = [e for e in rules.editions if e.effective_from <= at]
            versions = tuple(edition.policy for edition in editions)
            starts = tuple(edition.effective_from for edition in editions)
            governs = rules.governs
            first = rules.editions[0].policy
            announced = () if versions else tuple(sorted(c.benefit for c in first.contests))
        views = {
            policy: with_clocks(
                View(facts, at, policy.vocabulary(), {c.name: c for c in policy.calendars}), policy
            )
            for policy in versions
        }
        known = sorted(
            (each for each in facts.rulings if each.decided_at <= at),
            key=lambda each: each.decided_at,
        )
        rulings = {(each.registration_id, each.benefit): each for each in known}
        began = [each for each in facts.holdings if each.since <= at]
        lasting = {
            (each.registration_id, each.benefit, each.line): each
            for each in began
            if each.until is None or each.until > at
        }
        return cls(
            versions=versions,
            starts=starts,
            governs=governs,
            registrations=facts.registrations,
            rulings=rulings,
            at=at,
            answers=answers,
            views=views,
            announced=announced,
            holdings=lasting,
            vacated=frozenset((e.registration_id, e.benefit, e.line) for e in began) - set(lasting),
        )

    def of_only(self, registration: Registration) -> "Rules":
        """The same rules, asked of one registration, as if no other partner had registered."""
        partner = registration.partner_id
        views = {policy: view.of_only(partner) for policy, view in self.views.items()}
        return attrs.evolve(self, registrations=(registration,), views=views)

    def accepting(self, registration: Registration, benefit: str) -> "Rules":
        """The same rules, as if a person had accepted a registration just now (C-5)."""
        word = Ruling(
            registration_id=registration.registration_id,
            benefit=benefit,
            verdict=Verdict.ACCEPT,
            decided_at=self.at,
        )
        place = (registration.registration_id, benefit)
        return attrs.evolve(self, rulings={**self.rulings, place: word})

    def benefits(self) -> list[str]:
        """Every benefit of any version, those that others depend on first, else by name."""
        return list(in_order(self.versions))

    def scope(self, benefit: str) -> tuple[Scope, View]:
        """Which registrations compete: as the latest version says that has the benefit."""
        policy = next(p for p in reversed(self.versions) if p.contest(benefit) is not None)
        return self._contest(policy, benefit).scope, self.views[policy]

    def lead(self, benefit: str, members: Sequence[Registration]) -> tuple[Contest, Policy] | None:
        """The contest that decides among members; None when no version in force has it."""
        if self.governs is Governs.DECISION:
            when = self.at
        else:
            live = (m for m in members if self.views[self.versions[-1]].live(m))
            offered = (m for m in live if self._offered(benefit, m))
            when = min((m.submitted_at for m in offered), default=self.at)
        return self._at(benefit, min(when, self.at))

    def _offered(self, benefit: str, registration: Registration) -> bool:
        """Whether a registration may compete at all, by the version that governs it itself."""
        if self.governs is not Governs.OWN_SUBMISSION:
            return True
        return self._at(benefit, registration.submitted_at) is not None

    def own(
        self, benefit: str, registration: Registration, lead: tuple[Contest, Policy]
    ) -> tuple[Contest, Policy] | None:
        """The contest whose requirements a registration must meet."""
        if self.governs is Governs.OWN_SUBMISSION:
            return self._at(benefit, registration.submitted_at)
        return lead

    def _at(self, benefit: str, when: datetime) -> tuple[Contest, Policy] | None:
        for policy, start in zip(reversed(self.versions), reversed(self.starts), strict=True):
            if start is None or start <= when:
                contest = policy.contest(benefit)
                return None if contest is None else (contest, policy)
        return None

    def _contest(self, policy: Policy, benefit: str) -> Contest:
        contest = policy.contest(benefit)
        assert contest is not None
        return contest


@lru_cache(maxsize=256)
def in_order(versions: tuple[Policy, ...]) -> tuple[str, ...]:
    """The benefits of all versions, those that others depend on first, else by name."""
    depends: dict[str, set[str]] = {}
    for policy in versions:
        for contest in policy.contests:
            depends.setdefault(contest.benefit, set()).update(a.benefit for a in contest.after)
    sorter = TopologicalSorter(depends)
    sorter.prepare()
    ordered: list[str] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        ordered += [benefit for benefit in ready if benefit in depends]
        sorter.done(*ready)
    return tuple(ordered)

"""A contest, compiled: its stages as closures, and the outcomes that are the same for everybody."""

from collections.abc import Callable
from typing import Final

import attrs

from dealreg.deciders.compiled.conditions import Lacks, Truth, lacks, truth
from dealreg.deciders.compiled.context import Context
from dealreg.deciders.compiled.orders import (
    Clock,
    Closing,
    Looks,
    clock,
    closing,
    looks,
)
from dealreg.deciders.compiled.outcomes import (
    DENIED,
    REFERRED,
    RETURNED,
    Lost,
    Margins,
    Outcome,
    barred,
)
from dealreg.deciders.compiled.periods import Term, missed, term
from dealreg.deciders.compiled.rates import Worth, worth
from dealreg.deciders.compiled.reads import Read, Reads
from dealreg.facts.records import Registration, Status
from dealreg.outcome.decision import Margin, StandingKind
from dealreg.policy.contests import Contest
from dealreg.policy.normal import normal_predicate
from dealreg.policy.paths import (
    NOT_IN_FORCE,
    STATUS,
    after_path,
    contest_path,
    milestone_path,
    override_path,
    prefer_path,
    requirement_path,
)
from dealreg.policy.predicates import Predicate
from dealreg.policy.stages import Effect, HolderOf, Key, Requirement, Unmet

__all__ = ["ENDED_BY", "NOT_OFFERED", "After", "Asks", "Overrides", "Plan", "plan", "settled"]

KINDS: Final = {Unmet.DENY: DENIED, Unmet.RETURN: RETURNED, Unmet.REFER: REFERRED}

ENDED_BY: Final[dict[Status | None, Outcome]] = {
    **{status: barred(DENIED, status.upper(), STATUS) for status in Status},
    Status.RETURNED: barred(RETURNED, "RETURNED", STATUS),
    None: barred(DENIED, "NOT_YET_SUBMITTED", STATUS),
}
"""The outcome of a registration that is not live, by its status."""

NOT_OFFERED: Final = barred(DENIED, "NOT_OFFERED", NOT_IN_FORCE)


@attrs.frozen(eq=False)
class Asks:
    """A compiled requirement."""

    that: Truth
    lacks: Lacks
    code: str
    path: str
    if_false: StandingKind
    if_unknown: StandingKind
    lasting: bool
    false: Outcome


@attrs.frozen(eq=False)
class After:
    """A compiled dependence on another contest."""

    benefit: str
    holds: bool
    code: str
    path: str
    awaits: Outcome


@attrs.frozen(eq=False)
class Overrides:
    """A compiled override."""

    when: Truth
    code: str
    effect: Effect
    path: str


@attrs.frozen(eq=False)
class Plan:
    """A compiled contest of one version of the rules."""

    contest: Contest
    version: str
    reads: Reads
    benefit: str
    path: str
    asks: tuple[Asks, ...]
    after: tuple[After, ...]
    overrides: tuple[Overrides, ...]
    looks: tuple[Looks, ...]
    prefer_paths: tuple[str, ...]
    claimant: Read
    term: Term | None
    lapsed: Outcome | None
    milestones: tuple[tuple[Callable[[Context, Registration], bool], Outcome], ...]
    clock: Clock | None
    closing: Closing | None
    gives: tuple[Worth, ...]
    others: Worth | None
    others_when: Truth | None

    def at(self, stage: str) -> str:
        """The place of one of the contest's stages in the policy."""
        return f"{self.path}.{stage}"

    def margins(self, c: Context) -> Margins:
        """How to tell by how much a registration lost."""

        def margin(registration: Registration, lost: Lost) -> Margin:
            return self.margin(c, registration, lost)

        return margin

    def margin(self, c: Context, registration: Registration, lost: Lost) -> Margin:
        """By how much a registration lost, from the short form of it."""
        number, rival = lost
        if number < 0:
            window, clock = self.contest.window, self.clock
            assert window is not None
            assert clock is not None
            return Margin(
                clause=self.at("window"),
                fact=window.clock.name,
                own=clock(c, registration),
                rival=rival,
            )
        key, look = self.contest.prefer[number], self.looks[number]
        return Margin(
            clause=self.prefer_paths[number],
            fact=key.fact.name if isinstance(key, Key) else "preferred",
            own=look(c, registration)[0],
            rival=look(c, rival)[0],
        )


def plan(contest: Contest, version: str, reads: Reads) -> Plan:
    """Compile a contest."""
    benefit, others = contest.benefit, contest.others
    window, period = contest.window, contest.period
    return Plan(
        contest=contest,
        version=version,
        reads=reads,
        benefit=benefit,
        path=contest_path(benefit),
        asks=tuple(_asks(each, benefit, reads) for each in contest.requires),
        after=tuple(_after(each, benefit) for each in contest.after),
        overrides=tuple(
            Overrides(
                truth(settled(each.when, reads), reads),
                each.code,
                each.effect,
                override_path(benefit, each.code),
            )
            for each in contest.overrides
        ),
        looks=looks(contest, reads),
        prefer_paths=tuple(prefer_path(benefit, n) for n in range(len(contest.prefer))),
        claimant=reads.named(contest.one_per),
        term=term(period, reads),
        lapsed=None
        if period is None
        else barred(DENIED, period.code, contest_path(benefit, "period")),
        milestones=tuple(
            (
                missed(each, reads),
                barred(DENIED, each.code, milestone_path(benefit, each.code)),
            )
            for each in contest.milestones
        ),
        clock=None if window is None else clock(window, benefit, reads),
        closing=None if window is None else closing(window, reads),
        gives=tuple(worth(each, reads) for each in contest.gives),
        others=None if others.terms is None else worth(others.terms, reads),
        others_when=None if others.when is None else truth(settled(others.when, reads), reads),
    )


def settled(predicate: Predicate, reads: Reads) -> Predicate:
    """The normal form of a predicate: as true, as false and as unknown, and shorter."""
    return normal_predicate(predicate, reads.vocabulary)


def _asks(required: Requirement, benefit: str, reads: Reads) -> Asks:
    path = requirement_path(benefit, required.code)
    that = settled(required.that, reads)
    kind = KINDS[required.if_false]
    return Asks(
        that=truth(that, reads),
        lacks=lacks(that, reads),
        code=required.code,
        path=path,
        if_false=kind,
        if_unknown=KINDS[required.if_unknown],
        lasting=required.lasting,
        false=barred(kind, required.code, path),
    )


def _after(after: HolderOf, benefit: str) -> After:
    path = after_path(benefit, after.benefit)
    awaits = barred(REFERRED, f"AWAITS_{after.benefit.upper()}", path)
    return After(after.benefit, after.holds, after.code, path, awaits)

"""A deal decided outright: registrations in, one short outcome for each and benefit.

No facts value is made, no conflict is named, no standing built. What the generated functions leave
to others is decided by closures, here as anywhere.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

import attrs

from dealreg.deciders.clocks import with_clocks
from dealreg.deciders.compiled.codes import Coded
from dealreg.deciders.compiled.context import Context
from dealreg.deciders.compiled.deciding import decide_conflict
from dealreg.deciders.compiled.kernels import (
    APART,
    Kernel,
    Together,
    kernel,
    short_kernel,
    together,
)
from dealreg.deciders.compiled.outcomes import Outcome, standing_of
from dealreg.deciders.compiled.plans import Plan
from dealreg.deciders.compiled.source import Code, Source, fill
from dealreg.deciders.compiled.versions import Version
from dealreg.deciders.compiled.writing import row_of
from dealreg.facts.calendars import Calendar
from dealreg.facts.case import Facts
from dealreg.facts.records import Registration
from dealreg.facts.view import View
from dealreg.outcome.decision import Standing, StandingKind

__all__ = ["Outright", "outright"]

Step: TypeAlias = tuple[str, Plan, Kernel | None, tuple[str, ...]]
"""A benefit, its contest, its generated function, and the benefits it depends on."""

Codes: TypeAlias = Callable[[Context, Sequence[Registration]], dict[str, list[Coded]] | None]
"""The kinds and codes of the outcomes; None for what generated functions leave to others."""


@attrs.frozen(eq=False)
class Outright:
    """The contests of one version in the order of deciding, where all have the same scope."""

    steps: tuple[Step, ...]
    codes: Codes
    together: Together
    version: Version
    calendars: Mapping[str, Calendar]

    def view(self, c: Context) -> View:
        """The facts as the version sees them, for what is not read straight from a record."""
        view = View(
            Facts(registrations=c.registrations),
            c.at,
            self.version.reads.vocabulary,
            self.calendars,
            partners=c.partners,
            customers=c.customers,
            opportunities=c.opportunities,
        )
        return with_clocks(view, self.version.policy)

    def decide(
        self, c: Context, members: Sequence[Registration]
    ) -> dict[str, list[Outcome]] | None:
        """The outcomes, benefit by benefit, of registrations of one conflict.

        None where they are of several, or of none.
        """
        made: dict[str, list[Outcome]] = {}
        for benefit, plan, quick, after in self.steps:
            ups = [made[each] for each in after] if after else ()
            outcomes = None if quick is None else quick(c, members, ups)
            if outcomes is APART:
                return None
            if outcomes is None:
                if not made and not self.together(c, members):
                    return None  # the first function tells, unless it gave up before
                outcomes = _by_closures(plan, c, members, ups)
            made[benefit] = outcomes
        return made

    def standings(self, facts: Facts, at: datetime) -> tuple[Standing, ...] | None:
        """The standings of facts of one conflict without rulings and holdings; None of others."""
        c = Context(
            at,
            {each.partner_id: each for each in facts.partners},
            {each.opportunity_id: each for each in facts.opportunities},
            self.view,
            customers={each.customer_id: each for each in facts.customers},
            registrations=facts.registrations,
        )
        found = self.decide(c, facts.registrations)
        if found is None:
            return None
        plans = self.version.plans
        return tuple(
            standing_of(each, benefit, None, plan.version, outcome, plan.margins(c))
            for benefit, plan in ((benefit, plans[benefit]) for benefit in sorted(found))
            for each, outcome in zip(facts.registrations, found[benefit], strict=True)
        )


def outright(version: Version, order: Sequence[str]) -> Outright | None:
    """The contests of a version, `order` saying which comes first; None where scopes differ."""
    plans = [version.plans[benefit] for benefit in order]
    scopes = {plan.contest.scope.keys for plan in plans}
    lines = [plan.contest.scope for plan in plans if plan.contest.scope.lines is not None]
    joint = any(plan.contest.joint is not None for plan in plans)
    if len(scopes) != 1 or joint or lines:
        return None
    kernels = [kernel(plans[0], checked=True), *(version.kernel(p.benefit) for p in plans[1:])]
    steps = tuple(
        (p.benefit, p, made, tuple(after.benefit for after in p.contest.after))
        for p, made in zip(plans, kernels, strict=True)
    )
    calendars = {each.name: each for each in version.policy.calendars}
    return Outright(steps, _codes(plans), together(plans[0]), version, calendars)


def _codes(plans: Sequence[Plan]) -> Codes:
    """The contests one after another, as one generated function."""
    short = [short_kernel(plan, checked=n == 0) for n, plan in enumerate(plans)]
    source = Source()
    source.add(0, "def codes(c, members):")
    made: dict[str, Code] = {}
    for plan, quick in zip(plans, short, strict=True):
        if quick is None:
            return lambda _c, _members: None
        found = made[plan.benefit] = source.local()
        ups = row_of([made[after.benefit] for after in plan.contest.after])
        source.add(1, "$ = $(c, members, $)", found, source.slot(quick), ups)
        source.add(1, "if $ is None or $ is $: return None", found, found, source.slot(APART))
    whole = fill("")
    for benefit, found in made.items():
        whole = fill("$$: $, ", whole, source.slot(benefit), found)
    source.add(1, "return {$}", whole)
    codes: Codes = source.function("codes")
    return codes


def _by_closures(
    plan: Plan, c: Context, members: Sequence[Registration], ups: Sequence[Sequence[Outcome]]
) -> list[Outcome]:
    """The outcomes as closures decide them, for registrations in any order."""
    by_id = {each.registration_id: each for each in members}
    ordered = [by_id[name] for name in sorted(by_id)]
    stood = {
        (after.benefit, each.registration_id): (up[0], up[3])
        for after, outcomes in zip(plan.after, ups, strict=True)
        for each, up in zip(members, outcomes, strict=True)
    }

    def before(benefit: str, registration_id: str) -> tuple[StandingKind, str | None]:
        return stood[benefit, registration_id]

    decided = decide_conflict((plan, c), lambda _: (plan, c), ordered, None, before)
    found = dict(zip(sorted(by_id), decided.outcomes, strict=True))
    return [found[each.registration_id] for each in members]

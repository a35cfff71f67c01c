"""Whether two registrations are enough for a policy's shape, and which nodes leave the theorem.

For contests that find the eligible, then those in a window opened by the earliest of them, then the
best by a strict order, two policies that agree on all cases of at most two registrations agree on
all cases. Overrides that take, refer or close keep to it: they are an order of classes.
"""

from collections.abc import Iterator, Sequence

import attrs

from dealreg.analysis.comparisons import one_at_most
from dealreg.analysis.domains import crowded_sets
from dealreg.analysis.openings import is_fixed, opens_in_order, tells_when
from dealreg.analysis.readings import BY_APPROVAL, IDENTITIES, Readings, Variable, readings
from dealreg.deciders.reference.governing import in_order
from dealreg.facts.fields import Count, Elapsed, Field, SinceEnded, Subject, Tally
from dealreg.facts.values import Span
from dealreg.outcome.comparison import Limit, LimitCode
from dealreg.policy.clocks import Milestone, Missed, Period
from dealreg.policy.contests import Contest
from dealreg.policy.normal import normal_form
from dealreg.policy.paths import (
    after_path,
    contest_path,
    milestone_path,
    prefer_path,
    requirement_path,
)
from dealreg.policy.policies import Policy
from dealreg.policy.predicates import Compare, External, OneOf
from dealreg.policy.stages import (
    Award,
    Grace,
    Key,
    MissingRule,
    Others,
    OthersStand,
    Tie,
    Unmet,
    Vacancy,
)
from dealreg.policy.walk import atoms, fact_of, predicates_of

__all__ = [
    "changed",
    "cone",
    "limits_of",
    "only",
    "over_time",
    "reach",
    "shape_limits",
]


def cone(policy: Policy, benefit: str) -> tuple[str, ...]:
    """A benefit and all that it depends on, in the order in which they are decided."""
    wanted = {benefit}
    for each in reversed(in_order((policy,))):
        contest = policy.contest(each)
        if each in wanted and contest is not None:
            wanted |= {after.benefit for after in contest.after}
    return tuple(each for each in in_order((policy,)) if each in wanted)


def reach(policy: Policy, benefit: str) -> tuple[str, ...]:
    """As `cone`, with the benefits whose periods end a registration for all the others."""
    wanted = set(cone(policy, benefit))
    for each in policy.contests:
        if each.period is not None and each.period.closes:
            wanted.update(cone(policy, each.benefit))
    return tuple(each for each in in_order((policy,)) if each in wanted)


def only(policy: Policy, benefit: str) -> Policy:
    """The policy, of one benefit and what it depends on."""
    wanted = reach(policy, benefit)
    return attrs.evolve(policy, contests=[e for e in policy.contests if e.benefit in wanted])


def changed(old: Policy, new: Policy, benefit: str) -> bool:
    """Whether two policies decide among the eligible in other ways, or depend on other contests.

    Where they do not, equal admissions mean equal decisions, however many registrations there are.
    """
    mine, theirs = normal_form(old).contest(benefit), normal_form(new).contest(benefit)
    if mine is None or theirs is None:
        return True
    if one_at_most(normal_form(old), mine) and one_at_most(normal_form(new), theirs):
        mine, theirs = _uncontested(mine), _uncontested(theirs)
    return _stages(mine) != _stages(theirs) or _world(old) != _world(new)


def _uncontested(contest: Contest) -> Contest:
    """The contest without what it takes two to ask for."""
    return attrs.evolve(contest, prefer=(), tie=Tie.REFER, capacity=1, joint=None, others=Others())


def _stages(contest: Contest) -> Contest:
    """The contest without what only concerns who may take part, and what nobody gets."""
    others = attrs.evolve(contest.others, code="X", tell="", reconsidered=False)
    joint = None if contest.joint is None else attrs.evolve(contest.joint, code="X", tell="")
    after = tuple(sorted((attrs.evolve(a, code="X", tell="") for a in contest.after), key=repr))
    overrides = tuple(
        attrs.evolve(each, code=f"O{place}", tell="")
        for place, each in enumerate(contest.overrides)
    )
    period = None
    if contest.period is not None:
        period = attrs.evolve(contest.period, code="X", extension=None, pauses=False)
    return attrs.evolve(
        contest,
        requires=(),
        milestones=(),
        final_from=None,
        vacant=Vacancy.NOBODY,
        others=others,
        joint=joint,
        after=after,
        overrides=overrides,
        period=period,
    )


def _world(policy: Policy) -> object:
    return policy.vocabulary(), normal_form(policy).calendars, policy.sla


def limits_of(
    policies: Sequence[Policy],
    found: Readings,
    variables: Sequence[Variable],
    crowded: Sequence[str],
) -> set[Limit]:
    """What bounds the values that are tried, whatever the question.

    What two policies ask alike bounds them too: where none of the values tried satisfies it, they
    show nothing of what else is asked.
    """
    limits: set[Limit] = set()
    for policy in policies:
        for contest in policy.contests:
            limits.update(_value_limits(policy, contest))
    if found.deemed and found.fields.keys() & BY_APPROVAL:
        limits.add(Limit(code=LimitCode.OVER_TIME, clause="sla"))
    names = {each.name for each in variables}
    limits.update(
        Limit(code=LimitCode.CROWDED, clause=f"fields[{name}]")
        for name in {*crowded, *(names & crowded_sets(found))}
    )
    for name in sorted(names):
        limits.update(_earlier(found, name))
    return limits


def _earlier(found: Readings, name: str) -> Iterator[Limit]:
    before = found.earlier.get(name, set()) - {None}
    field = found.fields.get(name)
    shared = field is not None and field.subject in (Subject.OPPORTUNITY, Subject.CUSTOMER)
    if len(before) > 1 or (before and shared):
        yield Limit(code=LimitCode.EARLIER_FACTS, clause=f"fields[{name}]")


def _value_limits(policy: Policy, contest: Contest) -> Iterator[Limit]:
    vocabulary = policy.vocabulary()
    for path, predicate in predicates_of(contest):
        for place, atom in atoms(predicate, path):
            fact = fact_of(atom)
            field = None if fact is None else vocabulary.get(fact.name)
            if isinstance(atom, External):
                yield Limit(code=LimitCode.EXTERNAL, clause=place)
            elif isinstance(atom, Compare | OneOf) and fact and fact.name in IDENTITIES:
                yield Limit(code=LimitCode.IDENTITY, clause=place)
            elif field is not None and isinstance(field.derived, Tally | SinceEnded):
                yield Limit(code=LimitCode.COUNTS_OTHERS, clause=place)
            elif field is not None and _counts_days(field):
                yield Limit(code=LimitCode.CALENDAR, clause=place)
            if fact is not None and fact.as_of is not None and field and field.derived:
                yield Limit(code=LimitCode.EARLIER_FACTS, clause=place)
    for number, preference in enumerate(contest.prefer):
        field = vocabulary.get(preference.fact.name) if isinstance(preference, Key) else None
        path = prefer_path(contest.benefit, number)
        if field is None or field.derived is None:
            continue
        counts = isinstance(field.derived, Tally | SinceEnded)
        code = LimitCode.COUNTS_OTHERS if counts else LimitCode.DERIVED_ORDER
        yield Limit(code=code, clause=path)


def _counts_days(field: Field) -> bool:
    return isinstance(field.derived, Elapsed) and field.derived.count is not Count.TIME


def shape_limits(policy: Policy, contest: Contest, *, one_deal: bool = True) -> Iterator[Limit]:
    """What bounds a contest whose stages differ between two policies, or that may deadlock.

    `one_deal` says whether the cases that are tried are of one opportunity and customer each.
    """

    def limit(code: LimitCode, path: str) -> Limit:
        return Limit(code=code, clause=path)

    benefit = contest.benefit
    if contest.capacity not in (1, None):
        yield limit(LimitCode.SEVERAL_HOLDERS, contest_path(benefit, "capacity"))
    if contest.capacity is None and len(contest.gives) > 2:  # noqa: PLR2004 - of two, two have a place
        yield limit(LimitCode.SEVERAL_HOLDERS, contest_path(benefit, "gives"))
    if contest.joint is not None:
        yield limit(LimitCode.JOINT, contest_path(benefit, "joint"))
    if contest.scope.lines is not None or contest.scope.award is Award.BY_LINE:
        yield limit(LimitCode.LINES, contest_path(benefit, "scope"))
    by_others = {each.scope.keys for each in policy.contests} != {contest.scope.keys}
    if by_others or (one_deal and _reads_apart(policy, contest)):
        yield limit(LimitCode.SCOPES, contest_path(benefit, "scope"))
    yield from (
        limit(LimitCode.NOT_HOLDER, after_path(benefit, each.benefit))
        for each in contest.after
        if not each.holds
    )
    yield from _persons(contest)
    behind = contest.others.stand is OthersStand.WAITING or contest.others.terms is not None
    if behind and contest.window is not None:
        yield limit(LimitCode.QUEUE, contest_path(benefit, "others"))
    if policy.sla is not None and policy.sla.missed is Missed.DEEMED_APPROVED:
        yield limit(LimitCode.OVER_TIME, "sla")
    looked_at = cone(policy, benefit)
    if (
        one_deal
        and not opens_in_order(policy, contest.window)
        and tells_when(policy, contest, looked_at)
    ):
        yield limit(LimitCode.CALENDAR, contest_path(benefit, "window"))


def _reads_apart(policy: Policy, contest: Contest) -> bool:
    """Whether it matters that those who compete may be about several opportunities or customers.

    Cases are about one of each.
    """
    if "opportunity_id" in contest.scope.keys:
        return False
    subjects = {Subject.OPPORTUNITY}
    if "customer_id" not in contest.scope.keys:
        subjects.add(Subject.CUSTOMER)
    read = readings((only(policy, contest.benefit),)).fields.values()
    return any(each.subject in subjects for each in read)


def _persons(contest: Contest) -> Iterator[Limit]:
    benefit = contest.benefit
    for each in contest.requires:
        if Unmet.REFER in (each.if_false, each.if_unknown):
            path = requirement_path(benefit, each.code)
            yield Limit(code=LimitCode.LEFT_TO_A_PERSON, clause=path)
    for place, preference in enumerate(contest.prefer):
        if preference.missing is MissingRule.REFER:
            yield Limit(code=LimitCode.LEFT_TO_A_PERSON, clause=prefer_path(benefit, place))


def over_time(old: Policy, new: Policy) -> Iterator[Limit]:
    """Differences that no fresh case can show, and lengths that only some dates tell apart."""
    if old.sla != new.sla:
        yield Limit(code=LimitCode.OVER_TIME, clause="sla")
    for benefit in sorted({c.benefit for c in old.contests} & {c.benefit for c in new.contests}):
        one, other = normal_form(old).contest(benefit), normal_form(new).contest(benefit)
        assert one is not None
        assert other is not None
        for stage in ("final_from", "vacant"):
            if getattr(one, stage) != getattr(other, stage):
                path = contest_path(benefit, stage)
                yield Limit(code=LimitCode.OVER_TIME, clause=path)
        if one.others.reconsidered != other.others.reconsidered:
            yield Limit(code=LimitCode.OVER_TIME, clause=contest_path(benefit, "others"))
        yield from _lasting(one, other)
        yield from _clocks(old, new, one, other)


def _lasting(one: Contest, other: Contest) -> Iterator[Limit]:
    """Requirements that a holder must meet for as long as it holds, in one of the policies."""
    mine = {each.code: each.that for each in one.requires if each.lasting}
    theirs = {each.code: each.that for each in other.requires if each.lasting}
    for code in sorted(mine.keys() | theirs.keys()):
        if mine.get(code) != theirs.get(code):
            path = requirement_path(one.benefit, code)
            yield Limit(code=LimitCode.OVER_TIME, clause=path)


def _clocks(old: Policy, new: Policy, one: Contest, other: Contest) -> Iterator[Limit]:
    path = contest_path(one.benefit, "period")
    if _extras(one.period) != _extras(other.period):
        yield Limit(code=LimitCode.OVER_TIME, clause=path)
    if _varies(old, new, _length(one.period), _length(other.period)):
        yield Limit(code=LimitCode.CALENDAR, clause=path)
    mine = {each.code: each for each in one.milestones}
    theirs = {each.code: each for each in other.milestones}
    for code in sorted(mine.keys() | theirs.keys()):
        place = milestone_path(one.benefit, code)
        left, right = mine.get(code), theirs.get(code)
        if left == right:
            continue
        yield Limit(code=LimitCode.OVER_TIME, clause=place)
        if _varies(old, new, _length(left), _length(right)):
            yield Limit(code=LimitCode.CALENDAR, clause=place)
    if one.window != other.window and isinstance(one.window, Grace):
        lengths = [
            (w.length, w.calendar) if isinstance(w, Grace) else None
            for w in (one.window, other.window)
        ]
        if _varies(old, new, *lengths):
            yield Limit(code=LimitCode.CALENDAR, clause=contest_path(one.benefit, "window"))
    elif one.window is not None and other.window is not None and one.window != other.window:
        yield Limit(code=LimitCode.CALENDAR, clause=contest_path(one.benefit, "window"))


def _extras(period: Period | None) -> object:
    return None if period is None else (period.extension, period.pauses, period.closes)


def _length(clock: Period | Milestone | None) -> tuple[Span, str | None] | None:
    return None if clock is None else (clock.length, clock.calendar)


def _varies(
    old: Policy,
    new: Policy,
    one: tuple[Span, str | None] | None,
    other: tuple[Span, str | None] | None,
) -> bool:
    """Whether two lengths differ, and how they compare may depend on the date."""
    if one is None or other is None or one == other:
        return False
    return not (is_fixed(old, *one) and is_fixed(new, *other))

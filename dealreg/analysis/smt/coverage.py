"""What the solver reads of policies, and what it refuses, each by its place."""

from collections.abc import Iterator, Sequence
from typing import Final

from dealreg.analysis.readings import IDENTITIES, Readings
from dealreg.errors import PolicyError, PolicyErrors
from dealreg.facts.fields import Field, FieldType, Same
from dealreg.facts.values import Span, Unit
from dealreg.policy.clocks import LastDay
from dealreg.policy.contests import Contest
from dealreg.policy.normal import normal_form
from dealreg.policy.paths import after_path, contest_path, prefer_path
from dealreg.policy.policies import Policy
from dealreg.policy.predicates import External, Fact, Predicate
from dealreg.policy.stages import (
    Bucket,
    HeadStart,
    Key,
    MissingRule,
    OthersStand,
)
from dealreg.policy.walk import atoms, fact_of, predicates_of

__all__ = ["check_covered"]

_FALLING_BACK: Final = frozenset(
    {"status", "asked_at", "currency", "filed_by", "partner_group", "last_submitted_at"}
)
"""Fields that come from other fields, or from the course of things, where they are not stated."""

_FIXED: Final = (Unit.MINUTES, Unit.HOURS, Unit.DAYS, Unit.WEEKS)


def check_covered(
    policies: Sequence[Policy], found: Readings, scope: Predicate | None = None
) -> None:
    """Check that the solver reads all of some policies, and of what a comparison is confined to.

    Raises:
        PolicyErrors: when it does not; every place at once.
    """
    problems = [each for policy in policies for each in _refused(policy, found)]
    problems += _between(policies)
    problems += [] if scope is None else _asks(found, "scope", scope)
    problems += [_no("levels that not all policies know", f"fields[{e}]") for e in found.ladders]
    if problems:
        raise PolicyErrors(list({str(each): each for each in problems}.values()))


def _no(what: str, place: str) -> PolicyError:
    return PolicyError(
        f"the solver does not read {what}",
        place=place,
        value=what,
        hint="ask without it: `dealreg.compare` and `dealreg.deadlocks` read every policy",
    )


def _between(policies: Sequence[Policy]) -> Iterator[PolicyError]:
    """What the policies must have in common."""
    scopes = {each.scope for policy in policies for each in policy.contests}
    if len(scopes) > 1:
        yield _no("contests that go by different keys", "contests")
    forms = [normal_form(each) for each in policies]
    for benefit in sorted({each.benefit for form in forms for each in form.contests}):
        contests = [form.contest(benefit) for form in forms]
        if len({each.gives for each in contests if each is not None}) > 1:
            yield _no("terms that differ", contest_path(benefit, "gives"))
        if len({each.period for each in contests if each is not None}) > 1:
            yield _no("periods that differ", contest_path(benefit, "period"))


def _refused(policy: Policy, found: Readings) -> Iterator[PolicyError]:
    if policy.sla is not None:
        yield _no("the vendor's clock", "sla")
    for contest in policy.contests:
        yield from _stages(policy, contest)
        yield from _ordering(policy, contest, found)
        for path, predicate in predicates_of(contest):
            yield from _asks(found, path, predicate)


def _asks(found: Readings, path: str, predicate: Predicate) -> Iterator[PolicyError]:
    for place, atom in atoms(predicate, path):
        fact = fact_of(atom)
        if isinstance(atom, External):
            yield _no("external questions", place)
        elif fact is not None:
            yield from _fact(found, fact, place)


def _stages(policy: Policy, contest: Contest) -> Iterator[PolicyError]:
    benefit = contest.benefit

    def path(stage: str) -> str:
        return contest_path(benefit, stage)

    scope, others = contest.scope, contest.others
    refused = {
        ("scope", "scopes other than the opportunity"): (
            scope.lines is not None or scope.keys != ("opportunity_id",)
        ),
        ("milestones", "milestones"): bool(contest.milestones),
        ("capacity", "other numbers of holders than one"): contest.capacity != 1,
        ("one_per", "holding by anything but the partner"): contest.one_per != "partner_id",
        ("joint", "joint holding"): contest.joint is not None,
        ("others", "queues and residual terms"): (
            others.stand is not OthersStand.DENIED or others.terms is not None
        ),
    }
    yield from (_no(what, path(stage)) for (stage, what), is_so in refused.items() if is_so)
    period = contest.period
    if period is not None and (period.closes or period.last_day is not LastDay.MOMENT):
        yield _no("periods that close a registration, or end with a day", path("period"))
    elif period is not None and not _is_fixed(policy, period.length, period.calendar):
        yield _no("lengths that depend on the date", path("period"))
    for after in contest.after:
        if not after.holds:
            yield _no("benefits for those who hold no other", after_path(benefit, after.benefit))


def _ordering(policy: Policy, contest: Contest, found: Readings) -> Iterator[PolicyError]:
    window = contest.window
    place = contest_path(contest.benefit, "window")
    if isinstance(window, Bucket):
        yield _no("windows of the calendar", place)
    elif window is not None:
        calendar = None if isinstance(window, HeadStart) else window.calendar
        if not _is_fixed(policy, window.length, calendar):
            yield _no("lengths that depend on the date", place)
        yield from _fact(found, window.clock, place)
        if isinstance(window, HeadStart):
            yield from _fact(found, window.ladder, place)
    for number, preference in enumerate(contest.prefer):
        place = prefer_path(contest.benefit, number)
        if preference.missing is MissingRule.REFER:
            yield _no("what is left to a person", place)
        if isinstance(preference, Key):
            yield from _fact(found, preference.fact, place)
            field = found.fields.get(preference.fact.name)
            if field is not None and (field.type is FieldType.TEXT or field.derived is not None):
                yield _no("an order by texts or computed fields", place)


def _is_fixed(policy: Policy, length: Span, calendar: str | None) -> bool:
    zones = {each.name: each.zone for each in policy.calendars}
    return length.unit in _FIXED and (calendar is None or zones[calendar] == "UTC")


def _fact(found: Readings, fact: Fact, place: str) -> Iterator[PolicyError]:
    if fact.as_of is not None:
        yield _no("facts as of an earlier instant", place)
    field = found.fields.get(fact.name)
    if fact.name in IDENTITIES | _FALLING_BACK or field is None:
        yield _no(f"the field `{fact.name}`", place)
    elif field.derived is not None and not _is_same(found, field):
        yield _no("computed fields other than whether two texts are the same", place)


def _is_same(found: Readings, field: Field) -> bool:
    if not isinstance(field.derived, Same):
        return False
    parts = (field.derived.left, field.derived.right)
    others = [found.fields.get(name) for name in parts if name != "partner_id"]
    return all(
        e is not None and e.derived is None and e.name not in IDENTITIES | _FALLING_BACK
        for e in others
    )

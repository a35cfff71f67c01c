"""The clocks of a policy: fields and calendars that fit, and parts that can have no effect."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from dealreg.checking.codes import finding
from dealreg.checking.declarations import calendar_finding
from dealreg.checking.uses import Use, use_findings
from dealreg.errors import shown
from dealreg.facts.fields import FieldType
from dealreg.facts.values import Span, Unit
from dealreg.facts.vocabulary import Vocabulary
from dealreg.outcome.findings import Finding
from dealreg.policy.clocks import Milestone, Period
from dealreg.policy.contests import Contest
from dealreg.policy.paths import contest_path, milestone_path
from dealreg.policy.policies import Policy

__all__ = ["clock_findings", "clock_uses", "sla_findings", "sla_uses"]

_INSTANT: Final = frozenset({FieldType.INSTANT})


def clock_uses(contest: Contest) -> Iterator[Use]:
    """Every field that the clocks of a contest name."""
    benefit = contest.benefit
    if contest.period is not None:
        path = contest_path(benefit, "period.starts")
        yield Use(path, contest.period.starts, _INSTANT, "the start of a period")
    for each in contest.milestones:
        path = milestone_path(benefit, each.code)
        yield Use(f"{path}.met", each.met, _INSTANT, "when a milestone is met")
        yield Use(f"{path}.starts", each.starts, _INSTANT, "the start of a milestone")
        if each.agreed is not None:
            yield Use(f"{path}.agreed", each.agreed, _INSTANT, "when grace was agreed")
    if contest.final_from is not None:
        path = contest_path(benefit, "final_from")
        yield Use(path, contest.final_from, _INSTANT, "from when on an award is final")


def sla_uses(policy: Policy) -> Iterator[Use]:
    """Every field that the vendor's own clock names."""
    if policy.sla is not None:
        yield Use("sla.starts", policy.sla.starts, _INSTANT, "the start of the vendor's clock")


def sla_findings(policy: Policy, vocabulary: Vocabulary, calendars: set[str]) -> Iterator[Finding]:
    """Whether the vendor's own clock can run."""
    for use in sla_uses(policy):
        yield from use_findings(use, vocabulary)
    if policy.sla is None:
        return
    yield from calendar_finding(policy.sla.calendar, "sla.calendar", calendars)
    if policy.sla.starts == "approved_at":
        yield _no_effect(
            "sla.starts",
            "the vendor's answer is due only after the approval, which is its answer",
            "count from an instant before it, such as `submitted_at`",
        )


def clock_findings(contest: Contest, calendars: set[str]) -> Iterator[Finding]:
    """Calendars of clocks that are not there, and clocks that cannot be meant as they stand."""
    if contest.period is not None:
        path = contest_path(contest.benefit, "period")
        yield from calendar_finding(contest.period.calendar, f"{path}.calendar", calendars)
        yield from _extension_findings(contest.period, f"{path}.extension")
    for each in contest.milestones:
        path = milestone_path(contest.benefit, each.code)
        yield from calendar_finding(each.calendar, f"{path}.calendar", calendars)
        yield from _milestone_findings(each, path)
    if contest.others.reconsidered and contest.capacity is None:
        yield _no_effect(
            contest_path(contest.benefit, "others.reconsidered"),
            f"nobody is rejected with {shown(contest.others.code)} where all who qualify hold",
            "state how many may hold the benefit, or leave it out",
        )


def _extension_findings(period: Period, path: str) -> Iterator[Finding]:
    extension = period.extension
    if extension is None:
        return
    if extension.ask_before.length and _never_longer(period.length, extension.ask_before):
        yield _no_effect(
            f"{path}.ask_before",
            "the period is over before it could be asked for longer",
            "state a time shorter than the period",
        )
    if extension.length is not None and extension.length.length == 0:
        yield _no_effect(f"{path}.length", "it makes the period no longer", "state how much longer")


def _milestone_findings(milestone: Milestone, path: str) -> Iterator[Finding]:
    if milestone.met == milestone.starts:
        yield _no_effect(
            f"{path}.met",
            f"{shown(milestone.met)} both starts the clock and meets the milestone",
            "name the instant of what must have happened",
        )
    if milestone.remind is not None and _never_longer(milestone.length, milestone.remind):
        yield _no_effect(
            f"{path}.remind",
            "the reminder comes when the milestone is already due",
            "state a time shorter than the milestone's own",
        )
    if milestone.grace is not None and _never_longer(milestone.grace, milestone.length):
        yield _no_effect(
            f"{path}.grace",
            "the grace counts from the start like the milestone's own time, and is no longer",
            "state the whole time until the very last day",
        )
    if milestone.agreed is not None and milestone.grace is None:
        yield _no_effect(
            f"{path}.agreed",
            "there is no grace that could be agreed",
            "state the `grace` too, or leave it out",
        )


def _no_effect(path: str, message: str, hint: str) -> Finding:
    return finding("CLOCK_WITHOUT_EFFECT", path, message, hint)


_AT_LEAST: Final = {
    Unit.MINUTES: timedelta(minutes=1),
    Unit.HOURS: timedelta(hours=1),
    Unit.DAYS: timedelta(days=1),
    Unit.BUSINESS_DAYS: timedelta(days=1),
    Unit.WEEKS: timedelta(days=7),
    Unit.MONTHS: timedelta(days=28),
}
_AT_MOST: Final = _AT_LEAST | {Unit.BUSINESS_DAYS: None, Unit.MONTHS: timedelta(days=31)}
"""None where holidays can make it any length."""


def _never_longer(one: Span, other: Span) -> bool:
    """Whether one length of time is never longer than the other, whenever it begins."""
    if one.unit is other.unit:
        return one.length <= other.length
    most = _AT_MOST[one.unit]
    return most is not None and one.length * most <= other.length * _AT_LEAST[other.unit]

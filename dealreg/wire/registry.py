"""The closed registry of tags: what may stand in a file, and the class it becomes."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from dealreg.facts import (
    calendars,
    case,
    courses,
    events,
    fields,
    histories,
    holdings,
    records,
    values,
    vocabulary,
)
from dealreg.outcome import decision, findings, record, timeline
from dealreg.policy import clocks, contests, policies, predicates, stages, terms
from dealreg.wire import rejects

__all__ = ["REGISTRY"]


def _registry(*classes: type) -> Mapping[str, type]:
    return MappingProxyType({kind.tag: kind for kind in classes})  # type: ignore[attr-defined]


REGISTRY: Final[Mapping[str, type]] = _registry(
    values.Money,
    values.Span,
    calendars.Calendar,
    fields.Elapsed,
    fields.Same,
    fields.Inside,
    fields.Tally,
    fields.SinceEnded,
    fields.Field,
    vocabulary.Vocabulary,
    events.Event,
    records.Change,
    courses.ExtensionRequest,
    courses.Pause,
    records.Partner,
    records.EndCustomer,
    records.Opportunity,
    records.Registration,
    records.Ruling,
    holdings.Holding,
    case.Facts,
    histories.History,
    predicates.Fact,
    predicates.Constant,
    predicates.Compare,
    predicates.OneOf,
    predicates.Only,
    predicates.Overlaps,
    predicates.Covers,
    predicates.Missing,
    predicates.External,
    predicates.AllOf,
    predicates.AnyOf,
    predicates.Not,
    stages.Requirement,
    stages.HolderOf,
    stages.Override,
    stages.Grace,
    stages.Bucket,
    stages.HeadStart,
    stages.Key,
    stages.Prefer,
    stages.Scope,
    stages.Stature,
    stages.Joint,
    terms.Percent,
    terms.FractionOfHolder,
    terms.Band,
    terms.Banded,
    terms.Terms,
    stages.Others,
    clocks.Extension,
    clocks.Period,
    clocks.Milestone,
    clocks.Sla,
    contests.Contest,
    policies.Policy,
    policies.Edition,
    policies.PolicyBook,
    decision.Entitlement,
    decision.Margin,
    decision.Standing,
    decision.Referral,
    decision.Deadlock,
    decision.Step,
    decision.PolicyRef,
    decision.Decision,
    record.Answer,
    record.Record,
    timeline.HeldPeriod,
    timeline.Transition,
    timeline.Notice,
    timeline.Pending,
    timeline.FoundDeadlock,
    timeline.SetAside,
    timeline.State,
    timeline.Timeline,
    findings.Finding,
    findings.Findings,
    rejects.Reject,
    rejects.Column,
    rejects.Loaded,
)
"""Every class of facts, policies, outcomes and loaded tables, by its tag."""

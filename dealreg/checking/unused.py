"""What a policy declares and never uses."""

from collections.abc import Iterator

from dealreg.checking.clocks import sla_uses
from dealreg.checking.codes import finding
from dealreg.checking.declarations import parts_of
from dealreg.checking.stages import uses_of
from dealreg.errors import shown
from dealreg.facts.fields import Elapsed, SinceEnded, Tally
from dealreg.facts.vocabulary import Vocabulary
from dealreg.outcome.findings import Finding
from dealreg.policy.policies import Policy
from dealreg.policy.walk import atoms, fact_of, predicates_of

__all__ = ["unused_findings"]

_COUNTING = (Elapsed, SinceEnded, Tally)


def unused_findings(policy: Policy, vocabulary: Vocabulary) -> Iterator[Finding]:
    """Declared fields and calendars that no rule uses, directly or through a derived field."""
    used = _used(policy, vocabulary)
    for field in policy.fields:
        if field.name not in used:
            yield finding(
                "UNUSED_FIELD",
                f"fields[{field.name}]",
                f"no rule uses the field {shown(field.name)}",
                "remove it, or use it",
            )
    counted = _counted_by(policy, used)
    for calendar in policy.calendars:
        if calendar.name not in counted:
            yield finding(
                "UNUSED_CALENDAR",
                f"calendars[{calendar.name}]",
                f"nothing counts by the calendar {shown(calendar.name)}",
                "name it where days are counted, or remove it",
            )


def _used(policy: Policy, vocabulary: Vocabulary) -> set[str]:
    todo: list[str | None] = []
    todo += [use.name for use in sla_uses(policy)]
    for contest in policy.contests:
        for use in uses_of(contest):
            todo += [use.name, use.as_of]
        for path, predicate in predicates_of(contest):
            for _, atom in atoms(predicate, path):
                fact = fact_of(atom)
                if fact is not None:
                    todo += [fact.name, fact.as_of]
    used: set[str] = set()
    while todo:
        name = todo.pop()
        if name is None or name in used:
            continue
        used.add(name)
        field = vocabulary.get(name)
        if field is not None and field.derived is not None:
            todo += parts_of(field.derived)
    return used


def _counted_by(policy: Policy, used: set[str]) -> set[str | None]:
    stages = [each for c in policy.contests for each in (c.window, c.period, *c.milestones)]
    named = {getattr(stage, "calendar", None) for stage in (*stages, policy.sla)}
    derived = [field.derived for field in policy.fields if field.name in used]
    return named | {each.calendar for each in derived if isinstance(each, _COUNTING)}

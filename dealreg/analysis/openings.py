"""Whether windows open and close in the same order, and what looks at the dates between them."""

from collections.abc import Iterable, Iterator

from dealreg.analysis.readings import sources
from dealreg.facts.calendars import UTC_CALENDAR, of_one_length
from dealreg.facts.fields import FieldType
from dealreg.facts.values import Span
from dealreg.facts.vocabulary import Vocabulary
from dealreg.policy.contests import Contest
from dealreg.policy.policies import Policy
from dealreg.policy.predicates import Fact, Predicate
from dealreg.policy.stages import Bucket, Grace, HeadStart, Key, Window
from dealreg.policy.walk import atoms, fact_of, predicates_of

__all__ = ["is_fixed", "opens_in_order", "tells_when"]


def is_fixed(policy: Policy, length: Span, calendar: str | None) -> bool:
    """Whether a length is the same number of hours whenever it starts."""
    named = {each.name: each for each in policy.calendars}
    return of_one_length(length, UTC_CALENDAR if calendar is None else named[calendar])


def opens_in_order(policy: Policy, window: Window | None) -> bool:
    """Whether a window that opens later never closes earlier.

    A month after 30 January at ten is later than a month after 31 January at nine. Then two may
    both be in the window of a third, and the later of them not in that of the other.
    """
    match window:
        case None | HeadStart():
            return True
        case Bucket(_, _, calendar):
            zones = {each.name: each.zone for each in policy.calendars}
            return calendar is None or zones[calendar] == "UTC"
        case Grace(length, _, calendar):
            return is_fixed(policy, length, calendar)


def tells_when(policy: Policy, contest: Contest, benefits: Iterable[str]) -> bool:
    """Whether rules of some benefits look at dates, or an order at what is computed of one.

    Where nothing does, two that are both in a window can be moved to where they are still, alone.
    """
    words = policy.vocabulary()
    rules = [rule for each in benefits for rule in _rules(policy, each)]
    facts = [fact for rule in rules for _, atom in atoms(rule) if (fact := fact_of(atom))]
    keys = [each.fact for each in contest.prefer if isinstance(each, Key)]
    return any(_dated(words, each) for each in facts) or any(
        (field := words.get(each.name)) is not None
        and field.derived is not None
        and _dated(words, each)
        for each in keys
    )


def _rules(policy: Policy, benefit: str) -> Iterator[Predicate]:
    contest = policy.contest(benefit)
    assert contest is not None
    yield from (rule for _, rule in predicates_of(contest))


def _dated(words: Vocabulary, fact: Fact) -> bool:
    """Whether a fact is a date or an instant, is made of one, or read as of one."""
    field = words.get(fact.name)
    if field is None:
        return False
    parts = () if field.derived is None else sources(field)
    return (
        field.type in (FieldType.INSTANT, FieldType.DATE)
        or fact.as_of is not None
        or any(_dated(words, Fact(each)) for each in parts)
    )

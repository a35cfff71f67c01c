"""What the columnar decider does itself, and what it leaves to others: told before data is read."""

from collections.abc import Iterator
from typing import Final, assert_never

import attrs

from dealreg.checking.declarations import parts_of
from dealreg.checking.stages import uses_of
from dealreg.facts.calendars import UTC_CALENDAR, of_one_length
from dealreg.facts.fields import Derived, Elapsed, Field, FieldType, Inside, Same, Tally
from dealreg.facts.fields import SinceEnded as Since
from dealreg.facts.values import Span
from dealreg.facts.vocabulary import Vocabulary
from dealreg.policy.clocks import LastDay, Milestone, Period
from dealreg.policy.contests import Contest
from dealreg.policy.paths import contest_path
from dealreg.policy.policies import Policy
from dealreg.policy.predicates import External, Fact, Only
from dealreg.policy.walk import atoms, fact_of, predicates_of

__all__ = [
    "Refusal",
    "asks_ahead",
    "counts_others",
    "facts_of",
    "for_everybody",
    "plain_keys",
    "read_for",
    "refusals",
]

SUBSTITUTED = frozenset({"currency", "filed_by", "partner_group", "status"})
"""Texts that are read from other columns where their own is missing, or always."""


@attrs.frozen
class Refusal:
    """A part of a policy that the columnar decider cannot do.

    Attributes:
        benefit: the contest it is in; empty for the whole policy.
        node: the name of the kind of node, as `Tally`.
        path: its place in the policy.
        because: why, as the end of a sentence.
    """

    benefit: str
    node: str
    path: str
    because: str

    def __str__(self) -> str:
        """As a line of text."""
        return f"{self.path}: `{self.node}` {self.because}"


def refusals(policy: Policy, engine: str | None = None) -> tuple[Refusal, ...]:
    """Every part of a policy that the columnar decider cannot do; empty where it does it all.

    With an `engine`, also what this one cannot do.
    """
    found = list(_of_policy(policy))
    if engine == "duckdb":
        found += _of_duckdb(policy)
    for contest in policy.contests:
        found += _of_contest(policy, contest)
        if engine == "pyarrow":
            found += _of_pyarrow(contest)
    return tuple(found)


_MOST_ASKED: Final = 1_000
"""DuckDB looks through long rules in time that grows by the square of their parts."""


def _of_duckdb(policy: Policy) -> Iterator[Refusal]:
    asked = sum(
        len(getattr(atom, "values", (atom,)))
        for contest in policy.contests
        for path, predicate in predicates_of(contest)
        for _, atom in atoms(predicate, path)
    )
    if asked > _MOST_ASKED:
        because = f"compares with more than {_MOST_ASKED:,} values, which is too much for DuckDB"
        yield Refusal("", "Policy", "contests", because)


def _of_pyarrow(contest: Contest) -> Iterator[Refusal]:
    for path, predicate in predicates_of(contest):
        for place, atom in atoms(predicate, path):
            if isinstance(atom, Only):
                yield Refusal(contest.benefit, "Only", place, "is not computed by pyarrow")


def counts_others(policy: Policy) -> bool:
    """Whether a fact of a registration depends on registrations of other conflicts."""
    return any(
        isinstance(field.derived, Tally | Since)
        for contest in policy.contests
        for _, fact in facts_of(contest)
        for field in read_for(fact.name, policy.vocabulary())
    )


def asks_ahead(policy: Policy) -> bool:
    """Whether DuckDB cannot say what each row is.

    Of days of a calendar, of sets inside others, or of lengths of time: its intervals are none.
    """
    calendars = {each.name: each for each in policy.calendars}
    clocks = [
        clock
        for contest in policy.contests
        for clock in (contest.period, *contest.milestones)
        if clock is not None
    ]
    vocabulary = policy.vocabulary()
    names = {fact.name for contest in policy.contests for _, fact in facts_of(contest)}
    fields = [field for name in names for field in read_for(name, vocabulary)]
    return any(
        each.last_day is not LastDay.MOMENT
        or not all(
            of_one_length(length, calendars.get(each.calendar or "", UTC_CALENDAR))
            for length in _lengths(each)
        )
        for each in clocks
    ) or any(
        field.type is FieldType.DURATION or isinstance(field.derived, Elapsed | Inside)
        for field in fields
    )


def _lengths(clock: Period | Milestone) -> tuple[Span, ...]:
    grace = clock.grace if isinstance(clock, Milestone) else None
    return (clock.length,) if grace is None else (clock.length, grace)


def plain_keys(policy: Policy) -> tuple[str, ...] | None:
    """The columns that tell conflicts apart, for all benefits; None where no columns do."""
    scopes = {one.scope.keys for one in policy.contests}
    if len(scopes) != 1 or counts_others(policy):
        return None
    keys = scopes.pop()
    return keys if all(_is_plain(name, policy.vocabulary()) for name in keys) else None


def _is_plain(name: str, vocabulary: Vocabulary) -> bool:
    """Whether a field is a text that stands in a column, and nowhere else where it is missing."""
    field = vocabulary.get(name)
    text = field is not None and field.type is FieldType.TEXT and field.derived is None
    return text and name not in SUBSTITUTED


def for_everybody(contest: Contest) -> bool:
    """Whether all who qualify hold it, on the same terms, whoever came first."""
    apart = contest.prefer or contest.window is not None or len(contest.gives) > 1
    return contest.capacity is None and not apart


def facts_of(contest: Contest) -> Iterator[tuple[str, Fact]]:
    """Every fact that a contest reads, each with its place."""
    for path, predicate in predicates_of(contest):
        for place, atom in atoms(predicate, path):
            fact = fact_of(atom)
            if fact is not None:
                yield place, fact
    for use in uses_of(contest):
        yield use.path, Fact(use.name, use.as_of)


_MOST_CONTESTS: Final = 500
"""Each contest adds columns to the rows of all: their cost grows by the square of their number."""


def _of_policy(policy: Policy) -> Iterator[Refusal]:
    sla = policy.sla
    if len(policy.contests) > _MOST_CONTESTS:
        yield Refusal("", "Policy", "contests", f"has more than {_MOST_CONTESTS} contests")
    if sla is not None and sla.missed.value == "deemed_approved":
        yield Refusal("", "Sla", "sla", "approves by silence")
    for contest in policy.contests:
        if contest.period is not None and contest.period.closes:
            path = contest_path(contest.benefit, "period")
            yield Refusal("", "Period", path, "closes registrations for all benefits")


def _of_contest(policy: Policy, contest: Contest) -> Iterator[Refusal]:
    benefit, at = contest.benefit, contest_path(contest.benefit)
    if contest.capacity != 1 and not for_everybody(contest):
        because = "may be held by several, who are told apart"
        yield Refusal(benefit, "Contest", f"{at}.capacity", because)
    if contest.scope.lines is not None:
        because = "overlaps in part, or is awarded line by line"
        yield Refusal(benefit, "Scope", f"{at}.scope", because)
    if contest.joint is not None:
        yield Refusal(benefit, "Joint", f"{at}.joint", "asks how holders fit each other")
    yield from _scopes(policy, contest)
    yield from _facts(policy, contest)


def _facts(policy: Policy, contest: Contest) -> Iterator[Refusal]:
    """What is asked in code, what is derived in other ways, and orders of what has none."""
    benefit, vocabulary = contest.benefit, policy.vocabulary()
    for path, predicate in predicates_of(contest):
        for place, atom in atoms(predicate, path):
            if isinstance(atom, External):
                yield Refusal(benefit, "External", place, "is answered in code")
    for path, fact in facts_of(contest):
        for field in read_for(fact.name, vocabulary):
            because = _underivable(field.derived)
            if because:
                node = type(field.derived).__name__
                yield Refusal(benefit, node, path, f"({field.name}) {because}")


def _scopes(policy: Policy, contest: Contest) -> Iterator[Refusal]:
    benefit, vocabulary = contest.benefit, policy.vocabulary()
    for name in contest.scope.keys:
        if not _is_plain(name, vocabulary):
            path = contest_path(benefit, "scope")
            yield Refusal(benefit, "Scope", path, f"has the key {name}, which is no plain text")
    for after in contest.after:
        other = policy.contest(after.benefit)
        if other is not None and other.scope.keys != contest.scope.keys:
            path = contest_path(benefit, f"after[{after.benefit}]")
            yield Refusal(benefit, "HolderOf", path, "depends on a contest of another scope")


def _underivable(derived: Derived | None) -> str:
    match derived:
        case Tally() | Since():
            return "counts registrations of other conflicts"
        case None | Elapsed() | Inside() | Same():
            return ""
        case _:
            assert_never(derived)


def read_for(name: str, vocabulary: Vocabulary) -> Iterator[Field]:
    """The field of that name, and those it is derived from."""
    field = vocabulary.get(name)
    if field is None:
        return
    yield field
    names = parts_of(field.derived) if field.derived is not None else ()
    if name == "currency":
        names = ("amount",)
    for each in names:
        yield from read_for(each, vocabulary)

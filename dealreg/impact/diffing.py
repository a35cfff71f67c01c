"""What a change of policy would have done to a history."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from dealreg.deciders.deciding import Externals
from dealreg.deciders.lowering import Rest
from dealreg.errors import UsageError, shown, suggestion
from dealreg.facts.histories import History
from dealreg.facts.instants import instant
from dealreg.impact.benefits import Benefit
from dealreg.impact.editions import (
    Rules,
    benefits_of,
    edition_refs,
    governing,
    last_of,
    versions_of,
)
from dealreg.impact.past import Found, Past, Progress, frames, given_rules
from dealreg.impact.replays import replayed_of
from dealreg.impact.tables import table_of
from dealreg.outcome.impact import (
    Absent,
    DeadlockShift,
    Handover,
    Impact,
)
from dealreg.outcome.references import reference_of
from dealreg.policy.policies import PolicyBook

__all__ = ["compared", "diff", "past_of"]

_NAMED: Final = 20
"""How many registrations are named for whom a deadlock is created."""


def diff(
    old: Rules,
    new: Rules,
    history: Any,
    *,
    at: datetime | str | None = None,
    in_turn: str | None = None,
    by: Sequence[str] | None = None,
    most: int = 100,
    handovers: int = 20,
    unknown: Iterable[str] = (),
    rest: Rest | str = Rest.COMPILED,
    externals: Externals | None = None,
    progress: Progress | None = None,
) -> Impact:
    """What a policy in place of another would have done to a history.

    Of a policy book, each registration is decided by the edition that governs it; `amended` makes
    the book in which a policy takes effect on some day.

    Args:
        old: today's rules, a policy or a policy book.
        new: the proposed ones, likewise.
        history: a table of registrations as `columnar` takes it, or the path of a Parquet file or
            of a folder of them; or a `History` of events, which is replayed.
        at: for a table, the instant as of which it is decided; for events, the last instant that
            counts, the last event if not given.
        in_turn: for a table, the one benefit that is decided as registrations came, from period to
            period; if not given, every conflict is decided once, as of `at`.
        by: the properties by which gains and losses are told; partner, tier, region, product and
            month if not given, as far as there are columns for them.
        most: how many values of a property are told apart; those that move least are put together.
        handovers: how many conflicts are named, those worth most.
        unknown: fields that are not known of anybody, and have no column.
        rest: what becomes of rules that cannot be decided in columns, as in `columnar`.
        externals: for events, answers to the external questions of the rules.
        progress: called with a `Step` now and then.

    Raises:
        FactsErrors: the table lacks a column that a policy reads.
        MissingExtraError: polars, narwhals or pyarrow is not installed.
        PolicyErrors: a policy is not sound, or cannot be decided as asked for.
        UnreadableError: a file cannot be read.
        UsageError: the history is none, or an argument does not fit it.

    >>> from datetime import UTC
    >>> import polars as pl
    >>> from dealreg import Policy, contest, earliest, latest
    >>> def rules(order):
    ...     return Policy(programme="Example", contests=[contest("protection", order)])
    >>> table = pl.DataFrame({
    ...     "registration_id": ["R1", "R2"], "partner_id": ["Arbor", "Birch"],
    ...     "opportunity_id": ["O1", "O1"],
    ...     "submitted_at": [datetime(2026, 3, day, tzinfo=UTC) for day in (1, 2)]})
    >>> found = diff(rules(earliest("submitted_at")), rules(latest("submitted_at")), table,
    ...     at="2026-04-01T00:00Z")
    >>> [(each.kind.value, each.conflicts) for each in found.moved]
    [('changes_hands', 1)]
    >>> [(each.value, each.gained, each.lost) for each in found.by("protection", "partner_id")]
    [('Arbor', 0, 1), ('Birch', 1, 0)]
    """
    old, new = given_rules(old, "old"), given_rules(new, "new")
    past = past_of(
        history,
        (old, new),
        at=at,
        in_turn=in_turn,
        by=by,
        unknown=unknown,
        rest=rest,
        externals=externals,
    )
    names, absent = past.properties(by)
    before = past.found(old, "today's rules", progress)
    after = past.found(new, "the new rules", progress)
    return compared(
        past, (old, before), (new, after), names, most=most, handovers=handovers, absent=absent
    )


def compared(
    past: Past,
    old: tuple[Rules, Found],
    new: tuple[Rules, Found],
    by: Sequence[str],
    *,
    most: int,
    handovers: int,
    absent: Sequence[Absent] = (),
) -> Impact:
    """What two policies made of a history, held against each other."""
    (today, before), (proposed, after) = old, new
    only = getattr(past, "benefit", None)
    versions = [each for rules in (today, proposed) for each in governing(rules, past)]
    parts = [
        Benefit(benefit, versions, past, before, after)
        for benefit in ((only,) if only is not None else benefits_of(versions))
    ]
    named = _worth_most([one for each in parts for one in each.handovers(handovers)])
    return Impact(
        old=reference_of(last_of(today)),
        new=reference_of(last_of(proposed)),
        old_editions=edition_refs(today),
        new_editions=edition_refs(proposed),
        reading=past.reading,
        at=past.at,
        registrations=len(past.registrations),
        rejected=max(before.rejected, after.rejected),
        held=[each.held() for each in parts],
        moved=[one for each in parts for one in each.moved()],
        shifts=[one for each in parts for name in by for one in each.shifts(name, most)],
        deadlocks=_deadlocks(before, after),
        handovers=named[:handovers],
        absent=tuple(dict.fromkeys((*absent, *before.absent, *after.absent, *_money(past)))),
    )


def past_of(
    history: Any,
    rules: Sequence[Rules],
    *,
    at: datetime | str | None,
    in_turn: str | None,
    by: Sequence[str] | None,
    unknown: Iterable[str],
    rest: Rest | str,
    externals: Externals | None,
) -> Past:
    """A history of any kind, to be asked about.

    Raises:
        MissingExtraError, UnreadableError, UsageError: as `diff`.
    """
    when = None if at is None else instant(at)
    if in_turn is not None:
        _in_turn(in_turn, rules)
    if isinstance(history, History):
        if in_turn is not None:
            raise UsageError(
                "events are replayed, and not decided in turn",
                place="in_turn",
                value=in_turn,
                hint="leave out `in_turn`: a replay knows who held what from when until when",
            )
        frames()
        return replayed_of(history, until=when, externals=externals)
    if when is None:
        raise UsageError(
            "it is not said as of when the table is decided",
            place="at",
            hint='pass at= with an instant and its zone, as in at="2026-03-01T09:00Z"',
        )
    return table_of(
        history,
        [policy for each in rules for policy in versions_of(each, when)],
        at=when,
        in_turn=in_turn,
        by=by,
        unknown=unknown,
        rest=Rest(rest),
    )


def _in_turn(benefit: str, rules: Sequence[Rules]) -> None:
    for policy in rules:
        if isinstance(policy, PolicyBook):
            raise UsageError(
                "a policy book is not decided in turn",
                place="in_turn",
                value=benefit,
                hint="replay events, or name one edition of the book",
            )
        known = [one.benefit for one in policy.contests]
        if benefit not in known:
            raise UsageError(
                f"version {shown(policy.version)} of the policy has no benefit {shown(benefit)}",
                place="in_turn",
                value=benefit,
                hint=suggestion(benefit, known) or f"it has {', '.join(known)}",
            )


def _money(past: Past) -> tuple[Absent, ...]:
    if past.registrations["amount"].is_null().all():
        return (Absent(measure="worth", because="no registration states an amount"),)
    return ()


def _deadlocks(before: Found, after: Found) -> tuple[DeadlockShift, ...]:
    if before.blocked is None or after.blocked is None:
        return ()
    old, new = set(before.blocked.iter_rows()), set(after.blocked.iter_rows())
    made = []
    for benefit in sorted({name for _, name in old | new}):
        was = {each for each, name in old if name == benefit}
        now = {each for each, name in new if name == benefit}
        made.append(
            DeadlockShift(
                benefit=benefit,
                old=len(was),
                new=len(now),
                removed=len(was - now),
                created=len(now - was),
                created_for=sorted(now - was)[:_NAMED],
            )
        )
    return tuple(made)


def _worth_most(found: list[Handover]) -> list[Handover]:
    def order(each: Handover) -> tuple[Any, ...]:
        amount = None if each.worth is None else each.worth.amount
        return amount is None, -(amount or 0), each.benefit, each.conflict

    return sorted(found, key=order)

"""One constant of a policy set to several values, and what each would have done to a history."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from dealreg.deciders.deciding import Externals
from dealreg.deciders.lowering import Rest
from dealreg.errors import UsageError
from dealreg.impact.diffing import compared, past_of
from dealreg.impact.editions import Rules, edition_refs, last_of
from dealreg.impact.parameters import knob
from dealreg.impact.past import Progress, given_rules
from dealreg.outcome.impact_series import Sweep, SweepPoint
from dealreg.outcome.references import reference_of

__all__ = ["sweep"]


def sweep(
    policy: Rules,
    parameter: str,
    values: Iterable[Any],
    history: Any,
    *,
    at: datetime | str | None = None,
    in_turn: str | None = None,
    unknown: Iterable[str] = (),
    rest: Rest | str = Rest.COMPILED,
    externals: Externals | None = None,
    progress: Progress | None = None,
) -> Sweep:
    """What several values of a constant would have done to a history, each against today's.

    Args:
        policy: today's rules, a policy or a policy book.
        parameter: where the constant is, as `dealreg.impact.parameters` lists it, such as
            `contests[protection].period`; of a book, such as
            `editions[2027].contests[protection].period`, or `editions[2027].effective_from`.
        values: the values, or their texts; a bare number is taken in today's unit or currency.
        history: a table, the path of Parquet files, or events, as `diff` takes them.
        at: as `diff` takes it.
        in_turn: the one benefit of a table that is decided as registrations came.
        unknown: fields that are not known of anybody, and have no column.
        rest: what becomes of rules that cannot be decided in columns.
        externals: for events, answers to the external questions of the rules.
        progress: called with a `Step` now and then.

    Raises:
        UsageError: there is no such constant, a value is of another kind, or there is none.
        FactsErrors, MissingExtraError, PolicyErrors, UnreadableError: as `diff`.

    >>> from datetime import UTC
    >>> import polars as pl
    >>> from dealreg import Policy, contest, earliest, highest, within
    >>> policy = Policy(programme="Example", tiers=["silver", "gold"], contests=[
    ...     contest("protection", within("7 days"), highest("tier").then(earliest("submitted_at")))
    ... ])
    >>> table = pl.DataFrame({
    ...     "registration_id": ["R1", "R2"], "partner_id": ["Arbor", "Birch"],
    ...     "opportunity_id": ["O1", "O1"], "tier": ["silver", "gold"],
    ...     "submitted_at": [datetime(2026, 3, day, tzinfo=UTC) for day in (1, 11)]})
    >>> found = sweep(policy, "contests[protection].window", ["0 days", "14 days"], table,
    ...     at="2026-04-01T00:00Z")
    >>> [(each.value, [one.kind.value for one in each.impact.moved]) for each in found.points]
    [('0 days', []), ('14 days', ['changes_hands'])]
    """
    policy = given_rules(policy, "policy")
    turned = knob(policy, parameter)
    given = list(values)
    if not given:
        raise UsageError("there are no values to set it to", place="values", value=parameter)
    texts, policies = [], []
    for each in given:
        made = turned.put(turned.value(each))
        policies.append(made)
        texts.append(knob(made, parameter).parameter.value)
    past = past_of(
        history,
        (policy, *policies),
        at=at,
        in_turn=in_turn,
        by=(),
        unknown=unknown,
        rest=rest,
        externals=externals,
    )
    before = past.found(policy, "today's rules", progress)
    points = []
    for text, changed in zip(texts, policies, strict=True):
        after = past.found(changed, text, progress)
        found = compared(past, (policy, before), (changed, after), (), most=0, handovers=0)
        points.append(SweepPoint(value=text, impact=found))
    return Sweep(
        policy=reference_of(last_of(policy)),
        editions=edition_refs(policy),
        parameter=turned.parameter,
        points=points,
    )

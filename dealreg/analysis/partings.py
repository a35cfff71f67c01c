"""Where the decisions of one case by two policies part, and in which way."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import attrs

from dealreg.analysis.scenes import named
from dealreg.deciders.reference.run import Run
from dealreg.outcome.comparison import ChangeKind
from dealreg.outcome.decision import Standing, StandingKind

__all__ = ["Parting", "comes_to", "partings"]

_Got = tuple[StandingKind, str | None, int | None, Any]


def comes_to(standing: Standing) -> _Got:
    """What a standing comes to, without the reasons."""
    kind = standing.kind
    place = standing.place if kind in (StandingKind.GRANTED, StandingKind.WAITING) else None
    return (kind, standing.line, place, standing.entitlement)


_NOTHING: Final[tuple[_Got, ...]] = ((StandingKind.DENIED, None, None, None),)


@attrs.frozen(eq=False)
class Parting:
    """Where and how the decisions of one case differ for one benefit."""

    benefit: str
    kind: ChangeKind
    stage: str
    clause: str
    side: str
    places: tuple[int, ...]

    @property
    def group(self) -> tuple[str, ...]:
        """What differences are grouped by."""
        return (self.benefit, self.kind.value, self.stage, self.clause)


def partings(
    before: Run, after: Run, number: int, size: int, benefits: Sequence[str]
) -> Iterator[Parting]:
    """The benefits for which two decisions of one case differ, and how."""
    if after is before:
        return
    for benefit in benefits:
        rows = []
        for place in range(1, size + 1):
            key = named(number, place)
            mine, theirs = before.standings_of(benefit, key), after.standings_of(benefit, key)
            both = tuple(map(comes_to, mine)) or _NOTHING, tuple(map(comes_to, theirs)) or _NOTHING
            rows.append((place, mine, theirs, both))
        different = [row for row in rows if row[3][0] != row[3][1]]
        if different:
            stage, clause, side = _where(benefit, different)
            places = tuple(row[0] for row in different)
            kind = _kind([row[3] for row in different])
            yield Parting(benefit, kind, stage, clause, side, places)


def _kind(rows: Sequence[tuple[tuple[_Got, ...], tuple[_Got, ...]]]) -> ChangeKind:
    lost = [row for row in rows if _has(row[0]) and not _has(row[1])]
    gained = [row for row in rows if _has(row[1]) and not _has(row[0])]
    if lost and gained:
        return ChangeKind.CHANGES_HANDS
    kinds = [{each[0] for each in side} for row in rows for side in row]
    before, after = set().union(*kinds[::2]), set().union(*kinds[1::2])
    if StandingKind.REFERRED in after - before:
        return ChangeKind.TO_A_PERSON
    if StandingKind.REFERRED in before - after:
        return ChangeKind.FROM_A_PERSON
    if lost or gained:
        return ChangeKind.LOST if lost else ChangeKind.GAINED
    if StandingKind.RETURNED in before ^ after:
        return ChangeKind.RETURNED
    return ChangeKind.QUEUE if StandingKind.WAITING in before | after else ChangeKind.TERMS


def _has(got: tuple[_Got, ...]) -> bool:
    return any(each[0] is StandingKind.GRANTED for each in got)


_STAGES: Final = (
    "status",
    "editions",
    "scope",
    "period",
    "milestones",
    "requires",
    "after",
    "overrides",
    "window",
    "one_per",
    "prefer",
    "capacity",
    "joint",
    "tie",
    "final_from",
    "others",
    "gives",
)
"""The stages, in the order in which they are decided."""


def _where(benefit: str, rows: Sequence[tuple[Any, ...]]) -> tuple[str, str, str]:
    """The first stage that decided otherwise for somebody: the stage, its clause, and whose."""
    whole = f"contests[{benefit}]"
    clauses = [
        (each.clause, side)
        for _, mine, theirs, _ in rows
        for side, standings in (("old", mine), ("new", theirs))
        for each in standings
        if each.clause != whole
    ]
    placed = [
        (_STAGES.index(stage), clause, side)
        for clause, side in clauses
        if (stage := clause.removeprefix(f"{whole}.").partition("[")[0]) in _STAGES
    ]
    if not placed:
        return "gives", f"{whole}.gives", "new"
    at, clause, side = min(placed, key=lambda each: (each[0], each[2] != "old", each[1]))
    return _STAGES[at], clause, side

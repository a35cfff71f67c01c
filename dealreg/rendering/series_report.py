"""The reports of a parameter that was swept, and of policies side by side."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Final

from dealreg.errors import UsageError, shown
from dealreg.outcome.comparison import ChangeKind
from dealreg.outcome.impact import Impact
from dealreg.outcome.impact_series import Score, Sweep, Tournament
from dealreg.rendering.document import Block, Document, Heading, Paragraph, Table
from dealreg.rendering.impact_report import PageForm, absences, as_page, worth
from dealreg.rendering.words import capital, count, label, number, told

__all__ = ["report_sweep", "report_tournament", "sweep_rows", "tournament_rows"]

_COLUMNS: Final = (
    *("held", "conflicts", "held_conflicts", "share_held", "contested", "conflict_rate"),
    *("referred", "blocked", "concentration", "most_at_once", "most_at_once_by"),
    *("ended", "lapsed", "lapse_rate", "days_to_award"),
)
_KINDS: Final = (ChangeKind.GAINED, ChangeKind.LOST, ChangeKind.CHANGES_HANDS)


def report_sweep(sweep: Sweep, *, form: PageForm = "text") -> str:
    """The report of a parameter that was swept: for each benefit a line for each value.

    Args:
        sweep: what `dealreg.impact.sweep` found.
        form: plain text of about a hundred columns, Markdown, or one page of HTML.

    Raises:
        UsageError: for something that is no sweep, or another form.
    """
    if not isinstance(sweep, Sweep):
        raise UsageError(f"{shown(sweep)} is not a sweep of a parameter", value=sweep)
    return as_page(Document(tuple(_swept(sweep))), form)


def report_tournament(tournament: Tournament, *, form: PageForm = "text") -> str:
    """The report of policies side by side: for each benefit a column for each policy.

    Args:
        tournament: what `dealreg.impact.tournament` found.
        form: plain text of about a hundred columns, Markdown, or one page of HTML.

    Raises:
        UsageError: for something that is no tournament, or another form.
    """
    if not isinstance(tournament, Tournament):
        raise UsageError(f"{shown(tournament)} is not a tournament", value=tournament)
    return as_page(Document(tuple(_side_by_side(tournament))), form)


def sweep_rows(sweep: Sweep) -> list[dict[str, object]]:
    """A sweep as plain rows, one for each value and benefit, which every dataframe takes."""
    rows: list[dict[str, object]] = []
    for point in sweep.points:
        found = point.impact
        dead = {each.benefit: each.new for each in found.deadlocks}
        for held in found.held:
            kinds = (*_KINDS, ChangeKind.TERMS)
            moved = {kind.value: _moved(found, held.benefit, kind) for kind in kinds}
            rows.append(
                {
                    "parameter": sweep.parameter.place,
                    "value": point.value,
                    "benefit": held.benefit,
                    "held": held.new,
                    "worth": "; ".join(f"{m.amount:f} {m.currency}" for m in held.new_worth),
                    "conflicts": held.new_conflicts,
                    **moved,
                    "referred": held.new_referred,
                    "blocked": dead.get(held.benefit, 0) if found.deadlocks_known else None,
                }
            )
    return rows


def tournament_rows(tournament: Tournament) -> list[dict[str, object]]:
    """A tournament as plain rows, one for each policy and benefit; fractions are texts."""
    rows: list[dict[str, object]] = []
    for entrant in tournament.entrants:
        for score in entrant.scores:
            row: dict[str, object] = {"policy": entrant.name, "benefit": score.benefit}
            for name in _COLUMNS:
                value = getattr(score, name)
                row[name] = str(value) if isinstance(value, Fraction) else value
            row["worth"] = "; ".join(f"{m.amount:f} {m.currency}" for m in score.worth)
            row["wins"] = "; ".join(
                f"{win.by} {win.value or 'not known'}: {win.held}/{win.of}" for win in score.wins
            )
            rows.append(row)
    return rows


def _moved(found: Impact, benefit: str, kind: ChangeKind) -> int:
    return sum(e.conflicts for e in found.moved if (e.benefit, e.kind) == (benefit, kind))


def _swept(sweep: Sweep) -> Iterator[Block]:
    policy, parameter = sweep.policy, sweep.parameter
    yield Heading(1, f"{told(policy.programme)}: {told(parameter.place)}")
    first = sweep.points[0].impact
    yield Paragraph(
        f"Version {told(policy.version)} has {told(parameter.value)} there today. Each value was "
        f"tried in its place on {count(first.registrations, 'registration')}, and compared with "
        "today's."
    )
    for held in first.held:
        yield Heading(2, capital(label(held.benefit)))
        columns = ["Value", "Holders", "Worth", "Gained", "Lost", "Changes hands", "To a person"]
        otherwise = any(_moved(e.impact, held.benefit, ChangeKind.TERMS) for e in sweep.points)
        columns += ["Deadlocked", *(["Other terms"] if otherwise else [])]
        yield Table(tuple(columns), [each[: len(columns)] for each in _points(sweep, held.benefit)])
    yield from absences(first.absent)


def _points(sweep: Sweep, benefit: str) -> Iterator[tuple[str, ...]]:
    today = sweep.parameter.value
    for point in sweep.points:
        found = point.impact
        held = next(each for each in found.held if each.benefit == benefit)
        dead = sum(each.new for each in found.deadlocks if each.benefit == benefit)
        yield (
            f"{told(point.value)} (today)" if point.value == today else told(point.value),
            number(held.new),
            worth(held.new_worth),
            *(number(_moved(found, benefit, kind)) for kind in _KINDS),
            number(held.new_referred),
            number(dead) if found.deadlocks_known else "not known",
            number(_moved(found, benefit, ChangeKind.TERMS)),
        )


def _part(value: Fraction | None) -> str:
    """A part of a whole in percent, to a tenth."""
    if value is None:
        return ""
    tenths = round(value * 1000)
    return f"{tenths // 10}.{tenths % 10} %"


def _index(value: Fraction | None) -> str:
    return "" if value is None else f"{round(value * 1000) / 1000:.3f}"


def _days(value: Fraction | None) -> str:
    return "" if value is None else f"{round(value * 10) / 10:.1f}"


def _some(value: int | None) -> str:
    return "" if value is None else number(value)


_MEASURES: Final[dict[str, Callable[[Score], str]]] = {
    "held": lambda score: number(score.held),
    "worth": lambda score: worth(score.worth),
    "share_held": lambda score: _part(score.share_held),
    "conflict_rate": lambda score: _part(score.conflict_rate),
    "referred": lambda score: number(score.referred),
    "deadlocked": lambda score: _some(score.blocked),
    "concentration": lambda score: _index(score.concentration),
    "most_at_once": lambda score: number(score.most_at_once),
    "most_at_once_by": lambda score: told(score.most_at_once_by or ""),
    "lapse_rate": lambda score: _part(score.lapse_rate),
    "days_to_award": lambda score: _days(score.days_to_award),
}
_WORDS: Final = {
    "held": "Registrations that hold it",
    "worth": "Their worth",
    "share_held": "Opportunities with a holder",
    "conflict_rate": "Opportunities of several partners",
    "referred": "Left to a person",
    "deadlocked": "Kept from it by a deadlock",
    "concentration": "Concentration, 1 for one partner",
    "most_at_once": "The most one partner holds at once",
    "most_at_once_by": "That partner",
    "lapse_rate": "Periods that ran out",
    "days_to_award": "Days from submission to award, median",
}


def _side_by_side(tournament: Tournament) -> Iterator[Block]:
    yield Heading(1, "Policies side by side")
    yield Paragraph(f"{capital(count(tournament.registrations, 'registration'))}.")
    benefits = dict.fromkeys(s.benefit for e in tournament.entrants for s in e.scores)
    for benefit in benefits:
        yield Heading(2, capital(label(benefit)))
        of = [
            (told(each.name), score)
            for each in tournament.entrants
            for score in each.scores
            if score.benefit == benefit
        ]
        yield Table(("Measure", *(name for name, _ in of)), list(_lines([s for _, s in of])))
    yield from absences(tournament.absent)


def _lines(scores: list[Score]) -> Iterator[tuple[str, ...]]:
    for name, measure in _MEASURES.items():
        cells = [measure(each) for each in scores]
        if any(cells):
            yield (_WORDS[name], *cells)
    wins = [{(w.by, w.value): w for w in each.wins} for each in scores]
    for by, value in dict.fromkeys(key for each in wins for key in each):
        cells = []
        for each in wins:
            win = each.get((by, value))
            cells.append("" if win is None else f"{number(win.held)} of {number(win.of)}")
        yield (f"Won by {told(value or 'not known')} ({by})", *cells)

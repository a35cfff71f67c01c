"""How to say it: policies in plain English, decisions explained to each kind of reader."""

from dealreg.rendering.axiom_report import report_axioms
from dealreg.rendering.case_report import report_case, report_cases
from dealreg.rendering.comparison_report import report_comparison
from dealreg.rendering.deadlock_report import report_deadlocks
from dealreg.rendering.describe import describe
from dealreg.rendering.dispute_report import report_disputes
from dealreg.rendering.document import (
    Block,
    Bullets,
    Document,
    Heading,
    Item,
    Paragraph,
    Table,
)
from dealreg.rendering.explain import explain
from dealreg.rendering.gaming_report import report_gaming
from dealreg.rendering.impact_report import report_impact
from dealreg.rendering.lint_report import report_lint
from dealreg.rendering.plots import plot
from dealreg.rendering.series_report import (
    report_sweep,
    report_tournament,
    sweep_rows,
    tournament_rows,
)
from dealreg.rendering.story import tell_story
from dealreg.rendering.table_rows import to_rows
from dealreg.rendering.winning_report import report_what_would_win

__all__ = [
    "Block",
    "Bullets",
    "Document",
    "Heading",
    "Item",
    "Paragraph",
    "Table",
    "describe",
    "explain",
    "plot",
    "report_axioms",
    "report_case",
    "report_cases",
    "report_comparison",
    "report_deadlocks",
    "report_disputes",
    "report_gaming",
    "report_impact",
    "report_lint",
    "report_sweep",
    "report_tournament",
    "report_what_would_win",
    "sweep_rows",
    "tell_story",
    "to_rows",
    "tournament_rows",
]

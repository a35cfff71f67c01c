"""cel-expr-python: the requirements as one expression, asked of each registration."""

from collections.abc import Callable
from typing import Any

from cel_expr_python import cel
from scenario import AT

from peers import Answer, Peer, Row, flat
from peers.staged import contest

REQUIREMENTS = f"""
r.submitted > {int(AT.timestamp())} ? 'barred NOT_YET_SUBMITTED'
: !(r.status in ['submitted', 'under_review', 'approved', 'converted']) ? 'barred ' + r.status
: r.tier == 'bronze' ? 'denied TIER_TOO_LOW'
: r.amount != null && r.currency == 'EUR' && r.amount < 10000 ? 'denied TOO_SMALL'
: r.kind != null && r.kind != 'net_new' ? 'denied NOT_NEW'
: r.evidence != null && !('meeting' in r.evidence) ? 'denied NO_EVIDENCE'
: r.tier == null ? 'returned TIER_TOO_LOW'
: r.amount == null || r.currency != 'EUR' ? 'returned TOO_SMALL'
: r.kind == null ? 'returned NOT_NEW'
: r.evidence == null ? 'returned NO_EVIDENCE' : ''
"""


def form(registrations: Any, partners: Any) -> list[Row]:
    """The rows; a status in capitals, since the language has no function for that."""
    rows = flat(registrations, partners)
    return [
        {**row, "status": row["status"] if row["status"] in _LIVE else row["status"].upper()}
        for row in rows
    ]


_LIVE = ("submitted", "under_review", "approved", "converted")


def _ready() -> Callable[[list[Row]], Answer]:
    asked = cel.NewEnv(variables={"r": cel.Type.DYN}).compile(REQUIREMENTS).eval
    return lambda rows: contest(rows, [asked(data={"r": row}).value() for row in rows])


def peer() -> Peer:
    """The runtime in C++."""
    return Peer(
        name="cel-expr-python (C++)",
        form=form,
        ready=_ready,
        explains=True,
        misses="no order, no least but by comparing all pairs: asked for requirements only",
    )

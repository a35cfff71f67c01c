"""rule-engine: the requirements as one rule, asked of each registration."""

from collections.abc import Callable

import rule_engine
from scenario import AT

from peers import Answer, Peer, Row, flat
from peers.staged import contest

_REQUIREMENTS = f"""
submitted > {int(AT.timestamp())} ? 'barred NOT_YET_SUBMITTED'
: not (status in ['submitted', 'under_review', 'approved', 'converted'])
    ? 'barred ' + status.as_upper
: tier == 'bronze' ? 'denied TIER_TOO_LOW'
: amount != null and currency == 'EUR' and amount < 10000 ? 'denied TOO_SMALL'
: kind != null and kind != 'net_new' ? 'denied NOT_NEW'
: evidence != null and not ('meeting' in evidence) ? 'denied NO_EVIDENCE'
: tier == null ? 'returned TIER_TOO_LOW'
: amount == null or currency != 'EUR' ? 'returned TOO_SMALL'
: kind == null ? 'returned NOT_NEW'
: evidence == null ? 'returned NO_EVIDENCE' : ''
"""


def _ready() -> Callable[[list[Row]], Answer]:
    context = rule_engine.Context(resolver=rule_engine.resolve_item)
    asked = rule_engine.Rule(_REQUIREMENTS, context=context).evaluate
    return lambda rows: contest(rows, [asked(row) for row in rows])


def peer() -> Peer:
    """Pure Python."""
    return Peer(
        name="rule-engine",
        form=flat,
        ready=_ready,
        explains=True,
        misses="no order: asked for requirements only",
    )

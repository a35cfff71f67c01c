"""common-expression-language: the same expression, in the runtime in Rust."""

from collections.abc import Callable

import cel

from peers import Answer, Peer, Row
from peers.cel_cpp import REQUIREMENTS, form
from peers.staged import contest


def _ready() -> Callable[[list[Row]], Answer]:
    asked = cel.compile(REQUIREMENTS).execute
    return lambda rows: contest(rows, [asked({"r": row}) for row in rows])


def peer() -> Peer:
    """The runtime in Rust."""
    return Peer(
        name="common-expression-language (Rust)",
        form=form,
        ready=_ready,
        explains=True,
        misses="no order, no least but by comparing all pairs: asked for requirements only",
    )

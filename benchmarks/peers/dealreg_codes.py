"""This library: the compiled decider, asked for codes."""

from typing import Any

from scenario import AT, POLICY

from dealreg.deciders.compiling import compile_anew
from peers import Answer, Peer


def _ready() -> Any:
    ready = compile_anew(POLICY)
    ready.outright  # noqa: B018 - asked for, it is written
    return lambda given: ready.codes(given[0], at=AT, partners=given[1])


def _in_words(found: dict[str, list[Any]]) -> Answer:
    protection, special = (
        [(kind.value, code) for kind, code in found[benefit]]
        for benefit in ("protection", "special_bid")
    )
    return protection, special


def peer() -> Peer:
    """The compiled decider that only says who gets what, and the code."""
    return Peer(
        name="dealreg, compiled, codes",
        form=lambda registrations, partners: (registrations, partners),
        ready=_ready,
        read=_in_words,
    )

"""This library: the compiled decider, asked for outcomes."""

from typing import Any

from scenario import AT, POLICY

from dealreg.deciders.compiling import compile_anew
from peers import Answer, Peer


def _ready() -> Any:
    ready = compile_anew(POLICY)
    ready.outright  # noqa: B018 - asked for, it is written
    return lambda given: ready.outcomes(given[0], at=AT, partners=given[1])


def shortened(found: dict[str, list[Any]]) -> Answer:
    """The outcomes in the words of `by_hand`: kind, code, rival, number of the preference."""
    protection, special = (
        [
            (o[0].value, o[1], o[3], o[7][0] if o[7] is not None and o[7][0] >= 0 else None)
            for o in found[benefit]
        ]
        for benefit in ("protection", "special_bid")
    )
    return protection, special


def peer() -> Peer:
    """The compiled decider, whose outcomes are explained."""
    return Peer(
        name="dealreg, compiled, outcomes",
        form=lambda registrations, partners: (registrations, partners),
        ready=_ready,
        explains=True,
        read=shortened,
    )

"""The same policy in other hands: one module for each engine that a user would think of.

Each module has a `peer` function that gives a `Peer`: how a conflict is put into the form that the
engine likes best, which is not timed, and how the engine is made ready, which is timed as its
compile time and gives the function that decides. An answer is the pair of lists of `scenario`:
one for protection and one for the special bid, in the order of the registrations, each item
(kind, code), or (kind, code, rival, number of the preference) where the peer explains.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from dealreg import Partner, Registration

__all__ = ["NAMES", "Answer", "Peer", "Row", "flat", "peer"]

Answer = tuple[list[Any], list[Any]]
Row = dict[str, Any]

NAMES = (
    "by_hand_outcome",
    "by_hand",
    "dealreg_codes",
    "dealreg_compiled",
    "zen_expression",
    "zen_graph",
    "cel_cpp",
    "cel_rust",
    "rule_engine_rules",
    "sqlite",
    "drools",
    "durable",
    "openfisca",
    "clingo_asp",
)


@dataclass(frozen=True)
class Peer:
    """An engine, and how it is asked."""

    name: str
    form: Callable[[Sequence[Registration], Mapping[str, Partner]], Any]
    ready: Callable[[], Callable[[Any], Answer]]
    read: Callable[[Any], Answer] = lambda answer: answer
    """What it says in the words of an answer; not timed."""
    explains: bool = False
    misses: str = ""
    most: int | None = None
    """The largest conflict it is asked for; None for no limit."""
    clock: Callable[[Callable[[], Any]], float] | None = None
    """How it is timed, in microseconds of CPU time, where it runs in another process."""


def peer(name: str) -> Peer:
    """The peer of that name. Importing its engine is what an `ImportError` here is about."""
    found: Peer = import_module(f"peers.{name}").peer()
    return found


def flat(registrations: Sequence[Registration], partners: Mapping[str, Partner]) -> list[Row]:
    """Registrations as plain mappings: the form that most engines take."""
    rows = []
    for number, each in enumerate(registrations):
        partner = partners.get(each.partner_id)
        rows.append(
            {
                "place": number,
                "id": each.registration_id,
                "status": each.status.value,
                "submitted": int(each.submitted_at.timestamp()),
                "tier": None if partner is None else partner.tier,
                "amount": None if each.amount is None else int(each.amount.amount),
                "currency": None if each.amount is None else each.amount.currency,
                "kind": each.opportunity_type,
                "evidence": None if each.evidence is None else list(each.evidence),
                "score": None if each.score is None else int(each.score),
            }
        )
    return rows

"""durable_rules: the requirements as rules, to which each registration is posted as an event."""

from collections.abc import Callable
from typing import Any

from durable import lang
from scenario import AT

from peers import Answer, Peer, Row, flat
from peers.staged import contest

_CODES = (
    "barred NOT_YET_SUBMITTED",
    "barred",
    "denied TIER_TOO_LOW",
    "denied TOO_SMALL",
    "denied NOT_NEW",
    "denied NO_EVIDENCE",
    "returned TIER_TOO_LOW",
    "returned TOO_SMALL",
    "returned NOT_NEW",
    "returned NO_EVIDENCE",
    "",
)


def _conditions() -> list[Any]:
    """What each code is said of; an event goes to the first rule that it fits."""
    m = lang.m
    return [
        m.submitted > int(AT.timestamp()),
        (m.status != "submitted")
        & (m.status != "under_review")
        & (m.status != "approved")
        & (m.status != "converted"),
        m.tier == "bronze",
        (m.currency == "EUR") & (m.amount < 10000),  # noqa: PLR2004
        (m.kind != "?") & (m.kind != "net_new"),
        m.meeting == "no",
        m.tier == "?",
        m.currency != "EUR",
        m.kind == "?",
        m.meeting == "?",
        m.submitted > 0,
    ]


def _form(registrations: Any, partners: Any) -> tuple[list[Row], list[Row]]:
    """An event cannot hold nothing, and a list cannot be asked: both become words."""
    rows = flat(registrations, partners)
    return rows, [
        {
            "place": row["place"],
            "status": row["status"],
            "submitted": row["submitted"],
            "tier": row["tier"] or "?",
            "amount": row["amount"] or 0,
            "currency": row["currency"] or "?",
            "kind": row["kind"] or "?",
            "meeting": _meeting(row["evidence"]),
        }
        for row in rows
    ]


def _meeting(evidence: list[str] | None) -> str:
    if evidence is None:
        return "?"
    return "yes" if "meeting" in evidence else "no"


def _ready() -> Callable[[tuple[list[Row], list[Row]]], Answer]:
    said: dict[int, str] = {}
    with lang.ruleset("deal"):
        for number, condition in enumerate(_conditions()):
            lang.when_all(lang.pri(number), condition)(_action(said, _CODES[number]))

    def decide(given: tuple[list[Row], list[Row]]) -> Answer:
        rows, events = given
        for event in events:
            lang.post("deal", {**event})
        return contest(rows, [said[row["place"]] for row in rows])

    return decide


def _action(said: dict[int, str], code: str) -> Callable[[Any], None]:
    def told(c: Any) -> None:
        said[c.m.place] = code if code != "barred" else f"barred {c.m.status.upper()}"

    return told


def peer() -> Peer:
    """The rules; who is first, the window and the order are Python."""
    return Peer(
        name="durable_rules",
        form=_form,
        ready=_ready,
        explains=True,
        misses="facts that are missing, order: asked for requirements only",
    )

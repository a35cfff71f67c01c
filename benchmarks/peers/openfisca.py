"""OpenFisca: the whole policy as formulas over registrations and their deal."""

from collections.abc import Callable
from typing import Any

import numpy as np
from openfisca_core.entities import Entity, GroupEntity
from openfisca_core.periods import DateUnit
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable
from scenario import AT

from peers import Answer, Peer, flat

_REGISTRATION = Entity("registration", "registrations", "A registration", "")
_DEAL = GroupEntity("deal", "deals", "A deal", "", roles=[{"key": "member", "plural": "members"}])
_RANK = {None: -1, "bronze": 0, "silver": 1, "gold": 2, "platinum": 3}
_CODES = ("TIER_TOO_LOW", "TOO_SMALL", "NOT_NEW", "NO_EVIDENCE")
_LIVE = ("submitted", "under_review", "approved", "converted")
_NEVER = 2**31 - 1
_WEEK = 7 * 24 * 3600
_GOLD, _LEAST = 2, 10_000
_EARLY = int(AT.timestamp())

# A judgment is 0 for eligible, 1 or 2 for barred, then 10 and on for a failed requirement and 20
# and on for one that cannot be judged. Formulas may not hold text.
_BARRED_EARLY, _BARRED, _FAILED, _UNCLEAR = 1, 2, 10, 20


def _variable(name: str, entity: Any, formula: Callable[..., Any] | None = None) -> type[Variable]:
    body = {"value_type": int, "entity": entity, "definition_period": DateUnit.MONTH}
    return type(name, (Variable,), body if formula is None else {**body, "formula": formula})


def _judgment(registration: Any, period: Any) -> Any:
    rank, amount = registration("rank", period), registration("amount", period)
    new, shown = registration("new", period), registration("shown", period)
    unclear = [rank < 0, amount < 0, new < 0, shown < 0]
    failed = [rank == 0, (amount >= 0) & (amount < _LEAST), new == 0, shown == 0]
    barred = [registration("submitted", period) > _EARLY, registration("live", period) == 0]
    return np.select(
        [*barred, *failed, *unclear],
        [_BARRED_EARLY, _BARRED, *range(_FAILED, _FAILED + 4), *range(_UNCLEAR, _UNCLEAR + 4)],
        0,
    )


def _first(deal: Any, period: Any) -> Any:
    able = deal.members("judgment", period) == 0
    return deal.min(np.where(able, deal.members("submitted", period), _NEVER))


def _inside(registration: Any, period: Any) -> Any:
    closes = registration.deal("first", period).astype(np.int64) + _WEEK
    able = registration("judgment", period) == 0
    return able & (registration("submitted", period) <= closes)


def _winner(deal: Any, period: Any) -> Any:
    """The place of the winner: each preference keeps those who are best so far."""
    best = deal.members("inside", period) == 1
    for name, sign in (("rank", 1), ("score", 1), ("submitted", -1)):
        value = np.where(best, sign * deal.members(name, period), -_NEVER)
        best &= value == deal.project(deal.max(value))
    return deal.max(np.where(best, deal.members("place", period), -1))


def _opener(deal: Any, period: Any) -> Any:
    able = deal.members("judgment", period) == 0
    opens = able & (deal.members("submitted", period) == deal.project(deal("first", period)))
    return deal.max(np.where(opens, deal.members("place", period), -1))


_INPUTS = ("place", "rank", "amount", "new", "shown", "live", "submitted", "score")


def _system() -> TaxBenefitSystem:
    system = TaxBenefitSystem([_REGISTRATION, _DEAL])
    for name in _INPUTS:
        system.add_variable(_variable(name, _REGISTRATION))
    system.add_variable(_variable("judgment", _REGISTRATION, _judgment))
    system.add_variable(_variable("inside", _REGISTRATION, _inside))
    for name, formula in (("first", _first), ("winner", _winner), ("opener", _opener)):
        system.add_variable(_variable(name, _DEAL, formula))
    return system


def _form(registrations: Any, partners: Any) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    rows = flat(registrations, partners)
    columns = {
        "place": [row["place"] for row in rows],
        "rank": [_RANK[row["tier"]] for row in rows],
        "amount": [
            row["amount"] if row["currency"] == "EUR" and row["amount"] is not None else -1
            for row in rows
        ],
        "new": [-1 if row["kind"] is None else row["kind"] == "net_new" for row in rows],
        "shown": [-1 if row["evidence"] is None else "meeting" in row["evidence"] for row in rows],
        "live": [row["status"] in _LIVE for row in rows],
        "submitted": [row["submitted"] for row in rows],
        "score": [row["score"] or 0 for row in rows],
    }
    return rows, {name: np.array(values, np.int32) for name, values in columns.items()}


def _ready() -> Callable[[Any], Any]:
    system = _system()

    def decide(given: tuple[list[dict[str, Any]], dict[str, Any]]) -> tuple[Any, ...]:
        rows, columns = given
        builder = SimulationBuilder()
        builder.create_entities(system)
        builder.declare_person_entity("registration", range(len(rows)))
        deal = builder.declare_entity("deal", [0])
        builder.join_with_persons(deal, [0] * len(rows), ["member"] * len(rows))
        simulation = builder.build(system)
        for name, values in columns.items():
            simulation.set_input(name, "2026-03", values)
        found = [
            simulation.calculate(name, "2026-03").tolist()
            for name in ("judgment", "inside", "winner", "opener")
        ]
        return rows, *found

    return decide


def _read(found: tuple[Any, ...]) -> Answer:
    """The numbers in words: not timed, though the others are."""
    rows, judgments, inside, (winner,), (opener,) = found
    protection = [
        _said(rows, place, judgment, inside[place], winner, opener)
        for place, judgment in enumerate(judgments)
    ]
    special = []
    for row, judgment, held in zip(rows, judgments, protection, strict=True):
        rank = _RANK[row["tier"]]
        if judgment in {_BARRED_EARLY, _BARRED}:
            special.append(held)
        elif 0 <= rank < _GOLD:
            special.append(("denied", "NOT_GOLD", None, None))
        elif held[0] == "granted":
            special.append(held)
        else:
            special.append(("denied", "NOT_HOLDER", held[2], None))
    return protection, special


def _said(
    rows: list[dict[str, Any]], place: int, judgment: int, inside: int, winner: int, opener: int
) -> tuple[Any, ...]:
    if judgment == _BARRED_EARLY:
        return "denied", "NOT_YET_SUBMITTED", None, None
    if judgment == _BARRED:
        return "denied", rows[place]["status"].upper(), None, None
    if judgment >= _UNCLEAR:
        return "returned", _CODES[judgment - _UNCLEAR], None, None
    if judgment >= _FAILED:
        return "denied", _CODES[judgment - _FAILED], None, None
    if place == winner:
        return "granted", "GRANTED", None, None
    if not inside:
        return "denied", "OUTSIDE_WINDOW", rows[opener]["id"], None
    own, best = rows[place], rows[winner]
    told = 0 if own["tier"] != best["tier"] else 1 if own["score"] != best["score"] else 2
    return "denied", "DUPLICATE_OTHER_PARTNER", best["id"], told


def peer() -> Peer:
    """The formulas, one simulation for each conflict; it is made for many at once."""
    return Peer(
        name="OpenFisca",
        form=_form,
        ready=_ready,
        read=_read,
        explains=True,
        misses="text and the reasons, which are put together after it",
    )

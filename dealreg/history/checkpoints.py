"""Checkpoints: a docket to a value and back, so that a replay can stop and go on (H-11)."""

from dealreg.errors import UnreadableError
from dealreg.history.docket import Docket
from dealreg.history.grouping import Cell
from dealreg.outcome.checkpoint import CellMark, Checkpoint, MemberMark, PlaceMark, SaidMark

__all__ = ["marks_of", "restore"]


def marks_of(docket: Docket) -> list[CellMark]:
    """Where a docket stands with each group of registrations."""
    return [_mark(docket, cell) for cell in docket.grouping.all_cells()]


def _mark(docket: Docket, cell: Cell) -> CellMark:
    numbers = {policy: number for number, policy in enumerate(docket.policies)}
    members = [
        MemberMark(
            registration_id=name,
            active=name in cell.active,
            won=name in cell.won,
            live=name in cell.live,
            turns=cell.turns.get(name),
            turned=docket.ledger.turned[name],
            governs={b: numbers[policy] for b, policy in cell.governs.get(name, {}).items()},
        )
        for name in sorted(cell.active | cell.retired)
    ]
    return CellMark(
        members=members,
        places=[
            PlaceMark(standing=cell.standings[place], conflict=cell.conflicts.get(place, ()))
            for place in sorted(cell.standings, key=str)
        ],
        held=[cell.held[place] for place in sorted(cell.held, key=str)],
        past=[cell.past[place] for place in sorted(cell.past, key=str)],
        said=[
            SaidMark(clause=clause, registration_id=about, what=what, at=at)
            for clause, about, what, at in sorted(cell.noticed)
        ],
        referrals=cell.referrals,
        deadlocks=[cell.deadlocks[place] for place in sorted(cell.deadlocks, key=str)],
        wakes=cell.wakes,
        settled=cell.settled,
    )


def restore(docket: Docket, mark: Checkpoint) -> None:
    """Bring an empty docket to where it stood when a checkpoint was made.

    Raises:
        UnreadableError: the parts of the checkpoint do not fit each other.
    """
    if not _whole(docket, mark):
        raise UnreadableError(
            "the checkpoint is damaged",
            place="cells",
            hint="replay from the beginning, or from an earlier checkpoint",
        )
    _fill_ledger(docket, mark)
    for each in mark.cells:
        _restore(docket, each)
    for name in sorted(docket.ledger.registrations):
        docket.index(docket.ledger.registrations[name], mark.now)


def _whole(docket: Docket, mark: Checkpoint) -> bool:
    """Whether every registration is in one group, and what is said in a group is about its own."""
    known = sorted(each.registration_id for each in mark.facts.registrations)
    grouped = sorted(member.registration_id for cell in mark.cells for member in cell.members)
    return known == grouped and all(
        _about_its_own(cell, len(docket.policies)) for cell in mark.cells
    )


def _about_its_own(cell: CellMark, policies: int) -> bool:
    own = {member.registration_id for member in cell.members}
    about = {each.registration_id for each in (*cell.held, *cell.past)}
    about |= {each.registration_id for each in cell.said}
    about |= {each.standing.registration_id for each in cell.places}
    numbers = [number for member in cell.members for number in member.governs.values()]
    fit = all(type(number) is int and 0 <= number < policies for number in numbers)
    return bool(own) and about <= own and fit


def _fill_ledger(docket: Docket, mark: Checkpoint) -> None:
    ledger = docket.ledger
    ledger.registrations = {each.registration_id: each for each in mark.facts.registrations}
    ledger.partners = {each.partner_id: each for each in mark.facts.partners}
    ledger.customers = {each.customer_id: each for each in mark.facts.customers}
    ledger.opportunities = {each.opportunity_id: each for each in mark.facts.opportunities}
    for said in mark.facts.rulings:
        earlier = ledger.rulings.get(said.registration_id, ())
        ledger.rulings[said.registration_id] = (*earlier, said)
    ledger.turned = {m.registration_id: m.turned for cell in mark.cells for m in cell.members}


def _restore(docket: Docket, mark: CellMark) -> None:
    cell = Cell(min(member.registration_id for member in mark.members))
    for member in mark.members:
        name = member.registration_id
        docket.grouping.cells[name] = cell
        (cell.active if member.active else cell.retired).add(name)
        if member.won:
            cell.won.add(name)
        if member.active:
            cell.turns[name] = member.turns
        cell.governs[name] = {
            benefit: docket.policies[number]  # type: ignore[index]
            for benefit, number in member.governs.items()
        }
    cell.live = frozenset(member.registration_id for member in mark.members if member.live)
    for each in mark.places:
        standing = each.standing
        place = (standing.registration_id, standing.benefit, standing.line)
        cell.standings[place] = standing
        if each.conflict:
            cell.conflicts[place] = each.conflict
    cell.held = {(h.registration_id, h.benefit, h.line): h for h in mark.held}
    cell.past = {(h.registration_id, h.benefit, h.line): h for h in mark.past}
    cell.noticed = {(s.clause, s.registration_id, s.what, s.at) for s in mark.said}
    cell.referrals = mark.referrals
    cell.deadlocks = {(d.blocked, d.benefit, d.line): d for d in mark.deadlocks}
    cell.wakes, cell.settled = mark.wakes, mark.settled

"""What nobody is left for: a notice when a person has to assign it (clause C-19)."""

from collections.abc import Collection, Iterator
from datetime import datetime

from dealreg.history.grouping import Cell, Place
from dealreg.outcome.decision import Referral
from dealreg.outcome.timeline import Notice, NoticeKind

__all__ = ["vacancies"]


def vacancies(cell: Cell, asked_before: Collection[Referral], at: datetime) -> Iterator[Notice]:
    """A notice for each benefit that nobody is left for, and that was not so before.

    It is about the registration that held it last. The question alone has no candidates; its code
    is that of a ready-made requirement too.
    """
    known = {_place(each) for each in asked_before if not each.candidates}
    for question in cell.referrals:
        if question.candidates or _place(question) in known:
            continue
        last = _last(cell, question)
        if last is not None:
            standing = cell.standings[last]
            yield Notice(
                at=at,
                kind=NoticeKind.VACANT,
                registration_id=standing.registration_id,
                partner_id=standing.partner_id,
                benefit=question.benefit,
                clause=question.clause,
            )


def _place(question: Referral) -> tuple[str, tuple[str, ...], str | None]:
    return question.benefit, question.conflict, question.line


def _last(cell: Cell, question: Referral) -> Place | None:
    """Who held last what is asked about."""
    wanted = (question.benefit, question.line)
    ended = [
        (held.until, place[0], place)
        for place, held in cell.past.items()
        if held.until is not None
        and place[1:] == wanted
        and place in cell.standings
        and cell.conflicts.get(place) == question.conflict
    ]
    return max(ended, default=(None, "", None))[2]

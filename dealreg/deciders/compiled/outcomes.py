"""Outcomes: what came out for one registration, as plain tuples that cost next to nothing.

An outcome has no names in it that its place does not tell: whose it is, of which benefit and line,
and by which version are known where it is kept. `standing_of` makes the whole standing of it.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any, Final, TypeAlias

from dealreg.facts.records import Registration
from dealreg.outcome.decision import Entitlement, Margin, Standing, StandingKind

__all__ = [
    "DENIED",
    "GRANTED",
    "REFERRED",
    "RETURNED",
    "Gets",
    "Lost",
    "Margins",
    "Outcome",
    "barred",
    "outcome_of",
    "standing_of",
]

Gets: TypeAlias = tuple[str, Fraction | None, Fraction, datetime | None, datetime | None]
"""An entitlement: label, percent, share, starts, ends."""

Lost: TypeAlias = tuple[int, Any]
"""By what it lost: the number of the preference and the rival, or -1 and when the window closed."""

Outcome: TypeAlias = tuple[
    StandingKind,  # 0: granted, waiting, denied, returned, referred
    str,  # 1: the reason code
    str,  # 2: the place in the policy that decided
    str | None,  # 3: the registration that mattered
    int | None,  # 4: the place, of a holder or in the queue
    Gets | None,  # 5: what it gets
    tuple[str, ...],  # 6: the facts that are missing
    Lost | None,  # 7: what told it from its rival
    datetime | None,  # 8: until when that may change, because somebody may come in time
]

GRANTED: Final = StandingKind.GRANTED
DENIED: Final = StandingKind.DENIED
RETURNED: Final = StandingKind.RETURNED
REFERRED: Final = StandingKind.REFERRED

Margins: TypeAlias = Callable[[Registration, Lost], Margin | None]


def barred(
    kind: StandingKind,
    code: str,
    clause: str,
    missing: tuple[str, ...] = (),
    rival: str | None = None,
) -> Outcome:
    """The outcome of a registration that takes no part, or not yet."""
    return kind, code, clause, rival, None, None, missing, None, None


def standing_of(
    registration: Registration,
    benefit: str,
    line: str | None,
    version: str,
    outcome: Outcome,
    margins: Margins,
) -> Standing:
    """The standing that an outcome is short for."""
    kind, code, clause, rival, place, gets, missing, lost, until = outcome
    return Standing(
        registration_id=registration.registration_id,
        partner_id=registration.partner_id,
        benefit=benefit,
        line=line,
        kind=kind,
        code=code,
        clause=clause,
        policy_version=version,
        rival=rival,
        place=place,
        entitlement=None if gets is None else _entitlement(gets),
        missing=missing,
        margin=None if lost is None else margins(registration, lost),
        provisional_until=until,
    )


def outcome_of(standing: Standing, known: Mapping[str, Registration]) -> Outcome:
    """The short form of a standing; `known` are the registrations by their ids."""
    gets, margin, lost = standing.entitlement, standing.margin, None
    if margin is not None and margin.clause.endswith("]"):
        number = int(margin.clause[margin.clause.rindex("[") + 1 : -1])
        lost = (number, known[standing.rival or ""])
    elif margin is not None:
        lost = (-1, margin.rival)  # type: ignore[assignment]
    return (
        standing.kind,
        standing.code,
        standing.clause,
        standing.rival,
        standing.place,
        None if gets is None else (gets.label, gets.percent, gets.share, gets.starts, gets.ends),
        standing.missing,
        lost,
        standing.provisional_until,
    )


def _entitlement(gets: Gets) -> Entitlement:
    label, percent, share, starts, ends = gets
    return Entitlement(label=label, percent=percent, share=share, starts=starts, ends=ends)

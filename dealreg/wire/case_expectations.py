"""What a test case expects, as it is written: `R1 = "denied NOT_FIRST"`, or more in a table."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

import attrs

from dealreg.errors import shown, suggestion
from dealreg.facts.instants import iso
from dealreg.outcome.cases import ExpectedNotice, ExpectedStanding, Stated, exact_text
from dealreg.outcome.decision import StandingKind
from dealreg.wire.case_facts import Settings, instant_of, number_of
from dealreg.wire.cells import is_unknown
from dealreg.wire.toml_tables import Table

__all__ = [
    "DEADLOCK",
    "REFERRAL",
    "STANDING",
    "Expectations",
    "Known",
    "joined",
    "read_expectations",
]

STANDING: Final = (
    "stand",
    "code",
    "clause",
    "rival",
    "place",
    "label",
    "percent",
    "share",
    "starts",
    "ends",
    "missing",
    "provisional_until",
    "version",
)
"""What may be expected of a standing."""

REFERRAL: Final = ("benefit", "line", "code", "clause", "candidates")
"""What may be expected of a referral to a person."""

DEADLOCK: Final = ("benefit", "line", "blocked", "blocker", "holds", "code", "clause")
"""What may be expected of a deadlock."""

_INSTANTS: Final = frozenset({"starts", "ends", "provisional_until"})
_NUMBERS: Final = frozenset({"percent", "share"})
_LISTS: Final = frozenset({"missing", "candidates"})
_REGISTRATIONS: Final = frozenset({"rival", "blocked", "blocker", "candidates"})
_SHORT: Final = re.compile(r"\s*(\S+?)(?:[\s:,]+(\S+))?\s*")


@attrs.frozen
class Known:
    """What expectations may name: the benefits of the rules, the registrations of the case."""

    benefits: tuple[str, ...]
    registrations: tuple[str, ...]
    settings: Settings


@attrs.frozen
class Expectations:
    """All that a case expects."""

    standings: tuple[ExpectedStanding, ...] = ()
    referrals: tuple[ExpectedNotice, ...] | None = None
    deadlocks: tuple[ExpectedNotice, ...] | None = None


def read_expectations(table: Table, known: Known) -> Expectations:
    """What the case of this table expects; mistakes are noted where they are written."""
    return Expectations(
        tuple(_standings(table, known)),
        _notices(table, "referrals", REFERRAL, known),
        _notices(table, "deadlocks", DEADLOCK, known),
    )


def _standings(table: Table, known: Known) -> Iterable[ExpectedStanding]:
    expect = table.table("expect")
    if expect is None:
        return
    for benefit in expect.data:
        if benefit not in known.benefits:
            expect.wrong(
                benefit,
                f"there is no benefit {shown(benefit)} in the policy",
                suggestion(benefit, known.benefits),
            )
            continue
        inner = expect.table(benefit)
        for registration in inner.data if inner is not None else ():
            assert inner is not None, "it has data"
            if registration not in known.registrations:
                inner.wrong(
                    registration,
                    f"the case has no registration {shown(registration)}",
                    suggestion(registration, known.registrations),
                )
            else:
                yield from _of_one(inner, registration, benefit, known)


def _of_one(
    table: Table, registration: str, benefit: str, known: Known
) -> Iterable[ExpectedStanding]:
    value = table.take(registration)
    if isinstance(value, str):
        stated = _short(table, registration, value)
        yield ExpectedStanding(benefit=benefit, registration_id=registration, stated=stated)
        return
    several = isinstance(value, list)
    tables = table.tables(registration) if several else [table.table(registration)]
    for each in tables:
        if each is not None:
            line = each.optional_text("line")
            yield ExpectedStanding(
                benefit=benefit,
                registration_id=registration,
                line=line,
                stated=_stated(each, STANDING, known),
            )


def _short(table: Table, key: str, text: str) -> tuple[Stated, ...]:
    found = _SHORT.fullmatch(text)
    if found is None:
        hint = "write a standing and its reason code, as in `denied NOT_FIRST`; more in a table"
        table.wrong(key, f"{shown(text)} is not one standing and one code", hint)
        return ()
    kinds = [kind.value for kind in StandingKind]
    if found[1] not in kinds:
        table.wrong(key, f"{shown(found[1])} is not a standing", suggestion(found[1], kinds))
    code = () if found[2] is None else (Stated("code", found[2]),)
    return (Stated("stand", found[1]), *code)


def _notices(
    table: Table, key: str, names: Sequence[str], known: Known
) -> tuple[ExpectedNotice, ...] | None:
    if not table.has(key):
        return None
    return tuple(ExpectedNotice(_stated(each, names, known)) for each in table.tables(key))


def _stated(table: Table, names: Sequence[str], known: Known) -> tuple[Stated, ...]:
    found = [
        Stated(name, text)
        for name in names
        if table.has(name) and (text := _text(table, name, known)) is not None
    ]
    table.close()
    if not table.data:
        table.problems.add(
            table.place, "nothing is expected here", hint=f'state what, as in `{names[0]} = "..."`'
        )
    return tuple(found)


def _text(table: Table, name: str, known: Known) -> str | None:
    """The one text of what a key expects; None where a mistake was noted."""
    value = table.data[name]
    if name in _LISTS:
        return _checked(table, name, joined(table.texts(name)), known)
    if is_unknown(value):
        return ""
    if name == "stand":
        return table.choice(name, StandingKind, StandingKind.DENIED).value
    if name == "place":
        return str(table.whole(name, 1))
    if name in _NUMBERS:
        number = number_of(table, name)
        return None if number is None else exact_text(number)
    if name in _INSTANTS:
        found = instant_of(table, name, known.settings)
        return None if found is None else iso(found)
    return _checked(table, name, table.text(name), known)


def _checked(table: Table, name: str, text: str, known: Known) -> str:
    choices = {"benefit": known.benefits, "holds": known.benefits}
    if name in _REGISTRATIONS:
        choices[name] = known.registrations
    for each in text.split("; ") if text and name in choices else ():
        if each not in choices[name]:
            what = "benefit" if choices[name] is known.benefits else "registration"
            message = f"there is no {what} {shown(each)} here"
            table.wrong(name, message, suggestion(each, choices[name]))
    return text


def joined(items: Iterable[str]) -> str:
    """Several texts as one."""
    return "; ".join(sorted(items))

"""Test cases as TOML that a programme manager reads: what stands in anyway is left out."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from dealreg.errors import FactsError, shown
from dealreg.facts.holdings import Holding
from dealreg.facts.instants import iso
from dealreg.outcome.cases import PolicyCase, exact_text
from dealreg.wire.case_facts import DEAL
from dealreg.wire.case_reader import CASES_FORMAT
from dealreg.wire.case_recording import expectation_tables, key_text, notice_lines, quoted
from dealreg.wire.table_rows import facts_to_rows

__all__ = ["cases_to_toml"]

_KINDS: Final = ("partners", "customers", "opportunities", "registrations", "rulings")
_IDENTIFIERS: Final = {
    "partners": "partner_id",
    "customers": "customer_id",
    "opportunities": "opportunity_id",
    "registrations": "registration_id",
    "rulings": "registration_id",
}
_WIDTH: Final = 100


def cases_to_toml(
    cases: Iterable[PolicyCase], *, policy: str | None = None, head: bool = True
) -> str:
    """The text of a file of cases: reading it back gives equal facts and expectations.

    Args:
        cases: the cases; each states all of its facts itself.
        policy: the policy's file, where it is not the one beside the cases.
        head: whether to begin as a file does; without, they go at the end of one.

    Raises:
        FactsError: for facts that no row can hold, such as pauses, or a text with a space around.

    >>> from dealreg import Facts, Registration
    >>> registration = Registration(registration_id="R1", partner_id="P1",
    ...     opportunity_id="deal", submitted_at="2026-03-01T09:00Z")
    >>> print(cases_to_toml([PolicyCase(name="alone", at="2026-03-02T00:00Z",
    ...     facts=Facts(registrations=[registration]))], head=False))
    [[cases]]
    name = "alone"
    at = 2026-03-02T00:00:00Z
    registrations = [{ submitted = "2026-03-01T09:00:00Z" }]
    <BLANKLINE>
    """
    named = "" if policy is None else f"policy = {quoted(policy)}\n"
    begin = f'format = "{CASES_FORMAT}"\n{named}\n' if head else ""
    return begin + "\n".join("".join(_lines(case)) for case in cases)


def _lines(case: PolicyCase) -> Iterator[str]:
    yield f"[[cases]]\nname = {quoted(case.name)}\n"
    if case.note:
        yield f"note = {quoted(case.note)}\n"
    yield f"at = {iso(case.at)}\n"
    for kind in _KINDS:
        rows = [_row(row, kind, place) for place, row in enumerate(_rows(case, kind), start=1)]
        yield _listed(kind, rows)
    yield _listed("holdings", [_holding(each) for each in case.facts.holdings])
    for answer in case.answers:
        for registration, value in sorted(answer.by_registration.items()):
            place = f"answers.{key_text(answer.name)}.{key_text(registration)}"
            yield f"{place} = {'true' if value else 'false'}\n"
    yield notice_lines(case)
    yield expectation_tables(case)


def _rows(case: PolicyCase, kind: str) -> Iterator[dict[str, str]]:
    for each in case.facts.registrations:
        if each.extensions or each.pauses:
            raise FactsError(
                f"the extensions and pauses of {shown(each.registration_id)} fit in no row",
                place=f"registration {each.registration_id}",
                hint="state the case without them, or keep it as a record in JSON",
            )
    yield from facts_to_rows(case.facts, kind)


def _row(row: Mapping[str, str], kind: str, place: int) -> str:
    usual: dict[str, str] = {}
    if kind == "registrations":
        usual = {
            "registration_id": f"R{place}",
            "partner_id": f"P{place}",
            "opportunity_id": DEAL,
            "status": "submitted",
        }
        row = {"opportunity_id": "-", **row}
    stated = {name: text for name, text in row.items() if usual.get(name) != text}
    return _inline({_short(name, kind): _value(text) for name, text in stated.items()})


def _short(name: str, kind: str) -> str:
    if name == _IDENTIFIERS[kind]:
        return "id"
    return name.removesuffix("_id").removesuffix("_at") if name in _LONG else name


_LONG: Final = frozenset(
    {
        "partner_id",
        "customer_id",
        "opportunity_id",
        "submitted_at",
        "completed_at",
        "approved_at",
        "ended_at",
        "ordered_at",
        "decided_at",
    }
)
"""Names whose endings may go without a doubt."""


def _value(text: str) -> str:
    if text.startswith('["'):
        items: list[Any] = json.loads(text)
        return "[" + ", ".join(map(quoted, items)) + "]"
    return quoted(text)


def _holding(holding: Holding) -> str:
    if holding.ended_by or holding.lines is not None:
        raise FactsError(
            f"the holding of {shown(holding.registration_id)} says more than a case can state",
            place=f"holding of {holding.benefit} by {holding.registration_id}",
            hint="keep it as a record in JSON",
        )
    stated = {
        "registration": quoted(holding.registration_id),
        "benefit": quoted(holding.benefit),
        "line": "" if holding.line is None else quoted(holding.line),
        "since": quoted(iso(holding.since)),
        "until": "" if holding.until is None else quoted(iso(holding.until)),
        "place": "" if holding.place == 1 else str(holding.place),
        "label": quoted(holding.label) if holding.label else "",
        "percent": "" if holding.percent is None else quoted(exact_text(holding.percent)),
        "share": "" if holding.share == 1 else quoted(str(holding.share)),
    }
    return _inline({name: text for name, text in stated.items() if text})


def _inline(pairs: Mapping[str, str]) -> str:
    return "{ " + ", ".join(f"{key_text(key)} = {value}" for key, value in pairs.items()) + " }"


def _listed(key: str, items: list[str]) -> str:
    if not items:
        return ""
    line = f"{key} = [{', '.join(items)}]\n"
    if len(items) == 1 and len(line) <= _WIDTH:
        return line
    return f"{key} = [\n" + "".join(f"    {each},\n" for each in items) + "]\n"

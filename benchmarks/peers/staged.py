"""The contest in Python, for engines whose language asks about one registration at a time.

The engine says for each registration why it is out (a word for how, a space, the code) or nothing
if it is eligible. Who is first, the window, the order and the dependent benefit are Python.
"""

from collections.abc import Sequence
from typing import Any

from peers import Answer, Row

_RANK = {None: -1, "bronze": 0, "silver": 1, "gold": 2, "platinum": 3}
_GOLD = 2
_WEEK = 7 * 24 * 3600


def contest(rows: Sequence[Row], verdicts: Sequence[str]) -> Answer:
    """The answer, from what the engine says of each row."""
    protection: list[Any] = []
    able: list[Any] = []
    for row, verdict in zip(rows, verdicts, strict=True):
        how, _, code = verdict.partition(" ")
        if how:
            protection.append(("returned" if how == "returned" else "denied", code, None, None))
        else:
            protection.append(None)
            able.append((-_RANK[row["tier"]], -(row["score"] or 0), row["submitted"], row["place"]))
    if able:
        _award(rows, protection, able)
    return protection, [
        _special(row, verdict, held)
        for row, verdict, held in zip(rows, verdicts, protection, strict=True)
    ]


def _award(rows: Sequence[Row], protection: list[Any], able: list[Any]) -> None:
    first = min(able, key=lambda each: each[2:])
    closes = first[2] + _WEEK
    best = min(each for each in able if each[2] <= closes)
    for each in able:
        if each is best:
            protection[each[3]] = ("granted", "GRANTED", None, None)
        elif each[2] > closes:
            protection[each[3]] = ("denied", "OUTSIDE_WINDOW", rows[first[3]]["id"], None)
        else:
            told = 0 if each[0] != best[0] else 1 if each[1] != best[1] else 2
            rival = rows[best[3]]["id"]
            protection[each[3]] = ("denied", "DUPLICATE_OTHER_PARTNER", rival, told)


def _special(row: Row, verdict: str, held: tuple[Any, ...]) -> tuple[Any, ...]:
    if verdict.startswith("barred "):
        return held
    if -1 < _RANK[row["tier"]] < _GOLD:
        return "denied", "NOT_GOLD", None, None
    if held[0] == "granted":
        return held
    return "denied", "NOT_HOLDER", held[2], None

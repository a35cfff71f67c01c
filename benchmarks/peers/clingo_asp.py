"""clingo: the whole policy as a logic program, grounded and solved for each conflict."""

from collections.abc import Callable
from typing import Any

import clingo
from scenario import AT

from peers import Answer, Peer, Row, flat

_PROGRAM = f"""
rank(bronze, 0; silver, 1; gold, 2; platinum, 3).
live(submitted; under_review; approved; converted).
barred(P, "NOT_YET_SUBMITTED") :- submitted(P, S), S > {int(AT.timestamp())}.
barred(P, C) :- status(P, X, C), not live(X), submitted(P, S), S <= {int(AT.timestamp())}.
fails(P, 0, "TIER_TOO_LOW") :- tier(P, bronze).
fails(P, 1, "TOO_SMALL") :- amount(P, A, eur), A < 10000.
fails(P, 2, "NOT_NEW") :- kind(P, K), K != net_new.
fails(P, 3, "NO_EVIDENCE") :- shown(P), not evidence(P, meeting).
lacks(P, 0, "TIER_TOO_LOW") :- place(P), not tier(P, _).
lacks(P, 1, "TOO_SMALL") :- place(P), not amount(P, _, eur).
lacks(P, 2, "NOT_NEW") :- place(P), not kind(P, _).
lacks(P, 3, "NO_EVIDENCE") :- place(P), not shown(P).
fails(P) :- fails(P, _, _).
able(P) :- place(P), not barred(P, _), not fails(P), not lacks(P, _, _).
first(S, P) :- (S, P) = #min {{ (T, Q) : able(Q), submitted(Q, T) }}, able(P).
inside(P) :- able(P), submitted(P, S), first(T, _), S <= T + 604800.
score(P, 0) :- place(P), not scored(P, _).
score(P, N) :- scored(P, N).
best(R, N, S, P) :- (R, N, S, P) = #max {{
    (R1, N1, -S1, -P1) : inside(P1), tier(P1, X), rank(X, R1), score(P1, N1), submitted(P1, S1) }},
    inside(-P).
wins(-P) :- best(_, _, _, P).
told(P, 0) :- inside(P), tier(P, X), rank(X, R), best(Q, _, _, _), R != Q.
told(P, 1) :- inside(P), not told(P, 0), score(P, N), best(_, M, _, _), N != M.
told(P, 2) :- inside(P), not told(P, 0), not told(P, 1), not wins(P).

answer(P, 0, denied, C, none, none) :- barred(P, C).
answer(P, 0, denied, C, none, none) :- not barred(P, _), fails(P, I, C),
    I = #min {{ J : fails(P, J, _) }}.
answer(P, 0, returned, C, none, none) :- not barred(P, _), not fails(P), lacks(P, I, C),
    I = #min {{ J : lacks(P, J, _) }}.
answer(P, 0, denied, "OUTSIDE_WINDOW", Q, none) :- able(P), not inside(P), first(_, Q).
answer(P, 0, denied, "DUPLICATE_OTHER_PARTNER", Q, I) :- inside(P), not wins(P), wins(Q),
    told(P, I).
answer(P, 0, granted, "GRANTED", none, none) :- wins(P).
answer(P, 1, denied, C, none, none) :- barred(P, C).
answer(P, 1, denied, "NOT_GOLD", none, none) :- place(P), not barred(P, _), tier(P, X), rank(X, R),
    R < 2.
other(P) :- place(P), not barred(P, _), not answer(P, 1, denied, "NOT_GOLD", none, none).
answer(P, 1, granted, "GRANTED", none, none) :- other(P), wins(P).
answer(P, 1, denied, "NOT_HOLDER", Q, none) :- other(P), not wins(P), answer(P, 0, _, _, Q, _).
#show answer/6.
"""


def _facts(row: Row) -> str:
    place, amount, evidence = row["place"], row["amount"], row["evidence"]
    said = [
        f'place({place}). status({place},{row["status"]},"{row["status"].upper()}").',
        f"submitted({place},{row['submitted']}).",
    ]
    if row["tier"] is not None:
        said.append(f"tier({place},{row['tier']}).")
    if amount is not None:
        said.append(f"amount({place},{amount},{row['currency'].lower()}).")
    if row["kind"] is not None:
        said.append(f"kind({place},{row['kind']}).")
    if row["score"] is not None:
        said.append(f"scored({place},{row['score']}).")
    if evidence is not None:
        said += [f"shown({place}).", *(f"evidence({place},{each})." for each in evidence)]
    return " ".join(said)


def _form(registrations: Any, partners: Any) -> tuple[list[str], str]:
    rows = flat(registrations, partners)
    return [row["id"] for row in rows], "\n".join(map(_facts, rows))


def _decide(given: tuple[list[str], str]) -> tuple[list[str], list[clingo.Symbol]]:
    control = clingo.Control(["--warn=none"])
    control.add("base", [], _PROGRAM + given[1])
    control.ground([("base", [])])
    found: list[clingo.Symbol] = []
    control.solve(on_model=lambda model: found.extend(model.symbols(shown=True)))
    return given[0], found


def _ready() -> Callable[[tuple[list[str], str]], Any]:
    return _decide


def _read(found: tuple[list[str], list[clingo.Symbol]]) -> Answer:
    ids, symbols = found
    sides: tuple[list[Any], list[Any]] = ([None] * len(ids), [None] * len(ids))
    for symbol in symbols:
        place, side, kind, code, rival, told = symbol.arguments
        sides[side.number][place.number] = (
            kind.name,
            code.string,
            ids[rival.number] if rival.type is clingo.SymbolType.Number else None,
            told.number if told.type is clingo.SymbolType.Number else None,
        )
    return sides


def peer() -> Peer:
    """The program cannot be compiled apart from the facts: it is parsed and grounded each time."""
    return Peer(name="clingo", form=_form, ready=_ready, read=_read, explains=True)

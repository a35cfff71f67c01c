"""Does with a policy file all that can be done with one, and tells what happened on the way.

Run as a script: a line of JSON in (what kind of file, and its text), a line out (how it ended, what
the interpreter was asked to open, run or import, how many calls it took, how much memory). Not a
test: `test_attack.py` starts it.
"""

import json
import pickle
import sys
import traceback
import tracemalloc
import unicodedata
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from types import FrameType
from typing import Any

import pyarrow as pa

from dealreg import (
    Compiled,
    DealregError,
    Facts,
    Partner,
    Policy,
    PolicyBook,
    Registration,
    check,
    columnar,
    compiled,
    decide,
    policy_digest,
)
from dealreg.policy.walk import externals_of
from dealreg.rendering import describe
from dealreg.wire import from_json, policy_from_toml, policy_to_toml, to_json

AT = "2026-07-01T00:00Z"
NAMES = ("R1", "R2", "R3")
FACTS = Facts(
    registrations=[
        Registration(
            registration_id=name,
            partner_id=name,
            opportunity_id="O",
            submitted_at=f"2026-03-0{place}T09:00Z",
            status="approved",
            approved_at="2026-03-09T09:00Z",
            products=["vdi"],
        )
        for place, name in enumerate(NAMES, 1)
    ],
    partners=[Partner(partner_id=name, tier=None) for name in NAMES],
)
ENGINES = ("polars", "duckdb", "pyarrow")
INSTANT = datetime(2026, 3, 2, 9, tzinfo=UTC)
WATCHED = ("open", "exec", "compile", "import", "ctypes.", "marshal.", "os.", "pickle.", "shutil.")
WATCHED += ("socket.", "subprocess.", "urllib.")

watching: list[str] | None = None


def watch(event: str, arguments: tuple[Any, ...]) -> None:
    """Note what the interpreter is asked to do: an audit hook."""
    if watching is not None and event.startswith(WATCHED):
        if event == "exec":
            arguments = (getattr(arguments[0], "co_filename", "?"),)
        if event == "compile":
            arguments = arguments[1:]
        watching.append(f"{event} {' '.join(str(each) for each in arguments[:2])}")


def answered(rules: Policy | PolicyBook) -> dict[str, dict[str, bool]]:
    """An answer to each question that the rules ask of the programme's own code."""
    policies = (rules,) if isinstance(rules, Policy) else [e.policy for e in rules.editions]
    return {name: {"R1": True} for each in policies for name in externals_of(each)}


def unpickled(rules: Policy | PolicyBook) -> Compiled:
    """The rules compiled, and again where they were sent."""
    made = pickle.loads(pickle.dumps(compiled(rules)))
    assert isinstance(made, Compiled)
    return made


def over_tables(rules: Policy | PolicyBook, engine: str) -> object:
    """The rules over a table that has a column for all that they read."""
    assert isinstance(rules, Policy)
    rows = pa.table(
        {
            "registration_id": NAMES,
            "partner_id": NAMES,
            "opportunity_id": ["O"] * 3,
            "submitted_at": pa.array([INSTANT] * 3, pa.timestamp("us", tz="UTC")),
            "region": ["'; DROP TABLE given; --", "x", None],
            "products": [["vdi"], [], None],
            "tier": ["gold", "silver", None],
        }
    )
    return columnar(rules).decide(rows, at=AT, engine=engine).standings.to_pylist()


def stages(kind: str, text: str) -> Iterator[Callable[[], object]]:
    """Everything that is done with a policy; nothing more, where it is no policy."""
    rules = policy_from_toml(text) if kind == "toml" else from_json(text)
    if not isinstance(rules, (Policy, PolicyBook)):
        return
    if kind == "tables":
        for engine in ENGINES:
            yield lambda engine=engine: over_tables(rules, engine)
        return
    yield lambda: check(rules)
    yield lambda: policy_digest(rules)
    yield lambda: describe(rules)
    yield lambda: describe(rules, form="markdown")
    yield lambda: decide(rules, FACTS, at=AT, externals=answered(rules))
    yield lambda: unpickled(rules).standings(FACTS, at=AT, externals=answered(rules))
    yield lambda: policy_from_toml(policy_to_toml(rules))
    yield lambda: from_json(to_json(rules))


def steers(character: str) -> bool:
    """Whether a terminal acts on it, or shows what follows in another order."""
    directed = "\u202a" <= character <= "\u202e" or "\u2066" <= character <= "\u2069"
    return directed or unicodedata.category(character) in ("Cc", "Cs")


def suffered(kind: str, text: str) -> dict[str, Any]:
    """How it ended, and what shows on the way in what is rendered."""
    told: dict[str, Any] = {"refused": [], "defect": "", "controls": "", "passed": 0}
    try:
        todo = stages(kind, text)
        for stage in todo:
            try:
                made = stage()
            except DealregError as wrong:
                told["refused"].append(str(wrong)[:200])
            else:
                told["passed"] += 1
                if isinstance(made, str):
                    told["controls"] += "".join(filter(steers, made.replace("\n", "")))[:10]
    except DealregError as wrong:
        told["refused"].append(str(wrong)[:200])
    except BaseException:  # noqa: BLE001 - whatever it is, it is the find
        told["defect"] = traceback.format_exc()[-1_500:]
    return told


def measured(kind: str, text: str) -> dict[str, Any]:
    """The same, watched and counted."""
    global watching  # noqa: PLW0603 - an audit hook is for the whole process, and stays
    calls = 0

    def note(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    tracemalloc.clear_traces()
    tracemalloc.reset_peak()
    watching = []
    sys.setprofile(note)
    try:
        told = suffered(kind, text)
    finally:
        sys.setprofile(None)
        events, watching = watching, None
    return told | {"events": events, "calls": calls, "peak": tracemalloc.get_traced_memory()[1]}


def main() -> None:
    """Answer each line of the standard input."""
    sys.addaudithook(watch)
    tracemalloc.start()
    for line in sys.stdin:
        kind, text = json.loads(line)
        sys.stdout.write(json.dumps(measured(kind, text)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()

"""Drools: the whole policy as rules, in a Java process that is asked over its input.

The rules are `Deals.java`, in the executable model of the engine, whose archive comes with the
package drools-jpy (its runtime for event rules, which holds the engine whole). A JDK is needed.
"""

import atexit
import subprocess
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from typing import Any

from scenario import AT

from peers import Answer, Peer, flat

_RANK = {None: -1, "bronze": 0, "silver": 1, "gold": 2, "platinum": 3}
_MOMENT = 300_000_000  # nanoseconds: long enough for the just-in-time compiler to settle
_asked: list["subprocess.Popen[str]"] = []


def _form(registrations: Any, partners: Any) -> str:
    """A line for each registration; -1 stands for what is missing."""
    lines = []
    for row in flat(registrations, partners):
        euro = row["currency"] == "EUR" and row["amount"] is not None
        evidence = row["evidence"]
        numbers = (
            row["submitted"],
            _RANK[row["tier"]],
            row["amount"] if euro else -1,
            -1 if row["kind"] is None else int(row["kind"] == "net_new"),
            -1 if evidence is None else int("meeting" in evidence),
            row["score"] or 0,
        )
        lines.append("\t".join(map(str, (row["place"], row["id"], row["status"], *numbers))))
    return "\n".join(lines)


def _ready() -> Callable[[str], list[str]]:
    found, java = find_spec("drools"), which("java")
    if found is None or found.origin is None or java is None:
        raise ImportError("Drools needs the package drools-jpy and a JDK")
    (archive,) = (Path(found.origin).parent / "jars").glob("*.jar")
    source = Path(__file__).with_name("Deals.java")
    process = subprocess.Popen(
        [java, "-cp", str(archive), str(source), str(int(AT.timestamp()))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    atexit.register(process.kill)
    _asked.append(process)
    assert _line(process) == "ready"

    def decide(given: str) -> list[str]:
        _say(process, f"new\n{given}\ndecide")
        return [_line(process) for _ in range(given.count("\n") + 1)]

    return decide


def _say(process: "subprocess.Popen[str]", text: str) -> None:
    assert process.stdin is not None
    process.stdin.write(f"{text}\n")
    process.stdin.flush()


def _line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().rstrip("\n")


def _clock(call: Callable[[], Any]) -> float:
    """The CPU time of the Java process, all its threads, for one conflict."""
    call()
    _say(_asked[-1], f"time {_MOMENT}")
    return float(_line(_asked[-1]))


def _read(lines: list[str]) -> Answer:
    protection, special = [], []
    for line in lines:
        held, rival, bid = line.split("|")
        kind, code, told, *_ = (*held.rstrip("\t").split("\t"), "")
        protection.append((kind, code, rival or None, int(told) if told else None))
        kind, code, rival, *_ = (*bid.split("\t"), "")
        special.append((kind, code, rival or None, None))
    return protection, special


def peer() -> Peer:
    """Drools. Talking to the process is not timed."""
    return Peer(name="Drools", form=_form, ready=_ready, read=_read, explains=True, clock=_clock)

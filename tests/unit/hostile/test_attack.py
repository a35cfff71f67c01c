"""Whatever is in a policy file: it runs nothing, opens nothing, and is done with in bounded work.

The work is counted, not timed, in a process that watches what its interpreter is asked to do.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from dealreg import Policy, contest, earliest, field, highest, requirement
from dealreg.wire import policy_from_toml, to_json
from tests.unit.hostile.attacks import BOOK, POLICY, WORDS, attacks, with_word

VICTIM = Path(__file__).with_name("victim.py")
ROOT = Path(__file__).parents[3]

CALLS, CALLS_A_CHARACTER = 400_000, 100
"""The most calls: of a file of no size, and what each character may add."""

MEMORY, MEMORY_A_CHARACTER = 4_000_000, 100
"""The most bytes at once, in the same way."""

EXPECTED = re.compile(
    r"compile <compiled policy>"  # what the compiled decider generates: from templates only
    r"|exec <compiled policy>"
    r"|compile <attrs generated .*|exec <attrs generated .*"
    r"|open \S*/tzdata/zoneinfo/[A-Za-z0-9_+/-]+ rb?"  # zones by name, from inside that package
    r"|os\.(?:listdir|scandir) .*|pickle\.find_class dealreg\..*"
    r"|pickle\.find_class (?:datetime|decimal|fractions|builtins|copyreg|collections) .*"
)


def over_tables(word: str) -> str:
    """A policy that columns decide, as canonical JSON, with a word wherever a text may stand."""
    level = word or "silver"
    parts = (
        requirement("REGION", field("region").one_of(word, "x"), word or "No."),
        requirement("PRODUCTS", field("products").covers(word, "vdi"), word or "No."),
        requirement("LEVEL", field("tier") >= level, word or "No."),
    )
    policy = Policy(
        programme=word or "Example",
        tiers=[level, "gold"],
        contests=[contest("protection", *parts, highest("tier"), earliest("submitted_at"))],
    )
    return to_json(policy).decode()


class Victim:
    """A process that is given one file after another."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(VICTIM)],
            cwd=ROOT,
            env={"PYTHONPATH": str(ROOT), "PATH": "/nowhere"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def suffers(self, kind: str, text: str) -> dict[str, Any]:
        """What comes of a file."""
        stdin, stdout = self.process.stdin, self.process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(json.dumps([kind, text]) + "\n")
        stdin.flush()
        line = stdout.readline()
        assert line, "it did not survive"
        told: dict[str, Any] = json.loads(line)
        return told


@pytest.fixture(scope="module")
def victim() -> Iterator[Victim]:
    made = Victim()
    try:
        for text in (POLICY, BOOK):  # what is loaded on first use is loaded here
            assert made.suffers("toml", text)["passed"] == 8
            assert made.suffers("json", to_json(policy_from_toml(text)).decode())["passed"] == 8
        assert made.suffers("tables", over_tables("a"))["passed"] == 3
        made.suffers("toml", POLICY.replace("America/New_York", r"\u001b"))
        made.suffers("toml", POLICY.replace("tier >=", "teir >="))
        yield made
    finally:
        made.process.kill()
        made.process.communicate()


def held_harmless(told: dict[str, Any], text: str) -> None:
    assert told["defect"] == ""
    assert [each for each in told["events"] if not EXPECTED.fullmatch(each)] == []
    assert told["controls"] == ""
    assert told["calls"] <= CALLS + CALLS_A_CHARACTER * len(text)
    assert told["peak"] <= MEMORY + MEMORY_A_CHARACTER * len(text)


@given(attacks())
@settings(deadline=None)
def test_a_policy_file_is_data(victim: Victim, attack: tuple[str, str]) -> None:
    kind, text = attack
    held_harmless(victim.suffers(kind, text), text)


@pytest.mark.parametrize("word", WORDS, ids=lambda word: ascii(word[:20]))
def test_a_word_is_a_word_wherever_a_text_may_stand(victim: Victim, word: str) -> None:
    text = with_word(word)
    told = victim.suffers("json", text)
    held_harmless(told, text)
    assert told["passed"] == (0 if word == "\ud800" else 8)


@pytest.mark.parametrize(
    "word", ["'; COPY (SELECT 1) TO 'x.csv'; --", "read_csv('/etc/passwd')", *WORDS[:12]]
)
def test_a_word_is_a_word_over_tables_too(victim: Victim, word: str) -> None:
    text = over_tables(word)
    told = victim.suffers("tables", text)
    held_harmless(told, text)
    assert told["passed"] == 3

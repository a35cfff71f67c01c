"""Policy files as an attacker writes them: valid ones, changed at will."""

import json
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from dealreg.wire import policy_from_toml, to_json

__all__ = ["BOOK", "POLICY", "WORDS", "attacks", "with_word"]

POLICY = """format = "dealreg-policy/1"
semantics = 1
programme = "Northwind Alliance"
version = "2026-01"
note = "kept with it"
tiers = ["registered", "silver", "gold"]

[sla]
within = "3 business days"
calendar = "us"

[calendars.us]
zone = "America/New_York"
weekend = ["sat", "sun"]
holidays = [2026-01-01, 2026-07-03]
holiday_rules = ["FREQ=YEARLY;BYMONTH=7;BYMONTHDAY=4", "FREQ=YEARLY;BYEASTER=-2"]

[fields.lead_time]
type = "integer"
meaning = "Days from submission to the expected close"
changes = false
elapsed = { from = "submitted_at", to = "estimated_close", count = "days", calendar = "us" }

[fields.competence]
type = "ordinal"
subject = "partner"
source = "vendor"
levels = ["basic", "advanced", "expert"]

[fields.filed_this_quarter]
type = "integer"
tally = { same = ["partner_id"], within = "3 months", where = { status = "approved" } }

[[contests]]
benefit = "protection"
scope = ["opportunity_id"]
window = "within 7 days of submitted_at"
prefer = ["highest tier", "those with amount >= 5000 EUR, missing first", "earliest submitted_at"]
tie = "share"
capacity = 2
period = { lasts = "90 days", from = "approved_at" }

[[contests.requires]]
code = "TIER_TOO_LOW"
that = "tier >= silver or competence in [advanced, expert] or external credit_check"
tell = "Protection is open to Silver partners and above."
if_unknown = "refer"

[[contests.requires]]
code = "TOO_LATE"
that = "not (lead_time < 10) and (products covers [vdi] or missing products)"
tell = "Register at least ten business days before the expected close."

[[contests.overrides]]
code = "CUSTOMER_CHOICE"
when = "chosen_by_customer"
effect = "takes"

[[contests]]
benefit = "special_bid"
[[contests.requires]]
code = "TOO_SMALL"
that = "amount >= 50000 EUR and filed_this_quarter < 5"
tell = "Special bids begin at 50,000 euros."
[[contests.after]]
holder_of = "protection"
[[contests.gives]]
label = "special price"
share = "1/2"
bands = [{ when = "tier >= gold", percent = 20 }, { when = "always", percent = "12.5" }]
[contests.others]
tell = "Another partner holds the special bid."
"""
BOOK = """format = "dealreg-book/1"
programme = "Northwind Alliance"
governs = "decision"
[[editions]]
effective_from = 2025-01-01T00:00:00Z
version = "2025"
[[editions.contests]]
benefit = "protection"
prefer = ["earliest submitted_at"]
[[editions]]
effective_from = 2026-01-01T00:00:00Z
version = "2026"
tiers = ["silver", "gold"]
[[editions.contests]]
benefit = "protection"
prefer = ["highest tier", "earliest submitted_at"]
"""

WORDS = (
    "__import__('os').system('id')",
    "x = $; import os",
    "{programme.__class__}",
    "%s%n",
    "k0",
    "v1",
    "at",
    "outs",
    "None",
    "lambda: 0",
    '"""\nimport os\n"""',
    "../../../../etc/passwd",
    "/etc/passwd",
    "file:///etc/passwd",
    "C:\\Windows\\win.ini",
    "Europe/Berlin",
    "Etc/../UTC",
    "dealreg.wire.files",
    "os.system",
    "=cmd|' /C calc'!A0",
    "<script>alert(1)</script>",
    "[x](javascript:alert(1))",
    "\x1b[31m\x07",
    "\u202egnp.exe",
    "g\u043eld",
    "\x00",
    "\ud800",
    "\U000e0041",
    "9" * 40,
    "9" * 5_000,
    "-" + "9" * 400,
    "1e999999999",
    "1/0",
    "0x" + "f" * 4_000,
    "inf",
    "nan",
    "1e-999999999",
    "99999999 business days",
    "26000 business days",
    "1200 months",
    "9999-12-31T23:59:59Z",
    "0001-01-01",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=SECONDLY",
    "FREQ=YEARLY;BYDAY=+99MO",
    "(" * 90 + "always" + ")" * 90,
    "(" * 5_000,
    "not " * 1_000 + "always",
    "[" * 5_000,
    "tier >= silver and " * 300 + "always",
    "a" * 4_000,
    "(a+)+$",
    "'" * 3_000,
    "\\" * 3_001,
    "protection",
    "special_bid",
    "tier",
    "lead_time",
    "",
)
"""What an attacker would like to be run, read, counted, opened, shown or searched."""

_TEXTS = st.sampled_from(WORDS) | st.text(max_size=20)


@st.composite
def _line_by_line(draw: Callable[..., Any]) -> str:
    """A TOML file of which lines are changed, repeated, moved, left out."""
    lines = draw(st.sampled_from([POLICY, BOOK])).split("\n")
    for _ in range(draw(st.integers(1, 2))):
        place = draw(st.integers(0, len(lines) - 1))
        line = lines[place]
        match draw(st.sampled_from(["word", "value", "repeat", "block", "drop", "move", "insert"])):
            case "word":
                parts = line.split('"')
                where = draw(st.integers(0, len(parts) - 1))
                parts[where] = draw(_TEXTS)
                lines[place] = '"'.join(parts)
            case "value":
                value = draw(_TEXTS)
                written = draw(st.sampled_from([value, json.dumps(value), f"[{value}]"]))
                lines[place] = f"{line.partition('=')[0]}= {written}"
            case "repeat":
                lines[place:place] = [line] * draw(st.sampled_from([1, 2, 30]))
            case "block":
                end = draw(st.integers(place, min(place + 12, len(lines))))
                lines[place:place] = lines[place:end] * draw(st.sampled_from([1, 3, 20]))
            case "drop":
                del lines[place : draw(st.integers(place, len(lines)))]
                lines = lines or [""]
            case "move":
                lines.insert(draw(st.integers(0, len(lines))), line)
            case _:
                lines.insert(place, draw(_TEXTS))
    return "\n".join(lines)


@st.composite
def _value_by_value(draw: Callable[..., Any]) -> str:
    """Canonical JSON in which values are put elsewhere, repeated, replaced."""
    whole = json.loads(to_json(policy_from_toml(draw(st.sampled_from([POLICY, BOOK])))))
    for _ in range(draw(st.integers(1, 3))):
        held, key = draw(st.sampled_from(list(_places(whole))))
        other = held[key]
        match draw(st.sampled_from(_CHANGES)):
            case "text":
                held[key] = draw(_TEXTS)
            case "rename":
                whole = renamed(whole, {draw(st.sampled_from(FREE)): draw(_TEXTS)})
            case "odd":
                odd = [None, True, -1, 10**50, 1.5, [], {}, [[]], {"is": "policy"}]
                held[key] = draw(st.sampled_from(odd))
            case "elsewhere":
                taken, name = draw(st.sampled_from(list(_places(whole))))
                held[key] = json.loads(json.dumps(taken[name]))
            case "deep":
                for _ in range(draw(st.sampled_from([3, 60, 101]))):
                    other = {"is": "not", "part": other}
                held[key] = other
            case "many" if len(str(other)) < _LONG:
                several = [other] * draw(st.sampled_from([2, 50]))
                held[key] = (
                    several if isinstance(held, dict) else {"is": "all_of", "parts": several}
                )
            case "drop":
                del held[key]
            case _:
                if isinstance(held, dict):
                    held[draw(_TEXTS)] = held.pop(key)
    return json.dumps(whole, allow_nan=True)


_CHANGES = ("rename",) * 6 + ("text", "odd", "elsewhere", "deep", "many", "drop", "name")
_LONG = 2_000

FREE = ("Northwind Alliance", "2026-01", "kept with it", "gold", "advanced", "vdi")
FREE += ("special price", "credit_check", "us")
FREE += (
    "Protection is open to Silver partners and above.",
    "Another partner holds the special bid.",
)
"""The texts of `POLICY` that may be anything."""


def renamed(held: Any, names: dict[str, str]) -> Any:
    """Plain data in which some texts, wherever they stand, are others."""
    if isinstance(held, dict):
        return {key: renamed(value, names) for key, value in held.items()}
    if isinstance(held, list):
        return [renamed(item, names) for item in held]
    return names.get(held, held) if isinstance(held, str) else held


def with_word(word: str) -> str:
    """The policy as canonical JSON, with a word in place of every text that may be anything."""
    whole = json.loads(to_json(policy_from_toml(POLICY)))
    names = {text: f"{word}{place}" for place, text in enumerate(FREE)}
    return json.dumps(renamed(whole, names))


def _places(held: Any) -> Any:
    """Every place of nested lists and objects, with what it is in."""
    keys = list(held) if isinstance(held, dict) else range(len(held))
    for key in keys:
        yield held, key
        if isinstance(held[key], (dict, list)):
            yield from _places(held[key])


@st.composite
def _word_by_word(draw: Callable[..., Any]) -> str:
    """A valid policy whose own texts are others."""
    whole = json.loads(to_json(policy_from_toml(POLICY)))
    return json.dumps(renamed(whole, draw(st.dictionaries(st.sampled_from(FREE), _TEXTS))))


def attacks() -> st.SearchStrategy[tuple[str, str]]:
    """Kinds of files, each with a text."""
    return (
        st.tuples(st.just("toml"), _line_by_line())
        | st.tuples(st.just("json"), _value_by_value())
        | st.tuples(st.just("json"), _word_by_word())
        | st.tuples(st.sampled_from(["toml", "json"]), _TEXTS)
    )

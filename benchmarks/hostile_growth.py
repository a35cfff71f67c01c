"""What does the worst policy of n parts cost, and does the cost grow faster than the policy?

Each shape is a way to make a policy file large. Each is read with its limits raised, checked,
brought to its normal form, compiled, described, decided on four registrations, written and read
back: `python benchmarks/hostile_growth.py 400 4000`. For each shape: CPU seconds of all that at the
largest size, the stage that took longest, how that grew with the parts, and what a reader with the
usual limits says. Words behind the sizes choose shapes.
"""

import contextlib
import datetime as dt
import gc
import math
import sys
import time
from collections.abc import Callable, Iterator

from dealreg import (
    DealregError,
    Facts,
    Partner,
    Registration,
    check,
    compiled,
    decide,
    policy_digest,
)
from dealreg.rendering import describe
from dealreg.wire import Limits, from_json, policy_from_toml, policy_to_toml, to_json

HEAD = 'format = "dealreg-policy/1"\nprogramme = "Example"\n'
LAST = 'prefer = ["earliest submitted_at"]\n'
CONTEST = '[[contests]]\nbenefit = "protection"\n'
AT = "2026-07-01T00:00Z"
RAISED = Limits(
    **dict.fromkeys(
        ["size", "parts", "levels", "terms", "calendars", "holiday_rules", "editions"], 10**9
    )
)


def lines(n: int, template: str) -> str:
    """A template so many times, `#` being the number."""
    return "".join(template.replace("#", str(i)) for i in range(n))


def quoted(n: int, template: str = "v#") -> str:
    """The same as a list of texts."""
    return "[" + ", ".join('"' + template.replace("#", str(i)) + '"' for i in range(n)) + "]"


def words(n: int, template: str, between: str) -> str:
    """The same with something between."""
    return between.join(template.replace("#", str(i)) for i in range(n))


def requires(that: str) -> str:
    """A policy of one requirement."""
    return (
        HEAD
        + CONTEST
        + LAST
        + f'[[contests.requires]]\ncode = "X"\ntell = "x"\nthat = """{that}"""\n'
    )


def dates(n: int) -> str:
    """Days from 1900 on."""
    first = dt.date(1900, 1, 1)
    return ", ".join(str(first + dt.timedelta(days=i)) for i in range(min(n, 109_000)))


def chain(n: int) -> str:
    """Contests of which each waits for the one before."""
    made = [HEAD, CONTEST, LAST]
    for i in range(n):
        before = "protection" if i == 0 else f"b{i - 1}"
        made.append(f'[[contests]]\nbenefit = "b{i}"\n[[contests.after]]\nholder_of = "{before}"\n')
    return "".join(made)


SHAPES: dict[str, Callable[[int], str]] = {
    "contests": lambda n: HEAD + lines(n, '[[contests]]\nbenefit = "b#"\n' + LAST),
    "contests that wait in a row": chain,
    "contests that all wait for one": lambda n: (
        HEAD
        + CONTEST
        + LAST
        + lines(n, '[[contests]]\nbenefit = "b#"\n[[contests.after]]\nholder_of = "protection"\n')
    ),
    "contests in circles": lambda n: (
        HEAD
        + "".join(
            f'[[contests]]\nbenefit = "b{i}"\n[[contests.after]]\nholder_of = "b{i ^ 1}"\n'
            for i in range(n - n % 2)
        )
    ),
    "one contest waits for all": lambda n: (
        HEAD
        + CONTEST
        + LAST
        + lines(n, '[[contests.after]]\nnot_holder_of = "b#"\n')
        + lines(n, '[[contests]]\nbenefit = "b#"\n' + LAST)
    ),
    "waits for nobody": lambda n: (
        HEAD + CONTEST + LAST + lines(n, '[[contests.after]]\nholder_of = "c#"\n')
    ),
    "requirements": lambda n: (
        HEAD
        + CONTEST
        + LAST
        + lines(n, '[[contests.requires]]\ncode = "C#"\ntell = "x"\nthat = "amount != # EUR"\n')
    ),
    "requirements of one code": lambda n: (
        HEAD
        + CONTEST
        + LAST
        + lines(n, '[[contests.requires]]\ncode = "C"\ntell = "x"\nthat = "score != #"\n')
    ),
    "requirements of alternatives": lambda n: (
        HEAD
        + CONTEST
        + LAST
        + lines(
            n,
            '[[contests.requires]]\ncode = "C#"\ntell = "x"\n'
            'that = "score == # or amount == # EUR"\n',
        )
    ),
    "overrides": lambda n: (
        HEAD
        + CONTEST
        + LAST
        + lines(n, '[[contests.overrides]]\ncode = "C#"\nwhen = "score == #"\ntell = "x"\n')
    ),
    "milestones": lambda n: (
        HEAD
        + CONTEST
        + LAST
        + 'period = { lasts = "90 days", from = "submitted_at" }\n'
        + lines(n, '[[contests.milestones]]\ncode = "C#"\nmet = "amended_at"\nwithin = "5 days"\n')
    ),
    "keys of one field": lambda n: HEAD + CONTEST + "prefer = " + quoted(n, "lowest score") + "\n",
    "keys of many fields": lambda n: (
        HEAD
        + lines(n, '[fields.f#]\ntype = "integer"\n')
        + CONTEST
        + "prefer = "
        + quoted(n, "lowest f#")
        + "\n"
    ),
    "preferred rules": lambda n: (
        HEAD + CONTEST + "prefer = " + quoted(n, "those with score == #") + "\n"
    ),
    "terms": lambda n: (
        HEAD
        + CONTEST
        + LAST
        + 'capacity = "all who qualify"\n'
        + lines(n, '[[contests.gives]]\npercent = #\nlabel = "l#"\n')
    ),
    "bands": lambda n: (
        HEAD
        + CONTEST
        + LAST
        + "[[contests.gives]]\nbands = ["
        + words(n, '{ when = "score == #", percent = 5 }', ",\n")
        + "]\n"
    ),
    "bands above bands": lambda n: (
        HEAD
        + CONTEST
        + LAST
        + "[[contests.gives]]\nbands = ["
        + words(n, '{ when = "score <= # and amount <= # EUR", percent = 5 }', ",\n")
        + "]\n"
    ),
    "fields": lambda n: HEAD + lines(n, '[fields.f#]\ntype = "text"\n') + CONTEST + LAST,
    "fields of one long ladder each": lambda n: (
        HEAD
        + lines(n, '[fields.f#]\ntype = "ordinal"\nlevels = ["a", "b", "c"]\n')
        + CONTEST
        + LAST
        + "[[contests.requires]]\ncode = 'X'\ntell = 'x'\nthat = '"
        + words(min(n, 5000), "f# >= b", " and ")
        + "'\n"
    ),
    "fields made of each other": lambda n: (
        HEAD
        + '[fields.f0]\ntype = "bool"\nsame = ["region", "region"]\n'
        + "".join(
            f'[fields.f{i}]\ntype = "bool"\ninside = {{ all_of = "region", among = "products" }}\n'
            for i in range(1, n)
        )
        + CONTEST
        + LAST
    ),
    "fields in circles": lambda n: (
        HEAD
        + "".join(
            f'[fields.f{i}]\ntype = "bool"\nsame = ["f{i ^ 1}", "region"]\n'
            for i in range(n - n % 2)
        )
        + CONTEST
        + LAST
    ),
    "tallies": lambda n: (
        HEAD
        + lines(
            n,
            '[fields.f#]\ntype = "integer"\n'
            'tally = { same = ["partner_id"], where = { region = "#" } }\n',
        )
        + CONTEST
        + "prefer = "
        + quoted(n, "lowest f#")
        + "\n"
    ),
    "calendars": lambda n: (
        HEAD + lines(n, '[calendars.c#]\nzone = "Europe/Berlin"\n') + CONTEST + LAST
    ),
    "calendars of many zones": lambda n: (
        HEAD
        + "".join(
            f'[calendars.c{i}]\nzone = "Etc/GMT{"+-"[i % 2]}{i // 2 % 12 + 1}"\n'
            if i % 3
            else f'[calendars.c{i}]\nzone = "Europe/B{i}"\n'.replace(f"B{i}", "Paris")
            for i in range(n)
        )
        + CONTEST
        + LAST
    ),
    "holidays": lambda n: (
        HEAD
        + "[calendars.c]\nholidays = ["
        + dates(n)
        + "]\n"
        + CONTEST
        + LAST
        + 'period = { lasts = "9000 business days", from = "submitted_at", calendar = "c" }\n'
    ),
    "holiday rules": lambda n: (
        HEAD
        + "[calendars.c]\nholiday_rules = "
        + "["
        + ", ".join(
            f'"FREQ=YEARLY;BYMONTH={i % 12 + 1},{i // 144 % 12 + 1};'
            f'BYMONTHDAY={i // 12 % 12 + 1},{i // 1728 % 28 + 1}"'
            for i in range(n)
        )
        + "]\n"
        + CONTEST
        + LAST
        + 'period = { lasts = "900 business days", from = "submitted_at", calendar = "c" }\n'
    ),
    "holiday rules of no day": lambda n: (
        HEAD
        + "[calendars.c]\nholiday_rules = "
        + quoted(n, "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30,31;BYYEARDAY=#")
        + "\n"
        + CONTEST
        + LAST
    ),
    "levels": lambda n: (
        HEAD
        + "tiers = "
        + quoted(n)
        + "\n"
        + CONTEST
        + 'prefer = ["highest tier"]\nwindow = "head start of 1 minutes per tier by submitted_at"\n'
    ),
    "levels, each asked for": lambda n: (
        HEAD
        + "tiers = "
        + quoted(n)
        + "\n"
        + CONTEST
        + LAST
        + "[[contests.requires]]\ncode = 'X'\ntell = 'x'\nthat = '"
        + words(min(n, 10_000), "tier != v#", " and ")
        + "'\n"
    ),
    "all of": lambda n: requires(
        words(n, "score != #", " and ")[:199_000].rpartition(" and ")[0] or "always"
    ),
    "any of": lambda n: requires(
        words(n, "score == #", " or ")[:199_000].rpartition(" or ")[0] or "always"
    ),
    "alternatives side by side": lambda n: requires(
        words(n, "(score == # or amount == # EUR)", " and ")[:199_000].rpartition(" and ")[0]
        or "always"
    ),
    "alternatives inside each other": lambda n: requires(
        "(score == 1 or amount >= 5 EUR and " * min(n, 45) + "always" + ")" * min(n, 45)
    ),
    "sets that lack": lambda n: requires(
        words(n, "not (products covers [p#, q#])", " and ")[:199_000].rpartition(" and ")[0]
        or "always"
    ),
    "sets that have": lambda n: requires(
        words(n, "products overlaps [p#, q#]", " and ")[:199_000].rpartition(" and ")[0] or "always"
    ),
    "sets within": lambda n: requires(
        words(n, "products only [p#, q#]", " and ")[:199_000].rpartition(" and ")[0] or "always"
    ),
    "one of many": lambda n: requires("region in [" + words(min(n, 20_000), "v#", ", ") + "]"),
    "not one of many": lambda n: requires(
        "score not in [" + words(min(n, 20_000), "#", ", ") + "]"
    ),
    "many currencies": lambda n: requires(
        "amount in ["
        + ", ".join(
            f"5 {chr(65 + i // 676 % 26)}{chr(65 + i // 26 % 26)}{chr(65 + i % 26)}"
            for i in range(min(n, 15_000))
        )
        + "]"
    ),
    "questions outside": lambda n: requires(
        words(n, "external q#", " and ")[:199_000].rpartition(" and ")[0] or "always"
    ),
    "unknown fields": lambda n: (
        HEAD
        + lines(n, '[fields.f#]\ntype = "text"\n')
        + CONTEST
        + LAST
        + lines(n, '[[contests.requires]]\ncode = "C#"\ntell = "x"\nthat = "g# == 5"\n')
    ),
    "unknown keys": lambda n: HEAD + lines(n, "key_# = 1\n"),
    "scope of many fields": lambda n: (
        HEAD
        + lines(n, '[fields.f#]\ntype = "text"\n')
        + CONTEST
        + LAST
        + "scope = "
        + quoted(n, "f#")
        + "\n"
    ),
    "scope of no fields": lambda n: HEAD + CONTEST + LAST + "scope = " + quoted(n, "f#") + "\n",
    "joint conditions": lambda n: (
        HEAD
        + lines(n, '[fields.f#]\ntype = "text"\n')
        + CONTEST
        + LAST
        + "capacity = 2\n"
        + "[contests.joint]\ndistinct = "
        + quoted(n, "f#")
        + "\n"
    ),
    "editions": lambda n: (
        HEAD.replace("policy", "book")
        + "".join(
            f"[[editions]]\neffective_from = {1950 + i // 8064 % 200}"
            f"-{i // 672 % 12 + 1:02}-{i // 24 % 28 + 1:02}T{i % 24:02}:00:00Z\n"
            f'version = "v{i}"\n[[editions.contests]]\nbenefit = "protection"\n' + LAST
            for i in range(n)
        )
    ),
    "long names": lambda n: (
        HEAD
        + lines(max(n // 100, 1), f'[fields.f#{"x" * 5000}]\ntype = "text"\n')
        + CONTEST
        + LAST
        + lines(
            max(n // 100, 1),
            f'[[contests.requires]]\ncode = "C#{"x" * 3000}"\ntell = "x"\nthat = "region == #"\n',
        )
    ),
    "a long note": lambda n: HEAD + f'note = "{"x" * 40 * n}"\n' + CONTEST + LAST,
    "escapes": lambda n: (
        HEAD + f'note = "{chr(92) + "u0041":s}{(chr(92) + "n") * 20 * n}"\n' + CONTEST + LAST
    ),
    "keys with points": lambda n: HEAD + lines(n, "k#.a.b.c.d.e.f.g = 1\n"),
}

FACTS = Facts(
    registrations=[
        Registration(
            registration_id=f"R{i}",
            partner_id=f"P{i}",
            opportunity_id="O",
            submitted_at=f"2026-03-0{i}T09:00Z",
            status="approved",
            approved_at="2026-03-09T09:00Z",
        )
        for i in range(1, 5)
    ],
    partners=[Partner(partner_id=f"P{i}") for i in range(1, 5)],
)


def stages(text: str) -> Iterator[tuple[str, Callable[[], object]]]:
    """What is done with the file, one after the other."""
    rules = policy_from_toml(text, limits=RAISED)
    asked = {f"q{place}": {} for place in range(20_000)}
    yield "check", lambda: check(rules)
    yield "digest", lambda: policy_digest(rules)
    yield "compile", lambda: compiled(rules)
    yield "describe", lambda: describe(rules)
    yield "decide", lambda: decide(rules, FACTS, at=AT, externals=asked)
    yield "write", lambda: policy_to_toml(rules)
    yield "store", lambda: from_json(to_json(rules), limits=RAISED)


def seconds(does: Callable[[], object]) -> float:
    """The CPU seconds of a call, refused or not."""
    gc.collect()
    gc.freeze()  # what was there before is not looked through again
    begun = time.process_time()
    with contextlib.suppress(DealregError):
        does()
    return time.process_time() - begun


def measure(text: str) -> dict[str, float]:
    """The CPU seconds of each stage."""
    took = {"read": seconds(lambda: policy_from_toml(text, limits=RAISED))}
    with contextlib.suppress(DealregError):  # mistakes: it is read, and that is all
        for name, stage in stages(text):
            took[name] = seconds(stage)
    return took


def usual(text: str) -> str:
    """What a reader with the usual limits says of the file, and after how long."""
    begun = time.process_time()
    try:
        policy_from_toml(text)
    except DealregError as wrong:
        said = str(getattr(wrong, "problems", (wrong,))[-1].message)[:40]
        return f"{said}: {time.process_time() - begun:.2f} s"
    return "read"


def main(sizes: list[int], chosen: list[str]) -> None:
    """The table."""
    small, large = sizes[0], sizes[-1]
    print("| shape | KB | CPU s | longest | growth of it | with the usual limits |")
    print("|---|---|---|---|---|---|")
    for name, shape in SHAPES.items():
        if chosen and not any(each in name for each in chosen):
            continue
        begun, ended = measure(shape(small)), measure(shape(large))
        worst = max(ended, key=ended.__getitem__)
        grew = math.log(ended[worst] / max(begun.get(worst, 0), 1e-6), large / small)
        print(
            f"| {name} | {len(shape(large)) // 1000} | {sum(ended.values()):.2f} | {worst} "
            f"{ended[worst]:.2f} | n^{grew:.2f} | {usual(shape(large))} |",
            flush=True,
        )


if __name__ == "__main__":
    main(
        [int(each) for each in sys.argv[1:] if each.isdigit()] or [400, 4_000],
        [each for each in sys.argv[1:] if not each.isdigit()],
    )

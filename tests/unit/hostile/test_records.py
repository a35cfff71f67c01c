"""A stranger's records: rows that contradict each other, checkpoints, compiled policies, paths."""

import io
import json
import pickle
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dealreg import UnreadableError, columnar, compiled
from dealreg.errors import DealregError
from dealreg.history import Replay
from dealreg.wire import from_json, load_facts, load_history, policy_beside, read_policy, to_json
from dealreg.wire.putting import put
from tests.unit.hostile.test_growth import counted
from tests.unit.impact.programme import NEW, TURNS, history

AT = "2026-03-01T09:00Z"


def lines(count: int, **row: Any) -> io.StringIO:
    """JSON Lines in which `#` is the number of the line."""
    given = {"registration_id": "R", "partner_id": "P", "opportunity_id": "O", "submitted_at": AT}
    text = json.dumps(given | row)
    return io.StringIO("".join(text.replace("#", str(n)) + "\n" for n in range(count)))


def events(count: int, **row: Any) -> io.StringIO:
    given = {"event_id": "E#", "kind": "submitted", "about": "R#", "happened_at": AT}
    text = json.dumps(given | {"partner_id": "P#", "opportunity_id": "O"} | row)
    return io.StringIO("".join(text.replace("#", str(n)) + "\n" for n in range(count)))


def quotes(count: int) -> io.StringIO:
    """Each line opens a quote, and leaves one open where one is."""
    return io.StringIO("registration_id,partner_id,submitted_at\n" + 'x","\n' * count)


TABLES: dict[str, Callable[[int], object]] = {
    "quotes": lambda n: load_facts(registrations=quotes(n)),
    "one registration, many contents": lambda n: load_facts(registrations=lines(n, region="#")),
    "one partner, many contents": lambda n: load_facts(
        registrations=[], partners=io.StringIO(lines(n, name="#").getvalue())
    ),
    "one partner of many names": lambda n: load_facts(
        registrations=lines(n, registration_id="R#", partner_name="#")
    ),
    "one event, many contents": lambda n: load_history(events=events(n, event_id="E")),
    "one registration, often submitted": lambda n: load_history(events=events(n, about="R")),
    "cells of many items": lambda n: load_facts(registrations=lines(1, products=["p"] * 50 * n)),
    "names inside names": lambda n: load_facts(
        registrations=lines(1, products=json.loads('{"a":' * (n // 3) + "1" + "}" * (n // 3)))
    ),
}


@pytest.mark.parametrize("table", TABLES)
def test_four_times_the_rows_make_four_times_the_work(table: str) -> None:
    load = TABLES[table]
    load(10)
    assert counted(lambda: load(1_200)) < 5.5 * counted(lambda: load(300))


def test_rows_that_contradict_each_other_name_some_of_the_others() -> None:
    loaded = load_facts(registrations=lines(9, region="#"))
    reasons = [each.reason for each in loaded.rejects]
    assert reasons[0].startswith("rows 2, 3, 4, 5, 6 and 3 more are too about registration `R`")
    assert reasons[8].startswith("rows 1, 2, 3, 4, 5 and 3 more are")
    assert reasons[8].endswith("they differ in region")
    told = load_history(events=events(9, about="R")).rejects
    assert told[8].reason == "rows 1, 2, 3, 4, 5 and 3 more submits `R` too"
    twice = load_facts(registrations=lines(2, region="#")).rejects
    assert twice[1].reason.startswith("row 1 is too about")


def test_a_few_quotes_that_are_not_closed_spoil_a_row_each() -> None:
    good = "".join(f'R{n},"P\n{n}",{AT}\n' for n in range(40))
    text = (
        f'registration_id,partner_id,submitted_at\n{good}bad,"open,{AT}\n{good.replace("R", "S")}'
    )
    loaded = load_facts(registrations=io.StringIO(text))
    assert (len(loaded.rejects), len(loaded.facts.registrations)) == (1, 80)


ODD = (None, -1, 99, True, "x", "R9", [], {}, "drop")


def places(held: Any) -> Iterator[tuple[Any, Any]]:
    for key in list(held) if isinstance(held, dict) else range(len(held)):
        yield held, key
        if isinstance(held[key], (dict, list)):
            yield from places(held[key])


@pytest.mark.parametrize("rules", [NEW, TURNS], ids=["window", "periods"])
def test_a_checkpoint_that_somebody_changed_is_refused_or_gone_on_from(rules: Any) -> None:
    """What it says of groups, places, members and facts, each made odd in turn."""
    told = history()
    begun = Replay(rules, known=told.known)
    early, late = told.events[:3], told.events[3:]
    for event in early:
        begun.feed(event)
    text = to_json(begun.checkpoint(taken=3, written=0)).decode()
    refused = 0
    value = json.loads(text)["value"]
    spots = [
        (part, number)
        for part, step in (("cells", 2), ("facts", 3))
        for number in range(0, len(list(places(value[part]))), step)
    ]
    for part, number in spots:
        for odd in ODD:
            data = json.loads(text)
            held, key = list(places(data["value"][part]))[number]
            if odd == "drop":
                del held[key]
            else:
                held[key] = odd
            try:
                replay = Replay.resumed(rules, from_json(json.dumps(data)))
                for event in late:
                    replay.feed(event)
                replay.finish()
            except DealregError:
                refused += 1
    assert refused > 50


def test_a_checkpoint_of_a_registration_that_it_does_not_know_is_damaged() -> None:
    begun = Replay(NEW, known=history().known)
    for event in history().events[:3]:
        begun.feed(event)
    text = to_json(begun.checkpoint(taken=3, written=0)).decode()
    for wrong in (
        text.replace('"is":"member_mark"', '"is":"member_mark"', 1).replace(
            '"governs":{"protection":0', '"governs":{"protection":7', 1
        ),
        text.replace('"registration_id":"R2","turned"', '"registration_id":"R9","turned"', 1),
    ):
        assert wrong != text
        with pytest.raises(UnreadableError, match="the checkpoint is damaged"):
            Replay.resumed(NEW, from_json(wrong))


def test_a_pickle_of_ours_holds_the_policy_and_no_code() -> None:
    """What a pickle names is ours, or the plain values that a policy is made of."""
    named: set[str] = set()

    class Watching(pickle.Unpickler):
        def find_class(self, module: str, name: str) -> Any:
            named.add(module.partition(".")[0])
            return super().find_class(module, name)

    for made in (compiled(NEW), columnar(NEW)):
        back = Watching(io.BytesIO(pickle.dumps(made))).load()
        assert type(back) is type(made)
    assert named <= {"dealreg", "datetime", "decimal", "fractions", "builtins", "copyreg"}


def test_a_file_of_cases_leads_to_policy_files_only(tmp_path: Path) -> None:
    cases = tmp_path / "a.cases.toml"
    for named in ("/etc/passwd", "../../../../../../etc/passwd", "/dev/zero", "/proc/self/environ"):
        cases.write_text(f'format = "dealreg-cases/1"\npolicy = "{named}"\n', encoding="utf-8")
        with pytest.raises(UnreadableError, match=r"named `\.toml` or `\.json`"):
            read_policy(policy_beside(cases))


def test_a_link_left_beside_a_file_is_not_written_through(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_bytes(b"kept")
    (tmp_path / "manifest.json.new").symlink_to(precious)
    with put(tmp_path / "manifest.json") as file:
        file.write(b"ours")
    assert (tmp_path / "manifest.json").read_bytes() == b"ours"
    assert precious.read_bytes() == b"kept"

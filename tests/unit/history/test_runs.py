"""Long replays: into a file, killed at any moment, going on from the checkpoint."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from itertools import islice

import pytest

from dealreg import Event, Policy, UnreadableError, UsageError, contest, earliest, period
from dealreg.history import replay_into, told_in
from dealreg.outcome.timeline import HeldPeriod, SetAside, Transition

POLICY = Policy(
    programme="Example",
    contests=[
        contest("protection", earliest("submitted_at"), period("30 days", starts="submitted_at"))
    ],
)


def events(count):
    """Registrations of eight partners on forty opportunities, one an hour; a third withdrawn."""
    for number in range(count):
        day, hour = divmod(number // 2, 24)
        month, day = divmod(day, 28)
        at = f"2026-{month + 1:02}-{day + 1:02}T{hour:02}:{30 * (number % 2):02}Z"
        withdrawn = number % 3 == 2
        facts = (
            {}
            if withdrawn
            else {"partner_id": f"P{number % 8}", "opportunity_id": f"O{number % 40}"}
        )
        yield Event(
            event_id=f"E{number}",
            kind="withdrawn" if withdrawn else "submitted",
            about=f"R{number - 1 if withdrawn else number}",
            happened_at=at,
            sequence=number,
            facts=facts,
        )


def test_what_is_told_is_written_in_the_order_of_time(tmp_path):
    ran = replay_into(POLICY, events(300), tmp_path / "told.jsonl")
    told = list(told_in(tmp_path / "told.jsonl"))

    assert ran.events == 300
    assert ran.entries == len(told)
    assert {type(entry) for entry in told} == {Transition, HeldPeriod}
    instants = [entry.at for entry in told if isinstance(entry, Transition)]
    assert instants == sorted(instants)


def test_progress_is_told_every_thousand_events_and_at_the_end(tmp_path):
    seen = []
    replay_into(POLICY, events(2300), tmp_path / "told.jsonl", progress=seen.append)

    assert seen == [1000, 2000, 2300]


def test_a_run_goes_on_from_its_checkpoint(tmp_path):
    whole, parts, mark = (tmp_path / name for name in ("whole", "parts", "mark"))
    replay_into(POLICY, events(500), whole)
    first = replay_into(POLICY, islice(events(500), 430), parts, checkpoint=mark, every=100)
    second = replay_into(POLICY, events(500), parts, checkpoint=mark, every=100)

    assert (first.resumed, second.resumed) == (False, True)
    assert second.events == 500
    assert parts.read_bytes() == whole.read_bytes()


def test_an_event_set_aside_is_told(tmp_path):
    stranger = Event(
        event_id="X", kind="won", about="nobody", happened_at="2026-01-01T00:00Z", sequence=0
    )
    replay_into(POLICY, [stranger, *islice(events(5), 1, None)], tmp_path / "told.jsonl")
    aside = [each for each in told_in(tmp_path / "told.jsonl") if isinstance(each, SetAside)]

    assert [(each.code, each.event.event_id) for each in aside] == [("IMPOSSIBLE", "X")]
    assert "`nobody` is not known" in aside[0].reason


def test_a_checkpoint_of_other_rules_is_refused(tmp_path):
    mark = tmp_path / "mark"
    replay_into(POLICY, events(100), tmp_path / "told", checkpoint=mark, every=50)
    other = Policy(programme="Other", contests=POLICY.contests)

    with pytest.raises(UsageError, match="made under other rules"):
        replay_into(other, events(100), tmp_path / "told", checkpoint=mark)


@pytest.mark.parametrize("damage", [b"", b"{", b'{"dealreg":"money"}'])
def test_a_damaged_checkpoint_is_named(tmp_path, damage):
    mark = tmp_path / "mark"
    mark.write_bytes(damage)

    with pytest.raises(UnreadableError, match="mark"):
        replay_into(POLICY, events(10), tmp_path / "told", checkpoint=mark)


def test_a_file_that_lost_what_was_written_is_refused(tmp_path):
    mark, out = tmp_path / "mark", tmp_path / "told"
    replay_into(POLICY, events(100), out, checkpoint=mark, every=50)
    out.write_bytes(b"")

    with pytest.raises(UnreadableError, match="the checkpoint says"):
        replay_into(POLICY, events(100), out, checkpoint=mark)


CHILD = """
import sys
from tests.unit.history.test_runs import POLICY, events
from dealreg.history import replay_into
replay_into(POLICY, events(1200), sys.argv[1], checkpoint=sys.argv[2], every=40)
"""


def test_killed_at_any_moment_nothing_is_lost_or_told_twice(tmp_path):
    whole, out, mark = (tmp_path / name for name in ("whole", "out", "mark"))
    replay_into(POLICY, events(1200), whole)
    kills = 0
    for pause in (0.05, 0.1, 0.02, 0.2, 0.07):
        child = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(CHILD), str(out), str(mark)],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        while not mark.exists() and child.poll() is None:
            time.sleep(0.005)
        time.sleep(pause)
        if child.poll() is None:
            child.send_signal(signal.SIGKILL)
            kills += 1
        child.wait()
    replay_into(POLICY, events(1200), out, checkpoint=mark, every=40)

    assert kills
    assert out.read_bytes() == whole.read_bytes()

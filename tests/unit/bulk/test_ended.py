"""Runs that end badly, for real: killed between two operations, without room, two in one folder."""

import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from dealreg import UnreadableError, UsageError
from dealreg.bulk import decide_files, files, scattering
from dealreg.bulk.locking import alone_in
from tests.unit.bulk.registrations import AT, READY, registrations
from tests.unit.bulk.test_files import Killed, digests, killed_at

ROOT = Path(__file__).parents[3]
TABLE = registrations(2000)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sends signals")


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(files, "_STRETCH", 700)
    monkeypatch.setattr(scattering, "_ROUND", 300)


@pytest.fixture
def folder(tmp_path):
    pq.write_table(TABLE, tmp_path / "table.parquet", row_group_size=300)
    return tmp_path


def start(folder, how, number, **more):
    command = [sys.executable, "-m", "tests.unit.bulk.victim", str(folder), how, str(number)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, **more)


def decided(folder, name="out"):
    return decide_files(READY, folder / "table.parquet", folder / name, at=AT, parts=3)


def test_killed_again_and_again_it_comes_to_the_same_bytes(folder):
    """Each run gets six operations further; in the end the last one has all of it."""
    ended = []
    while not ended or ended[-1] == -9:
        run = start(folder, "die", 7)
        run.communicate(timeout=60)
        ended.append(run.returncode)
        assert len(ended) < 12
    assert ended[-1] == 0
    assert len(ended) > 2
    decided(folder, "whole")
    assert digests(folder / "out") == digests(folder / "whole")


def test_without_room_it_says_so_and_goes_on_when_there_is(folder):
    run = start(folder, "full", 20_000)
    told, _ = run.communicate(timeout=60)
    assert (run.returncode, told.split(":")[0]) == (1, "OSError")
    assert not list((folder / "out").rglob("*.new"))
    decided(folder)
    decided(folder, "whole")
    assert digests(folder / "out") == digests(folder / "whole")


@pytest.mark.parametrize("kind", ["standings", "rejected"])
def test_a_file_that_was_cut_is_made_again(folder, kind):
    decided(folder, "whole")
    decided(folder)
    cut = folder / "out" / kind / "part-00001.parquet"
    cut.write_bytes(cut.read_bytes()[:-20])
    assert decided(folder).resumed == 2
    assert digests(folder / "out") == digests(folder / "whole")


def test_parted_rows_that_were_cut_are_named_with_the_remedy(folder):
    with pytest.raises(Killed):
        decide_files(
            READY, folder / "table.parquet", folder / "out", at=AT, parts=3, progress=killed_at(2)
        )
    cut = folder / "out" / "parting" / "00000.arrow"
    cut.write_bytes(cut.read_bytes()[:-200])
    with pytest.raises(UnreadableError, match="remove this file, and run again") as caught:
        decided(folder)
    Path(caught.value.place).unlink()
    decided(folder)
    decided(folder, "whole")
    assert digests(folder / "out") == digests(folder / "whole")


def test_of_two_processes_in_one_folder_one_is_refused(folder):
    first = start(folder, "wait", 0, stdin=subprocess.PIPE)
    assert first.stdout.readline() == "waiting\n"
    second = start(folder, "die", 10**9)
    told, _ = second.communicate(timeout=60)
    assert second.returncode == 1
    assert told.startswith("UsageError: ")
    assert f"another run is writing into this folder: `process {first.pid} on " in told
    first.communicate(timeout=60)
    assert first.returncode == 0
    decided(folder, "whole")
    assert digests(folder / "out") == digests(folder / "whole")


def test_a_lock_ends_with_its_process(folder):
    run = start(folder, "die", 3)
    run.communicate(timeout=60)
    assert (folder / "out" / "lock").read_text(encoding="utf-8").startswith(f"process {run.pid}")
    decided(folder)
    assert not (folder / "out" / "lock").exists()


def test_in_one_process_too_only_one_is_in_a_folder(tmp_path):
    with alone_in(tmp_path):
        with (
            pytest.raises(UsageError, match="wait for it, or name another folder"),
            alone_in(tmp_path),
        ):
            pass
        assert (tmp_path / "lock").exists()
    with alone_in(tmp_path):
        pass


def test_a_lock_that_was_removed_meanwhile_is_made_anew(tmp_path, monkeypatch):
    """The one before removed its file after this one had opened it."""
    from dealreg.bulk import locking

    lock, times = locking._lock, []

    def late(opened):
        if not times:
            (tmp_path / "lock").unlink()
        times.append(opened)
        lock(opened)

    monkeypatch.setattr(locking, "_lock", late)
    with alone_in(tmp_path):
        assert (tmp_path / "lock").exists()
    assert len(times) == 2


def test_a_link_in_place_of_the_lock_is_not_followed(tmp_path):
    (tmp_path / "precious").write_bytes(b"kept")
    (tmp_path / "lock").symlink_to(tmp_path / "precious")
    with pytest.raises(OSError, match="lock"), alone_in(tmp_path):
        pass
    assert (tmp_path / "precious").read_bytes() == b"kept"

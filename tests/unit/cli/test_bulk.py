"""`bulk`: Parquet files on the command line."""

import pyarrow.parquet as pq
import pytest

from dealreg import Edition, PolicyBook
from dealreg.bulk.files import decide_files
from dealreg.wire import to_json
from tests.unit.bulk.registrations import AT, POLICY, READY, registrations

TABLE = registrations(400)
GIVEN = ("policy.json", "table.parquet", "--at", "2026-04-01T00:00Z", "--out", "out")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "policy.json").write_bytes(to_json(POLICY))
    pq.write_table(TABLE, tmp_path / "table.parquet")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_decides_and_says_where_it_is(folder, dealreg):
    done = dealreg("bulk", *GIVEN, "--parts", "3")
    decide_files(READY, folder / "table.parquet", folder / "same", at=AT, parts=3)

    assert done.stdout == (
        "Decided 400 rows as of 2026-04-01T00:00:00Z in 3 parts; 3 rejected.\n"
        "Standings are in out/standings, rejected rows in out/rejected.\n"
    )
    assert (done.exit_code, done.stderr) == (0, "")
    for each in (folder / "same").rglob("*.*"):
        assert (
            folder / "out" / each.relative_to(folder / "same")
        ).read_bytes() == each.read_bytes()


@pytest.mark.usefixtures("folder")
def test_goes_on_and_says_so(dealreg):
    dealreg("bulk", *GIVEN)
    done = dealreg("bulk", *GIVEN, "--strict")

    assert done.exit_code == 5
    assert "in 1 part, 1 of them from before; 3 rejected" in done.stdout


@pytest.mark.usefixtures("folder")
def test_another_instant_in_the_same_folder_is_refused(dealreg):
    dealreg("bulk", *GIVEN)
    done = dealreg("bulk", *GIVEN[:2], "--at", "now", "--out", "out")

    assert done.exit_code == 2
    assert "the folder was begun with another `at`" in done.stderr


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("left_out", ["--at", "--out"])
def test_says_what_is_missing(left_out, dealreg):
    at = GIVEN.index(left_out)
    done = dealreg("bulk", *GIVEN[:at], *GIVEN[at + 2 :])

    assert done.exit_code == 2
    assert f"  {left_out}: it is not said" in done.stderr


def test_a_book_is_not_a_policy(folder, dealreg):
    edition = Edition(policy=POLICY, effective_from="2026-01-01T00:00Z")
    book = PolicyBook(programme="Bulk", editions=[edition])
    (folder / "policy.json").write_bytes(to_json(book))
    done = dealreg("bulk", *GIVEN)

    assert done.exit_code == 4
    assert "not a policy: one edition of the book" in done.stderr


def test_a_folder_that_cannot_be_written_is_told(folder, dealreg):
    (folder / "out").write_text("a file")
    done = dealreg("bulk", *GIVEN)

    assert done.exit_code == 4
    assert "out: the file cannot be used" in done.stderr


@pytest.mark.usefixtures("folder")
def test_a_terminal_shows_how_far_it_is(monkeypatch, dealreg):
    monkeypatch.setattr("dealreg.cli.terminal.is_terminal", lambda _: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    done = dealreg("bulk", *GIVEN, "--parts", "2")

    assert done.exit_code == 0
    assert "parting" in done.stderr
    assert "2 of 2 parts" in done.stderr

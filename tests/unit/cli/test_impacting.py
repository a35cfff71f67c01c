"""`diff`, `sweep`, `tournament`: what a change would have done, on the command line."""

import pytest

from dealreg.wire import from_json, to_json
from tests.unit.impact.programme import AT, NEW, OLD, table


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "old.json").write_bytes(to_json(OLD))
    (tmp_path / "new.json").write_bytes(to_json(NEW))
    table().write_parquet(tmp_path / "year.parquet")
    (tmp_path / "events.csv").write_text(
        "kind,about,happened_at,partner_id,opportunity_id,amount\n"
        "submitted,R1,2026-03-01T09:00Z,Arbor,O-1,90000 EUR\n"
        "submitted,R2,2026-03-03T09:00Z,Birch,O-1,80000 EUR\n"
        "submitted,R3,2026-03-03T09:00Z,,O-1,80000 EUR\n"
    )
    (tmp_path / "partners.csv").write_text("partner_id,tier\nArbor,silver\nBirch,gold\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


PAIR = ("old.json", "new.json")
EVENTS = ("--events", "events.csv", "--partners", "partners.csv")


@pytest.mark.usefixtures("folder")
class TestDiff:
    def test_of_a_parquet_file(self, dealreg):
        done = dealreg("diff", *PAIR, "year.parquet", "--at", AT)

        assert (done.exit_code, done.stderr) == (0, "")
        assert "Protection: one conflict changes hands." in done.stdout

    def test_of_events(self, dealreg):
        done = dealreg("diff", *PAIR, *EVENTS, "--strict", "--format", "markdown")

        assert done.exit_code == 5
        assert "one conflict changes hands" in done.stdout
        assert "1 of 5 rows rejected" in done.stderr

    def test_as_json(self, dealreg):
        done = dealreg("diff", *PAIR, "year.parquet", "--at", AT, "--format", "json")

        assert from_json(done.stdout).moved

    def test_a_table_of_it_as_csv(self, dealreg):
        done = dealreg(
            "diff", *PAIR, "year.parquet", "--at", AT, "--format", "csv", "--table", "moved"
        )

        assert done.stdout.splitlines()[:2] == [
            "benefit,kind,conflicts,worth",
            "protection,changes_hands,1,90000 EUR",
        ]

    @pytest.mark.parametrize(
        ("name", "begins"), [("r.html", "<!DOCTYPE"), ("r.md", "# Northern"), ("r.txt", "Northern")]
    )
    def test_a_report_in_a_file(self, dealreg, folder, name, begins):
        done = dealreg(
            "diff", *PAIR, "year.parquet", "--at", AT, "--report", name, "--format", "html"
        )

        assert (folder / name).read_text(encoding="utf-8").startswith(begins)
        assert done.stdout.startswith("<!DOCTYPE")

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            (("year.parquet",), "--at 2026-03-01T09:00Z"),
            (("events.csv", "--at", AT), "--events events.csv"),
            (("year.parquet", "--at", AT, *EVENTS), "two histories"),
            ((), "there is no history"),
            (("year.parquet", "--at", AT, "--by", "teir"), "no `teir`"),
        ],
    )
    def test_what_is_wrong_is_said(self, dealreg, given, said):
        done = dealreg("diff", *PAIR, *given)

        assert done.exit_code == 2
        assert said in done.stderr


@pytest.mark.usefixtures("folder")
class TestBooks:
    def test_in_force_from_some_day(self, dealreg):
        given = (*PAIR, "year.parquet", "--at", AT)
        whole = dealreg("diff", *given)
        late = dealreg("diff", *given, "--from", "2026-11-01T00:00Z")
        soon = dealreg("diff", *given, "--from", "2026-01-01T00:00Z")

        assert "the two policies come to the same" in late.stdout
        assert "After, a policy book" in " ".join(soon.stdout.split())
        assert soon.stdout.count("changes hands") == whole.stdout.count("changes hands")

    def test_a_book_is_a_file(self, dealreg, folder):
        from dealreg.impact import amended
        from dealreg.wire import policy_to_toml

        book = amended(OLD, NEW, since="2026-01-01T00:00Z")
        (folder / "book.toml").write_text(policy_to_toml(book), encoding="utf-8")
        place = "editions[2].effective_from"
        values = ("--values", "2026-11-01T00:00Z")
        past = ("year.parquet", "--at", AT)

        assert dealreg("diff", PAIR[1], "book.toml", *past).exit_code == 0
        assert f"{place}  2026-01-01T00:00:00Z" in dealreg("sweep", "book.toml").stdout
        assert dealreg("sweep", "book.toml", place, *past, *values).exit_code == 0
        assert dealreg("tournament", "book.toml", PAIR[0], "--history", *past).exit_code == 0
        done = dealreg("diff", PAIR[0], "book.toml", *past, "--from", "2026-11-01T00:00Z")
        assert done.exit_code == 2
        assert "--from" in done.stderr


WINDOW = "contests[protection].window"


@pytest.mark.usefixtures("folder")
class TestSweep:
    def test_of_a_parquet_file(self, dealreg, folder):
        given = ("new.json", WINDOW, "year.parquet", "--at", AT, "--values", "1, 14 days")
        done = dealreg("sweep", *given, "--report", "sweep.md")

        assert (done.exit_code, done.stderr) == (0, "")
        assert "1 day" in done.stdout
        assert (folder / "sweep.md").read_text(encoding="utf-8").startswith("# Northern")

    @pytest.mark.parametrize(
        ("form", "begins"),
        [("json", "{"), ("csv", "parameter,value"), ("html", "<!DOC"), ("markdown", "# N")],
    )
    def test_in_every_form(self, dealreg, form, begins):
        given = ("new.json", WINDOW, "year.parquet", "--at", AT, "--values", "14 days")

        assert dealreg("sweep", *given, "--format", form).stdout.startswith(begins)

    def test_lists_the_constants(self, dealreg):
        lines = dealreg("sweep", "new.json").stdout.splitlines()

        assert f"{WINDOW}  7 days" in lines

    def test_draws(self, dealreg, folder):
        pytest.importorskip("matplotlib")
        given = ("new.json", WINDOW, *EVENTS, "--values", "1,14")
        done = dealreg("sweep", *given, "--plot", "sweep.svg", "--strict")

        assert done.exit_code == 5
        assert b"<svg" in (folder / "sweep.svg").read_bytes()

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            ((WINDOW,), "--values"),
            (("contests[protection].windo", "--values", "1"), WINDOW),
            ((WINDOW, "--values", "gold"), "not a length of time"),
        ],
    )
    def test_what_is_wrong_is_said(self, dealreg, given, said):
        done = dealreg("sweep", "new.json", *given, *EVENTS)

        assert done.exit_code == 2
        assert said in done.stderr


@pytest.mark.usefixtures("folder")
class TestTournament:
    def test_of_a_parquet_file(self, dealreg):
        done = dealreg("tournament", *PAIR, "--history", "year.parquet", "--at", AT)

        assert (done.exit_code, done.stderr) == (0, "")
        assert "Opportunities with a holder" in done.stdout

    def test_as_rows_and_as_json(self, dealreg):
        given = ("tournament", *PAIR, *EVENTS, "--format")

        assert dealreg(*given, "csv").stdout.startswith("policy,benefit,held")
        assert from_json(dealreg(*given, "json").stdout).entrants
        assert dealreg(*given, "html").stdout.startswith("<!DOCTYPE")

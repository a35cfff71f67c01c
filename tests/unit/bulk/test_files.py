"""Parquet in, Parquet out, part by part: the same as in memory, and the same after being killed."""

import hashlib
import json
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dealreg import (
    FactsErrors,
    MissingExtraError,
    Policy,
    PolicyError,
    UnreadableError,
    UsageError,
    columnar,
    competing_on,
    contest,
)
from dealreg.bulk import Progress, decide_files, files, scattering
from dealreg.deciders.columnar.tables import standings_schema
from tests.unit.bulk.registrations import AT, FIRST, READY, in_order, registrations

TABLE = registrations(6000)
HERE = READY.decide(TABLE, at=AT)


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sources")
    for number in range(3):
        part = TABLE.slice(number * 2000, 2000)
        pq.write_table(part, folder / f"{number}.parquet", row_group_size=700)
    return folder


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Stretches and rounds as small as the table: there are four, of several rounds."""
    monkeypatch.setattr(files, "_STRETCH", 1400)
    monkeypatch.setattr(scattering, "_ROUND", 500)


def read(paths, schema):
    return pa.concat_tables([pq.read_table(path) for path in paths]).cast(schema)


def digests(folder):
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def same_as_here(made):
    assert in_order(read(made.standings, standings_schema())).equals(in_order(HERE.standings))
    assert in_order(read(made.rejected, HERE.rejected.schema)).equals(in_order(HERE.rejected))
    return True


@pytest.mark.parametrize("parts", [1, 2, 7])
def test_it_is_decided_as_in_memory(sources, tmp_path, parts):
    made = decide_files(READY, sources, tmp_path / "out", at=AT, parts=parts)

    assert same_as_here(made)
    assert len(made.standings) == len(made.rejected) == parts
    assert (made.rows, made.resumed) == (6000, 0)
    assert sorted(each.name for each in (tmp_path / "out").iterdir()) == [
        "manifest.json",
        "rejected",
        "standings",
    ]


def test_each_file_is_sorted_and_a_conflict_is_in_one(sources, tmp_path):
    made = decide_files(READY, sources, tmp_path, at=AT, parts=4)
    deals = {row["registration_id"]: row["opportunity_id"] for row in TABLE.to_pylist()}
    home = {}
    for number, path in enumerate(made.standings):
        found = pq.read_table(path, columns=["benefit", "registration_id"])
        assert found.equals(in_order(found))
        for name in found["registration_id"].to_pylist():
            deal = deals[name] or name
            assert home.setdefault(deal, number) == number
    assert set(home.values()) == {0, 1, 2, 3}


class Killed(BaseException):
    """The process ends here."""


def killed_at(step):
    seen = 0

    def progress(_):
        nonlocal seen
        seen += 1
        if seen == step:
            raise Killed

    return progress


@pytest.mark.parametrize("step", [1, 3, 4, 6, 7])
def test_killed_and_run_again_it_gives_the_same_bytes(sources, tmp_path, step):
    decide_files(READY, sources, tmp_path / "whole", at=AT, parts=4)
    with pytest.raises(Killed):
        decide_files(READY, sources, tmp_path / "cut", at=AT, parts=4, progress=killed_at(step))
    (tmp_path / "cut" / "standings").mkdir(exist_ok=True)
    (tmp_path / "cut" / "standings" / "part-00003.parquet.new").write_bytes(b"half a file")
    made = decide_files(READY, sources, tmp_path / "cut", at=AT)

    assert made.resumed == max(step - 4, 0)
    assert digests(tmp_path / "cut") == digests(tmp_path / "whole")


def test_killed_while_a_file_is_written_nothing_is_taken_for_whole(sources, tmp_path, monkeypatch):
    decide_files(READY, sources, tmp_path / "whole", at=AT, parts=2)
    written = pq.write_table

    def half(rows, file, **options):
        if "part-00001" in file.name:
            file.write(b"PAR1")
            raise Killed
        written(rows, file, **options)

    with monkeypatch.context() as broken:
        broken.setattr(pq, "write_table", half)
        with pytest.raises(Killed):
            decide_files(READY, sources, tmp_path / "cut", at=AT, parts=2)
    assert decide_files(READY, sources, tmp_path / "cut", at=AT).resumed == 1
    assert digests(tmp_path / "cut") == digests(tmp_path / "whole")


def test_done_it_is_not_done_again(sources, tmp_path):
    decide_files(READY, sources, tmp_path, at=AT, parts=2)
    told = []
    made = decide_files(READY, sources, tmp_path, at=AT, progress=told.append)

    assert (made.resumed, told) == (2, [])
    made.standings[1].unlink()
    again = decide_files(READY, sources, tmp_path, at=AT, progress=told.append)
    assert same_as_here(again)
    assert told[0] == Progress("parting", 1400, 6000)
    assert told[-1] == Progress("deciding", 2, 2)


def test_a_folder_of_other_rules_or_sources_is_refused(sources, tmp_path):
    decide_files(READY, sources, tmp_path, at=AT, parts=2)
    other = columnar(Policy(programme="Other", contests=[contest("protection", FIRST)]))
    calls = [
        ("policy", other, sources, {"at": AT}),
        ("at", READY, sources, {"at": "2026-05-01T00:00Z"}),
        ("sources", READY, sources / "0.parquet", {"at": AT}),
        ("parts", READY, sources, {"at": AT, "parts": 3}),
        ("unknown", READY, sources, {"at": AT, "unknown": ["score"]}),
    ]
    for name, ready, given, more in calls:
        with pytest.raises(UsageError) as refused:
            decide_files(ready, given, tmp_path, **more)
        assert refused.value.message == f"the folder was begun with another `{name}`"


def test_a_source_that_has_changed_is_noticed(tmp_path):
    source = tmp_path / "one.parquet"
    pq.write_table(TABLE.slice(0, 100), source)
    decide_files(READY, source, tmp_path / "out", at=AT)
    pq.write_table(TABLE.slice(100, 100), source)

    with pytest.raises(UsageError, match="another `sources`"):
        decide_files(READY, source, tmp_path / "out", at=AT)


@pytest.mark.parametrize("text", ["{", "[]", '{"parts": 2}', "[" * 100_000])
def test_a_damaged_manifest_is_refused(sources, tmp_path, text):
    decide_files(READY, sources, tmp_path, at=AT, parts=2)
    manifest = tmp_path / "manifest.json"
    if text.startswith('{"parts'):
        text = json.dumps({**json.loads(manifest.read_bytes()), "parts": "two"})
    manifest.write_text(text)

    with pytest.raises(UnreadableError, match="the manifest is damaged"):
        decide_files(READY, sources, tmp_path, at=AT)


def test_what_cannot_be_read_is_told_with_its_file(sources, tmp_path):
    with pytest.raises(UsageError, match="there is no Parquet file"):
        decide_files(READY, tmp_path, tmp_path, at=AT)
    with pytest.raises(UnreadableError) as absent:
        decide_files(READY, tmp_path / "none.parquet", tmp_path, at=AT)
    assert absent.value.place.endswith("none.parquet")
    other = tmp_path / "other.parquet"
    pq.write_table(TABLE.drop_columns(["tier"]), other)
    with pytest.raises(UnreadableError, match="`tier` is `missing`, and `string` in the first"):
        decide_files(READY, [sources, other], tmp_path / "out", at=AT)
    with pytest.raises(FactsErrors):
        decide_files(READY, other, tmp_path / "out", at=AT)
    with pytest.raises(UsageError, match="is not a number of parts"):
        decide_files(READY, sources, tmp_path / "out", at=AT, parts=0)
    assert not (tmp_path / "out").exists()


def test_a_file_that_is_spoilt_inside_is_told(tmp_path):
    source = tmp_path / "one.parquet"
    pq.write_table(TABLE, source)
    data = bytearray(source.read_bytes())
    data[4:5000] = bytes(4996)
    source.write_bytes(data)

    with pytest.raises(UnreadableError, match="cannot be read"):
        decide_files(READY, source, tmp_path / "out", at=AT)


def test_contests_of_several_scopes_are_refused(sources, tmp_path):
    several = Policy(
        programme="Several",
        contests=[
            contest("a", competing_on("opportunity_id"), FIRST),
            contest("b", competing_on("customer_id"), FIRST),
        ],
    )
    with pytest.raises(PolicyError, match="contests of different scopes"):
        decide_files(columnar(several), sources, tmp_path, at=AT)


def test_texts_by_number_and_a_missing_key(tmp_path):
    source = tmp_path / "one.parquet"
    table = TABLE.set_column(4, "tier", TABLE["tier"].dictionary_encode())
    pq.write_table(table, source, row_group_size=2500)
    assert same_as_here(decide_files(READY, source, tmp_path / "out", at=AT, parts=3))

    pq.write_table(table.drop_columns(["opportunity_id"]), source)
    made = decide_files(
        READY, source, tmp_path / "alone", at=AT, parts=3, unknown=["opportunity_id"]
    )
    codes = read(made.standings, standings_schema())["code"].unique().to_pylist()
    assert codes == ["SCOPE_UNKNOWN"]


def test_without_polars_pyarrow_sorts(sources, tmp_path, monkeypatch):
    decide_files(READY, sources, tmp_path / "with", at=AT, parts=2)
    monkeypatch.setattr(files, "find_spec", lambda _: None)
    decide_files(READY, sources, tmp_path / "without", at=AT, parts=2, engine="pyarrow")
    assert digests(tmp_path / "without") == digests(tmp_path / "with")


def test_without_pyarrow_it_is_named(sources, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(MissingExtraError, match="pyarrow"):
        decide_files(READY, sources, tmp_path, at=AT)

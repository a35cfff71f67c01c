"""Files that are not what they should be are refused with their place, or their rows are."""

from pathlib import Path

import pytest

from dealreg import DealregError
from dealreg.wire import load_facts, read_policy

GOOD = '{"registration_id":"R2","partner_id":"P","submitted_at":"2026-03-01T09:00Z"}'
HEADER = "registration_id,partner_id,opportunity_id,submitted_at,score\n"
POLICY = """format = "dealreg-policy/1"
programme = "Example"
[[contests]]
benefit = "protection"
prefer = ["earliest submitted_at"]
"""
REQUIRES = '[[contests.requires]]\ncode = "X"\ntell = "x"\nthat = "{}"\n'

POLICIES = {
    "empty": (b"", "states no `format`"),
    "not UTF-8": (b"\xff\xfe\x00", "byte 0 is not UTF-8"),
    "UTF-16": (POLICY.encode("utf-16"), "byte 0 is not UTF-8"),
    "null": (POLICY.replace("Exam", "Ex\0am").encode(), "not TOML"),
    "deep list": (b"x = " + b"[" * 10_000 + b"]" * 10_000, "nested more than 64 deep"),
    "deep key": (b".".join([b"a"] * 10_000) + b" = 1", "nested more than 64 deep"),
    "deep not": (
        (POLICY + REQUIRES.format("not " * 10_000 + "score >= 1")).encode(),
        "nested more than 100 deep",
    ),
    "deep brackets": (
        (POLICY + REQUIRES.format("(" * 10_000 + "score >= 1" + ")" * 10_000)).encode(),
        "nested more than 100 deep",
    ),
    "nan": ((POLICY + REQUIRES.format("score >= nan")).encode(), "`nan` is not a number"),
    "huge integer": ((POLICY + "capacity = " + "9" * 5_000).encode(), "digits"),
    "over the limit": (b'note = "' + b"x" * 5_000_000 + b'"', "more than 4,194,304 bytes"),
    "a circle": (
        (POLICY + '[[contests.after]]\nholder_of = "protection"\n').encode(),
        "",
    ),
}

TABLES = {
    "empty.csv": (b"", "the file is empty"),
    "utf16.csv": ((HEADER + "R,P,O,2026-03-01T09:00Z,1\n").encode("utf-16"), 'encoding="utf-16"'),
    "latin.csv": ((HEADER + "R\xe9,P,O,2026-03-01T09:00Z,1\n").encode("latin-1"), "offset 62"),
    "zip.csv": (b"PK\x03\x04 and so on", "spreadsheet or zip"),
    "deep.json": (b"[" * 100_000, "nested too deep"),
    "deep objects.json": (b'{"a":' * 100_000, "nested too deep"),
}

ROWS = {
    "nan.csv": (HEADER + "R1,P,O,2026-03-01T09:00Z,NaN\n", "score"),
    "infinity.csv": (HEADER + "R1,P,O,2026-03-01T09:00Z,Infinity\n", "score"),
    "exponent.csv": (HEADER + "R1,P,O,2026-03-01T09:00Z,1e999\n", "score"),
    "naive.csv": (HEADER + "R1,P,O,2026-03-01 09:00,1\n", "submitted_at"),
    "out of range.csv": (HEADER + "R1,P,O,9999-12-31T23:59Z,1\n", "submitted_at"),
    "long line.csv": (HEADER + "R1,P,O,2026-03-01T09:00Z," + "1" * 3_000_000 + "\n", ""),
    "half a character.jsonl": ('{"registration_id":"\\ud800"}\n', "registration_id"),
    "no object.jsonl": ("[1]\n", ""),
    "huge integer.jsonl": ('{"registration_id":' + "9" * 6_000 + "}\n", "registration_id"),
    "long line.jsonl": ('{"registration_id":"' + "x" * 3_000_000 + '"}\n', ""),
    "nan.jsonl": (GOOD.replace('"R2"', '"R1","score":NaN') + "\n", "score"),
}


@pytest.mark.parametrize(("data", "says"), POLICIES.values(), ids=POLICIES)
def test_a_policy_file_is_refused_with_its_place(tmp_path: Path, data: bytes, says: str) -> None:
    file = tmp_path / "policy.toml"
    file.write_bytes(data)
    if not says:  # well formed: what it means is for the checker
        assert read_policy(file) is not None
        return
    with pytest.raises(DealregError) as caught:
        read_policy(file)
    assert says in str(caught.value)


@pytest.mark.parametrize("name", ["nothing.toml", "nothing.json", "folder.toml"])
def test_a_policy_that_is_no_file_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(DealregError, match=r"the file cannot be read: [a-z]") as caught:
        read_policy(tmp_path / name)
    assert caught.value.place.endswith(name)


@pytest.mark.parametrize("name", TABLES)
def test_a_table_that_cannot_be_read_is_refused_with_its_place(tmp_path: Path, name: str) -> None:
    data, says = TABLES[name]
    file = tmp_path / name
    file.write_bytes(data)
    with pytest.raises(DealregError) as caught:
        load_facts(registrations=file)
    assert says in str(caught.value)
    assert caught.value.place == str(file)


@pytest.mark.parametrize("name", ROWS)
def test_a_row_that_cannot_be_read_is_rejected_and_the_next_is_read(
    tmp_path: Path, name: str
) -> None:
    text, column = ROWS[name]
    good = "R2,P,O,2026-03-01T09:00Z,1\n" if name.endswith(".csv") else GOOD + "\n"
    file = tmp_path / name
    file.write_text(text + good, encoding="utf-8")
    loaded = load_facts(registrations=file)
    assert [each.registration_id for each in loaded.facts.registrations] == ["R2"]
    assert {each.row for each in loaded.rejects} == {loaded.rejects[0].row}
    assert column in {each.column or "" for each in loaded.rejects}
    assert all(each.reason for each in loaded.rejects)


@pytest.mark.parametrize("name", ["nothing.csv", "folder"])
def test_a_table_that_is_no_file_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(DealregError, match=r"the file cannot be read: [a-z]"):
        load_facts(registrations=tmp_path / name)

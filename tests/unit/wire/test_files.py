"""Policies from files: by suffix, and with the file's name in every error."""

import pytest

from dealreg import Facts, Policy, PolicyErrors, UnreadableError, UsageError, contest, earliest
from dealreg.wire import policy_to_toml, read_policy, to_json

POLICY = Policy(programme="Exämple", contests=[contest("protection", earliest("submitted_at"))])


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "byte order mark"])
def test_reads_json_and_toml(tmp_path, mark):
    in_json, in_toml = tmp_path / "a.json", tmp_path / "a.TOML"
    in_json.write_bytes(mark + to_json(POLICY))
    in_toml.write_bytes(mark + policy_to_toml(POLICY).encode())

    assert read_policy(in_json) == read_policy(str(in_toml)) == POLICY


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.json", b"{", "line 1 column 2: this is not JSON"),
        ("a.json", b"\xff", "byte 0 is not UTF-8"),
        ("a.toml", b"programme = '\xe9'", "byte 13 is not UTF-8"),
        ("a.json", to_json(Facts()), "holds a `facts`, not a policy"),
        ("a.yaml", b"", "is named `.toml` or `.json`"),
        ("policy", b"", "is named `.toml` or `.json`"),
        ("a.json", b" " * (4 * 1024 * 1024 + 1), "more than 4,194,304 bytes"),
        ("a.toml", b"#" * (4 * 1024 * 1024 + 1), "more than 4,194,304 bytes"),
    ],
)
def test_says_which_file_and_what_to_do(tmp_path, name, content, says):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UnreadableError) as caught:
        read_policy(path)

    assert says in str(caught.value)
    assert str(caught.value).startswith(str(path))
    assert caught.value.hint


@pytest.mark.parametrize("name", ["none.json", "none.toml", "\0.json", ".", "folder.json"])
def test_files_that_cannot_be_read(tmp_path, name):
    (tmp_path / "folder.json").mkdir()
    with pytest.raises(UnreadableError) as caught:
        read_policy(str(tmp_path / name) if name != "." else name)

    assert caught.value.place
    assert caught.value.hint


def test_problems_in_the_policy_have_the_file_in_their_place(tmp_path):
    path = tmp_path / "a.json"
    path.write_bytes(to_json(POLICY).replace(b'"protection"', b'"pro tection"'))
    with pytest.raises(PolicyErrors) as caught:
        read_policy(path)

    assert [each.place for each in caught.value.problems] == [f"{path}: value.contests[0]"]


def test_the_limit_can_be_raised(tmp_path):
    path = tmp_path / "a.json"
    path.write_bytes(to_json(POLICY) + b" " * 5_000_000)

    assert read_policy(path, largest=6_000_000) == POLICY


def test_only_paths(tmp_path):
    with pytest.raises(UsageError, match="is not a path"):
        read_policy(5)

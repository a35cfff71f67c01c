"""What lies in the repository belongs there, and says nothing of the machine it was written on."""

import re
import subprocess
import tomllib
from functools import cache

import pytest

from tests.architecture.package import ROOT, name_of, sources

PLACES = re.compile(
    "|".join(
        [
            r"(?<![\w.])/" + r"(?:work|root|tmp|home|Users|opt)/",
            r"[A-Z]:\\" + r"Users",
            "files" + r"\.pythonhosted",
            "py" + r"pi\.org",
            "index" + "-url",
            "find" + "-links",
        ]
    )
)
"""Paths of a machine, and the hosts or settings of a package registry."""


@cache
def files():
    """What is tracked, or would be: all that git does not ignore; without git, all there is."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode:
        found = (path for path in ROOT.rglob("*") if not set(path.parts) & {".venv", ".git"})
    else:
        found = (ROOT / name for name in listed.stdout.decode().split("\0") if name)
    return tuple(path for path in sorted(found) if path.is_file())


def read(path):
    return path.read_text(encoding="utf-8", errors="replace")


def test_no_file_names_a_place_on_a_machine_or_a_registry():
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in files()
        for match in PLACES.finditer(read(path))
    ]

    assert found == []


@pytest.mark.parametrize(
    "text",
    ["see /work" + "/main", "in /tmp" + "/x", "https://py" + "pi.org/simple", "/root" + "/.cache"],
)
def test_a_place_would_be_found(text):
    assert PLACES.search(text)


def test_no_file_is_left_behind():
    """No copies, backups, or files of tools."""
    leftover = re.compile(r"(_OLD|\.orig|\.rej|\.bak|~|\.pyc|\.swp|\.DS_Store)$", re.IGNORECASE)

    assert [name for name in map(str, files()) if leftover.search(name)] == []


def test_text_ends_in_one_newline_and_has_no_blanks_behind_its_lines():
    """Golden files and documents count as text; data that must be odd has another ending."""
    kept = {".py", ".md", ".toml", ".txt"}
    wrong = [
        str(path.relative_to(ROOT))
        for path in files()
        if path.suffix in kept and (text := read(path))
        if not text.endswith("\n") or text.endswith("\n\n") or re.search(r"[ \t]+\n", text)
    ]

    assert wrong == []


def test_no_todo_is_left():
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in files()
        if path.suffix == ".py"
        for line in read(path).splitlines()
        if re.search(r"#.*\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b", line)
    ]

    assert found == []


def _settings():
    return tomllib.loads(read(ROOT / "pyproject.toml"))


def test_every_lint_that_is_ignored_has_its_reason():
    section = re.search(
        r"\n\[tool\.ruff\.lint\]\n(.*?)\n\[tool\.mypy\]", read(ROOT / "pyproject.toml"), re.DOTALL
    )
    codes = re.findall(r'^    "[A-Z]+\d*".*$', section[1], re.MULTILINE)

    assert len(codes) > 20
    assert [line for line in codes if not re.search(r"# \S+", line) and "ALL" not in line] == []


@pytest.mark.parametrize("path", [path for path in files() if path.suffix == ".py"], ids=name_of)
def test_every_suppression_names_what_it_suppresses(path):
    text = read(path)

    assert not re.search(r"# " + r"noqa(?!: [A-Z])", text), name_of(path)
    assert not re.search(r"# type" + r": ignore(?!\[)", text), name_of(path)


def test_the_commands_of_the_readme_are_one_line_each():
    text = read(ROOT / "README.md")
    commands = dict(re.findall(r"<!-- command: (\w+) -->\n```sh\n(.*)\n```\n", text))

    assert set(commands) == {"example", "test"}
    assert all(command.startswith("python3 -m venv") for command in commands.values())
    ran = re.findall(r"^(?:\S+=.* )?run_printed (\w+)", read(ROOT / ".ci/run"), re.MULTILINE)
    assert ran == ["example", "test"]


def test_the_core_depends_on_what_it_imports_and_nothing_else():
    named = {re.split(r"[><=\[]", each)[0] for each in _settings()["project"]["dependencies"]}
    imports = {"attrs": "attrs", "python-dateutil": "dateutil", "tzdata": "tzdata"}
    code = "\n".join(read(path) for path in sources())

    assert named == set(imports)
    assert all(re.search(rf"(?:import|from) {name}|\"{name}\"", code) for name in imports.values())

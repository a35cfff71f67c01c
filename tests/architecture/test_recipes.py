"""The recipes name files that exist, and where things go is where they are."""

import re
import tomllib

import pytest

from tests.architecture.package import ROOT, name_of

PAGES = [
    *sorted((ROOT / "docs/contributing").glob("*.md")),
    ROOT / "docs/explanation/architecture.md",
    ROOT / "tests/README.md",
]
_PATH = re.compile(r"`((?:dealreg|docs|tests|benchmarks|\.ci)/[^`\s]*|[\w-]+\.(?:md|toml))`")
_PLACEHOLDER = re.compile(r"<[^>]+>")


def paths_of(text):
    """Every path that a page names; a placeholder such as `<clause>` stands for some name."""
    return sorted({_PLACEHOLDER.sub("*", path) for path in _PATH.findall(text)})


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_paths_exist(page):
    missing = [
        path
        for path in paths_of(page.read_text(encoding="utf-8"))
        if not any(ROOT.glob(path)) and not any(page.parent.glob(path))
    ]

    assert missing == [], name_of(page)


def test_paths_are_found_in_a_page():
    text = (
        "see `dealreg/clauses/<clause>.py` and `tests/laws/`, `pyproject.toml`; not `a/b` or `x.y`"
    )

    assert paths_of(text) == ["dealreg/clauses/*.py", "pyproject.toml", "tests/laws/"]


def test_the_picture_of_the_layers_is_the_contract():
    """The packages in the picture, top to bottom, are those of the import contract."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    contract = next(each for each in contracts if each["id"] == "layers")
    text = (ROOT / "docs/explanation/architecture.md").read_text(encoding="utf-8")
    picture = re.search(r"```text\n(.*?)```", text, re.DOTALL)[1]
    drawn = [
        re.split(r"\s{2,}", line.strip())[0].split(" │ ")
        for line in picture.splitlines()
        if re.match(r" {3}\S", line)
    ]

    assert drawn == [layer.split(" | ") for layer in contract["layers"]]
    assert sorted(name for row in drawn for name in row) == sorted(
        path.stem
        for path in (ROOT / "dealreg").iterdir()
        if path.suffix in {"", ".py"} and not path.name.startswith("__")
    )

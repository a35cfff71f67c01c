"""All code in the README, the docs and the docstrings is run; all links lead somewhere."""

import gc
import re

import pytest

from tests.docs import documents
from tests.docs.documents import ROOT, docstrings, page, pages, run, sources

LANGUAGES = {"python", "console", "sh", "toml", "json", "jsonl", "csv", "text"}
_FENCE = re.compile(r"^ *(```+)(.*)$", re.MULTILINE)
_LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def _name(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", pages(), ids=_name)
def test_code_of_the_page_runs(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    if "local_spark" in path.read_text("utf-8"):
        pytest.importorskip("pyspark", reason="Spark comes with the extra `dev`")

    run(page(path))
    gc.collect()  # what a page forgets to close is found here, and not in some later test


@pytest.mark.parametrize("path", sources(), ids=_name)
def test_examples_of_the_docstrings_run(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    run(docstrings(path))


@pytest.mark.parametrize("path", pages(), ids=_name)
def test_every_block_names_a_language_that_is_run_or_is_plain_text(path):
    opened = _FENCE.findall(path.read_text("utf-8"))[::2]

    assert [language for _, language in opened if language not in LANGUAGES] == []


def _without_code(text):
    return re.sub(r"^ *```.*?^ *```$", "", text, flags=re.MULTILINE | re.DOTALL)


def _anchors(text):
    for heading in _HEADING.findall(_without_code(text)):
        yield re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("path", pages(), ids=_name)
def test_links_lead_somewhere(path):
    broken = []
    for link in _LINK.findall(_without_code(path.read_text("utf-8"))):
        if link.startswith(("https://", "http://", "mailto:")):
            continue
        file, _, anchor = link.partition("#")
        target = path.parent / file if file else path
        if not target.exists() or (anchor and anchor not in _anchors(target.read_text("utf-8"))):
            broken.append(link)

    assert broken == []


def _page_of(tmp_path, text):
    path = tmp_path / "page.md"
    path.write_text(text, encoding="utf-8")
    return page(path)


@pytest.mark.parametrize(
    "text",
    [
        "```python\nassert 1 == 2\n```\n",
        "```python\n>>> 1 + 1\n3\n```\n",
        "```python\nprint(1)\n```\n\n```text\n2\n```\n",
        "```console\n$ echo one\ntwo\n```\n",
        "```console\n$ false\n```\n",
        "```sh\ndealreg nonsense\n```\n",
        "```toml\na = \n```\n",
        "```json\n{]\n```\n",
        "```jsonl\n{}\n{]\n```\n",
    ],
)
def test_a_page_that_is_wrong_fails(text, tmp_path):
    with pytest.raises((AssertionError, ValueError)):
        run(_page_of(tmp_path, text))


@pytest.mark.parametrize(
    "text",
    [
        "```python\nx = 1\n```\n\n```python\n>>> x + 1\n2\n```\n",
        "```python\nprint(1)\n```\n\n```text\n1\n```\n",
        "```python\nprint(1)\n```\n\nAnd:\n\n```text\nanything\n```\n",
        "```console\n$ echo one; echo two\none\n...\n$ true\n```\n",
        "```sh\nno-such-command\n```\n",
    ],
)
def test_a_page_that_is_right_passes(text, tmp_path):
    run(_page_of(tmp_path, text))


def test_pages_and_docstrings_are_found():
    assert {ROOT / "README.md", ROOT / "docs/README.md"} <= set(pages())
    assert len(sources()) > 10
    assert documents.PACKAGE.is_dir()

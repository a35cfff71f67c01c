"""Running what documents show: Python, commands with their output, TOML and JSON."""

import contextlib
import doctest
import io
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from sybil import Example
from sybil.document import Document, PythonDocStringDocument
from sybil.evaluators.python import PythonEvaluator
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser
from sybil.parsers.rest import DocTestParser

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "dealreg"
FLAGS = doctest.ELLIPSIS
CHECKER = doctest.OutputChecker()
_COMMAND = re.compile(
    r"^\$ (?P<command>.*(?:\\\n.*)*)\n?(?P<output>(?:(?!\$ ).*\n?)*)", re.MULTILINE
)


def pages() -> list[Path]:
    """Every Markdown page of the project."""
    folders = (ROOT / name for name in ("docs", "tests", "benchmarks"))
    found = [page for folder in folders for page in folder.rglob("*.md")]
    return sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *found])


def sources() -> list[Path]:
    """Every module of the package whose docstrings show an example."""
    return sorted(path for path in PACKAGE.rglob("*.py") if ">>> " in path.read_text("utf-8"))


def page(path: Path) -> Document:
    """A Markdown page, ready to be run: one namespace from its first line to its last."""
    python = PythonCodeBlockParser(doctest_optionflags=FLAGS)
    python.codeblock_parser = CodeBlockParser("python", _run_python)
    return Document.parse(
        str(path),
        python,
        CodeBlockParser("text", _compare_with_printed),
        CodeBlockParser("console", _run_console),
        CodeBlockParser("sh", _run_script),
        CodeBlockParser("toml", lambda example: _read(tomllib.loads, example)),
        CodeBlockParser("json", lambda example: _read(json.loads, example)),
        CodeBlockParser("jsonl", lambda example: [json.loads(x) for x in _lines(example)] and None),
    )


def docstrings(path: Path) -> Document:
    """The docstrings of a module, ready to be run."""
    return PythonDocStringDocument.parse(str(path), DocTestParser(FLAGS))


def run(document: Document) -> None:
    """Evaluate every example, in order."""
    for example in document.examples():
        example.evaluate()


def _lines(example: Example) -> list[str]:
    return [line for line in str(example.parsed).splitlines() if line.strip()]


def _read(reader, example: Example) -> None:
    reader(str(example.parsed))


def _run_python(example: Example) -> None:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        PythonEvaluator()(example)
    example.document.printed = (example.end, printed.getvalue())


def _compare_with_printed(example: Example) -> str | None:
    """A `text` block right behind a Python block is what that block prints."""
    end, printed = getattr(example.document, "printed", (0, ""))
    between = example.document.text[end : example.start]
    if not end or between.strip():
        return None
    return _difference(str(example.parsed), printed)


def _run_console(example: Example) -> str | None:
    """`$ command` lines, each with the output that it must have; none shown, none compared."""
    for found in _COMMAND.finditer(str(example.parsed)):
        status, output = _shell(found["command"])
        if found["output"].strip():
            difference = _difference(found["output"], output)
            if difference:
                return difference
        elif status:
            return f"`{found['command']}` ended with {status}:\n{output}"
    return None


def _run_script(example: Example) -> str | None:
    """The lines of a script that run `dealreg`; the others need a network or a terminal."""
    for line in str(example.parsed).replace("\\\n", "").splitlines():
        if line.startswith("dealreg "):
            status, output = _shell(line)
            if status:
                return f"`{line}` ended with {status}:\n{output}"
    return None


def _shell(command: str) -> tuple[int, str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "COLUMNS": "100", "NO_COLOR": "1"}
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    return done.returncode, done.stdout


def _difference(expected: str, actual: str) -> str | None:
    wanted, got = (
        "\n".join(line.rstrip() for line in text.strip("\n").splitlines()) + "\n"
        for text in (expected, actual)
    )
    if CHECKER.check_output(wanted, got, FLAGS):
        return None
    return CHECKER.output_difference(doctest.Example("", wanted), got, doctest.REPORT_NDIFF)

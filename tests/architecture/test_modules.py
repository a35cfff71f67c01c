"""Modules are short, well named, say what they are, and do not print."""

import ast
from pathlib import Path

import pytest

from tests.architecture.package import name_of, sources, written_modules

LONGEST = 400
LONGER = {"dealreg/policy/builders.py": 600, "dealreg/wire/column_names.py": 600}
"""One list each, of builders and of column names: cut in two they would only be harder to find."""
LONGEST_FUNCTION = 60
VAGUE = {"utils", "util", "helpers", "helper", "base", "common", "manager", "misc", "tools"}


def _tree(source: Path) -> ast.Module:
    return ast.parse(source.read_text(encoding="utf-8"))


@pytest.mark.parametrize("source", sources(), ids=name_of)
def test_is_not_too_long(source):
    lines = source.read_text(encoding="utf-8").count("\n")

    assert lines <= LONGER.get(name_of(source), LONGEST)


@pytest.mark.parametrize("source", sources(), ids=name_of)
def test_functions_are_not_too_long(source):
    """Code lines, without the docstring."""
    too_long = {
        node.name: length
        for node in ast.walk(_tree(source))
        if isinstance(node, ast.FunctionDef)
        if (length := _code_lines(node)) > LONGEST_FUNCTION
    }

    assert too_long == {}


def _code_lines(node: ast.FunctionDef) -> int:
    first = node.body[0]
    docstring = first.end_lineno - first.lineno + 1 if ast.get_docstring(node, clean=False) else 0
    return node.end_lineno - node.lineno + 1 - docstring


@pytest.mark.parametrize("source", sources(), ids=name_of)
def test_has_a_telling_name(source):
    assert not VAGUE & {source.stem, *source.parent.parts[-2:]}


@pytest.mark.parametrize("source", sources(), ids=name_of)
def test_prints_nothing(source):
    """But for the command line, when what it would print with is not installed."""
    calls = [
        node.func.id
        for node in ast.walk(_tree(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    ]

    assert not {"breakpoint", "input"} & set(calls)
    assert "print" not in calls or name_of(source) == "dealreg/cli/main.py"


@pytest.mark.parametrize("source", sources(), ids=name_of)
def test_reads_no_clock_and_no_chance(source):
    """A decision depends on nothing that the caller did not pass in. A person may say `now`."""
    clock = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today"}
    named = {
        ast.unparse(node)
        for node in ast.walk(_tree(source))
        if isinstance(node, ast.Attribute | ast.Name)
    }
    imported = {
        alias.name
        for node in ast.walk(_tree(source))
        if isinstance(node, ast.Import)
        for alias in node.names
    } | {node.module or "" for node in ast.walk(_tree(source)) if isinstance(node, ast.ImportFrom)}

    assert name_of(source) == "dealreg/cli/inputs.py" or not named & clock
    assert not imported & {"random", "secrets", "uuid", "time", "locale"}


@pytest.mark.parametrize("source", sources(), ids=name_of)
def test_swallows_no_exception(source):
    """No bare `except`, and no handler for everything that does nothing."""
    wrong = [
        node.lineno
        for node in ast.walk(_tree(source))
        if isinstance(node, ast.ExceptHandler)
        and (
            node.type is None
            or (ast.unparse(node.type) in {"Exception", "BaseException"} and not _raises(node))
        )
    ]

    assert wrong == []


def _raises(handler: ast.ExceptHandler) -> bool:
    return any(isinstance(node, ast.Raise) for node in ast.walk(handler))


@pytest.mark.parametrize("module", written_modules(), ids=name_of)
def test_begins_with_a_docstring(module):
    assert module.__doc__
    assert module.__doc__.strip().splitlines()[0].endswith((".", ":", "?"))

"""The catalogue is whole: every clause is listed, documented and sourced, and has its case."""

import importlib
import inspect
import re
from pathlib import Path

import pytest

from dealreg import Policy, check, clauses, contest
from tests.golden.clause_policies import POLICIES

ROOT = Path(__file__).parents[2]
CLAUSES = sorted(
    path.stem for path in Path(clauses.__file__).parent.glob("*.py") if path.stem != "__init__"
)
_ROW = re.compile(
    r"^\| \[`(\w+)`\]\(\S+\) \| (.*?) \| (.*?) \| (.*?) \| \[case\]\((\S+)\) \|$", re.MULTILINE
)
ROWS = {
    row[0]: row[1:]
    for row in _ROW.findall((ROOT / "docs/reference/clauses.md").read_text(encoding="utf-8"))
}


def _doc(name: str) -> str:
    return inspect.getdoc(getattr(clauses, name)) or ""


def _section(name: str, title: str) -> str:
    found = re.search(rf"^{title}:(.*?)(?:\n\n|\Z)", _doc(name), re.DOTALL | re.MULTILINE)
    assert found, f"{name} has no section `{title}`"
    return " ".join(found[1].split())


def test_the_page_and_the_cases_list_exactly_the_clauses():
    assert sorted(ROWS) == CLAUSES
    assert sorted(POLICIES) == CLAUSES
    assert sorted(path.name for path in (ROOT / "tests/golden/clauses").iterdir()) == CLAUSES


@pytest.mark.parametrize("name", CLAUSES)
def test_a_clause_is_one_public_function_of_the_name_of_its_file(name):
    module = importlib.import_module(f"dealreg.clauses.{name}")
    beside = [other for other in module.__all__ if not other.endswith(("_field", "_fields"))]

    assert beside == [name]
    assert set(module.__all__) <= set(clauses.__all__)


@pytest.mark.parametrize("name", CLAUSES)
def test_the_docstring_says_what_the_row_says(name):
    meaning, shape, programmes, case = ROWS[name]
    summary = " ".join(_doc(name).split("\n\n")[0].split())

    assert meaning == summary
    assert shape.split(", ") == re.findall(r"RS-\d\d", _section(name, "Rule shape"))
    assert (ROOT / "docs/reference" / case / "case.toml").exists()
    _section(name, "Left open")
    sources = _section(name, "Sources")
    if programmes != "none":
        for programme in re.split("[,;] | and ", programmes):
            if "more" not in programme:
                assert programme in sources
        assert "https://" in sources or "http://" in sources or "Scribd" in sources


@pytest.mark.parametrize("name", CLAUSES)
def test_the_docstring_explains_every_argument_and_has_an_example(name):
    arguments = inspect.signature(getattr(clauses, name)).parameters
    doc = _doc(name)

    assert ">>> " in doc
    for argument in arguments:
        assert re.search(rf"^    {argument}: ", doc, re.MULTILINE), argument


@pytest.mark.parametrize("name", CLAUSES)
def test_the_policy_of_a_clause_is_sound_without_a_warning(name):
    found = {finding.code for finding in check(POLICIES[name]).items}

    # No instant is compared there on purpose: where no score tells, a person decides.
    assert found == ({"ORDER_NOT_TOTAL"} if name == "most_qualified" else set())


def test_clauses_combine_into_one_contest():
    protection = contest(
        "protection",
        clauses.first_to_register(),
        clauses.minimum_value("10000 USD"),
        clauses.customer_choice(),
        clauses.single_holder(),
        clauses.others_get("co-sell rate", "5"),
    )

    assert check(Policy(programme="Example", contests=[protection])).items == ()
    assert [each.code for each in protection.requires] == ["BELOW_MINIMUM"]
    assert [each.code for each in protection.overrides] == ["CUSTOMER_PREFERENCE"]

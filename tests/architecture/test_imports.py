"""Importing is cheap and quiet: nothing that was not asked for is loaded."""

import subprocess
import sys

import pytest

CORE = {"attr", "attrs", "dateutil", "six", "tzdata"}
"""What the core may load. (Some versions of dateutil load six.)"""


def loaded_by(code: str) -> set[str]:
    """The modules that a fresh Python has after running the code, beyond what it starts with."""
    script = f"""
import sys
before = set(sys.modules)
{code}
print(*sorted(set(sys.modules) - before))
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    return set(done.stdout.split())


def third_party(names: set[str]) -> set[str]:
    """The top-level packages that are neither the standard library's nor our own."""
    roots = {name.partition(".")[0] for name in names}
    return (
        roots
        - set(sys.stdlib_module_names)
        - {"dealreg"}
        - {name for name in roots if name.startswith("_")}
    )


def packages(names: set[str]) -> set[str]:
    """Our own packages one level down."""
    return {name.split(".")[1] for name in names if name.startswith("dealreg.")}


def test_the_root_loads_nothing_until_a_name_is_used():
    names = loaded_by("import dealreg")

    assert third_party(names) == set()
    assert packages(names) == set()


def test_the_main_job_loads_core_dependencies_only():
    names = loaded_by("from dealreg import *")

    assert third_party(names) <= CORE
    assert not packages(names) & {"clauses", "cli", "rendering", "testing", "wire"}


@pytest.mark.parametrize(
    "heavy",
    ["dateutil", "difflib", "hashlib", "json", "importlib.resources", "zoneinfo"],
)
def test_the_main_job_loads_this_when_it_is_needed_and_not_before(heavy):
    assert heavy not in loaded_by("from dealreg import *")


@pytest.mark.parametrize("package", ["clauses", "rendering", "wire"])
def test_a_part_of_the_core_loads_core_dependencies_only(package):
    assert third_party(loaded_by(f"import dealreg.{package}")) <= CORE


def test_the_command_line_loads_no_test_library():
    assert not third_party(loaded_by("import dealreg.cli.main")) & {"hypothesis", "pytest"}

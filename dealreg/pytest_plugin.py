"""The pytest plugin: files named `*.cases.toml` are collected like any other test.

pytest loads this module in every run of every project that has dealreg installed. So it imports
nothing until there is a file of cases, or something to record.
"""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

__all__ = ["RECORD", "pytest_addoption", "pytest_collect_file", "pytest_configure"]

RECORD = "--record-cases"
"""The option that writes what is found into the cases."""

_ENDING = ".cases.toml"


def pytest_addoption(parser: "pytest.Parser") -> None:
    """Add the option that records."""
    parser.getgroup("dealreg").addoption(
        RECORD,
        action="store_true",
        help="write what dealreg decides into the files of cases, for review",
    )


def pytest_configure(config: "pytest.Config") -> None:
    """Listen for cases to be recorded: in the one process that everything is reported to."""
    if config.getoption(RECORD) and not hasattr(config, "workerinput"):
        from dealreg.testing.case_items import Recorder

        config.pluginmanager.register(Recorder(config), "dealreg-recorder")


def pytest_collect_file(file_path: Path, parent: "pytest.Collector") -> "pytest.Collector | None":
    """Collect the cases of a file."""
    if not file_path.name.endswith(_ENDING):
        return None
    from dealreg.testing.case_items import CasesFile

    return CasesFile.from_parent(parent, path=file_path)

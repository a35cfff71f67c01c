"""Snapshots: texts kept as files, compared by the tests, and recorded anew by one command."""

from collections.abc import Callable
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent / "snapshots"


def pytest_addoption(parser: pytest.Parser) -> None:
    """`pytest tests/unit/rendering --record-snapshots` writes them; review them as a diff."""
    parser.addoption(
        "--record-snapshots",
        action="store_true",
        default=False,
        help="write the snapshots of tests/unit/rendering instead of comparing with them",
    )


@pytest.fixture
def snapshot(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compares a text with the file of a name, or records it."""
    recording = request.config.getoption("--record-snapshots", default=False)

    def compare(name: str, text: str) -> None:
        file = FOLDER / name
        if recording:
            file.write_text(text, encoding="utf-8")
        assert file.exists(), f"no snapshot {name}: run pytest with --record-snapshots"
        assert text == file.read_text(encoding="utf-8")

    return compare

"""Which modules the type checker names when a union gets a node that no reader knows."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.architecture.package import ROOT

UNIONS = {
    "Predicate": "policy/predicates.py",
    "Window": "policy/stages.py",
    "Preference": "policy/stages.py",
    "Rate": "policy/terms.py",
    "Derived": "facts/fields.py",
}
"""Every closed union of nodes, and the module that defines it."""

_NODE = '''
@attrs.frozen
class New{union}:
    """A node that no reader knows yet."""

    tag: ClassVar[str] = "new_{lower}"


{union}: TypeAlias = ('''


def add_node(package: Path, union: str) -> None:
    """Add the node `New<union>` to a union, in a copy of the package."""
    module = package / UNIONS[union]
    text = module.read_text(encoding="utf-8")
    found = re.search(
        rf"^{union}: TypeAlias = \(?\s*([\w\s|]+?)\s*\)?\n(?=\S|\n)", text, re.MULTILINE
    )
    grown = _NODE.format(union=union, lower=union.lower()) + f"{found[1]} | New{union})\n"
    module.write_text(text[: found.start()] + grown + text[found.end() :], encoding="utf-8")


def readers(folder: Path) -> dict[str, set[str]]:
    """For each union, the modules that mypy names once the union has grown by a node."""
    shutil.copytree(ROOT / "dealreg", folder / "dealreg")
    shutil.copy(ROOT / "pyproject.toml", folder)
    for union in UNIONS:
        add_node(folder / "dealreg", union)
    done = subprocess.run(
        [sys.executable, "-m", "mypy"], cwd=folder, capture_output=True, text=True, check=False
    )
    found: dict[str, set[str]] = {union: set() for union in UNIONS}
    for line in done.stdout.splitlines():
        path, _, message = line.partition(":")
        for union in UNIONS:
            if f'"New{union}"' in message and " error:" in message:
                found[union].add(path)
    return found

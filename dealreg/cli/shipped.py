"""The worked examples that come with the library: what they are, and their files."""

import tomllib
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import attrs

from dealreg.errors import UsageError, shown, suggestion

__all__ = ["MANIFEST", "Example", "Step", "shipped", "shipped_names"]

MANIFEST = "example.toml"
"""What an example is called and which commands it is made of; not part of what is written."""


@attrs.frozen
class Step:
    """One command of an example, with what to say before it."""

    say: str
    command: str


@attrs.frozen
class Example:
    """A worked example: a folder of the package."""

    name: str
    title: str
    story: str
    ending: str
    steps: tuple[Step, ...]
    folder: Traversable

    def files(self) -> tuple[Traversable, ...]:
        """The files a reader works with, by name."""
        found = (each for each in self.folder.iterdir() if each.is_file())
        return tuple(sorted((f for f in found if f.name != MANIFEST), key=lambda f: f.name))


def shipped_names() -> tuple[str, ...]:
    """The names of the examples, the first to look at first."""
    found = [each.name for each in _root().iterdir() if each.joinpath(MANIFEST).is_file()]
    return tuple(sorted(found, key=lambda name: (_manifest(name)["place"], name)))


def shipped(name: str) -> Example:
    """The example of that name.

    Raises:
        UsageError: when there is none.
    """
    names = shipped_names()
    if name not in names:
        raise UsageError(
            f"there is no example {shown(name)}", value=name, hint=suggestion(name, names)
        )
    manifest = _manifest(name)
    return Example(
        name=name,
        title=manifest["title"],
        story=manifest["story"].strip(),
        ending=manifest["ending"].strip(),
        steps=tuple(Step(each["say"].strip(), each["command"]) for each in manifest["steps"]),
        folder=_root().joinpath(name),
    )


def _root() -> Traversable:
    return files("dealreg.cli").joinpath("examples")


def _manifest(name: str) -> dict[str, Any]:
    text = _root().joinpath(name, MANIFEST).read_text(encoding="utf-8")
    return tomllib.loads(text)

"""The package under test, seen from outside: its modules, classes and files."""

import importlib
import pkgutil
from functools import cache
from pathlib import Path
from types import ModuleType

import attrs

import dealreg

ROOT = Path(__file__).parents[2]
PACKAGE = Path(dealreg.__file__).parent


@cache
def modules() -> tuple[ModuleType, ...]:
    """Every module of the package, imported, in the order of their names."""
    names = [found.name for found in pkgutil.walk_packages([str(PACKAGE)], "dealreg.")]
    return tuple(importlib.import_module(name) for name in sorted(["dealreg", *names]))


@cache
def written_modules() -> tuple[ModuleType, ...]:
    """The modules that have something in them: a package may be a folder and nothing more."""
    return tuple(m for m in modules() if Path(m.__file__ or "").read_text("utf-8").strip())


@cache
def sources() -> tuple[Path, ...]:
    """Every Python file of the package."""
    return tuple(sorted(PACKAGE.rglob("*.py")))


@cache
def classes() -> tuple[type, ...]:
    """Every class that the package defines, by the name of its module and its own."""
    found = {
        thing
        for module in modules()
        for thing in vars(module).values()
        if isinstance(thing, type) and thing.__module__ == module.__name__
    }
    return tuple(sorted(found, key=lambda kind: (kind.__module__, kind.__qualname__)))


@cache
def values() -> tuple[type, ...]:
    """Every attrs class of the package."""
    return tuple(kind for kind in classes() if attrs.has(kind))


def name_of(thing: object) -> str:
    """How a test shows a module, a class or a file."""
    if isinstance(thing, Path):
        return str(thing.relative_to(PACKAGE.parent))
    if isinstance(thing, ModuleType):
        return thing.__name__
    return f"{thing.__module__}.{thing.__qualname__}" if isinstance(thing, type) else str(thing)

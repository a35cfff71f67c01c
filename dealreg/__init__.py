"""Deal registration policies as values, and who wins, decided deterministically with reasons.

The names here are the main job: state the facts, state the policy, decide. Ready-made rules are in
`dealreg.clauses`, files in `dealreg.wire`, words in `dealreg.rendering`.

The names are listed in `dealreg.public`, and loaded the first time that one of them is used: a
program that merely starts does not pay for them.
"""

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from dealreg.public import *  # noqa: F403 - the one list of names is over there
else:

    def __getattr__(name: str) -> object:
        if name.startswith("__") and name != "__all__":
            raise AttributeError(name)
        public = import_module("dealreg.public")
        if name != "__all__" and name not in public.__all__:
            raise AttributeError(f"module `dealreg` has no public name `{name}`", name=name)
        return globals().setdefault(name, getattr(public, name))

    def __dir__() -> list[str]:
        return [*import_module("dealreg.public").__all__, "__version__"]

"""The entry point of `dealreg`: names what is missing where its optional libraries are absent."""

import sys
from collections.abc import Sequence
from importlib.util import find_spec

from dealreg.cli.exits import Exit

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; `None` takes the arguments of the process.

    >>> main(["--version"])  # doctest: +ELLIPSIS
    dealreg ...
    0
    """
    absent = [name for name in ("click", "rich") if find_spec(name) is None]
    if absent:
        sys.stderr.write(
            f"dealreg: the command line needs {' and '.join(absent)}; "
            'install it with: pip install "dealreg[cli]"\n'
        )
        return Exit.MISSING_EXTRA
    from dealreg.cli.application import run

    return run(sys.argv[1:] if arguments is None else list(arguments))


if __name__ == "__main__":
    raise SystemExit(main())

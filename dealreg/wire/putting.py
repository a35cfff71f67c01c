"""Files that are there as a whole, or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

__all__ = ["put"]


@contextmanager
def put(path: Path) -> Iterator[BinaryIO]:
    """A file to be written under another name, which gets its own when all of it is on disk."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)  # half a file of a run that was killed, or a link elsewhere
    try:
        with fresh.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
    except BaseException:  # a full disk has no room for half a file
        fresh.unlink(missing_ok=True)
        raise
    fresh.replace(path)

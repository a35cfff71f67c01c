"""Exit codes: what a script may rely on."""

from enum import IntEnum

__all__ = ["Exit"]


class Exit(IntEnum):
    """How a command ended. A denial, a deadlock or a referral is an answer: it exits with 0."""

    OK = 0
    """It did what was asked."""
    FOUND = 1
    """What was looked for: errors, differences, deadlocks, failing cases, other bytes."""
    USAGE = 2
    """The command line cannot be carried out as written."""
    POLICY = 3
    """The policy is malformed or not sound."""
    INPUT = 4
    """A file cannot be read or written, or facts contradict each other or the policy."""
    REJECTED = 5
    """Decided, but rows were rejected and `--strict` was given."""
    MISSING_EXTRA = 69
    """An optional part of the library is not installed."""
    INTERNAL = 70
    """A defect of dealreg itself."""
    INTERRUPTED = 130
    """Ctrl-C."""
    BROKEN_PIPE = 141
    """Whoever read the output went away."""

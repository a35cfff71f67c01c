"""A record, or what makes one: what commands about one decision are given."""

from typing import Any

from dealreg.cli.deciding import decided
from dealreg.cli.inputs import load_record
from dealreg.cli.rejected import say_rejects
from dealreg.errors import UsageError
from dealreg.outcome.record import Record

__all__ = ["record_of"]


def record_of(source: str, registrations: str | None, how: dict[str, Any]) -> Record:
    """The record that was named, or that of a decision by a policy, tables and options.

    Raises:
        DealregError: whatever is wrong with any of them.
    """
    if registrations is not None:
        found = decided(source, registrations, **how)
        say_rejects(found.loaded)
        return found.record
    given = sorted(name for name, value in how.items() if value not in (None, ()))
    if given:
        raise UsageError(
            f"--{given[0].replace('_', '-')} says how to decide, and a record is decided already",
            hint="leave it out, or give a policy and registrations",
        )
    return load_record(source)

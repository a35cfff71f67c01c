"""One part of a table, decided by itself: what it is read from, and what comes out."""

from typing import TYPE_CHECKING, Any, Final

import attrs

from dealreg.deciders.lowering import Columnar, InBulk

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["REJECTED", "Question"]

REJECTED: Final = "rejected"
"""The column that has the reason why a row could not be read."""


@attrs.frozen(eq=False)
class Question:
    """What is asked of every part of a table.

    Attributes:
        ready: the policy.
        at: the instant asked about.
        unknown: fields that are not known of anybody.
        engine: the library that computes; None for the fastest that is installed.
    """

    ready: Columnar
    at: Any
    unknown: tuple[str, ...] = ()
    engine: str | None = None

    def answered(self, part: "pa.Table") -> InBulk:
        """What is decided of the part."""
        return self.ready.decide(part, at=self.at, unknown=self.unknown, engine=self.engine)

    def rows(self, part: "pa.Table") -> "pa.Table":
        """The standings, and behind them a row for each registration that could not be read."""
        import pyarrow as pa

        made = self.answered(part)
        none = pa.nulls(len(made.standings), pa.string())
        reasons = made.rejected.rename_columns(["registration_id", "partner_id", REJECTED])
        decided = made.standings.append_column(REJECTED, none)
        return pa.concat_tables([decided, reasons], promote_options="default")

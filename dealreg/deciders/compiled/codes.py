"""The text of a contest's generated function that says who gets what and the code, and no more.

Every answer is a constant: no rival is named, no preference found that told it apart, no
entitlement dated. Who gets what is decided as by the function that explains, and given up on as
there.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TypeAlias

from dealreg.deciders.compiled.orders import fixed_window
from dealreg.deciders.compiled.outcomes import DENIED, GRANTED, Outcome
from dealreg.deciders.compiled.plans import Asks
from dealreg.deciders.compiled.source import Code, fill, number
from dealreg.deciders.compiled.writing import Writer, ended, row_of
from dealreg.facts.records import Registration
from dealreg.outcome.decision import StandingKind

__all__ = ["Coded", "ShortWriter", "coded"]

Coded: TypeAlias = tuple[StandingKind, str]
"""What came out for a registration: granted, waiting, denied, returned or referred; the code."""


def coded(outcome: Outcome) -> Coded:
    """The kind and the code of an outcome."""
    return outcome[:2]


class ShortWriter(Writer):
    """Writes one function that answers with kinds and codes."""

    def _said(self, outcome: Outcome) -> Code:
        return self._coded(*coded(outcome))

    def _coded(self, kind: StandingKind, code: str) -> Code:
        return self.slot(self.constants.setdefault((kind, code), (kind, code)))

    def _ended(self) -> Callable[[Registration, datetime], object]:
        of = ended(self.plan)

        def short(registration: Registration, at: datetime) -> object:
            outcome = of(registration, at)
            return coded(outcome) if outcome else outcome

        return short

    def _lacking(self, kind: StandingKind, asks: Asks) -> Code:
        return self._coded(kind, asks.code)

    def _refused(self, code: str, path: str) -> Code:
        del path
        return self._coded(DENIED, code)

    def _opens(self, value: Code) -> None:
        self.add(2, "if first is None or $ < first: first = $", value, value)

    def _takes_part(self, claim: Code, ranks: list[Code], clock: Code) -> None:
        if self.lone:
            self.add(2, "if rows: return None")
            self.add(2, "rows.append(i); outs.append($)", self._coded(GRANTED, "GRANTED"))
            return
        self.add(2, "own.add($)", claim)
        self.at_i, self.at_clock = number(len(ranks)), number(len(ranks) + 1)
        self.add(2, "rows.append($)", row_of([*ranks, fill("i"), clock]))
        self.add(2, "outs.append($)", self._coded(self.behind, self.contest.others.code))

    @property
    def lone(self) -> bool:
        """Whether one at most is expected to take part: who holds another benefit."""
        return any(each.holds for each in self.plan.after)

    @property
    def behind(self) -> StandingKind:
        """How those stand who are not the best."""
        return StandingKind.WAITING if self.waits else DENIED

    def _awarded(self) -> None:
        if self.lone:
            self.add(1, "return outs")
            return
        self.add(1, "if not rows: return outs")
        self.add(1, "if len(own) != len(rows): return None")
        late = self.contest.window is not None
        if late:
            self._closes()
        self.add(1, "best = None")
        self.add(1, "for row in rows:")
        if late:
            outside = self._coded(self.behind, "OUTSIDE_WINDOW")
            self.add(2, "if row[$] > last: outs[row[$]] = $", self.at_clock, self.at_i, outside)
        word = "elif" if late else "if"
        self.add(2, f"{word} best is None or row < best: best = row")
        self._ties(late=late)
        self.add(1, "outs[best[$]] = $", self.at_i, self._coded(GRANTED, "GRANTED"))
        self.add(1, "return outs")

    def _closes(self) -> None:
        window = self.contest.window
        assert window is not None
        fixed = fixed_window(window, self.plan.reads)
        if fixed is None:
            self.add(1, "last = $(first)[0]", self.slot(self.plan.closing))
        else:
            self.add(1, "last = first + $", self.slot(fixed))

    def _ties(self, *, late: bool) -> None:
        """Leave it to others where no preference tells the best from another in time."""
        self.add(1, "if len(rows) > 1:")
        self.add(2, "for row in rows:")
        same = fill("row is not best")
        for each in reversed(range(len(self.contest.prefer))):  # the last one mostly tells
            same = fill("row[$] == best[$] and $", number(each), number(each), same)
        if late:
            same = fill("$ and row[$] <= last", same, self.at_clock)
        self.add(3, "if $: return None", same)

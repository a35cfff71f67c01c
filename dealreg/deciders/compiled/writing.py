"""The text of a contest's generated function, piece by piece, for outcomes with their reasons."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from dealreg.deciders.compiled.context import Context
from dealreg.deciders.compiled.gains import losers_terms, winners_terms
from dealreg.deciders.compiled.inline import Inline
from dealreg.deciders.compiled.orders import fixed_window, still_to_come
from dealreg.deciders.compiled.outcomes import (
    DENIED,
    GRANTED,
    REFERRED,
    RETURNED,
    Outcome,
    barred,
)
from dealreg.deciders.compiled.plans import ENDED_BY, KINDS, After, Asks, Plan, settled
from dealreg.deciders.compiled.ranks import Ranks
from dealreg.deciders.compiled.source import Code, Source, fill, number
from dealreg.facts.records import LIVE, Registration, Status
from dealreg.facts.view import stated_status
from dealreg.outcome.decision import StandingKind
from dealreg.policy.predicates import Fact, Missing
from dealreg.policy.stages import (
    HeadStart,
    OthersStand,
    Requirement,
)
from dealreg.policy.walk import fact_of

__all__ = ["APART", "Writer", "ended", "lacking", "row_of"]

APART: Final[list[Outcome]] = []
"""The answer of a function that checks, to registrations of several conflicts."""


class Writer:
    """Writes one function."""

    def __init__(self, plan: Plan, *, checked: bool) -> None:
        self.plan, self.contest, self.checked = plan, plan.contest, checked
        self.source = Source()
        self.inline = Inline(self.source, plan.reads)
        self.slot = self.source.slot
        self.ups = [self.source.local() for _ in self.contest.after]
        self.waits = plan.contest.others.stand is OthersStand.WAITING
        self.known: set[Fact] = set()
        self.constants: dict[object, object] = {}

    def add(self, depth: int, template: str, *pieces: Code) -> None:
        """Add a line."""
        self.source.add(depth, template, *pieces)

    def write(self) -> None:
        """The whole function."""
        self._head()
        if self.checked:
            self._scope()
        self._live()
        self._admission()
        self._eligible()
        self._awarded()
        self.inline.finish()

    def _awarded(self) -> None:
        """Who of those that take part holds it, and how the others stand."""
        self._alone()
        if self.contest.window is not None:
            self._window()
        self._winner()
        self._losers()
        self.add(1, "return outs")

    def _said(self, outcome: Outcome) -> Code:
        """An outcome that is the same for everybody."""
        return self.slot(outcome)

    def _ended(self) -> Callable[[Registration, datetime], object]:
        """The outcome of one that is not live; empty if it is after all; None for others."""
        return ended(self.plan)

    def _lacking(self, kind: StandingKind, asks: Asks) -> Code:
        """The outcome of one of which it is not known whether it meets a requirement."""
        return fill("$(c, r)", self.slot(lacking(kind, asks)))

    def _refused(self, code: str, path: str) -> Code:
        """The outcome of one that does not hold what it has to, or holds what it must not."""
        pieces = (self.slot(DENIED), self.slot(code), self.slot(path))
        return fill("($, $, $, z[3], None, None, (), None, None)", *pieces)

    def _head(self) -> None:
        self.add(0, "def decide(c, members, ups):")
        for n, up in enumerate(self.ups):
            self.add(1, "$ = ups[$]", up, number(n))
        self.add(1, "at = c.at")
        self.add(1, "outs = []; rows = []; own = set(); first = same = None; i = -1")
        self.add(1, "for r in members:")
        self.add(2, "i += 1")

    def _scope(self) -> None:
        """Give up, in another way, on registrations of several conflicts."""
        keys = [self.inline.value(Fact(name)) for name in self.contest.scope.keys]
        for key in keys:
            self.add(2, "if $ is None: return $", key, self.slot(APART))
        scope = keys[0] if len(keys) == 1 else row_of(keys)
        self.add(2, "if $ != same:", scope)
        self.add(3, "if same is not None: return $", self.slot(APART))
        self.add(3, "same = $", scope)

    def _live(self) -> None:
        live = [self.slot(each) for each in (Status.SUBMITTED, Status.APPROVED)]
        found = self.slot(self._ended())
        self.add(2, "s = r.status")
        self.add(2, "if s is not $ and s is not $ or r.submitted_at > at:", *live)
        self.add(3, "z = $(r, at)", found)
        self.add(3, "if z is None: return None")
        self.add(3, "if z: outs.append(z); continue")

    def _admission(self) -> None:
        """Why a member takes no part: the first denial, else the first return (C-3)."""
        if self.plan.term is not None:
            self.add(2, "t = $(c, r)", self.slot(self.plan.term))
            assert self.plan.lapsed is not None
            self.add(2, "if t is not None and t[1] is not None and t[1] <= at:")
            self.add(3, "outs.append($); continue", self._said(self.plan.lapsed))
        for missed, outcome in self.plan.milestones:
            late = self.slot(missed)
            self.add(2, "if $(c, r): outs.append($); continue", late, self._said(outcome))
        self.add(2, "g = None")
        for required, asks in zip(self.contest.requires, self.plan.asks, strict=True):
            self._requirement(required, asks)
        for place, after in enumerate(self.plan.after):
            self._dependence(self.ups[place], after)
        self.add(2, "if g is not None:")
        self.add(3, "if g is $: return None", self.slot(REFERRED))
        self.add(3, "outs.append(g); continue")

    def _requirement(self, required: Requirement, asks: Asks) -> None:
        predicate = settled(required.that, self.plan.reads)
        found = self.inline.test(predicate)
        if found is None:
            answer = self.inline.truth(predicate)
            found = fill("$ is None", answer), answer
        elif not isinstance(predicate, Missing):
            fact = fact_of(predicate)
            assert fact is not None
            self.known.add(fact)  # who takes part has met this requirement
        unknown, true = found
        self.add(2, "if $ or not ($):", unknown, true)
        same = KINDS[required.if_false] is KINDS[required.if_unknown] is REFERRED
        if same:
            self._reason(3, REFERRED, asks, None)
            return
        self.add(3, "if $:", unknown)
        self._reason(4, asks.if_unknown, asks, None)
        self.add(3, "else:")
        self._reason(4, asks.if_false, asks, asks.false)

    def _reason(self, depth: int, kind: StandingKind, asks: Asks, outcome: Outcome | None) -> None:
        """Note a reason: a denial ends it, a return outweighs a referral."""
        said = self._lacking(kind, asks) if outcome is None else self._said(outcome)
        if kind is DENIED:
            self.add(depth, "outs.append($); continue", said)
        elif kind is RETURNED:
            self.add(depth, "if g is None or g is $: g = $", self.slot(REFERRED), said)
        else:
            self.add(depth, "if g is None: g = $", self.slot(REFERRED))

    def _dependence(self, up: Code, after: After) -> None:
        self.add(2, "z = $[i]", up)
        self.add(2, "if z[0] is $:", self.slot(REFERRED))
        self.add(3, "if g is None: g = $", self.slot(REFERRED))
        test = "elif z[0] is not $:" if after.holds else "elif z[0] is $:"
        self.add(2, test, self.slot(GRANTED))
        self.add(3, "outs.append($); continue", self._refused(after.code, after.path))

    def _eligible(self) -> None:
        """What is noted of a member that takes part."""
        for override in self.contest.overrides:
            answer = self.inline.truth(settled(override.when, self.plan.reads))
            self.add(2, "if $: return None", answer)
        clock = fill("None") if self.contest.window is None else self._clock()
        ranked = Ranks(self.inline, self.known)
        ranks = [ranked.rank(each) for each in self.contest.prefer]
        self._takes_part(self._sure(Fact(self.contest.one_per)), ranks, clock)

    def _takes_part(self, claim: Code, ranks: list[Code], clock: Code) -> None:
        """Note a row that sorts by the order; how it stands is told when all are known."""
        self.add(2, "own.add($)", claim)
        if self.waits:
            ranks.append(fill("r.registration_id"))
        count = len(ranks)
        self.at_i, self.at_r, self.at_clock = number(count), number(count + 1), number(count + 2)
        self.add(2, "rows.append($)", row_of([*ranks, fill("i"), fill("r"), clock]))
        self.add(2, "outs.append(None)")

    def _sure(self, fact: Fact) -> Code:
        """A fact that has to be known here; others decide where it is not."""
        value = self.inline.value(fact)
        if fact not in self.known:
            self.known.add(fact)
            self.add(2, "if $ is None: return None", value)
        return value

    def _clock(self) -> Code:
        window = self.contest.window
        assert window is not None
        value = self._sure(window.clock)
        if isinstance(window, HeadStart):
            clock = self.source.local()
            self.add(2, "$ = $(c, r)", clock, self.slot(self.plan.clock))
            value = clock
        self._opens(value)
        return value

    def _opens(self, value: Code) -> None:
        """Note the first, and of two at one instant who comes first by name."""
        self.add(2, "if first is None or $ < first: first = $; opener = r", value, value)
        self.add(
            2, "elif $ == first and r.registration_id < opener.registration_id: opener = r", value
        )

    def _alone(self) -> None:
        """Nobody takes part; or one partner does twice, which is for others to decide."""
        self.add(1, "if not rows: return outs")
        self.add(1, "if len(own) != len(rows): return None")
        self.add(1, "until = None")

    def _window(self) -> None:
        """When it closes, and until when somebody may still come in time (C-7)."""
        window = self.contest.window
        assert window is not None
        fixed = fixed_window(window, self.plan.reads)
        if fixed is None:
            self.add(1, "last, closes = $(first)", self.slot(self.plan.closing))
        else:
            self.add(1, "last = closes = first + $", self.slot(fixed))
        top = still_to_come(window, self.plan.reads)
        self.add(
            1, "until = last + $" if top else "until = last", *([self.slot(top)] if top else [])
        )
        self.add(1, "if until < at: until = None")

    def _winner(self) -> None:
        """The best of those in time."""
        slot = self.slot
        self.add(1, "best = None")
        if self.waits:
            self.add(1, "rows.sort()")
        self.add(1, "for row in rows:")
        late = fill("")
        if self.contest.window is not None:
            late = fill("row[$] <= last and ", self.at_clock)
        if self.waits:
            self.add(2, "if $True: best = row; break", late)
        else:
            self.add(2, "if $(best is None or row < best): best = row", late)
        self.add(1, "winner = best[$]", self.at_r)
        same, gets = winners_terms(self.plan)
        gains = slot(same) if gets is None else fill("$(c, winner)", slot(gets))
        granted = fill(
            "($, $, $, None, 1, $, (), None, until)",
            *(slot(GRANTED), slot("GRANTED"), slot(self.plan.path), gains),
        )
        if gets is None:
            always = (GRANTED, "GRANTED", self.plan.path, None, 1, same, (), None, None)
            granted = fill("$ if until is None else $", slot(always), granted)
        self.add(1, "outs[best[$]] = $", self.at_i, granted)

    def _losers(self) -> None:
        """All others, each with the first preference that told it from the winner (C-9)."""
        slot, others = self.slot, self.contest.others
        same, gets = losers_terms(self.plan)
        gains = slot(same) if gets is None else fill("$(c, row[$], winner)", slot(gets), self.at_r)
        kind = slot(StandingKind.WAITING if self.waits else DENIED)
        place = fill("place" if self.waits else "None")
        windowed = self.contest.window is not None
        pieces = (kind, slot("OUTSIDE_WINDOW"), slot(self.plan.at("window")), place, gains)
        late = "outs[row[$]] = ($, $, $, opener.registration_id, $, $, (), (-1, closes), None)"
        self.add(1, "if len(rows) == 1: return outs")
        self.add(1, "wid = winner.registration_id; place = 0; over = []")
        self.add(1, "for row in rows:")
        self.add(2, "if row is best: continue")
        if windowed and self.waits:  # those in time come before those who are late
            self.add(2, "if row[$] > last: over.append(row); continue", self.at_clock)
        elif windowed:
            self.add(2, "if row[$] > last:", self.at_clock)
            self.add(3, late, self.at_i, *pieces)
            self.add(3, "continue")
        self._told_apart(2)
        if self.waits:
            self.add(2, "place += 1")
        told = (kind, slot(others.code), slot(self.plan.prefer_paths), place, gains)
        row = "outs[row[$]] = ($, $, $[m], wid, $, $, (), (m, winner), until)"
        self.add(2, row, self.at_i, *told)
        if windowed and self.waits:
            self.add(1, "for row in over:")
            self.add(2, "place += 1")
            self.add(2, late, self.at_i, *pieces)

    def _told_apart(self, depth: int) -> None:
        """Which preference told it from the winner; where none did, others decide the tie."""
        word = "if"
        for each in range(len(self.contest.prefer)):
            at = number(each)
            self.add(depth, f"{word} row[$] != best[$]: m = $", at, at, at)
            word = "elif"
        self.add(depth, "else: return None" if word == "elif" else "return None")


def row_of(pieces: Sequence[Code]) -> Code:
    """Pieces as a tuple."""
    whole = fill("(")
    for piece in pieces:
        whole = fill("$$, ", whole, piece)
    return fill("$)", whole)


def ended(plan: Plan) -> Callable[[Registration, datetime], Outcome | tuple[()] | None]:
    """The outcome of one that is not live; empty if it is after all; None for others to decide."""
    others = plan.contest.others

    def outcome(registration: Registration, at: datetime) -> Outcome | tuple[()] | None:
        status = stated_status(registration, at)
        if status in LIVE:
            return ()
        reconsidered = status is Status.REJECTED and others.reconsidered
        if status is Status.WON or reconsidered:
            return None
        return ENDED_BY[status]

    return outcome


def lacking(kind: StandingKind, asks: Asks) -> Callable[[Context, Registration], Outcome]:
    """The outcome of one of which it is not known whether it meets a requirement."""

    def outcome(c: Context, registration: Registration) -> Outcome:
        missing = tuple(sorted(asks.lacks(c, registration)[1]))
        return barred(kind, asks.code, asks.path, missing)

    return outcome

"""A contest as one generated function, for the circumstances that almost every deal is in.

The function decides who holds a benefit that one registration can hold. It gives up (and answers
None) as soon as it meets what is seldom: an override that applies, a tie, two registrations of one
partner, a question for a person, a deal that is won. `dealreg.deciders.compiled.deciding` decides
those, and says the same of all others.

Why text and not closures: a closure costs a call for every part of a predicate of every
registration, and these calls are most of the time (`benchmarks/one_conflict.py` shows both).
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final, TypeAlias

from dealreg.deciders.compiled.context import Context
from dealreg.deciders.compiled.inline import Inline
from dealreg.deciders.compiled.outcomes import (
    DENIED,
    GRANTED,
    REFERRED,
    RETURNED,
    Gets,
    Outcome,
    barred,
)
from dealreg.deciders.compiled.plans import ENDED_BY, KINDS, Asks, Plan, settled
from dealreg.deciders.compiled.rates import NO_TERMS, Worth
from dealreg.deciders.compiled.source import Code, Source, fill
from dealreg.facts.fields import FieldType
from dealreg.facts.records import LIVE, Registration, Status
from dealreg.facts.view import stated_status
from dealreg.outcome.decision import StandingKind
from dealreg.policy.stages import (
    Best,
    HeadStart,
    Key,
    MissingRule,
    OthersStand,
    Prefer,
    Preference,
    Requirement,
)

__all__ = ["Kernel", "kernel"]

Kernel: TypeAlias = Callable[..., list[Outcome] | None]
"""From context, members, and for each dependence the outcomes there: the outcomes, or None."""

_LARGEST: Final = 64
"""The most requirements, preferences and the like of a contest for which text is made."""


def kernel(plan: Plan) -> Kernel | None:
    """The generated function of a contest; None where closures decide it always."""
    contest = plan.contest
    parts = (*contest.requires, *contest.after, *contest.overrides, *contest.prefer)
    if contest.capacity != 1 or contest.joint is not None or plan.reads.closes:
        return None
    if len(parts) + len(contest.milestones) > _LARGEST:
        return None
    if not all(_orders(each, plan) for each in contest.prefer):
        return None
    writer = _Writer(plan)
    writer.write()
    made: Kernel = writer.source.function("decide")
    return made


def _orders(preference: Preference, plan: Plan) -> bool:
    """Whether a preference's values can be turned so that the best comes first."""
    if isinstance(preference, Prefer):
        return True
    field = plan.reads.vocabulary.get(preference.fact.name)
    return field is not None and field.type in _TURNED


class _Writer:
    """Writes one function."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.contest = plan, plan.contest
        self.source = Source()
        self.inline = Inline(self.source, plan.reads)
        self.slot = self.source.slot
        self.ups = [self.source.local() for _ in self.contest.after]

    def add(self, depth: int, template: str, *pieces: Code) -> None:
        self.source.add(depth, template, *pieces)

    def write(self) -> None:
        """The whole function."""
        self._head()
        begun = len(self.source.lines)
        self._admission()
        self._eligible()
        ready = ["        " + line.text for line in self.inline.prelude()]
        self.source.lines[begun:begun] = ready
        self._alone()
        if self.contest.window is not None:
            self._window()
        self._winner()
        self._losers()
        self.add(1, "return outs")

    def _head(self) -> None:
        self.add(0, "def decide(c, members, ups):")
        for n, up in enumerate(self.ups):
            self.add(1, "$ = ups[$]", up, self.slot(n))
        self.add(1, "at = c.at")
        self.add(1, "partners = c.partners.get")
        self.add(1, "opportunities = c.opportunities.get")
        self.add(1, "outs = []; idx = []; who = []; own = []; clocks = []; keys = []")
        self.add(1, "i = -1")
        self.add(1, "for r in members:")
        self.add(2, "i += 1")
        live = [self.slot(each) for each in (Status.SUBMITTED, Status.APPROVED)]
        ended = self.slot(_ended(self.plan))
        self.add(2, "s = r.status")
        self.add(2, "if s is not $ and s is not $ or r.submitted_at > at:", *live)
        self.add(3, "z = $(r, at)", ended)
        self.add(3, "if z is None: return None")
        self.add(3, "if z: outs.append(z); continue")

    def _admission(self) -> None:
        """Why a member takes no part: the first denial, else the first return (C-3)."""
        if self.plan.term is not None:
            self.add(2, "t = $(c, r)", self.slot(self.plan.term))
            lapsed = self.slot(self.plan.lapsed)
            self.add(2, "if t is not None and t[1] is not None and t[1] <= at:")
            self.add(3, "outs.append($); continue", lapsed)
        for missed, outcome in self.plan.milestones:
            self.add(2, "if $(c, r): outs.append($); continue", self.slot(missed), self.slot(outcome))
        self.add(2, "g = None")
        for required, asks in zip(self.contest.requires, self.plan.asks, strict=True):
            self._requirement(required, asks)
        for number, after in enumerate(self.plan.after):
            self._dependence(number, after.holds, after.code, after.path)
        self.add(2, "if g is not None:")
        self.add(3, "if g is $: return None", self.slot(REFERRED))
        self.add(3, "outs.append(g); continue")

    def _requirement(self, required: Requirement, asks: Asks) -> None:
        predicate = settled(required.that, self.plan.reads)
        found = self.inline.test(predicate)
        if found is None:
            answer = self.inline.truth(predicate)
            found = fill("$ is None", answer), answer
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
        made = fill("$(c, r)", self.slot(_lacking(kind, asks))) if outcome is None else None
        said = made if made is not None else self.slot(outcome)
        if kind is DENIED:
            self.add(depth, "outs.append($); continue", said)
        elif kind is RETURNED:
            self.add(depth, "if g is None or g is $: g = $", self.slot(REFERRED), said)
        else:
            self.add(depth, "if g is None: g = $", self.slot(REFERRED))

    def _dependence(self, number: int, holds: bool, code: str, path: str) -> None:
        self.add(2, "z = $[i]", self.ups[number])
        self.add(2, "if z[0] is $:", self.slot(REFERRED))
        self.add(3, "if g is None: g = $", self.slot(REFERRED))
        test = "elif z[0] is not $:" if holds else "elif z[0] is $:"
        self.add(2, test, self.slot(GRANTED))
        pieces = (self.slot(DENIED), self.slot(code), self.slot(path))
        self.add(3, "outs.append(($, $, $, z[3], None, None, (), None, None)); continue", *pieces)

    def _eligible(self) -> None:
        """What is noted of a member that takes part: clock, order, whose it is."""
        for override in self.contest.overrides:
            answer = self.inline.truth(settled(override.when, self.plan.reads))
            self.add(2, "if $: return None", answer)
        window = self.contest.window
        if window is not None:
            self._clock()
        ranks = [self._rank(each) for each in self.contest.prefer]
        claim = self.inline.value(_fact(self.contest.one_per))
        self.add(2, "if $ is None: return None", claim)
        self.add(2, "own.append($)", claim)
        self.add(2, "keys.append($)", _tuple(ranks))
        self.add(2, "who.append(r); idx.append(i); outs.append(None)")

    def _clock(self) -> None:
        window = self.contest.window
        assert window is not None
        value = self.inline.value(window.clock)
        self.add(2, "if $ is None: return None", value)
        if not isinstance(window, HeadStart):
            self.add(2, "clocks.append($)", value)
            return
        clock = self.plan.clock
        self.add(2, "clocks.append($(c, r))", self.slot(clock))

    def _rank(self, preference: Preference) -> Code:
        """The value of a preference, turned so that the best is the least."""
        if isinstance(preference, Prefer):
            return self._preferred(preference)
        value = self.inline.value(preference.fact)
        kind = self.inline.type_of(preference.fact)
        assert kind is not None
        highest = preference.best is Best.HIGHEST
        unknown = fill("$ is None", value)
        if kind is FieldType.MONEY:
            currency = self.slot(preference.currency)
            unknown = fill("$ is None or $.currency != $", value, value, currency)
        if preference.missing is MissingRule.REFER:
            self.add(2, "if $: return None", unknown)
            return self._turned(preference, kind, value, highest=highest)
        missing = self.slot(_LAST if preference.missing is MissingRule.LAST else _FIRST)
        turned = self._turned(preference, kind, value, highest=highest)
        return fill("($ if $ else $)", missing, unknown, turned)

    def _turned(self, key: Key, kind: FieldType, value: Code, *, highest: bool) -> Code:
        if kind is FieldType.ORDINAL:
            levels = self.plan.reads.vocabulary.get(key.fact.name).levels  # type: ignore[union-attr]
            sign = -1 if highest else 1
            places = {level: sign * place for place, level in enumerate(levels)}
            return fill("$[$]", self.slot(places), value)
        template = _TURNED[kind][highest]
        if kind in (FieldType.INSTANT, FieldType.DATE) and highest:
            return fill(template, self.slot(_FAR[kind]), value)
        return fill(template, value)

    def _preferred(self, prefer: Prefer) -> Code:
        answer = self.inline.truth(settled(prefer.when, self.plan.reads))
        if prefer.missing is MissingRule.REFER:
            self.add(2, "if $ is None: return None", answer)
        if prefer.missing is MissingRule.FIRST:
            return fill("(-1 if $ is None else 0 if $ else 1)", answer, answer)
        return fill("(0 if $ else 1)", answer)

    def _alone(self) -> None:
        """Nobody takes part; or one partner does twice, which is for others to decide."""
        self.add(1, "n = len(who)")
        self.add(1, "if n == 0: return outs")
        self.add(1, "if n > 1 and len(set(own)) != n: return None")
        self.add(1, "until = None")

    def _window(self) -> None:
        """Those who are late lose; all others go on (C-7)."""
        plan, slot = self.plan, self.slot
        self.add(1, "first = min(clocks)")
        self.add(1, "last, closes = $(first)", slot(plan.closing))
        self.add(1, "over = []")
        self.add(1, "if max(clocks) > last:")
        self.add(2, "if clocks.count(first) > 1: return None")
        self.add(2, "over = [j for j in range(n) if clocks[j] > last]")
        self.add(2, "late = [(keys[j], who[j].registration_id, j, idx[j], who[j]) for j in over]")
        self.add(2, "opened = who[clocks.index(first)].registration_id")
        self.add(2, "keep = [j for j in range(n) if clocks[j] <= last]")
        self.add(2, "who = [who[j] for j in keep]; idx = [idx[j] for j in keep]")
        self.add(2, "keys = [keys[j] for j in keep]")
        self.add(2, "n = len(who)")
        top = _still_to_come(plan)
        self.add(1, "until = last + $" if top else "until = last", *([slot(top)] if top else []))
        self.add(1, "if until < at: until = None")

    def _winner(self) -> None:
        """The best of them; a tie is for others to decide."""
        slot = self.slot
        self.add(1, "w = 0")
        self.add(1, "if n > 1:")
        self.add(2, "best = min(keys)")
        self.add(2, "if keys.count(best) > 1: return None")
        self.add(2, "w = keys.index(best)")
        self.add(1, "winner = who[w]")
        same, gets = _winners_terms(self.plan)
        gains = slot(same) if gets is None else fill("$(c, winner)", slot(gets))
        granted = fill(
            "($, $, $, None, 1, $, (), None, until)",
            *(slot(GRANTED), slot("GRANTED"), slot(self.plan.path), gains),
        )
        if gets is None:
            always = (GRANTED, "GRANTED", self.plan.path, None, 1, same, (), None, None)
            granted = fill("$ if until is None else $", slot(always), granted)
        self.add(1, "outs[idx[w]] = $", granted)

    def _losers(self) -> None:
        """All others, each with the first preference that told it from the winner (C-9)."""
        slot, others = self.slot, self.contest.others
        waits = others.stand is OthersStand.WAITING
        late = self.contest.window is not None
        same, gets = _losers_terms(self.plan)
        gains = slot(same) if gets is None else fill("$(c, r, winner)", slot(gets))
        kind = slot(StandingKind.WAITING if waits else DENIED)
        if self.contest.prefer:
            self.add(1, "if n > 1:")
            self.add(2, "wid = winner.registration_id")
            self._each_loser(2, waits=waits)
            self._told_apart(3)
            place = fill("place" if waits else "None")
            pieces = (kind, slot(others.code), slot(self.plan.prefer_paths), place, gains)
            row = "outs[idx[j]] = ($, $, $[m], wid, $, $, (), (m, winner), until)"
            self.add(3, row, *pieces)
        if not late:
            return
        self.add(1, "if over:")
        self.add(2, "place = n - 1")
        if waits:
            self.add(2, "late.sort(key=$)", slot(_by_rank))
        self.add(2, "for key, name, j, i, r in late:")
        self.add(3, "place += 1")
        place = fill("place" if waits else "None")
        pieces = (kind, slot("OUTSIDE_WINDOW"), slot(self.plan.at("window")), place, gains)
        self.add(3, "outs[i] = ($, $, $, opened, $, $, (), (-1, closes), None)", *pieces)

    def _each_loser(self, depth: int, *, waits: bool) -> None:
        if waits:
            self.add(depth, "place = 0")
            self.add(
                depth,
                "for j in sorted(range(n), key=lambda j: (keys[j], who[j].registration_id)):",
            )
        else:
            self.add(depth, "for j in range(n):")
        self.add(depth + 1, "if j == w: continue")
        self.add(depth + 1, "r = who[j]")
        if waits:
            self.add(depth + 1, "place += 1")
        self.add(depth + 1, "key = keys[j]")

    def _told_apart(self, depth: int) -> None:
        last = len(self.contest.prefer) - 1
        whole = self.slot(last)
        for number in range(last - 1, -1, -1):
            at = self.slot(number)
            whole = fill("$ if key[$] != best[$] else $", at, at, at, whole)
        self.add(depth, "m = $", whole)


def _tuple(pieces: Sequence[Code]) -> Code:
    whole = fill("(")
    for piece in pieces:
        whole = fill("$$, ", whole, piece)
    return fill("$)", whole)


def _fact(name: str) -> Any:
    from dealreg.policy.predicates import Fact

    return Fact(name)


def _by_rank(late: tuple[Any, ...]) -> tuple[Any, ...]:
    return late[:2]


class _End:
    """Sorts before, or behind, everything else."""

    __slots__ = ("last",)

    def __init__(self, *, last: bool) -> None:
        self.last = last

    def __lt__(self, other: object) -> bool:
        return other is not self and not self.last

    def __gt__(self, other: object) -> bool:
        return other is not self and self.last


_FIRST, _LAST = _End(last=False), _End(last=True)

_TURNED: Final[Mapping[FieldType, tuple[str, str]]] = {
    FieldType.INTEGER: ("$", "-$"),
    FieldType.DURATION: ("$", "-$"),
    FieldType.DECIMAL: ("$", "$.copy_negate()"),  # `-` would round as the ambient context says
    FieldType.MONEY: ("$.amount", "$.amount.copy_negate()"),
    FieldType.INSTANT: ("$", "$ - $"),
    FieldType.DATE: ("$", "$ - $"),
    FieldType.ORDINAL: ("", ""),
}
"""How a value sorts so that the least is the best: where the lowest is, where the highest is."""

_FAR: Final = {
    FieldType.INSTANT: datetime.max.replace(tzinfo=UTC),
    FieldType.DATE: date.max,
}


def _ended(plan: Plan) -> Callable[[Registration, datetime], Outcome | tuple[()] | None]:
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


def _lacking(kind: StandingKind, asks: Asks) -> Callable[[Context, Registration], Outcome]:
    """The outcome of one of which it is not known whether it meets a requirement."""

    def outcome(c: Context, registration: Registration) -> Outcome:
        missing = tuple(sorted(asks.lacks(c, registration)[1]))
        return barred(kind, asks.code, asks.path, missing)

    return outcome


def _still_to_come(plan: Plan) -> Any:
    from dealreg.deciders.compiled.orders import still_to_come

    assert plan.contest.window is not None
    return still_to_come(plan.contest.window, plan.reads)


def _winners_terms(
    plan: Plan,
) -> tuple[Gets | None, Callable[[Context, Registration], Gets] | None]:
    """What the winner gets: the same for everybody, or a function of the winner."""
    worth = plan.gives[0] if plan.gives else NO_TERMS
    share = _share(worth)
    if worth.fixed and plan.term is None:
        return (worth.label, worth.own(None, None), share, None, None), None  # type: ignore[arg-type]
    term = plan.term

    def gets(c: Context, winner: Registration) -> Gets:
        found = None if term is None else term(c, winner)
        starts, ends = (None, None) if found is None else found
        return worth.label, worth.own(c, winner), share, starts, ends

    return None, gets


def _share(worth: Worth) -> Any:
    from fractions import Fraction

    return Fraction(1) if worth.share is None else worth.share


def _losers_terms(
    plan: Plan,
) -> tuple[Gets | None, Callable[[Context, Registration, Registration], Gets | None] | None]:
    """What losers get: the same for everybody, or a function of the loser and the winner."""
    others, when = plan.others, plan.others_when
    if others is None:
        return None, None
    share = _share(others)
    if others.fixed and when is None:
        return (others.label, others.own(None, None), share, None, None), None  # type: ignore[arg-type]

    def gets(c: Context, loser: Registration, winner: Registration) -> Gets | None:
        if when is not None and not when(c, loser):
            return None
        percent = others.own(c, loser)
        if others.part is not None:
            whole = plan.gives[0].own(c, winner) if plan.gives else None
            percent = None if whole is None else whole * others.part
        return others.label, percent, share, None, None

    return None, gets

"""What one policy sees of the unknown facts: the value of a field, for one registration.

Read with `dealreg/facts/view.py` beside it. Here a fact is two things: whether it is known, and
what it is if it is known.
"""

from typing import Any, Final

import attrs

from dealreg.analysis.readings import Variable
from dealreg.analysis.smt.calendars import Calendars
from dealreg.analysis.smt.logic import Formula, Number, both, choose, count, either, iff, no
from dealreg.analysis.smt.reading import is_read_twice
from dealreg.analysis.smt.symbols import Symbols, ticks
from dealreg.analysis.times import ASKED
from dealreg.facts.calendars import UTC_CALENDAR, Calendar
from dealreg.facts.fields import (
    Count,
    Elapsed,
    Field,
    FieldType,
    Inside,
    Same,
    SinceEnded,
    Subject,
    Tally,
)
from dealreg.facts.records import Status
from dealreg.policy.clocks import LastDay, Missed, Period
from dealreg.policy.contests import Contest
from dealreg.policy.policies import Policy
from dealreg.policy.predicates import Fact

__all__ = ["NOW", "View"]

NOW: Final = ticks(ASKED)
"""The instant asked about."""

_UNANSWERED: Final = (Status.SUBMITTED, Status.UNDER_REVIEW)
"""A registration in one of these waits for the vendor's approval."""

_NEVER: Final = -1
"""No text: that of a registration that has expired, which takes no part."""

_PARTNERS: Final = frozenset({"filed_by", "partner_group"})
"""Fields that are the partner where nothing else is said."""


@attrs.frozen(eq=False)
class View:
    """The facts as a policy reads them.

    Attributes:
        policy: the policy, with the calendars and the vendor's clock.
        symbols: the facts.
        calendars: the lengths that depend on the date.
        counted: the place of the registration of whose partner tallies count registrations; None
            for everybody's.
    """

    policy: Policy
    symbols: Symbols
    calendars: Calendars
    counted: int | None = None
    _kept: dict[tuple[Any, ...], Any] = attrs.field(factory=dict, init=False)

    def calendar(self, name: str | None) -> Calendar:
        """The calendar of that name; None is Monday to Friday in UTC."""
        if name is None:
            return UTC_CALENDAR
        return next(each for each in self.policy.calendars if each.name == name)

    def field(self, name: str) -> Field:
        """The field of that name, as both policies have it."""
        return self.symbols.found.fields[name]

    def known(self, fact: Fact, place: int) -> Formula:
        """Whether a fact of a registration is known."""
        return self._remembered("known", fact, place)

    def value(self, fact: Fact, place: int) -> Number:
        """What a fact of a registration is, if it is known."""
        return self._remembered("value", fact, place)

    def _remembered(self, what: str, fact: Fact, place: int) -> Any:
        key = (what, fact, place)
        if key not in self._kept:
            made = self._known(fact, place) if what == "known" else self._value(fact, place)
            self._kept[key] = made
        return self._kept[key]

    def has(self, fact: Fact, place: int, text: int) -> Formula:
        """Whether a set has a text, by its number, if the set is known."""
        return self._as_of(fact, place, lambda each: self.symbols.has(each, place, text))

    def currency(self, fact: Fact, place: int) -> Number:
        """The currency of an amount, by its number."""
        return self._as_of(fact, place, lambda each: self.symbols.currency(each, place))

    def _as_of(self, fact: Fact, place: int, read: Any) -> Any:
        """What is read of a fact as it is, or as it was before the instant asked about."""
        field = self.field(fact.name)
        now = Variable(field.name, field.subject.value)
        if fact.as_of is None or not is_read_twice(self.symbols.found, field):
            return read(now)
        at_once = self.value(Fact(fact.as_of), place) == NOW
        return choose(at_once, read(now), read(attrs.evolve(now, before=True)))

    def _known(self, fact: Fact, place: int) -> Formula:
        name, field = fact.name, self.field(fact.name)
        anchored = True if fact.as_of is None else self.known(Fact(fact.as_of), place)
        if field.derived is not None:
            return both(anchored, self._derivable(field, fact, place))
        match name:
            case "partner_id" | "opportunity_id" | "customer_id" | "submitted_at" | "asked_at":
                return anchored
            case "last_submitted_at" | "filed_by" | "partner_group":
                return anchored
            case "currency":
                return both(anchored, self.known(attrs.evolve(fact, name="amount"), place))
            case "approved_at":
                return either(self._deemed(place)[0], self._stated(fact, place))
            case _:
                return both(anchored, self._stated(fact, place))

    def _stated(self, fact: Fact, place: int) -> Formula:
        return self._as_of(fact, place, lambda each: self.symbols.known(each, place))

    def _value(self, fact: Fact, place: int) -> Number:
        name, field, symbols = fact.name, self.field(fact.name), self.symbols
        if field.derived is not None:
            return self._derived(field, fact, place)
        match name:
            case "partner_id":
                return symbols.partner(place)
            case "opportunity_id":
                return symbols.deal(place)
            case "customer_id":
                return symbols.customer(place)
            case "asked_at":
                return NOW
            case "currency":
                return self._currency_text(attrs.evolve(fact, name="amount"), place)
            case _:
                stated = self._as_of(fact, place, lambda each: symbols.value(each, place))
        if name in _PARTNERS:
            return choose(self._stated(fact, place), stated, symbols.partner(place))
        if name == "last_submitted_at":
            return choose(
                self._stated(fact, place), stated, self.value(Fact("submitted_at"), place)
            )
        if name == "approved_at":
            deemed, due = self._deemed(place)
            return choose(deemed, due, stated)
        if name == "status":
            return self._status(stated, place)
        return stated

    def _status(self, stated: Number, place: int) -> Number:
        """The status that the clocks make of the one that is stated (F-13, F-14)."""
        number = {each: self.symbols.text(each.value) for each in _UNANSWERED}
        waits = either(*(stated == each for each in number.values()))
        deemed, _ = self._deemed(place)
        status = choose(both(deemed, waits), self.symbols.text(Status.APPROVED.value), stated)
        return choose(self.live(place), status, _NEVER)

    def _currency_text(self, amount: Fact, place: int) -> Number:
        """The currency of an amount as a text."""
        number = self.currency(amount, place)
        made: Number = self.symbols.size + len(self.symbols.texts)  # any other
        for at, code in enumerate(self.symbols.currencies):
            if code in self.symbols.texts:
                made = choose(number == at, self.symbols.text(code), made)
        return made

    def _deemed(self, place: int) -> tuple[Formula, Number]:
        """Whether silence of the vendor counts as approval, and from when on (F-13)."""
        sla = self.policy.sla
        if sla is None or sla.missed is not Missed.DEEMED_APPROVED:
            return False, 0
        stated = Variable("approved_at", Subject.REGISTRATION.value)
        starts = Fact(sla.starts)
        if sla.starts == "approved_at":
            known, value = self.symbols.known(stated, place), self.symbols.value(stated, place)
        else:
            known, value = self.known(starts, place), self.value(starts, place)
        due = self.calendars.after(self.calendar(sla.calendar), sla.length, value, sla.last_day)
        status = self.symbols.value(Variable("status", Subject.REGISTRATION.value), place)
        answered = choose(
            self.symbols.known(stated, place),
            self.symbols.value(stated, place) < due,
            status == self.symbols.text(Status.APPROVED.value),
        )
        return both(known, due <= NOW, no(answered)), due

    def term(self, period: Period, place: int) -> tuple[Formula, Number, Number]:
        """Whether a period has begun, when, and when it ends (K-3)."""
        fact = Fact(period.starts)
        starts = self.value(fact, place)
        ends = self.calendars.after(
            self.calendar(period.calendar), period.length, starts, period.last_day
        )
        return self.known(fact, place), starts, ends

    def live(self, place: int) -> Formula:
        """Whether a registration has not expired because a period of it ended (F-14)."""
        over = []
        for contest in self.policy.contests:
            if contest.period is not None and contest.period.closes:
                begun, _, ends = self.term(contest.period, place)
                over.append(both(begun, ends <= NOW))
        return no(either(*over))

    def missed(self, contest: Contest, place: int) -> Formula:
        """Whether a milestone of a contest was missed (K-5)."""
        over = []
        for each in contest.milestones:
            start = Fact(each.starts)
            begun, starts = self.known(start, place), self.value(start, place)
            calendar = self.calendar(each.calendar)
            final = due = self.calendars.after(calendar, each.length, starts, each.last_day)
            if each.grace is not None:
                later = self.calendars.after(calendar, each.grace, starts, each.last_day)
                agreed: Formula = True
                if each.agreed is not None:
                    fact = Fact(each.agreed)
                    agreed = both(self.known(fact, place), self.value(fact, place) < due)
                final = choose(agreed, later, due)
            met = Fact(each.met)
            in_time = both(self.known(met, place), self.value(met, place) < final)
            over.append(both(begun, no(in_time), final <= NOW))
        return either(*over)

    def alike(self, name: str, one: int, other: int) -> Formula:
        """Whether a field is known of two registrations, and the same."""
        fact = Fact(name)
        known = both(self.known(fact, one), self.known(fact, other))
        if one == other:
            return known
        mine, theirs = self.value(fact, one), self.value(fact, other)
        return both(known, mine == theirs)

    def _part(self, name: str, fact: Fact) -> Fact:
        return Fact(name, fact.as_of)

    def _derivable(self, field: Field, fact: Fact, place: int) -> Formula:
        derived = field.derived
        match derived:
            case Elapsed(start, end):
                names: tuple[str, ...] = (start, end)
            case Same(left, right):
                names = (left, right)
            case Inside(inner, outer):
                names = (inner, outer)
            case Tally(same):
                names = same
            case _:  # how long since one ended: in no case has one
                return False
        return both(*(self.known(self._part(name, fact), place) for name in names))

    def _derived(self, field: Field, fact: Fact, place: int) -> Number:
        match field.derived:
            case Elapsed(start, end, how, calendar):
                return self._elapsed(
                    self._part(start, fact), self._part(end, fact), how, calendar, place
                )
            case Same(left, right):
                mine, theirs = (self.value(self._part(e, fact), place) for e in (left, right))
                return choose(mine == theirs, 1, 0)
            case Inside(inner, outer):
                inside = self._inside(self._part(inner, fact), self._part(outer, fact), place)
                return choose(inside, 1, 0)
            case Tally() as tally:
                return self._tally(tally, place)
            case SinceEnded():
                return 0
            case _:
                raise AssertionError("only derived fields are derived")

    def _elapsed(
        self, start: Fact, end: Fact, how: Count, calendar: str | None, place: int
    ) -> Number:
        if how is Count.TIME:
            return self.value(end, place) - self.value(start, place)
        counts = self.calendar(calendar)
        days = [
            value
            if self.field(each.name).type is FieldType.DATE
            else self.calendars.day(counts, value)
            for each in (start, end)
            for value in (self.value(each, place),)
        ]
        return self.calendars.between(counts, how, *days)

    def _inside(self, inner: Fact, outer: Fact, place: int) -> Formula:
        """Whether all of one field is among the texts of another."""
        members = self.symbols.members(outer.name)
        if self.field(inner.name).type is FieldType.TEXT_SET:
            return both(
                *(either(no(self.has(inner, place, e)), self.has(outer, place, e)) for e in members)
            )
        value = self.value(inner, place)
        return either(*(both(value == e, self.has(outer, place, e)) for e in members))

    def _tally(self, tally: Tally, place: int) -> Number:
        """How many earlier live registrations agree (F-8)."""
        symbols = self.symbols
        filed = Fact("submitted_at")
        mine = self.value(filed, place)
        counted = []
        for other in range(symbols.size):
            if other == place:
                continue
            theirs = self.value(filed, other)
            earlier = theirs <= mine if other < place else theirs < mine
            until = mine
            if tally.within is not None:
                until = self.calendars.after(
                    self.calendar(tally.calendar), tally.within, theirs, LastDay.MOMENT
                )
            ours: Formula = True
            if self.counted is not None:
                ours = iff(symbols.partner(other) == symbols.partner(self.counted), True)
            counted.append(
                both(
                    symbols.present(other),
                    self.live(other),
                    ours,
                    earlier,
                    mine <= until,
                    *(self.alike(name, place, other) for name in tally.same),
                    *(self._where(name, text, other) for name, text in tally.where.items()),
                )
            )
        return count(counted)

    def _where(self, name: str, text: Any, place: int) -> Formula:
        fact = Fact(name)
        return both(self.known(fact, place), self.value(fact, place) == self.symbols.text(text))

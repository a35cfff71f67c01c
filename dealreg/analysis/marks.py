"""Where the values of a fact are told apart: by what the rules name, and by what rivals have."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import attrs

from dealreg.analysis.alternatives import Marks
from dealreg.analysis.readings import Readings, sources
from dealreg.deciders.clocks import next_bucket
from dealreg.facts.calendars import add_span, local_date, midnight
from dealreg.facts.fields import Count, Elapsed, Field, FieldType, Inside, Same, Subject, Tally
from dealreg.facts.records import Registration
from dealreg.facts.values import Unit, Value
from dealreg.facts.view import View
from dealreg.policy.contests import Contest
from dealreg.policy.policies import Policy
from dealreg.policy.predicates import Only, Predicate
from dealreg.policy.stages import Bucket, Grace, HeadStart, Key, Window
from dealreg.policy.walk import atoms, predicates_of

__all__ = ["Ground", "compared_fields"]

_OWN = (Subject.REGISTRATION, Subject.PARTNER)
_CURRENCIES = ("EUR", "USD", "GBP", "CHF", "XTS", "XXX", "XAU")


@attrs.frozen(eq=False)
class Ground:
    """What a registration is held against: the rules, and the other registrations as they are.

    Attributes:
        policies: the rules.
        found: what they read.
        view: the facts as they stand.
        registration: whose facts would change.
        compared: the fields that registrations are compared by.
    """

    policies: tuple[Policy, ...]
    found: Readings
    view: View
    registration: Registration
    compared: frozenset[str]

    def marks(self, field: Field) -> Marks:
        """Where the values of a field are told apart."""
        rules: list[Any] = list(self.found.constants.get(field.name, ()))
        others: list[Any] = []
        if field.name in self.compared:
            others += self._had(field.name)
        for near, mine in self._derived_marks(field):
            (rules if mine else others).append(near)
        counted = [e.derived for e in self.found.fields.values() if isinstance(e.derived, Tally)]
        rules += [each.where[field.name] for each in counted if field.name in each.where]
        if field.type is FieldType.INSTANT:
            others += [self.view.at, *self._window_marks(field.name)]
        if field.type is FieldType.DECIMAL:
            others += self._stature_marks(field.name)
        if field.type is FieldType.TEXT_SET:
            return self._set_marks(field, [*rules, *others])
        return Marks(tuple(rules), _distinct(others), currencies=self._currencies(field))

    def changed_once(self, field: Field) -> bool:
        """Whether the field had other values before: to have this one all along is a change."""
        view, mine = self.view, self.registration
        records: dict[Subject, Any] = {
            Subject.REGISTRATION: mine,
            Subject.PARTNER: view.partners.get(mine.partner_id),
            Subject.OPPORTUNITY: view.opportunities.get(mine.opportunity_id or ""),
            Subject.CUSTOMER: view.customers.get(str(view.read(mine, "customer_id"))),
        }
        record = records[field.subject]
        return record is not None and any(e.field == field.name for e in record.changes)

    def _had(self, name: str) -> list[Value]:
        """What the other registrations have."""
        values = (self.view.read(each, name) for each in self.others())
        return [each for each in values if each is not None]

    def others(self) -> Iterator[Registration]:
        """The other registrations."""
        own = self.registration.registration_id
        return (each for each in self.view.facts.registrations if each.registration_id != own)

    def _set_marks(self, field: Field, others: Iterable[Any]) -> Marks:
        texts = set(self.found.sets.get(field.name, ()))
        for each in others:
            texts |= each if isinstance(each, frozenset) else {str(each)}
        inner = any(
            isinstance(each.derived, Inside) and each.derived.inner == field.name
            for each in self.found.fields.values()
        )
        only = any(
            isinstance(atom, Only) and atom.fact.name == field.name
            for policy in self.policies
            for atom in _leaves(policy)
        )
        whole = inner or only or field.name in self.compared
        return Marks(texts=frozenset(texts), whole=whole)

    def _derived_marks(self, field: Field) -> Iterator[tuple[Any, bool]]:
        """Values at which a derived field of this one changes, and whether by own facts alone."""
        for each in self.found.fields.values():
            if field.name not in sources(each):
                continue
            match each.derived:
                case Same(left, right) | Inside(left, right):
                    other = right if left == field.name else left
                    yield from self._linked(other, field)
                case Elapsed():
                    yield from self._elapsed_marks(each, each.derived, field)
                case _:
                    pass

    def _linked(self, other: str, field: Field) -> Iterator[tuple[Any, bool]]:
        """The texts of the field that this one is compared with."""
        linked = self.view.vocabulary.get(other)
        own = linked is not None and linked.subject in _OWN
        yield from ((each, own) for each in _texts(self.view.read(self.registration, other)))
        for each in self._had(other):
            yield from ((text, False) for text in _texts(each))
        named = [*self.found.constants.get(other, ()), *self.found.sets.get(other, ())]
        if field.type in (FieldType.TEXT, FieldType.TEXT_SET):
            yield from ((str(each), True) for each in named)

    def _elapsed_marks(
        self, derived: Field, elapsed: Elapsed, field: Field
    ) -> Iterator[tuple[Any, bool]]:
        forward = elapsed.end == field.name
        end = elapsed.start if forward else elapsed.end
        other = self.view.read(self.registration, end)
        if not isinstance(other, date):
            return
        ending = self.view.vocabulary.get(end)
        mine = ending is not None and ending.subject in _OWN
        lengths: list[tuple[Any, bool]] = [
            (each, mine) for each in self.found.constants.get(derived.name, ())
        ]
        if derived.name in self.compared:
            lengths += [(each, False) for each in self._had(derived.name)]
        for length, own in lengths:
            for near in self._at_distance(other, length, elapsed, forward=forward):
                whole = isinstance(near, datetime) or field.type is not FieldType.INSTANT
                calendar = self.view.calendar(elapsed.calendar)
                yield (near if whole else midnight(near, calendar)), own

    def _at_distance(
        self, other: date, length: Any, elapsed: Elapsed, *, forward: bool
    ) -> Iterator[date]:
        """The dates or instants that are so far from the other one, and about so far."""
        if elapsed.count is Count.TIME:
            yield other + length if forward else other - length
            return
        calendar = self.view.calendar(elapsed.calendar)
        day = local_date(other, calendar)
        signed = int(length) if forward else -int(length)
        match elapsed.count:
            case Count.MONTHS:
                from dateutil.relativedelta import relativedelta

                yield from (day + relativedelta(months=signed + more) for more in (-1, 0, 1))
            case Count.BUSINESS_DAYS:
                near = day + timedelta(days=signed * 7 // 5)
                yield from (near + timedelta(days=more) for more in range(-4, 5))
            case _:
                yield from (day + timedelta(days=signed + more) for more in (-1, 0, 1))

    def _window_marks(self, name: str) -> Iterator[datetime]:
        for policy in self.policies:
            for contest in policy.contests:
                if contest.window is not None and contest.window.clock.name == name:
                    yield from self._of_window(contest.window)

    def _of_window(self, window: Window) -> Iterator[datetime]:
        """When windows opened by the own registration or by others would close."""
        for clock in self._had(window.clock.name):
            if not isinstance(clock, datetime):
                continue
            match window:
                case Grace(length, _, calendar):
                    later = add_span(clock, length, self.view.calendar(calendar))
                    yield from (later, clock - (later - clock))
                case HeadStart(length, ladder):
                    field = self.view.vocabulary.get(ladder.name)
                    steps = len(field.levels) if field is not None else 1
                    step = timedelta(**{length.unit.value: length.length})
                    yield from (clock + n * step for n in range(-steps, steps + 1))
                case Bucket(unit, _, calendar):
                    days = self.view.calendar(calendar)
                    first = midnight(local_date(clock, days), days)
                    yield first
                    yield next_bucket(clock, unit, days)
                    back = {Unit.DAYS: 1, Unit.WEEKS: 7}.get(unit, 31)
                    yield first - timedelta(days=back)

    def _stature_marks(self, name: str) -> Iterator[Any]:
        for policy in self.policies:
            for contest in policy.contests:
                for each in contest.joint.stature if contest.joint is not None else ():
                    if each.field == name:
                        for score in self._had(name):
                            yield score + each.at_most  # type: ignore[operator]
                            yield score - each.at_most  # type: ignore[operator]

    def _currencies(self, field: Field) -> frozenset[str]:
        if field.type is not FieldType.MONEY:
            return frozenset()
        named = [str(each) for each in self.found.constants.get("currency", ())]
        for policy in self.policies:
            for contest in policy.contests:
                keys = [each for each in contest.prefer if isinstance(each, Key)]
                named += [each.currency for each in keys if each.currency is not None]
        if "currency" in self.found.fields:
            named.append(next(each for each in _CURRENCIES if each not in named))
        return frozenset(named)


def _texts(value: Value | None) -> Iterable[str]:
    match value:
        case frozenset():
            return sorted(value)
        case str():
            return (value,)
        case _:
            return ()


def _leaves(policy: Policy) -> Iterator[Predicate]:
    for contest in policy.contests:
        for path, predicate in predicates_of(contest):
            yield from (atom for _, atom in atoms(predicate, path))


def _distinct(values: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(values))


def compared_fields(policies: Sequence[Policy], found: Readings) -> frozenset[str]:
    """The fields by which registrations are compared with each other."""
    names: set[str] = set()
    for policy in policies:
        for contest in policy.contests:
            names |= set(_compared_in(contest))
    for field in found.fields.values():
        if isinstance(field.derived, Tally):
            names |= {*field.derived.same, *field.derived.where}
    for name in tuple(names):
        field_of = found.fields.get(name)
        if field_of is not None:
            names |= set(sources(field_of))
    return frozenset(names)


def _compared_in(contest: Contest) -> Iterator[str]:
    yield from contest.scope.keys
    yield contest.one_per
    if contest.scope.lines is not None:
        yield contest.scope.lines
    for each in contest.prefer:
        if isinstance(each, Key):
            yield each.fact.name
    if contest.window is not None:
        yield contest.window.clock.name
        if isinstance(contest.window, HeadStart):
            yield contest.window.ladder.name
    if contest.joint is not None:
        yield from (*contest.joint.distinct, *contest.joint.disjoint)
        yield from (each.field for each in contest.joint.stature)

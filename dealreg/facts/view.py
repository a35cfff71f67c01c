"""What a policy sees of the facts: the value of a field, for one registration, at one instant.

This is the meaning of every field, spec clauses F-1 to F-15, shared by all deciders.
"""

from collections.abc import Mapping
from datetime import datetime

import attrs

from dealreg.facts.calendars import (
    UTC_CALENDAR,
    Calendar,
    add_span,
    business_days_between,
    days_between,
    months_between,
)
from dealreg.facts.case import Facts
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
from dealreg.facts.records import (
    ENDED,
    LIVE,
    EndCustomer,
    Opportunity,
    Partner,
    Registration,
    Status,
)
from dealreg.facts.values import FrozenMap, Value
from dealreg.facts.vocabulary import Vocabulary

__all__ = ["View", "stated_status"]

_UNANSWERED = frozenset({Status.SUBMITTED, Status.UNDER_REVIEW})
"""A registration in one of these waits for the vendor's approval."""

Record = Registration | Partner | EndCustomer | Opportunity


def stated_status(registration: Registration, at: datetime) -> Status | None:
    """The status at an instant by the record alone, whatever the rules make of it (F-3)."""
    if registration.submitted_at > at:
        return None
    status = registration.status
    ended_later = registration.ended_at is not None and registration.ended_at > at
    approved = registration.approved_at is not None and registration.approved_at <= at
    if status in ENDED and ended_later:
        return Status.APPROVED if approved else Status.SUBMITTED
    if status is Status.APPROVED and registration.approved_at is not None and not approved:
        return Status.SUBMITTED
    return status


@attrs.frozen(eq=False)
class View:
    """The facts as they stand at the instant `at`, read through a vocabulary.

    Tallies count the registrations of the partner `counted`; of everybody where that is None.
    `deemed` are the approvals that the rules give where the vendor did not answer in time, and
    `expiries` the ends that they set, both by registration id (F-13, F-14).
    """

    facts: Facts
    at: datetime
    vocabulary: Vocabulary
    calendars: Mapping[str, Calendar]
    counted: str | None = attrs.field(default=None, kw_only=True)
    deemed: Mapping[str, datetime] = attrs.field(factory=dict, kw_only=True)
    expiries: Mapping[str, datetime] = attrs.field(factory=dict, kw_only=True)
    partners: Mapping[str, Partner] = attrs.field(kw_only=True)
    customers: Mapping[str, EndCustomer] = attrs.field(kw_only=True)
    opportunities: Mapping[str, Opportunity] = attrs.field(kw_only=True)
    _agreeing: dict[Tally, Mapping[tuple[Value | None, ...], list[Registration]]] = attrs.field(
        factory=dict, kw_only=True
    )

    @partners.default
    def _index_partners(self) -> Mapping[str, Partner]:
        return {partner.partner_id: partner for partner in self.facts.partners}

    @customers.default
    def _index_customers(self) -> Mapping[str, EndCustomer]:
        return {customer.customer_id: customer for customer in self.facts.customers}

    @opportunities.default
    def _index_opportunities(self) -> Mapping[str, Opportunity]:
        return {deal.opportunity_id: deal for deal in self.facts.opportunities}

    def of_only(self, partner_id: str) -> "View":
        """The same view, where only one partner has registered anything."""
        return attrs.evolve(self, counted=partner_id)

    def read(self, registration: Registration, name: str, as_of: str | None = None) -> Value | None:
        """The value of a field for a registration; None when it is not known.

        With `as_of`, the name of an instant field, the value as it was at that instant.
        """
        when = self.at
        if as_of is not None:
            anchor = self.read(registration, as_of)
            if not isinstance(anchor, datetime):
                return None
            when = anchor
        return self._value(registration, name, when)

    def status(self, registration: Registration) -> Status | None:
        """The status at the instant of the view; None when not yet submitted (F-3)."""
        status = stated_status(registration, self.at)
        if status in LIVE and self.expiries:
            expiry = self.expiries.get(registration.registration_id)
            if expiry is not None and expiry <= self.at:
                return Status.EXPIRED
        if status in _UNANSWERED and registration.registration_id in self.deemed:
            return Status.APPROVED
        return status

    def ended(self, registration: Registration) -> datetime | None:
        """When it ended, of itself or by the rules; None if it has not, or that is not known."""
        stated = stated_status(registration, self.at)
        if stated not in LIVE:
            return registration.ended_at if stated in ENDED else None
        expiry = self.expiries.get(registration.registration_id)
        return expiry if expiry is not None and expiry <= self.at else None

    def live(self, registration: Registration) -> bool:
        """Whether the registration competes at the instant of the view (F-3)."""
        return self.status(registration) in LIVE

    def _value(self, registration: Registration, name: str, when: datetime) -> Value | None:
        field = self.vocabulary.get(name)
        if field is None:
            return None
        if field.derived is not None:
            return self._derive(registration, field, when)
        match name:
            case "asked_at":
                return self.at
            case "status":
                status = self.status(registration)
                return None if status is None else status.value
            case "currency":
                return None if registration.amount is None else registration.amount.currency
            case _:
                pass
        if name == "approved_at" and registration.registration_id in self.deemed:
            return self.deemed[registration.registration_id]
        value = self._supplied(registration, field, when)
        if value is None:
            return self._fallback(registration, name)
        if field.type is FieldType.INSTANT and isinstance(value, datetime) and value > self.at:
            return None  # it has not happened yet (F-4)
        if field.type is FieldType.DECIMAL and type(value) is int:
            from decimal import Decimal

            return Decimal(value)
        return value

    def _fallback(self, registration: Registration, name: str) -> Value | None:
        match name:
            case "filed_by" | "partner_group":
                return registration.partner_id
            case "last_submitted_at":
                submitted = registration.submitted_at
                return submitted if submitted <= self.at else None
            case "customer_id":
                deal = self.opportunities.get(registration.opportunity_id or "")
                return None if deal is None else deal.customer_id
            case _:
                return None

    def _supplied(self, registration: Registration, field: Field, when: datetime) -> Value | None:
        record = self._record(registration, field.subject)
        if record is None:
            return None
        for change in reversed(record.changes):
            if change.field == field.name and change.since <= when:
                return change.value
        if field.name in record.attributes:
            return record.attributes[field.name]
        value: Value | None = getattr(record, field.name, None)
        return None if isinstance(value, FrozenMap) else value

    def _record(self, registration: Registration, subject: Subject) -> Record | None:
        match subject:
            case Subject.REGISTRATION:
                return registration
            case Subject.PARTNER:
                return self.partners.get(registration.partner_id)
            case Subject.OPPORTUNITY:
                return self.opportunities.get(registration.opportunity_id or "")
            case Subject.CUSTOMER:
                customer = registration.customer_id or self._fallback(registration, "customer_id")
                return self.customers.get(str(customer))

    def _derive(self, registration: Registration, field: Field, when: datetime) -> Value | None:
        derived = field.derived
        match derived:
            case Elapsed():
                return self._elapsed(registration, derived, when)
            case Same(left, right):
                one = self._value(registration, left, when)
                other = self._value(registration, right, when)
                return None if one is None or other is None else one == other
            case Inside(inner, outer):
                inside = self._value(registration, inner, when)
                among = self._value(registration, outer, when)
                if inside is None or not isinstance(among, frozenset):
                    return None
                return (inside if isinstance(inside, frozenset) else {inside}) <= among
            case Tally():
                return self._tally(registration, derived, when)
            case SinceEnded():
                return self._since_ended(registration, derived, when)
            case None:
                return None

    def _elapsed(
        self, registration: Registration, elapsed: Elapsed, when: datetime
    ) -> Value | None:
        start = self._value(registration, elapsed.start, when)
        end = self._value(registration, elapsed.end, when)
        if start is None or end is None:
            return None
        return self._between(start, end, elapsed.count, elapsed.calendar)

    def _between(self, start: Value, end: Value, count: Count, name: str | None) -> Value:
        calendar = self.calendar(name)
        match count:
            case Count.TIME:
                return end - start  # type: ignore[operator]
            case Count.DAYS:
                return days_between(start, end, calendar)  # type: ignore[arg-type]
            case Count.BUSINESS_DAYS:
                return business_days_between(start, end, calendar)  # type: ignore[arg-type]
            case Count.MONTHS:
                return months_between(start, end, calendar)  # type: ignore[arg-type]

    def _since_ended(
        self, registration: Registration, since: SinceEnded, when: datetime
    ) -> Value | None:
        own = tuple(self._value(registration, name, when) for name in since.same)
        if any(value is None for value in own):
            return None
        before = [
            ended
            for other in self.facts.registrations
            if other.registration_id != registration.registration_id
            and self.status(other) is not Status.WON
            and self.counted in (None, other.partner_id)
            and (ended := self.ended(other)) is not None
            and ended <= registration.submitted_at
            and tuple(self._value(other, name, when) for name in since.same) == own
        ]
        if not before:
            return None
        return self._between(max(before), registration.submitted_at, since.count, since.calendar)

    def calendar(self, name: str | None) -> Calendar:
        """The calendar of that name; None is Monday to Friday in UTC."""
        return UTC_CALENDAR if name is None else self.calendars[name]

    def _tally(self, registration: Registration, tally: Tally, when: datetime) -> int | None:
        own = tuple(self._value(registration, name, when) for name in tally.same)
        if any(value is None for value in own):
            return None
        place = (registration.submitted_at, registration.registration_id)
        return sum(
            (other.submitted_at, other.registration_id) < place
            and self.counted in (None, other.partner_id)
            and self._recent(other, registration, tally)
            and all(self._value(other, name, when) == tally.where[name] for name in tally.where)
            for other in self._live_by(tally, when).get(own, ())
        )

    def _live_by(
        self, tally: Tally, when: datetime
    ) -> Mapping[tuple[Value | None, ...], list[Registration]]:
        """The live registrations, by the values of the fields that a tally's must agree in."""
        if when == self.at and tally in self._agreeing:
            return self._agreeing[tally]
        found: dict[tuple[Value | None, ...], list[Registration]] = {}
        for each in filter(self.live, self.facts.registrations):
            values = tuple(self._value(each, name, when) for name in tally.same)
            found.setdefault(values, []).append(each)
        if when == self.at:
            self._agreeing[tally] = found
        return found

    def _recent(self, other: Registration, registration: Registration, tally: Tally) -> bool:
        if tally.within is None:
            return True
        until = add_span(other.submitted_at, tally.within, self.calendar(tally.calendar))
        return registration.submitted_at <= until

"""What a field reads, for a registration, at an instant (F-2 … F-12); F-1 and F-11 are in
test_determinism.py."""

import calendar as month_lengths
import decimal
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import attrs
import pytest
from dateutil.tz import datetime_exists
from hypothesis import assume, given
from hypothesis import strategies as st

from dealreg.facts.calendars import (
    UTC_CALENDAR,
    Calendar,
    add_span,
    business_days_between,
    days_between,
    is_business_day,
    local_date,
    months_between,
    zone,
)
from dealreg.facts.case import Facts
from dealreg.facts.records import (
    ENDED,
    LIVE,
    Change,
    EndCustomer,
    Opportunity,
    Partner,
    Registration,
    Status,
)
from dealreg.facts.values import Money, Span, Unit
from dealreg.facts.values import decimal as exact_decimal
from dealreg.facts.vocabulary import Vocabulary
from dealreg.policy.contests import Contest
from dealreg.policy.policies import Policy
from dealreg.policy.predicates import Compare, Fact
from dealreg.policy.stages import Requirement
from dealreg.policy.walk import fact_of
from dealreg.testing import CLOCK_EDGE, TIE_HEAVY, WELL_TYPED, Case, facts_for
from dealreg.testing.pools import fields_read
from dealreg.testing.programme import CALENDARS, OWN_FIELDS
from tests.laws.asking import any_cases, atoms_of, content, decided, view_of, with_facts


def decided_as(case, **records):
    return content(decided(with_facts(case, **records)))


class TestF2NotKnown:
    """F-2: a partner, customer or opportunity of which there is no record has no known facts."""

    @given(any_cases())
    def test_no_record_is_a_record_of_nothing(self, case):
        facts = case.facts
        partners = {each.partner_id for each in facts.partners}
        empty = [
            Partner(partner_id=name)
            for name in sorted({each.partner_id for each in facts.registrations} - partners)
        ]
        customers = {each.customer_id for each in facts.customers}
        nobody = [EndCustomer(customer_id=name) for name in ("C1", "C2") if name not in customers]
        deals = {each.opportunity_id for each in facts.opportunities}
        nothing = [
            Opportunity(opportunity_id=name) for name in ("O1", "O2", "O3") if name not in deals
        ]
        assert decided_as(
            case,
            partners=[*facts.partners, *empty],
            customers=[*facts.customers, *nobody],
            opportunities=[*facts.opportunities, *nothing],
        ) == content(decided(case))


INSTANTS = [f"2026-03-0{day}T00:00Z" for day in range(1, 8)]


class TestF3Live:
    """F-3: when a registration is live, returned, ended, or not yet there."""

    @pytest.mark.parametrize("status", Status)
    def test_of_every_status(self, status):
        registration = Registration(
            registration_id="R1",
            partner_id="P1",
            submitted_at="2026-03-02T00:00Z",
            approved_at="2026-03-04T00:00Z" if status is Status.APPROVED else None,
            ended_at="2026-03-06T00:00Z" if status in ENDED else None,
            status=status,
        )
        case = _case([registration])

        def status_at(text):
            at = datetime.fromisoformat(text)
            return view_of(attrs.evolve(case, at=at)).status(registration)

        assert status_at("2026-03-01T23:59:59.999999Z") is None
        if status in ENDED:
            assert status_at("2026-03-02T00:00Z") is Status.SUBMITTED
            assert status_at("2026-03-05T23:59:59.999999Z") is Status.SUBMITTED
            assert status_at("2026-03-06T00:00Z") is status
        elif status is Status.APPROVED:
            assert status_at("2026-03-03T23:59:59.999999Z") is Status.SUBMITTED
            assert status_at("2026-03-04T00:00Z") is Status.APPROVED
        else:
            assert status_at("2026-03-02T00:00Z") is status

    def test_which_are_live(self):
        assert {each.value for each in LIVE} == {
            "submitted",
            "under_review",
            "approved",
            "converted",
        }
        assert {each.value for each in ENDED} == {
            "rejected",
            "withdrawn",
            "cancelled",
            "revoked",
            "expired",
            "superseded",
            "won",
            "lost",
        }

    @given(any_cases())
    def test_before_its_end_it_was_live(self, case):
        """An end later than the decision has not happened: the decision is as without it."""

        def as_it_was(each):
            if each.status in ENDED and each.ended_at is not None and each.ended_at > case.at:
                approved = each.approved_at is not None and each.approved_at <= case.at
                status = Status.APPROVED if approved else Status.SUBMITTED
                return attrs.evolve(each, status=status, ended_at=None)
            return each

        earlier = [as_it_was(each) for each in case.facts.registrations]
        assert decided_as(case, registrations=earlier) == content(decided(case))


def _case(registrations, **facts):
    return Case(
        rules=Policy(programme="Example", contests=[Contest(benefit="b")]),
        facts=Facts(registrations=registrations, **facts),
        at=datetime(2026, 4, 1, tzinfo=UTC),
    )


class TestF4NotHappenedYet:
    """F-4: an instant later than the decision is not known, whichever it is."""

    @given(any_cases(), st.integers(1, 10**9))
    def test_the_future_can_move(self, case, seconds):
        def moved(value):
            later = isinstance(value, datetime) and value > case.at
            return value + timedelta(seconds=seconds) if later else value

        def record(each):
            changed = {
                a.name: moved(getattr(each, a.name))
                for a in attrs.fields(type(each))
                if isinstance(getattr(each, a.name), datetime)
            }
            attributes = {name: moved(value) for name, value in each.attributes.items()}
            return attrs.evolve(each, **changed, attributes=attributes)

        facts = case.facts
        assert decided_as(
            case,
            registrations=list(map(record, facts.registrations)),
            customers=list(map(record, facts.customers)),
            opportunities=list(map(record, facts.opportunities)),
        ) == content(decided(case))

    @given(any_cases())
    def test_no_instant_read_is_later_than_the_decision(self, case):
        view = view_of(case)
        for each in case.facts.registrations:
            for name in sorted(fields_read(case.rules)):
                value = view.read(each, name)
                assert not isinstance(value, datetime) or value <= case.at


class TestF5AsItWasThen:
    """F-5: a fact with dated changes has the value of the last change at or before the instant."""

    @given(any_cases())
    def test_changes_after_the_decision_do_not_matter(self, case):
        def so_far(each):
            changes = [change for change in each.changes if change.since <= case.at]
            return attrs.evolve(each, changes=changes)

        facts = case.facts
        assert decided_as(
            case,
            registrations=list(map(so_far, facts.registrations)),
            partners=list(map(so_far, facts.partners)),
            customers=list(map(so_far, facts.customers)),
            opportunities=list(map(so_far, facts.opportunities)),
        ) == content(decided(case))

    @given(any_cases())
    def test_without_as_of_only_the_last_value_matters(self, case):
        facts_asked = [fact_of(atom) for atom in atoms_of(case.rules)]
        keys = [getattr(key, "fact", None) for c in case.rules.contests for key in c.prefer]
        ladders = [getattr(c.window, "ladder", None) for c in case.rules.contests]
        assume(not any(fact and fact.as_of for fact in (*facts_asked, *keys, *ladders)))

        def settled(each):
            columns = {a.name for a in attrs.fields(type(each))}
            values = {c.field: c.value for c in each.changes if c.since <= case.at}
            own = {name: value for name, value in values.items() if name in columns}
            attributes = dict(each.attributes) | {
                name: value for name, value in values.items() if name not in columns
            }
            known = {name: value for name, value in attributes.items() if value is not None}
            return attrs.evolve(each, **own, attributes=known, changes=())

        facts = case.facts
        assert decided_as(
            case,
            registrations=list(map(settled, facts.registrations)),
            partners=list(map(settled, facts.partners)),
            customers=list(map(settled, facts.customers)),
            opportunities=list(map(settled, facts.opportunities)),
        ) == content(decided(case))

    @given(st.lists(st.sampled_from(INSTANTS), unique=True), st.sampled_from(INSTANTS))
    def test_as_of_another_instant(self, since, submitted):
        levels = [f"level {text}" for text in since]
        changes = [Change("tier", level, at) for level, at in zip(levels, since, strict=True)]
        registration = Registration(registration_id="R1", partner_id="P1", submitted_at=submitted)
        partner = Partner(partner_id="P1", tier="first", changes=changes)
        case = _case([registration], partners=[partner])
        passed = sorted(text for text in since if text <= submitted)
        expected = f"level {passed[-1]}" if passed else "first"
        assert view_of(case).read(registration, "tier", "submitted_at") == expected
        assert view_of(case).read(registration, "tier", "approved_at") is None


class TestF6Substitutes:
    """F-6: what stands in for a fact that is not supplied changes nothing when it is supplied."""

    @given(any_cases())
    def test_saying_what_was_implied(self, case):
        view = view_of(case)
        assume(not any(each.changes for each in case.facts.registrations + case.facts.partners))

        def explicit(each):
            return attrs.evolve(
                each,
                filed_by=each.filed_by or each.partner_id,
                customer_id=view.read(each, "customer_id"),
            )

        partners = [
            attrs.evolve(each, partner_group=each.partner_group or each.partner_id)
            for each in case.facts.partners
        ]
        registrations = [explicit(each) for each in case.facts.registrations]
        assert decided_as(case, registrations=registrations, partners=partners) == content(
            decided(case)
        )


WHERE_CLOCKS_CHANGE = (
    datetime(2026, 3, 28, 1, 30, tzinfo=UTC),  # Berlin: a day later this clock time is missing
    datetime(2026, 10, 25, 1, 30, tzinfo=UTC),  # Berlin: this clock time for the second time
    datetime(2026, 11, 1, 9, 30, tzinfo=UTC),  # Los Angeles: the same
    datetime(2026, 3, 1, 23, 30, tzinfo=UTC),  # Dubai: already the next day
)
INSTANT = st.sampled_from(WHERE_CLOCKS_CHANGE) | st.datetimes(
    datetime(2025, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)
)
A_CALENDAR = st.sampled_from((UTC_CALENDAR, *CALENDARS))


def every_day(first, last):
    return (first + timedelta(days=n) for n in range(1, (last - first).days + 1))


class TestF7Elapsed:
    """F-7: the time from start to end, in each of the ways to count it."""

    @given(INSTANT, INSTANT, A_CALENDAR)
    def test_business_days_after_the_first_up_to_and_including_the_second(self, one, other, days):
        start, end = sorted((one, other))
        assume(end - start < timedelta(days=400))
        first, last = local_date(start, days), local_date(end, days)
        counted = sum(is_business_day(day, days) for day in every_day(first, last))
        assert business_days_between(start, end, days) == counted
        assert business_days_between(end, start, days) == -counted

    @given(INSTANT, INSTANT, A_CALENDAR)
    def test_days_are_local_dates(self, start, end, days):
        first = start.astimezone(zone(days.zone)).date()
        last = end.astimezone(zone(days.zone)).date()
        assert days_between(start, end, days) == (last - first).days
        assert days_between(end, start, days) == -(last - first).days

    @given(st.dates(date(2024, 1, 1), date(2026, 12, 31)), st.integers(0, 60))
    def test_whole_months_end_on_the_last_day_at_the_latest(self, start, months):
        year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
        last_day = month_lengths.monthrange(year, month + 1)[1]
        end = date(year, month + 1, min(start.day, last_day))
        assert months_between(start, end, UTC_CALENDAR) == months
        assert months_between(start, end + timedelta(days=1), UTC_CALENDAR) >= months
        if months:
            assert months_between(start, end - timedelta(days=1), UTC_CALENDAR) == months - 1
        assert months_between(end, start, UTC_CALENDAR) == -months

    @given(any_cases())
    def test_of_a_registration(self, case):
        rules = attrs.evolve(case.rules, fields=OWN_FIELDS, calendars=CALENDARS)
        view = view_of(attrs.evolve(case, rules=rules))
        by_name = {calendar.name: calendar for calendar in CALENDARS}
        for each in case.facts.registrations:
            start, end = view.read(each, "submitted_at"), view.read(each, "completed_at")
            if start is None or end is None:
                assert view.read(each, "time_to_complete") is None
                assert view.read(each, "days_to_complete") is None
            else:
                assert view.read(each, "time_to_complete") == end - start
                days = days_between(start, end, by_name["berlin"])
                assert view.read(each, "days_to_complete") == days


class TestF8SameAndInside:
    """F-8: whether two texts are equal, whether all of one is among the other."""

    @given(any_cases())
    def test_of_a_registration(self, case):
        rules = attrs.evolve(case.rules, fields=OWN_FIELDS, calendars=CALENDARS)
        view = view_of(attrs.evolve(case, rules=rules))
        for each in case.facts.registrations:
            for name, left, right in (
                ("sold_at_home", "region", "customer_country"),
                ("incumbent", "partner_id", "incumbent_partner_id"),
            ):
                one, other = view.read(each, left), view.read(each, right)
                known = one is not None and other is not None
                assert view.read(each, name) == ((one == other) if known else None)
            for name, inner, outer in (
                ("role_agreed", "partner_role", "agreements"),
                ("products_authorised", "products", "authorised_products"),
            ):
                one, other = view.read(each, inner), view.read(each, outer)
                if one is None or other is None:
                    assert view.read(each, name) is None
                else:
                    among = {one} if isinstance(one, str) else set(one)
                    assert view.read(each, name) is among.issubset(other)


COUNTING = Policy(
    programme="Example",
    fields=OWN_FIELDS,
    calendars=CALENDARS,
    contests=[
        Contest(
            benefit="protection",
            requires=[
                Requirement("A", Compare(Fact("earlier_here"), "<", 2)),
                Requirement("B", Compare(Fact("recent_by_partner"), "<", 1)),
            ],
        )
    ],
)


class TestF9Tally:
    """F-9: how many other live registrations, submitted earlier, agree in the fields named."""

    @given(
        st.sampled_from((WELL_TYPED, TIE_HEAVY, CLOCK_EDGE)).flatmap(
            lambda preset: facts_for(COUNTING, preset)
        ),
        st.data(),
    )
    def test_by_counting(self, facts, data):
        case = attrs.evolve(_case(facts.registrations), rules=COUNTING, facts=facts)
        at = data.draw(st.sampled_from([case.at, *(e.submitted_at for e in facts.registrations)]))
        view = view_of(attrs.evolve(case, at=at))
        (berlin,) = (each for each in CALENDARS if each.name == "berlin")
        for each in facts.registrations:
            earlier = [
                other
                for other in facts.registrations
                if (other.submitted_at, other.registration_id)
                < (each.submitted_at, each.registration_id)
                and view.status(other) in LIVE
            ]
            same_deal = [e for e in earlier if e.opportunity_id == each.opportunity_id]
            expected = None if each.opportunity_id is None else len(same_deal)
            assert view.read(each, "earlier_here") == expected
            recent = [
                other
                for other in earlier
                if other.partner_id == each.partner_id
                and each.submitted_at <= add_span(other.submitted_at, Span(7, Unit.DAYS), berlin)
            ]
            assert view.read(each, "recent_by_partner") == len(recent)


class TestF10Spans:
    """F-10: minutes and hours are elapsed time; the rest keeps the clock time of the zone."""

    @given(INSTANT, st.integers(0, 10**5), st.sampled_from((Unit.MINUTES, Unit.HOURS)), A_CALENDAR)
    def test_elapsed_time(self, start, length, unit, days):
        expected = start + timedelta(**{unit.value: length})
        assert add_span(start, Span(length, unit), days) == expected

    @given(INSTANT, st.integers(1, 40), st.sampled_from(list(Unit)[2:]), A_CALENDAR)
    def test_clock_time_is_kept(self, start, length, unit, days):
        end = add_span(start, Span(length, unit), days)
        local = start.astimezone(zone(days.zone))
        moved = end.astimezone(zone(days.zone))
        wanted = local.time()
        if moved.time() != wanted:
            gap = datetime.combine(moved.date(), wanted, zone(days.zone))
            assert not datetime_exists(gap)
            assert moved.time() > wanted
        else:
            assert moved.fold == 0
        assert end > start

    @given(INSTANT, st.integers(0, 40), A_CALENDAR)
    def test_weeks_are_seven_days(self, start, weeks, days):
        in_days = add_span(start, Span(7 * weeks, Unit.DAYS), days)
        assert add_span(start, Span(weeks, Unit.WEEKS), days) == in_days

    @given(INSTANT, st.integers(1, 40), A_CALENDAR)
    def test_business_days_end_on_one_and_count_back(self, start, length, days):
        end = add_span(start, Span(length, Unit.BUSINESS_DAYS), days)
        assert is_business_day(local_date(end, days), days)
        assert business_days_between(start, end, days) == length

    @given(INSTANT, st.integers(0, 30), A_CALENDAR)
    def test_months_count_back(self, start, months, days):
        end = add_span(start, Span(months, Unit.MONTHS), days)
        assert months_between(start, end, days) == months

    @given(INSTANT, st.sampled_from(Unit), A_CALENDAR)
    def test_no_time_is_no_time(self, start, unit, days):
        assert add_span(start, Span(0, unit), days) == start

    def test_a_clock_time_that_does_not_exist_and_one_that_exists_twice(self):
        berlin = Calendar("berlin", zone="Europe/Berlin")

        def a_day_after(text):
            return add_span(datetime.fromisoformat(text), Span(1, Unit.DAYS), berlin)

        assert a_day_after("2026-03-28T02:30+01:00") == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
        assert a_day_after("2026-10-24T02:30+02:00") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


NUMBERS = st.decimals(-(10**12), 10**12, allow_nan=False, places=6)


class TestF12Exact:
    """F-12: decimals without rounding; amounts in two currencies never compare."""

    @given(NUMBERS, st.integers(1, 28))
    def test_one_spelling_whatever_the_context(self, number, precision):
        with decimal.localcontext() as context:
            context.prec = precision
            made = exact_decimal(str(number))
        assert made == number
        assert exact_decimal(format(made, "f")).as_tuple() == made.as_tuple()
        assert not format(made, "f").endswith(".0")

    @given(NUMBERS, NUMBERS)
    def test_equal_amounts_are_equal_values(self, one, other):
        euros = Money(one, "EUR"), Money(other, "EUR")
        assert (euros[0] == euros[1]) is (one == other)
        assert Money(one, "EUR") != Money(one, "USD")
        if one == other:
            assert hash(euros[0]) == hash(euros[1])
            assert repr(euros[0]) == repr(euros[1])


class TestVocabularyIsComplete:
    """F-5, F-8: every core field that is not derived is kept by the record it belongs to."""

    def test_core_fields_are_columns(self):
        kinds = {
            "registration": Registration,
            "partner": Partner,
            "customer": EndCustomer,
            "opportunity": Opportunity,
        }
        computed = {"asked_at", "currency"}
        vocabulary = Vocabulary()
        for name in vocabulary.names():
            declared = vocabulary.get(name)
            if declared.derived is None and name not in computed:
                columns = {a.name for a in attrs.fields(kinds[declared.subject.value])}
                assert name in columns

    def test_decimals_of_facts_are_decimals(self):
        registration = Registration(
            registration_id="R1", partner_id="P1", submitted_at="2026-03-01T00:00Z", score=3
        )
        assert view_of(_case([registration])).read(registration, "score") == Decimal(3)

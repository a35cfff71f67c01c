"""When clocks run out (K-1 … K-6), and what reads otherwise then (F-13 … F-15)."""

from datetime import timedelta

import attrs
from hypothesis import assume, given
from hypothesis import strategies as st

from dealreg.deciders.clocks import answer_due, deadline, milestone_due, period_of
from dealreg.facts.calendars import (
    UTC_CALENDAR,
    add_span,
    business_days_between,
    days_between,
    is_business_day,
    local_date,
    midnight,
    months_between,
)
from dealreg.facts.case import Facts
from dealreg.facts.courses import ExtensionRequest, WaitsFor
from dealreg.facts.fields import Count, SinceEnded
from dealreg.facts.records import ENDED, LIVE, Registration, Status
from dealreg.facts.values import Span, Unit
from dealreg.facts.view import View
from dealreg.policy.clocks import Extension, GrantedBy, LastDay, Missed, Period
from dealreg.policy.contests import Contest
from dealreg.policy.policies import Policy
from dealreg.testing.policies import WORLD
from dealreg.testing.pools import INSTANTS
from dealreg.testing.programme import CALENDARS
from tests.laws.asking import (
    any_cases,
    decided,
    on_admission,
    registrations_by_id,
    standings,
    view_of,
    with_facts,
)
from tests.laws.timing import (
    COUNTED,
    LAST_DAYS,
    LENGTHS,
    MILESTONES,
    MOMENTS,
    PERIODS,
    SLAS,
    TICK,
    WAITS,
    WHOLE_DAYS,
    plain_view,
    timed,
    waits,
    with_contest,
)

EXACT = st.builds(Span, st.integers(1, 60), st.sampled_from(("minutes", "hours", "days", "weeks")))
WHEN_TOLD = timedelta(days=365 * 20)
"""Long after everything in these laws."""


class TestK1TheEnd:
    """K-1: a clock runs out that span after its start, by its calendar; day 0 is the first."""

    @given(MOMENTS, LENGTHS, COUNTED)
    def test_the_last_day(self, start, length, calendar):
        moment = add_span(start, length, calendar)
        last = local_date(moment, calendar)
        assert deadline(start, length, calendar) == moment
        ends = {each: deadline(start, length, calendar, each) for each in LastDay}
        assert ends[LastDay.EXCLUDED] == midnight(last, calendar)
        assert ends[LastDay.INCLUDED] == midnight(last + timedelta(days=1), calendar)
        assert ends[LastDay.EXCLUDED] <= moment < ends[LastDay.INCLUDED]

    @given(MOMENTS, st.integers(1, 400), COUNTED)
    def test_day_0_is_the_local_day_of_the_start(self, start, days, calendar):
        end = deadline(start, Span(days, "days"), calendar, LastDay.INCLUDED)
        assert local_date(end - TICK, calendar) == local_date(start, calendar) + timedelta(days)
        assert local_date(end, calendar) == local_date(start, calendar) + timedelta(days + 1)

    @given(MOMENTS, WAITS, LENGTHS, COUNTED, LAST_DAYS)
    def test_who_starts_later_is_not_done_earlier(self, start, later, length, calendar, last_day):
        one = deadline(start, length, calendar, last_day)
        other = deadline(start + later, length, calendar, last_day)
        # A clock time is not monotone in the night in which clocks are set forward or back.
        shifted = timedelta(hours=1) if last_day is LastDay.MOMENT else timedelta(0)
        assert one - shifted <= other

    @given(MOMENTS, LENGTHS, st.integers(1, 20), COUNTED, LAST_DAYS)
    def test_a_longer_clock_does_not_run_out_earlier(self, start, length, more, calendar, last_day):
        longer = Span(length.length + more, length.unit)
        one, other = (deadline(start, each, calendar, last_day) for each in (length, longer))
        assert one <= other
        if length.unit not in (Unit.MINUTES, Unit.HOURS):
            assert one < other

    @given(timed(period=PERIODS, milestones=()))
    def test_the_very_instant_is_too_late(self, case):
        view, (contest,) = view_of(case), case.rules.contests
        for each in case.facts.registrations:
            term = period_of(view, contest.period, each)
            if term is None or term.ends is None or term.ends <= case.at:
                continue
            at_the_end = attrs.evolve(case, at=term.ends)
            stays = period_of(view_of(at_the_end), contest.period, each)
            assume(stays is not None and stays.ends == term.ends)
            for standing in decided(at_the_end).standings:
                if standing.registration_id == each.registration_id:
                    assert on_admission(standing)


class TestK2StandingStill:
    """K-2: what was waited is added to the end, as the clock counts; while it goes on, no end."""

    @given(MOMENTS, EXACT, COUNTED, st.data())
    def test_an_exact_clock_moves_by_exactly_what_was_waited(self, start, length, calendar, data):
        end = deadline(start, length, calendar)
        waited = []
        since = start - timedelta(days=2)
        for _ in range(data.draw(st.integers(1, 4))):
            since += data.draw(WAITS)
            pause = waits(since, data.draw(WAITS))
            waited.append(pause)
            since = pause.until
        expected = end
        for pause in waited:
            begins = max(pause.since, start)
            if begins < expected:
                expected += max(pause.until - begins, timedelta(0))
        assert deadline(start, length, calendar, pauses=waited) == expected

    @given(MOMENTS, LENGTHS, COUNTED, LAST_DAYS, WAITS)
    def test_while_it_waits_it_has_no_end(self, start, length, calendar, last_day, into):
        end = deadline(start, length, calendar, last_day)
        found = deadline(start, length, calendar, last_day, [waits(start + into, None)])
        assert found == (None if start + into < end else end)

    @given(MOMENTS, LENGTHS, COUNTED, LAST_DAYS, WAITS, WAITS)
    def test_a_wait_never_takes_time_away(self, start, length, calendar, last_day, into, waited):
        end = deadline(start, length, calendar, last_day)
        found = deadline(start, length, calendar, last_day, [waits(start + into, waited)])
        assert found == end if start + into >= end else found >= end

    @given(MOMENTS, st.integers(1, 60), COUNTED, WHOLE_DAYS, WAITS, WAITS)
    def test_where_the_last_day_counts_as_a_whole(
        self, start, days, calendar, last_day, into, waited
    ):
        length, pause = Span(days, "days"), waits(start + into, waited)
        end = deadline(start, length, calendar, last_day)
        assume(pause.since < end)
        found = deadline(start, length, calendar, last_day, [pause])
        moved = days_between(pause.since, pause.until, calendar)
        assert found == midnight(local_date(end, calendar) + timedelta(moved), calendar)

    @given(MOMENTS, st.integers(1, 30), COUNTED, LAST_DAYS, WAITS, WAITS)
    def test_in_business_days(self, start, days, calendar, last_day, into, waited):
        length, pause = Span(days, "business_days"), waits(start + into, waited)
        assume(pause.since < deadline(start, length, calendar, last_day))
        found = deadline(start, length, calendar, last_day, [pause])
        moved = business_days_between(pause.since, pause.until, calendar)
        longer = Span(days + moved, "business_days")
        assert found == deadline(start, longer, calendar, last_day)
        if last_day is LastDay.INCLUDED:
            assert is_business_day(local_date(found - TICK, calendar), calendar)

    @given(MOMENTS, st.integers(1, 60), COUNTED, LAST_DAYS, WAITS, WAITS, st.floats(0, 1))
    def test_a_wait_told_in_two_parts(self, start, days, calendar, last_day, into, waited, part):
        length, whole = Span(days, "days"), waits(start + into, waited)
        middle = whole.since + part * waited
        parts = [attrs.evolve(whole, until=middle), attrs.evolve(whole, since=middle)]
        once = deadline(start, length, calendar, last_day, [whole])
        assert deadline(start, length, calendar, last_day, parts) == once
        assert deadline(start, length, calendar, last_day, [whole, parts[1], whole]) == once

    @given(timed(sla=SLAS, period=PERIODS, milestones=MILESTONES))
    def test_only_who_waits_for_the_other_side(self, case):
        view, (contest,) = plain_view(case), case.rules.contests

        def without(registration, *sides):
            left = [pause for pause in registration.pauses if pause.waits_for not in sides]
            return attrs.evolve(registration, pauses=left)

        def clocks(registration, period, milestone, sla):
            return (
                period_of(view, period, registration),
                milestone_due(view, milestone, registration),
                answer_due(view, sla, registration),
            )

        period, milestone, sla = contest.period, contest.milestones[0], case.rules.sla
        for each in case.facts.registrations:
            found = clocks(each, period, milestone, sla)
            by_vendor = clocks(without(each, WaitsFor.PARTNER), period, milestone, sla)
            by_partner = clocks(without(each, WaitsFor.VENDOR), period, milestone, sla)
            assert found[:2] == by_vendor[:2]
            assert found[2] == by_partner[2]
            running = [attrs.evolve(clock, pauses=False) for clock in (period, milestone, sla)]
            never = without(each, WaitsFor.PARTNER, WaitsFor.VENDOR)
            assert clocks(each, *running) == clocks(never, *running)


class TestK3Period:
    """K-3: a period ends as its clock does."""

    @given(timed(period=PERIODS, sla=SLAS | st.none()))
    def test_whose_period_has_ended_takes_no_part(self, case):
        view, (contest,), by_id = view_of(case), case.rules.contests, registrations_by_id(case)
        for standing in decided(case).standings:
            if standing.clause == "status" or standing.code == "SCOPE_UNKNOWN":
                continue
            term = period_of(view, contest.period, by_id[standing.registration_id])
            over = term is not None and term.ends is not None and term.ends <= case.at
            assert standing.clause.endswith(".period") is over

    @given(
        timed(period=PERIODS.map(lambda each: attrs.evolve(each, extension=None))),
        st.sampled_from(INSTANTS),
    )
    def test_its_end_is_that_of_the_clock(self, case, at):
        case = attrs.evolve(case, at=at)  # some waits are yet to come, and some go on
        view, (contest,) = view_of(case), case.rules.contests
        period = contest.period
        for each in case.facts.registrations:
            start = view.read(each, period.starts)
            term = period_of(view, period, each)
            assert (term is None) is (start is None)
            if term is None:
                continue
            known = [
                attrs.evolve(pause, until=None if (pause.until or start) > case.at else pause.until)
                for pause in each.pauses
                if period.pauses and pause.waits_for is WaitsFor.VENDOR and pause.since <= case.at
            ]
            calendar = view.calendar(period.calendar)
            clock = deadline(start, period.length, calendar, period.last_day, known)
            assert (term.starts, term.ends) == (start, clock)


MANY = st.integers(0, 5)
EXTENSIONS = st.builds(
    Extension,
    length=st.none() | st.builds(Span, st.integers(1, 20), st.just("days")),
    times=st.none() | st.integers(1, 3),
    granted_by=st.sampled_from(GrantedBy),
    lasts_while_asked=st.booleans(),
)


@st.composite
def requests(draw, start):
    """What was asked and answered within a few weeks."""
    days = st.integers(0, 60).map(timedelta)
    made = []
    for number in range(draw(MANY)):
        asked = start + draw(days) + number * TICK
        answer = draw(
            st.sampled_from(("granted_at", "granted_at", "refused_at", "refused_at", None))
        )
        after = draw(st.integers(0, 20).map(timedelta))
        answered = {} if answer is None else {answer: asked + after}
        length = draw(st.none() | st.builds(Span, st.integers(1, 9), st.just("days")))
        made.append(ExtensionRequest(asked_at=asked, length=length, **answered))
    return tuple(made)


@st.composite
def extended(draw):
    """A period of some days that can be extended, its start, and what was asked and answered."""
    start = draw(MOMENTS)
    period = Period(
        Span(draw(st.integers(1, 40)), draw(st.sampled_from(("days", "business_days")))),
        last_day=draw(LAST_DAYS),
        extension=draw(EXTENSIONS),
        pauses=draw(st.booleans()),
    )
    pauses = [
        waits(start + timedelta(draw(st.integers(0, 60))), draw(WAITS))
        for _ in range(draw(st.integers(0, 2)))
    ]
    return period, start, draw(requests(start)), pauses


def term_of(period, start, asked, pauses=(), at=None):
    """The period as it stands at an instant, or long after everything."""
    registration = Registration(
        registration_id="R1",
        partner_id="P1",
        submitted_at=start,
        approved_at=start,
        status="approved",
        extensions=asked,
        pauses=pauses,
    )
    policy = Policy(programme="Example", contests=[Contest(benefit="b", period=period)])
    facts = Facts(registrations=[registration])
    view = View(facts, at or start + WHEN_TOLD, policy.vocabulary(), {})
    return period_of(view, period, registration)


class TestK4Extension:
    """K-4: which requests count, and by how much they make a period longer."""

    @given(extended())
    def test_no_request_makes_it_shorter(self, made):
        period, start, asked, pauses = made
        without = term_of(attrs.evolve(period, extension=None), start, asked, pauses)
        term = term_of(period, start, asked, pauses)
        assert term.ends is None or term.ends >= without.ends
        if not period.pauses or not pauses:
            assert (term.extended > 0) <= (term.ends is None or term.ends > without.ends)

    @given(st.integers(1, 40), st.integers(1, 20), st.none() | MANY.filter(bool), MANY, MOMENTS)
    def test_not_more_often_than_it_allows(self, days, longer, times, asked, start):
        rule = Extension(length=Span(longer, "days"), times=times)
        granted = [
            ExtensionRequest(asked_at=start + number * TICK, granted_at=start + timedelta(1))
            for number in range(asked)
        ]
        term = term_of(Period(Span(days, "days"), extension=rule), start, granted)
        count = asked if times is None else min(times, asked)
        assert term.ends == start + timedelta(days + count * longer)

    @given(extended())
    def test_what_is_asked_after_the_end_counts_for_nothing(self, made):
        period, start, asked, pauses = made
        term = term_of(period, start, asked, pauses)
        assume(term.ends is not None)
        before = tuple(each for each in asked if each.asked_at < term.ends)
        assert term_of(period, start, before, pauses) == term

    @given(extended(), st.integers(0, 30))
    def test_asked_early_enough(self, made, days):
        """Exactly the time asked for before the end counts, a microsecond later does not."""
        period, start, _, _ = made
        rule = attrs.evolve(period.extension, ask_before=Span(days, "hours"))
        period = attrs.evolve(period, extension=rule, pauses=False)
        end = term_of(period, start, ()).ends
        latest = end - timedelta(hours=days) if days else end - TICK
        for asked_at, counts in ((latest, 1), (latest + TICK, 0)):
            asked = [ExtensionRequest(asked_at=asked_at, granted_at=asked_at)]
            assert term_of(period, start, asked).extended == counts

    @given(extended())
    def test_one_that_was_refused_uses_nothing_up(self, made):
        period, start, asked, pauses = made
        rule = attrs.evolve(period.extension, lasts_while_asked=False)
        period = attrs.evolve(period, extension=rule)
        taken = tuple(each for each in asked if each.refused_at is None)
        assert term_of(period, start, asked, pauses) == term_of(period, start, taken, pauses)

    @given(extended())
    def test_it_lasts_until_the_answer_where_it_says_so(self, made):
        period, start, asked, _ = made
        rule = attrs.evolve(period.extension, granted_by="vendor", times=None)
        waiting = attrs.evolve(
            period, extension=attrs.evolve(rule, lasts_while_asked=True), pauses=False
        )
        ending = attrs.evolve(
            period, extension=attrs.evolve(rule, lasts_while_asked=False), pauses=False
        )
        end = term_of(attrs.evolve(period, extension=None, pauses=False), start, ()).ends
        for each in asked:
            if each.asked_at >= end:
                continue
            answers = [when for when in (each.granted_at, each.refused_at) if when is not None]
            until = min(answers, default=start + WHEN_TOLD)
            meanwhile = [end, end + (until - end) / 2] if until > end else []
            for at in meanwhile:
                assert term_of(waiting, start, [each], at=at).ends is None
                assert term_of(ending, start, [each], at=at).ends == end
            if until > end and each.refused_at is not None:
                assert term_of(waiting, start, [each]).ends == each.refused_at
            assert each.refused_at is not None or (
                term_of(waiting, start, [each], at=until).ends
                == (None if not answers else term_of(ending, start, [each], at=until).ends)
            )

    @given(extended())
    def test_asking_is_enough_where_it_says_so(self, made):
        period, start, asked, pauses = made
        by_asking = attrs.evolve(period.extension, granted_by="asking")
        by_vendor = attrs.evolve(period.extension, granted_by="vendor")
        at_once = tuple(
            attrs.evolve(each, granted_at=each.asked_at) if each.refused_at is None else each
            for each in asked
        )
        assert term_of(attrs.evolve(period, extension=by_asking), start, asked, pauses) == term_of(
            attrs.evolve(period, extension=by_vendor), start, at_once, pauses
        )

    @given(MOMENTS, st.integers(2, 30), st.integers(1, 30), WAITS, WAITS)
    def test_it_stands_still_in_the_longer_time_too(self, start, days, longer, into, waited):
        rule = Extension(length=Span(longer, "days"))
        period = Period(Span(days, "days"), extension=rule, pauses=True)
        asked = [ExtensionRequest(asked_at=start, granted_at=start)]
        end = start + timedelta(days + longer)
        pause = waits(start + into, waited)
        moved = waited if pause.since < end else timedelta(0)
        assert term_of(period, start, asked, [pause]).ends == end + moved


def due_dates(case):
    """Each registration with each milestone as it stands."""
    view = view_of(case)
    for each in case.facts.registrations:
        for milestone in case.rules.contests[0].milestones:
            due = milestone_due(view, milestone, each)
            if due is not None:
                yield each, milestone, due


def at_a_deadline(case, data):
    """The case asked about at an instant at which some milestone is due, or its grace ends."""
    instants = {end for _, _, due in due_dates(case) for end in (due.due, due.final)}
    return attrs.evolve(case, at=data.draw(st.sampled_from(sorted(instants - {None} or {case.at}))))


def unchanging(case):
    """The case with no later values of facts: what is known changes only as time passes."""
    kept = [attrs.evolve(each, changes=()) for each in case.facts.registrations]
    return with_facts(case, registrations=kept)


def due_of(milestone, start, **happened):
    """A milestone of a registration submitted at an instant, long after everything."""
    registration = Registration(
        registration_id="R1", partner_id="P1", submitted_at=start, attributes=happened
    )
    calendars = {calendar.name: calendar for calendar in CALENDARS}
    view = View(Facts(registrations=[registration]), start + WHEN_TOLD, WORLD, calendars)
    return milestone_due(view, milestone, registration)


class TestK5Milestone:
    """K-5: met in time, and what follows if not."""

    @given(timed(milestones=MILESTONES, sla=SLAS | st.none()), st.data())
    def test_who_missed_one_takes_no_part(self, case, data):
        case = at_a_deadline(case, data)
        missed = {
            (each.registration_id, milestone.code)
            for each, milestone, due in due_dates(case)
            if not due.met and due.final is not None and due.final <= case.at
        }
        for standing in decided(case).standings:
            if any(name == standing.registration_id for name, _ in missed):
                assert on_admission(standing)
            if ".milestones[" in standing.clause:
                assert (standing.registration_id, standing.code) in missed

    @given(timed(milestones=MILESTONES))
    def test_when_it_is_due(self, case):
        view = view_of(case)
        for each, milestone, due in due_dates(case):
            calendar = view.calendar(milestone.calendar)
            if each.pauses and milestone.pauses:
                continue
            ends = [
                deadline(due.starts, length, calendar, milestone.last_day)
                for length in (milestone.length, milestone.grace or milestone.length)
            ]
            agreed = milestone.agreed and view.read(each, milestone.agreed)
            graced = milestone.agreed is None or (agreed is not None and agreed < ends[0])
            assert (due.due, due.final) == (ends[0], ends[1] if graced else ends[0])
            met = view.read(each, milestone.met)
            assert due.met is (met is not None and met < due.final)

    @given(MOMENTS, MILESTONES)
    def test_the_very_last_instant_is_too_late(self, start, milestones):
        milestone = attrs.evolve(milestones[0], met="demo_at", agreed=None, starts="submitted_at")
        final = due_of(milestone, start).final
        assert due_of(milestone, start, demo_at=final - TICK).met
        assert not due_of(milestone, start, demo_at=final).met

    @given(MOMENTS, MILESTONES)
    def test_grace_has_to_be_agreed_before_the_due_date(self, start, milestones):
        milestone = attrs.evolve(
            milestones[0],
            grace=Span(2 * milestones[0].length.length, milestones[0].length.unit),
            agreed="demo_at",
            starts="submitted_at",
        )
        without = due_of(attrs.evolve(milestone, grace=None, agreed=None), start)
        always = due_of(attrs.evolve(milestone, agreed=None), start)
        in_time = due_of(milestone, start, demo_at=without.due - TICK)
        assert (in_time.due, in_time.final) == (without.due, always.final)
        assert due_of(milestone, start, demo_at=without.due).final == without.due
        assert due_of(milestone, start).final == without.due

    @given(
        timed(milestones=MILESTONES, requires=(), period=None),
        st.timedeltas(timedelta(0), timedelta(days=400)),
        st.data(),
    )
    def test_what_was_missed_stays_missed(self, case, later, data):
        case = at_a_deadline(unchanging(case), data)
        after = attrs.evolve(case, at=case.at + later)
        there = standings(decided(after))
        for place, standing in standings(decided(case)).items():
            if ".milestones[" in standing.clause:
                assert on_admission(there[place])

    @given(timed(milestones=MILESTONES))
    def test_reminders_change_nothing(self, case):
        (contest,) = case.rules.contests
        silent = [attrs.evolve(each, remind=None) for each in contest.milestones]
        without = decided(with_contest(case, milestones=silent))
        assert without.standings == decided(case).standings


DEEMED = SLAS.map(lambda each: attrs.evolve(each, missed=Missed.DEEMED_APPROVED))
OTHERWISE = SLAS.map(
    lambda each: attrs.evolve(
        each, missed=Missed.NOTHING if each.missed is Missed.DEEMED_APPROVED else each.missed
    )
)


def answered_before(case, registration, due):
    """K-6 with F-3, word by word."""
    approved, ended = registration.approved_at, registration.ended_at
    if registration.status is Status.APPROVED and approved is None:
        return True
    if registration.status in ENDED and ended is None:
        return True
    answers = [approved, ended if registration.status in ENDED else None]
    return any(each is not None and each < due and each <= case.at for each in answers)


def answered_at_the_edge(case, data):
    """The case in which some were approved, or ended, beside the very instant of their due date."""
    view, made = plain_view(case), []
    for each in case.facts.registrations:
        due = answer_due(view, case.rules.sla, each)
        if due is not None and due.due is not None:
            when = due.due + data.draw(st.sampled_from((-TICK, timedelta(0), TICK)))
            answer = data.draw(
                st.sampled_from(
                    (
                        {},
                        {"status": "submitted", "approved_at": None, "ended_at": None},
                        {"status": "approved", "approved_at": when, "ended_at": None},
                        {"status": "rejected", "approved_at": None, "ended_at": when},
                    )
                )
            )
            if when >= each.submitted_at:
                each = attrs.evolve(each, **answer)  # noqa: PLW2901 - the same one, answered
        made.append(each)
    return with_facts(case, registrations=made)


class TestK6TheVendorsAnswer:
    """K-6: it is due when the vendor's clock runs out."""

    @given(timed(sla=SLAS), st.data())
    def test_when_it_is_due_and_what_is_an_answer(self, case, data):
        case = answered_at_the_edge(case, data)
        view, sla = plain_view(case), case.rules.sla
        for each in case.facts.registrations:
            start, due = view.read(each, sla.starts), answer_due(view, sla, each)
            assert (due is None) is (start is None)
            if due is None:
                continue
            waiting = [pause for pause in each.pauses if pause.waits_for is WaitsFor.PARTNER]
            if not (sla.pauses and waiting):
                calendar = view.calendar(sla.calendar)
                assert due.due == deadline(start, sla.length, calendar, sla.last_day)
            if due.due is not None:
                assert due.met is answered_before(case, each, due.due)

    @given(timed(sla=OTHERWISE))
    def test_it_changes_no_standing_unless_it_means_approval(self, case):
        without = attrs.evolve(case, rules=attrs.evolve(case.rules, sla=None))
        assert decided(without).standings == decided(case).standings


FROM_APPROVAL = PERIODS.map(lambda each: attrs.evolve(each, starts="approved_at"))


class TestF13DeemedApproval:
    """F-13: who was not answered in time reads as approved from the instant it was due."""

    @given(timed(sla=DEEMED, period=FROM_APPROVAL, requires=(), milestones=()), st.data())
    def test_as_if_the_vendor_had_approved_at_that_instant(self, case, data):
        case = answered_at_the_edge(case, data)
        view, sla = plain_view(case), case.rules.sla

        def approved(each):
            due = answer_due(view, sla, each)
            if due is None or due.due is None or due.due > case.at:
                return each
            if answered_before(case, each, due.due):
                return each
            assume(due.due >= each.submitted_at)  # no approval can be stated before that
            waits_for_it = each.status in (Status.SUBMITTED, Status.UNDER_REVIEW)
            status = Status.APPROVED if waits_for_it else each.status
            return attrs.evolve(each, approved_at=due.due, status=status)

        stated = with_facts(case, registrations=map(approved, case.facts.registrations))
        stated = attrs.evolve(stated, rules=attrs.evolve(case.rules, sla=None))
        made, found = decided(stated), decided(case)
        assert (made.standings, made.referrals) == (found.standings, found.referrals)

    @given(
        timed(sla=DEEMED, period=FROM_APPROVAL, requires=(), milestones=()),
        st.timedeltas(timedelta(0), timedelta(days=20)),
        st.data(),
    )
    def test_an_approval_that_comes_later_changes_nothing(self, case, later, data):
        case = answered_at_the_edge(case, data)
        deemed = view_of(case).deemed

        def approved(each):
            due = deemed.get(each.registration_id)
            if due is None or each.status in ENDED:
                return each
            return attrs.evolve(each, approved_at=due + later)

        late = with_facts(case, registrations=map(approved, case.facts.registrations))
        assert decided(late).standings == decided(case).standings


CLOSING = PERIODS.map(lambda each: attrs.evolve(each, closes=True))


class TestF14Expiry:
    """F-14: a period that closes ends the registration for every benefit and every tally."""

    @given(timed(period=CLOSING))
    def test_as_if_it_had_been_said_to_have_expired(self, case):
        """Also for what reads the status, and what counts registrations or since they ended."""
        view, (contest,) = plain_view(case), case.rules.contests

        def said(each):
            term = period_of(view, contest.period, each)
            over = term is not None and term.ends is not None and term.ends <= case.at
            if not over or not view.live(each):
                return each
            return attrs.evolve(each, status="expired", ended_at=term.ends)

        stated = with_facts(case, registrations=map(said, case.facts.registrations))
        stated = with_contest(stated, period=attrs.evolve(contest.period, closes=False))
        made, found = decided(stated), decided(case)
        assert (made.standings, made.referrals) == (found.standings, found.referrals)

    @given(any_cases(contests=2), st.lists(CLOSING, min_size=2, max_size=2))
    def test_the_first_of_several_ends_it_for_all(self, case, periods):
        contests = [
            attrs.evolve(contest, period=attrs.evolve(period, calendar=None, starts=start))
            for contest, period, start in zip(
                case.rules.contests, periods, ("submitted_at", "approved_at"), strict=False
            )
        ]
        case = attrs.evolve(case, rules=attrs.evolve(case.rules, contests=contests))
        plain, view = plain_view(case), view_of(case)
        over = set()
        for each in case.facts.registrations:
            closing = [c.period for c in case.rules.contests if c.period and c.period.closes]
            terms = [period_of(view, period, each) for period in closing]
            ends = [term.ends for term in terms if term is not None and term.ends is not None]
            if plain.live(each) and ends and min(ends) <= case.at:
                over.add(each.registration_id)
        for standing in decided(case).standings:
            if standing.registration_id in over and standing.code != "SCOPE_UNKNOWN":
                assert (standing.code, standing.clause) == ("EXPIRED", "status")


def as_counted(start, end, since):
    """F-7, word by word."""
    calendars = {None: UTC_CALENDAR, **{calendar.name: calendar for calendar in CALENDARS}}
    calendar = calendars[since.calendar]
    match since.count:
        case Count.TIME:
            return end - start
        case Count.DAYS:
            return days_between(start, end, calendar)
        case Count.BUSINESS_DAYS:
            return business_days_between(start, end, calendar)
        case Count.MONTHS:
            return months_between(start, end, calendar)


class TestF15SinceEnded:
    """F-15: the time from the last end of another registration to the submission of this one."""

    @given(timed(period=CLOSING | st.none()), st.sets(st.integers(0, 7)))
    def test_from_the_last_of_those_that_had_ended(self, case, numbers):
        registrations = [
            attrs.evolve(each, status="won", ended_at=max(each.submitted_at, case.at) + TICK)
            if number in numbers
            else each
            for number, each in enumerate(case.facts.registrations)
        ]
        case = with_facts(case, registrations=registrations)  # some will be won, and are not yet
        plain = plain_view(case)
        calendars = {calendar.name: calendar for calendar in CALENDARS}
        expiries = view_of(case).expiries
        view = View(case.facts, case.at, WORLD, calendars, expiries=expiries)
        fields = [WORLD.get(name) for name in WORLD.names()]
        for field in fields:
            if not isinstance(field.derived, SinceEnded):
                continue
            for each in case.facts.registrations:
                ends = [
                    ended
                    for other in case.facts.registrations
                    if other is not each
                    and (ended := self.end_of(plain, expiries, other)) is not None
                    and ended <= min(each.submitted_at, case.at)
                    and all(
                        view.read(other, name) == view.read(each, name) is not None
                        for name in field.derived.same
                    )
                ]
                found = view.read(each, field.name)
                assert found == (
                    as_counted(max(ends), each.submitted_at, field.derived) if ends else None
                )

    def end_of(self, view, expiries, other):
        """When it ended, of itself or by its period; a deal that was won has not ended so."""
        status = view.status(other)
        if status in LIVE:
            return expiries.get(other.registration_id)
        return other.ended_at if status in ENDED and status is not Status.WON else None

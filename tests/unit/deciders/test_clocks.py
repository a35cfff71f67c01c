"""The boundaries that people argue about, each as a row: K-1 to K-6, F-13."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from dealreg import (
    Calendar,
    Contest,
    Decision,
    ExtensionRequest,
    Field,
    FieldType,
    Pause,
    Sla,
    contest,
    earliest,
    extension,
    highest,
    milestone,
    period,
    sla,
    span,
    within,
)
from dealreg.facts.instants import instant, iso
from dealreg.policy.clocks import Extension
from tests.unit.deciders.table import decided, row, shown

FIRST = earliest("submitted_at")
MARCH, LATER = "2026-03-01T09:00Z", "2033-01-01T00:00Z"
ENDED, STILL = "denied EXPIRED", "stands still"


def decided_at(
    at: str,
    rules: Contest,
    *,
    zone: str = "UTC",
    holidays: tuple[str, ...] = (),
    vendor: Sla | None = None,
    **registration: Any,
) -> Decision:
    """The decision on one approved registration, with a calendar `local`."""
    days = [instant(f"{day}T00:00Z").date() for day in holidays]
    facts = {"submitted_at": MARCH, "approved_at": MARCH, "status": "approved"} | registration
    calendar = Calendar("local", zone, holidays=days)
    return decided(rules, row("A", **facts), at=at, calendars=[calendar], sla=vendor)


def ending(
    length: str,
    start: str,
    *,
    at: str = LATER,
    zone: str = "UTC",
    holidays: tuple[str, ...] = (),
    pauses: tuple[Pause, ...] = (),
    extensions: tuple[ExtensionRequest, ...] = (),
    **settings: Any,
) -> str:
    """When a period from `start` on ends or ended, as it is known `at` an instant."""
    lasts = period(length, calendar="local", pauses=bool(pauses), **settings)
    found = decided_at(
        at,
        contest("protection", FIRST, lasts),
        zone=zone,
        holidays=holidays,
        submitted_at=start,
        approved_at=start,
        pauses=pauses,
        extensions=extensions,
    )
    (step,) = [each for each in found.trace if each.clause.endswith(".period")]
    ends = step.facts.get("ends")
    return iso(ends) if isinstance(ends, datetime) else step.result


def utc(text: str) -> str:
    """The instant as `ending` writes it."""
    return iso(instant(text))


class TestLastDay:
    """K-1: day 120 or day 121."""

    START = "2026-03-02T15:00+01:00"

    @pytest.mark.parametrize(
        ("last_day", "end"),
        [
            ("moment", "2026-06-30T15:00+02:00"),
            ("included", "2026-07-01T00:00+02:00"),
            ("excluded", "2026-06-30T00:00+02:00"),
        ],
    )
    def test_a_hundred_and_twenty_days(self, last_day: str, end: str) -> None:
        made = ending("120 days", self.START, zone="Europe/Berlin", last_day=last_day)

        assert utc(end) == made

    @pytest.mark.parametrize(
        ("at", "moment", "included", "excluded"),
        [
            ("2026-06-29T23:59:59.999999+02:00", "1st", "1st", "1st"),
            ("2026-06-30T00:00+02:00", "1st", "1st", ENDED),
            ("2026-06-30T14:59:59.999999+02:00", "1st", "1st", ENDED),
            ("2026-06-30T15:00+02:00", ENDED, "1st", ENDED),
            ("2026-06-30T23:59:59.999999+02:00", ENDED, "1st", ENDED),
            ("2026-07-01T00:00+02:00", ENDED, ENDED, ENDED),
        ],
    )
    def test_who_is_still_protected(
        self, at: str, moment: str, included: str, excluded: str
    ) -> None:
        found = {}
        for last_day in ("moment", "included", "excluded"):
            lasts = period("120 days", calendar="local", last_day=last_day)
            made = decided_at(
                at,
                contest("protection", FIRST, lasts),
                zone="Europe/Berlin",
                submitted_at=self.START,
                approved_at=self.START,
            )
            found[last_day] = shown(made)["A"]

        assert {"moment": moment, "included": included, "excluded": excluded} == found

    def test_day_0_is_the_day_where_the_calendar_is(self) -> None:
        late = "2026-03-01T23:30Z"  # the second of March in Berlin

        assert utc("2026-03-03T00:00Z") == ending("1 day", late, last_day="included")
        assert utc("2026-03-04T00:00+01:00") == ending(
            "1 day", late, zone="Europe/Berlin", last_day="included"
        )


class TestMonths:
    """K-1, F-10: months of different lengths, and years with a day more."""

    @pytest.mark.parametrize(
        ("length", "start", "end"),
        [
            ("6 months", "2026-08-31T09:00Z", "2027-02-28T09:00Z"),
            ("6 months", "2027-08-31T09:00Z", "2028-02-29T09:00Z"),
            ("6 months", "2027-02-28T09:00Z", "2027-08-28T09:00Z"),
            ("1 month", "2026-01-31T09:00Z", "2026-02-28T09:00Z"),
            ("12 months", "2028-02-29T09:00Z", "2029-02-28T09:00Z"),
            ("48 months", "2028-02-29T09:00Z", "2032-02-29T09:00Z"),
            ("365 days", "2028-02-29T09:00Z", "2029-02-28T09:00Z"),
            ("1 day", "2028-02-28T09:00Z", "2028-02-29T09:00Z"),
            ("1 day", "2027-02-28T09:00Z", "2027-03-01T09:00Z"),
        ],
    )
    def test_where_there_is_no_such_day_the_last_of_the_month(
        self, length: str, start: str, end: str
    ) -> None:
        assert utc(end) == ending(length, start)

    def test_the_day_that_was_cut_off_does_not_come_back(self) -> None:
        asked = ExtensionRequest(asked_at="2026-09-30T09:00Z", granted_at="2026-09-30T09:00Z")

        made = ending(
            "6 months",
            "2026-08-31T09:00Z",
            at="2026-10-01T00:00Z",
            extension=extension(),
            extensions=(asked,),
        )

        assert utc("2027-08-28T09:00Z") == made


class TestClocksSetForwardAndBack:
    """K-1, F-10: days keep the clock time, hours are elapsed time."""

    @pytest.mark.parametrize(
        ("zone", "length", "start", "end"),
        [
            ("Europe/Berlin", "1 day", "2026-03-28T12:00+01:00", "2026-03-29T12:00+02:00"),
            ("Europe/Berlin", "24 hours", "2026-03-28T12:00+01:00", "2026-03-29T13:00+02:00"),
            ("Europe/Berlin", "1 day", "2026-03-28T02:30+01:00", "2026-03-29T03:30+02:00"),
            ("Europe/Berlin", "1 day", "2026-10-24T12:00+02:00", "2026-10-25T12:00+01:00"),
            ("Europe/Berlin", "24 hours", "2026-10-24T12:00+02:00", "2026-10-25T11:00+01:00"),
            ("Europe/Berlin", "1 day", "2026-10-24T02:30+02:00", "2026-10-25T02:30+02:00"),
            ("Europe/Berlin", "1 day", "2026-10-25T02:30+01:00", "2026-10-26T02:30+01:00"),
            ("America/New_York", "1 day", "2026-03-07T12:00-05:00", "2026-03-08T12:00-04:00"),
            ("America/New_York", "24 hours", "2026-03-07T12:00-05:00", "2026-03-08T13:00-04:00"),
            ("America/New_York", "1 day", "2026-03-07T02:30-05:00", "2026-03-08T03:30-04:00"),
            ("America/New_York", "1 day", "2026-10-31T12:00-04:00", "2026-11-01T12:00-05:00"),
            ("America/New_York", "24 hours", "2026-10-31T12:00-04:00", "2026-11-01T11:00-05:00"),
            ("America/New_York", "1 day", "2026-10-31T01:30-04:00", "2026-11-01T01:30-04:00"),
        ],
    )
    def test_the_end(self, zone: str, length: str, start: str, end: str) -> None:
        assert utc(end) == ending(length, start, zone=zone)

    @pytest.mark.parametrize(
        ("zone", "start", "end"),
        [
            ("Europe/Berlin", "2026-03-28T12:00+01:00", "2026-03-30T00:00+02:00"),
            ("Europe/Berlin", "2026-10-24T12:00+02:00", "2026-10-26T00:00+01:00"),
            ("America/New_York", "2026-03-07T12:00-05:00", "2026-03-09T00:00-04:00"),
            ("America/New_York", "2026-10-31T12:00-04:00", "2026-11-02T00:00-05:00"),
        ],
    )
    def test_a_last_day_of_23_or_25_hours_counts_as_a_whole(
        self, zone: str, start: str, end: str
    ) -> None:
        assert utc(end) == ending("1 day", start, zone=zone, last_day="included")


EASTER = ("2026-04-03", "2026-04-06")


class TestBusinessDays:
    """K-1, C-7: over a weekend between two holidays."""

    @pytest.mark.parametrize(
        ("length", "start", "end"),
        [
            ("1 business day", "2026-04-01T09:00Z", "2026-04-02T09:00Z"),
            ("1 business day", "2026-04-02T09:00Z", "2026-04-07T09:00Z"),
            ("1 business day", "2026-04-04T09:00Z", "2026-04-07T09:00Z"),
            ("10 business days", "2026-04-01T09:00Z", "2026-04-17T09:00Z"),
        ],
    )
    def test_the_end(self, length: str, start: str, end: str) -> None:
        assert utc(end) == ending(length, start, holidays=EASTER)

    @pytest.mark.parametrize(
        ("tuesday", "winner"),
        [("2026-04-07T09:00Z", "B"), ("2026-04-07T09:00:00.000001Z", "A")],
    )
    def test_a_window(self, tuesday: str, winner: str) -> None:
        calendar = Calendar("local", holidays=[instant(f"{day}T00:00Z").date() for day in EASTER])
        window = within("1 business day", calendar="local")

        found = decided(
            contest("protection", window, highest("tier")),
            row("A", tier="silver", submitted_at="2026-04-02T09:00Z"),
            row("B", tier="gold", submitted_at=tuesday),
            calendars=[calendar],
        )

        assert [winner] == [name for name, stands in shown(found).items() if stands == "1st"]


def waited(since: str, until: str | None, waits_for: str = "vendor") -> tuple[Pause, ...]:
    return (Pause(waits_for=waits_for, since=since, until=until),)  # type: ignore[arg-type]


WEEKEND = waited("2026-03-06T18:00Z", "2026-03-09T08:00Z")


class TestStandingStill:
    """K-2: what was waited is added, as the clock counts. The second of March is a Monday."""

    START = "2026-03-02T09:00Z"

    @pytest.mark.parametrize(
        ("length", "last_day", "pauses", "end"),
        [
            ("5 business days", "moment", WEEKEND, "2026-03-10T09:00Z"),
            ("5 business days", "included", WEEKEND, "2026-03-11T00:00Z"),
            ("5 business days", "excluded", WEEKEND, "2026-03-10T00:00Z"),
            (
                "5 business days",
                "moment",
                waited("2026-03-06T18:00Z", "2026-03-08T08:00Z"),
                "2026-03-09T09:00Z",
            ),
            ("7 days", "moment", WEEKEND, "2026-03-11T23:00Z"),
            ("7 days", "included", WEEKEND, "2026-03-13T00:00Z"),
            (
                "7 days",
                "included",
                waited("2026-03-05T08:00Z", "2026-03-05T20:00Z"),
                "2026-03-10T00:00Z",
            ),
            ("168 hours", "moment", WEEKEND, "2026-03-11T23:00Z"),
            (
                "7 days",
                "moment",
                waited("2026-03-01T00:00Z", "2026-03-03T09:00Z"),
                "2026-03-10T09:00Z",
            ),
            (
                "7 days",
                "moment",
                waited("2026-03-09T09:00Z", "2026-03-10T09:00Z"),
                "2026-03-09T09:00Z",
            ),
            (
                "7 days",
                "moment",
                waited("2026-03-09T08:59:59.999999Z", "2026-03-10T08:59:59.999999Z"),
                "2026-03-10T09:00Z",
            ),
        ],
    )
    def test_over_a_weekend(
        self, length: str, last_day: str, pauses: tuple[Pause, ...], end: str
    ) -> None:
        assert utc(end) == ending(length, self.START, last_day=last_day, pauses=pauses)

    @pytest.mark.parametrize(
        ("pauses", "end"),
        [
            ((), "2026-03-07T00:00Z"),
            (waited("2026-03-03T09:00Z", "2026-03-04T09:00Z"), "2026-03-10T00:00Z"),
        ],
    )
    def test_a_last_day_before_a_weekend_moves_to_the_business_day_after(
        self, pauses: tuple[Pause, ...], end: str
    ) -> None:
        made = ending("4 business days", self.START, last_day="included", pauses=pauses)

        assert utc(end) == made

    def test_time_waited_twice_counts_once(self) -> None:
        twice = (
            *waited("2026-03-03T00:00Z", "2026-03-05T00:00Z"),
            *waited("2026-03-04T00:00Z", "2026-03-06T00:00Z"),
            *waited("2026-03-04T00:00Z", "2026-03-04T12:00Z"),
        )

        assert utc("2026-03-12T09:00Z") == ending("7 days", self.START, pauses=twice)

    @pytest.mark.parametrize(
        ("pauses", "end"),
        [
            (waited("2026-03-09T08:59Z", None), STILL),
            (waited("2026-03-09T09:00Z", None), "2026-03-09T09:00:00Z"),
            (waited("2026-03-09T08:59Z", "2026-05-02T00:00Z"), STILL),
            (waited("2026-03-09T08:59Z", None, "partner"), "2026-03-09T09:00:00Z"),
        ],
    )
    def test_while_a_wait_goes_on_there_is_no_end(
        self, pauses: tuple[Pause, ...], end: str
    ) -> None:
        assert end == ending("7 days", self.START, at="2026-05-01T00:00Z", pauses=pauses)


def asked(at: str, **answer: str) -> ExtensionRequest:
    return ExtensionRequest(asked_at=at, **answer)  # type: ignore[arg-type]


END, EXTENDED = "2026-03-31T09:00:00Z", "2026-04-30T09:00:00Z"
JUST_IN_TIME = "2026-03-31T08:59:59.999999Z"
TOO_LATE = "2026-03-31T09:00Z"


class TestExtension:
    """K-4: thirty days from the first of March."""

    @pytest.mark.parametrize(("request_at", "end"), [(JUST_IN_TIME, EXTENDED), (TOO_LATE, END)])
    @pytest.mark.parametrize(
        "rule", [extension(), extension(lasts_while_asked=True), extension(granted_by="asking")]
    )
    def test_asked_a_microsecond_before_the_end_and_at_the_end(
        self, rule: Extension, request_at: str, end: str
    ) -> None:
        requests = (asked(request_at, granted_at="2026-04-01T09:00Z"),)

        assert end == ending("30 days", MARCH, extension=rule, extensions=requests)

    @pytest.mark.parametrize(
        ("request_at", "end"),
        [("2026-03-30T09:00Z", EXTENDED), ("2026-03-30T09:00:00.000001Z", END)],
    )
    def test_asked_a_day_before_the_end_where_that_is_asked_for(
        self, request_at: str, end: str
    ) -> None:
        rule = extension(ask_before="1 day")
        requests = (asked(request_at, granted_at="2026-03-30T12:00Z"),)

        assert end == ending("30 days", MARCH, extension=rule, extensions=requests)

    @pytest.mark.parametrize(
        ("at", "ends_meanwhile", "lasts_meanwhile"),
        [
            ("2026-03-30T08:59Z", END, END),
            ("2026-03-30T09:00Z", END, STILL),
            ("2026-03-31T09:00Z", END, STILL),
            ("2026-04-05T08:59:59.999999Z", END, STILL),
            ("2026-04-05T09:00Z", EXTENDED, EXTENDED),
        ],
    )
    def test_granted_after_the_end(
        self, at: str, ends_meanwhile: str, lasts_meanwhile: str
    ) -> None:
        requests = (asked("2026-03-30T09:00Z", granted_at="2026-04-05T09:00Z"),)

        found = [
            ending("30 days", MARCH, at=at, extension=rule, extensions=requests)
            for rule in (extension(), extension(lasts_while_asked=True))
        ]

        assert [ends_meanwhile, lasts_meanwhile] == found

    @pytest.mark.parametrize(
        ("refused_at", "ended_meanwhile", "lasted_meanwhile"),
        [("2026-03-30T10:00Z", END, END), ("2026-04-05T09:00Z", END, "2026-04-05T09:00:00Z")],
    )
    def test_refused(self, refused_at: str, ended_meanwhile: str, lasted_meanwhile: str) -> None:
        requests = (asked("2026-03-30T09:00Z", refused_at=refused_at),)

        found = [
            ending("30 days", MARCH, extension=rule, extensions=requests)
            for rule in (extension(), extension(lasts_while_asked=True))
        ]

        assert [ended_meanwhile, lasted_meanwhile] == found

    @pytest.mark.parametrize("refused_at", ["2026-03-30T10:00Z", "2026-04-05T09:00Z"])
    def test_a_refusal_early_or_late_does_not_use_up_the_one_that_is_allowed(
        self, refused_at: str
    ) -> None:
        requests = (
            asked("2026-03-30T09:00Z", refused_at=refused_at),
            asked("2026-03-30T11:00Z", granted_at="2026-04-06T09:00Z", length=span("60 days")),
        )
        rule = extension(lasts_while_asked=True)
        ended = max(utc(refused_at), END)

        made = ending("30 days", MARCH, extension=rule, extensions=requests)

        assert iso(instant(ended) + timedelta(days=60)) == made

    @pytest.mark.parametrize(
        ("times", "end"),
        [(1, EXTENDED), (2, "2026-05-30T09:00:00Z"), (None, "2026-06-29T09:00:00Z")],
    )
    def test_how_often(self, times: int | None, end: str) -> None:
        days = ("2026-03-10T09:00Z", "2026-03-11T09:00Z", "2026-03-12T09:00Z")
        requests = tuple(asked(day, granted_at=day) for day in days)

        made = ending("30 days", MARCH, extension=extension(times=times), extensions=requests)

        assert end == made

    @pytest.mark.parametrize(
        ("stated", "answered", "end"),
        [
            (None, None, EXTENDED),
            ("10 days", None, "2026-04-10T09:00:00Z"),
            ("10 days", "5 days", "2026-04-05T09:00:00Z"),
        ],
    )
    def test_by_how_much(self, stated: str | None, answered: str | None, end: str) -> None:
        more = {} if answered is None else {"length": span(answered)}
        requests = (asked("2026-03-10T09:00Z", granted_at="2026-03-11T09:00Z", **more),)

        assert end == ending("30 days", MARCH, extension=extension(stated), extensions=requests)

    def test_a_last_day_before_a_weekend_is_extended_in_business_days(self) -> None:
        requests = (asked("2026-03-03T09:00Z", granted_at="2026-03-03T09:00Z"),)

        made = ending(
            "4 business days",
            "2026-03-02T09:00Z",
            last_day="included",
            extension=extension("1 business day"),
            extensions=requests,
        )

        assert utc("2026-03-10T00:00Z") == made  # after Monday, not as Monday begins

    def test_it_stands_still_in_the_longer_time_too(self) -> None:
        requests = (asked("2026-03-10T09:00Z", granted_at="2026-03-11T09:00Z"),)

        made = ending(
            "30 days",
            MARCH,
            extension=extension(),
            extensions=requests,
            pauses=waited("2026-04-10T09:00Z", "2026-04-15T09:00Z"),
        )

        assert utc("2026-05-05T09:00Z") == made


MISSED = "denied MILESTONE_MISSED"
DEMO = Field("demo_at", FieldType.INSTANT, meaning="When it was shown")
AGREED = Field("grace_at", FieldType.INSTANT, meaning="When more time was agreed")


class TestMilestone:
    """K-5: ten days from the first of March."""

    def stands(self, at: str, rule: Any, **happened: str) -> str:
        """How the registration stands."""
        made = decided(
            contest("protection", FIRST, rule),
            row(
                "A",
                submitted_at=MARCH,
                approved_at=MARCH,
                status="approved",
                attributes={name: instant(when) for name, when in happened.items()},
            ),
            at=at,
            fields=[DEMO, AGREED],
        )
        return shown(made)["A"]

    @pytest.mark.parametrize(
        ("met", "at", "stands"),
        [
            ("2026-03-11T08:59:59.999999Z", "2026-03-11T09:00Z", "1st"),
            ("2026-03-11T09:00Z", "2026-03-11T08:59:59.999999Z", "1st"),
            ("2026-03-11T09:00Z", "2026-03-11T09:00Z", MISSED),
            ("2026-03-11T09:00Z", "2026-06-01T00:00Z", MISSED),
            ("2026-02-01T09:00Z", "2026-06-01T00:00Z", "1st"),
        ],
    )
    def test_met_at_the_very_instant_it_was_due_is_too_late(
        self, met: str, at: str, stands: str
    ) -> None:
        assert stands == self.stands(at, milestone("demo_at", "10 days"), demo_at=met)

    @pytest.mark.parametrize(
        ("agreed_at", "met", "stands"),
        [
            ("2026-03-11T08:59:59.999999Z", "2026-03-20T09:00Z", "1st"),
            ("2026-03-11T09:00Z", "2026-03-20T09:00Z", MISSED),
            ("2026-03-12T09:00Z", "2026-03-11T08:59:59.999999Z", "1st"),
            ("2026-03-05T09:00Z", "2026-03-21T09:00Z", MISSED),
        ],
    )
    def test_grace_that_was_agreed_late_is_none(
        self, agreed_at: str, met: str, stands: str
    ) -> None:
        rule = milestone("demo_at", "10 days", grace="20 days", agreed="grace_at")

        assert stands == self.stands(LATER, rule, demo_at=met, grace_at=agreed_at)

    def test_grace_that_nobody_has_to_agree_to(self) -> None:
        rule = milestone("demo_at", "10 days", grace="20 days")

        assert "1st" == self.stands("2026-03-21T08:59Z", rule)
        assert MISSED == self.stands("2026-03-21T09:00Z", rule)


DUE = "2026-03-03T09:00Z"


class TestVendorsAnswer:
    """K-6, F-13: two days from the first of March; from when on protection runs."""

    def starts(self, at: str = LATER, *, rule: Sla | None = None, **registration: Any) -> str:
        """When the period starts by which the registration is protected, or how else it stands."""
        vendor = rule or sla("2 days", missed="deemed_approved")
        given = {"status": "submitted", "approved_at": None} | registration
        made = decided_at(
            at, contest("protection", FIRST, period("120 months")), vendor=vendor, **given
        )
        entitlement = made.standing("A", "protection").entitlement
        if entitlement is None:
            return shown(made)["A"]
        return "open" if entitlement.starts is None else iso(entitlement.starts)

    @pytest.mark.parametrize(
        ("at", "starts"),
        [("2026-03-03T08:59:59.999999Z", "open"), (DUE, utc(DUE)), (LATER, utc(DUE))],
    )
    def test_nobody_answers(self, at: str, starts: str) -> None:
        assert starts == self.starts(at)

    @pytest.mark.parametrize(
        ("approved_at", "starts"),
        [
            ("2026-03-03T08:59:59.999999Z", "2026-03-03T08:59:59.999999Z"),
            (DUE, utc(DUE)),
            ("2026-03-20T09:00Z", utc(DUE)),
        ],
    )
    def test_an_approval_after_the_deemed_one_changes_nothing(
        self, approved_at: str, starts: str
    ) -> None:
        assert starts == self.starts(status="approved", approved_at=approved_at)

    @pytest.mark.parametrize(
        ("status", "approved_at", "ended_at", "starts"),
        [
            ("approved", None, None, "open"),
            ("submitted", None, "2026-03-02T09:00Z", utc(DUE)),
            ("rejected", None, "2026-03-02T09:00Z", "denied REJECTED"),
            ("rejected", None, None, "denied REJECTED"),
        ],
    )
    def test_what_is_an_answer(
        self, status: str, approved_at: str | None, ended_at: str | None, starts: str
    ) -> None:
        """A status without an instant has been so from the beginning, and is an answer (F-3)."""
        assert starts == self.starts(status=status, approved_at=approved_at, ended_at=ended_at)

    @pytest.mark.parametrize(
        ("until", "at", "starts"),
        [
            ("2026-03-05T00:00Z", LATER, "2026-03-06T09:00:00Z"),
            ("2026-03-05T00:00Z", "2026-03-04T00:00Z", "open"),
            (None, LATER, "open"),
        ],
    )
    def test_it_waits_while_the_partner_has_to_act(
        self, until: str | None, at: str, starts: str
    ) -> None:
        asked_back = waited("2026-03-02T00:00Z", until, "partner")

        assert starts == self.starts(at, pauses=asked_back)

    @pytest.mark.parametrize("missed", ["nothing", "escalate"])
    def test_other_rules_change_no_standing(self, missed: str) -> None:
        assert "open" == self.starts(rule=sla("2 days", missed=missed))

"""What a field reads, for a registration, at an instant (spec clauses F-2 to F-9)."""

from datetime import date, timedelta

import pytest

from dealreg import (
    Calendar,
    Change,
    Count,
    Elapsed,
    EndCustomer,
    Facts,
    Field,
    FieldType,
    Opportunity,
    Partner,
    Registration,
    Status,
    Tally,
    span,
)
from dealreg.facts.instants import instant
from dealreg.facts.values import Value
from dealreg.facts.view import View
from dealreg.facts.vocabulary import Vocabulary

NOON = "2026-03-10T12:00Z"


def registration(**more: object) -> Registration:
    given = {
        "registration_id": "R1",
        "partner_id": "P1",
        "opportunity_id": "O1",
        "submitted_at": "2026-03-01T09:00Z",
    }
    return Registration(**(given | more))  # type: ignore[arg-type]


def read(
    name: str,
    one: Registration | None = None,
    *,
    at: str = NOON,
    as_of: str | None = None,
    fields: tuple[Field, ...] = (),
    **facts: object,
) -> Value | None:
    asked = one or registration()
    others = facts.pop("others", [])
    known = Facts(registrations=[asked, *others], **facts)  # type: ignore[arg-type, misc]
    vocabulary = Vocabulary(("silver", "gold"), fields)
    calendars = {"us": Calendar("us", zone="America/New_York")}
    return View(known, instant(at), vocabulary, calendars).read(asked, name, as_of)


@pytest.mark.parametrize(
    "name", ["tier", "customer_country", "vendor_engaged", "amount", "currency", "no_such_field"]
)
def test_what_is_not_supplied_is_not_known(name: str) -> None:
    assert read(name) is None


def test_facts_come_from_the_records_the_registration_names() -> None:
    facts = {
        "partners": [
            Partner(partner_id="P1", tier="gold"),
            Partner(partner_id="P2", tier="silver"),
        ],
        "customers": [EndCustomer(customer_id="C1", customer_country="NL")],
        "opportunities": [Opportunity(opportunity_id="O1", customer_id="C1", vendor_engaged=False)],
    }
    assert "gold" == read("tier", **facts)
    assert "NL" == read("customer_country", **facts)
    assert read("vendor_engaged", **facts) is False
    assert "C1" == read("customer_id", **facts)


def test_a_registrations_own_customer_comes_before_its_opportunitys() -> None:
    deal = Opportunity(opportunity_id="O1", customer_id="C1")

    assert "C2" == read("customer_id", registration(customer_id="C2"), opportunities=[deal])


@pytest.mark.parametrize(
    ("more", "at", "status"),
    [
        ({}, "2026-03-01T08:59:59Z", None),
        ({}, "2026-03-01T09:00Z", Status.SUBMITTED),
        ({"status": "approved", "approved_at": NOON}, NOON, Status.APPROVED),
        ({"status": "approved", "approved_at": NOON}, "2026-03-10T11:59:59Z", Status.SUBMITTED),
        ({"status": "approved"}, NOON, Status.APPROVED),
        ({"status": "withdrawn"}, NOON, Status.WITHDRAWN),
        ({"status": "withdrawn", "ended_at": NOON}, NOON, Status.WITHDRAWN),
        ({"status": "withdrawn", "ended_at": NOON}, "2026-03-10T11:00Z", Status.SUBMITTED),
        (
            {"status": "revoked", "ended_at": NOON, "approved_at": "2026-03-02T00:00Z"},
            "2026-03-10T11:00Z",
            Status.APPROVED,
        ),
        ({"status": "returned"}, NOON, Status.RETURNED),
        ({"status": "draft"}, NOON, Status.DRAFT),
    ],
)
def test_the_status_is_that_of_the_instant(
    more: dict[str, object], at: str, status: Status | None
) -> None:
    one = registration(**more)
    view = View(Facts(registrations=[one]), instant(at), Vocabulary(), {})

    assert status is view.status(one)
    assert (status in {"submitted", "approved", "under_review", "converted"}) is view.live(one)


def test_an_instant_that_has_not_come_yet_is_not_known() -> None:
    deal = Opportunity(opportunity_id="O1", tender_published_at=NOON)

    assert instant(NOON) == read("tender_published_at", opportunities=[deal])
    assert read("tender_published_at", at="2026-03-10T11:59Z", opportunities=[deal]) is None


def test_a_planned_date_is_read_as_it_is() -> None:
    planned = date(2027, 1, 1)

    assert planned == read("estimated_close", registration(estimated_close=planned))


def test_a_changed_fact_is_read_as_of_an_instant() -> None:
    partner = Partner(
        partner_id="P1",
        tier="silver",
        changes=[
            Change("tier", "gold", "2026-03-05T00:00Z"),
            Change("tier", None, "2026-03-12T00:00Z"),
        ],
    )
    partners = {"partners": [partner]}

    assert "silver" == read("tier", at="2026-03-04T23:59:59Z", **partners)
    assert "gold" == read("tier", at="2026-03-05T00:00Z", **partners)
    assert read("tier", at="2026-03-12T00:00Z", **partners) is None
    assert "silver" == read("tier", as_of="submitted_at", **partners)
    assert read("tier", as_of="approved_at", **partners) is None


@pytest.mark.parametrize(
    ("name", "more", "value"),
    [
        ("filed_by", {}, "P1"),
        ("filed_by", {"filed_by": "D1"}, "D1"),
        ("filed_by_registrant", {}, True),
        ("filed_by_registrant", {"filed_by": "D1"}, False),
        ("partner_group", {}, "P1"),
        ("registration_id", {}, "R1"),
        ("asked_at", {}, instant(NOON)),
    ],
)
def test_substitutes(name: str, more: dict[str, object], value: object) -> None:
    assert value == read(name, registration(**more))


@pytest.mark.parametrize(
    ("count", "calendar", "value"),
    [
        (Count.TIME, None, timedelta(days=9, hours=3)),
        (Count.DAYS, None, 9),
        (Count.BUSINESS_DAYS, None, 7),
        (Count.MONTHS, None, 0),
        (Count.DAYS, "us", 9),
    ],
)
def test_elapsed(count: Count, calendar: str | None, value: object) -> None:
    kind = FieldType.DURATION if count is Count.TIME else FieldType.INTEGER
    elapsed = Elapsed("submitted_at", "asked_at", count, calendar)

    assert value == read("age", fields=(Field("age", kind, derived=elapsed),))


def test_elapsed_is_negative_when_the_end_is_before() -> None:
    deal = Opportunity(opportunity_id="O1", tender_published_at="2026-02-28T09:00Z")

    assert timedelta(days=-1) == read("ahead_of_tender", opportunities=[deal])


@pytest.mark.parametrize(
    ("territories", "value"), [({"NL", "BE"}, True), ({"BE"}, False), (set(), False), (None, None)]
)
def test_inside(territories: set[str] | None, value: bool | None) -> None:
    facts = {
        "partners": [Partner(partner_id="P1", territories=territories)],
        "customers": [EndCustomer(customer_id="C1", customer_country="NL")],
    }
    assert value is read("in_territory", registration(customer_id="C1"), **facts)


def test_a_tally_counts_earlier_live_registrations_that_agree() -> None:
    others = [
        registration(registration_id="R0", submitted_at="2026-02-01T09:00Z"),
        registration(registration_id="R2", submitted_at="2026-03-02T09:00Z"),
        registration(registration_id="R3", submitted_at="2026-02-02T09:00Z", partner_id="P2"),
        registration(registration_id="R4", submitted_at="2026-02-03T09:00Z", status="withdrawn"),
        registration(registration_id="R5", submitted_at="2026-02-28T09:00Z", opportunity_id="O2"),
        registration(registration_id="R01", submitted_at="2026-03-01T09:00Z"),
    ]
    of_partner = Field("mine", FieldType.INTEGER, derived=Tally(("partner_id",)))
    recent = Field("recent", FieldType.INTEGER, derived=Tally(("partner_id",), span("1 week")))

    assert 2 == read("earlier_by_same_partner", others=others)
    assert 3 == read("mine", fields=(of_partner,), others=others)
    assert 2 == read("recent", fields=(recent,), others=others)
    assert read("earlier_by_same_partner", registration(opportunity_id=None)) is None


def test_a_programmes_own_fields_are_read_like_the_built_in_ones() -> None:
    declared = Field("proofs", FieldType.DECIMAL)

    found = read("proofs", registration(attributes={"proofs": 2}), fields=(declared,))

    assert "Decimal('2')" == repr(found)

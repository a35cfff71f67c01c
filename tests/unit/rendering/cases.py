"""Recorded decisions that the tests of the words share."""

from datetime import date

from dealreg import (
    ALWAYS,
    Calendar,
    Edition,
    Elapsed,
    EndCustomer,
    Facts,
    Field,
    Governs,
    Holding,
    Joint,
    Opportunity,
    Partner,
    Pause,
    Policy,
    PolicyBook,
    Record,
    Registration,
    Ruling,
    SinceEnded,
    Stature,
    Tally,
    Tie,
    banded,
    competing_on,
    contest,
    earliest,
    everyone_qualifying,
    extension,
    external,
    field,
    final_from,
    fraction_of_holder,
    head_start,
    highest,
    holder_of,
    holders,
    milestone,
    money,
    not_holder_of,
    others,
    override,
    period,
    preferring,
    record,
    requirement,
    same_period,
    sla,
    terms,
    within,
)
from dealreg.policy.stages import Vacancy

TIERS = ("registered", "silver", "gold")


def _registration(number: str, partner: str, submitted: str, **more: object) -> Registration:
    return Registration(
        registration_id=f"R-{number}",
        partner_id=f"P-{partner.upper()}",
        submitted_at=submitted,
        **{"opportunity_id": "OPP-7", **more},  # type: ignore[arg-type]
    )


def _partner(partner: str, name: str, **more: object) -> Partner:
    return Partner(partner_id=f"P-{partner.upper()}", name=name, **more)  # type: ignore[arg-type]


def _dispute_policy(*special_bid: object) -> Policy:
    return Policy(
        programme="Northwind Partner Programme",
        version="2026-01",
        tiers=TIERS,
        contests=[
            contest(
                "protection", earliest("submitted_at"), period("90 days", starts="submitted_at")
            ),
            contest("special_bid", special_bid, earliest("submitted_at")),
        ],
    )


def dispute() -> Record:
    """The lower tier came first, the higher one second: nobody can use the special bid."""
    policy = _dispute_policy(
        holder_of("protection"),
        requirement("TIER_TOO_LOW", field("tier").as_of("submitted_at") >= "gold"),
    )
    facts = Facts(
        registrations=[
            _registration("1001", "alder", "2026-03-01T09:00Z", amount=money("48000 EUR")),
            _registration("1002", "birch", "2026-03-04T13:12Z", amount=money("52000 EUR")),
        ],
        partners=[
            _partner("alder", "Alder Systems", tier="silver"),
            _partner("birch", "Birch Integration", tier="gold"),
        ],
        opportunities=[Opportunity(opportunity_id="OPP-7", name="Virtual desktops")],
    )
    return record(policy, facts, at="2026-03-10T12:00Z")


def contested() -> Record:
    """Tiers within a grace window, a queue, missing facts, a cap on the tender, residual terms."""
    policy = Policy(
        programme="Northwind Partner Programme",
        version="2026-07",
        tiers=TIERS,
        fields=[
            Field(
                "days_to_close",
                "integer",
                meaning="Business days left until the expected close",
                derived=Elapsed("submitted_at", "estimated_close", "business_days", "berlin"),
            ),
            Field(
                "poc_done", "bool", meaning="Whether a proof of concept was done for the customer"
            ),
        ],
        calendars=[Calendar("berlin", zone="Europe/Berlin")],
        contests=[
            contest(
                "protection",
                requirement(
                    "TOO_LATE",
                    field("days_to_close") >= 10,
                    "Register at least ten business days before the expected close.",
                ),
                requirement(
                    "NOT_QUALIFIED",
                    (field("amount") >= money("25000 EUR")) | field("poc_done").is_true(),
                ),
                requirement("BAD_STANDING", field("in_good_standing").is_true()),
                override(
                    "CUSTOMER_CHOICE",
                    field("chosen_by_customer").is_true()
                    & field("customer_choice_form").one_of("letter", "email"),
                ),
                within("7 days"),
                highest("tier").then(earliest("submitted_at")),
                terms(
                    "registration discount", banded((field("tier") >= "gold", "20"), (ALWAYS, "10"))
                ),
                others(terms("co-sell rate", fraction_of_holder("1/3")), stand="waiting"),
                period("6 months"),
            ),
        ],
    )
    close = {"estimated_close": date(2026, 5, 29), "amount": money("30000 EUR")}
    facts = Facts(
        registrations=[
            _registration("1", "alder", "2026-03-02T09:00Z", **close),
            _registration(
                "2", "birch", "2026-03-05T10:30Z", approved_at="2026-03-06T08:00Z", **close
            ),
            _registration("3", "cedar", "2026-03-10T09:00:30Z", **close),
            _registration(
                "4",
                "dogwood",
                "2026-03-05T11:00Z",
                amount=money("12500 EUR"),
                estimated_close=close["estimated_close"],
                attributes={"poc_done": False},
            ),
            _registration("5", "elm", "2026-03-05T12:00Z", amount=money("70000 EUR")),
            _registration("6", "fir", "2026-03-05T12:00Z", status="withdrawn", **close),
            _registration("7", "alder", "2026-03-06T09:00Z", **close),
            _registration(
                "8", "hazel", "2026-03-04T09:00Z", **{**close, "estimated_close": date(2026, 3, 10)}
            ),
            _registration("9", "ivy", "2026-03-04T09:00Z", **{**close, "opportunity_id": None}),
        ],
        partners=[
            _partner("alder", "Alder Systems", tier="silver", in_good_standing=True),
            _partner("birch", "Birch Integration", tier="gold", in_good_standing=True),
            _partner("cedar", "Cedar Networks", tier="gold", in_good_standing=True),
            _partner("dogwood", "Dogwood IT", tier="gold", in_good_standing=False),
            _partner("elm", "Elm Consulting", tier="gold"),
        ],
        opportunities=[Opportunity(opportunity_id="OPP-7", customer_choice_form="phone")],
    )
    return record(policy, facts, at="2026-03-20T12:00Z")


def for_a_person() -> Record:
    """Everything that people decide: discretion, a tie, a missing score, rulings, what waits."""
    policy = Policy(
        programme="Northwind Partner Programme",
        tiers=TIERS,
        contests=[
            contest("discount", highest("score", missing="refer"), earliest("submitted_at")),
            contest(
                "protection",
                requirement("DISCRETION", field("vendor_approval").is_true(), if_unknown="refer"),
                requirement("CREDIT", external("credit_ok")),
                highest("tier"),
            ),
            contest("special_bid", holder_of("protection"), everyone_qualifying()),
            contest("training", not_holder_of("discount"), holders(2), highest("tier"), Tie.SHARE),
        ],
    )
    facts = Facts(
        registrations=[
            _registration("1", "alder", "2026-03-02T09:00Z", vendor_approval=True, score="71.5"),
            _registration("2", "birch", "2026-03-03T09:00Z", vendor_approval=True),
            _registration("3", "cedar", "2026-03-04T09:00Z"),
            _registration("4", "dogwood", "2026-03-05T09:00Z"),
            _registration("5", "elm", "2026-03-05T10:00Z", vendor_approval=True),
        ],
        partners=[
            _partner("alder", "Alder Systems", tier="silver"),
            _partner("birch", "Birch Integration", tier="silver"),
            _partner("cedar", "Cedar Networks", tier="gold"),
            _partner("dogwood", "Dogwood IT", tier="silver"),
            _partner("elm", "Elm Consulting", tier="registered"),
        ],
        rulings=[
            Ruling(
                registration_id="R-4",
                benefit="protection",
                verdict="refuse",
                decided_at="2026-03-06T09:00Z",
                reason="no capacity",
            ),
        ],
    )
    answers = {"R-1": True, "R-2": True, "R-3": True, "R-4": True, "R-5": False}
    return record(policy, facts, at="2026-03-20T12:00Z", externals={"credit_ok": answers})


def by_line() -> Record:
    """Each product for itself, joint holders, a customer's choice, a head start, weeks."""
    policy = Policy(
        programme="Northwind Partner Programme",
        tiers=TIERS,
        contests=[
            contest(
                "protection",
                competing_on("customer_id", lines="products", award="by_line"),
                override(
                    "CUSTOMER_CHOICE",
                    field("chosen_by_customer").is_true(),
                    "The customer has chosen another partner in writing.",
                ),
                head_start("2 days"),
                earliest("submitted_at"),
            ),
            contest(
                "co_sell",
                competing_on("customer_id"),
                holders(2),
                preferring(field("incumbent").is_true()).then(highest("amount", currency="EUR")),
                Joint(("partner_role",), ("sites",), (Stature("satisfaction_score", "0.5"),)),
                terms("lead rate", "7.5"),
                terms("support rate", fraction_of_holder("1/2")),
            ),
            contest(
                "rebate",
                competing_on("customer_id"),
                override("TENDER", field("tender_published_at").is_known(), effect="closes"),
                everyone_qualifying(),
            ),
            contest(
                "training",
                competing_on("customer_id"),
                same_period("weeks"),
                Tie.REGISTRATION_ID,
            ),
        ],
    )
    deal = {"customer_id": "C-1", "opportunity_id": "OPP-7"}
    facts = Facts(
        registrations=[
            _registration(
                "1",
                "alder",
                "2026-03-02T09:00Z",
                products=["core", "edge"],
                sites=["Ulm"],
                amount=money("10000 EUR"),
                partner_role="resell",
                **deal,
            ),
            _registration(
                "2",
                "birch",
                "2026-03-03T09:00Z",
                products=["core"],
                sites=["Bonn"],
                amount=money("20000 EUR"),
                partner_role="services",
                **deal,
            ),
            _registration(
                "3",
                "cedar",
                "2026-03-09T09:00Z",
                products=["edge"],
                sites=["Ulm"],
                amount=money("15000 EUR"),
                partner_role="resell",
                **deal,
            ),
        ],
        partners=[
            _partner("alder", "Alder Systems", tier="silver", satisfaction_score="8.1"),
            _partner("birch", "Birch Integration", tier="gold", satisfaction_score="8.4"),
            _partner("cedar", "Cedar Networks", tier="gold", satisfaction_score="9.9"),
        ],
        customers=[EndCustomer(customer_id="C-1")],
        opportunities=[
            Opportunity(
                opportunity_id="OPP-7",
                tender_published_at="2026-03-08T00:00Z",
                incumbent_partner_id="P-ALDER",
            ),
        ],
    )
    return record(policy, facts, at="2026-03-20T12:00Z")


def book() -> Record:
    """A book: one registration under the old requirements, one under the new."""
    old = _dispute_policy(requirement("TIER_TOO_LOW", field("tier") >= "silver"))
    new = _dispute_policy(
        requirement("TIER_TOO_LOW", field("tier") >= "gold", "Open to Gold partners from June on."),
    )
    rules = PolicyBook(
        programme="Northwind Partner Programme",
        editions=[
            Edition(policy=old, effective_from="2026-01-01T00:00Z"),
            Edition(
                policy=Policy(**{**_fields(new), "version": "2026-06"}),
                effective_from="2026-06-01T00:00+02:00",
            ),
        ],
        governs=Governs.OWN_SUBMISSION,
    )
    facts = Facts(
        registrations=[
            _registration("1", "alder", "2026-05-31T09:00Z"),
            _registration("2", "birch", "2026-06-01T09:00Z"),
            _registration("3", "cedar", "2025-12-31T09:00Z", opportunity_id="OPP-8"),
        ],
        partners=[
            _partner("alder", "Alder Systems", tier="silver"),
            _partner("birch", "Birch Integration", tier="silver"),
        ],
    )
    return record(rules, facts, at="2026-06-10T12:00Z")


def over_time() -> Record:
    """What clocks, holdings and a won deal do: kept, vacant, provisional, a clock that stands."""
    policy = Policy(
        programme="Northwind Partner Programme",
        tiers=TIERS,
        fields=[
            Field("meeting_at", "instant", meaning="When the customer was met"),
            Field(
                "approved_before",
                "integer",
                derived=Tally(("partner_id",), where={"status": "approved"}),
            ),
            Field("days_since", "integer", derived=SinceEnded(("partner_id", "opportunity_id"))),
        ],
        sla=sla("5 business days", missed="escalate"),
        contests=[
            contest(
                "protection",
                requirement("BAD_STANDING", field("in_good_standing").is_true(), lasting=True),
                requirement("TOO_MANY", field("approved_before") < 5),
                requirement(
                    "TOO_SOON", field("days_since").is_missing() | (field("days_since") >= 30)
                ),
                earliest("submitted_at"),
                others(stand="waiting", reconsidered=True),
                period(
                    "90 days",
                    last_day="included",
                    extension=extension("30 days", ask_before="7 days", if_waiting="refused"),
                    pauses=True,
                    closes=True,
                ),
                milestone("meeting_at", "30 days", remind="20 days", grace="45 days"),
                Vacancy.REFER,
            ),
            contest("special_bid", within("30 days"), highest("tier"), final_from("submitted_at")),
        ],
    )
    old = {"approved_at": "2026-01-05T09:00Z", "status": "approved"}
    facts = Facts(
        registrations=[
            _registration(
                "1",
                "alder",
                "2026-03-02T09:00Z",
                status="approved",
                approved_at="2026-03-03T09:00Z",
                pauses=[Pause(waits_for="vendor", since="2026-03-10T09:00Z")],
            ),
            _registration("2", "birch", "2026-03-01T09:00Z"),
            _registration("3", "cedar", "2026-01-02T09:00Z", opportunity_id="OPP-8", **old),
            _registration(
                "4",
                "dogwood",
                "2026-03-02T09:00Z",
                opportunity_id="OPP-9",
                status="won",
                ended_at="2026-03-15T09:00Z",
            ),
            _registration("5", "elm", "2026-03-04T09:00Z", opportunity_id="OPP-9"),
        ],
        partners=[
            _partner(name, f"{name.title()} Systems", tier="silver", in_good_standing=True)
            for name in ("alder", "birch", "cedar", "dogwood", "elm")
        ],
        holdings=[
            Holding(registration_id="R-1", benefit="protection", since="2026-03-03T09:00Z"),
            Holding(
                registration_id="R-3",
                benefit="protection",
                since="2026-01-05T09:00Z",
                until="2026-02-19T09:00Z",
                ended_by="MILESTONE_MISSED",
            ),
        ],
    )
    return record(policy, facts, at="2026-03-20T12:00Z")


def _fields(policy: Policy) -> dict[str, object]:
    names = ("programme", "version", "tiers", "fields", "calendars", "contests", "note")
    return {name: getattr(policy, name) for name in names}


RECORDS = {
    "dispute": dispute,
    "contested": contested,
    "for_a_person": for_a_person,
    "by_line": by_line,
    "book": book,
    "over_time": over_time,
}
"""Every case by its name, which begins the names of its snapshots."""

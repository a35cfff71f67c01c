"""Formulas of policies that ask for every kind of field, held to the reference on random facts."""

import random
from datetime import date, timedelta

import pytest

from dealreg import (
    Calendar,
    Elapsed,
    Field,
    Policy,
    PolicyErrors,
    SinceEnded,
    Span,
    Tally,
    UsageError,
    banded,
    competing_on,
    contest,
    earliest,
    everyone_qualifying,
    field,
    fraction_of_holder,
    highest,
    holders,
    milestone,
    others,
    override,
    period,
    preferring,
    requirement,
    same_period,
    sla,
    terms,
    within,
)
from dealreg.analysis import smt
from dealreg.facts.calendars import UTC_CALENDAR
from dealreg.facts.fields import FieldType, Inside
from dealreg.policy.clocks import LastDay
from dealreg.policy.stages import Tie
from tests.laws.formulas import hold_to_reference, read

z3 = pytest.importorskip("z3", reason="the extra `smt` is not installed")
answers = pytest.importorskip("dealreg.analysis.smt.answers")
calendars = pytest.importorskip("dealreg.analysis.smt.calendars")

BERLIN = Calendar("berlin", "Europe/Berlin", holidays=[date(2026, 4, 3)])
FIRST = earliest("submitted_at")
OWN = [
    Field(
        "days", FieldType.INTEGER, derived=Elapsed("submitted_at", "approved_at", "days", "berlin")
    ),
    Field(
        "until_close", FieldType.INTEGER, derived=Elapsed("submitted_at", "estimated_close", "days")
    ),
    Field("ago", FieldType.DURATION, derived=Elapsed("last_purchase_at", "asked_at")),
    Field("since", FieldType.INTEGER, derived=SinceEnded(("partner_id",))),
    Field("before", FieldType.INTEGER, derived=Tally(("partner_id",), Span(2, "days"), "berlin")),
    Field("home", FieldType.BOOL, derived=Inside("region", "sites")),
    Field("meeting_at", FieldType.INSTANT),
]


def policy(*contests, **more):
    made = {"tiers": ("silver", "gold"), "fields": OWN, "calendars": [BERLIN], **more}
    return Policy(programme="Example", contests=contests, **made)


def asked(rule):
    return policy(contest("protection", requirement("R", rule), FIRST))


RICH = {
    "zones": policy(
        contest(
            "protection",
            within("36 hours"),
            period("10 hours", last_day="included", calendar="berlin", starts="submitted_at"),
            requirement("R", (field("days") <= 2) | (field("until_close") > 30)),
            FIRST,
        ),
        contest("discount", same_period("weeks", calendar="berlin"), highest("tier")),
    ),
    "computed": asked(
        field("home").is_true()
        | field("since").is_known()
        | ((field("before") < 1) & (field("ago") > timedelta(days=3)))
    ),
    "texts": asked((field("currency") == "EUR") | (field("amount").is_missing())),
    "again": policy(contest("protection", earliest("last_submitted_at"), Tie.SHARE)),
    "silence": policy(
        contest("protection", period("30 days"), FIRST, requirement("R", field("tier") >= "gold")),
        sla=sla("3 days", starts="approved_at", missed="deemed_approved"),
    ),
    "agreed": policy(
        contest(
            "protection",
            milestone(
                "meeting_at", "3 days", grace="5 days", agreed="approved_at", starts="submitted_at"
            ),
            FIRST,
        )
    ),
    "persons": policy(
        contest(
            "protection",
            requirement("R", field("tier") >= "gold", if_false="refer"),
            override("O", field("named_account").is_true(), effect="refers"),
            preferring(field("existing_customer").is_true(), missing="first").then(
                highest("quantity", missing="refer")
            ),
            holders(2),
            terms("full", banded((field("tier") >= "gold", "20"))),
            terms("half", fraction_of_holder("1/2"), share="1/2"),
            others(terms("rest", fraction_of_holder("1/3")), stand="waiting"),
        )
    ),
    "nothing to share": policy(
        contest("protection", holders(2), FIRST, others(terms("rest", fraction_of_holder("1/3"))))
    ),
    "without a rate": policy(
        contest("protection", FIRST, terms("a"), others(terms("b", fraction_of_holder("1/3"))))
    ),
    "shared": policy(
        contest(
            "protection",
            holders(3),
            Tie.SHARE,
            highest("tier"),
            terms("a"),
            terms("b", share="1/3"),
        )
    ),
    "in any number": policy(
        contest("protection", everyone_qualifying(), highest("tier"), terms("a"), terms("b"))
    ),
    "other keys": policy(
        contest("protection", competing_on("customer_id", "division"), FIRST),
        contest(
            "discount", competing_on("customer_id"), highest("tier", missing="first"), Tie.SHARE
        ),
    ),
}


@pytest.mark.parametrize("name", RICH)
@pytest.mark.parametrize("size", [1, 3])
def test_formulas_come_to_what_the_reference_decides(name, size):
    rules = RICH[name]

    assert hold_to_reference(rules, read(rules), random.Random(name), size, times=8)


@pytest.mark.parametrize(
    ("rules", "what"),
    [
        (
            policy(
                contest("b", requirement("R", field("since") > 2), period("9 days", closes=True))
            ),
            "how long ago a registration expired",
        ),
        (
            policy(
                contest("b", requirement("R", field("known").is_true())),
                fields=[Field("known", FieldType.BOOL, derived=Inside("currency", "sites"))],
            ),
            "whether a currency is among texts",
        ),
        (
            policy(contest("b", competing_on("registration_id"), FIRST)),
            "the field `registration_id`",
        ),
        (
            policy(
                contest("b", requirement("R", field("ours") < 2)),
                fields=[Field("ours", FieldType.INTEGER, derived=Tally(("registration_id",)))],
            ),
            "the field `ours`",
        ),
        (
            policy(
                contest("b", requirement("R", field("ours") < 2)),
                fields=[Field("ours", FieldType.INTEGER, derived=Tally(("amount",)))],
            ),
            "counts of those that agree in sets or amounts",
        ),
        (
            asked(field("before").as_of("submitted_at") < 1),
            "the field `before` as of an earlier instant",
        ),
        (
            policy(
                contest(
                    "b", requirement("R", field("approved_at").as_of("submitted_at").is_known())
                ),
                sla=sla("3 days"),
            ),
            "the field `approved_at` as of an earlier instant",
        ),
    ],
)
def test_what_is_refused_of_fields(rules, what):
    with pytest.raises(PolicyErrors) as caught:
        smt.compare(rules, rules)

    assert f"the solver does not read {what}" in str(caught.value)


def test_what_is_no_date_is_not_corrected():
    asked = calendars.Calendars()
    when = z3.Int("when")
    asked.after(UTC_CALENDAR, Span(1, "months"), when, LastDay.MOMENT)
    solver = z3.SimpleSolver()
    solver.add(when == 10**19)
    assert solver.check() == z3.sat

    assert asked.corrections(answers.Answer(None, solver.model())) == []


def test_a_solver_that_gives_up_is_an_error(monkeypatch):
    monkeypatch.setattr(z3.Solver, "check", lambda _self: z3.unknown)
    monkeypatch.setattr(z3.Solver, "reason_unknown", lambda _self: "timeout")
    rules = [policy(contest("b", each)) for each in (FIRST, highest("tier"))]

    with pytest.raises(UsageError, match="the solver gave up"):
        smt.compare(*rules)

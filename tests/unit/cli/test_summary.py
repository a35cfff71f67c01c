"""A decision arranged for reading: under what it is about, with what must not be overlooked."""

import pytest

from dealreg import (
    ALWAYS,
    Edition,
    Facts,
    Opportunity,
    Policy,
    PolicyBook,
    Registration,
    StandingKind,
    competing_on,
    contest,
    earliest,
    field,
    not_holder_of,
    others,
    override,
    record,
    requirement,
)
from dealreg.cli.pages import summary_markdown
from dealreg.cli.summary import summary
from dealreg.rendering.markdown import escaped

AT = "2026-03-16T09:00Z"


def registration(name, **more):
    fields = {"partner_id": f"P-{name}", "opportunity_id": "O", "customer_id": "C", **more}
    return Registration(registration_id=name, submitted_at="2026-03-01T09:00Z", **fields)


def decided(rules, *registrations, **more):
    return summary(record(rules, Facts(registrations=registrations, **more), at=AT))


def policy(*contests, **more):
    return Policy(programme="P", contests=contests, **more)


def edition(only, version, since):
    return Edition(policy=policy(only, version=version), effective_from=since)


def test_contests_about_the_same_stand_under_one_title():
    rules = policy(
        contest("protection", earliest("submitted_at")),
        contest("rebate", competing_on("customer_id", "opportunity_id"), earliest("submitted_at")),
        contest("training", earliest("submitted_at")),
    )

    found = decided(rules, registration("A"))

    assert [(each.title, [s.title for s in each.sections]) for each in found.contested] == [
        ("Customer C and opportunity O", ["Rebate"]),
        ("Opportunity O", ["Protection", "Training"]),
    ]


def test_what_is_in_no_conflict_comes_last():
    rules = policy(contest("protection", earliest("submitted_at")))

    found = decided(rules, registration("A", opportunity_id=None), registration("B"))

    assert [each.title for each in found.contested] == [
        "Opportunity O",
        "In no conflict: what they compete for is not known",
    ]


def test_an_opportunity_has_its_name_in_the_title():
    rules = policy(contest("protection", earliest("submitted_at")))

    found = decided(
        rules, registration("A"), opportunities=[Opportunity(opportunity_id="O", name="Desks")]
    )

    assert found.contested[0].title == "Opportunity O: Desks"


def test_the_scope_is_that_of_the_latest_version_in_force():
    book = PolicyBook(
        programme="P",
        editions=[
            edition(contest("b", earliest("submitted_at")), "1", "2026-01-01T00:00Z"),
            edition(
                contest("b", competing_on("customer_id", "division"), earliest("submitted_at")),
                "2",
                "2026-12-01T00:00Z",
            ),
        ],
    )

    found = decided(book, registration("A"))

    assert [each.title for each in found.contested] == ["Opportunity O"]
    assert found.title == "P, version 1, as of 16 March 2026, 09:00 UTC"


def test_before_the_first_version_no_rules_are_in_force():
    book = PolicyBook(
        programme="P",
        editions=[edition(contest("b", earliest("submitted_at")), "1", "2027-01-01T00:00Z")],
    )

    found = decided(book, registration("A"))

    assert found.title.startswith("P, no rules in force, as of ")
    assert [each.title for each in found.contested] == ["No rules in force"]
    assert found.contested[0].sections[0].rows[0].kind is StandingKind.DENIED


def test_those_who_wait_are_told_their_place():
    rules = policy(contest("protection", earliest("submitted_at"), others(stand="waiting")))

    found = decided(
        rules,
        Registration(
            registration_id="B",
            partner_id="P",
            opportunity_id="O",
            submitted_at="2026-03-02T09:00Z",
        ),
        registration("A"),
    )

    first, second = found.contested[0].sections[0].rows
    assert (first.kind, second.kind) == (StandingKind.GRANTED, StandingKind.WAITING)
    assert second.why.startswith("Number 1 in the queue. ")


def test_a_deadlock_that_nobody_in_particular_causes_says_so():
    closed = override("BRAND", field("competing_brand").is_true(), effect="closes")
    rules = policy(contest("protection", closed, earliest("submitted_at")))

    found = decided(rules, registration("A", competing_brand=True), registration("B"))

    [notice] = found.contested[0].sections[0].notices
    assert notice.deadlock
    assert dict(notice.lines) == {
        "blocked": "B, P-B: alone, it would be granted it",
        "blocker": "no single registration stands in its way",
    }


def test_counts_are_of_every_kind_in_play():
    rules = policy(
        contest(
            "protection",
            requirement("BIG", field("quantity") >= 10, if_false="refer"),
            earliest("submitted_at"),
        ),
        contest(
            "gift",
            not_holder_of("protection"),
            requirement("ANY", ALWAYS),
            earliest("submitted_at"),
        ),
    )

    found = decided(rules, registration("A", quantity=1), registration("B"))

    assert found.counts == (
        "2 registrations, 4 standings: 3 referred, 1 returned; 2 questions for a person"
    )


@pytest.mark.parametrize("name", ["|pipe", "<b>bold</b>", "*star*"])
def test_markdown_shows_data_as_it_is(name):
    rules = policy(contest("protection", earliest("submitted_at")))

    text = summary_markdown(decided(rules, registration(name)))

    assert f"| {escaped(name)} |" in text
    assert escaped(name) != name

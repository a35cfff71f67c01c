"""The cases that a policy's cases lack, and edits for which none is found."""

from dealreg import (
    Policy,
    contest,
    earliest,
    field,
    holder_of,
    period,
    requirement,
    terms,
    within,
)
from dealreg.analysis.missing import missing_cases
from dealreg.cases import mutants, run_cases, unnoticed
from dealreg.outcome.cases import CaseVerdict
from dealreg.wire import cases_from_toml, cases_to_toml

POLICY = Policy(
    programme="Missing",
    tiers=["silver", "gold"],
    contests=[
        contest("protection", within("7 days"), earliest("submitted_at")),
        contest(
            "special_bid",
            requirement("NOT_GOLD", field("tier") >= "gold"),
            holder_of("protection"),
            earliest("submitted_at"),
        ),
    ],
)


def test_with_them_every_edit_is_noticed_but_the_silent():
    found = missing_cases(POLICY, [])

    assert all(each.verdict is CaseVerdict.PASSED for each in run_cases(POLICY, found.cases))
    assert set(unnoticed(POLICY, found.cases)) == set(found.silent)
    assert sum(map(len, found.noticed)) + len(found.silent) == len(mutants(POLICY))
    assert all(len(case.facts.registrations) <= 2 for case in found.cases)


def test_with_cases_that_notice_everything_none_is_missing():
    all_of_them = missing_cases(POLICY, []).cases
    assert missing_cases(POLICY, all_of_them).cases == ()


def test_an_edit_that_changes_nothing_is_silent():
    found = missing_cases(POLICY, [])
    assert {each.place for each in found.silent} >= {"contests[special_bid].prefer[0]"}


def test_they_can_be_written_and_read_again():
    cases = missing_cases(POLICY, []).cases
    again = cases_from_toml(cases_to_toml(cases), POLICY)
    assert [each.facts for each in again] == [each.facts for each in cases]
    assert [each.standings for each in again] == [each.standings for each in cases]


TWO = Policy(
    programme="Two benefits of the same rules",
    contests=[
        contest(
            name,
            requirement("SMALL", field("quantity") >= 10),
            requirement("UNKNOWN", field("region").is_known()),
            earliest("completed_at").then(earliest("submitted_at")),
            period("90 days", starts="approved_at"),
            terms("discount", "15"),
        )
        for name in ("discount", "rebate")
    ],
)


def test_edits_alike_in_two_places_give_cases_of_two_names():
    mine = missing_cases(TWO, []).cases

    assert len({each.name for each in mine}) == len(mine)
    again = cases_from_toml(cases_to_toml(mine), TWO)
    assert [each.name for each in again] == [each.name for each in mine]

    left = mine[3:]
    more = missing_cases(TWO, left).cases
    assert more
    assert not {each.name for each in more} & {each.name for each in left}


def test_a_case_expects_what_else_is_not_the_same():
    """Who gets it is the same; what it is worth, and how long, is not."""
    found = missing_cases(TWO, [])
    stated = {part.name for case in found.cases for each in case.standings for part in each.stated}

    assert not [each for each in found.silent if "period" in each.place or "gives" in each.place]
    assert stated >= {"stand", "code", "ends"}

"""Single edits of a policy: every kind of edit is made, and the ones no case notices are told."""

from pathlib import Path

import pytest

from dealreg import (
    Policy,
    check,
    contest,
    earliest,
    field,
    fraction_of_holder,
    head_start,
    highest,
    holder_of,
    holders,
    money,
    not_,
    not_holder_of,
    others,
    override,
    period,
    policy_digest,
    preferring,
    requirement,
    same_period,
    terms,
    within,
)
from dealreg.cases import mutants, unnoticed
from dealreg.cli.exits import Exit
from dealreg.policy.builders import everyone_qualifying
from dealreg.wire import cases_from_toml

TIER = field("tier") >= "silver"
TIERS = ("bronze", "silver", "gold")


def policy(*parts, before=()):
    return Policy(
        programme="Example", tiers=TIERS, contests=[*before, contest("protection", *parts)]
    )


def edits(*parts, before=()):
    rules = policy(*parts, before=before)
    start = len("contests[protection].")
    return {
        (each.place[start:], each.edit)
        for each in mutants(rules)
        if each.place.startswith("contests[protection].")
    }


@pytest.mark.parametrize(
    ("part", "place", "wanted"),
    [
        (requirement("A", TIER), "requires[A]", "it is left out"),
        (requirement("A", TIER), "requires[A].that", "`tier >= silver` becomes `tier > silver`"),
        (requirement("A", TIER), "requires[A].that", "`tier >= silver` becomes `tier >= gold`"),
        (requirement("A", TIER), "requires[A].that", "`tier >= silver` becomes `tier >= bronze`"),
        (
            requirement("A", TIER),
            "requires[A].that",
            "`tier >= silver` becomes `not (tier >= silver)`",
        ),
        (requirement("A", TIER), "requires[A].if_unknown", "`return` becomes `deny`"),
        (
            requirement("A", field("amount") >= money("5 EUR")),
            "requires[A].that",
            "`amount >= 5 EUR` becomes `amount >= 6 EUR`",
        ),
        (
            requirement("A", field("quantity") < 5),
            "requires[A].that",
            "`quantity < 5` becomes `quantity < 4`",
        ),
        (
            requirement("A", not_(field("quantity") < 5)),
            "requires[A].that",
            "`not (quantity < 5)` becomes `quantity < 5`",
        ),
        (
            requirement("A", not_(field("quantity") < 5)),
            "requires[A].that",
            "`not (quantity < 5)` becomes `not (quantity <= 5)`",
        ),
        (
            requirement("A", TIER & (field("quantity") > 5)),
            "requires[A].that",
            "`tier >= silver and quantity > 5` becomes `tier >= silver or quantity > 5`",
        ),
        (
            requirement("A", TIER & (field("quantity") > 5)),
            "requires[A].that",
            "`tier >= silver and quantity > 5` becomes `tier >= silver`",
        ),
        (
            requirement("A", TIER | (field("quantity") > 5) | (field("quantity") < 2)),
            "requires[A].that",
            (
                "`tier >= silver or quantity > 5 or quantity < 2` becomes "
                "`tier >= silver or quantity > 5`"
            ),
        ),
        (override("B", TIER), "overrides[B]", "it is left out"),
        (override("B", TIER), "overrides[B].when", "`tier >= silver` becomes `tier > silver`"),
        (override("B", TIER), "overrides[B].effect", "`takes` becomes `closes`"),
        (
            within("7 days"),
            "window",
            "`within 7 days of submitted_at` becomes `within 6 days of submitted_at`",
        ),
        (within("1 day"), "window", "`within 1 day of submitted_at` is left out"),
        (same_period("weeks"), "window", "`same week by submitted_at` is left out"),
        (
            head_start("2 days"),
            "window",
            (
                "`head start of 2 days per tier by submitted_at` becomes "
                "`head start of 3 days per tier by submitted_at`"
            ),
        ),
        (highest("tier"), "prefer[0]", "`highest tier` becomes `lowest tier`"),
        (highest("tier"), "prefer[0]", "`highest tier` becomes `highest tier, missing refer`"),
        (
            preferring(TIER),
            "prefer[0]",
            "`those with tier >= silver` becomes `those with tier > silver`",
        ),
        (holders(2), "capacity", "`2` becomes `3`"),
        (holders(2), "capacity", "`2` becomes `1`"),
        (everyone_qualifying(), "capacity", "`all who qualify` becomes `1`"),
        (period("90 days"), "period", "`90 days` becomes `91 days`"),
        (period("90 days"), "period", "it is left out"),
        (terms("x", "12.5"), "gives[0]", "`12.5` percent becomes `13.5`"),
        (others(terms("x", fraction_of_holder("1/2"))), "others.terms", "`1/2` becomes `1/4`"),
        (others(terms("x", "5")), "others.terms", "they are left out"),
        (others(), "others.stand", "`denied` becomes `waiting`"),
    ],
)
def test_an_edit_that_an_author_could_make(part, place, wanted):
    assert (place, wanted) in edits(part)


def test_edits_between_contests_and_between_parts():
    first = (contest("special_bid", earliest("submitted_at")),)

    assert ("after[special_bid]", "it is left out") in edits(holder_of("special_bid"), before=first)
    assert ("after[special_bid]", "`holder_of` becomes `not_holder_of`") in edits(
        holder_of("special_bid"), before=first
    )
    assert ("after[special_bid]", "`not_holder_of` becomes `holder_of`") in edits(
        not_holder_of("special_bid"), before=first
    )
    assert ("prefer[1]", "`earliest submitted_at` comes before `highest tier`") in edits(
        highest("tier"), earliest("submitted_at")
    )
    assert ("gives[1]", "it is left out") in edits(terms("x", "5"), terms("y", "4"), holders(2))


def test_every_mutant_is_sound_and_different():
    rules = policy(
        requirement("A", TIER & (field("quantity") > 5)),
        within("7 days"),
        highest("tier"),
        earliest("submitted_at"),
        period("90 days"),
    )
    found = mutants(rules)
    digests = [policy_digest(each.policy) for each in found]

    assert len(found) > 20
    assert len({*digests, policy_digest(rules)}) == len(found) + 1
    assert not any(check(each.policy).errors for each in found)


CASES = """
format = "dealreg-cases/1"
at = "2026-03-10T00:00Z"
[[cases]]
name = "earliest"
registrations = [
    { submitted = "2026-03-01T09:00Z", tier = "silver" },
    { submitted = "2026-03-02T09:00Z", tier = "silver" },
]
expect.protection = { R1 = "granted", R2 = "denied" }
[[cases]]
name = "bronze"
registrations = [{ submitted = "2026-03-01T09:00Z", tier = "bronze" }]
expect.protection.R1 = "denied"
[[cases]]
name = "fails, so it notices nothing"
registrations = [{ submitted = "2026-03-02T09:00Z", tier = "silver" }]
expect.protection.R1 = "waiting"
"""


def test_what_cases_notice_and_what_they_do_not():
    rules = policy(requirement("A", TIER), earliest("submitted_at"))
    open_ = {each.edit for each in unnoticed(rules, cases_from_toml(CASES, rules))}

    assert not open_ & {
        "it is left out",
        "`tier >= silver` becomes `tier > silver`",
        "`earliest submitted_at` becomes `latest submitted_at`",
    }
    assert {
        "`return` becomes `deny`",
        "`refer` becomes `share`",
    } & open_


@pytest.fixture
def edited(tmp_path, monkeypatch):
    from click.testing import CliRunner

    from dealreg.cli.application import cli
    from dealreg.cli.shipped import shipped

    for file in shipped("grace-window").files():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(cli, ["test", "policy.toml", *arguments])


def test_the_command_line_lists_them(edited):
    result = edited("--mutants")
    lines = result.stdout.splitlines()

    assert result.exit_code == Exit.OK
    assert lines[0] == (
        "contests[protection].window: `within 7 days of submitted_at` becomes `within 8 days of "
        "submitted_at`"
    )
    assert lines[-1] == "8 of 11 single edits are noticed by 4 cases"
    assert '"edits":11' in edited("--mutants", "--format", "json").stdout.replace(" ", "")


def test_cases_that_fail_are_told_first(edited):
    path = Path("policy.cases.toml")
    path.write_text(path.read_text("utf-8").replace("granted", "waiting"), encoding="utf-8")

    result = edited("--mutants")
    assert result.exit_code == Exit.FOUND
    assert result.stdout.startswith("Failed: ")


def test_a_book_is_not_edited(edited):
    book = Path("policy.toml")
    text = book.read_text("utf-8").replace("dealreg-policy/1", "dealreg-book/1")
    programme, _, rest = text.partition('version = "2026"')
    rest = rest.replace("[[contests]]", "[[editions.contests]]")
    head = 'governs = "own_submission"\n[[editions]]\neffective_from = 2020-01-01T00:00:00Z\n'
    book.write_text(programme + head + rest, encoding="utf-8")

    result = edited("--mutants")
    assert result.exit_code == Exit.USAGE
    assert "this is a policy book" in result.stderr


def test_an_edit_that_cannot_be_built_is_left_out():
    """Without the first holder's terms, the next would be a fraction of nothing."""
    found = edits(terms("x", "5"), terms("y", fraction_of_holder("1/2")), holders(2))

    assert ("gives[1]", "it is left out") in found
    assert ("gives[0]", "it is left out") not in found

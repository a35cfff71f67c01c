"""The report of a history against the rules, the story of a deal, and their rows."""

import pytest

from dealreg.cli.shipped import shipped
from dealreg.errors import UsageError
from dealreg.history import compare_outcomes, replay, story_of
from dealreg.outcome.disputes import Disputes, Incident, IncidentKind
from dealreg.rendering import report_disputes, tell_story, to_rows
from dealreg.rendering.dispute_report import _MEANS, TITLES
from dealreg.rendering.incidents import _SAID, Names, Sentences
from dealreg.rendering.words import Clock
from dealreg.wire import load_history, read_policy

FOLDER = shipped("history").folder
RULES = read_policy(FOLDER / "policy.toml")
HISTORY = load_history(
    events=str(FOLDER / "events.csv"),
    partners=str(FOLDER / "partners.csv"),
    vocabulary=RULES.vocabulary(),
).history
DISPUTES = compare_outcomes(RULES, HISTORY)
SECRETS = ("brightwater", "Brightwater", "hollis", "Hollis", "R-1002", "R-1003", "R-1005", "R-1006")


def flat(text):
    return " ".join(text.split())


class TestReport:
    def test_summary_first_then_most_first(self):
        report = report_disputes(DISPUTES)

        assert "26 events about ten registrations" in flat(report)
        assert "Of nine recorded decisions on which the rules have a word" in flat(report)
        places = [report.index(f"{TITLES[kind]} (") for kind in DISPUTES.counts()]
        assert places == sorted(places)

    def test_says_how_to_see_the_rest(self):
        report = report_disputes(DISPUTES, examples=1)

        assert (
            'And 3 more: the rows of kind `answer_overdue`, or `disputes.of("answer_overdue")`.'
            in (flat(report))
        )
        assert "more: the rows" not in report_disputes(DISPUTES, examples=10)

    def test_examples_are_those_worth_most(self):
        report = flat(report_disputes(DISPUTES, examples=1))

        assert "R-1002 (Brightwater Integration) was to be answered" in report
        assert "R-1010 (Larkfield Systems) was to be answered" not in report

    def test_in_markdown_and_in_another_zone(self):
        report = report_disputes(DISPUTES, form="markdown", zone="Europe/Berlin")

        assert report.startswith("# Quillon Partner Programme: the history against the rules\n")
        assert "5 March 2026, 15:40 UTC+01:00" in report

    def test_of_nothing(self):
        report = report_disputes(Disputes(rules=RULES))

        assert "There were no events." in report
        assert "Nothing was found that somebody should look at." in report

    def test_another_form_is_refused(self):
        with pytest.raises(UsageError, match="no form `html`"):
            report_disputes(DISPUTES, form="html")

    def test_every_kind_has_a_title_a_meaning_and_a_sentence(self):
        kinds = set(IncidentKind)

        assert set(TITLES) == set(_MEANS) == set(_SAID) == kinds


class TestForOnePartner:
    REPORT = report_disputes(DISPUTES, partner_id="larkfield", examples=50)

    def test_names_nobody_else(self):
        assert [secret for secret in SECRETS if secret in self.REPORT] == []
        assert "Larkfield Systems" in self.REPORT

    def test_shows_no_price_and_no_rule_that_a_rival_fails(self):
        assert "EUR" not in self.REPORT
        rival = report_disputes(DISPUTES, partner_id="brightwater", examples=50)
        assert "TIER_NOT_ENTITLED" not in rival
        assert "another partner's registration held the protection" in flat(rival)

    def test_what_others_did_is_told_to_the_day(self):
        said = flat(self.REPORT)

        assert "1 July 2026: another partner's registration won opportunity NET-2" in said
        assert "1 July 2026, 16:00" not in said


@pytest.mark.parametrize(
    ("incident", "said"),
    [
        ({"kind": "deadlock", "rival": None}, "would have been granted it alone. It still stands."),
        ({"kind": "lapsed_unnoticed"}, "it was never extended, and never closed."),
        ({"kind": "answer_overdue"}, "has not been answered."),
        ({"kind": "tie", "candidates": ("A", "B")}, "Nobody has decided between them."),
        ({"kind": "unknown_conflict", "missing": ("customer_id",)}, "end customer is missing."),
        ({"kind": "hindsight"}, "in fact nobody was."),
        ({"kind": "overlapping_approvals"}, "and nothing has ended it"),
        (
            {"kind": "disagreement", "outcome": "denied", "code": "RULED_AGAINST"},
            "a person decided against it [RULED_AGAINST].",
        ),
        (
            {"kind": "disagreement", "outcome": "denied", "clause": "contests[protection].window"},
            "it did not come in time",
        ),
    ],
)
def test_sentences_of_what_is_still_open(incident, said):
    made = Incident(
        at=DISPUTES.since, registration_id="A", partner_id="alder", benefit="protection", **incident
    )

    assert said in Sentences(RULES, Names(), Clock()).said(made)


class TestStory:
    STORY = story_of(RULES, HISTORY, "VDI-7")

    def test_a_line_for_each_thing_and_what_came_of_it(self):
        lines = tell_story(self.STORY).splitlines()

        assert lines[0] == "Opportunity VDI-7"
        assert any(
            line.startswith("2026-03-04 11:00  R-1001 (Larkfield Systems) is approved")
            for line in lines
        )
        assert any("-> R-1001 (Larkfield Systems) holds the protection until" in e for e in lines)
        assert any("-> DEADLOCK: nobody can use the special bid" in line for line in lines)
        assert any("-> the special bid is no longer deadlocked" in line for line in lines)

    def test_who_held_what_and_what_is_pending(self):
        told = flat(tell_story(story_of(RULES, HISTORY, "NET-2", until="2026-06-12T00:00Z")))

        assert "protection R-1004 (Larkfield Systems) 2026-03-17 09:30 2026-07-15 09:30, if" in told
        assert "2026-07-15 09:30: end of the protection, R-1004" in told
        assert "Nothing changes before 2026-06-21 10:00 without a new event." in told

    def test_a_late_event_says_so(self):
        told = flat(tell_story(story_of(RULES, HISTORY, "CLD-9")))

        assert "(happened 2026-04-01 15:30, known 7 days and 16 hours later)" in told

    def test_for_one_partner_nobody_else_is_named(self):
        told = tell_story(self.STORY, partner_id="brightwater")

        assert [each for each in ("larkfield", "Larkfield", "R-1001") if each in told] == []
        assert "another partner's registration holds the protection" in flat(told)

    def test_a_partner_that_is_not_in_it_is_refused(self):
        with pytest.raises(UsageError, match="`hollis` has no registration in this story"):
            tell_story(self.STORY, partner_id="hollis")
        with pytest.raises(UsageError, match="no form `html`"):
            tell_story(self.STORY, form="html")


class TestRows:
    def test_incidents_with_their_sentence(self):
        rows = to_rows(DISPUTES)

        assert len(rows) == len(DISPUTES.incidents)
        assert len({tuple(row) for row in rows}) == 1
        first = next(row for row in rows if row["kind"] == "deadlock")
        assert (first["partner_name"], first["rival"], first["currency"]) == (
            "Brightwater Integration",
            "R-1001",
            "EUR",
        )
        assert first["sentence"].startswith("From 5 March 2026")

    def test_everything_that_a_replay_finds(self):
        timeline = replay(RULES, HISTORY)
        state = story_of(RULES, HISTORY, "NET-2").state

        for items in (
            timeline,
            timeline.periods,
            timeline.notices,
            timeline.deadlocks,
            DISPUTES.agreement,
            DISPUTES.fates,
            state.standings,
            state.pending,
        ):
            rows = to_rows(items)
            assert rows
            assert len({tuple(row) for row in rows}) == 1

    def test_other_things_are_refused(self):
        with pytest.raises(UsageError, match="is not something that becomes a row"):
            to_rows([RULES])

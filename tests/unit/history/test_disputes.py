"""What a comparison finds: for each kind a case that has it, and the nearest that has not."""

import pytest

from dealreg import (
    Event,
    Facts,
    History,
    Partner,
    Policy,
    StandingKind,
    contest,
    earliest,
    everyone_qualifying,
    extension,
    field,
    highest,
    holder_of,
    holders,
    period,
    requirement,
    sla,
    within,
)
from dealreg.history import Comparison, compare_outcomes, replay
from dealreg.outcome.disputes import IncidentKind, Recorded
from dealreg.wire import from_json, to_json

TIERS = ("silver", "gold")
KNOWN = Facts(
    partners=[
        Partner(partner_id="alder", name="Alder Systems", tier="silver"),
        Partner(partner_id="birch", tier="gold"),
        Partner(partner_id="cedar", tier="gold"),
    ]
)


def policy(*parts, special_bid=False, **more):
    """Protection for the first to register, for 90 days from approval, and what more is said."""
    contests = [contest("protection", earliest("submitted_at"), period("90 days"), *parts)]
    if special_bid:
        contests.append(
            contest(
                "special_bid",
                holder_of("protection"),
                requirement("TIER_NOT_ENTITLED", field("tier") >= "gold"),
            )
        )
    return Policy(programme="Example", tiers=TIERS, contests=contests, **more)


FIRST_COME = policy()


def events(*rows):
    """From registration, kind, day, and then the day it became known, or more facts."""
    made = []
    for place, (about, kind, day, *more) in enumerate(rows):
        known, facts = None, {}
        for each in more:
            if isinstance(each, dict):
                facts |= each
            else:
                known = each
        if kind == "submitted":
            facts = {"partner_id": PARTNERS[about[0]], "opportunity_id": "O"} | facts
            facts = {name: value for name, value in facts.items() if value is not None}
        at = f"2026-{day}T09:00Z"
        later = {} if known is None else {"known_at": f"2026-{known}T09:00Z"}
        made.append(
            Event(
                event_id=f"E{place:02}",
                kind=kind,
                about=about,
                happened_at=at,
                facts=facts,
                **later,
            )
        )
    return made


PARTNERS = {"A": "alder", "B": "birch", "C": "cedar"}


def found(rules, *rows, until="2026-12-01T00:00Z", **more):
    history = History(known=KNOWN, events=events(*rows))
    return compare_outcomes(rules, history, until=until, **more)


def told(disputes, kind):
    return [(each.registration_id, each.rival, each.recorded) for each in disputes.of(kind)]


BOTH = (("A", "submitted", "03-02"), ("B", "submitted", "03-05"))


class TestAgreement:
    @pytest.mark.parametrize(
        ("about", "kind", "agrees"),
        [
            ("A", "approved", True),
            ("B", "approved", False),
            ("A", "rejected", False),
            ("B", "rejected", True),
            ("A", "returned", False),
        ],
    )
    def test_a_decision_is_held_against_the_standing_before_it(self, about, kind, agrees):
        disputes = found(FIRST_COME, *BOTH, (about, kind, "03-06"))

        (cell,) = disputes.agreement
        assert (cell.recorded.value, cell.benefit, cell.agrees) == (kind, "protection", agrees)
        assert disputes.compared() == 1
        assert disputes.rate() == int(agrees)
        assert len(disputes.of("disagreement")) == (not agrees)

    def test_a_disagreement_says_what_the_rules_say_and_where(self):
        (incident,) = found(
            FIRST_COME, *BOTH, ("B", "approved", "03-06", {"status_reason": "their customer"})
        ).of("disagreement")

        assert incident.outcome is StandingKind.DENIED
        assert incident.code == "DUPLICATE_OTHER_PARTNER"
        assert incident.clause == "contests[protection].prefer[0]"
        assert (incident.rival, incident.rival_partner_id) == ("A", "alder")
        assert incident.conflict == ("O",)
        assert incident.reason == "their customer"
        assert incident.events == ("E02",)
        assert incident.margin.fact == "submitted_at"

    def test_what_the_rules_leave_to_a_person_counts_neither_way(self):
        rules = policy(requirement("ASKS", field("tier") >= "gold", if_false="refer"))
        disputes = found(
            rules,
            BOTH[0],
            ("A", "ruled", "03-06", {"benefit": "protection", "verdict": "refuse"}),
        )

        (cell,) = disputes.agreement
        assert cell.recorded is Recorded.RULED_AGAINST
        assert cell.agrees is None
        assert disputes.rate() is None

    @pytest.mark.parametrize(("kind", "agrees"), [("approved", True), ("rejected", None)])
    def test_at_the_instant_of_submission_only_what_is_given_compares(self, kind, agrees):
        disputes = found(FIRST_COME, BOTH[0], ("A", kind, "03-02"))

        assert [cell.agrees for cell in disputes.agreement] == [agrees]

    def test_special_bids_are_held_against_their_own_benefit(self):
        rules = policy(special_bid=True)
        disputes = found(
            rules,
            *BOTH,
            ("A", "approved", "03-04"),
            ("A", "special_bid_granted", "03-08"),
            ("B", "special_bid_refused", "03-09"),
        )

        cells = {cell.recorded.value: (cell.benefit, cell.agrees) for cell in disputes.agreement}
        assert cells["special_bid_granted"] == ("special_bid", False)
        assert cells["special_bid_refused"] == ("special_bid", True)
        assert cells["approved"] == ("protection", True)

    def test_which_benefit_an_approval_is_about_can_be_said(self):
        rules = policy(special_bid=True)
        disputes = found(rules, BOTH[0], ("A", "approved", "03-04"), approves="special_bid")

        assert [(c.benefit, c.agrees) for c in disputes.agreement] == [("special_bid", False)]

    def test_who_won_is_no_decision(self):
        disputes = found(FIRST_COME, *BOTH, ("B", "won", "03-20"))

        assert disputes.compared() == 0
        assert disputes.of("disagreement") == ()

    def test_by_what_was_known_then(self):
        rows = (
            ("B", "submitted", "03-05"),
            ("A", "submitted", "03-02", "03-09"),
            ("B", "approved", "03-07"),
        )

        assert found(FIRST_COME, *rows).rate() == 1


class TestDeadlocks:
    RULES = policy(special_bid=True)

    def test_from_when_on_until_when_and_how_it_ended(self):
        (incident,) = found(
            self.RULES,
            *BOTH,
            ("A", "approved", "03-04"),
            ("A", "lost", "03-27"),
            ("B", "lost", "03-27"),
        ).of("deadlock")

        assert (incident.registration_id, incident.rival, incident.holds) == (
            "B",
            "A",
            "protection",
        )
        assert (incident.at.day, incident.until.day, incident.ended_by) == (5, 27, "LOST")
        assert incident.events == ("E03", "E04")

    def test_one_that_still_stands_has_no_end(self):
        (incident,) = found(
            self.RULES, *BOTH, ("A", "approved", "03-04"), until="2026-03-20T00:00Z"
        ).of("deadlock")

        assert (incident.until, incident.ended_by) == (None, "")

    def test_the_blocker_may_come_to_be_entitled(self):
        promoted = Event(
            event_id="T",
            kind="partner_changed",
            about="alder",
            happened_at="2026-03-10T00:00Z",
            facts={"tier": "gold"},
        )
        rows = events(*BOTH, ("A", "approved", "03-04"))
        (incident,) = compare_outcomes(
            self.RULES, History(known=KNOWN, events=[*rows, promoted])
        ).of("deadlock")

        assert (incident.outcome, incident.ended_by) == (None, "GRANTED")

    def test_none_where_the_holder_can_use_it(self):
        disputes = found(self.RULES, ("B", "submitted", "03-02"), ("A", "submitted", "03-05"))

        assert disputes.of("deadlock") == ()


class TestOverlaps:
    ROWS = (*BOTH, ("A", "approved", "03-06"), ("B", "approved", "03-10"))

    def test_two_partners_approved_at_one_time(self):
        (incident,) = found(FIRST_COME, *self.ROWS, ("A", "revoked", "03-20")).of(
            "overlapping_approvals"
        )

        assert (incident.registration_id, incident.rival) == ("B", "A")
        assert (incident.at.day, incident.until.day) == (10, 20)

    def test_until_the_period_of_the_first_is_over(self):
        (incident,) = found(FIRST_COME, *self.ROWS).of("overlapping_approvals")

        assert incident.until.isoformat() == "2026-06-04T09:00:00+00:00"

    @pytest.mark.parametrize(
        "rows",
        [
            (
                *BOTH,
                ("A", "approved", "03-06"),
                ("A", "revoked", "03-08"),
                ("B", "approved", "03-10"),
            ),
            (*BOTH, ("A", "approved", "03-06"), ("B", "approved", "06-10")),
            (
                BOTH[0],
                ("A2", "submitted", "03-05"),
                ("A", "approved", "03-06"),
                ("A2", "approved", "03-10"),
            ),
        ],
        ids=["ended before", "its period was over", "of one partner"],
    )
    def test_none_where_only_one_ran_or_both_are_of_one_partner(self, rows):
        assert found(FIRST_COME, *rows).of("overlapping_approvals") == ()

    def test_none_where_several_may_hold_it(self):
        rules = policy(holders(2))

        assert found(rules, *self.ROWS).of("overlapping_approvals") == ()


class TestSpecialPrices:
    RULES = policy(special_bid=True)
    GRANTED = ("B", "special_bid_granted", "03-10")

    def test_given_beside_a_protection(self):
        disputes = found(self.RULES, *BOTH, ("A", "approved", "03-06"), self.GRANTED)

        assert told(disputes, "special_price_beside_holder") == [("B", "A", "special_bid_granted")]

    def test_none_where_the_protected_partner_gets_it(self):
        rows = (("B", "submitted", "03-02"), ("B", "approved", "03-06"), self.GRANTED)

        assert found(self.RULES, *rows).of("special_price_beside_holder") == ()


class TestLapses:
    APPROVED = (BOTH[0], ("A", "approved", "03-04"))

    @pytest.mark.parametrize("kind", ["ordered", "won", "special_bid_granted"])
    def test_used_after_the_period_ran_out(self, kind):
        (incident,) = found(FIRST_COME, *self.APPROVED, ("A", kind, "06-20")).of("lapsed_unnoticed")

        assert (incident.at.day, incident.until.day, incident.recorded) == (2, 20, kind)

    def test_never_closed(self):
        (incident,) = found(FIRST_COME, *self.APPROVED).of("lapsed_unnoticed")

        assert (incident.recorded, incident.until) == ("", None)

    @pytest.mark.parametrize(
        "rows",
        [
            [("A", "expired", "06-03")],
            [("A", "lost", "05-01")],
            [("A", "ordered", "05-20"), ("A", "expired", "06-03")],
        ],
        ids=["closed", "ended before", "used in time"],
    )
    def test_none_where_somebody_noticed(self, rows):
        assert found(FIRST_COME, *self.APPROVED, *rows).of("lapsed_unnoticed") == ()

    def test_none_while_it_is_extended(self):
        longer = period("90 days", extension=extension("300 days"))
        rules = Policy(
            programme="Example", contests=[contest("protection", earliest("submitted_at"), longer)]
        )
        rows = (("A", "extension_asked", "05-01"), ("A", "extension_granted", "05-02"))

        assert found(rules, *self.APPROVED, *rows).of("lapsed_unnoticed") == ()


class TestWins:
    def test_won_while_another_partner_was_protected(self):
        disputes = found(FIRST_COME, *BOTH, ("A", "approved", "03-06"), ("B", "won", "03-20"))

        assert told(disputes, "won_beside_holder") == [("B", "A", "won")]

    @pytest.mark.parametrize("rows", [[("A", "won", "03-20")], [("B", "won", "06-20")]])
    def test_none_where_the_holder_won_or_nobody_held_it(self, rows):
        approved = (*BOTH, ("A", "approved", "03-06"), ("A", "lost", "06-10"))

        assert found(FIRST_COME, *approved, *rows).of("won_beside_holder") == ()

    def test_won_twice(self):
        disputes = found(FIRST_COME, *BOTH, ("A", "won", "03-20"), ("B", "won", "03-21"))

        assert told(disputes, "won_again") == [("B", "A", "won")]
        assert found(FIRST_COME, *BOTH, ("A", "won", "03-20")).of("won_again") == ()


class TestWindows:
    RULES = Policy(
        programme="Example",
        tiers=TIERS,
        contests=[
            contest("protection", within("7 days"), highest("tier"), earliest("submitted_at"))
        ],
    )

    def test_approved_while_others_could_still_come(self):
        disputes = found(self.RULES, BOTH[0], ("A", "approved", "03-04"))

        (incident,) = disputes.of("approved_in_window")
        assert incident.until.isoformat() == "2026-03-09T09:00:00+00:00"
        assert disputes.rate() == 1

    def test_none_once_it_has_closed(self):
        assert found(self.RULES, BOTH[0], ("A", "approved", "03-10")).of("approved_in_window") == ()


class TestAnswers:
    RULES = policy(sla=sla("5 days"))

    def test_answered_late_or_never(self):
        disputes = found(self.RULES, *BOTH, ("A", "approved", "03-12"))

        assert [
            (each.registration_id, each.recorded) for each in disputes.of("answer_overdue")
        ] == [
            ("A", "approved"),
            ("B", ""),
        ]

    def test_none_where_it_came_in_time(self):
        rows = (BOTH[0], ("A", "approved", "03-04"))

        assert found(self.RULES, *rows).of("answer_overdue") == ()


RULING = {"benefit": "protection", "verdict": "accept"}


class TestTies:
    SAME = (("A", "submitted", "03-02"), ("B", "submitted", "03-02"))

    def test_of_one_instant_until_a_person_rules(self):
        (incident,) = found(FIRST_COME, *self.SAME, ("B", "ruled", "03-05", RULING)).of("tie")

        assert incident.candidates == ("A", "B")
        assert (incident.at.day, incident.until.day) == (2, 5)
        assert incident.margin.own.day == 2

    def test_of_which_nobody_has_ruled(self):
        (incident,) = found(FIRST_COME, *self.SAME).of("tie")

        assert incident.until is None

    def test_none_where_one_came_first(self):
        assert found(FIRST_COME, *BOTH).of("tie") == ()


class TestUnknownConflicts:
    def test_what_it_competes_for_is_not_known(self):
        disputes = found(FIRST_COME, ("A", "submitted", "03-02", {"opportunity_id": None}))

        (incident,) = disputes.of("unknown_conflict")
        assert incident.missing == ("opportunity_id",)

    def test_none_once_it_is_supplied(self):
        rows = (
            ("A", "submitted", "03-02", {"opportunity_id": None}),
            ("A", "amended", "03-05", {"opportunity_id": "O"}),
        )

        assert found(FIRST_COME, *rows).of("unknown_conflict") == ()


class TestHindsight:
    ROWS = (("B", "submitted", "03-05"), ("B", "approved", "03-07"))

    def test_who_would_have_got_it(self):
        late = ("A", "submitted", "03-02", "03-09")
        disputes = found(FIRST_COME, *self.ROWS, late, ("A", "approved", "03-10"))

        assert told(disputes, "hindsight") == [("B", "A", "")]
        assert disputes.late == 1

    def test_none_where_nothing_became_known_late(self):
        disputes = found(FIRST_COME, *BOTH, ("A", "approved", "03-07"))

        assert disputes.of("hindsight") == ()

    def test_none_where_it_changes_nothing(self):
        late = ("A", "submitted", "03-06", "03-09")

        assert found(FIRST_COME, *self.ROWS, late).of("hindsight") == ()


class TestTheWhole:
    ROWS = (*BOTH, ("A", "approved", "03-06"), ("B", "approved", "03-10"), ("A", "won", "03-20"))

    def test_it_has_json(self):
        disputes = found(FIRST_COME, *self.ROWS)

        assert from_json(to_json(disputes)) == disputes

    def test_a_stream_comes_to_the_same_as_a_history(self):
        whole = compare_outcomes(FIRST_COME, History(known=KNOWN, events=events(*self.ROWS)))
        streamed = compare_outcomes(FIRST_COME, iter(events(*self.ROWS)), known=KNOWN)

        assert streamed == whole

    def test_an_event_told_twice_counts_once(self):
        rows = events(*self.ROWS)
        once = compare_outcomes(FIRST_COME, iter(rows), known=KNOWN)
        twice = compare_outcomes(FIRST_COME, iter([*rows, rows[-1]]), known=KNOWN)

        assert twice.incidents == once.incidents
        assert twice.agreement == once.agreement
        assert [each.code for each in twice.set_aside] == ["REPEATED"]

    def test_the_sink_hears_what_a_replay_tells(self):
        history, heard = History(known=KNOWN, events=events(*self.ROWS)), []
        compare_outcomes(FIRST_COME, history, sink=heard.append)

        timeline = replay(FIRST_COME, history)
        assert tuple(each for each in heard if each.tag == "transition") == timeline.transitions
        periods = [each for each in heard if each.tag == "held_period"]
        assert sorted(periods, key=str) == sorted(timeline.periods, key=str)

    def test_an_event_that_cannot_be_replayed_is_set_aside_and_not_compared(self):
        disputes = found(FIRST_COME, BOTH[0], ("A", "approved", "02-01"), ("Z", "won", "03-04"))

        assert [each.event.event_id for each in disputes.set_aside] == ["E01", "E02"]
        assert disputes.agreement == ()
        assert disputes.decided == 0

    def test_what_takes_effect_after_the_end_is_left_out(self):
        disputes = found(FIRST_COME, *self.ROWS, until="2026-03-07T00:00Z")

        assert [each.recorded.value for each in disputes.agreement] == ["approved"]
        assert disputes.events == 3

    def test_counts_names_and_fates(self):
        disputes = found(FIRST_COME, *self.ROWS)

        assert (disputes.events, disputes.registrations, disputes.decided) == (5, 2, 2)
        assert dict(disputes.names) == {"alder": "Alder Systems"}
        assert [(f.outcome.value, f.code, f.count) for f in disputes.fates] == [
            ("denied", "DUPLICATE_OTHER_PARTNER", 1),
            ("granted", "GRANTED", 1),
        ]
        assert next(iter(disputes.counts())) in IncidentKind

    def test_nothing_at_all(self):
        disputes = Comparison(FIRST_COME).finish()

        assert (disputes.since, disputes.events, disputes.rate()) == (None, 0, None)

    def test_shared_by_all_has_no_rivals(self):
        rules = policy(everyone_qualifying())

        assert found(rules, *self.ROWS).of("disagreement") == ()

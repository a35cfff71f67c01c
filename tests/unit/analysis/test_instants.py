"""Conflicts that can be: nothing of a registration is before its submission."""

import attrs
import pytest

from dealreg import (
    Field,
    Policy,
    compare,
    contest,
    deadlocks,
    decide,
    earliest,
    field,
    holder_of,
    holders,
    latest,
    milestone,
    others,
    period,
    requirement,
    sla,
    within,
)
from dealreg.facts.fields import Elapsed
from dealreg.facts.instants import instant

TOOK = Field(
    "took",
    "duration",
    meaning="From submission to completion",
    changes=False,
    derived=Elapsed("submitted_at", "completed_at"),
)
JUNE = instant("2025-06-01T00:00Z")


def rules(*parts, before=()):
    return Policy(programme="Example", fields=[TOOK], contests=[*before, contest("p", *parts)])


def quick(*more):
    from datetime import timedelta

    return [requirement("QUICK", field("took") <= timedelta(days=5)), *more]


def test_what_only_an_impossible_registration_would_fail_changes_nothing():
    from datetime import timedelta

    sane = requirement("SANE", field("took") >= timedelta(0))
    first = earliest("submitted_at")

    found = compare(rules(*quick(), first), rules(*quick(sane), first))

    assert found.equivalent
    assert found.exact


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (quick(earliest("completed_at")), quick(latest("completed_at"))),
        (quick(earliest("submitted_at")), quick(earliest("completed_at"))),
        (
            [within("7 days"), earliest("completed_at")],
            [within("8 days"), earliest("completed_at")],
        ),
        (
            [
                requirement("A", field("completed_at") < JUNE),
                earliest("arrival"),
            ],
            [
                requirement("A", field("completed_at") <= JUNE),
                earliest("arrival"),
            ],
        ),
    ],
)
def test_every_witness_can_be(one, other):
    found = compare(rules(*one), rules(*other))

    assert found.changes
    for each in found.changes:
        witness = each.witness
        decide(rules(*one), witness.facts, at=witness.at)  # raises for facts that cannot be


def test_a_late_rival_may_be_completed_later_still():
    """A window of 7 days, a date by which to complete: both can matter at once."""
    by = requirement("BY", field("completed_at") > JUNE)
    one = rules(by, within("7 days"), earliest("completed_at"))
    other = rules(by, within("7 days"), latest("completed_at"))

    kinds = {each.kind.value for each in compare(one, other).changes}

    assert "changes_hands" in kinds


def test_the_deadlock_of_completed_registrations_can_be():
    policy = rules(
        holder_of("protection"),
        requirement("DONE", field("completed_at") >= JUNE),
        before=[contest("protection", earliest("submitted_at"))],
    )
    found = deadlocks(policy, repairs=False)

    assert found.patterns
    for each in found.patterns:
        assert decide(policy, each.facts, at=each.at).deadlocks
        assert attrs.evolve(each, patterns=1)


def test_a_period_that_closes_a_registration_does_so_for_every_benefit():
    """Where another benefit has ended it, a requirement of this one changes nothing."""
    meeting = field("evidence").covers("meeting")
    ends = contest("report", earliest("submitted_at"), period("10 days", closes=True))

    found = compare(rules(requirement("MET", meeting), before=[ends]), rules(before=[ends]))

    for each in found.changes:
        decisions = [each.witness.old, each.witness.new]
        stands = [{(s.benefit, s.registration_id, s.kind) for s in d.standings} for d in decisions]
        assert stands[0] != stands[1]


class TestSilenceCountsAsApproval:
    """The clocks then run from an instant that no registration states (K-6, F-13)."""

    def rules(self, *parts, lasts="12 months", missed="deemed_approved"):
        clocks = (
            period(lasts, starts="approved_at"),
            milestone("ordered_at", "60 days", starts="approved_at"),
        )
        return Policy(
            programme="Example",
            sla=sla("20 days", missed=missed),
            contests=[contest("p", earliest("submitted_at"), *clocks, *parts)],
        )

    @pytest.mark.parametrize(
        "parts",
        [
            [requirement("NEW", field("existing_customer").is_false())],
            [requirement("OLD", field("existing_customer").is_true())],
            [holders(2)],
            [others(stand="waiting")],
        ],
    )
    def test_what_somebody_is_granted_is_found_to_change(self, parts):
        found = compare(self.rules(), self.rules(*parts))

        assert not found.equivalent
        for each in found.changes:
            facts, at = each.witness.facts, each.witness.at
            assert decide(self.rules(), facts, at=at) == each.witness.old

    def test_a_period_that_is_longer(self):
        found = compare(self.rules(), self.rules(lasts="13 months"))

        assert [each.kind.value for each in found.changes][:1] == ["changes_hands"]

    @pytest.mark.parametrize("missed", ["deemed_approved", "nothing"])
    def test_what_cases_cannot_state_bounds_the_verdict(self, missed):
        asked = requirement("KNOWN", field("amount").is_known())

        found = compare(self.rules(missed=missed), self.rules(asked, missed=missed))

        limits = [(each.code.value, each.clause) for each in found.limits]
        assert limits == ([("over_time", "sla")] if missed == "deemed_approved" else [])

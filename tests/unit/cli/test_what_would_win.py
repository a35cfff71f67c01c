"""`what-would-win`."""

import pytest

from dealreg.wire import from_json

ASKED = ("policy-today.toml", "registrations.csv", "--partners", "partners.csv")
WHO = ("--registration", "R-1001", "--benefit", "special_bid")
AT = ("--at", "2026-05-01T09:00Z")


@pytest.mark.usefixtures("dispute")
class TestWhatWouldWin:
    def test_says_what(self, dealreg):
        done = dealreg("what-would-win", *ASKED, *WHO, *AT)

        assert done.exit_code == 0
        assert "The partner's tier: gold instead of silver" in done.stdout

    def test_reads_a_record(self, dealreg):
        dealreg("resolve", *ASKED, *AT, "--record", "record.json")
        done = dealreg("what-would-win", "record.json", *WHO, "--format", "markdown")

        assert done.exit_code == 0
        assert done.stdout.startswith("# What would have won")

    def test_says_that_nothing_would(self, dealreg):
        done = dealreg("what-would-win", *ASKED, *WHO, *AT, "--by", "partner")

        assert done.exit_code == 1

    def test_takes_costs_and_who_may_change_what(self, dealreg):
        who = ("--registration", "R-1002", "--benefit", "special_bid", "--format", "json")
        done = dealreg(
            *("what-would-win", *ASKED, *who, *AT, "--changeable", "submitted_at:partner"),
            *("--cost", "submitted_at=2.5"),
        )
        found = from_json(done.stdout)

        assert [each.field for each in found.edits] == ["submitted_at"]
        assert str(found.cost) == "5/2"

    def test_tells_a_partner_its_own(self, dealreg):
        done = dealreg("what-would-win", *ASKED, *WHO, *AT, "--audience", "partner")

        assert "- Your tier: gold instead of silver." in done.stdout

    @pytest.mark.parametrize(
        ("options", "place", "hint"),
        [
            (("--changeable", "tier:partnr"), "--changeable", "partner"),
            (("--changeable", "tier"), "--changeable", "tier:vendor"),
            (("--cost", "tier=dear"), "--cost", "tier=10"),
            (("--audience", "partner", "--format", "json"), "--format", "markdown"),
            (("--cost", "teir=3"), "teir", "tier"),
        ],
    )
    def test_says_what_is_wrong_with_an_option(self, dealreg, options, place, hint):
        done = dealreg("what-would-win", *ASKED, *WHO, *AT, *options)

        assert done.exit_code == 2
        assert place in done.stderr
        assert hint in done.stderr

"""`axioms` and `gaming`."""

import pytest

from dealreg.wire import from_json

TODAY, REPAIRED = "policy-today.toml", "policy-repaired.toml"


@pytest.mark.usefixtures("dispute")
class TestAxioms:
    @pytest.mark.parametrize("form", ["text", "markdown"])
    def test_shows_what_violates_them(self, dealreg, form):
        done = dealreg("axioms", TODAY, "--axiom", "A7", "--axiom", "A1", "--format", form)

        assert done.exit_code == 0
        assert "A7, no deadlock" in done.stdout
        assert "held by law" in done.stdout

    def test_fails_where_a_required_one_is_violated(self, dealreg):
        assert dealreg("axioms", TODAY, "--axiom", "A9", "--require", "A7").exit_code == 1
        assert dealreg("axioms", REPAIRED, "--axiom", "A9", "--require", "A7").exit_code == 0

    def test_says_bounded_and_not_asked(self, dealreg):
        done = dealreg("axioms", TODAY, "--axiom", "A11", "--axiom", "A5")

        assert "bounded to" in done.stdout
        assert "not asked" in done.stdout

    def test_prints_json(self, dealreg):
        found = from_json(dealreg("axioms", TODAY, "--axiom", "A7", "--format", "json").stdout)

        assert [each.code for each in found.violated] == ["A7"]

    @pytest.mark.parametrize("option", ["--axiom", "--require"])
    def test_says_what_is_wrong_with_an_option(self, dealreg, option):
        done = dealreg("axioms", TODAY, option, "A77")

        assert done.exit_code == 2
        assert option in done.stderr

    def test_names_the_parts_that_decide_nothing(self, dealreg, dispute):
        from dealreg import Policy, contest, earliest, within
        from dealreg.wire import policy_to_toml

        whole = contest("protection", within("2 days"), earliest("submitted_at"))
        policy = Policy(programme="Q", tiers=["gold"], contests=[whole])
        (dispute / "policy.toml").write_text(policy_to_toml(policy), "utf-8")
        done = dealreg("axioms", "policy.toml", "--axiom", "A30")

        assert "See contests[protection].window" in done.stdout.replace("`", "")


@pytest.mark.usefixtures("dispute")
class TestGaming:
    def test_fails_where_a_move_pays(self, dealreg):
        done = dealreg("gaming", TODAY)

        assert done.exit_code == 1
        assert "it pays to register before the rival" in done.stdout.replace("\n", " ")

    def test_passes_where_it_may(self, dealreg):
        done = dealreg("gaming", TODAY, "--allow", "earlier_with_less", "--format", "markdown")

        assert done.exit_code == 0

    def test_prints_json(self, dealreg):
        found = from_json(dealreg("gaming", TODAY, "--format", "json").stdout)

        assert {each.move.value for each in found.gains if each.pays} == {"earlier_with_less"}
        assert found.in_history == ()

    def test_tries_a_history(self, dealreg, dispute):
        (dispute / "past.csv").write_text(
            "registration_id,partner_id,opportunity_id,submitted_at\n"
            "R1,P1,O1,2026-03-01T09:00Z\nR2,P2,O1,2026-03-02T09:00Z\n",
            "utf-8",
        )
        done = dealreg("gaming", TODAY, "--registrations", "past.csv")

        assert done.exit_code == 1
        assert "1 of 1" in done.stdout

    def test_ends_so_where_rows_were_rejected(self, dealreg, dispute):
        (dispute / "past.csv").write_text(
            "registration_id,partner_id,opportunity_id,submitted_at\n"
            "R1,P1,O1,2026-03-01T09:00Z\nR2,P2,O1,soon\n",
            "utf-8",
        )
        done = dealreg("gaming", TODAY, "--registrations", "past.csv", "--strict")

        assert done.exit_code == 5

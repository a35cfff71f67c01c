"""`lint`."""

import pytest

from dealreg.wire import from_json

TODAY = "policy-today.toml"


@pytest.mark.usefixtures("dispute")
class TestLint:
    @pytest.mark.parametrize("form", ["text", "markdown"])
    def test_fails_where_something_is_found(self, dealreg, form):
        done = dealreg("lint", TODAY, "--format", form)

        assert done.exit_code == 1
        assert "DEADLOCK at contests" in done.stdout.replace("\\", "")
        assert "changes of structure that repair it" in done.stdout.replace("\n", " ")

    def test_passes_where_nothing_is(self, dealreg):
        done = dealreg("lint", "policy-repaired.toml")

        assert done.exit_code == 0
        assert "every rule, order and window counts" in done.stdout

    def test_passes_where_what_is_found_is_meant(self, dealreg):
        assert dealreg("lint", TODAY, "--allow", "DEADLOCK").exit_code == 0
        assert dealreg("lint", TODAY, "--allow", "DEAD_RULE").exit_code == 1

    def test_prints_json(self, dealreg):
        found = from_json(dealreg("lint", TODAY, "--format", "json").stdout)

        assert [each.code for each in found.findings] == ["DEADLOCK"]
        assert found.findings[0].trials

    def test_says_what_is_wrong_with_a_code(self, dealreg):
        done = dealreg("lint", TODAY, "--allow", "DEADLOK")

        assert done.exit_code == 2
        assert "DEADLOCK" in done.stderr

    def test_says_what_bounds_a_finding(self, dealreg, dispute):
        from dealreg import Elapsed, Field, Policy, contest, earliest, field, requirement
        from dealreg.wire import policy_to_toml

        took = Field("took", "integer", derived=Elapsed("submitted_at", "completed_at", "days"))
        policy = Policy(
            programme="Q",
            fields=[took],
            contests=[
                contest(
                    "protection",
                    requirement("ASKED", field("took") <= 2),
                    requirement("AGAIN", field("took") <= 3),
                    earliest("submitted_at"),
                )
            ],
        )
        (dispute / "policy.toml").write_text(policy_to_toml(policy), "utf-8")
        done = dealreg("lint", "policy.toml")

        assert "Bounded to the cases tried" in done.stdout
        assert "only some dates tell" in done.stdout

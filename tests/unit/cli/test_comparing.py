"""`compare` and `deadlocks`."""

import pytest

from dealreg.wire import from_json

PAIR = ("policy-today.toml", "policy-repaired.toml")


@pytest.mark.usefixtures("dispute")
class TestCompare:
    def test_fails_where_they_differ(self, dealreg):
        done = dealreg("compare", *PAIR)

        assert done.exit_code == 1
        assert "Special bid: somebody gets it who did not" in done.stdout

    def test_passes_where_they_do_not(self, dealreg):
        done = dealreg("compare", PAIR[0], PAIR[0], "--exact", "--format", "markdown")

        assert done.exit_code == 0
        assert "decide every conflict alike" in done.stdout

    def test_passes_where_the_changes_are_meant(self, dealreg):
        assert dealreg("compare", *PAIR, "--allow", "special_bid").exit_code == 0
        assert dealreg("compare", *PAIR, "--allow", "special_bid:gained").exit_code == 1

    def test_asks_inside_a_scope(self, dealreg):
        done = dealreg("compare", *PAIR, "--scope", "tier < gold")

        assert done.exit_code == 0

    def test_prints_json(self, dealreg):
        done = dealreg("compare", *PAIR, "--format", "json")

        assert from_json(done.stdout).changes

    @pytest.mark.parametrize(
        ("option", "value", "hint"),
        [
            ("--allow", "special_bit:gained", "special_bid"),
            ("--allow", "special_bid:gaind", "gained"),
            ("--scope", "teir >= gold", "tier"),
        ],
    )
    def test_says_what_is_wrong_with_an_option(self, dealreg, option, value, hint):
        done = dealreg("compare", *PAIR, option, value)

        assert done.exit_code == 2
        assert option in done.stderr
        assert hint in done.stderr

    def test_says_what_is_wrong_with_both_files(self, dealreg, dispute):
        text = (dispute / PAIR[0]).read_text(encoding="utf-8")
        (dispute / "typo.toml").write_text(text.replace("tier >=", "teir >="), encoding="utf-8")
        (dispute / "open.toml").write_text('programme = "Q\n', encoding="utf-8")

        done = dealreg("compare", "typo.toml", "open.toml")

        assert done.exit_code == 3
        assert "dealreg: typo.toml: the policy cannot be used" in done.stderr
        assert "did you mean `tier`?" in done.stderr
        assert "open.toml, line 1, column" in done.stderr

    def test_of_one_file_it_says_the_same_as_ever(self, dealreg, dispute):
        (dispute / "open.toml").write_text('programme = "Q\n', encoding="utf-8")

        done = dealreg("compare", PAIR[0], "open.toml")

        assert done.exit_code == 4
        assert done.stderr.startswith("dealreg: the input cannot be used:\n  open.toml, line 1")

    def test_takes_no_book(self, dealreg, dispute):
        from dealreg import Edition, PolicyBook
        from dealreg.wire import read_policy, to_json

        policy = read_policy(dispute / PAIR[0])
        book = PolicyBook(
            programme="Q", editions=[Edition(policy=policy, effective_from="2026-01-01T00:00Z")]
        )
        (dispute / "book.json").write_bytes(to_json(book))
        done = dealreg("compare", "book.json", PAIR[0])

        assert done.exit_code == 2
        assert "each version" in done.stderr


@pytest.mark.usefixtures("dispute")
class TestDeadlocks:
    @pytest.mark.parametrize("form", ["text", "markdown"])
    def test_fails_where_there_are_some(self, dealreg, form):
        done = dealreg("deadlocks", PAIR[0], "--format", form)

        assert done.exit_code == 1
        assert "No grace period repairs this" in done.stdout

    def test_passes_where_there_are_none(self, dealreg):
        done = dealreg("deadlocks", PAIR[1], "--format", "json")

        assert done.exit_code == 0
        assert from_json(done.stdout).free


@pytest.mark.usefixtures("dispute")
class TestSolver:
    """`--solver`, which needs the extra `smt`."""

    @pytest.fixture(autouse=True)
    def _needs_the_solver(self):
        pytest.importorskip("z3", reason="the extra `smt` is not installed")

    def test_asks_it(self, dealreg):
        differ = dealreg("compare", *PAIR, "--solver", "3")
        alike = dealreg("compare", PAIR[0], PAIR[0], "--solver", "3", "--exact")
        found = dealreg("deadlocks", PAIR[0], "--solver", "3")

        assert (differ.exit_code, alike.exit_code, found.exit_code) == (1, 0, 1)
        assert "the holder of the protection cannot use it [TIER_NOT_ENTITLED]" in found.stdout

    @pytest.mark.parametrize("rule", ["tier < gold", "tier >= gold"])
    def test_keeps_to_a_scope(self, dealreg, rule):
        solved, asked = (
            dealreg("compare", *PAIR, "--scope", rule, *how) for how in ((), ("--solver", "2"))
        )

        assert solved.exit_code == asked.exit_code
        said = [
            [e for e in done.stdout.splitlines() if "satisfies the scope" in e]
            for done in (solved, asked)
        ]
        assert said[0] == said[1]
        assert bool(said[0]) is (solved.exit_code == 0)

    def test_does_not_read_every_scope(self, dealreg):
        done = dealreg("compare", *PAIR, "--scope", "partner_id == P-1", "--solver", "2")

        assert done.exit_code == 3
        assert "scope: the solver does not read the field `partner_id`" in done.stderr

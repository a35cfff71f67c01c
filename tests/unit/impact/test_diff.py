"""`diff`: each figure on a year of five registrations, and what it refuses."""

import polars as pl
import pytest

from dealreg import Money, PolicyErrors, UnreadableError, UsageError
from dealreg.impact import diff
from dealreg.rendering import report_impact, to_rows
from dealreg.wire import from_json, to_json
from tests.unit.impact.programme import AT, NEW, OLD, TURNS, history, rules, table


def money(*amounts):
    return tuple(Money(each, "EUR") for each in amounts)


@pytest.fixture(scope="module")
def found():
    return diff(OLD, NEW, table(), at=AT)


class TestOfATable:
    def test_who_holds_what(self, found):
        protection, bid = found.held

        assert (protection.old, protection.new) == (2, 2)
        assert (protection.old_worth, protection.new_worth) == (money(96_000), money(86_000))
        assert (bid.old, bid.new, bid.new_conflicts) == (1, 2, 2)

    def test_what_moves(self, found):
        moved = [(each.benefit, each.kind.value, each.conflicts) for each in found.moved]

        assert moved == [("protection", "changes_hands", 1), ("special_bid", "gained", 1)]
        assert found.moved[0].worth == money(90_000)

    def test_who_gains_and_who_loses(self, found):
        said = [(e.value, e.gained, e.lost) for e in found.by("protection", "partner_id")]

        assert said == [("Arbor", 0, 1), ("Birch", 1, 0)]
        assert found.by("protection", "partner_id")[0].lost_worth == money(90_000)

    def test_each_product_counts(self, found):
        said = [(e.value, e.gained, e.lost) for e in found.by("protection", "products")]

        assert said == [("vdi", 1, 1), ("nas", 0, 1)]

    def test_deadlocks(self, found):
        (dead,) = found.deadlocks

        assert (dead.benefit, dead.old, dead.removed, dead.created) == ("special_bid", 1, 1, 0)

    def test_deadlocks_that_are_created(self):
        (dead,) = diff(NEW, OLD, table(), at=AT).deadlocks

        assert dead.created_for == ("R2",)

    def test_each_of_several_that_are_blocked(self):
        another = table().filter(pl.col("registration_id") == "R2")
        another = another.with_columns(registration_id=pl.lit("R6"), partner_id=pl.lit("Cedar"))
        (dead,) = diff(OLD, NEW, pl.concat([table(), another]), at=AT).deadlocks

        assert (dead.old, dead.removed) == (2, 2)

    def test_the_largest(self, found):
        first = found.handovers[0]

        assert (first.conflict, first.old, first.new) == (("O-1",), ("R1",), ("R2",))
        assert (first.old_partners, first.new_partners) == (("Arbor",), ("Birch",))
        assert first.worth == Money(90_000, "EUR")

    def test_a_conflict_is_worth_what_its_first_says(self):
        rows = table().with_columns(registration_id=pl.Series(["R9", "R2", "R3", "R4", "R5"]))

        assert diff(OLD, NEW, rows, at=AT).moved[0].worth == money(90_000)

    def test_the_other_direction(self):
        found = diff(NEW, OLD, table(), at=AT)

        assert [(each.benefit, each.kind.value) for each in found.moved] == [
            ("protection", "changes_hands"),
            ("special_bid", "lost"),
        ]

    def test_what_is_not_there_is_absent(self, found):
        assert [each.measure for each in found.absent] == ["by region"]

    def test_it_is_kept_as_json(self, found):
        assert from_json(to_json(found)) == found

    @pytest.mark.parametrize("kind", ["pandas", "pyarrow", "lazy"])
    def test_every_kind_of_table(self, found, kind):
        made = {
            "pandas": lambda: table().drop("products").to_pandas(),
            "pyarrow": lambda: table().to_arrow(),
            "lazy": lambda: table().lazy(),
        }[kind]()
        by = ["partner_id"]

        told = diff(OLD, NEW, made, at=AT, by=by)
        assert told.shifts == tuple(each for each in found.shifts if each.by == "partner_id")

    def test_a_file_and_a_folder(self, found, tmp_path):
        table().head(2).write_parquet(tmp_path / "a.parquet")
        table().tail(3).write_parquet(tmp_path / "b.parquet")

        assert diff(OLD, NEW, tmp_path, at=AT) == found

    def test_values_that_move_least_are_put_together(self):
        found = diff(OLD, NEW, table(), at=AT, most=1).by("protection", "products")

        assert [(each.value, each.others, each.lost) for each in found] == [
            ("vdi", 0, 1),
            (None, 1, 1),
        ]

    def test_a_person_decides(self):
        from dealreg import Policy, Tie, contest, earliest

        def tied(tie):
            return Policy(programme="Q", contests=[contest("protection", earliest("score"), tie)])

        rows = table().with_columns(score=pl.lit(1))
        found = diff(tied(Tie.REGISTRATION_ID), tied(Tie.REFER), rows, at=AT)
        kinds = {each.kind.value: each.conflicts for each in found.moved}

        back = diff(tied(Tie.REFER), tied(Tie.REGISTRATION_ID), rows, at=AT)

        assert kinds == {"lost": 2, "to_a_person": 2}
        assert {each.kind.value: each.conflicts for each in back.moved} == {
            "gained": 2,
            "from_a_person": 2,
        }
        assert found.held[0].new_referred == 4

    def test_who_was_left_to_a_person_before_is_not_left_to_one_now(self):
        from dealreg import Policy, Tie, contest, earliest, field, money, requirement

        def tied(least):
            asked = requirement("LARGE", field("amount") >= money(least))
            made = contest("protection", asked, earliest("score"), Tie.REFER)
            return Policy(programme="Q", contests=[made])

        first = pl.int_range(pl.len()) == 0
        amount = pl.when(first).then(pl.lit(6_000)).otherwise(pl.lit(9_000))
        rows = table().with_columns(
            score=pl.lit(1),
            partner_id="registration_id",
            opportunity_id=pl.lit("O"),
            amount=amount,
        )
        found = diff(tied("5000 EUR"), tied("7000 EUR"), rows, at=AT)

        assert found.held[0].old_referred > found.held[0].new_referred > 0
        assert "to_a_person" not in {each.kind.value for each in found.moved}

    def test_other_terms(self):
        from dealreg import Policy, contest, earliest, terms

        def at_a_rate(rate):
            stages = (earliest("submitted_at"), terms("rate", rate))
            return Policy(programme="Q", contests=[contest("discount", *stages)])

        found = diff(at_a_rate("5"), at_a_rate("6"), table(), at=AT)

        assert [(each.kind.value, each.conflicts) for each in found.moved] == [("terms", 3)]
        assert not found.shifts

    def test_a_benefit_of_one_policy_only(self):
        import attrs

        less = attrs.evolve(OLD, contests=OLD.contests[:1])
        found = diff(OLD, less, table(), at=AT)

        assert [(e.benefit, e.kind.value, e.conflicts) for e in found.moved] == [
            ("special_bid", "lost", 1)
        ]

    def test_it_says_how_far_it_has_come(self):
        steps = []
        diff(OLD, NEW, table(), at=AT, progress=steps.append)

        assert [(each.doing, each.done) for each in steps if each.done == each.total] == [
            ("today's rules", 2),
            ("the new rules", 2),
        ]

    def test_rejected_rows_take_no_part(self):
        rows = table().with_columns(tier=pl.Series(["silver", "golden", "gold", "gold", "gold"]))

        assert diff(OLD, NEW, rows, at=AT).rejected == 1

    def test_amounts_nobody_states_are_absent(self):
        from dealreg import Policy, contest, earliest

        plain = Policy(programme="Q", contests=[contest("protection", earliest("submitted_at"))])
        found = diff(plain, plain, table().drop("amount", "currency"), at=AT)

        assert found.absent[-1].measure == "worth"
        assert found.held[0].old_worth == ()


class TestInTurn:
    def test_who_holds_it_from_period_to_period(self):
        import attrs

        from dealreg import span

        longer = attrs.evolve(
            TURNS,
            contests=[
                attrs.evolve(
                    TURNS.contests[0],
                    period=attrs.evolve(TURNS.contests[0].period, length=span("60 days")),
                )
            ],
        )
        found = diff(TURNS, longer, table(), at=AT, in_turn="protection")

        assert [(e.old, e.new) for e in found.held] == [(4, 3)]
        assert [each.kind.value for each in found.moved] == ["changes_hands", "terms"]
        assert "decided in turn" in found.absent[-1].because

    def test_a_benefit_that_is_not_there(self):
        with pytest.raises(UsageError, match="no benefit `protectoin`"):
            diff(TURNS, TURNS, table(), at=AT, in_turn="protectoin")


class TestOfEvents:
    def test_it_is_replayed(self):
        found = diff(OLD, NEW, history())

        assert found.reading == "replayed"
        assert [(e.benefit, e.kind.value, e.conflicts) for e in found.moved] == [
            ("protection", "changes_hands", 1),
            ("special_bid", "gained", 1),
        ]
        assert [(e.benefit, e.removed) for e in found.deadlocks] == [("special_bid", 1)]
        assert [e.value for e in found.by("protection", "tier")] == ["gold", "silver"]

    def test_up_to_an_instant(self):
        assert diff(OLD, NEW, history(), at="2026-03-02T00:00Z").registrations == 1

    def test_it_says_how_far_it_has_come(self):
        steps = []
        diff(OLD, NEW, history(), progress=steps.append)

        assert {(each.doing, each.done) for each in steps} == {
            ("today's rules", 5),
            ("the new rules", 5),
        }

    def test_it_is_not_decided_in_turn(self):
        with pytest.raises(UsageError, match="replayed, and not decided in turn"):
            diff(OLD, NEW, history(), in_turn="protection")


class TestWhatIsRefused:
    def test_what_is_no_policy(self):
        with pytest.raises(UsageError, match="new: `str` is not a policy or a policy book"):
            diff(OLD, "new.toml", table(), at=AT)

    def test_no_instant(self):
        with pytest.raises(UsageError, match="as of when"):
            diff(OLD, NEW, table())

    def test_a_property_without_a_column(self):
        with pytest.raises(UsageError, match="no `teir` to tell"):
            diff(OLD, NEW, table(), at=AT, by=["teir"])

    def test_a_file_of_another_kind(self, tmp_path):
        (tmp_path / "a.csv").write_text("registration_id\n")

        with pytest.raises(UsageError, match="neither a Parquet file"):
            diff(OLD, NEW, tmp_path / "a.csv", at=AT)
        with pytest.raises(UsageError, match="neither a Parquet file"):
            diff(OLD, NEW, tmp_path, at=AT)

    def test_no_file(self, tmp_path):
        with pytest.raises(UnreadableError, match="cannot be read"):
            diff(OLD, NEW, tmp_path / "a.parquet", at=AT)

    def test_what_columns_cannot_do_if_asked_to(self):
        from dealreg import Policy, contest, earliest, holders

        two = contest("protection", holders(2), earliest("submitted_at"))
        slow = Policy(programme="Q", contests=[two])

        with pytest.raises(PolicyErrors) as refused:
            diff(slow, slow, table(), at=AT, rest="refuse")
        assert refused.value.problems[0].value == "Contest"


class TestReport:
    def test_in_three_forms(self, found):
        text = " ".join(report_impact(found).split())
        page = report_impact(found, form="html")

        assert (
            "Protection: one conflict changes hands. Special bid: one conflict gets a holder."
            in text
        )
        assert "| Arbor | 0 | 1 | \\-1 |  | 90,000 EUR |" in report_impact(found, form="markdown")
        assert '<td>Arbor</td><td class="number">0</td>' in page

    def test_few_values(self, found):
        assert "And 1 more, which gain 1 and lose 0." in report_impact(found, values=1)

    def test_nothing_changes(self):
        assert "come to the same" in report_impact(diff(OLD, OLD, table(), at=AT))

    def test_rejected_persons_and_others(self):
        found = diff(OLD, NEW, history(), at="2026-12-01T00:00Z", most=1)
        text = " ".join(report_impact(found).split())

        assert "1 other" in text
        assert "up to 1 December 2026" in text

    def test_another_form(self, found):
        with pytest.raises(UsageError, match="no form `pdf`"):
            report_impact(found, form="pdf")

    def test_something_else(self):
        with pytest.raises(UsageError, match="not the impact"):
            report_impact(OLD)

    def test_rows(self, found):
        assert to_rows(found)[0]["lost_worth"] == "90000 EUR"
        assert to_rows(found.handovers)[0]["currency"] == "EUR"


def test_the_smaller_minimum_lets_somebody_in():
    found = diff(OLD, rules("2", least="3000 EUR"), table(), at=AT)

    assert [(e.value, e.gained, e.lost) for e in found.by("protection", "month")] == [
        ("2026-03", 1, 0),
        ("2026-04", 0, 1),
    ]

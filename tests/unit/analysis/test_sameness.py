"""What is proved of two policies from their parts, and what is left to cases."""

import attrs
import pytest

from dealreg import (
    Policy,
    compare,
    contest,
    difference,
    earliest,
    external,
    field,
    highest,
    holder_of,
    money,
    preferring,
    requirement,
)
from dealreg.analysis.formulas import Crowded, Formulas, Way, told_apart
from dealreg.analysis.sameness import sameness
from dealreg.policy.builders import banded, others, override, terms

FIRST = earliest("submitted_at")
GOLD = field("tier") >= "gold"
LARGE = field("amount") >= money("50000 EUR")
MANY = field("quantity") >= 5
KNOWN = external("credit_checked")


def rules(*parts, more=()):
    contests = [contest("protection", *parts), *more]
    return Policy(programme="Example", tiers=["silver", "gold", "platinum"], contests=contests)


def proved(old, new):
    return sorted(sameness(rules(*old), rules(*new)).benefits)


def required(rule, code="A", **more):
    return requirement(code, rule, **more)


class TestProved:
    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ([required(GOLD)], [required(GOLD & (GOLD | MANY))]),
            ([required(GOLD | (LARGE & MANY))], [required((GOLD | LARGE) & (GOLD | MANY))]),
            ([required(GOLD), required(MANY, "B")], [required(GOLD & MANY)]),
            ([required(GOLD), required(MANY, "B")], [required(MANY, "B"), required(GOLD)]),
            ([required(MANY)], [required(MANY), required(field("quantity") > 3, "B")]),
            ([required(KNOWN)], [required(KNOWN | (KNOWN & GOLD))]),
            ([required(field("tier") > "silver")], [required(GOLD)]),
            ([required(field("incumbent").is_true())], [required(~field("incumbent").is_false())]),
        ],
    )
    def test_rules_that_mean_the_same(self, old, new):
        assert proved([*old, FIRST], [*new, FIRST]) == ["protection"]
        found = compare(rules(*old, FIRST), rules(*new, FIRST))
        assert (found.equivalent, found.exact, found.cases) == (True, True, 0)
        assert difference(rules(*old, FIRST), rules(*new, FIRST)) is None

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ([preferring(GOLD).then(FIRST)], [preferring(GOLD | (GOLD & MANY)).then(FIRST)]),
            (
                [FIRST, others(terms("rest", banded((GOLD, "5"))), when=MANY)],
                [
                    FIRST,
                    others(
                        terms("rest", banded((GOLD & (GOLD | MANY), "5"))),
                        when=MANY & (MANY | GOLD),
                    ),
                ],
            ),
            ([FIRST, override("A", GOLD)], [FIRST, override("A", GOLD & (GOLD | MANY))]),
            (
                [FIRST, terms("cut", banded((GOLD, "20"), (MANY, "10")))],
                [FIRST, terms("cut", banded((GOLD & (GOLD | MANY), "20"), (MANY, "10")))],
            ),
        ],
    )
    def test_rules_of_every_stage(self, old, new):
        assert proved(old, new) == ["protection"]
        assert compare(rules(*old), rules(*new)).cases == 0

    def test_twenty_rules_in_each_of_three_contests(self):
        def policy(*, longer):
            names = ("quantity", "open_registrations", "arrival", "satisfaction_score", "score")
            contests = []
            for at in range(3):
                parts = [
                    (field(names[(n + at) % 5]) >= n + 1)
                    | (field(names[(n + at + 1) % 5]) <= 50 - n)
                    for n in range(20)
                ]
                made = [each & (each | GOLD) for each in parts] if longer else parts
                asked = [requirement(f"R{n}", each) for n, each in enumerate(made)]
                contests.append(contest(f"benefit_{at}", *asked, highest("tier").then(FIRST)))
            return Policy(
                programme="Grown", tiers=["silver", "gold", "platinum"], contests=contests
            )

        found = compare(policy(longer=False), policy(longer=True))

        assert (found.equivalent, found.exact) == (True, True)


class TestNotProved:
    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ([required(GOLD)], [required(GOLD & MANY)]),
            ([required(MANY)], [required(field("quantity") > 5)]),
            ([required(GOLD)], [required(GOLD, if_false="refer")]),
            ([required(MANY)], [required(MANY, if_unknown="deny")]),
            ([required(MANY | ~MANY)], [required(GOLD | ~GOLD)]),
            ([required(field("currency") == "USD")], [required(field("currency") == "GBP")]),
            ([required(KNOWN)], [required(KNOWN | GOLD)]),
        ],
    )
    def test_rules_that_mean_something_else(self, old, new):
        assert proved([*old, FIRST], [*new, FIRST]) == []
        assert not compare(rules(*old, FIRST), rules(*new, FIRST)).equivalent

    def test_rules_about_other_registrations_are_taken_as_free(self):
        counted = field("earlier_by_same_partner")
        old, new = [required(counted >= 1), FIRST], [required(counted > 0), FIRST]

        assert proved(old, new) == []
        assert not compare(rules(*old), rules(*new)).exact

    def test_a_benefit_for_holders_of_one_that_differs(self):
        bid = contest("bid", holder_of("protection"), FIRST)
        old, new = rules(FIRST, more=[bid]), rules(required(GOLD), FIRST, more=[bid])

        assert sameness(old, new).benefits == frozenset()
        assert {each.benefit for each in compare(old, new).changes} == {"bid", "protection"}

    def test_policies_of_other_tiers(self):
        old = rules(FIRST)
        new = attrs.evolve(old, tiers=["silver", "gold"])

        assert sameness(old, new).benefits == frozenset()


class TestOnePartAtATime:
    def test_what_is_alike_is_not_looked_at_again(self):
        bid = contest("bid", required(GOLD), FIRST)
        old, new = rules(FIRST, more=[bid]), rules(highest("tier").then(FIRST), more=[bid])

        assert sameness(old, new).benefits == {"bid"}
        assert {each.benefit for each in compare(old, new).changes} == {"protection"}

    def test_a_rule_that_means_the_same_is_taken_as_the_old_one_says_it(self):
        old = rules(required(GOLD), FIRST)
        new = rules(required(GOLD & (GOLD | MANY)), highest("tier").then(FIRST))

        assert sameness(old, new).new.contests[0].requires == old.contests[0].requires


class TestFormulas:
    def test_too_many_steps_prove_nothing(self):
        formulas = Formulas()
        atoms = [field(f"n{n}") >= 1 for n in range(40)]
        leaves = [formulas.formula(each.predicate) for each in atoms]
        formulas.group.update({at: at for at in range(40)})
        ways = {at: [Way({at: truth}, {}) for truth in range(3)] for at in range(40)}
        pairs = [atoms[n] | atoms[39 - n] for n in range(20)]
        sums = [(formulas.formula(each.predicate), (0, 3, 3)) for each in pairs]
        doubled = [
            (formulas.formula((each & (each | atoms[0])).predicate), (0, 3, 3)) for each in pairs
        ]

        assert len(set(leaves)) == 40
        with pytest.raises(Crowded):
            told_apart(formulas, ways, sums, doubled)

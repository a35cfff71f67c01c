"""The normal form, rewrite by rewrite: clauses N-1 to N-9 of docs/spec/policies.md as a table."""

from decimal import Decimal

import attrs
import pytest

from dealreg import (
    ALWAYS,
    NEVER,
    Calendar,
    Edition,
    Policy,
    PolicyBook,
    all_of,
    any_of,
    banded,
    contest,
    earliest,
    external,
    field,
    fraction_of_holder,
    highest,
    lowest,
    not_,
    others,
    override,
    preferring,
    requirement,
    terms,
)
from dealreg.facts.fields import Field, FieldType
from dealreg.policy.builders import Condition, Ordering
from dealreg.policy.normal import normal_form, normal_predicate, policy_digest
from dealreg.policy.predicates import AllOf, AnyOf, Compare, Constant, Fact, Not

VOCABULARY = Policy(programme="Example", tiers=("silver", "gold")).vocabulary()
A, B, C = (field(name) == "x" for name in ("region", "division", "stage"))
BIG = field("quantity") >= 10
VDI = field("products").covers("vdi")


def form(condition: Condition) -> object:
    return normal_predicate(condition.predicate, VOCABULARY)


class TestPredicates:
    @pytest.mark.parametrize(
        ("given", "expected"),
        [
            (~(field("quantity") == 1), field("quantity") != 1),
            (~(field("quantity") != 1), field("quantity") == 1),
            (~(field("quantity") < 1), field("quantity") >= 1),
            (~(field("quantity") >= 1), field("quantity") < 1),
            (~(field("quantity") <= 1), field("quantity") > 1),
            (~(field("quantity") > 1), field("quantity") <= 1),
            (~~A, A),
            (~ALWAYS, NEVER),
            (~NEVER, ALWAYS),
            (~~~BIG, field("quantity") < 10),
            (~(A & BIG), (field("region") != "x") | (field("quantity") < 10)),
            (~(A | BIG), (field("region") != "x") & (field("quantity") < 10)),
            (~field("region").one_of("x"), field("region") != "x"),
            (~VDI, not_(VDI)),
            (~field("products").overlaps("vdi"), not_(VDI)),
            (~external("q"), not_(external("q"))),
            (field("region").is_known(), not_(field("region").is_missing())),
            (field("region").one_of("x"), A),
            (field("products").overlaps("vdi"), VDI),
            (field("score") >= 1, field("score") >= Decimal(1)),
            (field("score").one_of(1, 2), field("score").one_of(Decimal(1), Decimal(2))),
            (~(field("score") >= 1), field("score") < Decimal(1)),
            (A & ALWAYS, A),
            (A & NEVER, NEVER),
            (A | ALWAYS, ALWAYS),
            (A | NEVER, A),
            (NEVER & A & B, NEVER),
            (ALWAYS | A | B, ALWAYS),
            (all_of(), ALWAYS),
            (any_of(), NEVER),
            (A & A, A),
            (A | A, A),
            (A & B & A, A & B),
        ],
    )
    def test_has_the_form(self, given: Condition, expected: Condition) -> None:
        wanted = expected.predicate
        if isinstance(wanted, AllOf | AnyOf):
            wanted = form(expected)

        assert wanted == form(given)
        assert wanted == normal_predicate(form(given), VOCABULARY)

    @pytest.mark.parametrize("combine", [all_of, any_of])
    def test_the_order_of_the_parts_is_no_matter(self, combine: object) -> None:
        assert form(combine(A, B, C)) == form(combine(C, A, B))
        assert form(combine(A, B)) != form(combine(A, C))
        assert 3 == len(form(combine(A, B, C)).parts)

    def test_nests_of_one_kind_are_flattened_and_of_two_are_not(self) -> None:
        nested = AllOf((A.predicate, AllOf((B.predicate, C.predicate))))
        mixed = AllOf((A.predicate, AnyOf((B.predicate, C.predicate))))

        assert form(A & B & C) == normal_predicate(nested, VOCABULARY)
        assert 2 == len(normal_predicate(mixed, VOCABULARY).parts)
        assert form(A & B & C) != form(A | B | C)

    def test_parts_are_flattened_once_they_are_normal(self) -> None:
        inside = Not(AnyOf((B.predicate, C.predicate)))

        assert form(A & ~B & ~C) == normal_predicate(AllOf((A.predicate, inside)), VOCABULARY)

    @pytest.mark.parametrize(
        "kept",
        [
            field("region").one_of("x", "y"),
            field("products").overlaps("vdi", "lan"),
            field("products").covers("vdi", "lan"),
            field("products").only("vdi"),
            field("region").is_missing(),
            external("q"),
            field("quantity") >= 1,
            field("unheard_of") >= 1,
        ],
    )
    def test_what_is_normal_stays(self, kept: Condition) -> None:
        assert kept.predicate == form(kept)

    def test_a_whole_number_stays_one_where_the_field_counts(self) -> None:
        assert Compare(Fact("quantity"), ">=", Decimal(1)) != form(field("quantity") >= 1)


def policy(*parts: object, **more: object) -> Policy:
    return Policy(programme="Example", contests=[contest("x", *parts)], **more)


FIRST = earliest("submitted_at")
DONE = earliest("completed_at")
MISSES = highest("score", missing="refer")


class TestStages:
    @pytest.mark.parametrize(
        ("given", "expected"),
        [
            ((requirement("R", A | ALWAYS),), ()),
            ((requirement("R", A & ALWAYS),), (requirement("R", A),)),
            ((override("O", A & NEVER),), ()),
            ((override("O", ~~A),), (override("O", A),)),
            ((FIRST, FIRST), (FIRST,)),
            ((FIRST.then(highest("submitted_at")),), (FIRST,)),
            ((FIRST.then(DONE).then(FIRST),), (FIRST.then(DONE),)),
            ((MISSES.then(lowest("score")),), (MISSES,)),
            ((MISSES.then(MISSES),), (MISSES,)),
            (
                (highest("score").then(MISSES).then(MISSES).then(lowest("score")),),
                (highest("score").then(MISSES),),
            ),
            ((preferring(ALWAYS), FIRST), (FIRST,)),
            ((preferring(A & NEVER), FIRST), (FIRST,)),
            ((preferring(A), FIRST, preferring(~~A)), (preferring(A), FIRST)),
            ((terms("a", "5"), terms("a", "5")), (terms("a", "5"),)),
            (
                (terms("a", "9"), terms("a", "5"), terms("a", "5"), terms("a", "5")),
                (terms("a", "9"), terms("a", "5")),
            ),
            (
                (terms("a", banded((A & NEVER, "9"), (~~A, "5"), (ALWAYS, "1"), (B, "2"))),),
                (terms("a", banded((A, "5"), (ALWAYS, "1"))),),
            ),
            ((others(terms("a", "5"), when=~~A),), (others(terms("a", "5"), when=A),)),
            (
                (others(terms("a", banded((NEVER, "9"), (A, "5")))),),
                (others(terms("a", banded((A, "5")))),),
            ),
        ],
    )
    def test_has_the_form(self, given: tuple[object, ...], expected: tuple[object, ...]) -> None:
        assert normal_form(policy(*expected)) == normal_form(policy(*given))
        assert policy(*expected) == normal_form(policy(*given))
        assert policy_digest(policy(*expected)) == policy_digest(policy(*given))

    @pytest.mark.parametrize(
        "kept",
        [
            (requirement("R", NEVER),),
            (override("O", ALWAYS),),
            (requirement("R", A), requirement("S", A)),
            (FIRST.then(highest("tier")),),
            (FIRST.then(Ordering((attrs.evolve(FIRST.keys[0], fact=Fact("submitted_at", "x")),))),),
            (highest("amount", currency="EUR").then(highest("amount", currency="USD")),),
            (highest("score").then(MISSES),),
            (preferring(A).then(preferring(B)),),
            (terms("a", "5"), terms("a", "9"), terms("a", "5")),
            (terms("a", "5"), terms("b", "5")),
            (others(stand="waiting"),),
            (others(terms("a", fraction_of_holder("1/2"))),),
        ],
    )
    def test_what_is_normal_stays(self, kept: tuple[object, ...]) -> None:
        assert policy(*kept) == normal_form(policy(*kept))

    def test_a_band_that_always_applies_ends_the_bands_only_where_it_stands(self) -> None:
        one = policy(terms("a", banded((A, "5"), (ALWAYS, "1"))))
        other = policy(terms("a", banded((ALWAYS, "1"), (A, "5"))))

        assert policy_digest(one) != policy_digest(other)

    def test_what_has_names_is_sorted_by_them(self) -> None:
        fields = [Field(name, FieldType.TEXT) for name in ("aa", "bb")]
        calendars = [Calendar("here"), Calendar("there")]
        contests = [contest("bid", FIRST), contest("protection", FIRST)]

        def made(step: int) -> Policy:
            return Policy(
                programme="Example",
                fields=fields[::step],
                calendars=calendars[::step],
                contests=contests[::step],
            )

        assert made(1) == normal_form(made(-1)) == normal_form(made(1))
        assert policy_digest(made(1)) == policy_digest(made(-1))


def test_the_digest_of_a_book_is_of_its_versions_in_normal_form() -> None:
    def book(condition: Condition, year: str = "2026") -> PolicyBook:
        return PolicyBook(
            programme="Example",
            editions=[
                Edition(
                    policy=policy(requirement("R", condition)),
                    effective_from=f"{year}-01-01T00:00Z",
                )
            ],
        )

    assert policy_digest(book(A & B)) == policy_digest(book(B & A))
    assert policy_digest(book(A)) != policy_digest(book(B))
    assert policy_digest(book(A)) != policy_digest(book(A, "2027"))
    assert policy_digest(book(A)) != policy_digest(policy(requirement("R", A)))
    assert Constant(True) == form(ALWAYS)

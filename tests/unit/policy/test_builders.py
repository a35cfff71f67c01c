"""Builders: they read like the programme's text and guard Python's traps."""

from collections.abc import Callable

import pytest

from dealreg import (
    ALWAYS,
    NEVER,
    Tie,
    all_of,
    any_of,
    competing_on,
    contest,
    duration,
    earliest,
    everyone_qualifying,
    field,
    highest,
    holder_of,
    holders,
    not_,
    one_per,
    others,
    preferring,
    requirement,
    terms,
    within,
)
from dealreg.errors import PolicyError, UsageError
from dealreg.policy.builders import Ordering
from dealreg.policy.predicates import AllOf, AnyOf, Compare, Fact, Not, Op

GOLD = field("tier") >= "gold"
SMALL = field("quantity") < 100


@pytest.mark.parametrize(
    "trap",
    [
        lambda: GOLD and SMALL,
        lambda: GOLD or SMALL,
        lambda: not GOLD,
        lambda: 1 <= field("quantity") <= 5,
        lambda: bool(field("tier")),
        lambda: field("tier") in ["gold", "silver"],
        lambda: "vdi" in field("accreditations"),
        lambda: field("tier") == field("region"),
        lambda: field("tier") == GOLD,
        lambda: {field("tier")},
        lambda: field("quantity") >= 0.5,
        lambda: field("products") == {"a", "b"},
        lambda: field("region").one_of(["a", "b"]),
        lambda: requirement("X", "tier >= gold"),  # type: ignore[arg-type]
        lambda: requirement("X", True),  # type: ignore[arg-type]
        lambda: all_of(GOLD, None),  # type: ignore[arg-type]
        lambda: contest("x", "first come"),  # type: ignore[arg-type]
        lambda: contest("x", GOLD),  # type: ignore[arg-type]
        lambda: duration("3 business days"),
    ],
)
def test_a_trap_of_python_is_an_error_and_not_a_wrong_rule(trap: Callable[[], object]) -> None:
    with pytest.raises(TypeError) as caught:
        trap()

    assert isinstance(caught.value, UsageError) or "unhashable" in str(caught.value)


def test_the_message_of_a_trap_names_the_right_spelling() -> None:
    with pytest.raises(UsageError, match=r"combine rules with `&`, `\|` and `~`"):
        bool(GOLD)


def test_operators_make_flat_nodes() -> None:
    three = GOLD & SMALL & ALWAYS

    assert AllOf((GOLD.predicate, SMALL.predicate, ALWAYS.predicate)) == three.predicate
    assert AnyOf((GOLD.predicate, NEVER.predicate)) == (GOLD | NEVER).predicate
    assert Not(GOLD.predicate) == (~GOLD).predicate == not_(GOLD).predicate
    assert any_of(GOLD, any_of(SMALL, NEVER)).predicate == (GOLD | SMALL | NEVER).predicate
    assert (GOLD.predicate & SMALL).predicate == (GOLD & SMALL).predicate
    assert (GOLD.predicate | SMALL).predicate == (GOLD | SMALL).predicate


@pytest.mark.parametrize(
    ("built", "op"),
    [
        (field("quantity") == 1, Op.EQ),
        (field("quantity") != 1, Op.NE),
        (field("quantity") < 1, Op.LT),
        (field("quantity") <= 1, Op.LE),
        (field("quantity") > 1, Op.GT),
        (field("quantity") >= 1, Op.GE),
    ],
)
def test_every_comparison_is_its_own(built: object, op: Op) -> None:
    assert Compare(Fact("quantity"), op, 1) == built.predicate  # type: ignore[attr-defined]


def test_equality_of_nodes_is_equality_of_value() -> None:
    assert Compare(Fact("a"), "==", 1) == Compare(Fact("a"), "==", 1)
    assert Compare(Fact("a"), "==", 1) != Compare(Fact("a"), "==", True)
    assert field("tier").as_of("submitted_at").fact == Fact("tier", "submitted_at")


def test_then_puts_another_preference_behind() -> None:
    order = earliest("completed_at").then(highest("tier")).then(preferring(GOLD))

    assert ["completed_at", "tier"] == [key.fact.name for key in order.keys[:2]]  # type: ignore[union-attr]
    assert order == Ordering().then(order) == order.then(Ordering())


def test_the_stages_do_not_depend_on_the_order_of_the_parts() -> None:
    parts = (
        requirement("A", GOLD),
        within("7 days"),
        highest("tier"),
        Tie.SHARE,
        holders(2),
        one_per("partner_group"),
        holder_of("protection"),
        terms("half", "10"),
        others(terms("rest", "1")),
        competing_on("customer_id", lines="products", award="by_line"),
    )
    assert contest("x", *parts) == contest("x", *reversed(parts))
    assert contest("x", *parts) == contest("x", list(parts[:4]), (parts[4], [parts[5:]]))


def test_a_single_stage_stated_twice_and_differently_is_an_error() -> None:
    assert contest("x", within("7 days"), within("7 days")) == contest("x", within("7 days"))
    with pytest.raises(PolicyError, match="the window is stated twice"):
        contest("x", within("7 days"), within("8 days"))
    with pytest.raises(PolicyError, match="the capacity is stated twice"):
        contest("x", holders(1), everyone_qualifying())

"""Whatever is handed to the library from Python is taken, or refused by an error that says why."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import attrs
import pytest

import dealreg
from dealreg import (
    Change,
    DealregError,
    EndCustomer,
    ExtensionRequest,
    Facts,
    Holding,
    Opportunity,
    Partner,
    Pause,
    Policy,
    PolicyErrors,
    Registration,
    Ruling,
    contest,
    decide,
    earliest,
    field,
    money,
    requirement,
    rerun,
    span,
)
from dealreg.errors import FactsErrors
from dealreg.facts.calendars import Calendar
from dealreg.facts.fields import Elapsed, Field, Inside, Same, SinceEnded, Tally
from dealreg.facts.vocabulary import Vocabulary
from dealreg.policy.clocks import Extension, Milestone, Period, Sla
from dealreg.policy.contests import Contest
from dealreg.policy.policies import Edition, PolicyBook
from dealreg.policy.predicates import (
    AllOf,
    AnyOf,
    Compare,
    Constant,
    Covers,
    External,
    Fact,
    Missing,
    Not,
    OneOf,
    Only,
    Op,
    Overlaps,
)
from dealreg.policy.stages import (
    Bucket,
    Grace,
    HeadStart,
    HolderOf,
    Joint,
    Key,
    Others,
    Override,
    Prefer,
    Requirement,
    Scope,
    Stature,
)
from dealreg.policy.terms import Band, Banded, FractionOfHolder, Percent, Terms
from dealreg.rendering import describe
from dealreg.wire import from_json, load_facts, policy_from_toml, read_policy

AT = "2026-07-01T00:00Z"
ODD = {
    "none": None,
    "yes": True,
    "number": 1,
    "float": 1.5,
    "nan": float("nan"),
    "nan decimal": Decimal("NaN"),
    "huge": 10**200,
    "empty": "",
    "text": "x",
    "long text": "x" * 5_000,
    "half a character": "\ud800",
    "escape": "\x1b[2J",
    "bytes": b"x",
    "naive": datetime(2026, 1, 1),
    "list": [1, 2],
    "list of lists": [[]],
    "set of numbers": frozenset({1}),
    "dict": {"a": 1},
    "object": object(),
    "function": len,
    "class": int,
}
ONE = Registration(
    registration_id="R1", partner_id="P1", opportunity_id="O1", submitted_at="2026-03-01T09:00Z"
)
FIRST = contest("protection", earliest("submitted_at"))
RULES = Policy(programme="Example", tiers=["silver", "gold"], contests=[FIRST])
REGION, TRUE = Fact("region"), Constant(True)

RECORDS: list[tuple[Any, Callable[[Any], Facts]]] = [
    (ONE, lambda each: Facts(registrations=[each])),
    (Partner(partner_id="P1"), lambda each: Facts(registrations=[ONE], partners=[each])),
    (EndCustomer(customer_id="C"), lambda each: Facts(registrations=[ONE], customers=[each])),
    (Opportunity(opportunity_id="O1"), lambda e: Facts(registrations=[ONE], opportunities=[e])),
    (
        Ruling(registration_id="R1", benefit="protection", verdict="accept", decided_at=AT),
        lambda each: Facts(registrations=[ONE], rulings=[each]),
    ),
    (
        Holding(registration_id="R1", benefit="protection", since="2026-03-01T09:00Z"),
        lambda each: Facts(registrations=[ONE], holdings=[each]),
    ),
    (
        ExtensionRequest(asked_at="2026-03-01T09:00Z"),
        lambda each: Facts(registrations=[attrs.evolve(ONE, extensions=[each])]),
    ),
    (
        Pause(waits_for="vendor", since="2026-03-01T09:00Z"),
        lambda each: Facts(registrations=[attrs.evolve(ONE, pauses=[each])]),
    ),
    (
        Change("tier", "gold", "2026-03-01T09:00Z"),
        lambda each: Facts(
            registrations=[ONE], partners=[Partner(partner_id="P1", changes=[each])]
        ),
    ),
]


def _in(**stages: Any) -> Policy:
    return attrs.evolve(RULES, contests=[attrs.evolve(FIRST, **stages)])


def _requiring(node: Any) -> Policy:
    return _in(requires=[Requirement("X", node)])


def _deriving(node: Any) -> Policy:
    return attrs.evolve(
        _requiring(Missing(Fact("q"))), fields=[Field("q", "integer", derived=node)]
    )


def _beside(node: Any) -> Policy:
    return attrs.evolve(RULES, contests=[FIRST, contest("special_bid", node)])


NODES: list[tuple[Any, Callable[[Any], Policy | PolicyBook]]] = [
    *(
        (node, _requiring)
        for node in (
            TRUE,
            Compare(REGION, Op.EQ, "x"),
            OneOf(REGION, ("x",)),
            Overlaps(Fact("products"), ("x",)),
            Covers(Fact("products"), ("x",)),
            Only(Fact("products"), ("x",)),
            Missing(REGION),
            External("q"),
            AllOf((TRUE,)),
            AnyOf((TRUE,)),
            Not(TRUE),
        )
    ),
    (REGION, lambda node: _requiring(Missing(node))),
    (Requirement("X", TRUE), lambda node: _in(requires=[node])),
    (HolderOf("protection"), _beside),
    (Override("O", TRUE), lambda node: _in(overrides=[node])),
    (Key(Fact("submitted_at"), "lowest"), lambda node: _in(prefer=[node])),
    (Prefer(TRUE), lambda node: _in(prefer=[node])),
    (Grace(span("3 days"), Fact("submitted_at")), lambda node: _in(window=node)),
    (HeadStart(span("3 days")), lambda node: _in(window=node)),
    (Bucket("days", Fact("submitted_at")), lambda node: _in(window=node)),
    (Scope(), lambda node: _in(scope=node)),
    (Period(span("3 days"), "submitted_at"), lambda node: _in(period=node)),
    (
        Extension(),
        lambda node: _in(period=Period(span("3 days"), "submitted_at", extension=node)),
    ),
    (Milestone("amended_at", span("3 days")), lambda node: _in(milestones=[node])),
    (Sla(span("3 days")), lambda node: attrs.evolve(RULES, sla=node)),
    (Joint(), lambda node: _in(joint=node)),
    (Stature("score", 1), lambda node: _in(joint=Joint(stature=[node]))),
    (Others(), lambda node: _in(others=node)),
    (Terms(), lambda node: _in(gives=[node])),
    (Percent(5), lambda node: _in(gives=[Terms(rate=node)])),
    (Band(TRUE, 5), lambda node: _in(gives=[Terms(rate=Banded([node]))])),
    (Banded([Band(TRUE, 5)]), lambda node: _in(gives=[Terms(rate=node)])),
    (FractionOfHolder("1/2"), lambda node: _in(others=Others(terms=Terms(rate=node)))),
    (Elapsed("submitted_at", "asked_at"), _deriving),
    (Same("region", "stage"), _deriving),
    (Inside("region", "products"), _deriving),
    (Tally(["region"]), _deriving),
    (SinceEnded(["region"]), _deriving),
    (Field("q", "integer"), lambda node: attrs.evolve(RULES, fields=[node])),
    (Calendar("c"), lambda node: attrs.evolve(RULES, calendars=[node])),
    (FIRST, lambda node: attrs.evolve(RULES, contests=[node])),
    (RULES, lambda node: node),
    (
        Edition(policy=RULES, effective_from="2026-01-01T00:00Z"),
        lambda node: PolicyBook(programme="Example", editions=[node]),
    ),
    (
        PolicyBook(
            programme="Example",
            editions=[Edition(policy=RULES, effective_from="2026-01-01T00:00Z")],
        ),
        lambda node: node,
    ),
]


def each_field(samples: list[tuple[Any, Any]]) -> list[Any]:
    return [
        pytest.param(sample, use, attribute.alias, id=f"{type(sample).__name__}.{attribute.name}")
        for sample, use in samples
        for attribute in attrs.fields(type(sample))
        if attribute.init
    ]


def refused_well(action: Callable[[], object]) -> DealregError | None:
    """The error of an action, of our kind and fit to be read and printed; None when it works."""
    error = None
    try:
        action()
    except DealregError as refusal:
        error = refusal
    if error is not None:
        assert len(str(error)) < 20_000
        assert not {"\ud800", "\x1b"} & set(getattr(error, "message", ""))
    return error


@pytest.mark.parametrize(("sample", "use", "name"), each_field(RECORDS))
def test_a_record_with_an_odd_value_is_refused_or_decided(
    sample: Any, use: Callable[[Any], Facts], name: str
) -> None:
    for odd in ODD.values():
        refused_well(
            lambda odd=odd: dealreg.record(RULES, use(attrs.evolve(sample, **{name: odd})), at=AT)
        )


@pytest.mark.parametrize(("sample", "use", "name"), each_field(NODES))
def test_a_node_with_an_odd_value_is_refused_or_decided_and_described(
    sample: Any, use: Callable[[Any], Policy | PolicyBook], name: str
) -> None:
    facts = Facts(registrations=[ONE], partners=[Partner(partner_id="P1", tier="gold")])
    for odd in [*ODD.values(), TRUE, REGION, [TRUE], field("region"), span("3 days")]:

        def rules(odd: Any = odd) -> Policy | PolicyBook:
            return use(attrs.evolve(sample, **{name: odd}))

        refused_well(lambda rules=rules: decide(rules(), facts, at=AT, externals={"q": {}}))
        refused_well(lambda rules=rules: describe(rules()))


FACTS = Facts(registrations=[ONE])
CALLS: dict[str, Callable[[Any], object]] = {
    "decide rules": lambda odd: decide(odd, FACTS, at=AT),
    "decide facts": lambda odd: decide(RULES, odd, at=AT),
    "decide at": lambda odd: decide(RULES, FACTS, at=odd),
    "rerun": rerun,
    "check": dealreg.check,
    "describe": describe,
    "money": money,
    "span": span,
    "field": lambda odd: field(odd) == "x",
    "contest": contest,
    "contest part": lambda odd: contest("protection", odd),
    "registrations": lambda odd: Facts(registrations=odd),
    "rulings": lambda odd: Facts(rulings=odd),
    "editions": lambda odd: PolicyBook(programme="Example", editions=odd),
    "from_json": from_json,
    "policy_from_toml": policy_from_toml,
    "read_policy": read_policy,
    "load_facts": lambda odd: load_facts(registrations=odd),
    "load_facts vocabulary": lambda odd: load_facts(registrations=[], vocabulary=odd),
    "load_facts mapping": lambda odd: load_facts(registrations=[], mapping=odd),
    "load_facts progress": lambda odd: load_facts(registrations=[], progress=odd),
    "externals": lambda odd: decide(_requiring(External("q")), FACTS, at=AT, externals=odd),
    "answers": lambda odd: decide(_requiring(External("q")), FACTS, at=AT, externals={"q": odd}),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_an_odd_argument_is_taken_or_refused_by_name(call: Callable[[Any], object]) -> None:
    takes_functions = call in (CALLS["answers"], CALLS["load_facts progress"])
    for name, odd in ODD.items():
        if not (takes_functions and callable(odd)):  # those are called, and answer for themselves
            assert refused_well(lambda odd=odd: call(odd)) is None or name


def test_what_is_not_facts_is_named_with_the_remedy() -> None:
    error = refused_well(lambda: decide(RULES, [ONE], at=AT))  # type: ignore[arg-type]
    assert error is not None
    assert error.hint == "give a Facts value"


def test_a_malformed_policy_is_described_by_its_findings() -> None:
    with pytest.raises(PolicyErrors) as caught:
        describe(Policy(programme=7, contests=[FIRST]))  # type: ignore[arg-type]
    assert caught.value.problems[0].place == "programme"


def test_an_unknown_tier_and_an_identifier_with_two_contents_are_refused_with_their_place() -> None:
    twice = [Partner(partner_id="P1", tier="gold"), Partner(partner_id="P1", tier="silver")]
    with pytest.raises(FactsErrors) as caught:
        Facts(partners=twice)
    assert "partner P1: two different records" in str(caught.value)
    unknown = Facts(registrations=[ONE], partners=[Partner(partner_id="P1", tier="glod")])
    with pytest.raises(FactsErrors) as caught:
        decide(RULES, unknown, at=AT)
    assert "partner P1: tier: `glod`" in str(caught.value)
    assert "did you mean `gold`" in str(caught.value)


def test_an_unknown_partner_is_no_error_but_unknown() -> None:
    needs_gold = _requiring((field("tier") >= "gold").predicate)
    [standing] = decide(needs_gold, FACTS, at=AT).standings
    assert (standing.kind, standing.missing) == ("returned", ("tier",))


def test_a_predicate_may_not_nest_ten_thousand_deep() -> None:
    def nested() -> Any:
        node: Any = TRUE
        for _ in range(10_000):
            node = Not(node)
        return node

    with pytest.raises(DealregError, match="nested more than 100 deep"):
        nested()


def test_contests_and_derived_fields_in_a_circle_are_refused() -> None:
    circle = [
        contest("a", HolderOf("b"), earliest("submitted_at")),
        contest("b", HolderOf("a"), earliest("submitted_at")),
    ]
    with pytest.raises(PolicyErrors) as caught:
        decide(attrs.evolve(RULES, contests=circle), FACTS, at=AT)
    assert "wait for each other" in str(caught.value)
    fields = [
        Field("one", "bool", derived=Same("two", "region")),
        Field("two", "bool", derived=Same("one", "region")),
    ]
    rules = attrs.evolve(_requiring(Missing(Fact("one"))), fields=fields)
    assert "CIRCULAR_FIELDS" in {each.code for each in dealreg.check(rules).errors}


def test_mixed_currencies_do_not_compare() -> None:
    rules = _in(requires=[requirement("SMALL", field("amount") >= money("100 EUR"), "More.")])
    facts = Facts(registrations=[attrs.evolve(ONE, amount=money("900 USD"))])
    [standing] = decide(rules, facts, at=AT).standings
    assert (standing.kind, standing.missing) == ("returned", ("amount in EUR",))


@pytest.mark.parametrize("at", ["1900-01-01T00:00Z", "2100-12-31T23:59Z"])
def test_the_ends_of_the_range_are_decided(at: str) -> None:
    rules = _in(
        period=Period(span("1200 months"), "submitted_at"),
        window=Grace(span("26000 business days"), Fact("submitted_at")),
    )
    facts = Facts(registrations=[attrs.evolve(ONE, submitted_at=at)])
    [standing] = decide(rules, facts, at=at).standings
    assert standing.kind == "granted"


def test_vocabulary_is_refused_for_what_is_no_vocabulary() -> None:
    rows = [{"registration_id": "R1", "partner_id": "P", "submitted_at": AT}]
    with pytest.raises(DealregError, match=r"pass policy\.vocabulary\(\)"):
        load_facts(registrations=rows, vocabulary=RULES)  # type: ignore[arg-type]
    assert load_facts(registrations=rows, vocabulary=Vocabulary()).rejects == ()


def test_every_kind_of_contest_part_is_among_the_nodes() -> None:
    covered = {type(sample) for sample, _ in NODES}
    assert {Contest, Policy, PolicyBook, Field} <= covered

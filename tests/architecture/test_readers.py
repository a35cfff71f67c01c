"""Every node goes through every reader: none is dropped, refused, or left without a word."""

from typing import get_args

import attrs
import pytest

from dealreg import (
    Elapsed,
    Facts,
    Field,
    Inside,
    Opportunity,
    Partner,
    Policy,
    Registration,
    Same,
    SinceEnded,
    Tally,
    compiled,
    contest,
    decide,
    earliest,
    field,
    highest,
    normal_form,
    requirement,
    span,
    terms,
)
from dealreg.checking.check import check
from dealreg.facts.canonical import canonical_json
from dealreg.facts.fields import Derived
from dealreg.policy.clocks import Extension, Milestone, Period, Sla
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
    Overlaps,
    Predicate,
)
from dealreg.policy.stages import Bucket, Grace, HeadStart, Key, Prefer, Preference, Window
from dealreg.policy.terms import Band, Banded, FractionOfHolder, Percent, Rate
from dealreg.policy.walk import atoms, predicates_of
from dealreg.rendering import describe
from dealreg.wire import from_json, policy_from_toml, policy_to_toml, to_json

GOLD = Compare(Fact("tier"), ">=", "gold")
NET_NEW = Compare(Fact("opportunity_type"), "==", "net_new")
EXAMPLES = (
    Constant(False),
    GOLD,
    OneOf(Fact("region"), ("north", "south")),
    Overlaps(Fact("products"), ("desk", "chair")),
    Covers(Fact("accreditations"), ("vdi",)),
    Only(Fact("products"), ("desk", "chair")),
    Missing(Fact("approved_at")),
    External("sanctions_clear"),
    AllOf((GOLD, NET_NEW)),
    AnyOf((GOLD, NET_NEW)),
    Not(OneOf(Fact("region"), ("north", "south"))),
    Grace(span("7 days")),
    Bucket("weeks"),
    HeadStart(span("3 days")),
    Key(Fact("score"), "highest"),
    Prefer(NET_NEW),
    Percent("12.5"),
    FractionOfHolder("1/2"),
    Banded((Band(GOLD, "20"),)),
    Elapsed("submitted_at", "approved_at", "days"),
    Same("partner_role", "stage"),
    Inside("division", "sites"),
    Tally(("partner_id",), span("30 days"), where={"status": "approved"}),
    SinceEnded(("partner_id",), "business_days"),
    Period(span("90 days"), last_day="included", extension=Extension(times=2), pauses=True),
    Milestone("ordered_at", span("30 days"), grace=span("45 days"), agreed="amended_at"),
    Sla(span("2 days"), missed="escalate"),
)
"""One of every node of the closed unions, and of every clock. Add yours here."""


def policy_with(node) -> Policy:
    """A sound policy in which the node does something."""
    match node:
        case Grace() | Bucket() | HeadStart():
            parts, fields = (node, highest("tier")), ()
        case Key() | Prefer():
            parts, fields = (node,), ()
        case Percent() | Banded():
            parts, fields = (terms("rate", node),), ()
        case FractionOfHolder():
            parts, fields = (terms("first", "10"), terms("second", node)), ()
        case Elapsed() | Same() | Inside() | Tally() | SinceEnded():
            kind = "bool" if isinstance(node, Same | Inside) else "integer"
            rule = field("own") >= 1 if kind == "integer" else field("own").is_true()
            parts = (requirement("OWN", rule),)
            fields = (Field("own", kind, meaning="The programme's own", derived=node),)
        case Period() | Milestone():
            parts, fields = (node,), ()
        case Sla():
            parts, fields = (), ()
        case _:
            parts, fields = (requirement("RULE", node),), ()
    return Policy(
        programme="Every node",
        tiers=["silver", "gold", "platinum"],
        fields=fields,
        sla=node if isinstance(node, Sla) else None,
        contests=[contest("protection", *parts, earliest("submitted_at"))],
    )


def facts():
    """Two registrations of which every node can say something."""
    return Facts(
        registrations=[
            Registration(
                registration_id=name,
                partner_id=name,
                opportunity_id="O-1",
                submitted_at=f"2026-03-0{day}T09:00Z",
                opportunity_type="net_new",
                region="north",
                division="desk",
                sites=["desk"],
                products=["desk"],
            )
            for name, day in (("A", 1), ("B", 2))
        ],
        partners=[Partner(partner_id="A", tier="gold"), Partner(partner_id="B", tier="silver")],
        opportunities=[Opportunity(opportunity_id="O-1")],
    )


EXTERNALS = {"sanctions_clear": lambda registration, _: registration.partner_id == "B"}


def nodes_in(value):
    """The classes of all attrs values inside a value."""
    found = {type(value)} if attrs.has(type(value)) else set()
    if attrs.has(type(value)):
        for each in attrs.fields(type(value)):
            found |= nodes_in(getattr(value, each.name))
    elif isinstance(value, tuple):
        for each in value:
            found |= nodes_in(each)
    return found


def reads_reference(node):
    decision = decide(policy_with(node), facts(), at="2026-04-01T00:00Z", externals=EXTERNALS)

    assert len(decision.standings) == 2
    assert decision.trace


def reads_compiled(node):
    policy = policy_with(node)
    made = decide(policy, facts(), at="2026-04-01T00:00Z", externals=EXTERNALS)

    ready = compiled(policy)

    found = ready.decide(facts(), at="2026-04-01T00:00Z", externals=EXTERNALS)
    assert found == attrs.evolve(made, trace=())
    assert {support.way for support in ready.support()} == {"generated"}


def reads_normal_form(node):
    normal = normal_form(policy_with(node))

    assert type(node) in nodes_in(normal)
    assert normal_form(normal) == normal


def reads_walk(node):
    made = policy_with(node).contests[0]
    walked = [predicate for _, predicate in predicates_of(made)]
    leaves = [leaf for predicate in walked for _, leaf in atoms(predicate)]

    inside = (nodes_in(made) & set(get_args(Predicate))) - {AllOf, AnyOf, Not}
    assert {type(leaf) for leaf in leaves} == inside


def reads_json(node):
    policy = policy_with(node)

    assert from_json(to_json(policy)) == policy
    assert from_json(to_json(node)) == node
    assert f'"is":"{node.tag}"'.encode() in canonical_json(policy)


def reads_toml(node):
    policy = policy_with(node)

    assert policy_from_toml(policy_to_toml(policy)) == policy


def reads_checker(node):
    """A sound policy passes; a misspelt field inside the node is found, with its place."""
    assert check(policy_with(node)).errors == ()
    wrong = misspelt(node)
    if wrong != node:
        found = check(policy_with(wrong)).errors
        assert any("regoin" in finding.message for finding in found)
        assert all(finding.path for finding in found)


def misspelt(value):
    """The value with the first of its fields misspelt."""
    match value:
        case Fact():
            return Fact("regoin")
        case Elapsed():
            return attrs.evolve(value, start="regoin")
        case Same():
            return attrs.evolve(value, left="regoin")
        case Inside():
            return attrs.evolve(value, inner="regoin")
        case Tally() | SinceEnded():
            return attrs.evolve(value, same=("regoin",))
        case Period() | Sla():
            return attrs.evolve(value, starts="regoin")
        case Milestone():
            return attrs.evolve(value, agreed="regoin")
        case tuple() if value:
            return (misspelt(value[0]), *value[1:])
    if not attrs.has(type(value)):
        return value
    parts = {
        each.name: getattr(value, each.name) for each in attrs.fields(type(value)) if each.init
    }
    changed = {
        name: misspelt(part)
        for name, part in parts.items()
        if isinstance(part, tuple) or attrs.has(type(part))
    }
    return attrs.evolve(value, **changed)


def reads_description(node):
    """The description says something that it does not say without the node."""
    without = Policy(
        programme="Every node",
        tiers=["silver", "gold", "platinum"],
        contests=[contest("protection", earliest("submitted_at"))],
    )

    for form in ("text", "markdown"):
        assert describe(policy_with(node), form=form) != describe(without, form=form)
        assert "object at 0x" not in describe(policy_with(node), form=form)
        assert type(node).__name__ + "(" not in describe(policy_with(node), form=form)


READERS = {
    "reference": reads_reference,
    "compiled": reads_compiled,
    "normal_form": reads_normal_form,
    "walk": reads_walk,
    "json": reads_json,
    "toml": reads_toml,
    "checker": reads_checker,
    "description": reads_description,
}
"""Every reader of policies. Add yours here."""


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("node", EXAMPLES, ids=lambda node: type(node).__name__)
def test_reader_handles_node(reader, node):
    READERS[reader](node)


@pytest.mark.parametrize(
    "union",
    [Predicate, Window, Preference, Rate, Derived],
    ids=["Predicate", "Window", "Preference", "Rate", "Derived"],
)
def test_every_node_of_the_union_has_an_example(union):
    assert set(get_args(union)) <= {type(node) for node in EXAMPLES}


def test_the_nodes_make_a_difference():
    """The examples are not all alike to the decider: among them they give several outcomes."""
    outcomes = {
        tuple(
            standing.kind
            for standing in decide(
                policy_with(node), facts(), at="2026-04-01T00:00Z", externals=EXTERNALS
            ).standings
        )
        for node in EXAMPLES
    }

    assert len(outcomes) > 3

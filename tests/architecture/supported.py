"""Which decider decides a contest with each node, and with each shape, in which way."""

import attrs

from dealreg import (
    Joint,
    Policy,
    Tie,
    columnar,
    compiled,
    contest,
    earliest,
    field,
    highest,
    holder_of,
    milestone,
    others,
    override,
    period,
    requirement,
    sla,
    terms,
)
from dealreg.policy.stages import Scope
from tests.architecture.test_readers import EXAMPLES, policy_with

BY_DAY = earliest("submitted_at")
SHAPES = {
    "an override": [override("CHOSEN", field("chosen_by_customer").is_true())],
    "a dependence": [holder_of("discount")],
    "several terms": [terms("first", "20"), terms("second", "10")],
    "terms for others": [others(terms("co-sell", "5"))],
    "a queue": [others(stand="waiting")],
    "a shared tie": [Tie.SHARE],
    "a tie by registration id": [Tie.REGISTRATION_ID],
    "a requirement that refers": [requirement("ASK", field("tier") >= "gold", if_false="refer")],
    "a period": [period("90 days")],
    "a milestone": [milestone("ordered_at", "60 days")],
}
"""Shapes of a contest that are parts of it."""

STATED = {
    "two holders": {"capacity": 2},
    "any number of holders": {"capacity": None},
    "award line by line": {"scope": Scope(lines="products", award="by_line")},
    "scopes that overlap in part": {"scope": Scope(lines="products")},
    "conditions for co-holders": {"joint": Joint(distinct=("partner_role",)), "capacity": 2},
    "a final instant": {"final_from": "approved_at"},
    "a question when it is vacant": {"vacant": "refer"},
}
"""Shapes of a contest that are stated of it."""


def policies():
    """By name, a policy with each node or shape in its contest for protection."""
    for node in EXAMPLES:
        yield f"`{type(node).__name__}`", policy_with(node)
    for name, parts in SHAPES.items():
        yield name, _policy(contest("protection", *parts, BY_DAY))
    for name, stated in STATED.items():
        yield name, _policy(attrs.evolve(contest("protection", BY_DAY), **stated))
    closing = attrs.evolve(period("90 days"), closes=True)
    yield "a period that closes registrations", _policy(contest("protection", closing, BY_DAY))
    deemed = sla("3 business days", missed="deemed_approved")
    late = contest("protection", earliest("approved_at"))
    yield "approval by silence", attrs.evolve(_policy(late), sla=deemed)
    many = [requirement(f"R{n}", field("score") >= n) for n in range(80)]
    yield "very many requirements", _policy(contest("protection", *many, BY_DAY))


def _policy(made):
    return Policy(
        programme="Every shape",
        tiers=["silver", "gold"],
        contests=[contest("discount", highest("tier")), made],
    )


def support_table() -> str:
    """What `Compiled.support` and `Columnar.support` say of each."""
    lines = [
        "| a contest with | compiled | because | in columns | because |",
        "|---|---|---|---|---|",
    ]
    for name, policy in policies():
        found = next(s for s in compiled(policy).support() if s.benefit == "protection")
        refused = columnar(policy, "compiled").support()
        word = "no" if refused else "yes"
        because = "; ".join(sorted({each.because for each in refused}))
        lines.append(f"| {name} | {SAID[found.way]} | {found.because} | {word} | {because} |")
    return "\n".join(lines)


SAID = {
    "generated": "by its own function",
    "closures": "by closures",
    "reference": "by the reference",
}

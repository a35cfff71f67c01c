"""The suite notices a decider that is broken: each of these lowerings gives other decisions.

One pool of cases, made once, is decided by the reference and then by each broken decider, compiled
anew; it has as many cases as an ordinary run of the suite, and some at the edge, which chance meets
too seldom for a pool of that size.
"""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from dealreg import (
    Facts,
    Partner,
    Policy,
    Registration,
    contest,
    earliest,
    field,
    holders,
    requirement,
    within,
)
from dealreg.deciders import compiling
from dealreg.deciders.compiled import (
    admitting,
    awarding,
    conditions,
    deciding,
    entitling,
    inline,
    orders,
    plans,
    ranks,
    reads,
    settled,
    writing,
)
from dealreg.deciders.compiled.codes import ShortWriter
from dealreg.deciders.compiled.outcomes import DENIED
from dealreg.deciders.compiled.source import fill
from dealreg.deciders.deciding import answered
from dealreg.deciders.reference.governing import Rules
from dealreg.policy.predicates import Op
from dealreg.testing.facts import Case
from tests.conformance.cases import any_case, ordinary_case
from tests.conformance.deciders import by_reference

ENOUGH = 350
AT = datetime(2026, 4, 1, tzinfo=UTC)


CLAIMS = [
    Registration(
        registration_id=name,
        partner_id=name,
        opportunity_id="O1",
        submitted_at=AT - timedelta(days=days),
        completed_at=completed,
    )
    for name, days, completed in (("R1", 3, None), ("R2", 2, AT), ("R3", 1, AT))
]
FIRST = earliest("submitted_at")
SCORE, GOLD = field("satisfaction_score") >= 80, field("tier") >= "gold"
EDGES = {
    "as much as required": [requirement("TOO_SMALL", SCORE), earliest("completed_at")],
    "missing, and first": [earliest("completed_at", missing="first")],
    "one part unknown": [requirement("BOTH", GOLD & (field("score") >= 1)), holders(2), FIRST],
    "returned and denied": [
        requirement("SCORED", field("score") >= 1),
        requirement("SILVER", field("tier") < "gold"),
        holders(2),
        FIRST,
    ],
    "at the last instant": [within("1 days"), FIRST],
    "a group of one": [requirement("GROUP", field("partner_group") == "R2"), holders(2), FIRST],
}
"""Contests at the edge of a rule, which chance meets too seldom for a pool of that size."""


def at_the_edge():
    """Cases of them: values just as required, and values that are missing."""
    partners = [
        Partner(partner_id=each.partner_id, satisfaction_score=80, tier="gold") for each in CLAIMS
    ]
    facts = Facts(registrations=CLAIMS, partners=partners)
    for parts in EDGES.values():
        made = contest("protection", *parts)
        rules = Policy(programme="Edge", tiers=["silver", "gold"], contests=[made])
        yield Case(rules=rules, facts=facts, at=AT)


@pytest.fixture(scope="module")
def pool():
    """Cases with the decisions of the reference."""
    made = []

    @seed(7)
    @settings(
        max_examples=ENOUGH,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(one=any_case(), other=ordinary_case())
    def collect(one, other):
        made.extend((case, by_reference(case)) for case in (one, other))

    collect()
    return made + [(case, by_reference(case)) for case in at_the_edge()]


def agrees(case, expected):
    """Whether the decider, compiled anew, gives the standings and referrals expected."""
    ready = compiling.compile_anew(case.rules)
    answers = answered(case.rules, case.facts, case.externals)
    run = ready.run(Rules.of(case.rules, case.facts, case.at, answers))
    found = sorted(run.standings, key=lambda s: (s.benefit, s.registration_id, s.line or ""))
    return tuple(found) == expected.standings and tuple(run.referrals) == expected.referrals


def codes_agree(case, expected):
    """Whether the functions that answer with codes, written anew, give those expected."""
    facts = case.facts
    if facts.rulings or facts.holdings or case.externals or not isinstance(case.rules, Policy):
        return True
    if any(each.line is not None for each in expected.standings):
        return True
    found = compiling.compile_anew(case.rules).codes(
        facts.registrations,
        at=case.at,
        partners={each.partner_id: each for each in facts.partners},
        customers={each.customer_id: each for each in facts.customers},
        opportunities={each.opportunity_id: each for each in facts.opportunities},
    )
    places = {each.registration_id: n for n, each in enumerate(facts.registrations)}
    return all(
        found[each.benefit][places[each.registration_id]] == (each.kind, each.code)
        for each in expected.standings
    )


def one_instant_less(length, calendar, last_day=orders.later.__defaults__[0]):
    ends = later(length, calendar, last_day)
    return lambda start: ends(start) - timedelta(microseconds=1)


later, turned = orders.later, ranks.Ranks._turned


def shorter(window, reads_):
    length = orders.fixed_window(window, reads_)
    return length and length - timedelta(microseconds=1)


def unknown_is_false(parts):
    return lambda c, registration: all(part(c, registration) for part in parts)


def never(*_):
    return None


BROKEN = {
    "a grace window leaves out its last instant": (orders, "later", one_instant_less),
    "a generated window leaves out its last instant": (
        writing,
        "fixed_window",
        shorter,
    ),
    "unknown is false in all_of": (conditions, "_all", unknown_is_false),
    "a return outweighs a denial": (
        admitting,
        "_WEIGHT",
        (admitting.RETURNED, admitting.DENIED, admitting.REFERRED),
    ),
    "a partner may hold twice": (awarding.Award, "own_rival", never),
    "what is rejected for another is never reconsidered": (
        admitting,
        "_stands_by",
        lambda *_: False,
    ),
    "the margin is forgotten": (awarding.Field, "told_apart", never),
    "nobody waits for a ruling": (deciding, "_awaited", lambda *_: ({}, {})),
    "a won deal goes on": (deciding, "_after_wins", lambda _lead, _members, admitted: admitted),
    "what is shared is given whole": (entitling, "_share", lambda *_: entitling._WHOLE),
    "what was is forgotten for what is": (
        settled,
        "_supplied",
        lambda record, name, _at: getattr(record, name, None),
    ),
    "a generated `at least` is `more than`": (inline, "_OPS", inline._OPS | {Op.GE: fill(">")}),
    "missing values sort first in generated functions": (ranks, "_LAST", ranks._FIRST),
    "the lowest comes first in generated functions": (
        ranks.Ranks,
        "_turned",
        lambda self, key, kind, value, *, highest: turned(
            self, key, kind, value, highest=not highest
        ),
    ),
    "what ended later has ended": (
        writing,
        "ended",
        lambda _plan: lambda registration, _at: writing.ENDED_BY[registration.status],
    ),
    "milestones are never missed": (plans, "missed", lambda *_: lambda _c, _r: False),
    "a substitute is not read": (reads, "_OWN_WAY", reads._OWN_WAY - {"partner_group"}),
}
"""What is broken, and where: the owner of a name, the name, and what is put in its place."""


def test_whole_it_agrees(pool):
    assert all(agrees(case, expected) for case, expected in pool)
    assert all(codes_agree(case, expected) for case, expected in pool)


@pytest.mark.parametrize("name", BROKEN)
def test_broken_it_is_noticed(name, pool, monkeypatch):
    owner, attribute, broken = BROKEN[name]
    monkeypatch.setattr(owner, attribute, broken)

    assert not all(agrees(case, expected) for case, expected in pool)


BROKEN_CODES = {
    "nobody ties": ("_ties", lambda _self, *, late: late),
    "nobody is late": (
        "_closes",
        lambda self: self.add(1, "last = max(r.submitted_at for r in members)"),
    ),
    "who waits is denied": ("behind", DENIED),
    "what is not known is not missed": (
        "_lacking",
        lambda self, _kind, _asks: self._coded(DENIED, "GRANTED"),
    ),
    "who came too late has lost": (
        "_opens",
        lambda self, value: self.add(2, "first = $", value),
    ),
}
"""What is broken in them: the name of a method, and what is put in its place."""


@pytest.mark.parametrize("name", BROKEN_CODES)
def test_broken_codes_are_noticed(name, pool, monkeypatch):
    attribute, broken = BROKEN_CODES[name]
    monkeypatch.setattr(ShortWriter, attribute, broken)

    assert not all(codes_agree(case, expected) for case, expected in pool)

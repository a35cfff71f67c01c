"""What a change of policy would have done to a history (I-1 … I-12)."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from types import SimpleNamespace

import attrs
import polars as pl
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dealreg import (
    Facts,
    Money,
    Partner,
    Policy,
    Registration,
    Tie,
    check,
    contest,
    decide,
    earliest,
    field,
    highest,
    holder_of,
    holders,
    money,
    preferring,
    requirement,
    terms,
    within,
)
from dealreg.deciders.columnar.support import refusals
from dealreg.impact import amended, diff, parameters, sweep, tournament, with_parameter
from dealreg.impact.editions import versions_of
from dealreg.outcome.comparison import ChangeKind
from dealreg.policy.policies import Governs
from dealreg.policy.stages import Award
from dealreg.testing import book_cases
from tests.conformance.cases import PRESETS, as_of_now, columnar_case, in_columns, together
from tests.conformance.flat import flat

FEW = settings(max_examples=max(5, settings().max_examples // 2))
"""A case of these is two policies over a table."""


@st.composite
def disputes(draw):
    """A small programme with a special bid for holders, a change of it, and who registered."""
    stages = (
        (earliest("submitted_at"),),
        (within("7 days"), highest("tier").then(earliest("submitted_at"))),
        (highest("score"), Tie.REFER),
        (preferring(field("score") >= 1), Tie.REFER),
        (highest("score").then(earliest("submitted_at")), holders(2)),
    )
    drawn = [st.sampled_from(stages), *map(st.sampled_from, (["1 EUR", "5 EUR"], TIERS, "58"))]
    first = [draw(each) for each in drawn]
    second = [was if draw(st.booleans()) else draw(e) for was, e in zip(first, drawn, strict=True)]
    old, new = (
        Policy(
            programme="Northern",
            tiers=TIERS,
            contests=[
                contest(
                    "protection",
                    requirement("SMALL", field("amount") >= money(least)),
                    terms("protection", rate),
                    *chosen,
                ),
                contest(
                    "special_bid",
                    holder_of("protection"),
                    requirement("TIER", field("tier") >= bid),
                    terms("discount", rate),
                ),
            ],
        )
        for chosen, least, bid, rate in (first, second)
    )
    days = draw(st.lists(st.integers(1, 20), min_size=2, max_size=7))
    facts = Facts(
        partners=[Partner(partner_id=f"P{n}", tier=tier) for n, tier in enumerate((*TIERS, None))],
        registrations=[
            Registration(
                registration_id=f"R{number}",
                partner_id=f"P{draw(st.integers(0, 3))}",
                opportunity_id=draw(st.sampled_from(["O1", "O2"])),
                submitted_at=f"2026-03-{day:02}T09:00Z",
                amount=draw(AMOUNTS),
                score=draw(st.integers(1, 2)),
                status=draw(st.sampled_from(["submitted", "submitted", "withdrawn"])),
            )
            for number, day in enumerate(days)
        ],
    )
    at = datetime(2026, 4, 1, tzinfo=UTC)
    return SimpleNamespace(facts=facts, rules=old, at=at), old, new


DAY = timedelta(days=1)
TIERS = ("silver", "gold", "platinum")
AMOUNTS = st.sampled_from([*(money(f"{n} EUR") for n in range(1, 10)), money("7 USD"), None])


@st.composite
def amendments(draw):
    """The small programme, and a change of it that takes effect between its registrations."""
    case, old, _ = draw(disputes())
    _, other, new = draw(disputes())
    new = attrs.evolve(new if draw(st.booleans()) else other, version="2")
    if draw(st.integers(0, 3)) == 0:
        new = attrs.evolve(new, contests=new.contests[:1])
    submitted = [each.submitted_at for each in case.facts.registrations]
    since, governs = draw(st.sampled_from(submitted)), draw(st.sampled_from(Governs))
    book = amended(old, new, since=since, governs=governs)
    if draw(st.integers(0, 3)) == 0:
        late = attrs.evolve(book.editions[0], effective_from=min(submitted) + DAY)
        assume(late.effective_from < since)
        book = attrs.evolve(book, editions=[late, *book.editions[1:]])
    return case, *((book, new) if draw(st.booleans()) else (old, book))


@st.composite
def books(draw):
    """A case that a table can tell, a book, and other rules: an edition, or another book.

    Its editions may be decided in columns, or have to be decided one by one.
    """
    case = as_of_now(draw(book_cases(draw(st.sampled_from(PRESETS)))))
    case = together(case) if draw(st.integers(0, 2)) else case
    lower = in_columns if draw(st.integers(0, 2)) else without_questions
    book = attrs.evolve(
        case.rules,
        editions=[attrs.evolve(e, policy=lower(e.policy)) for e in case.rules.editions],
    )
    amendment = draw(st.sampled_from(book.editions)).policy
    other = draw(
        st.sampled_from(
            [
                amendment,
                attrs.evolve(book, editions=book.editions[:1]),
                *(attrs.evolve(book, governs=each) for each in Governs),
                amended(book, amendment, since="2026-03-04T00:00Z"),
            ]
        )
    )
    pair = [book, other] if draw(st.booleans()) else [other, book]
    assume(not any(check(each).errors for each in pair))
    return attrs.evolve(case, rules=book), *pair


def without_questions(policy):
    """The policy without what its programme's own code answers, which no table tells."""
    asked = {each.path for each in refusals(policy) if each.node == "External"}
    assume(not asked)
    return policy


@st.composite
def changes(draw):
    """A case that a table can tell, and a change: of a small programme, a part left out, a book."""
    kind = draw(st.integers(0, 6))
    if kind:
        return draw((amendments, disputes, books)[kind % 3]())
    case = draw(columnar_case())
    policy = case.rules
    contest = draw(st.sampled_from(policy.contests))
    parts = [part for part in PARTS if getattr(contest, part)]
    if not parts:
        return case, policy, policy
    part = draw(st.sampled_from(parts))
    none = None if part in {"window", "period"} else getattr(contest, part)[1:]
    edited = attrs.evolve(contest, **{part: none})
    contests = [edited if each is contest else each for each in policy.contests]
    new = attrs.evolve(policy, contests=contests)
    return case, policy, policy if check(new).errors else new


PARTS = ("after", "requires", "prefer", "window", "overrides", "period")


def table_of(case, rules):
    """The table of a case, with a column for whatever some version of the rules may read."""
    policies = [rules] if isinstance(rules, Policy) else [e.policy for e in rules.editions]
    fields = {field.name: field for policy in policies for field in policy.fields}
    return flat(case, attrs.evolve(policies[-1], fields=list(fields.values())))


def asked(case, old, new, table=None, by=None):
    """The impact on the case."""
    table = table_of(case, case.rules) if table is None else table
    return diff(old, new, pl.from_arrow(table), at=case.at, by=by, most=1000, handovers=1000)


def of_reference(case, policy):
    """Who is granted, who is referred, and who is blocked, by the reference."""
    found = decide(policy, case.facts, at=case.at)
    stood = {(e.registration_id, e.benefit, e.kind.value) for e in found.standings}
    granted = {(one, benefit) for one, benefit, kind in stood if kind == "granted"}
    referred = {(one, benefit) for one, benefit, kind in stood if kind == "referred"}
    return granted, referred, {(e.blocked, e.benefit) for e in found.deadlocks}


class TestI2TheSame:
    """I-2: nothing changes under the same policy, and the order of rows does not matter."""

    @FEW
    @given(changes())
    def test_a_policy_in_place_of_itself(self, change):
        case, old, _ = change

        assert asked(case, old, old).empty

    @FEW
    @given(changes(), st.randoms(use_true_random=False))
    def test_rows_in_another_order(self, change, chance):
        case, old, new = change
        table = table_of(case, case.rules)
        order = list(range(len(table)))
        chance.shuffle(order)

        assert asked(case, old, new, table.take(order)) == asked(case, old, new)

    @FEW
    @given(changes())
    def test_it_is_what_the_reference_says(self, change):
        case, old, new = change
        found = asked(case, old, new)
        before, after = of_reference(case, old), of_reference(case, new)
        for held in found.held:
            own = [
                sum(benefit == held.benefit for _, benefit in which)
                for which in (before[0], after[0], before[1], after[1])
            ]
            assert own == [held.old, held.new, held.old_referred, held.new_referred]
        gained, lost = Counter(), Counter()
        for shift in found.shifts:
            if shift.by == "partner_id":
                gained[shift.benefit] += shift.gained
                lost[shift.benefit] += shift.lost
        assert gained == Counter(benefit for _, benefit in after[0] - before[0])
        assert lost == Counter(benefit for _, benefit in before[0] - after[0])


def worth_of(amounts):
    """What amounts come to, one for each currency, those that are not stated apart."""
    sums = Counter()
    for each in amounts:
        if each is not None:
            sums[each.currency] += each.amount
    return tuple(Money(sums[currency], currency) for currency in sorted(sums))


def fares(was, now, asked_before, asked_now):
    """What happens to a benefit in a conflict: who holds it with what, and whom a person judges."""
    if set(was) != set(now):
        yield (
            ChangeKind.CHANGES_HANDS
            if was and now
            else ChangeKind.GAINED
            if now
            else ChangeKind.LOST
        )
    elif was != now:
        yield ChangeKind.TERMS
    if bool(asked_before) is not bool(asked_now):
        yield ChangeKind.TO_A_PERSON if asked_now else ChangeKind.FROM_A_PERSON


class TestI3HandsAndI4Persons:
    """I-3, I-4, I-8: what happens to each conflict, and what those are worth that fare alike."""

    @given(disputes())
    def test_it_is_what_happens_to_the_standings(self, change):
        case, old, new = change
        records = {each.registration_id: each for each in case.facts.registrations}
        stood = [decide(each, case.facts, at=case.at).standings for each in (old, new)]
        moved = {}
        for benefit in ("protection", "special_bid"):
            for deal in ("O1", "O2"):
                members = [e for e in records.values() if e.opportunity_id == deal]
                names = {each.registration_id for each in members}
                own = [
                    [e for e in found if e.benefit == benefit and e.registration_id in names]
                    for found in stood
                ]
                holders = [
                    {e.registration_id: e.entitlement for e in o if e.kind == "granted"}
                    for o in own
                ]
                judged = [[e for e in o if e.kind == "referred"] for o in own]
                stated = [e for e in members if e.amount is not None]
                first = min(stated, key=lambda e: (e.submitted_at, e.registration_id), default=None)
                for kind in fares(*holders, *judged):
                    amount = None if first is None else first.amount
                    moved.setdefault((benefit, kind), []).append(amount)

        found = asked(case, old, new)
        assert {(e.benefit, e.kind): (e.conflicts, e.worth) for e in found.moved} == {
            key: (len(amounts), worth_of(amounts)) for key, amounts in moved.items()
        }


class TestI6Properties:
    """I-6, I-8: registrations count under their value of a property, with what they are worth."""

    @FEW
    @given(disputes())
    def test_by_tier_and_month(self, change):
        case, old, new = change
        before, after = (of_reference(case, each)[0] for each in (old, new))
        tiers = {each.partner_id: each.tier for each in case.facts.partners}
        properties = {
            "tier": lambda each: tiers[each.partner_id],
            "month": lambda each: f"{each.submitted_at:%Y-%m}",
        }
        found = asked(case, old, new)
        for benefit in ("protection", "special_bid"):
            for by, value_of in properties.items():
                wanted = {}
                for each in case.facts.registrations:
                    key = (each.registration_id, benefit)
                    if (key in before) is not (key in after):
                        sides = wanted.setdefault(value_of(each), ([], []))
                        sides[key in before].append(each.amount)
                assert {
                    e.value: ((e.gained, e.gained_worth), (e.lost, e.lost_worth))
                    for e in found.by(benefit, by)
                } == {
                    value: tuple((len(side), worth_of(side)) for side in sides)
                    for value, sides in wanted.items()
                }


class TestI5Gains:
    """I-5: holders before, and gains, less losses, are holders after; hands change one for one."""

    @FEW
    @given(changes())
    def test_they_add_up(self, change):
        case, old, new = change
        found = asked(case, old, new)
        for held in found.held:
            shifts = found.by(held.benefit, "partner_id")
            moved = sum(each.gained - each.lost for each in shifts)
            assert held.old + moved == held.new
            contests = [
                policy.contest(held.benefit)
                for rules in (old, new)
                for policy in versions_of(rules)
            ]
            if all(each and each.capacity == 1 for each in contests) and same_scope(contests):
                kinds = (ChangeKind.GAINED, ChangeKind.CHANGES_HANDS)
                many = sum(
                    each.conflicts
                    for each in found.moved
                    if each.benefit == held.benefit and each.kind in kinds
                )
                assert many == sum(each.gained for each in shifts)


def same_scope(contests):
    """Whether contests have one plain scope, which is not awarded in parts."""
    first, *others = (each.scope for each in contests)
    plain = set(first.keys) <= {"opportunity_id"} and first.lines is None
    return all(each == first for each in others) and plain and first.award is Award.WHOLE


MIRROR = {
    ChangeKind.GAINED: ChangeKind.LOST,
    ChangeKind.LOST: ChangeKind.GAINED,
    ChangeKind.TO_A_PERSON: ChangeKind.FROM_A_PERSON,
    ChangeKind.FROM_A_PERSON: ChangeKind.TO_A_PERSON,
}


class TestI7Mirror:
    """I-7: in the other direction, what was gained is lost."""

    @FEW
    @given(changes())
    def test_the_other_direction(self, change):
        case, old, new = change
        table = table_of(case, case.rules)
        there, back = asked(case, old, new, table), asked(case, new, old, table)

        assert {turned(each) for each in there.moved} == set(back.moved)
        assert Counter(map(swapped, there.shifts)) == Counter(back.shifts)
        if there.deadlocks_known:
            assert [(d.benefit, d.removed, d.created) for d in there.deadlocks] == [
                (d.benefit, d.created, d.removed) for d in back.deadlocks
            ]


def turned(moved):
    """The same conflicts in the other direction."""
    return attrs.evolve(moved, kind=MIRROR.get(moved.kind, moved.kind))


def swapped(shift):
    """The same registrations in the other direction."""
    return attrs.evolve(
        shift,
        gained=shift.lost,
        lost=shift.gained,
        gained_worth=shift.lost_worth,
        lost_worth=shift.gained_worth,
    )


class TestI9Deadlocks:
    """I-9: deadlocks are those that the reference finds."""

    @FEW
    @given(changes())
    def test_they_are_those_of_the_reference(self, change):
        case, old, new = change
        found = asked(case, old, new)
        if not found.deadlocks_known:
            return
        before, after = of_reference(case, old)[2], of_reference(case, new)[2]
        for each in found.deadlocks:
            was = {one for one, benefit in before if benefit == each.benefit}
            now = {one for one, benefit in after if benefit == each.benefit}
            assert (each.old, each.new) == (len(was), len(now))
            assert (each.removed, each.created) == (len(was - now), len(now - was))
        told = {each.benefit for each in found.deadlocks}
        assert told == {benefit for _, benefit in before | after}


class TestI13Books:
    """I-13: each registration is decided by the edition that governs it, as the reference says."""

    @given(amendments())
    def test_whoever_gains_or_loses(self, change):
        case, old, new = change
        before, after = of_reference(case, old), of_reference(case, new)
        found = asked(case, old, new, by=["registration_id"])
        moved = [(each.value, each.benefit, each.gained) for each in found.shifts]

        assert sorted(moved) == sorted(
            (*each, int(each in after[0])) for each in before[0] ^ after[0]
        )
        assert sum(each.old_referred for each in found.held) == len(before[1])
        assert sum(each.new_referred for each in found.held) == len(after[1])
        for each in found.deadlocks:
            assert each.old == sum(benefit == each.benefit for _, benefit in before[2])
            assert each.new == sum(benefit == each.benefit for _, benefit in after[2])

    @FEW
    @given(disputes(), st.sampled_from(Governs))
    def test_an_edition_that_was_always_in_force_is_the_policy(self, change, governs):
        case, old, new = change
        book = amended(old, attrs.evolve(new, version="2"), since=case.at + DAY, governs=governs)

        assert asked(case, old, book).empty
        early = attrs.evolve(book, editions=[attrs.evolve(book.editions[1], **ALWAYS)])
        assert asked(case, new, early).empty


ALWAYS = {"effective_from": "2000-01-01T00:00Z"}


class TestI11Sweeps:
    """I-11: a constant is set and nothing else; today's value changes nothing."""

    @FEW
    @given(columnar_case(), st.randoms(use_true_random=False))
    def test_todays_value(self, case, chance):
        policy = case.rules
        place = chance.choice([each.place for each in parameters(policy)] or [None])
        if place is None:
            return
        today = next(each.value for each in parameters(policy) if each.place == place)
        assert with_parameter(policy, place, today) == policy
        found = sweep(policy, place, [today], pl.from_arrow(flat(case, policy)), at=case.at)
        assert found.points[0].impact.empty


class TestI12SideBySide:
    """I-12: holders, wins and concentration are those of the reference's standings."""

    @FEW
    @given(columnar_case())
    def test_scores(self, case):
        policy = case.rules
        table = pl.from_arrow(flat(case, policy))
        found = tournament({"it": policy}, table, at=case.at)
        granted = of_reference(case, policy)[0]
        partners = {each.registration_id: each.partner_id for each in case.facts.registrations}
        for score in found.entrants[0].scores:
            held = Counter(partners[one] for one, benefit in granted if benefit == score.benefit)
            total = held.total()
            assert score.held == total
            assert score.most_at_once == max(held.values(), default=0)
            squares = sum(many * many for many in held.values())
            assert score.concentration == (Fraction(squares, total**2) if total else None)
            for by in {win.by for win in score.wins}:
                assert sum(win.held for win in score.wins if win.by == by) == total
            if score.share_held is not None:
                assert 0 <= score.held_conflicts <= score.conflicts

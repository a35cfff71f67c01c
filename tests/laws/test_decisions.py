"""What a decision is (D-2 … D-10); D-1 and D-9 are in test_determinism.py."""

import re
from datetime import timedelta

import attrs
from hypothesis import assume, given
from hypothesis import strategies as st

from dealreg.facts.canonical import plain
from dealreg.facts.case import Facts
from dealreg.facts.fields import Count, Elapsed, SinceEnded, Tally
from dealreg.facts.records import LIVE, Partner, Registration, Status, Verdict
from dealreg.facts.values import Span, Unit
from dealreg.outcome.decision import StandingKind
from dealreg.policy.builders import (
    contest,
    earliest,
    field,
    highest,
    holders,
    requirement,
    within,
)
from dealreg.policy.policies import Policy
from dealreg.policy.stages import Award, Bucket, Grace, HeadStart, Tie, Unmet
from dealreg.testing import TIE_HEAVY, Case, cases
from dealreg.testing.programme import TIERS
from tests.laws.asking import (
    any_book_cases,
    any_cases,
    content,
    counts_others,
    decided,
    keeps,
    on_admission,
    reader_of,
    registrations_by_id,
    standings,
    takes_part,
    view_of,
    with_facts,
)
from tests.laws.retelling import later, plain_renamed, renaming, retold, retold_case, scaling

EITHER = st.one_of(any_cases(), any_book_cases())


class TestD2Everybody:
    """D-2: every registration has a standing for every benefit, for every line it has."""

    @given(any_cases())
    def test_exactly_one_for_each(self, case):
        view = view_of(case)
        expected = []
        for offered in case.rules.contests:
            scope = offered.scope
            for each in case.facts.registrations:
                keyed = all(view.read(each, key) is not None for key in scope.keys)
                by_line = scope.award is Award.BY_LINE and keyed
                lines = view.read(each, scope.lines) if by_line else None
                expected += [
                    (offered.benefit, each.registration_id, line or "")
                    for line in sorted(lines or [None], key=str)
                ]
        made = decided(case).standings
        assert [(s.benefit, s.registration_id, s.line or "") for s in made] == sorted(expected)

    @given(any_book_cases())
    def test_in_a_book_for_every_benefit_of_a_version_in_force(self, case):
        offered = {
            contest.benefit
            for edition in case.rules.editions
            if edition.effective_from <= case.at
            for contest in edition.policy.contests
        }
        made = {(each.registration_id, each.benefit) for each in decided(case).standings}
        assert {(r.registration_id, b) for r in case.facts.registrations for b in offered} <= made


BUILT_IN = {
    "GRANTED",
    "KEPT",
    "OPPORTUNITY_WON",
    "NOT_OFFERED",
    "NOT_YET_SUBMITTED",
    "SCOPE_UNKNOWN",
    "RULED_AGAINST",
    "AWAITS_RULING",
    "DUPLICATE_SAME_PARTNER",
    "OUTSIDE_WINDOW",
    "TIE",
    "MISSING_FOR_ORDER",
    "AFTER_TIE",
    *(status.upper() for status in Status if status not in LIVE),
}


def codes_of(policy):
    """Every code a policy states itself, and those that are made of its benefits."""
    for each in policy.contests:
        yield from (required.code for required in each.requires)
        yield from (milestone.code for milestone in each.milestones)
        yield from (override.code for override in each.overrides)
        yield from (after.code for after in each.after)
        yield from (f"AWAITS_{after.benefit.upper()}" for after in each.after)
        yield each.others.code
        yield from (stage.code for stage in (each.period, each.joint) if stage is not None)


def place_exists(policy, clause):
    """Whether a clause names a place that the policy has."""
    if clause in ("status", "editions"):
        return True
    named = re.fullmatch(r"contests\[(\w+)\](?:\.(\w+)(?:\[(\w+)\])?)?", clause)
    assert named, clause
    benefit, stage, key = named.groups()
    found = policy.contest(benefit)
    if found is None or stage is None:
        return found is not None
    value = getattr(found, stage)
    if key is None:
        return value is not None or stage in ("capacity", "final_from")
    if stage == "prefer":
        return int(key) < len(value)
    return key in {each.benefit if stage == "after" else each.code for each in value}


class TestD3Reasons:
    """D-3: a standing has a kind, a reason code and the place in the policy that caused it."""

    @given(any_cases())
    def test_codes_and_places_are_those_of_the_policy(self, case):
        known = {*codes_of(case.rules), *BUILT_IN}
        for standing in decided(case).standings:
            assert standing.code in known
            assert place_exists(case.rules, standing.clause)
            if standing.margin is not None:
                assert place_exists(case.rules, standing.margin.clause)

    @given(EITHER)
    def test_what_belongs_to_which_kind(self, case):
        for standing in decided(case).standings:
            granted = standing.kind is StandingKind.GRANTED
            waiting = standing.kind is StandingKind.WAITING
            assert (standing.code in ("GRANTED", "KEPT")) is granted
            assert (standing.place is not None) is (granted or waiting)
            assert not granted or standing.entitlement is not None
            if standing.kind in (StandingKind.RETURNED, StandingKind.REFERRED):
                assert standing.entitlement is None
            assert standing.rival != standing.registration_id

    @given(EITHER)
    def test_everybody_referred_is_in_a_question_for_a_person(self, case):
        made = decided(case)
        asked = {
            (referral.benefit, referral.line, candidate)
            for referral in made.referrals
            for candidate in referral.candidates
        }
        referred = {
            (s.benefit, s.line, s.registration_id)
            for s in made.standings
            if s.kind is StandingKind.REFERRED
        }
        assert asked == referred


class TestD4NoGrantWithoutGround:
    """D-4: granted only to one that takes part, and meets, or was let pass, every requirement."""

    @given(any_cases())
    def test_every_requirement_true_or_accepted(self, case):
        by_id = registrations_by_id(case)
        for standing in decided(case).standings:
            if standing.kind is not StandingKind.GRANTED:
                continue
            registration = by_id[standing.registration_id]
            kept = standing.code == "KEPT"
            assert kept is (
                (standing.registration_id, standing.benefit, standing.line) in keeps(case)
            )
            others = case.rules.contest(standing.benefit).others
            assert takes_part(view_of(case), registration, others, kept=kept)
            rulings = [
                ruling
                for ruling in case.facts.rulings
                if (ruling.registration_id, ruling.benefit)
                == (standing.registration_id, standing.benefit)
                and ruling.decided_at <= case.at
            ]
            for required in case.rules.contest(standing.benefit).requires:
                truth = reader_of(case, registration).truth(required.that)
                if truth is True or (kept and (truth is None or not required.lasting)):
                    continue
                left_to = required.if_unknown if truth is None else required.if_false
                assert left_to is Unmet.REFER
                said = [ruling.verdict for ruling in rulings[-1:]]
                assert said == [Verdict.ACCEPT] or (kept and not said)

    @given(any_cases())
    def test_what_it_depends_on_stands_as_required(self, case):
        made = decided(case)
        held = {
            (s.registration_id, s.benefit, line)
            for s in made.standings
            if s.kind is StandingKind.GRANTED
            for line in {s.line, None}
        }
        open_still = {
            (s.registration_id, s.benefit)
            for s in made.standings
            if s.kind is StandingKind.REFERRED
        }
        for standing in made.standings:
            if standing.kind is not StandingKind.GRANTED:
                continue
            for after in case.rules.contest(standing.benefit).after:
                whole = case.rules.contest(after.benefit).scope.award is Award.WHOLE
                line = None if whole else standing.line
                key = (standing.registration_id, after.benefit, line)
                if standing.code == "KEPT" and key[:2] in open_still:
                    continue  # what a person has yet to decide takes nothing away (C-17)
                assert (key in held) is after.holds
                if whole and not after.holds:
                    assert key[:2] not in open_still


class TestD5Bystanders:
    """D-5: who is denied or returned on admission to everything changes nothing for the others."""

    @given(any_cases(), st.randoms(use_true_random=False))
    def test_taking_one_away(self, case, random):
        assume(not counts_others(case.rules))
        first, *rest = case.facts.registrations
        taken_back = attrs.evolve(first, status="withdrawn", ended_at=None)
        case = with_facts(case, registrations=[taken_back, *rest])
        made = decided(case)
        barred = [
            each
            for each in case.facts.registrations
            if each.status is not Status.WON
            and each.registration_id not in {held.registration_id for held in case.facts.holdings}
            and all(
                on_admission(s) and s.kind is not StandingKind.REFERRED
                for s in made.standings
                if s.registration_id == each.registration_id
            )
        ]
        assume(barred)
        gone = random.choice(barred)
        rest = [each for each in case.facts.registrations if each is not gone]
        without = decided(with_facts(case, registrations=rest))
        kept = [s for s in made.standings if s.registration_id != gone.registration_id]
        assert list(without.standings) == kept
        assert without.referrals == made.referrals
        others = [d for d in made.deadlocks if d.blocked != gone.registration_id]
        assert len(without.deadlocks) <= len(others) <= len(made.deadlocks)

    @given(any_cases())
    def test_one_on_another_opportunity(self, case):
        """Nothing in common but the programme: no key of any scope, and nobody counts."""
        assume(not counts_others(case.rules))
        made = decided(case)
        stranger = Registration(
            registration_id="R0",
            partner_id="P9",
            opportunity_id="O9",
            customer_id="C9",
            division="elsewhere",
            submitted_at=case.facts.registrations[0].submitted_at,
        )
        more = decided(with_facts(case, registrations=[stranger, *case.facts.registrations]))
        assert [s for s in more.standings if s.registration_id != "R0"] == list(made.standings)
        assert more.deadlocks == made.deadlocks


NAMES = {
    **{f"P{n}": f"partner-{9 - n}" for n in range(1, 6)},
    "D1": "partner-0",
    "G1": "a group",
    "O1": "zzz",
    "O2": "aaa",
    "C1": "omega",
    "C2": "alpha",
}
"""Other names, in another order."""

IN_ORDER = {f"R{n}": f"{n * n:05}-registration" for n in range(1, 9)}
TURNED = {f"R{n}": f"R{9 - n}" for n in range(1, 9)}


def retold_plain(decision, names):
    made = plain_renamed(plain(content(decision)), names)
    for several in ("referrals", "deadlocks", "standings", "trace"):
        made[several] = sorted(made.get(several, []), key=repr)
    return made


class TestD6Renaming:
    """D-6: names are names."""

    @given(any_cases())
    def test_partners_customers_and_opportunities(self, case):
        renamed = decided(retold_case(case, renaming(NAMES)))
        assert retold_plain(renamed, {}) == retold_plain(decided(case), NAMES)

    @given(EITHER)
    def test_registrations_in_the_same_order(self, case):
        renamed = decided(retold_case(case, renaming(IN_ORDER)))
        assert retold_plain(renamed, {}) == retold_plain(decided(case), IN_ORDER)

    @given(
        cases(TIE_HEAVY) | any_cases(),
        st.sampled_from((Tie.REFER, Tie.SHARE)),
    )
    def test_registrations_in_any_order_where_the_tie_rule_does_not_read_them(self, case, tie):
        contests = [
            attrs.evolve(
                each,
                tie=tie,
                one_per="registration_id",
                joint=None if tie is Tie.SHARE else each.joint,
            )
            for each in case.rules.contests
        ]
        case = attrs.evolve(case, rules=attrs.evolve(case.rules, contests=contests))
        assume(not counts_others(case.rules))
        turned = decided(retold_case(case, renaming(TURNED)))

        def told(decision, names):
            return sorted(
                (
                    names.get(s.registration_id, s.registration_id),
                    s.benefit,
                    s.line or "",
                    s.kind.value,
                    s.code,
                    repr(s.entitlement),
                    s.place if s.kind is StandingKind.GRANTED else 0,
                )
                for s in decision.standings
            )

        assert told(turned, {}) == told(decided(case), TURNED)


class TestD6Scaling:
    """D-6: scaling all amounts of money, in the facts and in the policy, changes nothing."""

    @given(any_cases(), st.sampled_from((2, 7, 1000)))
    def test_another_unit_of_money(self, case, factor):
        made, scaled = decided(case), decided(retold_case(case, scaling(factor)))

        def without_amounts(decision):
            return [
                attrs.evolve(s, margin=s.margin and retold(s.margin, scaling(0)))
                for s in decision.standings
            ]

        assert without_amounts(scaled) == without_amounts(made)
        assert scaled.referrals == made.referrals
        assert scaled.deadlocks == made.deadlocks


def by_the_clock_of_utc(policy):
    """The policy with spans and days counted in UTC, and weeks for months."""

    def in_weeks(length):
        return Span(1, Unit.WEEKS) if length.unit is Unit.MONTHS else length

    def stage_of(stage):
        match stage:
            case Grace():
                return attrs.evolve(stage, calendar=None, length=in_weeks(stage.length))
            case Bucket():
                unit = Unit.WEEKS if stage.unit is Unit.MONTHS else stage.unit
                return attrs.evolve(stage, calendar=None, unit=unit)
            case None | HeadStart():
                return stage
            case _:
                return in_utc(stage)

    def in_utc(clock):
        """A clock, or what belongs to one, with all its lengths in weeks."""
        spans = {
            attribute.name: in_weeks(held)
            for attribute in attrs.fields(type(clock))
            if isinstance(held := getattr(clock, attribute.name), Span)
        }
        if hasattr(clock, "calendar"):
            spans["calendar"] = None
        if getattr(clock, "extension", None) is not None:
            spans["extension"] = in_utc(clock.extension)
        return attrs.evolve(clock, **spans)

    def field_of(declared):
        derived = declared.derived
        match derived:
            case Elapsed():
                count = Count.DAYS if derived.count is Count.MONTHS else derived.count
                return attrs.evolve(
                    declared, derived=attrs.evolve(derived, calendar=None, count=count)
                )
            case Tally() | SinceEnded():
                return attrs.evolve(declared, derived=attrs.evolve(derived, calendar=None))
            case _:
                return declared

    contests = [
        attrs.evolve(
            each,
            window=stage_of(each.window),
            period=stage_of(each.period),
            milestones=[in_utc(milestone) for milestone in each.milestones],
        )
        for each in policy.contests
    ]
    fields = [field_of(declared) for declared in policy.fields]
    sla = None if policy.sla is None else in_utc(policy.sla)
    return attrs.evolve(policy, contests=contests, fields=fields, calendars=(), sla=sla)


def without_months(facts):
    """The registrations, with extensions by the length that the policy states."""
    return [
        attrs.evolve(each, extensions=[attrs.evolve(one, length=None) for one in each.extensions])
        for each in facts.registrations
    ]


class TestD1TimeShift:
    """D-1, D-6: there is no clock: the same story some weeks later has the same end."""

    @given(any_cases(), st.integers(-100, 100))
    def test_everything_weeks_later(self, case, weeks):
        rules = by_the_clock_of_utc(case.rules)
        case = with_facts(attrs.evolve(case, rules=rules), registrations=without_months(case.facts))
        by = timedelta(weeks=weeks)
        shifted = decided(retold_case(case, lambda value: later(value, by)))
        moved_back = retold(shifted.standings, lambda value: later(value, -by))
        assert moved_back == decided(case).standings


class TestD7Trace:
    """D-7: every step names a place in the policy and the facts read there; it has no prose."""

    @given(any_cases())
    def test_places_and_facts(self, case):
        by_id = registrations_by_id(case)
        view = view_of(case)
        for step in decided(case).trace:
            assert place_exists(case.rules, step.clause)
            assert len(step.result) < 40
            if step.registration_id is None:
                continue
            registration = by_id[step.registration_id]
            for name, value in step.facts.items():
                plain_name, _, as_of = name.partition(" as of ")
                if plain_name not in ("ends", "closes", "preferred", "due", "final"):
                    if plain_name in case.externals:
                        assert case.externals[plain_name][step.registration_id] is value
                    elif ".window" not in step.clause:
                        assert view.read(registration, plain_name, as_of or None) == value

    @given(any_cases())
    def test_every_requirement_of_every_live_registration_is_a_step(self, case):
        made = decided(case)
        view = view_of(case)
        by_id = registrations_by_id(case)
        steps = {(step.clause, step.registration_id) for step in made.trace}
        for standing in made.standings:
            live = view.live(by_id[standing.registration_id])
            held = (standing.registration_id, standing.benefit, standing.line) in keeps(case)
            if live and standing.code != "SCOPE_UNKNOWN":
                for required in case.rules.contest(standing.benefit).requires:
                    clause = f"contests[{standing.benefit}].requires[{required.code}]"
                    if held and not required.lasting:
                        continue  # a holder is asked once (D-4)
                    assert (clause, standing.registration_id) in steps


class TestD8Deadlock:
    """D-8: nobody is granted it, no person is asked, and some registration alone would get it."""

    @given(any_cases(registrations=3))
    def test_brute_force(self, case):
        of_partner = {each.partner_id: each for each in case.facts.registrations}
        case = with_facts(case, registrations=of_partner.values())
        made = decided(case)
        by_id = registrations_by_id(case)
        view = view_of(case)
        alone = {
            name: standings(decided(with_facts(case, registrations=[each])))
            for name, each in by_id.items()
        }
        vacant = {(r.benefit, r.line, r.conflict) for r in made.referrals if not r.candidates}
        expected = set()
        for standing in made.standings:
            if standing.code == "SCOPE_UNKNOWN":
                continue
            keys = case.rules.contest(standing.benefit).scope.keys
            mine = [str(view.read(by_id[standing.registration_id], key)) for key in keys]
            rivals = [
                s
                for s in made.standings
                if (s.benefit, s.line) == (standing.benefit, standing.line)
                and s.code != "SCOPE_UNKNOWN"
                and [str(view.read(by_id[s.registration_id], key)) for key in keys] == mine
            ]
            settled = any(s.kind in (StandingKind.GRANTED, StandingKind.REFERRED) for s in rivals)
            settled |= any(s.code == "OPPORTUNITY_WON" for s in rivals)
            settled |= (standing.benefit, standing.line, tuple(mine)) in vacant
            key = (standing.registration_id, standing.benefit, standing.line)
            would = alone[standing.registration_id][key].kind is StandingKind.GRANTED
            if would and not settled:
                expected.add((standing.benefit, standing.line, standing.registration_id))
        assert {(d.benefit, d.line, d.blocked) for d in made.deadlocks} == expected

    @given(any_cases())
    def test_the_blocker_holds_what_the_blocked_would_need(self, case):
        made = decided(case)
        for deadlock in made.deadlocks:
            if deadlock.holds is None:
                continue
            held = {
                s.registration_id
                for s in made.holders(deadlock.holds)
                if deadlock.line is None or s.line in (None, deadlock.line)
            }
            assert deadlock.blocker in held
            assert deadlock.blocked not in held


INSTANT = st.integers(0, 40).map(lambda hours: f"2026-03-{2 + hours // 24:02}T{hours % 24:02}:00Z")


@st.composite
def ladder_facts(draw):
    """Registrations on one opportunity, of partners with tiers; and one that will improve."""
    count = draw(st.integers(1, 5))
    tiers = draw(st.lists(st.sampled_from(TIERS), min_size=count, max_size=count))
    submitted = draw(st.lists(INSTANT, min_size=count, max_size=count))
    facts = Facts(
        registrations=[
            Registration(
                registration_id=f"R{n}", partner_id=f"P{n}", opportunity_id="O1", submitted_at=at
            )
            for n, at in enumerate(submitted)
        ],
        partners=[Partner(partner_id=f"P{n}", tier=tier) for n, tier in enumerate(tiers)],
    )
    return facts, draw(st.integers(0, count - 1))


AT = "2026-04-01T00:00Z"


def case_of(facts, *parts):
    policy = Policy(programme="Example", tiers=TIERS, contests=[contest("protection", *parts)])
    return Case(rules=policy, facts=facts, at=AT)


class TestD10Improving:
    """D-10: a better tier under tier-priority, an earlier time under first-to-register: no harm."""

    @given(
        ladder_facts(),
        st.sampled_from(Tie),
        st.sampled_from((1, 2)),
        st.sampled_from(((), (within("7 days"),), (within("3 hours"),))),
    )
    def test_a_higher_tier_under_tier_priority(self, told, tie, capacity, window):
        facts, improver = told
        parts = (
            requirement("NO_TIER", field("tier") >= TIERS[0]),
            highest("tier").then(earliest("submitted_at")),
            holders(capacity),
            tie,
            *window,
        )
        before = decided(case_of(facts, *parts))
        partner = facts.partners[improver]
        for tier in TIERS[TIERS.index(partner.tier) + 1 :]:
            partners = [
                attrs.evolve(each, tier=tier) if each is partner else each
                for each in facts.partners
            ]
            after = decided(case_of(attrs.evolve(facts, partners=partners), *parts))
            never_worse(before, after, f"R{improver}")

    @given(ladder_facts(), st.sampled_from(Tie), st.sampled_from((1, 2)), st.integers(1, 60))
    def test_registering_earlier_under_first_to_register(self, told, tie, capacity, hours):
        facts, improver = told
        parts = (earliest("submitted_at"), holders(capacity), tie)
        before = decided(case_of(facts, *parts))
        registrations = list(facts.registrations)
        mine = registrations[improver]
        registrations[improver] = attrs.evolve(
            mine, submitted_at=mine.submitted_at - timedelta(hours=hours)
        )
        after = decided(case_of(attrs.evolve(facts, registrations=registrations), *parts))
        never_worse(before, after, mine.registration_id)


ORDER = (StandingKind.DENIED, StandingKind.REFERRED, StandingKind.GRANTED)


def never_worse(before, after, name):
    one = before.standing(name, "protection")
    other = after.standing(name, "protection")
    assert ORDER.index(other.kind) >= ORDER.index(one.kind)
    if one.kind is StandingKind.GRANTED:
        assert other.entitlement.share >= one.entitlement.share
        assert other.place <= one.place

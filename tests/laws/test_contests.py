"""How one benefit is decided (C-1 … C-16)."""

from datetime import UTC, timedelta
from fractions import Fraction
from itertools import combinations

import attrs
from dateutil.relativedelta import relativedelta
from hypothesis import assume, given
from hypothesis import strategies as st

from dealreg.facts.calendars import add_span, zone
from dealreg.facts.records import Ruling, Verdict
from dealreg.facts.values import Money, Span
from dealreg.outcome.decision import StandingKind
from dealreg.policy.clocks import LastDay
from dealreg.policy.predicates import Compare, Fact
from dealreg.policy.stages import (
    Award,
    Best,
    Bucket,
    Effect,
    Grace,
    HeadStart,
    Joint,
    Key,
    MissingRule,
    Others,
    OthersStand,
    Prefer,
    Requirement,
    Scope,
    Stature,
    Tie,
    Unmet,
)
from dealreg.policy.terms import Banded, FractionOfHolder, Percent, Terms
from dealreg.policy.walk import fact_of
from dealreg.testing.programme import SPANS
from tests.laws.asking import (
    all_live,
    any_cases,
    atoms_of,
    counts_others,
    decided,
    gets,
    keeps,
    on_admission,
    reader_of,
    registrations_by_id,
    single_contests,
    standings,
    takes_part,
    view_of,
    with_facts,
)

CLOCKS = st.sampled_from(("submitted_at", "completed_at", "approved_at")).map(Fact)
COUNTED_BY = st.sampled_from((None, "berlin", "pacific", "dubai"))
GRACES = st.builds(Grace, st.sampled_from(SPANS), CLOCKS, COUNTED_BY)
BUCKETS = st.builds(Bucket, st.sampled_from(("days", "weeks", "months")), CLOCKS, COUNTED_BY)
OTHER_WINDOWS = BUCKETS | st.builds(
    HeadStart,
    st.sampled_from((Span(1, "days"), Span(30, "minutes"))),
    st.just(Fact("tier")),
    CLOCKS,
)
JOINTS = st.builds(
    Joint,
    st.sampled_from(((), ("partner_role",))),
    st.sampled_from((("products",), ())),
    st.sampled_from(((), (Stature("satisfaction_score", "0.5"),))),
)
COARSE_ORDERS = (
    (),
    (Key(Fact("tier"), Best.HIGHEST),),
    (Key(Fact("tier"), Best.HIGHEST, MissingRule.REFER),),
    (Key(Fact("submitted_at"), Best.LOWEST), Key(Fact("tier"), Best.HIGHEST, MissingRule.FIRST)),
)
"""Orders that leave many equal."""

GRANTED, REFERRED = StandingKind.GRANTED, StandingKind.REFERRED
DENIED, RETURNED = StandingKind.DENIED, StandingKind.RETURNED


def the_contest(case):
    (contest,) = case.rules.contests
    return contest


def groups_of(case, decision):
    """The standings of each conflict of a policy of one contest, with their registrations."""
    contest = the_contest(case)
    view, by_id = view_of(case), registrations_by_id(case)
    groups = {}
    for standing in decision.standings:
        if standing.code == "SCOPE_UNKNOWN":
            continue
        registration = by_id[standing.registration_id]
        keys = tuple(view.read(registration, key) for key in contest.scope.keys)
        groups.setdefault((keys, standing.line), []).append((registration, standing))
    return list(groups.values())


def want_the_same(case, one, other):
    """C-2, word by word."""
    scope = the_contest(case).scope
    if scope.lines is None or scope.award is Award.BY_LINE:
        return True
    mine, theirs = (view_of(case).read(each, scope.lines) for each in (one, other))
    return not mine or not theirs or bool(mine & theirs)


def took_part(group):
    return [(registration, s) for registration, s in group if not on_admission(s)]


def holding(group):
    return [(registration, s) for registration, s in group if s.kind is GRANTED]


class TestC1Conflict:
    """C-1: equal and known keys are one conflict; an unknown key is returned."""

    @given(single_contests())
    def test_unknown_keys(self, case):
        view, contest = view_of(case), the_contest(case)
        for each in case.facts.registrations:
            absent = [key for key in contest.scope.keys if view.read(each, key) is None]
            by_line = contest.scope.award is Award.BY_LINE
            if by_line and not view.read(each, contest.scope.lines):
                absent.append(contest.scope.lines)
            mine = [s for s in decided(case).standings if s.registration_id == each.registration_id]
            assert any(s.code == "SCOPE_UNKNOWN" for s in mine) is bool(absent)
            if absent:
                (standing,) = mine
                assert standing.kind is RETURNED
                assert set(standing.missing) == set(absent)

    @given(single_contests())
    def test_conflicts_are_decided_apart(self, case):
        assume(not counts_others(case.rules))
        whole = decided(case)
        for group in groups_of(case, whole):
            members = {each.registration_id: each for each, _ in group}
            alone = standings(decided(with_facts(case, registrations=members.values())))
            for _, standing in group:
                key = (standing.registration_id, standing.benefit, standing.line)
                assert alone[key] == standing


class TestC2Scope:
    """C-2: what registrations of one conflict compete for."""

    @given(single_contests(window=None, overrides=(), joint=None))
    def test_lines_of_one_each_by_line_and_whole_are_the_same(self, case):
        contest = the_contest(case)
        assume(all(getattr(fact_of(a), "name", "") != "products" for a in atoms_of(case.rules)))
        single = [
            attrs.evolve(each, products=sorted(each.products or {"P"})[:1], changes=())
            for each in case.facts.registrations
        ]

        def awarded(award):
            scope = Scope(contest.scope.keys, "products", award)
            rules = attrs.evolve(case.rules, contests=[attrs.evolve(contest, scope=scope)])
            made = decided(with_facts(case, registrations=single), rules=rules)
            return {s.registration_id: attrs.evolve(s, line=None) for s in made.standings}

        assert awarded(Award.BY_LINE) == awarded(Award.WHOLE)

    @given(single_contests(joint=None, scope=Scope(("opportunity_id",), "products", "by_line")))
    def test_each_line_is_a_contest_of_its_own(self, case):
        assume(not counts_others(case.rules))
        assume(all(getattr(fact_of(a), "name", "") != "products" for a in atoms_of(case.rules)))
        made = standings(decided(case))
        view = view_of(case)
        lines = {each: view.read(each, "products") or () for each in case.facts.registrations}
        for line in sorted({line for some in lines.values() for line in some}):
            only = [
                attrs.evolve(each, products={line}, changes=())
                for each in case.facts.registrations
                if line in lines[each]
            ]
            assume(not any(each.changes for each in case.facts.registrations))
            alone = standings(decided(with_facts(case, registrations=only)))
            for key, standing in alone.items():
                if standing.code != "SCOPE_UNKNOWN":
                    assert made[key] == standing

    @given(single_contests(scope=Scope(("opportunity_id",), "products"), capacity=1, tie="refer"))
    def test_no_line_is_held_twice(self, case):
        view = view_of(case)
        for group in groups_of(case, decided(case)):
            for (one, _), (other, _) in combinations(holding(group), 2):
                mine, theirs = view.read(one, "products"), view.read(other, "products")
                assert mine
                assert theirs
                assert not mine & theirs


class TestC3Admission:
    """C-3: of all reasons, a denial outweighs a return, a return outweighs a referral."""

    @given(single_contests(after=(), period=None, milestones=()))
    def test_the_weightiest_reason_in_the_order_of_the_policy(self, case):
        contest = the_contest(case)
        kinds = {Unmet.DENY: DENIED, Unmet.RETURN: RETURNED, Unmet.REFER: REFERRED}
        view = view_of(case)
        for registration, standing in (
            pair for group in groups_of(case, decided(case)) for pair in group
        ):
            if not takes_part(view, registration, contest.others, kept=False):
                continue
            if standing.code == "OPPORTUNITY_WON":
                continue
            said = [
                ruling.verdict
                for ruling in case.facts.rulings
                if ruling.registration_id == registration.registration_id
                and ruling.decided_at <= case.at
            ]
            found = []
            for required in contest.requires:
                truth = reader_of(case, registration).truth(required.that)
                if truth is True:
                    continue
                unmet = required.if_unknown if truth is None else required.if_false
                if unmet is Unmet.REFER and said:
                    if said[-1] is Verdict.REFUSE:
                        found.append((DENIED, "RULED_AGAINST"))
                    continue
                found.append((kinds[unmet], required.code))
            for kind in (DENIED, RETURNED, REFERRED):
                first = next((each for each in found if each[0] is kind), None)
                if first is not None:
                    if kind is REFERRED and standing.kind is DENIED:
                        self.lost_whatever_a_person_says(case, standing)
                    else:
                        assert (standing.kind, standing.code) == first
                    break
            else:
                assert not on_admission(standing)

    def lost_whatever_a_person_says(self, case, standing):
        """C-5: no person is asked about one who would be denied all the same."""
        ruling = Ruling(
            registration_id=standing.registration_id,
            benefit=standing.benefit,
            verdict="accept",
            decided_at=case.at,
        )
        others = [
            each for each in case.facts.rulings if each.registration_id != standing.registration_id
        ]
        accepted = standings(decided(with_facts(case, rulings=[*others, ruling])))
        found = accepted[standing.registration_id, standing.benefit, standing.line]
        assert gets(found) == gets(standing) == (DENIED, None)

    @given(any_cases())
    def test_who_is_not_live_takes_no_part(self, case):
        view, by_id = view_of(case), registrations_by_id(case)
        for standing in decided(case).standings:
            kept = (standing.registration_id, standing.benefit, standing.line) in keeps(case)
            others = case.rules.contest(standing.benefit).others
            there = takes_part(view, by_id[standing.registration_id], others, kept=kept)
            if standing.code not in ("SCOPE_UNKNOWN", "OPPORTUNITY_WON"):
                assert (standing.clause == "status") is not there

    @given(any_cases())
    def test_whose_period_has_ended_takes_no_part(self, case):
        view, by_id = view_of(case), registrations_by_id(case)
        for standing in decided(case).standings:
            period = case.rules.contest(standing.benefit).period
            if period is None or standing.clause == "status" or standing.code == "SCOPE_UNKNOWN":
                continue
            start = view.read(by_id[standing.registration_id], period.starts)
            over = start is not None and (
                add_span(start, period.length, view.calendar(period.calendar)) <= case.at
            )
            if is_plain(period):
                assert (standing.code == "EXPIRED") is over


class TestC4Rulings:
    """C-4: a ruling counts where something is left to a person, the latest one, and only there."""

    @given(any_cases())
    def test_where_nothing_is_left_to_a_person_rulings_change_nothing(self, case):
        without = decided(with_facts(case, rulings=()))
        refers = any(
            Unmet.REFER in (required.if_false, required.if_unknown)
            for contest in case.rules.contests
            for required in contest.requires
        )
        assume(not refers)
        assume(not any(s.kind is REFERRED for s in without.standings))
        assert decided(case).standings == without.standings

    @given(any_cases())
    def test_only_the_latest_known_counts(self, case):
        latest = {}
        for ruling in sorted(case.facts.rulings, key=lambda each: each.decided_at):
            if ruling.decided_at <= case.at:
                latest[ruling.registration_id, ruling.benefit] = ruling
        only = decided(with_facts(case, rulings=latest.values()))
        assert decided(case).standings == only.standings

    @given(any_cases(), st.sampled_from(Verdict))
    def test_who_was_referred_on_admission_is_let_in_or_denied(self, case, verdict):
        made = decided(with_facts(case, rulings=()))
        for standing in made.standings:
            if not (on_admission(standing) and standing.kind is REFERRED):
                continue
            if ".requires[" not in standing.clause:
                continue
            ruling = Ruling(
                registration_id=standing.registration_id,
                benefit=standing.benefit,
                verdict=verdict,
                decided_at=case.at,
            )
            after = standings(decided(with_facts(case, rulings=[ruling])))
            found = after[standing.registration_id, standing.benefit, standing.line]
            if verdict is Verdict.REFUSE:
                assert (found.kind, found.code) == (DENIED, "RULED_AGAINST")
            else:
                assert ".requires[" not in found.clause or found.code == "AWAITS_RULING"


NO_PERSON_BUT_ON_ADMISSION = {
    "scope": Scope(),
    "requires": (),
    "overrides": (),
    "tie": "registration_id",
    "after": (),
    "joint": None,
    "period": None,
}


def ruled(case, verdicts):
    """The standings once a person has given these verdicts, by registration."""
    benefit = the_contest(case).benefit
    rulings = [
        Ruling(registration_id=name, benefit=benefit, verdict=verdict, decided_at=case.at)
        for name, verdict in verdicts.items()
    ]
    return standings(decided(with_facts(case, rulings=rulings)))


@st.composite
def awaiting(draw):
    """A case, its decision, and who awaits a ruling on admission; rulings decide nothing else."""
    case = with_facts(draw(single_contests(**NO_PERSON_BUT_ON_ADMISSION)), rulings=())
    contest = the_contest(case)
    prefer = [
        attrs.evolve(key, missing="last") if key.missing is MissingRule.REFER else key
        for key in contest.prefer
    ]
    requires = [
        *contest.requires,
        Requirement("ASK", Compare(Fact("vendor_approval"), "==", True), "", "refer", "refer"),
    ]
    changed = attrs.evolve(contest, prefer=prefer, requires=requires)
    case = attrs.evolve(case, rules=attrs.evolve(case.rules, contests=[changed]))
    made = standings(decided(case))
    waiting = {
        s.registration_id for s in made.values() if s.kind is REFERRED and s.code != "AWAITS_RULING"
    }
    assume(waiting)
    return case, made, sorted(waiting)


class TestC5Awaiting:
    """C-5: whoever's lot hangs on one that awaits a ruling is referred; nobody else is."""

    @given(awaiting())
    def test_letting_one_in_changes_nothing_for_those_who_are_not_referred(self, told):
        case, made, waiting = told
        for name in waiting:
            others = dict.fromkeys(set(waiting) - {name}, "refuse")
            after = ruled(case, {name: "accept", **others})
            for key, standing in made.items():
                if standing.kind is not REFERRED:
                    assert after[key].entitlement == standing.entitlement
                    assert (after[key].kind is GRANTED) is (standing.kind is GRANTED)

    @given(awaiting())
    def test_held_back_only_where_it_makes_a_difference(self, told):
        case, made, waiting = told
        refused = ruled(case, dict.fromkeys(waiting, "refuse"))
        for key, standing in made.items():
            if standing.code == "AWAITS_RULING":
                others = dict.fromkeys(set(waiting) - {standing.rival}, "refuse")
                accepted = ruled(case, {standing.rival: "accept", **others})
                assert gets(accepted[key]) != gets(refused[key])


class TestC6Overrides:
    """C-6: the first override that some eligible registration satisfies applies, and no other."""

    @given(single_contests(requires=(), after=(), period=None))
    def test_its_effect(self, case):
        contest = the_contest(case)
        assume(contest.overrides)
        for group in groups_of(case, decided(case)):
            eligible = took_part(group)
            applies = next(
                (
                    (override, hits)
                    for override in contest.overrides
                    if (
                        hits := [
                            each.registration_id
                            for each, _ in eligible
                            if reader_of(case, each).truth(override.when) is True
                        ]
                    )
                ),
                None,
            )
            overruled = {s.code for _, s in eligible} & {o.code for o in contest.overrides}
            if applies is None:
                assert not overruled
                continue
            override, hits = applies
            assert overruled <= {override.code}
            granted = {each.registration_id for each, _ in holding(group)}
            if override.effect is Effect.TAKES:
                assert granted <= set(hits)
                assert all(
                    s.code != override.code for e, s in eligible if e.registration_id in hits
                )
            elif override.effect is Effect.CLOSES:
                assert not granted
            elif not case.facts.rulings:
                assert all((s.kind, s.code) == (REFERRED, override.code) for _, s in eligible)
            else:
                accepted = {
                    r.registration_id for r in case.facts.rulings if r.verdict is Verdict.ACCEPT
                }
                assert granted <= accepted


def closing_instant(window, clocks, calendar):
    """C-7, word by word, for grace windows: the end, by another way to count than the library's."""
    first, length = min(clocks), window.length
    if length.length == 0:
        return first
    unit = length.unit.value
    if unit in ("minutes", "hours"):
        return first + timedelta(**{unit: length.length})
    if unit == "business_days":
        return add_span(first, length, calendar)
    local = first.astimezone(zone(calendar.zone)).replace(tzinfo=None)
    wanted = local + relativedelta(**{unit: length.length})
    made = wanted.replace(tzinfo=zone(calendar.zone))
    back = made.astimezone(UTC).astimezone(zone(calendar.zone)).replace(tzinfo=None)
    assert back >= wanted  # a clock time that does not exist moves on by the gap
    return made.astimezone(UTC)


class TestC7Window:
    """C-7: who is in time."""

    @given(
        single_contests(
            requires=(), after=(), period=None, overrides=(), window=GRACES | OTHER_WINDOWS
        )
    )
    def test_who_is_late(self, case):
        contest, view = the_contest(case), view_of(case)
        window = contest.window
        for group in groups_of(case, decided(case)):
            eligible = took_part(group)
            clocks = {
                each.registration_id: view.read(each, window.clock.name) for each, _ in eligible
            }
            known = [clock for clock in clocks.values() if clock is not None]
            for each, standing in eligible:
                clock = clocks[each.registration_id]
                expected = bool(known) and (
                    clock is None or self.late(window, view, each, clock, known, eligible)
                )
                if standing.code != "DUPLICATE_SAME_PARTNER":
                    assert (standing.code == "OUTSIDE_WINDOW") is expected
                assert not (expected and standing.kind in (GRANTED, REFERRED))

    def late(self, window, view, registration, clock, known, eligible):
        match window:
            case Grace():
                calendar = view.calendar(window.calendar)
                return clock > closing_instant(window, known, calendar)
            case Bucket():
                name = view.calendar(window.calendar).zone
                return self.bucket(window, clock, name) != self.bucket(window, min(known), name)
            case HeadStart():
                credited = {
                    each.registration_id: self.credited(window, view, each)
                    for each, _ in eligible
                    if view.read(each, window.clock.name) is not None
                }
                return credited[registration.registration_id] > min(credited.values())

    def bucket(self, window, instant, name):
        day = instant.astimezone(zone(name)).date()
        return {
            "days": day,
            "weeks": day.isocalendar()[:2],
            "months": (day.year, day.month),
        }[window.unit.value]

    def credited(self, window, view, registration):
        level = view.read(registration, window.ladder.name, window.ladder.as_of)
        levels = view.vocabulary.get(window.ladder.name).levels
        credit = timedelta(**{window.length.unit.value: window.length.length})
        steps = levels.index(level) if level is not None else 0
        return view.read(registration, window.clock.name) - steps * credit

    @given(
        single_contests(
            requires=(),
            after=(),
            period=None,
            overrides=(),
            one_per="registration_id",
            scope=Scope(),
            milestones=(),
            prefer=st.sampled_from(COARSE_ORDERS),
            gives=(),
            others=Others(),
            window=GRACES,
        )
    )
    def test_anchored_at_the_earliest_so_that_it_cannot_go_in_circles(self, case):
        """Without the late ones, nobody else becomes late, and nobody becomes early."""
        case = all_live(case)
        assume(not counts_others(case.rules))
        made = decided(case)
        late = {s.registration_id for s in made.standings if s.code == "OUTSIDE_WINDOW"}
        assume(late)
        rest = [e for e in case.facts.registrations if e.registration_id not in late]
        without = decided(with_facts(case, registrations=rest))
        assert all(s.code != "OUTSIDE_WINDOW" for s in without.standings)
        kept = {k: gets(s)[0] for k, s in standings(made).items() if k[0] not in late}
        assert {k: gets(s)[0] for k, s in standings(without).items()} == kept


def compared(case, preference, one, other):
    """C-8 for two registrations: -1, 0, 1, or None where a person must compare them."""
    readers = [reader_of(case, each) for each in (one, other)]
    if isinstance(preference, Prefer):
        values = [reader.truth(preference.when) for reader in readers]
        if preference.missing is MissingRule.LAST:
            values = [value is True for value in values]
        better_is_more = True
    else:
        values = [reader.value(preference.fact) for reader in readers]
        values = [
            (value.amount if value.currency == preference.currency else None)
            if isinstance(value, Money)
            else value
            for value in values
        ]
        declared = case.rules.vocabulary().get(preference.fact.name)
        if declared.levels:
            values = [None if v is None else declared.levels.index(v) for v in values]
        better_is_more = preference.best is Best.HIGHEST
    if None in values:
        if preference.missing is MissingRule.REFER:
            return None
        ahead = preference.missing is MissingRule.FIRST
        mine, theirs = [(value is None) is ahead for value in values]
        return 0 if values == [None, None] else (-1 if mine and not theirs else 1)
    if values[0] == values[1]:
        return 0
    return -1 if (values[0] > values[1]) is better_is_more else 1


def before(case, one, other):
    """The first preference that tells two apart decides."""
    for preference in the_contest(case).prefer:
        found = compared(case, preference, one, other)
        if found != 0:
            return found
    return 0


class TestC8Preferences:
    """C-8: preferences compare in order; the first that tells two apart decides between them."""

    @given(
        single_contests(
            requires=(),
            after=(),
            period=None,
            overrides=(),
            window=None,
            joint=None,
            scope=Scope(),
            capacity=1,
            one_per="registration_id",
        )
    )
    def test_the_holder_comes_before_everybody_or_is_equal(self, case):
        case = with_facts(case, rulings=())
        contest = the_contest(case)
        refers = any(key.missing is MissingRule.REFER for key in contest.prefer)
        for group in groups_of(case, decided(case)):
            eligible = took_part(group)
            for holder, standing in holding(group):
                for other, its in eligible:
                    if other is holder or refers:
                        continue
                    order = before(case, holder, other)
                    assert order in (-1, 0)
                    if order == 0:
                        both = standing.kind is its.kind is GRANTED
                        first = contest.tie is Tie.REGISTRATION_ID
                        assert (contest.tie is Tie.SHARE and both) or first
                        assert not first or holder.registration_id < other.registration_id
            if eligible and not holding(group):
                assert contest.tie is Tie.REFER or refers
                tied = [e for e, s in eligible if s.code in ("TIE", "MISSING_FOR_ORDER")]
                assert len(tied) > 1
                if not refers:
                    assert all(before(case, a, b) == 0 for a, b in combinations(tied, 2))

    @given(single_contests(window=None, overrides=()))
    def test_a_key_behind_all_of_which_tell_everybody_apart_is_dead(self, case):
        contest = the_contest(case)
        total = Key(Fact("registration_id"), Best.LOWEST)
        with_total = attrs.evolve(contest, prefer=(*contest.prefer, total))
        behind = Key(Fact("tier"), Best.HIGHEST, MissingRule.REFER)
        more = attrs.evolve(with_total, prefer=(*with_total.prefer, behind))
        one = decided(case, rules=attrs.evolve(case.rules, contests=[with_total]))
        other = decided(case, rules=attrs.evolve(case.rules, contests=[more]))
        assert one.standings == other.standings


class TestC9Margin:
    """C-9: a loser is told what told it apart from its rival, and both values."""

    @given(single_contests())
    def test_the_first_preference_that_differs(self, case):
        contest, by_id = the_contest(case), registrations_by_id(case)
        for standing in decided(case).standings:
            margin = standing.margin
            if margin is None:
                continue
            if standing.code == "OUTSIDE_WINDOW":
                assert margin.clause == f"contests[{contest.benefit}].window"
                assert (
                    margin.own is None or margin.own >= margin.rival or (margin.own > margin.rival)
                )
                continue
            place = int(margin.clause.split("[")[-1].rstrip("]"))
            mine, rival = by_id[standing.registration_id], by_id[standing.rival]
            assert standing.clause == margin.clause
            assert compared(case, contest.prefer[place], rival, mine) in (-1, None)
            for preference in contest.prefer[:place]:
                assert compared(case, preference, rival, mine) in (0, None)
            if isinstance(contest.prefer[place], Key):
                view = view_of(case)
                fact = contest.prefer[place].fact
                assert margin.own == view.read(mine, fact.name, fact.as_of)
                assert margin.rival == view.read(rival, fact.name, fact.as_of)


class TestC10OneEach:
    """C-10: of one partner's registrations for the same thing, only the best placed takes part."""

    @given(single_contests())
    def test_nobody_holds_the_same_thing_twice(self, case):
        contest, view = the_contest(case), view_of(case)
        for group in groups_of(case, decided(case)):
            for (one, _), (other, _) in combinations(holding(group), 2):
                mine, theirs = (view.read(each, contest.one_per) for each in (one, other))
                same = mine is not None and mine == theirs
                assert not (same and want_the_same(case, one, other))

    @given(single_contests())
    def test_duplicates_are_denied_behind_one_of_their_own(self, case):
        contest, view, by_id = the_contest(case), view_of(case), registrations_by_id(case)
        for group in groups_of(case, decided(case)):
            for each, standing in group:
                if standing.code == "DUPLICATE_SAME_PARTNER":
                    other = by_id[standing.rival]
                    theirs = next(s for e, s in group if e is other)
                    assert theirs.code != "DUPLICATE_SAME_PARTNER"
                    assert standing.kind is DENIED
                    assert standing.entitlement is None
                    assert view.read(each, contest.one_per) == view.read(other, contest.one_per)
                    assert want_the_same(case, each, other)
                    assert before(case, other, each) in (-1, 0, None) or (
                        contest.window or contest.overrides
                    )


class TestC11Capacity:
    """C-11: a registration holds if fewer than `capacity` holders before it want the same."""

    @given(single_contests())
    def test_at_most_capacity_hold_the_same_thing_unless_a_tie_is_shared(self, case):
        contest = the_contest(case)
        assume(contest.capacity is not None)
        for group in groups_of(case, decided(case)):
            held = holding(group)
            for some in combinations(held, contest.capacity + 1):
                if all(want_the_same(case, a, b) for (a, _), (b, _) in combinations(some, 2)):
                    assert contest.tie is Tie.SHARE

    @given(single_contests(tie="share", scope=Scope(), gives=()))
    def test_the_shares_of_all_holders_never_exceed_the_capacity(self, case):
        contest = the_contest(case)
        assume(contest.capacity is not None)
        for group in groups_of(case, decided(case)):
            shares = [s.entitlement.share for _, s in holding(group)]
            assert sum(shares, Fraction(0)) <= contest.capacity

    @given(single_contests(capacity=None, joint=None, overrides=(), window=None, gives=()))
    def test_without_a_capacity_all_eligible_hold_it(self, case):
        case = with_facts(case, rulings=())
        for group in groups_of(case, decided(case)):
            for _, standing in took_part(group):
                assert standing.kind is GRANTED or standing.code in (
                    "DUPLICATE_SAME_PARTNER",
                    "AWAITS_RULING",
                )

    @given(single_contests(scope=Scope(), joint=None))
    def test_places_of_holders(self, case):
        """One more than the number before it; equal ones have the same place."""
        for group in groups_of(case, decided(case)):
            held = holding(group)
            pending = any(s.kind is REFERRED for _, s in group)
            for each, standing in held:
                ahead = sum(its.place < standing.place for _, its in held)
                if not pending:
                    assert standing.place == ahead + 1
                for other, its in held:
                    order = before(case, each, other)
                    if order == 0 and the_contest(case).tie is not Tie.REGISTRATION_ID:
                        assert pending or case.facts.rulings or its.place == standing.place
                    elif order == -1:
                        assert its.place >= standing.place


class TestC12Ties:
    """C-12: equal registrations that cannot all hold, and alike, go by the tie rule."""

    @given(single_contests(scope=Scope(), prefer=(), window=None, overrides=(), joint=None))
    def test_everybody_equal(self, case):
        case = with_facts(case, rulings=())
        contest = the_contest(case)
        for group in groups_of(case, decided(case)):
            eligible = [(e, s) for e, s in took_part(group) if s.code != "DUPLICATE_SAME_PARTNER"]
            if not eligible or any(s.kind is REFERRED and on_admission(s) for _, s in group):
                continue
            kinds = {s.kind for _, s in eligible}
            capacity = len(eligible) if contest.capacity is None else contest.capacity
            alike = {*contest.gives[: len(eligible)]}
            if len(eligible) <= capacity and len(alike) <= 1:
                assert kinds == {GRANTED}
            elif contest.tie is Tie.REFER:
                assert kinds == {REFERRED}
                assert {s.code for _, s in eligible} == {"TIE"}
            elif contest.tie is Tie.SHARE:
                assert kinds == {GRANTED}
                if not contest.gives:
                    shares = {s.entitlement.share for _, s in eligible}
                    assert shares == {Fraction(min(capacity, len(eligible)), len(eligible))}
            else:
                held = sorted(e.registration_id for e, s in eligible if s.kind is GRANTED)
                assert held == sorted(e.registration_id for e, _ in eligible)[:capacity]

    @given(
        single_contests(
            scope=Scope(),
            prefer=(),
            window=None,
            overrides=(),
            joint=None,
            tie="refer",
            requires=(),
        ),
        st.sampled_from(Verdict),
        st.randoms(use_true_random=False),
    )
    def test_a_person_decides(self, case, verdict, random):
        case = with_facts(all_live(case), rulings=())
        made = decided(case)
        tied = [s for s in made.standings if s.code == "TIE"]
        assume(tied)
        one = random.choice(tied)
        ruling = Ruling(
            registration_id=one.registration_id,
            benefit=one.benefit,
            verdict=verdict,
            decided_at=case.at,
        )
        after = standings(decided(with_facts(case, rulings=[ruling])))
        found = after[one.registration_id, one.benefit, one.line]
        if verdict is Verdict.ACCEPT:
            assert found.kind is GRANTED
        else:
            assert (found.kind, found.code) == (DENIED, "RULED_AGAINST")

    @given(
        single_contests(
            scope=Scope(),
            joint=None,
            tie="refer",
            requires=(),
            overrides=(),
            capacity=st.sampled_from((1, 2)),
            prefer=st.sampled_from(COARSE_ORDERS),
        )
    )
    def test_whatever_a_person_decides_the_others_keep_their_lot(self, case):
        """Who is denied, or holds, beside a tie: no answer of the person changes that."""
        contest = the_contest(case)
        case = with_facts(case, rulings=())
        made = decided(case)
        ties = [r for r in made.referrals if r.code in ("TIE", "MISSING_FOR_ORDER")]
        if len(ties) != 1 or any(isinstance(t.rate, FractionOfHolder) for t in terms_of(contest)):
            return
        for chosen in ties[0].candidates:
            rulings = [
                Ruling(
                    registration_id=chosen,
                    benefit=contest.benefit,
                    verdict="accept",
                    decided_at=case.at,
                )
            ]
            after = standings(decided(with_facts(case, rulings=rulings)))
            for key, standing in standings(made).items():
                if standing.kind is not REFERRED:
                    assert gets(after[key]) == gets(standing)


class TestC13Joint:
    """C-13: a registration holds only beside holders that it fits."""

    @given(single_contests(joint=JOINTS, capacity=st.sampled_from((2, None)), requires=()))
    def test_all_who_hold_the_same_thing_fit_each_other(self, case):
        contest, view = the_contest(case), view_of(case)
        joint = contest.joint
        for group in groups_of(case, decided(case)):
            for (one, _), (other, _) in combinations(holding(group), 2):
                if not want_the_same(case, one, other):
                    continue
                for name in joint.distinct:
                    mine, theirs = view.read(one, name), view.read(other, name)
                    assert mine is not None
                    assert theirs is not None
                    assert mine != theirs
                for name in joint.disjoint:
                    assert not view.read(one, name) & view.read(other, name)
                for stature in joint.stature:
                    mine, theirs = (view.read(e, stature.field) for e in (one, other))
                    assert abs(mine - theirs) <= stature.at_most


def terms_of(contest):
    yield from contest.gives
    if contest.others.terms is not None:
        yield contest.others.terms


def rate_of(case, registration, rate):
    """C-14 for rates that do not look at others."""
    match rate:
        case None:
            return None
        case Percent(value):
            return Fraction(value)
        case Banded(bands):
            reader = reader_of(case, registration)
            return next(
                (Fraction(band.percent) for band in bands if reader.truth(band.when) is True), None
            )


class TestC14Terms:
    """C-14: what holders get by their place, and the others by theirs."""

    @given(single_contests())
    def test_terms_by_place(self, case):
        contest = the_contest(case)
        for group in groups_of(case, decided(case)):
            for each, standing in holding(group):
                if not contest.gives:
                    assert standing.entitlement.percent is None
                    continue
                terms = (*contest.gives, *[contest.gives[-1]] * 9)[standing.place - 1]
                assert standing.entitlement.label == terms.label
                if terms.share is not None and contest.tie is not Tie.SHARE:  # else C-12
                    assert standing.entitlement.share == terms.share
                if not isinstance(terms.rate, FractionOfHolder):
                    assert standing.entitlement.percent == rate_of(case, each, terms.rate)

    @given(single_contests())
    def test_terms_for_others(self, case):
        contest = the_contest(case)
        terms, when = contest.others.terms, contest.others.when
        closing = {o.code for o in contest.overrides if o.effect is Effect.CLOSES}
        for group in groups_of(case, decided(case)):
            for each, standing in took_part(group):
                if standing.kind in (GRANTED, REFERRED):
                    continue
                outright = standing.code in ("DUPLICATE_SAME_PARTNER", "RULED_AGAINST")
                outright |= standing.code in closing  # C-6: nor anything in its place
                fits = when is None or reader_of(case, each).truth(when) is True
                expected = terms is not None and fits and not outright
                assert (standing.entitlement is not None) is expected
                if expected:
                    assert standing.entitlement.label == terms.label
                    assert (standing.entitlement.starts, standing.entitlement.ends) == (None, None)
                    if not isinstance(terms.rate, FractionOfHolder):
                        assert standing.entitlement.percent == rate_of(case, each, terms.rate)

    @given(
        single_contests(
            scope=Scope(),
            capacity=1,
            tie="refer",
            gives=(Terms("", Percent("12.5")),),
            others=Others(terms=Terms("", FractionOfHolder("1/3"))),
        )
    )
    def test_a_fraction_of_the_holders_rate_is_exact(self, case):
        for group in groups_of(case, decided(case)):
            for _, standing in took_part(group):
                if standing.entitlement is None or standing.kind is GRANTED:
                    continue
                expected = Fraction("12.5") / 3 if holding(group) else None
                held_back = any(s.code == "AWAITS_RULING" for _, s in group)
                assert held_back or standing.entitlement.percent == expected

    @given(single_contests(others=Others(stand=OthersStand.WAITING), scope=Scope()))
    def test_places_in_the_queue_are_without_gaps(self, case):
        for group in groups_of(case, decided(case)):
            waiting = [s for _, s in group if s.kind is StandingKind.WAITING]
            held_back = [s for _, s in group if s.code == "AWAITS_RULING"]
            places = sorted(s.place for s in waiting)
            assert held_back or places == list(range(1, len(waiting) + 1))
            queue = sorted(
                ((s.place, each) for each, s in group if s.kind is StandingKind.WAITING),
                key=lambda pair: pair[0],
            )
            codes = {"OUTSIDE_WINDOW", *(o.code for o in the_contest(case).overrides)}
            for (_, one), (_, other) in combinations(queue, 2):
                same = {s.code for e, s in group if e in (one, other)}
                if not same & codes:
                    assert before(case, one, other) in (-1, 0, None)


def is_plain(period):
    """Whether nothing moves its end: what does is in K-1 to K-4."""
    moves = period.pauses or period.extension is not None
    return period.last_day is LastDay.MOMENT and not moves


class TestC15Period:
    """C-15: from the start field, for the span, the end excluded; no dates before the start."""

    @given(any_cases())
    def test_dates_of_holders(self, case):
        view, by_id = view_of(case), registrations_by_id(case)
        for standing in decided(case).standings:
            if standing.kind is not GRANTED:
                continue
            dates = standing.entitlement.starts, standing.entitlement.ends
            period = case.rules.contest(standing.benefit).period
            start = period and view.read(by_id[standing.registration_id], period.starts)
            if start is None:
                assert dates == (None, None)
                continue
            assert dates[0] == start
            if is_plain(period):
                assert dates[1] == add_span(start, period.length, view.calendar(period.calendar))
            assert start <= case.at
            assert dates[1] is None or case.at < dates[1]


class TestC16Dependence:
    """C-16: a contest that depends on another is decided after it."""

    @given(any_cases())
    def test_who_stands_how_to_the_other_benefit(self, case):
        made = decided(case)
        for standing in made.standings:
            if ".after[" not in standing.clause:
                continue
            benefit = standing.clause.split(".after[")[1].rstrip("]")
            theirs = [
                s.kind
                for s in made.standings
                if (s.registration_id, s.benefit) == (standing.registration_id, benefit)
                and (standing.line is None or s.line in (None, standing.line))
            ]
            (after,) = (
                a for a in case.rules.contest(standing.benefit).after if a.benefit == benefit
            )
            if standing.code == f"AWAITS_{benefit.upper()}":
                assert standing.kind is REFERRED
                assert REFERRED in theirs
                assert GRANTED not in theirs
            elif standing.kind is DENIED:
                assert standing.code == after.code
                assert (GRANTED in theirs) is not after.holds

    @given(any_cases())
    def test_a_contest_does_not_look_at_those_that_depend_on_it(self, case):
        assume(len(case.rules.contests) > 1)
        assume(not any(c.period is not None and c.period.closes for c in case.rules.contests))
        first = case.rules.contests[0]
        alone = attrs.evolve(case.rules, contests=[first])
        mine = [s for s in decided(case).standings if s.benefit == first.benefit]
        assert list(decided(case, rules=alone).standings) == mine

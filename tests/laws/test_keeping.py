"""Who keeps what it holds (C-17), and what becomes of the others (C-7, C-18 … C-21)."""

from datetime import timedelta

import attrs
from hypothesis import assume, given
from hypothesis import strategies as st

from dealreg.deciders.clocks import milestone_due, period_of
from dealreg.facts.records import Partner, Registration, Status, Verdict
from dealreg.outcome.decision import StandingKind
from dealreg.policy.contests import final_field
from dealreg.policy.predicates import Constant
from dealreg.policy.stages import (
    Effect,
    Others,
    Override,
    Requirement,
    Scope,
    Tie,
    Unmet,
    Vacancy,
)
from dealreg.testing.pools import fields_read
from tests.laws.asking import (
    counts_others,
    decided,
    gets,
    keeps,
    on_admission,
    reader_of,
    registrations_by_id,
    standings,
    takes_part,
    view_of,
    with_facts,
)
from tests.laws.timing import MILESTONES, PERIODS, holding_cases, timed, with_contest

GRANTED, REFERRED = StandingKind.GRANTED, StandingKind.REFERRED
TOGETHER = Scope()
"""All registrations of an opportunity want the same thing."""


def kept(decision):
    """The standings of those that keep what they hold, by place."""
    return {place: s for place, s in standings(decision).items() if s.code == "KEPT"}


def without_clause(standing):
    return attrs.evolve(standing, clause="", margin=None)


def newcomers(case, *, at=None):
    """The registrations of the case once more, of other partners, submitted now."""
    at = at or case.at
    return [
        attrs.evolve(
            each,
            registration_id=f"{each.registration_id}-again",
            partner_id=f"{each.partner_id}-too",
            submitted_at=at,
            completed_at=None if each.completed_at is None else at,
            approved_at=None if each.approved_at is None else at,
            last_submitted_at=None,
            status=each.status if each.status is not Status.WON else Status.SUBMITTED,
            ended_at=None,
        )
        for each in case.facts.registrations
    ]


def joined_by_newcomers(case):
    """The case with the newcomers, and their partners, who are like those they are modelled on."""
    partners = [
        attrs.evolve(each, partner_id=f"{each.partner_id}-too") for each in case.facts.partners
    ]
    return with_facts(
        case,
        registrations=[*case.facts.registrations, *newcomers(case)],
        partners=[*case.facts.partners, *partners],
    )


def reasons_to_lose(case, registration):
    """C-17, word by word, without what others do: why a holder no longer keeps what it holds."""
    (contest,) = case.rules.contests
    view = view_of(case)
    if not takes_part(view, registration, contest.others, kept=True):
        yield "status"
    if contest.period is not None:
        term = period_of(view, contest.period, registration)
        if term is not None and term.ends is not None and term.ends <= case.at:
            yield "period"
    for milestone in contest.milestones:
        due = milestone_due(view, milestone, registration)
        if due is not None and not due.met and due.final is not None and due.final <= case.at:
            yield milestone.code
    said = [
        ruling.verdict
        for ruling in sorted(case.facts.rulings, key=lambda each: each.decided_at)
        if ruling.registration_id == registration.registration_id and ruling.decided_at <= case.at
    ]
    for required in contest.requires:
        if not required.lasting:
            continue
        if reader_of(case, registration).truth(required.that) is False and (
            required.if_false is not Unmet.REFER or said[-1:] == [Verdict.REFUSE]
        ):
            yield required.code


def without_won(case):
    return not any(each.status is Status.WON for each in case.facts.registrations)


ENDING = {
    "period": PERIODS | st.none(),
    "milestones": MILESTONES | st.just(()),
    "overrides": (),
    "after": (),
}


class TestC17Keeping:
    """C-17: a holding that lasts is granted before all others, until a stated end."""

    @given(
        holding_cases(**ENDING) | holding_cases(overrides=(), after=(), period=None), st.booleans()
    )
    def test_unless_something_stated_ends_it(self, case, lasting):
        (contest,) = case.rules.contests
        if lasting:
            requires = [attrs.evolve(each, lasting=True) for each in contest.requires]
            case = with_contest(case, requires=requires)
        by_id, found = registrations_by_id(case), standings(decided(case))
        for place in keeps(case):
            standing = found.get(place)
            if standing is None or standing.code in ("SCOPE_UNKNOWN", "OPPORTUNITY_WON"):
                continue
            reasons = list(reasons_to_lose(case, by_id[place[0]]))
            assert (standing.code == "KEPT") is not reasons
            if not reasons:
                assert standing.kind is GRANTED
            elif "status" not in reasons:
                assert on_admission(standing)

    @given(holding_cases(overrides=()))
    def test_whoever_else_registers_later(self, case):
        assume(not counts_others(case.rules))
        assert kept(decided(joined_by_newcomers(case))) == kept(decided(case))

    @given(holding_cases(overrides=()))
    def test_whoever_else_goes_away(self, case):
        assume(not counts_others(case.rules))
        assume(without_won(case))
        found = kept(decided(case))
        stays = {place[0] for place in found}
        left = [each for each in case.facts.registrations if each.registration_id in stays]
        assert kept(decided(with_facts(case, registrations=left))) == found

    @given(holding_cases(overrides=()))
    def test_other_requirements_windows_and_preferences_are_not_asked_again(self, case):
        (contest,) = case.rules.contests
        unasked = with_contest(
            case,
            requires=[each for each in contest.requires if each.lasting],
            window=None,
            prefer=(),
        )
        assert kept(decided(unasked)) == kept(decided(case))
        never = Requirement("NEVER_MET", Constant(value=False))
        refused = with_contest(case, requires=[*contest.requires, never])
        made = decided(refused)
        assert kept(made) == kept(decided(case))
        assert all(s.kind is not GRANTED or s.code == "KEPT" for s in made.standings)

    @given(holding_cases())
    def test_its_place_and_terms_are_those_of_the_holding(self, case):
        held = {
            (each.registration_id, each.benefit, each.line): each
            for each in case.facts.holdings
            if (each.registration_id, each.benefit, each.line) in keeps(case)
            and (each.until is None or each.until > case.at)
        }
        for place, standing in kept(decided(case)).items():
            holding, given_now = held[place], standing.entitlement
            assert standing.place == holding.place
            assert (given_now.label, given_now.percent, given_now.share) == (
                holding.label,
                holding.percent,
                holding.share,
            )
            assert standing.provisional_until is None

    @given(holding_cases(scope=TOGETHER, tie=st.sampled_from((Tie.REFER, Tie.REGISTRATION_ID))))
    def test_never_more_holders_than_places_but_for_those_that_keep_theirs(self, case):
        (contest,) = case.rules.contests
        view, by_id = view_of(case), registrations_by_id(case)
        by_deal = {}
        for standing in decided(case).standings:
            if standing.kind is GRANTED:
                deal = view.read(by_id[standing.registration_id], "opportunity_id")
                by_deal.setdefault(deal, []).append(standing)
        for holders in by_deal.values():
            keepers = [each for each in holders if each.code == "KEPT"]
            if contest.capacity is not None:
                assert len(holders) <= max(contest.capacity, len(keepers))
            others = [each.place for each in holders if each.code != "KEPT"]
            if contest.capacity is not None:
                assert not {each.place for each in keepers} & set(others)

    @given(holding_cases(scope=TOGETHER, capacity=1, window=None, overrides=()))
    def test_the_others_are_told_that_the_place_is_kept(self, case):
        (contest,) = case.rules.contests
        view, by_id = view_of(case), registrations_by_id(case)
        found = standings(decided(case))
        for place in kept(decided(case)):
            deal = view.read(by_id[place[0]], "opportunity_id")
            for other, theirs in found.items():
                beside = view.read(by_id[other[0]], "opportunity_id") == deal
                if not beside or on_admission(theirs) or theirs.code == "KEPT":
                    continue
                assert theirs.kind is not GRANTED
                if theirs.code != "DUPLICATE_SAME_PARTNER":
                    assert theirs.code == contest.others.code
                    assert theirs.clause.endswith(".final_from")
                    assert found[theirs.rival, theirs.benefit, theirs.line].code == "KEPT"

    @given(holding_cases(overrides=()))
    def test_a_holding_that_has_ended_changes_nothing_but_what_is_vacant(self, case):
        lasting = [h for h in case.facts.holdings if h.until is None or h.until > case.at]
        made, without = decided(case), decided(with_facts(case, holdings=lasting))
        assert made.standings == without.standings
        asked = [each for each in made.referrals if each.code != "VENDOR_ASSIGNS"]
        assert asked == list(without.referrals)

    @given(holding_cases())
    def test_one_that_ends_frees_its_place(self, case):
        """Its holder is then one of the others, and decided as if it had never held anything."""
        ended = [
            attrs.evolve(each, until=min(each.until or case.at, case.at))
            for each in case.facts.holdings
        ]
        without = decided(with_facts(case, holdings=()))
        assert decided(with_facts(case, holdings=ended)).standings == without.standings

    @given(holding_cases(scope=TOGETHER), st.sampled_from(Effect))
    def test_an_override_goes_to_others(self, case, effect):
        everybody = Override("EVERYBODY", Constant(value=True), effect)
        without, made = (
            decided(with_contest(case, overrides=overrides, capacity=None, joint=None))
            for overrides in ((), (everybody,))
        )
        for place, standing in kept(without).items():
            found = standings(made)[place]
            rulings = {
                each.registration_id: each.verdict
                for each in sorted(case.facts.rulings, key=lambda each: each.decided_at)
                if each.decided_at <= case.at
            }
            if effect is Effect.CLOSES:  # a partner's second is told of its first (C-10)
                assert found.code in ("EVERYBODY", "DUPLICATE_SAME_PARTNER")
            elif effect is Effect.TAKES or Verdict.ACCEPT not in rulings.values():
                refused = rulings.get(place[0]) is Verdict.REFUSE and effect is Effect.REFERS
                assert found.code == ("RULED_AGAINST" if refused else "KEPT")
            elif rulings.get(place[0]) is Verdict.ACCEPT:
                assert found == standing


def wins(case, number):
    """The case with everybody on one deal, which the first is awarded as another one submits."""
    first, *rest = sorted(
        (attrs.evolve(each, opportunity_id="O1") for each in case.facts.registrations),
        key=lambda each: (each.submitted_at, each.registration_id),
    )
    when = [first, *rest][number % (len(rest) + 1)].submitted_at
    won = attrs.evolve(first, status="won", ended_at=when)
    later = attrs.evolve(case, at=max(case.at, when))
    return won, with_facts(later, registrations=[won, *rest])


class TestC18Won:
    """C-18: a won deal is over for those submitted before, and not for later ones."""

    @given(holding_cases(scope=TOGETHER), st.integers(0, 7))
    def test_who_was_submitted_before_takes_no_part(self, case, number):
        won, case = wins(case, number)
        view, by_id = view_of(case), registrations_by_id(case)
        for standing in decided(case).standings:
            each = by_id[standing.registration_id]
            if each.submitted_at < won.ended_at:
                assert standing.clause == "status"
                assert standing.kind is not GRANTED
                if view.live(each):
                    assert standing.code == "OPPORTUNITY_WON"
                    assert view.status(by_id[standing.rival]) is Status.WON

    @given(holding_cases(scope=TOGETHER), st.integers(0, 7))
    def test_who_was_submitted_later_is_decided_as_if_it_had_not_been(self, case, number):
        assume(not counts_others(case.rules))
        won, case = wins(case, number)
        later = [
            each
            for each in case.facts.registrations
            if each.submitted_at >= won.ended_at and each.registration_id != won.registration_id
        ]
        found = standings(decided(case))
        for place, standing in standings(decided(with_facts(case, registrations=later))).items():
            assert found[place] == standing

    @given(timed(scope=TOGETHER), st.integers(0, 7), st.integers(1, 10**9))
    def test_a_win_that_is_yet_to_come_changes_nothing(self, case, number, seconds):
        chosen = case.facts.registrations[number % len(case.facts.registrations)]
        rest = [each for each in case.facts.registrations if each is not chosen]
        when = max(case.at, chosen.submitted_at) + timedelta(seconds=seconds)
        made = [
            decided(
                with_facts(
                    case, registrations=[attrs.evolve(chosen, status=end, ended_at=when), *rest]
                )
            ).standings
            for end in ("won", "lost")
        ]
        assert made[0] == made[1]


class TestC19Vacancy:
    """C-19: a person is asked to assign what was held, has ended, and nobody can have."""

    @given(holding_cases(vacant=st.sampled_from(Vacancy), scope=TOGETHER))
    def test_when_a_person_is_asked(self, case):
        (contest,) = case.rules.contests
        view, by_id, made = view_of(case), registrations_by_id(case), decided(case)
        deals = {}
        for standing in made.standings:
            each = by_id[standing.registration_id]
            deals.setdefault(view.read(each, "opportunity_id"), []).append((each, standing))
        held = {each.registration_id for each in case.facts.holdings if each.since <= case.at}
        lasts = {place[0] for place in keeps(case)}
        expected = set()
        for deal, members in deals.items():
            fell = any(each.registration_id in held - lasts for each, _ in members)
            nobody = all(on_admission(s) and s.kind is not REFERRED for _, s in members)
            won = any(view.status(each) is Status.WON for each, _ in members)
            awaited = any(s.code == "AWAITS_RULING" for _, s in members)
            if deal is not None and fell and nobody and not won and not awaited:
                expected.add((deal,))
        asked = {each.conflict for each in made.referrals if each.code == "VENDOR_ASSIGNS"}
        assert asked == (expected if contest.vacant is Vacancy.REFER else set())

    @given(holding_cases())
    def test_it_changes_no_standing(self, case):
        made = [decided(with_contest(case, vacant=each)).standings for each in Vacancy]
        assert made[0] == made[1]


class TestC20Reconsidered:
    """C-20: who was rejected because another was preferred takes part as if it were live."""

    @given(
        timed(period=None, others=st.builds(Others, reconsidered=st.booleans())),
        st.integers(0, 7),
        st.sampled_from((Others().code, "OTHER", None)),
    )
    def test_as_if_it_were_live(self, case, number, reason):
        (contest,) = case.rules.contests
        assume(not counts_others(case.rules))
        assume("status" not in fields_read(case.rules))
        chosen = case.facts.registrations[number % len(case.facts.registrations)]
        rest = [each for each in case.facts.registrations if each is not chosen]

        def with_status(status, why):
            changed = attrs.evolve(chosen, status=status, status_reason=why, ended_at=None)
            return decided(with_facts(case, registrations=[changed, *rest])).standings

        found = with_status("rejected", reason)
        if contest.others.reconsidered and reason == contest.others.code:
            assert found == with_status("submitted", None)
        else:
            mine = [s for s in found if s.registration_id == chosen.registration_id]
            assert all(s.code in ("REJECTED", "SCOPE_UNKNOWN", "NOT_YET_SUBMITTED") for s in mine)


class TestC21Final:
    """C-21: from when on an award is final."""

    @given(timed())
    def test_the_field(self, case):
        (contest,) = case.rules.contests
        fields = [contest.final_from, contest.period and contest.period.starts, "approved_at"]
        assert final_field(contest) == next(name for name in fields if name is not None)


TOP = "newcomer"


def with_the_best_newcomer(case):
    """The case with one more registration, made now, of the highest levels."""
    best = Registration(
        registration_id=TOP,
        partner_id="best",
        opportunity_id="O1",
        submitted_at=case.at,
        completed_at=case.at,
        approved_at=case.at,
        attributes={"demo_at": case.at},
    )
    partner = Partner(partner_id="best", tier="gold", attributes={"competence": "full"})
    return with_facts(
        case,
        registrations=[*case.facts.registrations, best],
        partners=[*case.facts.partners, partner],
    )


OPEN_TO_ALL = {
    "requires": (),
    "after": (),
    "overrides": (),
    "period": None,
    "milestones": (),
    "scope": TOGETHER,
    "one_per": "registration_id",
    "joint": None,
}


def members_of(case, decision):
    """The standings of those on the newcomer's deal, apart from its own and the keepers'."""
    view, by_id = view_of(case), registrations_by_id(case)
    return [
        standing
        for standing in decision.standings
        if standing.registration_id != TOP
        and view.read(by_id[standing.registration_id], "opportunity_id") == "O1"
        and not on_admission(standing)
    ]


class TestC7Provisional:
    """C-7: what those inside a window get is provisional as long as others may come in time."""

    @given(holding_cases(**OPEN_TO_ALL))
    def test_exactly_as_long_as_the_best_newcomer_would_be_in_time(self, case):
        (contest,) = case.rules.contests
        assume(contest.window is not None)
        inside = [s for s in members_of(case, decided(case)) if s.code != "OUTSIDE_WINDOW"]
        view, by_id = view_of(case), registrations_by_id(case)
        clock = contest.window.clock
        timed_ones = [
            s for s in inside if view.read(by_id[s.registration_id], clock.name, clock.as_of)
        ]
        assume(timed_ones)  # where nobody's clock is known, the first that is closes the window
        theirs = standings(decided(with_the_best_newcomer(case)))[TOP, contest.benefit, None]
        in_time = theirs.code != "OUTSIDE_WINDOW"
        for standing in inside:
            if standing.code != "KEPT":
                assert (standing.provisional_until is not None) is in_time
                assert standing.provisional_until is None or standing.provisional_until >= case.at

    @given(holding_cases(**OPEN_TO_ALL))
    def test_nobody_who_comes_afterwards_changes_what_they_get(self, case):
        (contest,) = case.rules.contests
        assume(contest.window is not None)
        without = members_of(case, decided(case))
        view, by_id = view_of(case), registrations_by_id(case)
        clock = contest.window.clock
        assume(any(view.read(by_id[s.registration_id], clock.name, clock.as_of) for s in without))
        until = [s.provisional_until for s in without if s.provisional_until is not None]
        if until:
            case = attrs.evolve(case, at=max(until) + timedelta(microseconds=1))
            without = members_of(case, decided(case))
            assume(all(s.provisional_until is None for s in without))
        made = standings(decided(with_the_best_newcomer(case)))
        for standing in without:
            found = made[standing.registration_id, standing.benefit, standing.line]
            assert gets(found) == gets(standing)
            if standing.code != "OUTSIDE_WINDOW":
                assert found == standing

"""What would have won, held to brute force over a grid of changes (A-20 … A-25)."""

import attrs
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dealreg.analysis import what_would_win
from dealreg.analysis.readings import IDENTITIES
from dealreg.facts.canonical import canonical_json
from dealreg.facts.fields import FieldType
from dealreg.facts.records import EndCustomer, Opportunity, Partner
from dealreg.outcome.decision import StandingKind
from dealreg.testing import WELL_TYPED
from dealreg.testing.pools import Pools, fields_read
from tests.laws.asking import all_live, any_book_cases, any_cases, decided, with_facts
from tests.laws.counterfacts import SHARED, TIMED, agrees, cheapest_by_force, question
from tests.laws.exhausting import AT

FEW = settings(max_examples=max(2, settings().max_examples // 3))
"""A case of these decides hundreds of changes, one by one."""
TRIES = 60


def picked(draw):
    return lambda choices: draw(st.sampled_from(list(choices)))


@st.composite
def small_questions(draw):
    asked = question(picked(draw))
    assume(asked is not None)
    return asked


LOST = tuple(kind for kind in StandingKind if kind is not StandingKind.GRANTED)


def standings_of(case, *kinds):
    """The standings of these kinds, with every registration live."""
    return [each for each in decided(case).standings if each.kind in kinds]


def everything(case):
    """That every fact may change but instants, whoever has it."""
    vocabulary = case.rules.vocabulary()
    fields = map(vocabulary.get, vocabulary.names())
    supplied = (e for e in fields if e.derived is None and e.type is not FieldType.INSTANT)
    return {each.name: "vendor" for each in supplied if each.name not in FIXED}


FIXED = {*IDENTITIES, "asked_at", "currency", "status"}


def asked(case, standing, **more):
    return what_would_win(
        case.rules,
        case.facts,
        standing.registration_id,
        standing.benefit,
        at=case.at,
        line=standing.line,
        externals=case.externals,
        **more,
    )


def granted(decision, standing):
    """Whether a decision grants what a standing was about."""
    return any(
        each.kind == "granted"
        and (each.registration_id, each.benefit) == (standing.registration_id, standing.benefit)
        and standing.line in (None, each.line)
        for each in decision.standings
    )


def had(case, registration_id, values):
    """The case, had the registration, its partner, deal and customer had these values all along."""
    facts = case.facts
    mine = next(e for e in facts.registrations if e.registration_id == registration_id)
    deal = known(facts.opportunities, Opportunity, mine.opportunity_id)
    customer = mine.customer_id or (deal and deal.customer_id)
    records = {
        "registration": ("registrations", mine),
        "partner": ("partners", known(facts.partners, Partner, mine.partner_id)),
        "opportunity": ("opportunities", deal),
        "customer": ("customers", known(facts.customers, EndCustomer, customer)),
    }
    made = {}
    for subject, (kind, record) in records.items():
        new = {name: value for (whose, name), value in values.items() if whose == subject}
        if new:
            others = [each for each in getattr(facts, kind) if each != record]
            made[kind] = [*others, with_new(record, new)]
    return with_facts(case, **made)


def known(records, kind, key):
    """The record of that identifier, or an empty one; None where there is no identifier."""
    name = attrs.fields(kind)[0].name
    found = [each for each in records if getattr(each, name) == key]
    return found[0] if found else None if key is None else kind(**{name: key})


def with_new(record, new):
    own = {**record.attributes}
    core = {}
    for name, value in new.items():
        target = core if hasattr(record, name) and name not in own else own
        target[name] = value
    changes = [each for each in record.changes if each.field not in new]
    return attrs.evolve(record, changes=changes, attributes=own, **core)


class TestA20WhatWouldWin:
    @given(any_cases().map(all_live))
    def test_the_change_wins_when_it_is_decided(self, case):
        for standing in standings_of(case, *LOST):
            found = asked(case, standing, tries=TRIES, changeable=everything(case))
            values = {(each.subject.value, each.field): each.after for each in found.edits}
            then = decided(had(case, standing.registration_id, values))

            assert granted(then, standing) is found.possible
            assert not found.possible or then.standings == found.decision.standings

    @given(any_book_cases())
    def test_of_a_book_too(self, case):
        for standing in standings_of(case, *LOST):
            if standing.code != "NOT_OFFERED":
                found = asked(case, standing, tries=TRIES)
                values = {(each.subject.value, each.field): each.after for each in found.edits}

                then = decided(had(case, standing.registration_id, values))
                assert granted(then, standing) is found.possible


class TestA21WhatMayChange:
    @given(any_cases().map(all_live))
    def test_changes_only_what_may_change_and_never_forgets(self, case):
        for standing in standings_of(case, *LOST):
            for each in asked(case, standing, tries=TRIES, by=["partner"]).edits:
                assert each.mover == "partner"
                assert each.subject == "registration"
                assert each.after is not None
                assert each.field not in {"submitted_at", "completed_at", "approved_at"}


class TestA22Cheapest:
    @FEW
    @given(small_questions(), st.sampled_from(({}, SHARED)))
    def test_costs_what_brute_force_says(self, asked, changeable):
        found = what_would_win(*asked, at=AT, changeable=changeable)

        assert agrees(found, cheapest_by_force(*asked, changeable), timed=False)

    @FEW
    @given(small_questions())
    def test_no_instant_of_the_grid_is_cheaper(self, asked):
        found = what_would_win(*asked, at=AT, changeable=TIMED)

        assert agrees(found, cheapest_by_force(*asked, TIMED), timed=True)

    @given(st.data(), any_cases().map(all_live))
    def test_no_other_change_under_any_policy_is_cheaper(self, data, case):
        """Where the answer is exact, no change drawn from the policy's own values costs less."""
        pools, vocabulary = Pools.of(case.rules, WELL_TYPED), case.rules.vocabulary()
        for standing in standings_of(case, *LOST):
            found = asked(case, standing, tries=TRIES, changeable=everything(case))
            known = sorted(fields_read(case.rules) & set(found.fields))
            for each in known if found.exact else ():
                value = data.draw(st.sampled_from(pools.values(each)))
                values = {(vocabulary.get(each).subject.value, each): value}
                if granted(decided(had(case, standing.registration_id, values)), standing):
                    assert found.possible
                    assert found.cost <= at_most(vocabulary.get(each), value)


def at_most(field, value):
    """What a change to a value costs at most, whatever the value was."""
    if isinstance(value, frozenset):
        return len(value) + 10
    return max(1, len(field.levels) - 1)


class TestA23ExactOrBounded:
    @given(any_cases().map(all_live))
    def test_a_search_that_is_cut_off_says_so(self, case):
        for standing in standings_of(case, *LOST):
            short, longer = (asked(case, standing, tries=tries) for tries in (1, 2))

            assert not short.possible
            assert short.tried == 1
            assert not (longer.tried > 1 and short.exact)


class TestA24Granted:
    @given(any_cases().map(all_live))
    def test_whoever_has_it_needs_no_change(self, case):
        for standing in standings_of(case, StandingKind.GRANTED):
            found = asked(case, standing)

            assert found.possible
            assert found.exact
            assert (found.edits, found.cost) == ((), 0)


class TestA25Same:
    @given(st.data(), any_cases().map(all_live))
    def test_the_same_question_has_the_same_answer(self, data, case):
        mixed = with_facts(case, registrations=data.draw(st.permutations(case.facts.registrations)))
        for standing in standings_of(case, *LOST):
            one, other = (asked(each, standing, tries=TRIES) for each in (case, mixed))

            assert canonical_json(one) == canonical_json(other)

"""What the laws share: deciding a generated case, and what of a decision they compare."""

import re

import attrs
from hypothesis import strategies as st

from dealreg.deciders.clocks import with_clocks
from dealreg.deciders.deciding import decide
from dealreg.deciders.reference.truth import Reader
from dealreg.facts.canonical import canonical_json
from dealreg.facts.fields import SinceEnded, Tally
from dealreg.facts.records import LIVE, Status
from dealreg.facts.view import View
from dealreg.policy.policies import Policy
from dealreg.policy.walk import atoms, predicates_of
from dealreg.testing import (
    CLOCK_EDGE,
    FACTS_DROPPED,
    TIE_HEAVY,
    WELL_TYPED,
    book_cases,
    cases,
)
from dealreg.testing.pools import fields_read
from dealreg.testing.programme import CALENDARS

ADMISSION = re.compile(
    r"status|editions|contests\[\w+\]\.(scope|period|milestones\[|requires\[|after\[)"
)
"""The places in a policy at which a registration is kept from taking part."""

PRESETS = st.sampled_from((WELL_TYPED, TIE_HEAVY, FACTS_DROPPED, CLOCK_EDGE))


def any_cases(**settings):
    """Cases of every preset, each for one policy."""
    return PRESETS.flatmap(lambda preset: cases(attrs.evolve(preset, **settings)))


def single_contests(**stages):
    """Cases of every preset, for policies of one contest, some stages of it set, or drawn.

    Nobody holds anything yet: what holders keep whatever the stages say is C-17.
    """

    @st.composite
    def made(draw):
        preset = attrs.evolve(draw(PRESETS), contests=1)
        case = draw(cases(preset))
        drawn = {
            name: draw(stage) if isinstance(stage, st.SearchStrategy) else stage
            for name, stage in stages.items()
        }
        if drawn.get("tie") == "share":
            drawn["joint"] = None
        if drawn.get("joint") is not None:
            drawn["tie"] = "refer"
        contest = attrs.evolve(case.rules.contests[0], **drawn)
        rules = attrs.evolve(case.rules, contests=(contest,), calendars=CALENDARS)
        return with_facts(attrs.evolve(case, rules=rules), holdings=())

    return made()


def any_book_cases():
    """Cases of every preset, each for a book."""
    return PRESETS.flatmap(book_cases)


def decided(case, **changes):
    """The decision of a case, after changes to its rules, facts, instant or answers."""
    made = attrs.evolve(case, **changes)
    return decide(made.rules, made.facts, at=made.at, externals=made.externals)


def with_facts(case, **changes):
    """The case with other registrations, partners …"""
    return attrs.evolve(case, facts=attrs.evolve(case.facts, **changes))


def bytes_of(decision):
    """The decision as either side of a dispute would store it."""
    return canonical_json(decision)


def standings(decision):
    """The standings by registration, benefit and line."""
    return {(s.registration_id, s.benefit, s.line): s for s in decision.standings}


def content(decision):
    """All of a decision but what says of which facts and rules it is."""
    return attrs.evolve(decision, facts_digest="", policies=())


def gets(standing):
    """What a registration gets, without the reasons."""
    return standing.kind, standing.entitlement


def on_admission(standing):
    """Whether it was kept from taking part, rather than lost to others."""
    return standing.code != "AWAITS_RULING" and bool(ADMISSION.match(standing.clause))


def conflict_members(case, decision, standing):
    """The other standings of the same conflict: same benefit, same line, same keys."""
    policy = case.rules
    keys = policy.contest(standing.benefit).scope.keys
    view = view_of(case)
    by_id = {each.registration_id: each for each in case.facts.registrations}

    def named(registration_id):
        return [view.read(by_id[registration_id], key) for key in keys]

    return [
        each
        for each in decision.standings
        if (each.benefit, each.line) == (standing.benefit, standing.line)
        and each.code != "SCOPE_UNKNOWN"
        and named(each.registration_id) == named(standing.registration_id)
    ]


def view_of(case, policy=None):
    """What the policy of a case sees of its facts."""
    policy = policy or case.rules
    calendars = {calendar.name: calendar for calendar in policy.calendars}
    view = View(case.facts, case.at, policy.vocabulary(), calendars)
    return with_clocks(view, policy)


def reader_of(case, registration, policy=None):
    """A reader of one registration of a case."""
    return Reader(view_of(case, policy), registration, case.externals)


def all_live(case):
    """The case with every registration live, for laws that need several that compete."""
    live = [
        attrs.evolve(each, status="submitted", status_reason=None, ended_at=None)
        for each in case.facts.registrations
    ]
    return with_facts(case, registrations=live)


def registrations_by_id(case):
    return {each.registration_id: each for each in case.facts.registrations}


def counts_others(policy: Policy) -> bool:
    """Whether the policy reads a field that is made of other registrations."""
    fields = (policy.vocabulary().get(name) for name in fields_read(policy))
    made_of_others = (Tally, SinceEnded)
    return any(field is not None and isinstance(field.derived, made_of_others) for field in fields)


def keeps(case):
    """The registration, benefit and line of everything that is held at the instant (C-17)."""
    return {
        (each.registration_id, each.benefit, each.line)
        for each in case.facts.holdings
        if each.since <= case.at and (each.until is None or each.until > case.at)
    }


def takes_part(view, registration, others, *, kept):
    """C-3: whether it is live, or was sent back while it holds (C-17), or as C-20 has it."""
    status = view.status(registration)
    if status is Status.RETURNED:
        return kept
    refused = status is Status.REJECTED and registration.status_reason == others.code
    return status in LIVE or (others.reconsidered and refused)


def atoms_of(policy: Policy):
    """Every leaf of every predicate of a policy."""
    for contest in policy.contests:
        for path, predicate in predicates_of(contest):
            yield from (atom for _, atom in atoms(predicate, path))


def eligible_standings(found):
    """Of the standings of one conflict, those that took part in the contest."""
    return [each for each in found if not on_admission(each)]

"""What would have had to be different for a registration to get a benefit, and at what cost?

The cheapest changes are tried first, each decided by the reference. What keeps a registration from
the benefit says which facts a change that wins must touch: the others are left as they are.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from fractions import Fraction
from itertools import chain
from typing import Final

import attrs

from dealreg.analysis.altered import around, owner
from dealreg.analysis.alternatives import MOST_TEXTS, alternatives
from dealreg.analysis.causes import Causes
from dealreg.analysis.changing import Costs, Terms, terms_of
from dealreg.analysis.cheapest import Choice, Question, cheapest
from dealreg.analysis.limits import reach
from dealreg.analysis.marks import Ground, compared_fields
from dealreg.analysis.readings import Readings, readings, sources
from dealreg.deciders.deciding import Externals, answered, fitting, sound
from dealreg.deciders.reference.decide import decide_unchecked
from dealreg.deciders.reference.governing import Rules
from dealreg.errors import UsageError, shown, suggestion
from dealreg.facts.case import Facts
from dealreg.facts.fields import Count, Elapsed, Field, FieldType, SinceEnded, Tally
from dealreg.facts.instants import instant
from dealreg.facts.records import Registration
from dealreg.facts.values import Unit, Value
from dealreg.outcome.comparison import Limit, LimitCode
from dealreg.outcome.counterfactual import Counterfactual, Edit, Mover
from dealreg.outcome.decision import Decision, StandingKind
from dealreg.outcome.references import references_of
from dealreg.policy.paths import contest_path
from dealreg.policy.policies import Policy, PolicyBook
from dealreg.policy.stages import Bucket, Grace, HeadStart
from dealreg.policy.walk import externals_of

__all__ = ["what_would_win"]

_ALIKE: Final = (FieldType.BOOL, FieldType.ORDINAL)
"""Types whose values say nothing of a rival's beyond what a decision says anyway."""


def what_would_win(
    rules: Policy | PolicyBook,
    facts: Facts,
    registration_id: str,
    benefit: str,
    *,
    at: datetime | str,
    line: str | None = None,
    changeable: Mapping[str, Mover | str] | None = None,
    by: Iterable[Mover | str] = (Mover.PARTNER, Mover.VENDOR),
    costs: Costs | None = None,
    externals: Externals | None = None,
    tries: int = 5_000,
) -> Counterfactual:
    """The cheapest change of a registration's facts under which it would have got a benefit.

    The rivals, the rules and the instant stay as they are. A fact that changes has its new value
    at every instant, as if it had never been another; the values tried are the nearest ones that
    the rules and the rivals' facts tell apart. The answer is exact unless `limits` says otherwise.

    Args:
        rules: a policy, or a policy book.
        facts: the registrations, and what is known of partners, customers, opportunities.
        registration_id: who did not get it.
        benefit: what it did not get.
        at: the instant asked about, with its time zone.
        line: the product or site, where the benefit is awarded by line.
        changeable: who can change which field: `partner`, `vendor` or `nobody`. By default the
            partner what the applicant supplies, the vendor what it records of the partner; nobody
            instants such as the time of filing, and facts of the customer and the opportunity.
        by: whose changes count.
        costs: for a field the price of a step, which is a level, a text added to a set or taken
            away, or any change of another value; or a function of the values before and after.
            A step costs 1 where nothing is said.
        externals: answers to the external questions that the policy asks.
        tries: how many changes to decide at most.

    Raises:
        PolicyErrors, FactsErrors: as `dealreg.decide`.
        UsageError: for a registration, benefit or field that is not there, a field that cannot
            change, or no price.

    >>> from dealreg import Facts, Partner, Policy, Registration, contest, field, highest
    >>> from dealreg import requirement
    >>> policy = Policy(programme="Example", tiers=["silver", "gold"], contests=[
    ...     contest("protection", highest("tier").then(highest("quantity")),
    ...             requirement("CERTIFIED", field("accreditations").covers("vdi")))])
    >>> facts = Facts(
    ...     registrations=[
    ...         Registration(registration_id=name, partner_id=name, opportunity_id="O1",
    ...                      quantity=quantity, submitted_at="2026-03-01T10:00Z")
    ...         for name, quantity in [("A", 20), ("B", 5)]],
    ...     partners=[Partner(partner_id="A", tier="silver", accreditations=["vdi"]),
    ...               Partner(partner_id="B", tier="silver", accreditations=[])])
    >>> found = what_would_win(policy, facts, "B", "protection", at="2026-03-02T00:00Z",
    ...                        costs={"tier": 10})
    >>> [(each.field, each.before, each.after) for each in found.edits]
    [('accreditations', frozenset(), frozenset({'vdi'})), ('quantity', 5, 21)]
    >>> found.cost, found.exact
    (Fraction(2, 1), True)
    """
    when = instant(at)
    sound(rules)
    fitting(rules, facts)
    given = externals or {}
    answers = answered(rules, facts, given)
    told = Rules.of(rules, facts, when, answers)
    registration = _named(facts, registration_id)
    policies = _offering(told, benefit)
    decision = decide_unchecked(rules, facts, when, answers)
    standing = decision.standing(registration_id, benefit, line)
    terms = terms_of(policies[-1].vocabulary(), changeable, by, costs)
    found = readings([_upstream(each, benefit) for each in policies])
    near = facts if _reaching(found, terms, policies) else around(facts, told, registration)
    ground = Ground(
        tuple(policies),
        found,
        Rules.of(rules, near, when, answers).views[policies[-1]],
        registration,
        compared_fields(policies, found),
    )
    question = Question(
        rules=rules,
        facts=near,
        at=when,
        externals=given,
        registration=registration,
        benefit=benefit,
        line=standing.line,
        choices=() if standing.kind is StandingKind.GRANTED else tuple(_choices(ground, terms)),
        causes=_causes(rules, found, given, registration_id),
        vocabulary=policies[-1].vocabulary(),
    )
    best = cheapest(question, near, tries)
    limits = set(_limits(ground, question, complete=best.complete))
    edits = tuple(_edits(question, ground, terms, best.chosen or ()))
    return Counterfactual(
        policies=references_of(rules),
        at=when,
        standing=standing,
        edits=edits,
        cost=sum((each.cost for each in edits), Fraction(0)),
        decision=None if best.chosen is None else _then(question, facts, best.chosen),
        limits=sorted(limits) if best.chosen != () else (),
        fields=sorted(each.field.name for each in question.choices),
        tried=best.tried,
    )


def _then(question: Question, facts: Facts, chosen: Iterable[tuple[int, int]]) -> Decision:
    """What is decided once the facts are changed: of all of them, and by the reference."""
    whole = question.changed(facts, chosen)
    answers = answered(question.rules, whole, question.externals)
    then = decide_unchecked(question.rules, whole, question.at, answers)
    assert question.wins(then.standings), "what wins among those near wins among all"
    return then


def _named(facts: Facts, registration_id: str) -> Registration:
    for each in facts.registrations:
        if each.registration_id == registration_id:
            return each
    raise UsageError(
        f"there is no registration {shown(registration_id)}",
        value=registration_id,
        hint=suggestion(registration_id, [e.registration_id for e in facts.registrations]),
    )


def _offering(told: Rules, benefit: str) -> list[Policy]:
    """The versions in force that have the benefit."""
    found = [each for each in told.versions if each.contest(benefit) is not None]
    if found:
        return found
    raise UsageError(
        f"no rules in force have the benefit {shown(benefit)}",
        value=benefit,
        hint=suggestion(benefit, told.benefits()),
    )


def _upstream(policy: Policy, benefit: str) -> Policy:
    """The policy, of the benefit and what it depends on."""
    wanted = reach(policy, benefit)
    return attrs.evolve(policy, contests=[e for e in policy.contests if e.benefit in wanted])


def _scoped(policies: Iterable[Policy]) -> set[str]:
    """The fields that say which conflict a registration is in, and whose it is."""
    contests = [each for policy in policies for each in policy.contests]
    return {key for each in contests for key in (*each.scope.keys, each.one_per)}


def _counted(found: Readings) -> list[Field]:
    return [e for e in found.fields.values() if isinstance(e.derived, Tally | SinceEnded)]


def _reaching(found: Readings, terms: Terms, policies: Iterable[Policy]) -> bool:
    """Whether registrations of other conflicts bear on this one, or could."""
    return bool(_counted(found)) or bool(_scoped(policies) & set(terms.movers))


def _causes(
    rules: Policy | PolicyBook, found: Readings, externals: Externals, registration_id: str
) -> Causes | None:
    """What tells which facts matter; None where only trying does."""
    if not isinstance(rules, Policy) or _counted(found) or any(map(callable, externals.values())):
        return None
    return Causes(rules, found, registration_id)


def _choices(ground: Ground, terms: Terms) -> Iterator[Choice]:
    """The fields that matter and may change, with their other values."""
    vocabulary = ground.view.vocabulary
    for name in sorted(_relevant(ground)):
        field = vocabulary.get(name)
        if field is None or not terms.allows(field):
            continue
        if name in _scoped(ground.policies) and name not in terms.movers:
            continue
        key = owner(ground.view.facts, ground.registration, field.subject)
        if key is None:
            continue
        before = ground.view.read(ground.registration, name)
        marks = ground.marks(field)
        values = alternatives(field, before, marks)
        if before is not None and ground.changed_once(field):
            values = (before, *values)
        options = tuple((each, terms.cost(field, before, each)) for each in values)
        yield Choice(field, key, before, options, marks)


def _relevant(ground: Ground) -> set[str]:
    """The supplied fields that the rules read for this benefit."""
    names = _scoped(ground.policies)
    for name, field in ground.found.fields.items():
        names |= set(sources(field)) or {"amount" if name == "currency" else name}
        if isinstance(field.derived, Tally | SinceEnded):
            names |= {*field.derived.same, *getattr(field.derived, "where", ())}
    for policy in ground.policies:
        closing = (e.period for e in policy.contests if e.period is not None and e.period.closes)
        names |= {each.starts for each in closing}
        names |= {policy.sla.starts} if policy.sla is not None else set()
    return names


def _limits(ground: Ground, question: Question, *, complete: bool) -> Iterator[Limit]:
    """Why not all that could differ was tried."""
    if not complete:
        yield Limit(code=LimitCode.CROWDED, clause=contest_path(question.benefit))
    fields = {each.field.name: each.field for each in question.choices}
    for each in question.choices:
        place = f"fields[{each.field.name}]"
        if len(each.marks.movable(each.before)) > MOST_TEXTS:
            yield Limit(code=LimitCode.CROWDED, clause=place)
        if _by_calendar(ground, each.field):
            yield Limit(code=LimitCode.CALENDAR, clause=place)
        if each.field.type is FieldType.INSTANT and any(map(_timed, ground.policies)):
            yield Limit(code=LimitCode.OVER_TIME, clause=place)
    timed = any(each.type is FieldType.INSTANT for each in fields.values())
    for counted in _counted(ground.found):
        derived = counted.derived
        named = {*derived.same, *getattr(derived, "where", ())}  # type: ignore[union-attr]
        if timed or named & set(fields):
            yield Limit(code=LimitCode.COUNTS_OTHERS, clause=f"fields[{counted.name}]")
    for name in sorted({e for policy in ground.policies for e in externals_of(policy)}):
        if callable(question.externals.get(name)):
            yield Limit(code=LimitCode.EXTERNAL, clause=name)


def _timed(policy: Policy) -> bool:
    """Whether clocks run: what they come to is not told apart instant by instant."""
    clocks = (each.period is not None or each.milestones for each in policy.contests)
    return policy.sla is not None or any(clocks)


def _by_calendar(ground: Ground, field: Field) -> bool:
    """Whether a calendar stands between the values of a field and the rules."""
    for each in ground.found.fields.values():
        derived = each.derived
        if (
            isinstance(derived, Elapsed)
            and field.name in (derived.start, derived.end)
            and derived.count in (Count.MONTHS, Count.BUSINESS_DAYS)
        ):
            return True
    contests = chain.from_iterable(each.contests for each in ground.policies)
    windows = (each.window for each in contests if each.window is not None)
    return any(
        each.clock.name == field.name and _in_calendar(ground, each)
        for each in windows
        if not isinstance(each, HeadStart)
    )


def _in_calendar(ground: Ground, window: Grace | Bucket) -> bool:
    """Whether how long a window is open depends on when it opened."""
    if isinstance(window, Bucket) or window.length.unit in (Unit.BUSINESS_DAYS, Unit.MONTHS):
        return True
    elapsed = window.length.unit in (Unit.MINUTES, Unit.HOURS)
    return not elapsed and ground.view.calendar(window.calendar).zone != "UTC"


def _edits(
    question: Question, ground: Ground, terms: Terms, chosen: Iterable[tuple[int, int]]
) -> Iterator[Edit]:
    for at, number in chosen:
        choice = question.choices[at]
        after, cost = choice.options[number]
        yield Edit(
            field=choice.field.name,
            subject=choice.field.subject,
            record_id=choice.record_id,
            mover=terms.mover(choice.field),
            before=choice.before,
            after=after,
            cost=cost,
            from_rules=_from_rules(choice, ground, after),
        )


def _from_rules(choice: Choice, ground: Ground, after: Value) -> bool:
    """Whether a value follows from the rules and the own facts, nobody else's."""
    if choice.field.type in _ALIKE:
        return True
    if choice.field.name in ground.compared:
        return False
    rules = attrs.evolve(choice.marks, others=())
    return after in alternatives(choice.field, choice.before, rules)

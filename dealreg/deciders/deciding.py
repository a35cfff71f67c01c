"""Deciding: the checked front door to the deciders."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import TypeAlias

from dealreg.checking.check import check
from dealreg.deciders.reference.decide import decide_unchecked
from dealreg.deciders.reference.truth import Answers
from dealreg.errors import FactsErrors, UsageError, shown, suggestion
from dealreg.facts.case import Facts
from dealreg.facts.conform import facts_problems
from dealreg.facts.instants import instant
from dealreg.facts.records import Registration
from dealreg.outcome.decision import Decision
from dealreg.outcome.record import Record, frozen_answers
from dealreg.policy.policies import Policy, PolicyBook
from dealreg.policy.walk import externals_of

__all__ = ["Externals", "answered", "decide", "fitting", "record", "rerun", "sound"]

Externals: TypeAlias = Mapping[
    str, "Callable[[Registration, Facts], bool | None] | Mapping[str, bool]"
]
"""For each external question by name: a function, or answers by registration id."""


def decide(
    rules: Policy | PolicyBook,
    facts: Facts,
    *,
    at: datetime | str,
    externals: Externals | None = None,
) -> Decision:
    """Every registration's standing to every benefit, as of an instant.

    Args:
        rules: a policy, or a policy book whose versions govern as it states.
        facts: the registrations, and what is known of partners, customers, opportunities.
        at: the instant asked about, with its time zone.
        externals: answers to the external questions that the policy asks.

    Raises:
        PolicyErrors: the policy is not sound; all findings at once.
        FactsErrors: facts do not fit the policy's vocabulary; all at once.
        UsageError: `at` has no time zone, or an external question has no answer here.

    >>> from dealreg import Facts, Policy, Registration, contest, earliest
    >>> policy = Policy(programme="Example", contests=[
    ...     contest("protection", earliest("submitted_at"))])
    >>> facts = Facts(registrations=[
    ...     Registration(registration_id=name, partner_id=name, opportunity_id="O1",
    ...                  submitted_at=f"2026-03-01T{hour}:00Z")
    ...     for name, hour in [("B", "14"), ("A", "10")]])
    >>> decision = decide(policy, facts, at="2026-03-02T00:00Z")
    >>> [(each.registration_id, each.kind.value) for each in decision.standings]
    [('A', 'granted'), ('B', 'denied')]
    """
    return record(rules, facts, at=at, externals=externals).decision


def record(
    rules: Policy | PolicyBook,
    facts: Facts,
    *,
    at: datetime | str,
    externals: Externals | None = None,
) -> Record:
    """As `decide`, and with the decision all that it takes to re-run it."""
    when = instant(at)
    _given(facts, Facts)
    sound(rules)
    fitting(rules, facts)
    answers = answered(rules, facts, externals or {})
    decision = decide_unchecked(rules, facts, when, answers)
    return Record(
        rules=rules, facts=facts, at=when, answers=frozen_answers(answers), decision=decision
    )


def rerun(past: Record) -> Decision:
    """Decide again what a record decided, from what it kept; equal unless the meaning changed.

    Raises:
        PolicyErrors, FactsErrors: as `decide`.
    """
    _given(past, Record)
    answers = {each.name: each.by_registration for each in past.answers}
    return decide(past.rules, past.facts, at=past.at, externals=answers)  # type: ignore[arg-type]


def _given(value: object, kind: type) -> None:
    if not isinstance(value, kind):
        article = "a decision's record" if kind is Record else "facts"
        raise UsageError(
            f"{shown(value)} is not {article}", value=value, hint=f"give a {kind.__name__} value"
        )


def sound(rules: Policy | PolicyBook) -> None:
    """Check the rules, once for each.

    Raises:
        PolicyErrors: when they cannot be decided; all findings at once.
    """
    try:
        hash(rules)
    except TypeError:  # some part is a list or a dict, which the checker names
        check(rules).raise_errors()
        raise
    _sound_once(rules)


@lru_cache(maxsize=256)
def _sound_once(rules: Policy | PolicyBook) -> None:
    check(rules).raise_errors()


def fitting(rules: Policy | PolicyBook, facts: Facts) -> None:
    """Check that facts fit the vocabulary of the rules.

    Raises:
        FactsErrors: when they do not; all at once.
    """
    policies = (rules,) if isinstance(rules, Policy) else [e.policy for e in rules.editions]
    found = {str(p): p for policy in policies for p in facts_problems(facts, policy.vocabulary())}
    if found:
        raise FactsErrors(list(found.values()))


def answered(rules: Policy | PolicyBook, facts: Facts, given: Externals) -> Answers:
    """The answers to the external questions that the rules ask, for all registrations.

    Raises:
        UsageError: when a question has no answer here, or one that is neither yes nor no.
    """
    if not isinstance(given, Mapping):
        raise UsageError(
            f"{shown(given)} does not answer external questions by their names",
            value=given,
            hint="pass a dict, as in externals={'site_visited': function}",
        )
    policies = (rules,) if isinstance(rules, Policy) else [e.policy for e in rules.editions]
    asked = sorted({name for policy in policies for name in externals_of(policy)})
    unanswered = [name for name in asked if name not in given]
    if unanswered:
        raise UsageError(
            f"the policy asks the external question {shown(unanswered[0])}, which has no answer",
            value=unanswered[0],
            hint=suggestion(unanswered[0], given)
            or "pass it as in externals={" + repr(unanswered[0]) + ": function}",
        )
    return {name: _asked(name, given[name], facts) for name in asked}


def _asked(
    name: str,
    given: "Callable[[Registration, Facts], bool | None] | Mapping[str, bool]",
    facts: Facts,
) -> dict[str, bool]:
    if not callable(given) and not isinstance(given, Mapping):
        raise UsageError(
            f"the external question {shown(name)} was given {shown(given)} for an answer",
            value=given,
            hint="give a function of registration and facts, or a dict by registration id",
        )
    answers: dict[str, bool] = {}
    for registration in facts.registrations:
        key = registration.registration_id
        answer = given(registration, facts) if callable(given) else given.get(key)
        if answer is not None and not isinstance(answer, bool):
            raise UsageError(
                f"the external question {shown(name)} was answered {shown(answer)} "
                f"for {shown(key)}",
                value=answer,
                hint="answer True, False, or None for not known",
            )
        if answer is not None:
            answers[key] = answer
    return answers

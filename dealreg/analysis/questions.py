"""The questions that policies ask of one registration, and how their answers count.

Answers come from the reference decider's own reader. Which answers lead to the same outcome is what
makes two registrations of one kind.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

import attrs

from dealreg.analysis.readings import Readings, Variable
from dealreg.analysis.scenes import Claim, Scene, facts_of
from dealreg.analysis.times import ASKED
from dealreg.deciders.clocks import milestone_due, period_of
from dealreg.deciders.reference.governing import Rules
from dealreg.deciders.reference.truth import Reader
from dealreg.facts.calendars import Calendar
from dealreg.facts.records import Registration
from dealreg.facts.vocabulary import Vocabulary
from dealreg.policy.clocks import Milestone, Period
from dealreg.policy.contests import Contest
from dealreg.policy.normal import normal_predicate
from dealreg.policy.policies import Policy
from dealreg.policy.predicates import AllOf, AnyOf, Fact, Not, Predicate
from dealreg.policy.stages import Prefer, Requirement, Unmet
from dealreg.policy.terms import Banded, Terms

__all__ = [
    "ADMISSION",
    "DENIED",
    "PREFERRED_NOT",
    "REFERRED",
    "RETURNED",
    "SCOPE",
    "UNKNOWN_PREFERRED",
    "Asked",
    "Position",
    "Question",
    "questions",
    "weights_of",
]

REFERRED: Final = 1
RETURNED: Final = 2
DENIED: Final = 3
"""How heavily a reason weighs that keeps a registration out of a contest; 0 is admitted."""

ADMISSION: Final = "admission"
SCOPE: Final = "scope"

_WEIGHTS: Final = {Unmet.DENY: DENIED, Unmet.RETURN: RETURNED, Unmet.REFER: REFERRED}

Position: TypeAlias = tuple[int, str, str]
"""Where an answer counts: in which policy, for which benefit, as what."""

Asked: TypeAlias = Predicate | Period | Milestone
"""A predicate, or a clock that may have run out."""


@attrs.frozen(eq=False)
class Question:
    """Something asked of one registration, and where and how its answer counts.

    Attributes:
        policy: the policy that asks it, or the first of those that ask the same.
        asked: what is asked.
        variables: what the answer depends on.
        personal: whether it also depends on whose registration it is.
        counts: by position, what each answer amounts to there.
        parts: the parts of a rule that has several; each has fewer values to be asked about.
    """

    policy: Policy
    asked: Asked
    variables: tuple[Variable, ...]
    personal: bool = False
    counts: dict[Position, Mapping[bool | None, Any]] = attrs.field(factory=dict)
    parts: tuple["Question", ...] = ()
    _known: dict[tuple[Any, ...], bool | None] = attrs.field(factory=dict)

    def answers(
        self, asked: Sequence[tuple[Any, ...]], partner: int
    ) -> Mapping[tuple[Any, ...], bool | None]:
        """The answers for values of the variables, by those values and the partner's number."""
        open_ = [each for each in asked if (partner, *each) not in self._known]
        if open_ and self.parts:
            found = [each.told(open_, self.variables, partner) for each in self.parts]
            for each, answers_ in zip(open_, zip(*found, strict=True), strict=True):
                self._known[(partner, *each)] = _joined(self.asked, answers_)
        elif open_:
            scenes = [
                Scene((Claim(dict(zip(self.variables, each, strict=True)), partner),))
                for each in open_
            ]
            facts, answers = facts_of(scenes)
            rules = Rules.of(self.policy, facts, ASKED, answers)
            by_id = {each.registration_id: each for each in rules.registrations}
            for number, each in enumerate(open_):
                answer = self._answer(rules, by_id[f"R{number}-1"])
                self._known[(partner, *each)] = answer
        return self._known

    def told(
        self, asked: Sequence[tuple[Any, ...]], variables: Sequence[Variable], partner: int
    ) -> list[bool | None]:
        """The answers for values of more variables, one after another."""
        places = [variables.index(each) for each in self.variables]
        own = [tuple(each[place] for place in places) for each in asked]
        known = self.answers(list(dict.fromkeys(own)), partner)
        return [known[(partner, *each)] for each in own]

    def _answer(self, rules: Rules, registration: Registration) -> bool | None:
        view = rules.views[self.policy]
        match self.asked:
            case Period():
                term = period_of(view, self.asked, registration)
                return term is not None and term.ends is not None and term.ends <= rules.at
            case Milestone():
                due = milestone_due(view, self.asked, registration)
                late = due is not None and due.final is not None and due.final <= rules.at
                return due is not None and late and not due.met
            case _:
                return Reader(view, registration, rules.answers).truth(self.asked)


def _joined(rule: Asked, answers: Sequence[bool | None]) -> bool | None:
    """What the answers to the parts of a rule come to (P-7 to P-9)."""
    if isinstance(rule, Not):
        return None if answers[0] is None else not answers[0]
    decides = isinstance(rule, AnyOf)
    if decides in answers:
        return decides
    return None if None in answers else not decides


_World: TypeAlias = tuple[Vocabulary, tuple[Calendar, ...]]


@attrs.frozen(eq=False)
class _Catalogue:
    """The questions asked so far; what is asked alike, or is a part of several, is one question."""

    found: Readings
    made: dict[tuple[Asked, _World], Question] = attrs.field(factory=dict)

    def question(self, policy: Policy, asked: Asked, world: _World) -> Question:
        """The question, with those about its parts."""
        key = (asked, world)
        if key not in self.made:
            parts: tuple[Predicate, ...] = ()
            if isinstance(asked, AllOf | AnyOf):
                parts = asked.parts
            elif isinstance(asked, Not):
                parts = (asked.part,)
            self.made[key] = Question(
                policy,
                asked,
                _variables(self.found, asked),
                _is_personal(self.found, asked),
                parts=tuple(self.question(policy, each, world) for each in parts),
            )
        return self.made[key]


def questions(
    policies: Sequence[Policy], found: Readings, scope: Predicate | None = None
) -> list[Question]:
    """All that the policies ask of one registration; what several ask alike is one question."""
    made: dict[int, Question] = {}
    catalogue = _Catalogue(found)
    for number, policy in enumerate(policies):
        world = (policy.vocabulary(), policy.calendars)
        for benefit, role, asked, counts in _asked(policy):
            settled = asked
            if not isinstance(asked, Period | Milestone):
                settled = normal_predicate(asked, policy.vocabulary())
            question = catalogue.question(policy, settled, world)
            made[id(question)] = question
            _count(question, (number, benefit, role), counts)
    if scope is not None:
        asked_scope = Question(policies[0], scope, found.asked(scope), found.personal(scope))
        _count(asked_scope, (0, "", SCOPE), _HOLDS)
        made[id(asked_scope)] = asked_scope
    return list(made.values())


def _count(question: Question, position: Position, counts: Mapping[bool | None, Any]) -> None:
    """Add a position; where one question keeps out twice, the heavier reason counts."""
    before = question.counts.get(position)
    if before is not None:
        counts = {each: max(counts[each], before[each]) for each in counts}
    question.counts[position] = counts


_HOLDS: Final = {True: 1, False: 0, None: 0}
PREFERRED_NOT: Final = 1
UNKNOWN_PREFERRED: Final = 3
"""What the answers false and unknown to a preference come to."""

_THREE: Final = {True: 2, False: PREFERRED_NOT, None: UNKNOWN_PREFERRED}
_ENDED: Final = {True: DENIED, False: 0, None: 0}


def _asked(policy: Policy) -> Iterator[tuple[str, str, Asked, Mapping[bool | None, Any]]]:
    for contest in policy.contests:
        benefit = contest.benefit
        for required in contest.requires:
            yield benefit, ADMISSION, required.that, weights_of(required)
        if contest.period is not None:
            yield benefit, ADMISSION, contest.period, _ENDED
            if contest.period.closes:
                for other in policy.contests:
                    yield other.benefit, ADMISSION, contest.period, _ENDED
        for each in contest.milestones:
            yield benefit, ADMISSION, each, _ENDED
        for override in contest.overrides:
            yield benefit, f"override {override.code}", override.when, _HOLDS
        for place, preference in enumerate(contest.prefer):
            if isinstance(preference, Prefer):
                yield benefit, f"prefer {place}", preference.when, _THREE
        yield from _worth(contest)


def _worth(contest: Contest) -> Iterator[tuple[str, str, Asked, Mapping[bool | None, Any]]]:
    benefit = contest.benefit
    others = contest.others
    given: list[tuple[str, Terms]] = [(f"gives {n}", each) for n, each in enumerate(contest.gives)]
    if others.terms is not None:
        given.append(("others", others.terms))
        if others.when is not None:
            yield benefit, "others when", others.when, _HOLDS
    for role, terms in given:
        if isinstance(terms.rate, Banded):
            for place, band in enumerate(terms.rate.bands):
                yield benefit, f"{role} band {place}", band.when, _HOLDS


def weights_of(required: Requirement) -> Mapping[bool | None, int]:
    """How heavily each answer to a requirement weighs against a registration."""
    return {
        True: 0,
        False: _WEIGHTS[required.if_false],
        None: _WEIGHTS[required.if_unknown],
    }


def _is_personal(found: Readings, asked: Asked) -> bool:
    return not isinstance(asked, Period | Milestone) and found.personal(asked)


def _variables(found: Readings, asked: Asked) -> tuple[Variable, ...]:
    match asked:
        case Period(starts=starts):
            return tuple(sorted(found.variables(Fact(starts))))
        case Milestone(starts=starts, met=met, agreed=agreed):
            names = (starts, met, *(() if agreed is None else (agreed,)))
            return tuple(sorted({each for name in names for each in found.variables(Fact(name))}))
        case _:
            return found.asked(asked)

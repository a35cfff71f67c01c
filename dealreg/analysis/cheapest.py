"""The cheapest change that wins: the cheapest are tried first, each decided by the reference.

What keeps a registration from a benefit says which facts a change that wins must touch. A change
that does not win is taken further by these facts only; whatever wins is reached all the same,
because it touches one of them too.
"""

from collections.abc import Iterable
from datetime import datetime
from fractions import Fraction
from heapq import heappop, heappush

import attrs

from dealreg.analysis.altered import altered
from dealreg.analysis.alternatives import Marks
from dealreg.analysis.causes import Causes
from dealreg.deciders.deciding import Externals, answered
from dealreg.deciders.reference.decide import run_quietly
from dealreg.deciders.reference.governing import Rules
from dealreg.deciders.reference.run import Run
from dealreg.facts.case import Facts
from dealreg.facts.conform import facts_problems
from dealreg.facts.fields import Field, FieldType
from dealreg.facts.records import Registration
from dealreg.facts.values import Value
from dealreg.facts.vocabulary import Vocabulary
from dealreg.outcome.decision import Standing, StandingKind
from dealreg.policy.policies import Policy, PolicyBook

__all__ = ["Cheapest", "Choice", "Chosen", "Question", "cheapest"]

Chosen = tuple[tuple[int, int], ...]
"""Which fields have another value, and which one: by their numbers, sorted."""


@attrs.frozen(eq=False)
class Choice:
    """A field that may change, how it is now, and its other values with what each costs."""

    field: Field
    record_id: str
    before: Value | None
    options: tuple[tuple[Value, Fraction], ...]
    marks: Marks


@attrs.frozen(eq=False)
class Question:
    """What is asked, and everything that answering needs."""

    rules: Policy | PolicyBook
    facts: Facts
    at: datetime
    externals: Externals
    registration: Registration
    benefit: str
    line: str | None
    choices: tuple[Choice, ...]
    causes: Causes | None
    vocabulary: Vocabulary

    def changed(self, facts: Facts, chosen: Iterable[tuple[int, int]]) -> Facts:
        """The facts, some fields having others of their values."""
        values = {self.choices[at].field: self.choices[at].options[n][0] for at, n in chosen}
        return altered(facts, self.registration, values)

    def run(self, facts: Facts) -> Run:
        """What the reference decider makes of facts."""
        answers = answered(self.rules, facts, self.externals)
        return run_quietly(Rules.of(self.rules, facts, self.at, answers))

    def wins(self, standings: Iterable[Standing]) -> bool:
        """Whether the registration gets the benefit."""
        return any(
            each.kind is StandingKind.GRANTED
            and (each.registration_id, each.benefit)
            == (self.registration.registration_id, self.benefit)
            and self.line in (None, each.line)
            for each in standings
        )

    def possible(self, facts: Facts, chosen: Chosen) -> bool:
        """Whether the facts can be: nothing is approved before it was submitted."""
        timed = any(self.choices[at].field.type is FieldType.INSTANT for at, _ in chosen)
        return not timed or not facts_problems(facts, self.vocabulary)

    def touching(self, run: Run) -> Iterable[int]:
        """The fields of which a change that wins must touch one."""
        names = None if self.causes is None else self.causes.of(run, self.benefit, self.line)
        return [at for at, c in enumerate(self.choices) if names is None or c.field.name in names]


@attrs.frozen
class Cheapest:
    """The change found; `chosen` is None where none wins, of all or of those tried."""

    chosen: Chosen | None
    tried: int
    complete: bool


def cheapest(question: Question, facts: Facts, tries: int) -> Cheapest:
    """The cheapest change of facts that wins; of equal ones, that of fewest fields, and nearest."""
    waiting: list[tuple[Fraction, int, int, Chosen]] = [(Fraction(0), 0, 0, ())]
    seen: set[Chosen] = {()}
    tried = 0
    while waiting:
        cost, size, rank, chosen = heappop(waiting)
        if tried == tries:
            return Cheapest(None, tried, complete=False)
        tried += 1
        made = question.changed(facts, chosen)
        if question.possible(made, chosen):
            run = question.run(made)
            if question.wins(run.standings):
                return Cheapest(chosen, tried, complete=True)
            touching = question.touching(run)
        else:
            touching = range(len(question.choices))
        taken = {at for at, _ in chosen}
        for at in touching:
            if at in taken:
                continue
            for number, (_, price) in enumerate(question.choices[at].options):
                further = tuple(sorted((*chosen, (at, number))))
                if further not in seen:
                    seen.add(further)
                    heappush(waiting, (cost + price, size + 1, rank + number, further))
    return Cheapest(None, tried, complete=True)

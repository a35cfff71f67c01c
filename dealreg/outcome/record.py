"""A decision record: all it takes to re-run a decision, and what it was."""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

import attrs

from dealreg.facts.case import Facts
from dealreg.facts.instants import instant
from dealreg.facts.values import FrozenMap
from dealreg.outcome.decision import Decision
from dealreg.policy.policies import Policy, PolicyBook

__all__ = ["Answer", "Record", "frozen_answers"]


@attrs.frozen
class Answer:
    """The answers to one external question, by registration id. No entry is unknown."""

    tag: ClassVar[str] = "answer"

    name: str
    by_registration: FrozenMap = attrs.field(converter=FrozenMap)


def frozen_answers(answers: Mapping[str, Mapping[str, bool]]) -> tuple[Answer, ...]:
    """The answers as a value, sorted by name."""
    return tuple(Answer(name, FrozenMap(answers[name])) for name in sorted(answers))


@attrs.frozen(kw_only=True)
class Record:
    """Rules, facts, instant, recorded answers, and the decision: either side can re-run it."""

    tag: ClassVar[str] = "record"

    rules: Policy | PolicyBook
    facts: Facts
    at: datetime = attrs.field(converter=instant)
    answers: tuple[Answer, ...] = ()
    decision: Decision

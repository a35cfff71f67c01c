"""What comes of asking whether a policy can deadlock: each way it can, and what repairs it."""

from datetime import datetime
from typing import ClassVar

import attrs

from dealreg.facts.case import Facts
from dealreg.facts.instants import instant
from dealreg.facts.values import Choice, Span, Value, as_tuple, typed
from dealreg.outcome.comparison import Change, Limit, Premise
from dealreg.outcome.decision import Deadlock, Decision, PolicyRef
from dealreg.outcome.record import Answer
from dealreg.policy.policies import Policy

__all__ = ["DeadlockPattern", "Deadlocks", "Difference", "Repair", "RepairKind"]


@attrs.frozen(kw_only=True)
class Difference:
    """One fact in which the two partners differ; None for a value that is not known."""

    tag: ClassVar[str] = "fact_difference"

    field: str
    blocker: Value | None = attrs.field(default=None, eq=typed)
    blocked: Value | None = attrs.field(default=None, eq=typed)


@attrs.frozen(kw_only=True)
class DeadlockPattern:
    """One way in which a policy deadlocks, with the smallest case that shows it.

    Attributes:
        benefit: what nobody gets.
        holds: the benefit that the blocker holds and the blocked would need; None if neither.
        code, clause: what keeps the blocker from using it.
        patterns: how many patterns of two registrations deadlock in this way.
        facts, at, answers: the smallest case found, with the answers to external questions.
        deadlock: what the decision says of it.
        decision: the whole decision.
        certificate: all that the two partners differ in, but for when they filed; one fact where
            one is enough.
        graces: grace periods under which the same pair deadlocks, the blocked filing later.
    """

    tag: ClassVar[str] = "deadlock_pattern"

    benefit: str
    holds: str | None = None
    code: str = ""
    clause: str = ""
    patterns: int
    facts: Facts
    at: datetime = attrs.field(converter=instant)
    answers: tuple[Answer, ...] = attrs.field(default=(), converter=as_tuple)
    deadlock: Deadlock
    decision: Decision
    certificate: tuple[Difference, ...] = attrs.field(default=(), converter=as_tuple)
    graces: tuple[Span, ...] = attrs.field(default=(), converter=as_tuple)


class RepairKind(Choice):
    """A change of structure that removes deadlocks."""

    OWN_CONTEST = "own_contest"
    """The benefit is decided among those entitled to it, whoever holds the other one."""
    ENTITLED_ONLY = "entitled_only"
    """Only those who could use the benefit may hold the other one."""
    ENTITLED_FIRST = "entitled_first"
    """Those who could use the benefit come first for the other one, however late they file."""


@attrs.frozen(kw_only=True)
class Repair:
    """A change of structure, what it removes and what it costs.

    Attributes:
        kind: the change.
        benefit, holds: for which benefit, and the one that it depends on.
        policy: the policy with the change made.
        removes: whether no deadlock of the benefit is left.
        changes: all that it changes, the price included.
    """

    tag: ClassVar[str] = "repair"

    kind: RepairKind = attrs.field(converter=RepairKind)
    benefit: str
    holds: str
    policy: Policy
    removes: bool
    changes: tuple[Change, ...] = attrs.field(default=(), converter=as_tuple)


@attrs.frozen(kw_only=True)
class Deadlocks:
    """Every way in which a policy can deadlock.

    Attributes:
        policy: the policy.
        patterns: the ways; none, and it cannot.
        repairs: the changes of structure tried, those that remove a deadlock first.
        registrations: to how many registrations in a case a bounded verdict reaches.
        limits: why the verdict is bounded; none, and it is exact.
        premises: what the verdict takes for granted.
        cases: how many cases were decided.
    """

    tag: ClassVar[str] = "deadlocks"

    policy: PolicyRef
    patterns: tuple[DeadlockPattern, ...] = attrs.field(default=(), converter=as_tuple)
    repairs: tuple[Repair, ...] = attrs.field(default=(), converter=as_tuple)
    registrations: int = 2
    limits: tuple[Limit, ...] = attrs.field(default=(), converter=as_tuple)
    premises: tuple[Premise, ...] = attrs.field(default=(), converter=as_tuple)
    cases: int = 0

    @property
    def free(self) -> bool:
        """Whether no deadlock was found."""
        return not self.patterns

    @property
    def exact(self) -> bool:
        """Whether the verdict holds for cases of every size. A deadlock found is always exact."""
        return bool(self.patterns) or not self.limits

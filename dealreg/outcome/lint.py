"""What comes of asking a policy what in it is not as its author thinks."""

from datetime import datetime
from typing import ClassVar

import attrs

from dealreg.facts.case import Facts
from dealreg.facts.instants import instant
from dealreg.facts.values import as_tuple
from dealreg.outcome.comparison import Limit, Premise
from dealreg.outcome.decision import Decision, PolicyRef
from dealreg.outcome.record import Answer

__all__ = ["Lint", "LintFinding", "Trial"]


@attrs.frozen(kw_only=True)
class Trial:
    """One case put to a policy, with what is decided of it.

    Attributes:
        facts: the case.
        at: the instant asked about.
        answers: to the external questions.
        decision: the whole decision; deciding the case anew gives the same.
    """

    tag: ClassVar[str] = "trial"

    facts: Facts
    at: datetime = attrs.field(converter=instant)
    answers: tuple[Answer, ...] = attrs.field(default=(), converter=as_tuple)
    decision: Decision


@attrs.frozen(kw_only=True)
class LintFinding:
    """One thing in a policy that its author may not mean.

    Attributes:
        code: what kind, one of `docs/reference/lint.md`, or a warning of the checker.
        path: the place in the policy.
        message: what was found, one lower-case sentence.
        hint: what to do about it.
        limits: why the finding is bounded to the cases tried; none, and it is exact.
        trials: cases that show it: one, or two that differ in what the message says.
    """

    tag: ClassVar[str] = "lint_finding"

    code: str
    path: str
    message: str
    hint: str = ""
    limits: tuple[Limit, ...] = attrs.field(default=(), converter=as_tuple)
    trials: tuple[Trial, ...] = attrs.field(default=(), converter=as_tuple)

    @property
    def exact(self) -> bool:
        """Whether it holds for conflicts of every size: a case that shows it is always exact."""
        return bool(self.trials) or not self.limits


@attrs.frozen(kw_only=True)
class Lint:
    """All that was found in a policy, by place.

    Attributes:
        policy: the policy.
        findings: what was found; none, and every rule, order and window counts.
        registrations: to how many registrations in a case a bounded finding reaches.
        premises: what the findings take for granted.
    """

    tag: ClassVar[str] = "lint"

    policy: PolicyRef
    findings: tuple[LintFinding, ...] = attrs.field(default=(), converter=as_tuple)
    registrations: int = 2
    premises: tuple[Premise, ...] = attrs.field(default=(), converter=as_tuple)

    @property
    def clean(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

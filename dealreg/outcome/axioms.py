"""What comes of holding a policy to axioms: held, violated with a counterexample, or by law."""

from typing import ClassVar

import attrs

from dealreg.facts.values import Choice, as_tuple
from dealreg.outcome.comparison import Limit, Premise
from dealreg.outcome.decision import PolicyRef
from dealreg.outcome.lint import Trial

__all__ = ["AxiomVerdict", "Axioms", "Holds"]


class Holds(Choice):
    """How a policy stands to an axiom."""

    HELD = "held"
    """No case violates it."""
    VIOLATED = "violated"
    """Some case violates it; the smallest found is shown."""
    BY_LAW = "by_law"
    """Every policy satisfies it: the specification says so."""
    NOT_ASKED = "not_asked"
    """It says nothing about this benefit, as of one holder where many may hold it."""


@attrs.frozen(kw_only=True)
class AxiomVerdict:
    """How one benefit of a policy stands to one axiom.

    Attributes:
        code, name: the axiom, one of `docs/reference/axioms.md`.
        benefit: the benefit; empty for an axiom that holds by law.
        holds: the verdict.
        law: for one by law, the clause of the specification.
        registrations: to how many registrations a bounded verdict reaches.
        limits: why the verdict is bounded to the cases tried; none, and it is exact.
        trials: a counterexample: one case, or the same case before and after a change.
        about: the registrations that it is about.
    """

    tag: ClassVar[str] = "axiom_verdict"

    code: str
    name: str
    benefit: str = ""
    holds: Holds = attrs.field(converter=Holds)
    law: str = ""
    registrations: int = 2
    limits: tuple[Limit, ...] = attrs.field(default=(), converter=as_tuple)
    trials: tuple[Trial, ...] = attrs.field(default=(), converter=as_tuple)
    about: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)

    @property
    def exact(self) -> bool:
        """Whether the verdict holds for conflicts of every size: a counterexample always does."""
        return bool(self.trials) or not self.limits


@attrs.frozen(kw_only=True)
class Axioms:
    """How a policy stands to every axiom, benefit by benefit.

    Attributes:
        policy: the policy.
        verdicts: by axiom, then by benefit.
        premises: what the verdicts take for granted.
    """

    tag: ClassVar[str] = "axioms"

    policy: PolicyRef
    verdicts: tuple[AxiomVerdict, ...] = attrs.field(default=(), converter=as_tuple)
    premises: tuple[Premise, ...] = attrs.field(default=(), converter=as_tuple)

    @property
    def violated(self) -> tuple[AxiomVerdict, ...]:
        """The verdicts with a counterexample."""
        return tuple(each for each in self.verdicts if each.holds is Holds.VIOLATED)

"""What every stage of a contest has in hand: the rules, the contest, and where steps are noted."""

from collections.abc import Mapping

import attrs

from dealreg.deciders.reference.governing import Rules
from dealreg.deciders.reference.truth import Reader
from dealreg.facts.holdings import Holding
from dealreg.facts.records import Registration
from dealreg.facts.values import Value
from dealreg.facts.view import View
from dealreg.outcome.decision import Step
from dealreg.policy.contests import Contest
from dealreg.policy.paths import contest_path
from dealreg.policy.policies import Policy

__all__ = ["Stage"]


@attrs.frozen(eq=False)
class Stage:
    """A contest of one version of the rules, for one line or the whole."""

    rules: Rules
    contest: Contest
    policy: Policy
    line: str | None
    trace: list[Step] | None

    def note(
        self,
        clause: str,
        result: str,
        registration: Registration | None = None,
        facts: Mapping[str, Value | None] | None = None,
    ) -> None:
        """Add a step to the trace, where one is kept; unknown facts are left out."""
        if self.trace is None:
            return
        self.trace.append(
            Step(
                clause=clause,
                benefit=self.contest.benefit,
                line=self.line,
                registration_id=registration.registration_id if registration else None,
                result=result,
                facts={name: value for name, value in (facts or {}).items() if value is not None},
            )
        )

    @property
    def view(self) -> View:
        """The facts as this version's vocabulary reads them."""
        return self.rules.views[self.policy]

    def held(self, registration: Registration) -> Holding | None:
        """What the registration was awarded for good of this benefit, if that lasts (C-17)."""
        place = (registration.registration_id, self.contest.benefit, self.line)
        return self.rules.holdings.get(place)

    def reader(self, registration: Registration) -> Reader:
        """A reader of one registration's facts."""
        return Reader(self.view, registration, self.rules.answers)

    def path(self, stage: str = "") -> str:
        """The place of the contest in the policy, or of one of its stages."""
        return contest_path(self.contest.benefit, stage)

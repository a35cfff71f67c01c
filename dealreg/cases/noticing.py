"""Which edits of a policy its test cases notice."""

from collections.abc import Iterable

import attrs

from dealreg.cases.comparing import differences
from dealreg.cases.mutants import Mutant, mutants
from dealreg.cases.running import Found, answers_of, fitting_case, passes
from dealreg.deciders.edited import Decided, Edit
from dealreg.deciders.reference.decide import found_deadlocks, run_quietly
from dealreg.deciders.reference.governing import Rules
from dealreg.deciders.reference.run import Run
from dealreg.outcome.cases import PolicyCase
from dealreg.policy.policies import Policy

__all__ = ["Watched", "unnoticed"]


@attrs.frozen(eq=False)
class Watched:
    """A case of a policy, and what the policy decides of it.

    The policy is taken to be sound, and the facts to fit it, as for `passes`.
    """

    case: PolicyCase
    decided: Decided

    @classmethod
    def of(cls, policy: Policy, case: PolicyCase) -> "Watched":
        """The case, decided once."""
        rules = Rules.of(policy, case.facts, case.at, answers_of(policy, case))
        return cls(case, Decided(run_quietly(rules)))

    @property
    def passes(self) -> bool:
        """Whether the case passes with the policy, as `run_case` says."""
        return self.case.expects and not self._fails(self.decided.run)

    def notices(self, edit: Edit) -> bool:
        """Whether the case, which passes with the policy, fails with an edit of it.

        >>> from dealreg import Facts, Policy, Registration, contest, earliest, latest
        >>> from dealreg.outcome.cases import ExpectedStanding, Stated
        >>> rules = {by.__name__: Policy(programme="Example", contests=[
        ...     contest("protection", by("submitted_at"))]) for by in (earliest, latest)}
        >>> facts = Facts(registrations=[Registration(
        ...     registration_id=f"R{day}", partner_id=f"P{day}", opportunity_id="O1",
        ...     submitted_at=f"2026-03-0{day}T09:00Z") for day in (1, 2)])
        >>> first = PolicyCase(name="the first", at="2026-03-05T00:00Z", facts=facts, standings=[
        ...     ExpectedStanding(benefit="protection", registration_id="R1",
        ...                      stated=[Stated("stand", "granted")])])
        >>> Watched.of(rules["earliest"], first).notices(Edit.of(*rules.values()))
        True
        """
        if not edit.alike:
            return not passes(edit.new, self.case)
        asked = self.case.deadlocks is not None
        after = self.decided.after(edit, always=asked)
        if after is None or not (asked or after.changed or after.asks_otherwise):
            return False
        return self._fails(after)

    def _fails(self, run: Run) -> bool:
        asked = self.case.deadlocks is not None
        deadlocks = list(found_deadlocks(run)) if asked else []
        return bool(differences(self.case, Found(run.standings, run.referrals, deadlocks)))


def unnoticed(policy: Policy, cases: Iterable[PolicyCase]) -> tuple[Mutant, ...]:
    """The single edits of a policy that none of its cases notices.

    A case notices an edit if it passes with the policy, and fails with the edit. What a missing
    case would have to state is at the place of the edit.

    Raises:
        PolicyErrors, FactsErrors: as `run_case`.

    >>> from dealreg import contest, earliest
    >>> policy = Policy(programme="Example", contests=[
    ...     contest("protection", earliest("submitted_at"))])
    >>> len(unnoticed(policy, [])) == len(mutants(policy))
    True
    """
    watched = [Watched.of(policy, fitting_case(policy, each)) for each in cases]
    able = [each for each in watched if each.passes]
    edits = ((mutant, Edit.of(policy, mutant.policy)) for mutant in mutants(policy))
    return tuple(m for m, edit in edits if not any(each.notices(edit) for each in able))

"""Which edits of a contest leave a sound policy that is not the same one.

Most of a policy is as it was, and so are the findings about it. Where the policy is sound, only
what an edit touches is checked, and brought into normal form.
"""

from collections.abc import Iterator
from typing import Any

import attrs

from dealreg.checking.check import check
from dealreg.checking.predicates import predicate_findings
from dealreg.checking.stages import stage_findings
from dealreg.facts.canonical import canonical_json
from dealreg.facts.vocabulary import Vocabulary
from dealreg.outcome.findings import Finding, Severity
from dealreg.policy.contests import Contest
from dealreg.policy.normal import normal_contest
from dealreg.policy.policies import Policy
from dealreg.policy.walk import predicates_of

__all__ = ["Sieve"]

_RULES = frozenset({"requires", "overrides"})
"""Stages that are rules one beside another: each has a normal form of its own."""

_PLAIN = _RULES | {"after"}
"""Stages of which nothing but their predicates can be wrong once a part is edited or left out.

Names and dependence are as they were, or fewer; kinds are those that an edit puts there.
"""


@attrs.frozen(eq=False)
class Sieve:
    """The edits of one policy that are worth making, each once.

    What was looked at is kept with what was found, so that no other part takes its identity.
    """

    policy: Policy
    vocabulary: Vocabulary
    sound: bool
    _seen: dict[tuple[int, str], set[Any]] = attrs.field(factory=dict, init=False)
    _checked: dict[int, tuple[Any, bool]] = attrs.field(factory=dict, init=False)
    _forms: dict[int, tuple[Any, bytes]] = attrs.field(factory=dict, init=False)

    @classmethod
    def of(cls, policy: Policy) -> "Sieve":
        """One that knows the policy, and has seen no edit of it."""
        return cls(policy, policy.vocabulary(), not check(policy).errors)

    def keeps(self, place: int, stage: str, edited: Contest) -> Policy | None:
        """The policy with a stage of a contest edited; None if unsound, or one seen before."""
        contests = self.policy.contests
        made = attrs.evolve(
            self.policy, contests=(*contests[:place], edited, *contests[place + 1 :])
        )
        if not (self._is_sound(edited, stage) if self.sound else not check(made).errors):
            return None
        if (place, stage) not in self._seen:
            self._seen[place, stage] = {self._form(contests[place], stage)}
        form, seen = self._form(edited, stage), self._seen[place, stage]
        if form in seen:
            return None
        seen.add(form)
        return made

    def _is_sound(self, edited: Contest, stage: str) -> bool:
        """Whether a contest of a sound policy is so too once one of its stages was edited."""
        if not all(self._asks_what_can_be_asked(rule) for _, rule in predicates_of(edited)):
            return False
        return stage in _PLAIN or not _errors(self._about_stages(edited))

    def _about_stages(self, contest: Contest) -> Iterator[Finding]:
        calendars = {calendar.name for calendar in self.policy.calendars}
        return stage_findings(contest, self.vocabulary, calendars)

    def _asks_what_can_be_asked(self, rule: Any) -> bool:
        if id(rule) not in self._checked:
            fine = not _errors(predicate_findings(rule, "", self.vocabulary))
            self._checked[id(rule)] = (rule, fine)
        return self._checked[id(rule)][1]

    def _form(self, contest: Contest, stage: str) -> Any:
        """The normal form of one stage: those of other stages do not depend on it."""
        value = getattr(contest, stage)
        if stage in _RULES:
            forms = [self._form_of_part(contest, stage, each) for each in value]
            return tuple(each for each in forms if each)
        return self._normal(contest, stage, value)

    def _form_of_part(self, contest: Contest, stage: str, part: Any) -> bytes:
        """The normal form of one rule among others; nothing where it never counts."""
        if id(part) not in self._forms:
            self._forms[id(part)] = (part, self._normal(contest, stage, (part,)))
        return self._forms[id(part)][1]

    def _normal(self, contest: Contest, stage: str, value: Any) -> bytes:
        alone: Any = {stage: value}
        normal = normal_contest(Contest(benefit=contest.benefit, **alone), self.vocabulary)
        left = getattr(normal, stage)
        return b"" if left == () else canonical_json(left)


def _errors(found: Iterator[Finding]) -> bool:
    return any(each.severity is Severity.ERROR for each in found)

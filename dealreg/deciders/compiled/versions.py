"""A version of the rules, compiled: its contests, and how its registrations fall into conflicts."""

from collections.abc import Iterator, Mapping, Sequence

import attrs

from dealreg.deciders.compiled.context import Context
from dealreg.deciders.compiled.kernels import Kernel, kernel
from dealreg.deciders.compiled.outcomes import RETURNED, Outcome, barred
from dealreg.deciders.compiled.plans import Plan, plan
from dealreg.deciders.compiled.reads import Read, Reads
from dealreg.facts.records import Registration
from dealreg.policy.paths import contest_path
from dealreg.policy.policies import Policy
from dealreg.policy.stages import Award, Scope

__all__ = ["Grouping", "Version", "version"]


@attrs.frozen(eq=False)
class Grouping:
    """How registrations fall into conflicts (C-1, C-2)."""

    benefit: str
    scope: Scope
    keys: tuple[Read, ...]
    lines: Read | None
    """What is awarded line by line; None where it is awarded as a whole."""

    def unknown(self, c: Context, registration: Registration) -> Outcome | None:
        """The outcome of one whose scope is not known; None where it is known."""
        absent = [
            name
            for name, read in zip(self.scope.keys, self.keys, strict=True)
            if read(c, registration) is None
        ]
        if self.lines is not None and not self.lines(c, registration):
            absent.append(str(self.scope.lines))
        if not absent:
            return None
        clause = contest_path(self.benefit, "scope")
        return barred(RETURNED, "SCOPE_UNKNOWN", clause, tuple(absent))

    def conflicts(
        self, c: Context, members: Sequence[Registration]
    ) -> Iterator[tuple[tuple[str, ...], str | None, tuple[Registration, ...]]]:
        """The conflicts of those whose scope is known: keys, line, who competes."""
        groups: dict[tuple[str, ...], list[Registration]] = {}
        for each in members:
            groups.setdefault(tuple(str(read(c, each)) for read in self.keys), []).append(each)
        for keys in sorted(groups):
            together = groups[keys]
            if self.lines is None:
                yield keys, None, tuple(together)
                continue
            by_line: dict[str, list[Registration]] = {}
            for each in together:
                for line in self.lines(c, each) or ():  # type: ignore[union-attr]
                    by_line.setdefault(line, []).append(each)
            for line in sorted(by_line):
                yield keys, line, tuple(by_line[line])


@attrs.frozen(eq=False)
class Version:
    """One version of the rules, compiled."""

    policy: Policy
    reads: Reads
    plans: Mapping[str, Plan]
    groupings: Mapping[str, Grouping]
    _kernels: dict[str, Kernel | None] = attrs.field(factory=dict, init=False)

    def kernel(self, benefit: str) -> Kernel | None:
        """The generated function of a contest, written when it is first wanted."""
        if benefit not in self._kernels:  # two threads may write it at once, and both alike
            self._kernels[benefit] = kernel(self.plans[benefit])
        return self._kernels[benefit]


def version(policy: Policy) -> Version:
    """Compile a policy."""
    reads = Reads(policy, policy.vocabulary())
    return Version(
        policy,
        reads,
        {each.benefit: plan(each, policy.version, reads) for each in policy.contests},
        {each.benefit: _grouping(each.benefit, each.scope, reads) for each in policy.contests},
    )


def _grouping(benefit: str, scope: Scope, reads: Reads) -> Grouping:
    by_line = scope.lines is not None and scope.award is Award.BY_LINE
    lines = reads.named(scope.lines) if scope.lines is not None and by_line else None
    return Grouping(benefit, scope, tuple(map(reads.named, scope.keys)), lines)

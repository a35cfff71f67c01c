"""A contest as one generated function, for the circumstances that almost every deal is in.

The function decides who holds a benefit that one registration can hold. It gives up (and answers
None) as soon as it meets what is seldom: an override that applies, a tie, two registrations of one
partner, a question for a person, a deal that is won. `dealreg.deciders.compiled.deciding` decides
those, and says the same of all others.

Why text and not closures: a closure costs a call for every part of a predicate of every
registration, and these calls are most of the time (`benchmarks/one_conflict.py` shows both).
"""

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

from dealreg.deciders.compiled.codes import Coded, ShortWriter
from dealreg.deciders.compiled.context import Context
from dealreg.deciders.compiled.inline import Inline
from dealreg.deciders.compiled.outcomes import Outcome
from dealreg.deciders.compiled.plans import Plan
from dealreg.deciders.compiled.ranks import can_rank
from dealreg.deciders.compiled.source import Source
from dealreg.deciders.compiled.writing import APART, Writer, row_of
from dealreg.facts.records import Registration
from dealreg.policy.predicates import Fact

__all__ = [
    "APART",
    "Kernel",
    "ShortKernel",
    "Together",
    "kernel",
    "refused",
    "short_kernel",
    "together",
]

Kernel: TypeAlias = Callable[..., list[Outcome] | None]
"""From context, members, and for each dependence the outcomes there: the outcomes, or None."""

ShortKernel: TypeAlias = Callable[..., list[Coded] | None]
"""The same, with only the kind and the code of each outcome."""

Together: TypeAlias = Callable[[Context, Sequence[Registration]], bool]
"""Whether registrations are all of one conflict."""

_LARGEST: Final = 64
"""The most requirements, preferences and the like of a contest for which text is made."""


def refused(plan: Plan) -> str | None:
    """Why there is no generated function for a contest; None where there is one."""
    contest = plan.contest
    parts = (*contest.requires, *contest.after, *contest.overrides, *contest.prefer)
    if contest.capacity != 1:
        return "more than one may hold it"
    if plan.reads.closes:
        return "a period closes registrations"
    if not all(can_rank(each, plan.reads) for each in contest.prefer):
        return "a preference is about a field without an order"
    if len(parts) + len(contest.milestones) > _LARGEST:
        return f"it has more than {_LARGEST} parts"
    return None


def kernel(plan: Plan, *, checked: bool = False) -> Kernel | None:
    """The generated function of a contest; None where closures decide it always.

    One that is `checked` answers `APART` to registrations that are not of one conflict.
    """
    made: Kernel | None = _written(Writer, plan, checked=checked)
    return made


def short_kernel(plan: Plan, *, checked: bool = False) -> ShortKernel | None:
    """As `kernel`, the function that answers with kinds and codes."""
    made: ShortKernel | None = _written(ShortWriter, plan, checked=checked)
    return made


def _written(writing: type[Writer], plan: Plan, *, checked: bool) -> Any:
    if refused(plan) is not None:
        return None
    writer = writing(plan, checked=checked)
    writer.write()
    return writer.source.function("decide")


def together(plan: Plan) -> Together:
    """The generated function that tells whether registrations are all of one conflict (C-1)."""
    source = Source()
    inline = Inline(source, plan.reads)
    source.add(0, "def together(c, members):")
    source.add(1, "at = c.at")
    source.add(1, "same = None")
    source.add(1, "for r in members:")
    keys = [inline.value(Fact(name)) for name in plan.contest.scope.keys]
    for key in keys:
        source.add(2, "if $ is None: return False", key)
    scope = keys[0] if len(keys) == 1 else row_of(keys)
    source.add(2, "if $ != same:", scope)
    source.add(3, "if same is not None: return False")
    source.add(3, "same = $", scope)
    source.add(1, "return same is not None")
    inline.finish()
    made: Together = source.function("together")
    return made

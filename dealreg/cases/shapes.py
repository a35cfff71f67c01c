"""Cases of the common shapes, to start from: cut to the tiers and benefits of a policy.

Each states what a programme of that shape usually means. A policy that means something else fails
them, and says why: then its author corrects the policy, the facts or the expectation.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from string import Template
from types import MappingProxyType
from typing import Final

import attrs

from dealreg.errors import UsageError, shown, suggestion
from dealreg.facts.instants import iso
from dealreg.facts.values import Money, Span, Unit
from dealreg.policy.contests import Contest
from dealreg.policy.policies import Policy, PolicyBook
from dealreg.policy.predicates import Compare
from dealreg.policy.stages import Grace
from dealreg.policy.walk import atoms
from dealreg.wire.case_reader import CASES_FORMAT
from dealreg.wire.case_recording import key_text

__all__ = ["SHAPES", "Shape", "shape_of_cases"]


@attrs.frozen
class Shape:
    """A shape of rules: what it is in a few words, and its cases, `$` before what is cut to fit."""

    title: str
    cases: str


_FIRST = """\
[[cases]]
name = "The first to register gets the $words"
at = 2026-04-30T00:00:00Z
registrations = [
    { submitted = "2026-03-02T09:00Z", $top },
    { submitted = "2026-03-01T09:00Z", $top },
]
expect.$benefit = { R1 = "denied", R2 = "granted" }

[[cases]]
name = "A minute earlier is earlier"
at = 2026-04-30T00:00:00Z
registrations = [
    { submitted = "2026-03-01T09:00Z", $top },
    { submitted = "2026-03-01T09:01Z", $top },
]
expect.$benefit = { R1 = "granted", R2 = "denied" }

[[cases]]
name = "When the first has withdrawn, the second gets the $words"
at = 2026-04-30T00:00:00Z
registrations = [
    { submitted = "2026-03-01T09:00Z", $top, status = "withdrawn", ended = "2026-03-10T09:00Z" },
    { submitted = "2026-03-02T09:00Z", $top },
]
expect.$benefit = { R1 = "denied WITHDRAWN", R2 = "granted" }
"""

_TIER = """\
[[cases]]
name = "The higher tier gets the $words, though it registers later"
at = 2026-04-30T00:00:00Z
registrations = [
    { submitted = "2026-03-01T09:00Z", $bottom },
    { submitted = "2026-03-02T09:00Z", $top },
]
expect.$benefit = { R1 = "denied", R2 = "granted" }

[[cases]]
name = "Within one tier the first to register gets the $words"
at = 2026-04-30T00:00:00Z
registrations = [
    { submitted = "2026-03-02T09:00Z", $top },
    { submitted = "2026-03-01T09:00Z", $top },
]
expect.$benefit = { R1 = "denied", R2 = "granted" }
"""

_GRACE = """\
[[cases]]
name = "At the end of the window the higher tier still gets the $words"
at = 2026-12-31T00:00:00Z
registrations = [
    { submitted = "2026-03-02T09:00Z", $bottom },
    { submitted = "$last", $top },
]
expect.$benefit = { R1 = "denied", R2 = "granted" }

[[cases]]
name = "After the window it is too late for the $words"
at = 2026-12-31T00:00:00Z
registrations = [
    { submitted = "2026-03-02T09:00Z", $bottom },
    { submitted = "$late", $top },
]
expect.$benefit = { R1 = "granted", R2 = "denied" }
"""

_VALUE = """\
[[cases]]
name = "A deal of $amount gets the $words"
at = 2026-04-30T00:00:00Z
registrations = [{ submitted = "2026-03-01T09:00Z", $top, amount = "$amount" }]
expect.$benefit.R1 = "granted"

[[cases]]
name = "A deal below $amount does not get the $words"
at = 2026-04-30T00:00:00Z
registrations = [{ submitted = "2026-03-01T09:00Z", $top, amount = "$below" }]
expect.$benefit.R1 = "denied"
"""

_SPECIAL = """\
[[cases]]
name = "Whoever registers first, somebody can use the $words"
at = 2026-04-30T00:00:00Z
registrations = [
    { submitted = "2026-03-01T09:00Z", $bottom },
    { submitted = "2026-03-05T09:00Z", $top },
]
deadlocks = []

[[cases]]
name = "The lowest tier does not get the $words"
at = 2026-04-30T00:00:00Z
registrations = [{ submitted = "2026-03-01T09:00Z", $bottom }]
expect.$benefit.R1 = "denied"

[[cases]]
name = "The highest tier gets the $words"
at = 2026-04-30T00:00:00Z
registrations = [{ submitted = "2026-03-01T09:00Z", $top }]
expect.$benefit.R1 = "granted"
"""

_RENEWAL = """\
[[cases]]
name = "On a renewal the incumbent gets the $words, though it registers later"
at = 2026-04-30T00:00:00Z
opportunities = [{ id = "deal", incumbent_partner = "P2" }]
registrations = [
    { submitted = "2026-03-01T09:00Z", $top, opportunity_type = "renewal" },
    { submitted = "2026-03-05T09:00Z", $top, opportunity_type = "renewal" },
]
expect.$benefit = { R1 = "denied", R2 = "granted" }

[[cases]]
name = "On new business the incumbent has no advantage"
at = 2026-04-30T00:00:00Z
opportunities = [{ id = "deal", incumbent_partner = "P2" }]
registrations = [
    { submitted = "2026-03-01T09:00Z", $top, opportunity_type = "net_new" },
    { submitted = "2026-03-05T09:00Z", $top, opportunity_type = "net_new" },
]
expect.$benefit = { R1 = "granted", R2 = "denied" }
"""

SHAPES: Final[Mapping[str, Shape]] = MappingProxyType(
    {
        "first-to-register": Shape("whoever registers first", _FIRST),
        "tier-priority": Shape("the higher tier, whoever registers first", _TIER),
        "grace-window": Shape("the higher tier, if it comes within a window", _GRACE),
        "minimum-value": Shape("deals of some value only", _VALUE),
        "special-bid": Shape("the entitled only, and never nobody", _SPECIAL),
        "renewal": Shape("the incumbent, on renewals", _RENEWAL),
    }
)
"""The shapes by name."""

_OPENED: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
_USUAL_WINDOW: Final = Span(7, Unit.DAYS)
_USUAL_AMOUNT: Final = Money(Decimal(50_000), "EUR")
_SPECIAL_BENEFIT: Final = {"special-bid"}


def shape_of_cases(
    name: str, rules: Policy | PolicyBook, *, benefit: str | None = None, head: bool = True
) -> str:
    """The cases of a shape as the text of a file, in the tiers and benefits of a policy.

    Args:
        name: one of `SHAPES`.
        rules: the policy or book; of a book, its latest version.
        benefit: what the cases are about; if not given, the first benefit of the policy, for
            `special-bid` the first that asks most: to hold another, then to meet any requirement.
        head: whether to begin as a file does; without, they go at the end of one.

    Raises:
        UsageError: for a shape or benefit that does not exist, or a policy without benefits, or
            without the tiers that the shape tells apart.

    >>> from dealreg import contest, earliest
    >>> policy = Policy(programme="Example", contests=[
    ...     contest("protection", earliest("submitted_at"))])
    >>> print(shape_of_cases("first-to-register", policy).splitlines()[3])
    name = "The first to register gets the protection"
    """
    if name not in SHAPES:
        raise UsageError(
            f"there is no shape {shown(name)}", value=name, hint=suggestion(name, SHAPES)
        )
    policy = rules if isinstance(rules, Policy) else rules.editions[-1].policy
    if "$bottom" in SHAPES[name].cases and policy.tiers[:1] == policy.tiers:
        raise UsageError(
            f"the shape {shown(name)} tells tiers apart, and the policy has fewer than two",
            value=name,
            hint="state `tiers` in the policy, or choose another shape",
        )
    contest = _contest(policy, name, benefit)
    text = Template(SHAPES[name].cases).substitute(_fitting(policy, contest))
    text = re.sub(", *,", ",", re.sub(", *}", " }", text))  # where there are no tiers
    return (f'format = "{CASES_FORMAT}"\n\n' if head else "") + text


def _contest(policy: Policy, name: str, benefit: str | None) -> Contest:
    if not policy.contests:
        raise UsageError("the policy has no benefits to test", hint="add a contest first")
    if benefit is None:
        special = sorted(policy.contests, key=lambda e: (not e.after, not e.requires))
        return special[0] if name in _SPECIAL_BENEFIT else policy.contests[0]
    found = policy.contest(benefit)
    if found is None:
        names = [each.benefit for each in policy.contests]
        raise UsageError(
            f"there is no benefit {shown(benefit)} in the policy",
            value=benefit,
            hint=suggestion(benefit, names),
        )
    return found


def _fitting(policy: Policy, contest: Contest) -> dict[str, str]:
    """What stands for each `$` name."""
    bottom, top = (policy.tiers[0], policy.tiers[-1]) if policy.tiers else (None, None)
    amount = _least_amount(contest)
    last = _OPENED + timedelta(days=_window(contest).length)
    return {
        "benefit": key_text(contest.benefit),
        "words": _inside(contest.benefit.replace("_", " ")),
        "bottom": _tier(bottom),
        "top": _tier(top),
        "amount": f"{amount.amount:f} {amount.currency}",
        "below": f"{amount.amount - 1:f} {amount.currency}",
        "last": iso(last),
        "late": iso(last + timedelta(days=1)),
    }


def _tier(level: str | None) -> str:
    return "" if level is None else f'tier = "{_inside(level)}"'


def _inside(text: str) -> str:
    """A text as it stands inside quotation marks."""
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _least_amount(contest: Contest) -> Money:
    """The amount that the contest asks for; a usual one, where it asks for none."""
    for required in contest.requires:
        for _, atom in atoms(required.that):
            if isinstance(atom, Compare) and isinstance(atom.value, Money):
                return atom.value
    return _USUAL_AMOUNT


def _window(contest: Contest) -> Span:
    """The window of the contest in days; a usual one, where it has none, or none in days."""
    if isinstance(contest.window, Grace) and contest.window.length.unit is Unit.DAYS:
        return contest.window.length
    return _USUAL_WINDOW

"""What comes back: for every registration and benefit a standing, with its reason."""

from collections.abc import Iterable
from datetime import datetime
from fractions import Fraction
from typing import ClassVar

import attrs

from dealreg.errors import UsageError, shown, suggestion
from dealreg.facts.instants import instant
from dealreg.facts.values import Choice, FrozenMap, Value, as_tuple, typed

__all__ = [
    "Deadlock",
    "Decision",
    "Entitlement",
    "Margin",
    "PolicyRef",
    "Referral",
    "Standing",
    "StandingKind",
    "Step",
]


class StandingKind(Choice):
    """How a registration stands to a benefit."""

    GRANTED = "granted"
    WAITING = "waiting"
    """In the queue behind the holder."""
    DENIED = "denied"
    RETURNED = "returned"
    """Sent back: a fact is missing."""
    REFERRED = "referred"
    """A person decides."""


@attrs.frozen(kw_only=True)
class Entitlement:
    """What a registration gets of a benefit.

    Attributes:
        label: the programme's words for it.
        percent: the rate in percent, exact; None when the terms state none.
        share: which part of the benefit, 1 for the whole.
        starts, ends: the period, as a half-open interval of instants; None where the policy
            states none, or its start has not happened yet.
    """

    tag: ClassVar[str] = "entitlement"

    label: str = ""
    percent: Fraction | None = None
    share: Fraction = Fraction(1)
    starts: datetime | None = None
    ends: datetime | None = None


@attrs.frozen(kw_only=True)
class Margin:
    """By how much a registration lost: the field that told the two apart, and both values."""

    tag: ClassVar[str] = "margin"

    clause: str
    fact: str
    own: Value | None = attrs.field(default=None, eq=typed)
    rival: Value | None = attrs.field(default=None, eq=typed)


@attrs.frozen(kw_only=True)
class Standing:
    """How one registration stands to one benefit, and why.

    Attributes:
        registration_id, partner_id, benefit: whose standing, to what.
        line: the product or site, where the policy awards by line; else None.
        kind: granted, waiting, denied, returned, referred.
        code: reason code: of the requirement not met, of the rule that decided.
        clause: the place in the policy that decided, as a path.
        policy_version: the version of the rules it was judged by; empty when none was in force.
        rival: the registration that mattered: who holds it, who came first.
        place: for a holder its rank, for one waiting its place in the queue, from 1.
        entitlement: what it gets; None for nothing.
        missing: the facts that would have to be supplied.
        margin: by how much it lost, where an order decided.
        provisional_until: the last instant at which another may still come in time and change
            it; None where the window has closed, or the policy has none.
    """

    tag: ClassVar[str] = "standing"

    registration_id: str
    partner_id: str
    benefit: str
    line: str | None = None
    kind: StandingKind = attrs.field(converter=StandingKind)
    code: str
    clause: str
    policy_version: str = ""
    rival: str | None = None
    place: int | None = None
    entitlement: Entitlement | None = None
    missing: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    margin: Margin | None = None
    provisional_until: datetime | None = None


@attrs.frozen(kw_only=True)
class Referral:
    """A question for a person: who of the candidates gets the benefit, or is admitted to it.

    Attributes:
        conflict: the values of the scope's keys, which name the conflict.
        code: why: `TIE`, `MISSING_FOR_ORDER`, `DISCRETION`, or the code of an override.
        candidates: the registrations the answer is about.
    """

    tag: ClassVar[str] = "referral"

    benefit: str
    conflict: tuple[str, ...] = attrs.field(converter=as_tuple)
    line: str | None = None
    code: str
    clause: str
    candidates: tuple[str, ...] = attrs.field(converter=as_tuple)


@attrs.frozen(kw_only=True)
class Deadlock:
    """Nobody gets a benefit that a registration alone would have got: competition destroyed it.

    Attributes:
        blocked: who would have got it alone.
        blocker: who stands in the way, and cannot use it.
        holds: the benefit that the blocker holds and the blocked would need.
        code, clause: the requirement that keeps the blocker from using it.
    """

    tag: ClassVar[str] = "deadlock"

    benefit: str
    conflict: tuple[str, ...] = attrs.field(converter=as_tuple)
    line: str | None = None
    blocked: str
    blocker: str | None = None
    holds: str | None = None
    code: str = ""
    clause: str = ""


@attrs.frozen(kw_only=True)
class Step:
    """One step of the trace: at a place in the policy, for a registration, a result.

    Attributes:
        clause: the place in the policy.
        benefit, line: the contest.
        registration_id: whom it is about; None for the contest as a whole.
        result: what came of it, one word.
        facts: the facts that were read, by name; unknown ones are left out.
    """

    tag: ClassVar[str] = "step"

    clause: str
    benefit: str
    line: str | None = None
    registration_id: str | None = None
    result: str
    facts: FrozenMap = attrs.field(factory=FrozenMap, converter=FrozenMap)


@attrs.frozen(kw_only=True)
class PolicyRef:
    """Which rules decided: the programme, its version, and the digest of the normal form."""

    tag: ClassVar[str] = "policy_ref"

    programme: str
    version: str
    digest: str


def _by_benefit(standings: Iterable[Standing]) -> tuple[Standing, ...]:
    return tuple(sorted(standings, key=lambda s: (s.benefit, s.registration_id, s.line or "")))


@attrs.frozen(kw_only=True)
class Decision:
    """Every registration's standing to every benefit, at one instant, under stated rules.

    Attributes:
        at: the instant asked about.
        policies: the rules in play.
        facts_digest: the digest of the facts.
        standings: ordered by benefit, registration, line.
        referrals: what a person has to decide.
        deadlocks: benefits that nobody can use though somebody alone could.
        trace: every step, in the order of deciding.
    """

    tag: ClassVar[str] = "decision"

    at: datetime = attrs.field(converter=instant)
    semantics: int
    policies: tuple[PolicyRef, ...] = attrs.field(converter=as_tuple)
    facts_digest: str
    standings: tuple[Standing, ...] = attrs.field(converter=_by_benefit)
    referrals: tuple[Referral, ...] = attrs.field(default=(), converter=as_tuple)
    deadlocks: tuple[Deadlock, ...] = attrs.field(default=(), converter=as_tuple)
    trace: tuple[Step, ...] = attrs.field(default=(), converter=as_tuple)

    def standing(self, registration_id: str, benefit: str, line: str | None = None) -> Standing:
        """The standing of one registration to one benefit.

        Raises:
            UsageError: when the decision has none, or several because it awards by line.
        """
        found = [
            each
            for each in self.standings
            if (each.registration_id, each.benefit) == (registration_id, benefit)
            and (line is None or each.line == line)
        ]
        if len(found) == 1:
            return found[0]
        lines = [each.line for each in found if each.line is not None]
        raise UsageError(
            f"{shown(registration_id)} has {len(found)} standings to {shown(benefit)}",
            value=(registration_id, benefit, line),
            hint=suggestion(line, lines)
            if lines
            else suggestion(benefit, {each.benefit for each in self.standings}),
        )

    def holders(self, benefit: str, line: str | None = None) -> tuple[Standing, ...]:
        """The standings that were granted a benefit, ordered by registration."""
        return tuple(
            each
            for each in self.standings
            if each.benefit == benefit
            and each.kind is StandingKind.GRANTED
            and (line is None or each.line == line)
        )

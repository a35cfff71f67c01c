"""What comes of comparing a history with the rules: how far people agreed, and what went wrong."""

from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction
from typing import ClassVar

import attrs

from dealreg.facts.values import Choice, FrozenMap, Money, as_tuple
from dealreg.outcome.decision import Margin, StandingKind
from dealreg.outcome.timeline import SetAside
from dealreg.policy.policies import Policy, PolicyBook

__all__ = ["Agreement", "Disputes", "Fate", "Incident", "IncidentKind", "Recorded"]


class Recorded(Choice):
    """What people recorded, that rules have something to say about."""

    APPROVED = "approved"
    REJECTED = "rejected"
    RETURNED = "returned"
    SPECIAL_BID_GRANTED = "special_bid_granted"
    SPECIAL_BID_REFUSED = "special_bid_refused"
    RULED_FOR = "ruled_for"
    RULED_AGAINST = "ruled_against"
    WON = "won"


class IncidentKind(Choice):
    """What somebody should look at."""

    DISAGREEMENT = "disagreement"
    """People recorded something else than the rules say."""
    DEADLOCK = "deadlock"
    """A benefit was reserved for somebody who could not use it."""
    OVERLAPPING_APPROVALS = "overlapping_approvals"
    """Two partners were recorded as approved for the same thing at the same time."""
    SPECIAL_PRICE_BESIDE_HOLDER = "special_price_beside_holder"
    """A special price was given to one partner while another was protected."""
    WON_BESIDE_HOLDER = "won_beside_holder"
    """A partner won the deal while another was protected."""
    WON_AGAIN = "won_again"
    """The same thing was recorded as won before: two winners, or two deals taken for one."""
    LAPSED_UNNOTICED = "lapsed_unnoticed"
    """A period ran out, nobody ended or extended it, and it went on as if it were running."""
    APPROVED_IN_WINDOW = "approved_in_window"
    """It was approved while others could still come in time."""
    ANSWER_OVERDUE = "answer_overdue"
    """The vendor did not answer in time."""
    TIE = "tie"
    """Registrations that the rules hold for equal: a person had to decide."""
    UNKNOWN_CONFLICT = "unknown_conflict"
    """A fact is missing, so it is not known what a registration competes for."""
    HINDSIGHT = "hindsight"
    """Had everything been known when it happened, somebody else would have got it."""


@attrs.frozen(kw_only=True)
class Incident:
    """One thing that somebody should look at.

    Attributes:
        kind: what it is.
        at: when it began, or happened.
        until: when it ended; None where it has no end, or has not ended yet.
        registration_id, partner_id: whom it is about; of a deadlock, who is blocked.
        benefit, line: which benefit it is about.
        conflict: the values of the scope's keys, which name what was competed for.
        recorded: what people recorded, as the kind of event, or `ruled_for`, `ruled_against`;
            empty where nothing was recorded.
        reason: the reason that people recorded for it.
        outcome: how it stood by the rules just before; of a deadlock, how the blocked stood after
            it, where that changed; of an award in hindsight, whether it was got in fact.
        code: the reason code of that standing; or of the deadlock, clock or tie.
        clause: the place in the policy.
        rival, rival_partner_id: the other registration that mattered, and whose it is.
        candidates: of a tie, the registrations that were equal.
        margin: what told it apart from its rival; or of a tie, what was equal.
        holds: of a deadlock, the benefit that the rival holds.
        ended_by: the code with which it ended.
        missing: the facts that would have to be known.
        events: the events that it is about, by identifier.
        amount: what the registration is worth, as last stated by then.
    """

    tag: ClassVar[str] = "incident"

    kind: IncidentKind = attrs.field(converter=IncidentKind)
    at: datetime
    until: datetime | None = None
    registration_id: str
    partner_id: str
    benefit: str = ""
    line: str | None = None
    conflict: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    recorded: str = ""
    reason: str = ""
    outcome: StandingKind | None = attrs.field(
        default=None, converter=attrs.converters.optional(StandingKind)
    )
    code: str = ""
    clause: str = ""
    rival: str | None = None
    rival_partner_id: str | None = None
    candidates: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    margin: Margin | None = None
    holds: str | None = None
    ended_by: str = ""
    missing: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    events: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    amount: Money | None = None


@attrs.frozen(kw_only=True)
class Agreement:
    """How often something was recorded that stood so by the rules.

    Attributes:
        recorded: what people recorded.
        benefit: the benefit that it is about.
        outcome: how it stood by the rules; None where it had no standing to compare with.
        agrees: whether the two agree; None where the rules leave it open, as to a person.
        count: how often.
    """

    tag: ClassVar[str] = "agreement"

    recorded: Recorded = attrs.field(converter=Recorded)
    benefit: str
    outcome: StandingKind | None = attrs.field(
        default=None, converter=attrs.converters.optional(StandingKind)
    )
    agrees: bool | None = None
    count: int = 1


@attrs.frozen(kw_only=True)
class Fate:
    """How many registrations fared alike under the rules, whatever people recorded.

    Attributes:
        benefit: of which benefit.
        outcome: the best that they ever stood: granted at some time, or never more than waiting.
        code: the reason code with which they first did.
        count: how many registrations.
    """

    tag: ClassVar[str] = "fate"

    benefit: str
    outcome: StandingKind = attrs.field(converter=StandingKind)
    code: str
    count: int


@attrs.frozen(kw_only=True)
class Disputes:
    """A history compared with the rules.

    Attributes:
        rules: the rules it was compared with.
        since, until: the instants between which events took effect, both included; None for none.
        events: how many events there were.
        late: how many of them became known later than they happened.
        registrations: how many registrations there were.
        decided: about how many of them people recorded a decision of any kind.
        agreement: what was recorded, against what the rules say.
        fates: how registrations fared under the rules, most first.
        incidents: what somebody should look at, in the order of time.
        set_aside: events that could not be replayed, and why.
        names: what partners are called, by identifier, where that is known.
    """

    tag: ClassVar[str] = "disputes"

    rules: Policy | PolicyBook
    since: datetime | None = None
    until: datetime | None = None
    events: int = 0
    late: int = 0
    registrations: int = 0
    decided: int = 0
    agreement: tuple[Agreement, ...] = attrs.field(default=(), converter=as_tuple)
    fates: tuple[Fate, ...] = attrs.field(default=(), converter=as_tuple)
    incidents: tuple[Incident, ...] = attrs.field(default=(), converter=as_tuple)
    set_aside: tuple[SetAside, ...] = attrs.field(default=(), converter=as_tuple)
    names: FrozenMap = attrs.field(factory=FrozenMap, converter=FrozenMap)

    def of(self, kind: IncidentKind | str) -> tuple[Incident, ...]:
        """The incidents of one kind, in the order of time.

        Raises:
            UsageError: when there is no such kind.
        """
        wanted = IncidentKind(kind)
        return tuple(each for each in self.incidents if each.kind is wanted)

    def counts(self) -> Mapping[IncidentKind, int]:
        """How many incidents there are of each kind that there are any of, most first."""
        found: dict[IncidentKind, int] = {}
        for each in self.incidents:
            found[each.kind] = found.get(each.kind, 0) + 1
        order = sorted(found, key=lambda kind: (-found[kind], kind.value))
        return {kind: found[kind] for kind in order}

    def compared(self) -> int:
        """How many recorded decisions there are on which the rules have a word of their own.

        Who won is no decision of the vendor's, and is not counted.
        """
        return sum(each.count for each in self.agreement if _counts(each))

    def rate(self) -> Fraction | None:
        """Which part of these decisions agrees with the rules; None where there are none."""
        compared = self.compared()
        agreed = sum(each.count for each in self.agreement if _counts(each) and each.agrees)
        return Fraction(agreed, compared) if compared else None


def _counts(agreement: Agreement) -> bool:
    return agreement.agrees is not None and agreement.recorded is not Recorded.WON

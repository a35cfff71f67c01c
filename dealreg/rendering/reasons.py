"""Why one registration stands as it does, in values that have no room for anybody else's facts.

This is the wall between the record, which knows everything, and the words, which are read by a
partner. A reason holds what the policy says, the registration's own facts, and distances (hours,
levels); there is no field that could carry a rival's name, number, amount or tier.
"""

from datetime import datetime, timedelta
from typing import ClassVar, TypeAlias

import attrs

from dealreg.facts.values import as_tuple
from dealreg.facts.vocabulary import Vocabulary
from dealreg.outcome.decision import Entitlement, StandingKind
from dealreg.policy.predicates import Predicate
from dealreg.policy.stages import Effect, Joint, Preference, Window
from dealreg.rendering.distances import (
    AllShort,
    AnyShort,
    Gap,
    LevelGap,
    OwnMissing,
    Short,
    Shortfall,
    TimeGap,
    Unsaid,
)

__all__ = [
    "AllShort",
    "AllTaken",
    "Answer",
    "AnyShort",
    "AwaitsBenefit",
    "AwaitsRuling",
    "DealWon",
    "Excluded",
    "Gap",
    "Holds",
    "Keeps",
    "Kept",
    "Lapsed",
    "Late",
    "Letter",
    "LevelGap",
    "MilestoneMissed",
    "Needed",
    "NotComplementary",
    "NotHolder",
    "NotLive",
    "NotOffered",
    "Outranked",
    "Overridden",
    "OwnMissing",
    "Reason",
    "Refused",
    "SameClaimant",
    "ScopeUnknown",
    "Short",
    "Shortfall",
    "Stuck",
    "TieBroken",
    "TimeGap",
    "Undecided",
    "Unmet",
    "Unsaid",
]


@attrs.frozen
class Holds:
    """It holds the benefit; with its rank, where several may."""

    tag: ClassVar[str] = "holds"

    rank: int


@attrs.frozen
class Keeps:
    """It was awarded the benefit for good, and keeps it; since when."""

    tag: ClassVar[str] = "keeps"

    rank: int
    since: datetime


@attrs.frozen
class Kept:
    """Another one was awarded the benefit for good before, and keeps it."""

    tag: ClassVar[str] = "kept"


@attrs.frozen
class DealWon:
    """Another registration has won the deal."""

    tag: ClassVar[str] = "deal_won"


@attrs.frozen
class NotLive:
    """It takes no part because of its own status; None before it was submitted."""

    tag: ClassVar[str] = "not_live"

    status: str | None


@attrs.frozen
class NotOffered:
    """No version of the rules in force offers the benefit."""

    tag: ClassVar[str] = "not_offered"


@attrs.frozen
class ScopeUnknown:
    """It is not known what it competes for."""

    tag: ClassVar[str] = "scope_unknown"


@attrs.frozen
class Lapsed:
    """Its own period is over."""

    tag: ClassVar[str] = "lapsed"

    started: datetime
    ended: datetime


@attrs.frozen
class MilestoneMissed:
    """What the instant field says had to happen by `due`, at the very latest by `final`."""

    tag: ClassVar[str] = "milestone_missed"

    field: str
    due: datetime
    final: datetime


@attrs.frozen
class Unmet:
    """It does not meet a requirement."""

    tag: ClassVar[str] = "unmet"

    shortfall: Shortfall


@attrs.frozen
class Refused:
    """A person at the vendor decided against it."""

    tag: ClassVar[str] = "refused"


@attrs.frozen
class NotHolder:
    """The benefit is tied to another one, which it does not hold."""

    tag: ClassVar[str] = "not_holder"

    benefit: str


@attrs.frozen
class Excluded:
    """The benefit is not for those who hold another one, which it does."""

    tag: ClassVar[str] = "excluded"

    benefit: str


@attrs.frozen
class AwaitsBenefit:
    """The benefit depends on another one, on which a person has yet to decide."""

    tag: ClassVar[str] = "awaits_benefit"

    benefit: str


@attrs.frozen
class AwaitsRuling:
    """A person has yet to decide about something that could change its outcome."""

    tag: ClassVar[str] = "awaits_ruling"


@attrs.frozen
class Overridden:
    """A rule that comes before time and order applied, and not in its favour."""

    tag: ClassVar[str] = "overridden"

    when: Predicate
    effect: Effect


@attrs.frozen
class Late:
    """It was not in time; by how much, where its own clock is known."""

    tag: ClassVar[str] = "late"

    window: Window
    by: timedelta | None


@attrs.frozen
class Outranked:
    """The first preference that told it from the registration that was preferred."""

    tag: ClassVar[str] = "outranked"

    preference: Preference
    gap: Gap


@attrs.frozen
class TieBroken:
    """It was equal in every preference, and the tie went the other way.

    Attributes:
        by_person: whether a person decided; else the stated rule did.
    """

    tag: ClassVar[str] = "tie_broken"

    by_person: bool = False


@attrs.frozen
class Undecided:
    """A person decides: equal in every preference, or for want of a fact, or after such a tie."""

    tag: ClassVar[str] = "undecided"

    after: bool = False
    preference: Preference | None = None


@attrs.frozen
class AllTaken:
    """All places go to registrations placed before it, whichever a person chooses."""

    tag: ClassVar[str] = "all_taken"


@attrs.frozen
class NotComplementary:
    """It does not fit beside those who hold the benefit already."""

    tag: ClassVar[str] = "not_complementary"

    joint: Joint


@attrs.frozen
class SameClaimant:
    """The partner itself, or its group, has a better-placed registration; its id if its own."""

    tag: ClassVar[str] = "same_claimant"

    own_registration: str | None


Reason: TypeAlias = (
    Holds
    | Keeps
    | Kept
    | DealWon
    | NotLive
    | NotOffered
    | ScopeUnknown
    | Lapsed
    | MilestoneMissed
    | Unmet
    | Refused
    | NotHolder
    | Excluded
    | AwaitsBenefit
    | AwaitsRuling
    | Overridden
    | Late
    | Outranked
    | TieBroken
    | Undecided
    | AllTaken
    | NotComplementary
    | SameClaimant
)
"""Why, as a closed union."""


@attrs.frozen
class Needed:
    """A fact that would have to be supplied, and who supplies it."""

    tag: ClassVar[str] = "needed"

    field: str
    noun: str
    by_applicant: bool


@attrs.frozen
class Stuck:
    """The benefit is granted to nobody, though it could have been to somebody.

    Attributes:
        blocked: whether this registration is one that would have got it alone.
        holds: the benefit it is tied to; None when it is tied to none.
        holds_it: whether this registration is the one that holds that other benefit.
    """

    tag: ClassVar[str] = "stuck"

    blocked: bool
    holds: str | None
    holds_it: bool


@attrs.frozen(kw_only=True)
class Answer:
    """What one registration gets of one benefit, and why.

    Attributes:
        benefit, line: what it is about.
        outcome, code: how it stands, and the reason code.
        reason: why.
        tell: the policy's own sentence for the partner; empty when there is none.
        further: other requirements it does not meet, each with the policy's sentence.
        place: the place in the queue, from 1; None when not waiting.
        entitlement: what it gets.
        open_until: until when, at the latest, others may come in time and change this; None when
            they cannot. A whole day, so that no exact instant follows from it.
        needed: the facts that would have to be supplied.
        stuck: set where the benefit is deadlocked.
        version: the version of the rules that judged it.
        vocabulary: the words of the policy.
    """

    tag: ClassVar[str] = "reasoned_answer"

    benefit: str
    line: str | None
    outcome: StandingKind
    code: str
    reason: Reason
    tell: str = ""
    further: tuple[tuple[Unmet, str], ...] = attrs.field(default=(), converter=as_tuple)
    place: int | None = None
    entitlement: Entitlement | None = None
    open_until: datetime | None = None
    needed: tuple[Needed, ...] = attrs.field(default=(), converter=as_tuple)
    stuck: Stuck | None = None
    version: str = ""
    vocabulary: Vocabulary = Vocabulary()


@attrs.frozen(kw_only=True)
class Letter:
    """All that a partner is told about one of its registrations."""

    tag: ClassVar[str] = "letter"

    programme: str
    at: datetime
    registration_id: str
    partner_id: str
    partner_name: str | None
    opportunity_id: str | None
    submitted_at: datetime
    answers: tuple[Answer, ...] = attrs.field(converter=as_tuple)

"""A reason in sentences: to the partner itself, or about a partner to the channel manager.

Made from `dealreg.rendering.reasons` alone. This module does not know what a record is.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import TypeAlias, assert_never

from dealreg.policy.stages import Best, Bucket, Effect, Grace, HeadStart, Key, Prefer
from dealreg.rendering.document import Item
from dealreg.rendering.nouns import Voice, bare, event, happened, noun
from dealreg.rendering.phrases import Phrases
from dealreg.rendering.reasons import (
    AllTaken,
    AwaitsBenefit,
    AwaitsRuling,
    DealWon,
    Excluded,
    Gap,
    Holds,
    Keeps,
    Kept,
    Lapsed,
    Late,
    LevelGap,
    MilestoneMissed,
    NotComplementary,
    NotHolder,
    NotLive,
    NotOffered,
    Outranked,
    Overridden,
    OwnMissing,
    Reason,
    Refused,
    SameClaimant,
    ScopeUnknown,
    TieBroken,
    TimeGap,
    Undecided,
    Unmet,
    Unsaid,
)
from dealreg.rendering.shortfalls import found, shortfall_items
from dealreg.rendering.stages import joint_conditions
from dealreg.rendering.words import capital, count, gap, label, listed, nth, span_words, told

__all__ = ["because", "further_items"]

Plain: TypeAlias = (
    Holds
    | Keeps
    | Kept
    | DealWon
    | NotLive
    | NotOffered
    | ScopeUnknown
    | Lapsed
    | MilestoneMissed
    | Refused
    | NotHolder
    | Excluded
    | AwaitsBenefit
    | AwaitsRuling
    | Late
    | TieBroken
    | Undecided
    | AllTaken
    | SameClaimant
)
"""The reasons that one sentence says."""

_NOT_LIVE = {
    "draft": "it has not been submitted yet",
    "returned": "it was sent back for more information, and competes again once it is completed",
    "rejected": "the vendor rejected it",
    "withdrawn": "it was withdrawn by the partner",
    "cancelled": "the vendor cancelled it before approval",
    "revoked": "the vendor revoked its approval",
    "expired": "it has expired",
    "superseded": "another registration has taken its place",
    "won": "its deal is closed as won",
    "lost": "its deal is closed as lost",
}


def because(reason: Reason, tell: str, phrases: Phrases, benefit: str) -> tuple[Item, ...]:
    """Why, as list entries; a sentence of the policy's own comes first and replaces the rule."""
    lead = (Item(_ended(told(tell))),) if tell.strip() else ()
    match reason:
        case Unmet(shortfall) if lead:
            record = found(shortfall, phrases)
            return (*lead, Item(f"On record, {listed(record)}.")) if record else lead
        case Unmet(shortfall):
            return shortfall_items(shortfall, phrases)
        case NotHolder() | Excluded() | NotComplementary() | Overridden() if lead:
            return lead
        case Overridden(when, effect):
            return (_general(phrases).item(_override(effect), when),)
        case NotComplementary(joint):
            said = listed(joint_conditions(joint, _general(phrases)))
            unfit = f"{capital(_it(phrases))} does not fit beside those that hold it already"
            return (Item(f"{unfit}. Of those that hold it together, {said}."),)
        case Outranked(preference, distance):
            return (*lead, *_outranked(preference, distance, phrases))
        case _:
            return (*lead, Item(f"{capital(_plainly(reason, phrases, label(benefit)))}."))


def further_items(
    further: Sequence[tuple[Unmet, str]], phrases: Phrases, benefit: str
) -> tuple[Item, ...]:
    """The other requirements that are not met either, under one entry."""
    if not further:
        return ()
    items = [item for reason, tell in further for item in because(reason, tell, phrases, benefit)]
    return (Item("Apart from that:", items),)


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."


def _it(phrases: Phrases) -> str:
    return "your registration" if phrases.voice is Voice.YOU else "it"


def _general(phrases: Phrases) -> Phrases:
    """The words for a rule that is about everybody, also in a letter to one."""
    return Phrases(phrases.vocabulary, phrases.clock)


def _override(effect: Effect) -> str:
    match effect:
        case Effect.TAKES:
            return (
                "Another registration was preferred by a rule that comes before time and order: "
                "only those stay where "
            )
        case Effect.REFERS:
            return "A person at the vendor decides, as the rules say for the case that "
        case Effect.CLOSES:
            return "Nobody gets it here, as the rules say for the case that "
        case _:
            assert_never(effect)


def _plainly(reason: Plain, phrases: Phrases, benefit: str) -> str:
    it = _it(phrases)
    match reason:
        case Holds(rank):
            return f"{it} holds the {benefit}{_rank(rank)}"
        case Keeps() | Kept() | DealWon() | Lapsed() | MilestoneMissed():
            return _over_time(reason, phrases, benefit)
        case NotLive(status):
            said = _NOT_LIVE.get(status or "draft", f"its status is {status}")
            return f"{it} takes no part: {said}"
        case NotOffered():
            return f"no version of the rules that was in force for {it} offers the {benefit}"
        case ScopeUnknown():
            return f"it is not known what {it} competes for"
        case Refused():
            return f"a person at the vendor decided against {it}"
        case AwaitsRuling():
            return (
                "a person at the vendor has yet to decide a question about another registration "
                "that could change this outcome"
            )
        case Late():
            return _late(reason, phrases)
        case NotHolder() | Excluded() | AwaitsBenefit():
            return _tied_to(reason, phrases, benefit)
        case TieBroken() | Undecided() | AllTaken():
            return _equal(reason, phrases)
        case SameClaimant(own):
            return _same_claimant(own, phrases)
        case _:
            assert_never(reason)


def _rank(rank: int) -> str:
    return f", as the {nth(rank)} holder" if rank > 1 else ""


def _over_time(
    reason: Keeps | Kept | DealWon | Lapsed | MilestoneMissed, phrases: Phrases, benefit: str
) -> str:
    it, when = _it(phrases), phrases.clock.instant
    match reason:
        case Keeps(rank, since):
            return f"{it} keeps the {benefit}{_rank(rank)}, which it has held since {when(since)}"
        case Kept():
            return (
                f"the {benefit} was awarded before, for good, and the registration that holds it "
                "keeps it"
            )
        case DealWon():
            return f"{it} takes no more part: the deal is closed as won by another registration"
        case Lapsed(started, ended):
            return f"the {benefit} ran from {when(started)} and ended at {when(ended)}"
        case MilestoneMissed(field, due, final):
            what = noun(field, phrases.vocabulary, phrases.voice)
            latest = f", at the very latest before {when(final)}" if final != due else ""
            return f"{what} had to come before {when(due)}{latest}, and did not"
        case _:
            assert_never(reason)


def _tied_to(reason: NotHolder | Excluded | AwaitsBenefit, phrases: Phrases, benefit: str) -> str:
    it = "yours" if phrases.voice is Voice.YOU else "it"
    match reason:
        case NotHolder(other):
            return (
                f"the {benefit} is only for the registration that holds the {label(other)}, and "
                f"{it} does not hold it"
            )
        case Excluded(other):
            return f"the {benefit} cannot be combined with the {label(other)}, which {it} holds"
        case AwaitsBenefit(other):
            return (
                f"the {benefit} depends on the {label(other)}, on which a person at the vendor "
                "has yet to decide"
            )
        case _:
            assert_never(reason)


def _same_claimant(own: str | None, phrases: Phrases) -> str:
    if phrases.voice is Voice.YOU:
        whose = "your group of companies" if own is None else f"your company, {told(own)},"
    else:
        whose = "the same group" if own is None else f"the same partner, {told(own)},"
    return f"another registration of {whose} is placed better for the same thing"


def _equal(reason: TieBroken | Undecided | AllTaken, phrases: Phrases) -> str:
    it = _it(phrases)
    yours = "yours" if phrases.voice is Voice.YOU else "it"
    match reason:
        case AllTaken():
            return (
                f"all places go to registrations that come before {yours}, whichever of them a "
                "person at the vendor chooses"
            )
        case TieBroken(by_person=True):
            return (
                f"{it} is equal to another in every preference, and a person at the vendor "
                "decided for that one"
            )
        case TieBroken():
            return (
                f"{it} is equal to another in every preference, and the programme's rule for "
                "ties decided: the registration with the lower number comes first"
            )
        case Undecided(after=True):
            return (
                f"registrations placed before {yours} are equal, and a person at the vendor "
                "decides between them; whether there is room after that depends on the choice"
            )
        case Undecided(preference=None):
            return (
                f"{it} is equal to at least one other in every preference; a person at the vendor "
                "decides"
            )
        case Undecided(preference=preference):
            by = _by(preference, phrases) if isinstance(preference, Key) else "a preference"
            return (
                f"the order by {by} cannot be settled, because a fact is not known; a person at "
                "the vendor decides"
            )
        case _:
            assert_never(reason)


def _late(reason: Late, phrases: Phrases) -> str:
    window, by = reason.window, reason.by
    clock = event(window.clock.name, phrases.vocabulary)
    own = _it(phrases)
    if by is None:
        return f"the time of {clock} is not known, so {own} cannot count as in time"
    match window:
        case Grace(length):
            return (
                f"{own} was {_late_words(clock)}{gap(by)} after the window had closed; it was open "
                f"for {span_words(length)} after the earliest eligible registration, by {clock}"
            )
        case Bucket(unit):
            return (
                f"{own} is not of the same calendar {unit.value.removesuffix('s')} as the earliest "
                f"eligible registration, by {clock}"
            )
        case HeadStart(length, ladder):
            level = noun(ladder.name, phrases.vocabulary, phrases.voice)
            return (
                f"with {span_words(length)} of credit for every level of {level}, {own} counts as "
                f"{gap(by)} later than the one preferred, by {clock}"
            )
        case _:
            assert_never(window)


def _late_words(clock: str) -> str:
    return {"submission": "submitted ", "completion": "complete ", "approval": "approved "}.get(
        clock, ""
    )


def _by(key: Key, phrases: Phrases) -> str:
    return bare(key.fact.name, phrases.vocabulary)


def _outranked(preference: Key | Prefer, distance: Gap, phrases: Phrases) -> tuple[Item, ...]:
    match preference:
        case Prefer(when):
            return (
                _general(phrases).item(
                    "Another registration was preferred: those come first where ",
                    when,
                ),
            )
        case Key():
            return (Item(f"{capital(_behind(preference, distance, phrases))}."),)
        case _:
            assert_never(preference)


def _behind(key: Key, distance: Gap, phrases: Phrases) -> str:
    it, name = _it(phrases), key.fact.name
    mine = noun(name, phrases.vocabulary, phrases.voice)
    match distance:
        case OwnMissing():
            return f"{mine} is not known, and so another registration comes before {it}"
        case TimeGap(length):
            return _earlier(key, length, phrases)
        case LevelGap(levels):
            side = "lower" if key.best is Best.HIGHEST else "higher"
            than = "of the registration preferred"
            return f"{mine} is {count(levels, 'level')} {side} than that {than}"
        case Unsaid():
            return f"{it} ranks behind another registration by {_by(key, phrases)}"
        case _:
            assert_never(distance)


def _earlier(key: Key, length: timedelta, phrases: Phrases) -> str:
    side = "earlier" if key.best is Best.LOWEST else "later"
    verb = happened(key.fact.name, phrases.vocabulary)
    yours = "yours" if phrases.voice is Voice.YOU else "it"
    if verb:
        first = "earliest" if key.best is Best.LOWEST else "latest"
        return (
            f"another registration {verb} {gap(length)} {side} than {yours}, and the {first} comes "
            "first"
        )
    what = event(key.fact.name, phrases.vocabulary)
    return f"by {what}, another registration is {gap(length)} {side} than {yours}"

"""Who won and who lost to whom, by how much, with both names and both values."""

from datetime import datetime

from dealreg.facts.fields import FieldType
from dealreg.facts.values import Value
from dealreg.outcome.decision import Margin, Standing, StandingKind
from dealreg.policy.stages import Best, HeadStart, Key, Prefer
from dealreg.rendering.because import because, further_items
from dealreg.rendering.document import Item
from dealreg.rendering.nouns import bare, happened, noun
from dealreg.rendering.phrases import Phrases
from dealreg.rendering.reasoning import further, reason_and_tell
from dealreg.rendering.reasons import (
    AwaitsRuling,
    DealWon,
    Keeps,
    Kept,
    Late,
    NotComplementary,
    NotHolder,
    Outranked,
    Overridden,
    SameClaimant,
    TieBroken,
)
from dealreg.rendering.situation import Situation
from dealreg.rendering.words import Clock, capital, count, gap, label, told

__all__ = ["loss_items", "winner_words"]


def winner_words(situation: Situation, standing: Standing, clock: Clock) -> str:
    """Why a holder holds: what told it from those who lost to it."""
    held, _ = reason_and_tell(situation, standing)
    if isinstance(held, Keeps):
        return f"It keeps what it has held since {clock.instant(held.since)}"
    conflict = situation.conflict(standing)
    others = [
        e for e in situation.conflicts[conflict] if e.registration_id != standing.registration_id
    ]
    lost_to_it = [e for e in others if e.rival == standing.registration_id and e.kind in _LOST]
    said = [_beaten(situation, each, clock) for each in lost_to_it]
    if any(said):
        return capital("; ".join(text for text in dict.fromkeys(said) if text))
    if not others:
        return "It is the only registration, and eligible"
    if all(each.kind is not StandingKind.GRANTED and each.rival is None for each in others):
        return "It is the only one that is eligible"
    return "It is eligible, and there is room for it"


_LOST = (StandingKind.DENIED, StandingKind.WAITING)


def _beaten(situation: Situation, loser: Standing, clock: Clock) -> str:
    reason, _ = reason_and_tell(situation, loser)
    name = told(loser.registration_id)
    phrases = situation.lead_phrases(loser, clock)
    match reason:
        case Outranked(Key() as key):
            return f"it comes before {name} by {bare(key.fact.name, phrases.vocabulary)}"
        case Outranked(Prefer()):
            return f"it is preferred to {name}"
        case Late(HeadStart()):
            return f"it comes before {name} with the credit for its level"
        case Late():
            return f"it opened the window, and {name} was not in time"
        case Overridden():
            return f"it comes before {name} by the override {loser.code}"
        case TieBroken(by_person=True):
            return f"it is equal to {name}, and a person decided for it"
        case TieBroken():
            return f"it is equal to {name}, and comes first by the rule for ties"
        case NotComplementary():
            return f"it is placed before {name}, which does not fit beside it"
        case _:
            return ""


def loss_items(situation: Situation, standing: Standing, clock: Clock) -> tuple[Item, ...]:
    """Why a registration does not hold a benefit, with the rival that mattered."""
    reason, _ = reason_and_tell(situation, standing)
    rival = None if standing.rival is None else situation.name(standing.rival)
    phrases = situation.lead_phrases(standing, clock)
    match reason:
        case Outranked(Key() as key) if rival and standing.margin:
            return (Item(f"{capital(_behind(key, standing.margin, rival, phrases))}."),)
        case Outranked(Prefer(when)) if rival:
            return (
                phrases.item(
                    f"{rival} was preferred: of it, and not of this one, it holds that ", when
                ),
            )
        case Late(HeadStart()) if rival:
            plain = because(reason, "", phrases, standing.benefit)
            return (*plain, Item(f"The one preferred is {rival}."))
        case Late() if rival and standing.margin:
            plain = because(reason, "", phrases, standing.benefit)
            return (*plain, *_closing(standing.margin, rival, clock))
        case AwaitsRuling() if rival:
            return (Item(f"It depends on the decision about {rival}."),)
        case NotHolder(benefit) if rival:
            own = because(reason, "", situation.phrases(standing, clock), standing.benefit)
            return (*own, Item(f"In its way to the {label(benefit)}: {rival}."))
        case (
            Overridden()
            | NotComplementary()
            | SameClaimant(None)
            | TieBroken()
            | Kept()
            | DealWon()
        ) if rival:
            own = because(reason, "", phrases, standing.benefit)
            return (*own, Item(f"The other registration is {rival}."))
        case _:
            own_words = situation.phrases(standing, clock)
            more = [(unmet, "") for unmet, _ in further(situation, standing)]
            return (
                *because(reason, "", own_words, standing.benefit),
                *further_items(more, own_words, standing.benefit),
            )


def _closing(margin: Margin, rival: str, clock: Clock) -> tuple[Item, ...]:
    closed = margin.rival
    if not isinstance(closed, datetime):
        return ()
    return (Item(f"{rival} opened the window; the limit was {clock.instant(closed)}."),)


def _behind(key: Key, margin: Margin, rival: str, phrases: Phrases) -> str:
    own, other, name = margin.own, margin.rival, key.fact.name
    said = noun(name, phrases.vocabulary)
    if own is None or other is None:
        unknown = "this one" if own is None else rival
        known = f"; that of {rival} is {_value(other, name, phrases)}" if own is None else ""
        return f"{rival} comes first: {said} is not known of {unknown}{known}"
    both = f"{_value(other, name, phrases)} against {_value(own, name, phrases)}"
    if isinstance(own, datetime) and isinstance(other, datetime):
        side = "earlier" if key.best is Best.LOWEST else "later"
        verb = happened(name, phrases.vocabulary)
        how = f"{gap(own - other, parts=5)} {side}"
        if verb:
            return f"{rival} {verb} {how} ({both})"
        return f"{rival} is {how} by {said} ({both})"
    field = phrases.vocabulary.get(name)
    if field is not None and field.type is FieldType.ORDINAL:
        levels = abs(field.levels.index(str(own)) - field.levels.index(str(other)))
        side = "higher" if key.best is Best.HIGHEST else "lower"
        return f"{said} of {rival} is {count(levels, 'level')} {side} ({both})"
    return f"{rival} comes first by {bare(name, phrases.vocabulary)} ({both})"


def _value(value: Value | None, name: str, phrases: Phrases) -> str:
    field = phrases.vocabulary.get(name)
    ordinal = field is not None and field.type is FieldType.ORDINAL
    return phrases.clock.value(value, quotes=not ordinal)

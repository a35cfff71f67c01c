"""The partner's explanation: a letter about one registration, and the same as plain data.

Made from a `Letter`, which has no room for anybody else's facts. This module does not know what a
record is.
"""

from datetime import datetime
from typing import Any, assert_never

from dealreg.facts.instants import iso
from dealreg.outcome.decision import Entitlement, StandingKind
from dealreg.rendering.because import because, further_items
from dealreg.rendering.document import Block, Bullets, Document, Heading, Item, Paragraph
from dealreg.rendering.nouns import Voice
from dealreg.rendering.phrases import Phrases
from dealreg.rendering.reasons import (
    Answer,
    AwaitsBenefit,
    Gap,
    Late,
    Letter,
    LevelGap,
    NotHolder,
    Outranked,
    OwnMissing,
    Stuck,
    TimeGap,
    Unsaid,
)
from dealreg.rendering.words import Clock, capital, fraction, label, listed, nth, percent, told

__all__ = [
    "entitlement_data",
    "entitlement_words",
    "letter_data",
    "letter_document",
    "outcome_words",
    "period_words",
]


def letter_document(letter: Letter, clock: Clock) -> Document:
    """The letter to print."""
    blocks: list[Block] = [
        Heading(1, f"Your registration {told(letter.registration_id)}"),
        Paragraph(_opening(letter, clock)),
    ]
    for answer in letter.answers:
        blocks.append(Heading(2, _title(answer)))
        blocks.extend(_answer(answer, clock))
    return Document(blocks)


def _opening(letter: Letter, clock: Clock) -> str:
    who = told(letter.partner_name or letter.partner_id)
    deal = f" for the opportunity {told(letter.opportunity_id)}" if letter.opportunity_id else ""
    versions = sorted({answer.version for answer in letter.answers if answer.version})
    under = f" (version {listed([told(version) for version in versions])})" if versions else ""
    return (
        f"To {who}. This is how your registration{deal}, submitted on "
        f"{clock.instant(letter.submitted_at)}, stands under the rules of "
        f"{told(letter.programme)}{under} as of {clock.instant(letter.at)}."
    )


def _thing(answer: Answer) -> str:
    line = "" if answer.line is None else f" for {told(answer.line)}"
    return f"{label(answer.benefit)}{line}"


def _title(answer: Answer) -> str:
    return f"{capital(_thing(answer))}: {outcome_words(answer.outcome)}"


def outcome_words(outcome: StandingKind) -> str:
    """How a registration stands, in words."""
    match outcome:
        case StandingKind.GRANTED:
            return "granted"
        case StandingKind.WAITING:
            return "waiting in the queue"
        case StandingKind.DENIED:
            return "not granted"
        case StandingKind.RETURNED:
            return "sent back for completion"
        case StandingKind.REFERRED:
            return "a person at the vendor decides"
        case _:
            assert_never(outcome)


def _answer(answer: Answer, clock: Clock) -> list[Block]:
    blocks: list[Block] = []
    for item in _sentences(answer, clock):
        blocks.append(Paragraph(item.text))
        if item.items:
            blocks.append(Bullets(item.items, item.ordered))
    return blocks


def _sentences(answer: Answer, clock: Clock) -> list[Item]:
    """Everything the partner is told of one benefit, in the order of what it wants to know."""
    phrases = Phrases(answer.vocabulary, clock, Voice.YOU)
    told_why = list(because(answer.reason, answer.tell, phrases, _thing(answer)))
    told_why += further_items(answer.further, phrases, answer.benefit)
    if answer.place is not None:
        told_why.append(Item(f"Your registration is {nth(answer.place)} in the queue."))
    if answer.entitlement is not None:
        told_why += _worth(answer.outcome, answer.entitlement, clock)
    if answer.open_until is not None:
        told_why.append(Item(_provisionally(answer.open_until, clock)))
    if answer.stuck is not None:
        told_why.append(Item(_honestly(answer, answer.stuck)))
    return told_why + _supply(answer)


def _worth(outcome: StandingKind, worth: Entitlement, clock: Clock) -> list[Item]:
    items = []
    if said := entitlement_words(worth):
        lead = "You get" if outcome is StandingKind.GRANTED else "You still get"
        items.append(Item(f"{lead} {said}."))
    if said := period_words(worth, clock):
        items.append(Item(f"It runs {said}."))
    return items


def entitlement_words(worth: Entitlement) -> str:
    """What an entitlement is worth; empty when there is nothing to say beyond the benefit."""
    name = f"the {told(worth.label)}" if worth.label else ""
    rate = "" if worth.percent is None else percent(worth.percent)
    parts = [": ".join(filter(None, (name, rate)))]
    if worth.share != 1:
        parts.append(f"a share of {fraction(worth.share)}")
    return ", ".join(filter(None, parts))


def period_words(worth: Entitlement, clock: Clock) -> str:
    """From when until when; empty where the policy or the facts say nothing of it."""
    if worth.starts is None:
        return ""
    first = clock.instant(worth.starts)
    if worth.ends is None:
        return f"from {first}, and has no end while its clock stands still"
    return f"from {first} until {clock.instant(worth.ends)}, that last instant not included"


def _provisionally(until: datetime, clock: Clock) -> str:
    return (
        "This is provisional: other registrations may still come in time and change it, until "
        f"{clock.instant(until)} at the latest."
    )


def _honestly(answer: Answer, stuck: Stuck) -> str:
    """A deadlock, told as it is to whoever asks; nothing of the other registrations."""
    benefit = label(answer.benefit)
    nobody = f"To be open with you: the {benefit} for this opportunity was granted to nobody."
    if stuck.holds is None:
        return nobody
    held = label(stuck.holds)
    if stuck.blocked:
        return (
            f"{nobody} It is reserved for the registration that holds the {held}, and that one "
            "does not receive it either. Had yours been the only registration, it would have "
            "received it. You may ask the vendor to look at this case."
        )
    if stuck.holds_it:
        return (
            f"{nobody} It is reserved for the registration that holds the {held}, which is yours."
        )
    return f"{nobody} It is reserved for the registration that holds the {held}."


def _supply(answer: Answer) -> list[Item]:
    yours = [each.noun for each in answer.needed if each.by_applicant]
    theirs = [each.noun for each in answer.needed if not each.by_applicant]
    items = []
    if yours:
        items.append(Item(f"Please supply what is not known yet: {listed(yours)}."))
    if theirs:
        items.append(Item(f"The vendor has yet to record {listed(theirs)}."))
    return items


def letter_data(letter: Letter, clock: Clock) -> dict[str, Any]:
    """The letter as plain data; the keys are documented in `docs/how-to/explain-a-decision.md`."""
    return {
        "audience": "partner",
        "programme": letter.programme,
        "at": iso(letter.at),
        "zone": clock.zone,
        "registration": {
            "registration_id": letter.registration_id,
            "partner_id": letter.partner_id,
            "partner_name": letter.partner_name,
            "opportunity_id": letter.opportunity_id,
            "submitted_at": iso(letter.submitted_at),
        },
        "benefits": [_answer_data(answer, clock) for answer in letter.answers],
    }


def _answer_data(answer: Answer, clock: Clock) -> dict[str, Any]:
    return {
        "benefit": answer.benefit,
        "line": answer.line,
        "outcome": answer.outcome.value,
        "code": answer.code,
        "reason": answer.reason.tag,
        "policy_version": answer.version,
        "depends_on": _depends(answer),
        "lost_by": _lost_by(answer),
        "queue_place": answer.place,
        "entitlement": entitlement_data(answer.entitlement),
        "provisional_until": None if answer.open_until is None else iso(answer.open_until),
        "needed": [
            {"field": e.field, "name": e.noun, "supplied_by": "you" if e.by_applicant else "vendor"}
            for e in answer.needed
        ],
        "granted_to_nobody": answer.stuck is not None,
        "sentences": [text for item in _sentences(answer, clock) for text in _flat(item)],
    }


def _flat(item: Item) -> list[str]:
    return [item.text] + [text for below in item.items for text in _flat(below)]


def _depends(answer: Answer) -> str | None:
    reason = answer.reason
    return reason.benefit if isinstance(reason, NotHolder | AwaitsBenefit) else None


def entitlement_data(worth: Entitlement | None) -> dict[str, Any] | None:
    """An entitlement as plain data: exact numbers as texts, instants in ISO 8601."""
    if worth is None:
        return None
    return {
        "label": worth.label,
        "percent": None if worth.percent is None else fraction(worth.percent),
        "share": fraction(worth.share),
        "starts": None if worth.starts is None else iso(worth.starts),
        "ends": None if worth.ends is None else iso(worth.ends),
    }


def _lost_by(answer: Answer) -> dict[str, Any] | None:
    match answer.reason:
        case Outranked(preference, gap):
            field = getattr(getattr(preference, "fact", None), "name", None)
            return {"field": field, **_gap_data(gap)}
        case Late(window, by):
            seconds = None if by is None else int(by.total_seconds())
            return {"field": window.clock.name, "by": "window", "seconds": seconds, "levels": None}
        case _:
            return None


def _gap_data(gap: Gap) -> dict[str, Any]:
    match gap:
        case TimeGap(length):
            return {"by": "time", "seconds": int(length.total_seconds()), "levels": None}
        case LevelGap(levels):
            return {"by": "levels", "seconds": None, "levels": levels}
        case OwnMissing():
            return {"by": "not_known", "seconds": None, "levels": None}
        case Unsaid():
            return {"by": "rank", "seconds": None, "levels": None}
        case _:
            assert_never(gap)

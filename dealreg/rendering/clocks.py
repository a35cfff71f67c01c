"""The clocks of a policy in English: how long, by when, and what becomes of a holder."""

from typing import assert_never

from dealreg.policy.clocks import (
    Extension,
    GrantedBy,
    IfWaiting,
    LastDay,
    Milestone,
    Missed,
    Period,
    Sla,
)
from dealreg.policy.contests import Contest, final_field
from dealreg.policy.stages import Vacancy
from dealreg.rendering.document import Item
from dealreg.rendering.nouns import event, noun
from dealreg.rendering.phrases import Phrases
from dealreg.rendering.words import by_calendar, capital, count, span_words, tell_words

__all__ = ["answer_items", "clock_items", "still_words"]


def clock_items(contest: Contest, phrases: Phrases) -> list[Item]:
    """The clocks of a contest as list entries, and when and how long an award is final."""
    items = [_period(contest.period, phrases)]
    if contest.milestones:
        below = [_milestone(each, phrases) for each in contest.milestones]
        items.append(Item("What must have happened by when, or the benefit is lost:", below))
    return [*items, _final(contest, phrases)]


def _period(period: Period | None, phrases: Phrases) -> Item:
    if period is None:
        return Item("How long it lasts: the programme sets no end.")
    start = event(period.starts, phrases.vocabulary)
    below = [] if period.extension is None else _extension(period.extension)
    if period.pauses:
        below.append(Item(f"{capital(still_words('vendor'))}."))
    if period.closes:
        below.append(
            Item("When it is over, the registration has expired, for this and all other benefits.")
        )
    return Item(
        f"How long it lasts: {span_words(period.length)} from {start}"
        f"{by_calendar(period.calendar)}; {_last_day(period.last_day)}. Afterwards the "
        f"registration is no longer eligible [{period.code}].",
        below,
    )


def _last_day(last_day: LastDay) -> str:
    match last_day:
        case LastDay.MOMENT:
            return "the end is not included"
        case LastDay.INCLUDED:
            return "the last day is included, and the day it starts on is not counted"
        case LastDay.EXCLUDED:
            return "it ends as the last day begins, and the day it starts on is not counted"
        case _:
            assert_never(last_day)


def still_words(whom: str) -> str:
    """That a clock stands still while the registration waits for somebody."""
    return f"the clock stands still while the registration waits for the {whom}"


def _extension(extension: Extension) -> list[Item]:
    often = "any number of times" if extension.times is None else count(extension.times, "time")
    often = {1: "once", 2: "twice"}.get(extension.times or 0, often)
    longer = extension.length
    by = "as long again" if longer is None else span_words(longer)
    lead = extension.ask_before
    ahead = f"at least {span_words(lead)} before it ends" if lead.length else "before it ends"
    said = [Item(f"It can be extended {often}, by {by}, if that is asked for {ahead}.")]
    said.append(Item(f"{_granted(extension.granted_by)}{_waiting(extension.if_waiting)}."))
    if extension.lasts_while_asked:
        said.append(Item("It goes on until the answer to a request that was made in time."))
    return said


def _granted(by: GrantedBy) -> str:
    match by:
        case GrantedBy.VENDOR:
            return "The vendor has to grant an extension"
        case GrantedBy.ASKING:
            return "It is enough to ask for an extension"
        case _:
            assert_never(by)


def _waiting(if_waiting: IfWaiting) -> str:
    match if_waiting:
        case IfWaiting.GRANTED:
            return ""
        case IfWaiting.REFUSED:
            return "; there is none while another registration waits for the benefit"
        case _:
            assert_never(if_waiting)


def _milestone(milestone: Milestone, phrases: Phrases) -> Item:
    start = event(milestone.starts, phrases.vocabulary)
    what = noun(milestone.met, phrases.vocabulary)
    below = []
    if milestone.remind is not None:
        below.append(Item(f"The partner is reminded {span_words(milestone.remind)} after {start}."))
    if milestone.grace is not None:
        below.append(Item(_grace(milestone, start, phrases)))
    if milestone.pauses:
        below.append(Item(f"{capital(still_words('vendor'))}."))
    return Item(
        f"{capital(what)}: within {span_words(milestone.length)} of {start}"
        f"{by_calendar(milestone.calendar)}; {_last_day(milestone.last_day)}. "
        f"[{milestone.code}]{tell_words(milestone.tell)}",
        below,
    )


def _grace(milestone: Milestone, start: str, phrases: Phrases) -> str:
    assert milestone.grace is not None
    latest = f"at the latest {span_words(milestone.grace)} after {start}"
    if milestone.agreed is None:
        return f"There is grace: {latest}."
    agreed = noun(milestone.agreed, phrases.vocabulary)
    return f"There is grace, {latest}, where by the due date there is {agreed}."


def _final(contest: Contest, phrases: Phrases) -> Item:
    start = event(final_field(contest), phrases.vocabulary)
    text = (
        f"When an award is final: from {start} on. Its holder then keeps it, on its terms, even "
        "where another registration would come before it."
    )
    match contest.vacant:
        case Vacancy.NOBODY:
            return Item(text)
        case Vacancy.REFER:
            return Item(
                f"{text} If it loses it and nobody is left who could have it, a person at the "
                "vendor assigns it."
            )
        case _:
            assert_never(contest.vacant)


def answer_items(sla: Sla, phrases: Phrases) -> tuple[Item, ...]:
    """By when the vendor answers, and what follows if it does not."""
    start = event(sla.starts, phrases.vocabulary)
    items = [
        Item(
            f"The vendor answers within {span_words(sla.length)} of {start}"
            f"{by_calendar(sla.calendar)}; {_last_day(sla.last_day)}."
        ),
        Item(_missed(sla.missed)),
    ]
    if sla.pauses:
        items.append(Item(f"{capital(still_words('partner'))}."))
    return tuple(items)


def _missed(missed: Missed) -> str:
    match missed:
        case Missed.NOTHING:
            return "If it does not, the answer is overdue, and nothing else follows."
        case Missed.ESCALATE:
            return "If it does not, a person at the vendor is asked to answer."
        case Missed.DEEMED_APPROVED:
            return "If it does not, the registration counts as approved from then on."
        case _:
            assert_never(missed)

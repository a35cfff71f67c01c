"""The story of a deal: a line for each thing that happened or changed, and how it stands now."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final, TypeAlias, assert_never

import attrs

from dealreg.errors import UsageError, shown, suggestion
from dealreg.facts.calendars import zone as zone_of
from dealreg.facts.events import EVENT_RULES, Event, EventKind, takes_effect
from dealreg.facts.fields import Subject
from dealreg.facts.values import Value
from dealreg.outcome.decision import Deadlock, Referral, Standing, StandingKind
from dealreg.outcome.disputes import Incident, IncidentKind
from dealreg.outcome.stories import Story
from dealreg.outcome.timeline import HeldPeriod, Notice, NoticeKind, Pending, Transition
from dealreg.rendering.describe import Form, printed
from dealreg.rendering.document import Block, Bullets, Document, Heading, Item, Paragraph, Table
from dealreg.rendering.incidents import Names, Sentences, deal
from dealreg.rendering.words import Clock, capital, gap, label, listed, told

__all__ = ["tell_story"]

_Line: TypeAlias = tuple[datetime, int, str]
_CLOCK, _EVENT, _CHANGE = range(3)

_SAID: Final = {
    EventKind.SUBMITTED: "is submitted",
    EventKind.COMPLETED: "is complete",
    EventKind.AMENDED: "is amended",
    EventKind.RETURNED: "is sent back for more information",
    EventKind.RESUBMITTED: "is submitted again",
    EventKind.EVIDENCE_ADDED: "has more evidence",
    EventKind.EXPIRED: "is closed as expired",
    EventKind.CONVERTED: "becomes an opportunity of the vendor's",
    EventKind.EXTENSION_ASKED: "asks for an extension",
    EventKind.EXTENSION_GRANTED: "is granted an extension",
    EventKind.EXTENSION_REFUSED: "is refused an extension",
    EventKind.MILESTONE_MET: "meets a milestone",
    EventKind.WAITING_FOR_VENDOR: "waits for the vendor from now on",
    EventKind.VENDOR_ANSWERED: "waits for the vendor no longer",
    EventKind.SPECIAL_BID_ASKED: "asks for a special price",
    EventKind.SPECIAL_BID_GRANTED: "is given a special price",
    EventKind.SPECIAL_BID_REFUSED: "is refused a special price",
    EventKind.RULED: "is ruled on by a person",
    EventKind.CUSTOMER_CHOSE: "the customer chooses",
    EventKind.TENDER_PUBLISHED: "a tender is published",
    EventKind.VENDOR_ENGAGED: "the vendor pursues it directly",
    EventKind.INCUMBENT_CHANGED: "has another incumbent",
    EventKind.OPPORTUNITY_CHANGED: "changes",
    EventKind.CUSTOMER_CHANGED: "changes",
    EventKind.PARTNER_CHANGED: "changes",
}
_NOTICES: Final = {
    NoticeKind.REMINDER: "is reminded of a milestone",
    NoticeKind.DUE: "has not met a milestone that is due",
    NoticeKind.ANSWER_OVERDUE: "has not been answered in time",
    NoticeKind.ESCALATED: "has not been answered in time, and is escalated",
    NoticeKind.DEEMED_APPROVED: "has not been answered in time, and counts as approved",
    NoticeKind.EXTENSION_REFUSED: "gets no extension, because somebody waits",
    NoticeKind.VACANT: "was the last to hold the {}: nobody is left, a person assigns it",
}
_FOLLOWS: Final = (NoticeKind.EXTENSION_REFUSED, NoticeKind.VACANT)
"""What is told behind that which it follows from."""

_UNTOLD: Final = frozenset({"partner_id", "products", "requested_benefits"})


def tell_story(
    story: Story, *, form: Form = "text", zone: str = "UTC", partner_id: str | None = None
) -> str:
    """A deal's story, as text or Markdown: what happened, who held what, and what is pending.

    Args:
        story: what `dealreg.history.story_of` found.
        form: plain text of about a hundred columns, or Markdown.
        zone: the IANA zone in which instants are shown.
        partner_id: only what concerns this partner's registrations, with rivals unnamed.

    Raises:
        UsageError: for another form, or a partner that has no registration in it.
        PolicyError: when there is no such zone.

    >>> from dealreg import Event, History, Policy, contest, earliest
    >>> from dealreg.history import story_of
    >>> policy = Policy(programme="Example", contests=[
    ...     contest("protection", earliest("submitted_at"))])
    >>> history = History(events=[
    ...     Event(event_id="1", kind="submitted", about="A", happened_at="2026-03-01T09:00Z",
    ...           facts={"partner_id": "Alder", "opportunity_id": "O1"})])
    >>> print(tell_story(story_of(policy, history, "O1")).splitlines()[0])
    Opportunity O1
    """
    if form not in ("text", "markdown"):
        raise UsageError(
            f"there is no form {shown(form)}",
            value=form,
            hint=suggestion(form, ("text", "markdown")),
        )
    owners = {str(each) for each in story.owners.values()}
    if partner_id is not None and partner_id not in owners:
        raise UsageError(
            f"the partner {shown(partner_id)} has no registration in this story",
            value=partner_id,
            hint=suggestion(partner_id, owners),
        )
    names = Names(dict(story.names), partner_id)
    teller = _Teller(story, Sentences(story.rules, names, Clock(zone)))
    return printed(Document(list(teller.blocks())), form)


@attrs.frozen(eq=False)
class _Teller:
    story: Story
    says: Sentences

    def blocks(self) -> Iterator[Block]:
        story, clock = self.story, self.says.clock
        yield Heading(1, f"{capital(story.of)} {told(story.about)}")
        yield Paragraph(
            f"Under the rules of {told(story.rules.programme)}, up to "
            f"{clock.instant(story.until)}. Times are in {clock.zone}. Lines with -> are what the "
            "rules made of it."
        )
        yield Heading(2, "What happened")
        yield Table(("When", "What"), list(self._rows()))
        if periods := list(filter(self._tells, story.timeline.periods)):
            yield Heading(2, "Who held what")
            heads = ("Benefit", "Registration", "From", "Until", "Ended by")
            yield Table(heads, [self._period(each) for each in periods])
        yield Heading(2, f"As of {clock.instant(story.until)}")
        yield Bullets([Item(each) for each in self._stands()])
        yield Heading(2, "What is pending")
        yield Bullets([Item(each) for each in self._pending()])

    def _rows(self) -> Iterator[tuple[str, str]]:
        """A row for each line; an instant that stands above already is not repeated."""
        lines = sorted(self._lines(), key=lambda line: line[:2])
        last = ""
        for at, rank, text in lines:
            when = self._short(at)
            yield ("" if when == last else when), (text if rank == _EVENT else f"-> {text}")
            last = when

    def _lines(self) -> Iterator[_Line]:
        for event in self.story.events:
            if text := self._event(event):
                yield takes_effect(event), _EVENT, text
        for change in filter(self._tells, self.story.timeline.transitions):
            yield change.at, _CHANGE if change.because else _CLOCK, self._change(change)
        for notice in filter(self._tells, self.story.timeline.notices):
            said = _NOTICES[notice.kind].format(label(notice.benefit))
            text = f"{self._who(notice.registration_id)} {said}"
            yield notice.at, _CHANGE if notice.kind in _FOLLOWS else _CLOCK, text
        for found in self.story.timeline.deadlocks:
            if self._mine(found.deadlock):
                yield found.since, _CHANGE, self._deadlock(found.deadlock)
        for over in self.story.ended:
            if self._mine(over.deadlock):
                text = f"the {label(over.deadlock.benefit)} is no longer deadlocked"
                yield over.at, _CHANGE, text

    def _tells(self, entry: Transition | HeldPeriod | Notice | Standing | Pending) -> bool:
        """Whether who reads may see an entry."""
        after = entry.after if isinstance(entry, Transition) else entry
        return not self.says.names.hidden(self._owner(after.registration_id))

    def _mine(self, found: Deadlock) -> bool:
        return not self.says.names.hidden(self._owner(found.blocked))

    def _owner(self, registration_id: str | None) -> str | None:
        found = None if registration_id is None else self.story.owners.get(registration_id)
        return None if found is None else str(found)

    def _who(self, registration_id: str | None) -> str:
        return self.says.names.registration(registration_id, self._owner(registration_id))

    def _short(self, when: datetime) -> str:
        local = when.astimezone(zone_of(self.says.clock.zone))
        seconds = ":%S" if local.second or local.microsecond else ""
        return local.strftime(f"%Y-%m-%d %H:%M{seconds}")

    def _event(self, event: Event) -> str:
        """What happened; empty where who reads is not told."""
        subject = EVENT_RULES[event.kind].subject
        reader = self.says.names.reader
        if subject is Subject.REGISTRATION:
            if self.says.names.hidden(self._owner(event.about)):
                return ""
            who = self._who(event.about)
        elif subject is Subject.PARTNER:
            if self.says.names.hidden(event.about):
                return ""
            who = self.says.names.partner(event.about)
        elif reader is not None:
            return ""  # what is known of the deal may name others
        else:
            who = f"{subject.value} {told(event.about)}"
        said = _SAID.get(event.kind, f"is {event.kind.value.replace('_', ' ')}")
        return f"{who} {said}{self._stated(event)}{self._late(event)}"

    def _stated(self, event: Event) -> str:
        stated = [
            f"{label(name.removesuffix('_id'))} {self._value(value)}"
            for name, value in sorted(event.facts.items())
            if name not in _UNTOLD and not (name.endswith("_id") and value == self.story.about)
        ]
        return f": {'; '.join(stated)}" if stated else ""

    def _value(self, value: Value) -> str:
        return self.says.clock.value(value, quotes=False)

    def _late(self, event: Event) -> str:
        if event.known_at > event.happened_at:
            happened = self._short(event.happened_at)
            return f" (happened {happened}, known {gap(event.known_at - event.happened_at)} later)"
        return ""

    def _change(self, change: Transition) -> str:
        return f"{self._who(change.after.registration_id)} {self._standing(change.after, change)}"

    def _standing(self, standing: Standing, change: Transition | None = None) -> str:
        benefit = label(standing.benefit)
        if standing.line is not None:
            benefit += f" for {told(standing.line)}"
        match standing.kind:
            case StandingKind.GRANTED:
                held = any(
                    each.until is None
                    and each.benefit == standing.benefit
                    and (each.registration_id, each.line)
                    == (standing.registration_id, standing.line)
                    for each in self.story.state.held
                )
                final = held if change is None else change.final
                verb = "holds" if final else "comes first for"
                return f"{verb} the {benefit}{self._until(standing)}"
            case StandingKind.WAITING:
                return f"waits for the {benefit}: {self._why(standing)}"
            case StandingKind.DENIED:
                return f"does not get the {benefit}: {self._why(standing)}"
            case StandingKind.RETURNED:
                return f"is to be completed for the {benefit}: {self._why(standing)}"
            case StandingKind.REFERRED:
                return f"awaits a person's decision on the {benefit} [{standing.code}]"
            case _:
                assert_never(standing.kind)

    def _until(self, standing: Standing) -> str:
        granted = standing.entitlement
        if standing.provisional_until is not None:
            return f", unless somebody better comes by {self._short(standing.provisional_until)}"
        if granted is None or granted.ends is None:
            return ""
        return f" until {self._short(granted.ends)}"

    def _why(self, standing: Standing) -> str:
        return self.says.why(
            Incident(
                kind=IncidentKind.DISAGREEMENT,
                at=self.story.until,
                registration_id=standing.registration_id,
                partner_id=standing.partner_id,
                benefit=standing.benefit,
                code=standing.code,
                clause=standing.clause,
                rival=standing.rival,
                rival_partner_id=self._owner(standing.rival),
                margin=standing.margin,
                missing=standing.missing,
            )
        )

    def _deadlock(self, found: Deadlock) -> str:
        where = deal(self.story.rules, found.benefit, found.conflict)
        text = f"DEADLOCK: nobody can use the {label(found.benefit)} for {where}; alone, "
        text += f"{self._who(found.blocked)} could"
        if found.holds is not None:
            text += f", and {self._who(found.blocker)} holds the {label(found.holds)}"
        return text

    def _period(self, period: HeldPeriod) -> tuple[str, ...]:
        line = "" if period.line is None else f", {told(period.line)}"
        until = "it lasts" if period.until is None else self._short(period.until)
        if period.until is None and period.ends is not None:
            until = f"{self._short(period.ends)}, if nothing happens"
        return (
            label(period.benefit) + line,
            self._who(period.registration_id),
            self._short(period.since),
            until,
            period.ended_by or "-",
        )

    def _stands(self) -> Iterator[str]:
        state = self.story.state
        standings = [each for each in state.standings if self._tells(each)]
        for each in standings:
            yield f"{self._who(each.registration_id)} {self._standing(each)}."
        for deadlock in state.deadlocks:
            if self._mine(deadlock):
                yield f"{self._deadlock(deadlock)}."
        if self.says.names.reader is None:
            for question in state.referrals:
                yield self._question(question)
        if not standings:
            yield "There is no registration yet."

    def _question(self, question: Referral) -> str:
        if not question.candidates:
            return f"To decide [{question.code}]: who gets the {label(question.benefit)}."
        names = listed([self._who(each) for each in question.candidates], "or")
        return f"To decide [{question.code}]: who gets the {label(question.benefit)}: {names}."

    def _pending(self) -> Iterator[str]:
        state = self.story.state
        for each in filter(self._tells, state.pending):
            of = f" of the {label(each.benefit)}" if each.benefit else ""
            yield f"{self._short(each.at)}: {_what(each)}{of}, {self._who(each.registration_id)}."
        if state.next_change is None:
            yield "Nothing changes without a new event."
        else:
            yield f"Nothing changes before {self._short(state.next_change)} without a new event."


def _what(pending: Pending) -> str:
    return {"ends": "end", "approved": "counts as approved"}.get(pending.what, pending.what)

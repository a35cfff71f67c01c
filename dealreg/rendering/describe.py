"""A policy or policy book in plain English, as the terms a programme prints."""

from collections.abc import Iterable
from typing import Literal, TypeAlias, assert_never

from dealreg.checking.shape import shape_findings
from dealreg.errors import UsageError, shown, suggestion
from dealreg.facts.calendars import Calendar
from dealreg.facts.fields import Count, Elapsed, Field, Inside, Same, SinceEnded, Source, Tally
from dealreg.facts.vocabulary import Vocabulary
from dealreg.outcome.findings import Findings
from dealreg.policy.policies import Edition, Governs, Policy, PolicyBook
from dealreg.rendering.clocks import answer_items
from dealreg.rendering.document import Block, Bullets, Document, Heading, Item, Paragraph, Table
from dealreg.rendering.markdown import to_markdown
from dealreg.rendering.nouns import is_among, noun
from dealreg.rendering.phrases import Phrases
from dealreg.rendering.plain_text import to_text
from dealreg.rendering.stages import contest_items
from dealreg.rendering.words import (
    Clock,
    by_calendar,
    capital,
    label,
    listed,
    quoted,
    span_words,
    told,
    weekday,
)

__all__ = ["Form", "describe", "description", "printed"]

Form: TypeAlias = Literal["text", "markdown"]


def describe(rules: Policy | PolicyBook, *, form: Form = "text", zone: str = "UTC") -> str:
    """A policy in plain English: what is decided for every benefit, for whom, in what order.

    The same rules give the same text. A book is described with its versions, their dates and the
    rule for which version governs.

    Args:
        rules: a policy or a policy book.
        form: plain text of about a hundred columns, or Markdown.
        zone: the IANA zone in which instants are shown.

    Raises:
        UsageError: for another form, or something that is not a policy.
        PolicyError: when there is no such zone.
        PolicyErrors: when a part is of another kind than its place asks for.

    >>> from dealreg import Policy, contest, earliest
    >>> policy = Policy(programme="Example", contests=[
    ...     contest("protection", earliest("submitted_at"))])
    >>> print(describe(policy).splitlines()[0])
    Example, version 1
    """
    if form not in ("text", "markdown"):
        raise _no_form(form, ("text", "markdown"))
    if not isinstance(rules, Policy | PolicyBook):
        raise UsageError(f"{shown(rules)} is not a policy or a policy book", value=rules)
    Findings(tuple(shape_findings(rules))).raise_errors()
    return printed(description(rules, Clock(zone)), form)


def printed(document: Document, form: Form) -> str:
    """A document in one of the forms there is a printer for."""
    match form:
        case "text":
            return to_text(document)
        case "markdown":
            return to_markdown(document)
        case _:
            assert_never(form)


def _no_form(form: object, forms: tuple[str, ...]) -> UsageError:
    return UsageError(f"there is no form {shown(form)}", value=form, hint=suggestion(form, forms))


def description(rules: Policy | PolicyBook, clock: Clock) -> Document:
    """The document that `describe` prints."""
    match rules:
        case Policy():
            title = f"{told(rules.programme)}, version {told(rules.version)}"
            return Document((Heading(1, title), *_policy(rules, clock, 2)))
        case PolicyBook():
            return Document(tuple(_book(rules, clock)))
        case _:
            assert_never(rules)


def _book(book: PolicyBook, clock: Clock) -> Iterable[Block]:
    yield Heading(1, told(book.programme))
    yield Paragraph(_governs(book.governs))
    rows = []
    for place, edition in enumerate(book.editions):
        following = book.editions[place + 1] if place + 1 < len(book.editions) else None
        until = clock.instant(following.effective_from) if following else "until further notice"
        rows.append((told(edition.policy.version), clock.instant(edition.effective_from), until))
    yield Table(("Version", "In force from", "Until, exclusive"), rows)
    for edition in book.editions:
        yield Heading(2, _edition_title(edition, clock))
        yield from _policy(edition.policy, clock, 3)


def _edition_title(edition: Edition, clock: Clock) -> str:
    version = told(edition.policy.version)
    return f"Version {version}, in force from {clock.instant(edition.effective_from)}"


def _governs(governs: Governs) -> str:
    match governs:
        case Governs.DECISION:
            return (
                "Every registration is judged by the version in force at the instant of the "
                "decision, whenever it was submitted."
            )
        case Governs.FIRST_SUBMISSION:
            return (
                "All registrations that compete with each other are judged by the version that "
                "was in force when the earliest of them was submitted."
            )
        case Governs.OWN_SUBMISSION:
            return (
                "Each registration has to meet the requirements of the version that was in force "
                "when it was itself submitted. Overrides, windows, order and terms are those of "
                "the version that was in force when the earliest competing registration was "
                "submitted."
            )
        case _:
            assert_never(governs)


def _policy(policy: Policy, clock: Clock, level: int) -> Iterable[Block]:
    if policy.note.strip():
        yield Paragraph(told(policy.note))
    if policy.tiers:
        ladder = ", ".join(map(told, policy.tiers))
        yield Paragraph(f"Tiers, from the lowest to the highest: {ladder}.")
    benefits = [label(contest.benefit) for contest in policy.contests]
    if benefits:
        yield Paragraph(
            f"The programme decides {'each of these' if benefits[1:] else 'one benefit'}: "
            f"{listed(benefits)}. A registration takes part while it is live: submitted, under "
            "review, approved or converted, and not ended."
        )
    else:
        yield Paragraph("This version offers no benefits.")
    phrases = Phrases(policy.vocabulary(), clock)
    for contest in policy.contests:
        yield Heading(level, capital(label(contest.benefit)))
        yield Bullets(contest_items(contest, phrases))
    if policy.sla is not None:
        yield Heading(level, "The vendor's answer")
        yield Bullets(answer_items(policy.sla, phrases))
    if policy.calendars:
        yield Heading(level, "Calendars")
        yield Bullets(tuple(_calendar(each, clock) for each in policy.calendars))
    if policy.fields:
        yield Heading(level, "The programme's own fields")
        yield Bullets(tuple(_field(each, phrases) for each in policy.fields))


def _calendar(calendar: Calendar, clock: Clock) -> Item:
    weekend = listed([weekday(day) for day in calendar.weekend])
    closed = (
        f"every day but {weekend} is a business day" if weekend else "every day is a business day"
    )
    items = []
    if calendar.holidays:
        days = ", ".join(clock.day(day) for day in calendar.holidays)
        items.append(Item(f"Single days off: {days}."))
    if calendar.holiday_rules:
        rules = "; ".join(map(told, calendar.holiday_rules))
        items.append(Item(f"Days off every year, as iCalendar rules: {rules}."))
    text = (
        f"{capital(label(calendar.name))}: a day begins at midnight in {calendar.zone}; {closed}."
    )
    return Item(text, items)


def _field(field: Field, phrases: Phrases) -> Item:
    kind = field.type.replace("_", " ").replace("ordinal", "level").replace("bool", "yes or no")
    by = "the vendor" if field.source is Source.VENDOR else "the applicant"
    meaning = f": {told(field.meaning).rstrip('.')}." if field.meaning else "."
    stable = "" if field.changes else " It does not change after submission."
    origin = f"Supplied by {by}.{stable}" if field.derived is None else _derivation(field, phrases)
    levels = (
        f" Levels, from the lowest: {', '.join(map(told, field.levels))}." if field.levels else ""
    )
    return Item(
        f"{capital(label(field.name))} ({kind}, a fact of the {field.subject}){meaning} "
        f"{origin}{levels}"
    )


def _derivation(field: Field, phrases: Phrases) -> str:
    vocabulary = phrases.vocabulary
    match field.derived:
        case Elapsed(start, end, count, calendar):
            first, last = noun(start, vocabulary), noun(end, vocabulary)
            return f"Computed: the time from {first} to {last}, counted {_unit(count, calendar)}."
        case Same(left, right):
            one, other = noun(left, vocabulary), noun(right, vocabulary)
            return f"Computed: whether {one} and {other} are the same."
        case Inside(inner, outer):
            return f"Computed: whether {is_among(inner, outer, vocabulary, value=True)}."
        case Tally(same, within):
            shared = listed([noun(name, vocabulary) for name in same])
            recent = (
                "" if within is None else f" and were submitted at most {span_words(within)} before"
            )
            return (
                "Computed: how many other live registrations were submitted earlier and agree "
                f"in {shared}{recent}{_only(field.derived, vocabulary)}."
            )
        case SinceEnded(same, count, calendar):
            shared = listed([noun(name, vocabulary) for name in same])
            return (
                "Computed: the time from the end of the last of the registrations that agree in "
                f"{shared}, to submission, counted {_unit(count, calendar)}. Those count that had "
                "ended before, other than by being won."
            )
        case None:
            return ""
        case _:
            assert_never(field.derived)


def _unit(count: Count, calendar: str | None) -> str:
    unit = "exactly" if count is Count.TIME else f"in {count.value.replace('_', ' ')}"
    return unit + by_calendar(calendar)


def _only(tally: Tally, vocabulary: Vocabulary) -> str:
    values = {noun(name, vocabulary): str(tally.where[name]) for name in tally.where}
    asked = [f"{name} is {quoted(value)}" for name, value in values.items()]
    return f"; only those count of which {listed(asked)}" if asked else ""

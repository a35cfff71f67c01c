"""The report of what a change of policy would have done to a history."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Final, Literal, TypeAlias

from dealreg.errors import UsageError, shown, suggestion
from dealreg.facts.values import Money
from dealreg.outcome.comparison import ChangeKind
from dealreg.outcome.impact import (
    Absent,
    DeadlockShift,
    EditionRef,
    Held,
    Impact,
    Moved,
    Reading,
    Shift,
)
from dealreg.rendering.comparison_report import CHANGES
from dealreg.rendering.document import Block, Bullets, Document, Heading, Item, Paragraph, Table
from dealreg.rendering.html import to_html
from dealreg.rendering.markdown import to_markdown
from dealreg.rendering.plain_text import to_text
from dealreg.rendering.words import Clock, capital, count, label, listed, number, told

__all__ = ["PageForm", "absences", "as_page", "editions", "report_impact", "worth"]

PageForm: TypeAlias = Literal["text", "markdown", "html"]
"""The forms of a report that is attached to something."""

_CALLED: Final = {
    "partner_id": "partner",
    "tier": "tier",
    "region": "region",
    "products": "product",
    "month": "month of submission",
}
_READINGS: Final = {
    Reading.AS_OF: "Each conflict was decided once, by both policies, as of {at}.",
    Reading.IN_TURN: "Registrations were decided as they came, by both policies, up to {at}: "
    "whoever was eligible while nobody held the benefit got it, until its period ended.",
    Reading.REPLAYED: "The events were replayed under both policies, by what was known when{at}. "
    "Whoever was awarded a benefit for good at any time, or is granted it at the end, holds it.",
}
_SHOWN: Final = 12
"""How many values of a property the report shows; the tables have them all."""


def report_impact(
    impact: Impact, *, form: PageForm = "text", zone: str = "UTC", values: int = _SHOWN
) -> str:
    """The report of what a change would have done, to attach to a change request.

    Args:
        impact: what `dealreg.impact.diff` found.
        form: plain text of about a hundred columns, Markdown, or one page of HTML.
        zone: the IANA zone in which instants are shown.
        values: how many partners, products or months are shown at most; `to_rows` has all.

    Raises:
        UsageError: for something that is no impact, or another form.

    >>> from dealreg.outcome.decision import PolicyRef
    >>> ref = PolicyRef(programme="Example", version="1", digest="")
    >>> same = Impact(old=ref, new=ref, reading="replayed", registrations=3)
    >>> print(report_impact(same).splitlines()[3])
    On this history, the two policies come to the same.
    """
    if not isinstance(impact, Impact):
        raise UsageError(f"{shown(impact)} is not the impact of a change", value=impact)
    return as_page(Document(tuple(_blocks(impact, Clock(zone), values))), form)


def as_page(document: Document, form: str) -> str:
    """A document in one of the forms of a page.

    Raises:
        UsageError: there is no such form.
    """
    printers = {"text": to_text, "markdown": to_markdown, "html": to_html}
    if form not in printers:
        raise UsageError(
            f"there is no form {shown(form)}",
            value=form,
            hint=suggestion(form, printers) or f"there are {listed(list(printers))}",
        )
    return printers[form](document)


def worth(amounts: Iterable[Money]) -> str:
    """Amounts of several currencies as one text.

    >>> worth([Money("5000", "EUR"), Money("7", "USD")])
    '5,000 EUR, 7 USD'
    """
    return ", ".join(f"{number(each.amount)} {each.currency}" for each in amounts)


def absences(absent: Iterable[Absent]) -> Iterator[Block]:
    """What was not measured, and why."""
    items = [Item(f"{capital(told(each.measure))}: {told(each.because)}.") for each in absent]
    if items:
        yield Heading(2, "Not measured")
        yield Bullets(items)


def _blocks(impact: Impact, clock: Clock, values: int) -> Iterator[Block]:
    old, new = impact.old, impact.new
    yield Heading(
        1,
        f"{told(new.programme)}, version {told(new.version)} in place of "
        f"{told(old.programme)}, version {told(old.version)}",
    )
    yield Paragraph(_verdict(impact))
    yield Paragraph(_read(impact, clock))
    yield from editions("Before", impact.old_editions, clock)
    yield from editions("After", impact.new_editions, clock)
    yield Heading(2, "Who holds what")
    yield _held(impact.held)
    if impact.moved:
        yield Heading(2, "What fares otherwise")
        yield _moved(impact.moved)
        yield Paragraph(
            "Conflicts, by what happens to them; one may be in two lines. A conflict is worth what "
            "its first registration that states an amount says."
        )
    yield from _people(impact.held)
    yield from _deadlocks(impact.deadlocks)
    yield from _shifts(impact, values)
    yield from _handovers(impact)
    yield from absences(impact.absent)


def editions(when: str, found: Sequence[EditionRef], clock: Clock) -> Iterator[Block]:
    """From when on each edition of a book is in force."""
    if found:
        told_ = [
            f"version {told(each.policy.version)} from {clock.instant(each.effective_from)}"
            if each.effective_from > _EVER
            else f"version {told(each.policy.version)}"
            for each in found
        ]
        yield Paragraph(f"{when}, a policy book: {listed(told_)}.")


_EVER: Final = datetime(1900, 1, 1, tzinfo=UTC)
"""What is in force from then on always was."""


def _verdict(impact: Impact) -> str:
    if impact.empty:
        return "On this history, the two policies come to the same."
    kinds = (ChangeKind.CHANGES_HANDS, ChangeKind.GAINED, ChangeKind.LOST)
    words = (
        ("changes hands", "change hands"),
        ("gets a holder", "get a holder"),
        ("loses its holder", "lose theirs"),
    )
    said = []
    for held in impact.held:
        counts = [
            sum(m.conflicts for m in impact.moved if (m.benefit, m.kind) == (held.benefit, kind))
            for kind in kinds
        ]
        parts = [
            f"{'one conflict' if n == 1 else f'{number(n)} conflicts'} {one if n == 1 else many}"
            for n, (one, many) in zip(counts, words, strict=True)
            if n
        ]
        if parts:
            said.append(f"{capital(label(held.benefit))}: {listed(parts)}.")
    return " ".join(said) or "Nobody gains or loses a benefit, but something else changes."


def _read(impact: Impact, clock: Clock) -> str:
    when = "" if impact.at is None else clock.instant(impact.at)
    if impact.reading is Reading.REPLAYED and when:
        when = f", up to {when}"
    many = f"{capital(count(impact.registrations, 'registration'))}"
    text = f"{many}. {_READINGS[impact.reading].format(at=when)}"
    if impact.rejected:
        rows = "event" if impact.reading is Reading.REPLAYED else "row"
        text += f" {capital(count(impact.rejected, rows))} could not be used."
    return text


def _held(held: Iterable[Held]) -> Table:
    return Table(
        ("Benefit", "Holders before", "After", "Worth before", "After"),
        [
            (
                capital(label(each.benefit)),
                number(each.old),
                number(each.new),
                worth(each.old_worth),
                worth(each.new_worth),
            )
            for each in held
        ],
    )


def _moved(moved: Iterable[Moved]) -> Table:
    return Table(
        ("Benefit", "What happens", "Conflicts", "Worth"),
        [
            (
                capital(label(each.benefit)),
                CHANGES[each.kind],
                number(each.conflicts),
                worth(each.worth),
            )
            for each in moved
        ],
    )


def _people(held: Iterable[Held]) -> Iterator[Block]:
    asked = [each for each in held if each.old_referred or each.new_referred]
    if asked:
        yield Heading(2, "Left to a person")
        rows = [
            (capital(label(e.benefit)), number(e.old_referred), number(e.new_referred))
            for e in asked
        ]
        yield Table(("Benefit", "Registrations before", "After"), rows)


def _deadlocks(found: Iterable[DeadlockShift]) -> Iterator[Block]:
    rows = [
        (
            capital(label(each.benefit)),
            number(each.old),
            number(each.new),
            number(each.removed),
            number(each.created),
            listed([told(name) for name in each.created_for[:3]]),
        )
        for each in found
    ]
    if rows:
        yield Heading(2, "Deadlocks")
        yield Paragraph("Registrations kept from a benefit that they alone would have got.")
        yield Table(("Benefit", "Before", "After", "Removed", "Created", "Created for"), rows)


def _shifts(impact: Impact, values: int) -> Iterator[Block]:
    groups: dict[tuple[str, str], list[Shift]] = {}
    for each in impact.shifts:
        groups.setdefault((each.benefit, each.by), []).append(each)
    for (benefit, by), shifts in groups.items():
        called = _CALLED.get(by, label(by))
        yield Heading(2, f"{capital(label(benefit))} by {called}")
        shown_, rest = shifts[:values], shifts[values:]
        if by == "month":  # in the order of time, and all of them
            shown_, rest = (
                sorted(shifts, key=lambda each: (bool(each.others), each.value or "")),
                [],
            )
        rows = [
            (
                _value(each),
                number(each.gained),
                number(each.lost),
                _net(each),
                worth(each.gained_worth),
                worth(each.lost_worth),
            )
            for each in shown_
        ]
        head = (capital(called), "Gains", "Loses", "Net", "Worth gained", "Lost")
        yield Table(head, rows)
        if rest:
            many = sum(each.others or 1 for each in rest)
            gained, lost = sum(e.gained for e in rest), sum(e.lost for e in rest)
            yield Paragraph(
                f"And {number(many)} more, which gain {number(gained)} and lose {number(lost)}."
            )


def _value(shift: Shift) -> str:
    if shift.others:
        return "1 other" if shift.others == 1 else f"{number(shift.others)} others"
    return "not known" if shift.value is None else told(shift.value)


def _net(shift: Shift) -> str:
    net = shift.gained - shift.lost
    return f"+{number(net)}" if net > 0 else number(net)


def _handovers(impact: Impact) -> Iterator[Block]:
    if not impact.handovers:
        return
    yield Heading(2, "The largest")
    rows = [
        (
            capital(label(each.benefit)),
            told(" / ".join(each.conflict)),
            _whose(each.old, each.old_partners),
            _whose(each.new, each.new_partners),
            worth([] if each.worth is None else [each.worth]),
        )
        for each in impact.handovers
    ]
    yield Table(("Benefit", "Conflict", "Before", "After", "Worth"), rows)


def _whose(registrations: tuple[str, ...], partners: tuple[str, ...]) -> str:
    if not registrations:
        return "nobody"
    return f"{listed([told(p) for p in partners])} ({listed([told(r) for r in registrations])})"

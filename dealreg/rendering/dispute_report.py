"""The report of a history against the rules: the summary first, then what was found, most first."""

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

import attrs

from dealreg.errors import UsageError, shown, suggestion
from dealreg.outcome.decision import StandingKind
from dealreg.outcome.disputes import Agreement, Disputes, Incident, IncidentKind, Recorded
from dealreg.rendering.codes import CODES
from dealreg.rendering.describe import Form, printed
from dealreg.rendering.document import Block, Bullets, Document, Heading, Item, Paragraph, Table
from dealreg.rendering.incidents import DONE, Sentences, versions
from dealreg.rendering.words import Clock, capital, count, label, listed, number, told

__all__ = ["TITLES", "report_disputes"]

TITLES: Final = {
    IncidentKind.DISAGREEMENT: "Decided otherwise than the rules say",
    IncidentKind.DEADLOCK: "Deadlocks: reserved for somebody who could not use it",
    IncidentKind.OVERLAPPING_APPROVALS: "Two partners approved for the same thing at one time",
    IncidentKind.SPECIAL_PRICE_BESIDE_HOLDER: "Special prices given beside a protection",
    IncidentKind.WON_BESIDE_HOLDER: "Won while another partner was protected",
    IncidentKind.WON_AGAIN: "Won though it had been won before",
    IncidentKind.LAPSED_UNNOTICED: "Ran out, and nobody noticed",
    IncidentKind.APPROVED_IN_WINDOW: "Approved while others could still come in time",
    IncidentKind.ANSWER_OVERDUE: "The vendor answered late, or not at all",
    IncidentKind.TIE: "Ties that a person has to decide",
    IncidentKind.UNKNOWN_CONFLICT: "In no conflict, because a fact is missing",
    IncidentKind.HINDSIGHT: "Decided rightly by what was known, and wrongly by what became known",
}
"""What each kind of incident is called."""

_MEANS: Final = {
    IncidentKind.DISAGREEMENT: "Each recorded decision is held against how the registration stood "
    "just before it took effect, by what was known then.",
    IncidentKind.DEADLOCK: "A partner that could have used the benefit was shut out by one that "
    "could not.",
    IncidentKind.OVERLAPPING_APPROVALS: "From an approval to its end as recorded, or to the end of "
    "its period, whichever came first.",
    IncidentKind.SPECIAL_PRICE_BESIDE_HOLDER: "The protected partner was undercut with the "
    "vendor's help.",
    IncidentKind.WON_BESIDE_HOLDER: "Protection by the rules did not decide who won. Look at who "
    "held it, and whether anybody told the customer.",
    IncidentKind.WON_AGAIN: "Either a deal has two winners, or the rules take several deals "
    "for one because they go by too little. Then all else here is about the wrong conflicts.",
    IncidentKind.LAPSED_UNNOTICED: "Whoever waited in the queue came up at that instant, and may "
    "not have been told.",
    IncidentKind.APPROVED_IN_WINDOW: "Whoever came in the time that was left had a right to be "
    "considered.",
    IncidentKind.ANSWER_OVERDUE: "Measured by the vendor's own clock in the rules.",
    IncidentKind.TIE: "The rules hold them for equal. Where times are recorded to the day only, "
    "everybody of one day is.",
    IncidentKind.UNKNOWN_CONFLICT: "The rules cannot compare them with anybody, so conflicts "
    "may be hidden here. Supply the fact, and replay.",
    IncidentKind.HINDSIGHT: "Some events became known only after others had been decided. This is "
    "what that cost.",
}
_CLOCKS: Final = {
    "ANSWER_OVERDUE": "Nothing follows by the rules.",
    "ESCALATED": "A person of the vendor was to be asked.",
    "DEEMED_APPROVED": "It counted as approved.",
}
_TOP: Final = 3


def report_disputes(
    disputes: Disputes,
    *,
    form: Form = "text",
    zone: str = "UTC",
    examples: int = 3,
    partner_id: str | None = None,
) -> str:
    """The report of a history against the rules, as text or Markdown.

    Args:
        disputes: what `dealreg.history.compare_outcomes` found.
        form: plain text of about a hundred columns, or Markdown.
        zone: the IANA zone in which instants are shown.
        examples: how many incidents of each kind are told; those worth most first.
        partner_id: only what concerns this partner, with everybody else's names, numbers, prices
            and exact times left out.

    Raises:
        UsageError: for another form.
        PolicyError: when there is no such zone.

    >>> from dealreg import Event, History, Policy, contest, earliest
    >>> from dealreg.history import compare_outcomes
    >>> policy = Policy(programme="Example", contests=[
    ...     contest("protection", earliest("submitted_at"))])
    >>> history = History(events=[
    ...     Event(event_id=name, kind="submitted", about=name, happened_at=f"2026-03-0{day}T09:00Z",
    ...           facts={"partner_id": name, "opportunity_id": "O1"})
    ...     for name, day in (("A", 1), ("B", 2))
    ... ] + [Event(event_id="C", kind="approved", about="B", happened_at="2026-03-03T09:00Z")])
    >>> report = report_disputes(compare_outcomes(policy, history))
    >>> print(report.splitlines()[0])
    Example: the history against the rules
    """
    if form not in ("text", "markdown"):
        forms = ("text", "markdown")
        raise UsageError(
            f"there is no form {shown(form)}", value=form, hint=suggestion(form, forms)
        )
    page = _Page(disputes, Sentences.of(disputes, Clock(zone), partner_id), examples)
    return printed(Document(list(page.blocks())), form)


@attrs.frozen(eq=False)
class _Page:
    disputes: Disputes
    says: Sentences
    examples: int

    def blocks(self) -> Iterator[Block]:
        programme = told(self.disputes.rules.programme)
        reader = self.says.names.reader
        of = "" if reader is None else f", for {self.says.names.partner(reader)}"
        yield Heading(1, f"{programme}: the history against the rules{of}")
        if reader is None:
            yield Paragraph(self._scale())
            yield Paragraph(self._verdict())
            if winners := self._winners():
                yield Paragraph(winners)
        kinds = self._by_kind()
        if kinds:
            yield Heading(2, "What somebody should look at")
            heads = ("How many", "What") if reader else ("How many", "What", "Worth")
            rows = [self._line(kind, found) for kind, found in kinds.items()]
            yield Table(heads, [row[: len(heads)] for row in rows])
        else:
            yield Paragraph("Nothing was found that somebody should look at.")
        if reader is None:
            yield from self._agreement()
        for kind, found in kinds.items():
            yield from self._kind(kind, found)
        if reader is None:
            yield from self._fates()
            yield from self._aside()
            yield from self._caveats()

    def _by_kind(self) -> dict[IncidentKind, list[Incident]]:
        """What is shown, by kind, most first."""
        found: dict[IncidentKind, list[Incident]] = {}
        reader = self.says.names.reader
        for each in self.disputes.incidents:
            if reader is None or reader in (each.partner_id, each.rival_partner_id):
                found.setdefault(each.kind, []).append(each)
        return dict(sorted(found.items(), key=lambda item: (-len(item[1]), item[0].value)))

    def _scale(self) -> str:
        found, clock = self.disputes, self.says.clock
        if found.since is None or found.until is None:
            return "There were no events."
        said = (
            f"{capital(count(found.events, 'event'))} about "
            f"{count(found.registrations, 'registration')}, from {clock.instant(found.since)} to "
            f"{clock.instant(found.until)}."
        )
        if found.late:
            said += f" Known later than it happened: {count(found.late, 'event')}."
        undecided = found.registrations - found.decided
        if undecided:
            said += f" Without any recorded decision: {count(undecided, 'registration')}."
        return said

    def _verdict(self) -> str:
        rate, compared = self.disputes.rate(), self.disputes.compared()
        if rate is None:
            return (
                "The history records no decision of the vendor's on which the rules have a word of "
                "their own, so it says nothing on how far people followed them."
            )
        agreed = rate * compared
        return (
            f"Of {count(compared, 'recorded decision')} on which the rules have a word of their "
            f"own, {number(int(agreed))} ({_percent(int(agreed), compared)}) agree with them."
        )

    def _winners(self) -> str:
        """Who won, beside who was protected; empty where nothing is recorded as won."""
        won = [each for each in self.disputes.agreement if each.recorded is Recorded.WON]
        total = sum(each.count for each in won)
        if not total:
            return ""
        holder = sum(each.count for each in won if each.agrees)
        beside = sum(each.count for each in won if each.agrees is False)
        rest = total - holder - beside
        return (
            f"Of {count(total, 'won deal')}, those won by who was protected by the rules: "
            f"{number(holder)} ({_percent(holder, total)}); while another partner was: "
            f"{number(beside)} ({_percent(beside, total)}); while nobody was, or a person was to "
            f"decide: {number(rest)} ({_percent(rest, total)})."
        )

    def _line(self, kind: IncidentKind, found: Sequence[Incident]) -> tuple[str, str, str]:
        return number(len(found)), TITLES[kind], self._worth(found)

    def _worth(self, found: Sequence[Incident]) -> str:
        sums: dict[str, Decimal] = {}
        for each in {(e.registration_id, e.amount) for e in found}:
            amount = each[1]
            if amount is not None:
                sums[amount.currency] = sums.get(amount.currency, Decimal()) + amount.amount
        said = [f"{number(sums[each].quantize(Decimal(1)))} {each}" for each in sorted(sums)]
        return listed(said) or "not known"

    def _agreement(self) -> Iterator[Block]:
        decisions = [e for e in self.disputes.agreement if e.recorded is not Recorded.WON]
        rows = [each for each in decisions if each.outcome is not None]
        if not rows:
            return
        yield Heading(2, "What was recorded, and what the rules say")
        heads = ["Recorded", "Benefit", *(capital(kind.value) for kind in StandingKind), "Agree"]
        lines: dict[tuple[Recorded, str], list[Agreement]] = {}
        for each in rows:
            lines.setdefault((each.recorded, each.benefit), []).append(each)
        table = []
        for (recorded, benefit), cells in lines.items():
            counts = [sum(e.count for e in cells if e.outcome is kind) for kind in StandingKind]
            table.append(
                (
                    capital(recorded.value.replace("_", " ")),
                    label(benefit),
                    *(number(each) if each else "-" for each in counts),
                    _agreed(cells),
                )
            )
        yield Table(heads, table)
        none = sum(each.count for each in decisions if each.outcome is None)
        if none:
            yield Paragraph(
                f"{capital(count(none, 'more record'))} cannot be compared: there was no standing "
                "yet, as where everything is recorded at one instant, or the rules do not offer "
                "the benefit."
            )

    def _kind(self, kind: IncidentKind, found: list[Incident]) -> Iterator[Block]:
        yield Heading(2, f"{TITLES[kind]} ({number(len(found))})")
        yield Paragraph(_MEANS[kind])
        if self.says.names.reader is None and len(found) > _TOP:
            yield from self._breakdown(kind, found)
        shown_first = sorted(found, key=_worth_most)[: self.examples]
        yield Bullets([Item(self.says.said(each)) for each in shown_first])
        more = len(found) - len(shown_first)
        if more > 0:
            yield Paragraph(
                f"And {number(more)} more: the rows of kind `{kind.value}`, or "
                f'`disputes.of("{kind.value}")`.'
            )

    def _breakdown(self, kind: IncidentKind, found: list[Incident]) -> Iterator[Block]:
        """Why, where reasons differ, and about whom most often."""
        whys = Counter((each.recorded, each.code) for each in found)
        if len(whys) > 1:
            rows = [
                (
                    number(many),
                    _percent(many, len(found)),
                    DONE.get(recorded, recorded) or "nothing recorded",
                    code or "-",
                    _meaning(code),
                )
                for (recorded, code), many in whys.most_common(10)
            ]
            yield Table(("How many", "Part", "What happened", "Code", "Meaning"), rows)
        if kind is IncidentKind.WON_AGAIN:
            same = sum(each.partner_id == each.rival_partner_id for each in found)
            yield Paragraph(f"By the partner that had won it before: {number(same)}.")
        whom = Counter(each.partner_id for each in found).most_common(_TOP)
        if len(whom) > 1 and kind is not IncidentKind.TIE:
            said = [f"{self.says.names.partner(name)} ({number(many)})" for name, many in whom]
            yield Paragraph(f"Most often about {listed(said)}.")

    def _fates(self) -> Iterator[Block]:
        fates = self.disputes.fates
        if not fates:
            return
        yield Heading(2, "How registrations fared under the rules")
        yield Paragraph("The best that each ever stood, whatever people recorded.")
        totals = Counter[str]()
        for each in fates:
            totals[each.benefit] += each.count
        rows = [
            (
                label(each.benefit),
                capital(each.outcome.value),
                number(each.count),
                _percent(each.count, totals[each.benefit]),
                each.code,
                _meaning(each.code),
            )
            for each in fates
        ]
        yield Table(("Benefit", "Standing", "How many", "Part", "Code", "Meaning"), rows)

    def _aside(self) -> Iterator[Block]:
        aside = self.disputes.set_aside
        if not aside:
            return
        yield Heading(2, f"Events that could not be replayed ({number(len(aside))})")
        yield Paragraph("They change nothing; correct them, and replay.")
        yield Bullets(
            [
                Item(
                    f"{told(each.event.event_id)}"
                    + (f" ({told(each.event.source)})" if each.event.source else "")
                    + f", {each.event.kind.value.replace('_', ' ')} of {told(each.event.about)}: "
                    f"{told(each.reason)} [{each.code}]."
                    + (f" {told(each.hint)}." if each.hint else "")
                )
                for each in aside[: self.examples]
            ]
        )
        if len(aside) > self.examples:
            yield Paragraph(f"And {number(len(aside) - self.examples)} more: `disputes.set_aside`.")

    def _caveats(self) -> Iterator[Block]:
        """What a reader must know before drawing conclusions."""
        found = self.disputes
        said = []
        unknown = len({each.registration_id for each in found.of(IncidentKind.UNKNOWN_CONFLICT)})
        if unknown and found.registrations:
            said.append(
                f"{_percent(unknown, found.registrations)} of the registrations are in no conflict "
                "because a fact is missing: everything above is a lower bound."
            )
        again = len(found.of(IncidentKind.WON_AGAIN))
        if again:
            said.append(
                f"{capital(count(again, 'registration'))} won what had been won before. If these "
                "were separate deals, let the rules go by more than "
                f"{listed(self._keys())}, or give each deal its own opportunity."
            )
        opened = sum(
            each.count
            for each in found.agreement
            if each.agrees is None and each.recorded is not Recorded.WON
        )
        if opened:
            said.append(
                f"Counted neither way: {count(opened, 'recorded decision')}, where the rules leave "
                "the question to a person, or there was nothing to compare with."
            )
        if not any(each.recorded is Recorded.APPROVED for each in found.agreement):
            said.append(
                "No approval is recorded. Who is protected here is who would have been under these "
                "rules, not who was."
            )
        if said:
            yield Heading(2, "Before you draw conclusions")
            yield Bullets([Item(each) for each in said])

    def _keys(self) -> list[str]:
        """What registrations are held to compete by."""
        contests = [each for policy in versions(self.disputes.rules) for each in policy.contests]
        names = dict.fromkeys(key for each in contests for key in each.scope.keys)
        return [label(key.removesuffix("_id")) for key in names]


def _meaning(code: str) -> str:
    if code in _CLOCKS:
        return _CLOCKS[code]
    return CODES.get(code, "A rule of the programme." if code else "")


def _percent(part: int, whole: int) -> str:
    return f"{Decimal(100 * part) / Decimal(whole or 1):.1f} %"


def _agreed(cells: Sequence[Agreement]) -> str:
    plain = [each for each in cells if each.agrees is not None]
    total = sum(each.count for each in plain)
    return _percent(sum(e.count for e in plain if e.agrees), total) if total else "-"


def _worth_most(incident: Incident) -> tuple[object, ...]:
    amount = incident.amount
    return (
        0 if amount is None else -amount.amount,
        incident.at,
        incident.registration_id,
    )

"""What came of test cases, in words: which failed, what was expected and found, and why."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any, Literal, overload

import attrs

from dealreg.facts.canonical import plain
from dealreg.outcome.cases import About, CaseResult, CaseVerdict, Difference
from dealreg.outcome.decision import Standing
from dealreg.rendering.auditor import Auditor
from dealreg.rendering.channel_manager import Manager
from dealreg.rendering.describe import Form, printed
from dealreg.rendering.document import Block, Bullets, Document, Heading, Item, Paragraph
from dealreg.rendering.situation import Situation
from dealreg.rendering.words import Clock, label, listed, told

__all__ = ["report_case", "report_cases", "summary_of_cases"]

_TITLE: Mapping[CaseVerdict, str] = {
    CaseVerdict.PASSED: "Passed",
    CaseVerdict.FAILED: "Failed",
    CaseVerdict.OPEN: "Expects nothing",
}


@overload
def report_cases(
    results: Iterable[CaseResult], *, form: Form = "text", trace: bool = False, zone: str = "UTC"
) -> str: ...


@overload
def report_cases(
    results: Iterable[CaseResult],
    *,
    form: Literal["dict"],
    trace: bool = False,
    zone: str = "UTC",
) -> dict[str, Any]: ...


def report_cases(
    results: Iterable[CaseResult],
    *,
    form: Literal["text", "markdown", "dict"] = "text",
    trace: bool = False,
    zone: str = "UTC",
) -> str | dict[str, Any]:
    """The cases that did not pass, each with its differences and their reasons, and a summary.

    Args:
        results: what `run_cases` gave.
        form: plain text, Markdown, or a dict of plain data with all results.
        trace: whether to add the steps that led to each standing that differs.
        zone: the IANA zone in which instants are shown.

    Raises:
        PolicyError: when there is no such zone.
    """
    found, clock = list(results), Clock(zone)
    if form == "dict":
        return _data(found)
    blocks = [block for each in found for block in _case(each, clock, trace=trace)]
    return printed(Document([*blocks, Paragraph(f"{summary_of_cases(found)}.")]), form)


def report_case(
    result: CaseResult, *, form: Form = "text", trace: bool = False, zone: str = "UTC"
) -> str:
    """One case that did not pass, in words; nothing for one that did.

    Raises:
        PolicyError: when there is no such zone.
    """
    blocks = _case(result, Clock(zone), trace=trace)
    return printed(Document(list(blocks)), form) if result.verdict != CaseVerdict.PASSED else ""


def summary_of_cases(results: Sequence[CaseResult]) -> str:
    """How many cases there were, and how they came out.

    >>> summary_of_cases([])
    '0 cases'
    """
    verdicts = [each.verdict for each in results]
    counts = [
        f"{number} {word}"
        for verdict, word in (
            (CaseVerdict.PASSED, "passed"),
            (CaseVerdict.FAILED, "failed"),
            (CaseVerdict.OPEN, "with nothing expected"),
        )
        if (number := verdicts.count(verdict))
    ]
    many = f"{len(results)} case" + ("" if len(results) == 1 else "s")
    return many + (f": {listed(counts)}" if counts else "")


def _case(result: CaseResult, clock: Clock, *, trace: bool) -> Iterator[Block]:
    case = result.case
    if result.verdict is CaseVerdict.PASSED:
        return
    where = f" ({told(PurePath(case.file).name)}, line {case.line})" if case.file else ""
    yield Heading(3, f"{_TITLE[result.verdict]}: {told(case.name)}{where}")
    if result.verdict is CaseVerdict.OPEN:
        yield Paragraph("State what it expects, or record what is found and review it.")
        return
    words = _Words(result, Situation(result.record), clock, trace)
    yield Bullets(list(words.items()))


@attrs.frozen(eq=False)
class _Words:
    """Says the differences of one result."""

    result: CaseResult
    situation: Situation
    clock: Clock
    trace: bool

    def items(self) -> Iterator[Item]:
        places: dict[tuple[Any, ...], list[Difference]] = {}
        for each in self.result.differences:
            own = 0 if each.about is About.STANDING else len(places)
            place = (each.about, each.benefit, each.registration_id, each.line, own)
            places.setdefault(place, []).append(each)
        for differences in places.values():
            if differences[0].about is About.STANDING:
                yield self._standing(differences)
            else:
                yield self._notice(differences[0])

    def _standing(self, differences: Sequence[Difference]) -> Item:
        first = differences[0]
        line = f", {told(first.line)}" if first.line is not None else ""
        name = self.situation.name(first.registration_id or "")
        head = f"{label(first.benefit)}{line}, {name}: "
        standing = self._found(first)
        if standing is None:
            return Item(f"{head}expected {told(first.expected)}, and it has no such standing.")
        said = [self._said(each, standing) for each in differences]
        return Item(f"{head}{'; '.join(said)}.", list(self._why(standing)))

    def _said(self, difference: Difference, standing: Standing) -> str:
        expected, found = (self._text(each) for each in (difference.expected, difference.found))
        if difference.name == "stand":
            return f"expected {expected}, found {found} [{told(standing.code)}]"
        return f"{_NAMES.get(difference.name, difference.name)} expected {expected}, found {found}"

    def _text(self, text: str) -> str:
        return told(text) if text else "none"

    def _found(self, difference: Difference) -> Standing | None:
        place = (difference.registration_id, difference.benefit, difference.line)
        for each in self.situation.record.decision.standings:
            if (each.registration_id, each.benefit, each.line) == place:
                return each
        return None

    def _why(self, standing: Standing) -> Iterator[Item]:
        yield from Manager(self.situation, self.clock).sentences(standing)
        yield Item(f"Decided at {told(standing.clause)}.")
        if self.trace:
            yield Item("Trace", list(Auditor(self.situation, self.clock).steps(standing)))

    def _notice(self, difference: Difference) -> Item:
        what = difference.about.value
        where = f", {label(difference.benefit)}" if difference.benefit else ""
        expected, found = (self._text(each) for each in (difference.expected, difference.found))
        if difference.name:
            name = _NAMES.get(difference.name, difference.name)
            return Item(f"{what}{where}: {name} expected {expected}, found {found}.")
        if not difference.expected:
            return Item(f"{what}{where}: found, and not expected: {found}.", self._told(difference))
        return Item(f"{what}{where}: expected, and not found: {expected}.")

    def _told(self, difference: Difference) -> list[Item]:
        """The referrals or deadlocks of a benefit in sentences."""
        manager, about = Manager(self.situation, self.clock), difference.benefit
        if difference.about is About.DEADLOCK:
            found = [manager.deadlock(e) for e in self.situation.deadlocks if e.benefit == about]
        else:
            found = [manager.question(e) for e in self.situation.referrals if e.benefit == about]
        return [Item(each) for each in found]


_NAMES: Mapping[str, str] = {
    "code": "reason code",
    "clause": "place in the policy",
    "provisional_until": "provisional until",
    "version": "policy version",
}


def _data(results: Sequence[CaseResult]) -> dict[str, Any]:
    return {
        "summary": {
            verdict.value: sum(each.verdict is verdict for each in results)
            for verdict in CaseVerdict
        },
        "cases": [
            {
                "name": each.case.name,
                "file": each.case.file,
                "line": each.case.line,
                "verdict": each.verdict.value,
                "differences": [
                    {a.name: plain(getattr(d, a.name)) for a in attrs.fields(type(d))}
                    for d in each.differences
                ],
            }
            for each in results
        ],
    }

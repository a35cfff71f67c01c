"""Test cases of a policy from TOML: every case of a file, or everything that is wrong with it.

The keys of the format are in `docs/reference/cases.md`.
"""

import contextlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import attrs

from dealreg.errors import (
    CaseError,
    CaseErrors,
    PolicyError,
    PolicyErrors,
    UsageError,
    shown,
    suggestion,
)
from dealreg.facts.calendars import zone as iana_zone
from dealreg.facts.case import Facts
from dealreg.facts.conform import facts_problems
from dealreg.facts.values import FrozenMap, Money
from dealreg.outcome.cases import PolicyCase
from dealreg.outcome.record import Answer
from dealreg.policy.policies import Policy, PolicyBook
from dealreg.policy.walk import externals_of
from dealreg.wire.case_contradictions import contradictions
from dealreg.wire.case_expectations import Expectations, Known, read_expectations
from dealreg.wire.case_facts import (
    IDENTIFIED_BY,
    CaseRow,
    Settings,
    case_facts,
    completed,
    holding_rows,
    instant_of,
    named_rows,
    replaced,
)
from dealreg.wire.toml_places import Places, lined, path_of, places
from dealreg.wire.toml_tables import Problems, Table
from dealreg.wire.toml_text import toml_tables

__all__ = ["CASES_FORMAT", "cases_from_toml", "policy_named_in"]

CASES_FORMAT: Final = "dealreg-cases/1"

_SHARED: Final = ("partners", "customers", "opportunities")
_OWN: Final = ("registrations", *_SHARED, "rulings")


def cases_from_toml(
    text: str, rules: Policy | PolicyBook, *, place: str = "cases"
) -> tuple[PolicyCase, ...]:
    """The test cases of a TOML text, in the order in which they stand there.

    Args:
        text: the content of the file.
        rules: the policy or book they test: its benefits, tiers and fields are what they may name.
        place: what errors call the file.

    Raises:
        CaseErrors: for all that is wrong with the cases, at once, each with its line.
        UnreadableError: when the text is not TOML, too large or nested too deeply.
        UsageError: when `text` is not text, or `rules` are none.

    >>> from dealreg import Policy, contest, earliest
    >>> policy = Policy(programme="Example", contests=[
    ...     contest("protection", earliest("submitted_at"))])
    >>> cases = cases_from_toml('''
    ... format = "dealreg-cases/1"
    ... [[cases]]
    ... name = "the first to register is protected"
    ... at = "2026-03-10T00:00Z"
    ... registrations = [
    ...     { submitted = "2026-03-02T09:00Z" },
    ...     { submitted = "2026-03-01T09:00Z" },
    ... ]
    ... expect.protection = { R1 = "denied", R2 = "granted" }
    ... ''', policy)
    >>> cases[0].name, len(cases[0].standings)
    ('the first to register is protected', 2)
    """
    _refuse_wrong_kinds(text, rules)
    text = text.removeprefix("\ufeff")
    data = toml_tables(text, place, number=Decimal)
    reader = _Reader(rules, place, _Lines(places(text), data, place), Problems())
    cases: tuple[PolicyCase, ...] = ()
    with contextlib.suppress(PolicyErrors):  # too many mistakes to go on
        cases = reader.cases(Table(data, "", reader.problems))
    if reader.problems.found:
        raise CaseErrors(reader.lines.errors(reader.problems.found))
    return cases


def policy_named_in(text: str, *, place: str = "cases") -> str | None:
    """The policy file that a file of cases names, as it names it; None where it names none.

    Raises:
        UnreadableError: when the text is not TOML, too large or nested too deeply.
    """
    named = toml_tables(text.removeprefix("\ufeff"), place, number=Decimal).get("policy")
    return named if isinstance(named, str) else None


def _refuse_wrong_kinds(text: object, rules: object) -> None:
    if not isinstance(text, str):
        raise UsageError(
            f"{shown(text)} is not text", value=text, hint="decode the file as UTF-8 first"
        )
    if not isinstance(rules, (Policy, PolicyBook)):
        raise UsageError(f"{shown(rules)} is neither a policy nor a book", value=rules)


@attrs.frozen(eq=False)
class _Lines:
    """Turns places in words into lines of the file."""

    places: Places
    data: Mapping[str, Any]
    file: str

    def line(self, place: str) -> int:
        """The line of a place."""
        return self.places.of(path_of(self.data, place)).line

    def errors(self, found: Iterable[PolicyError]) -> list[CaseError]:
        """The mistakes with the file and their lines, from top to bottom, each once."""
        return [self._error(each) for each in lined(found, self.places, self.data)]

    def _error(self, wrong: PolicyError) -> CaseError:
        line = "" if wrong.line is None else f", line {wrong.line}"
        place = f"{self.file}{line}" + (f": {wrong.place}" if wrong.place else "")
        return CaseError(
            wrong.message, place=place, value=wrong.value, hint=wrong.hint, line=wrong.line
        )


@attrs.frozen(eq=False)
class _Shared:
    """What the file says above its cases, for all of them."""

    settings: Settings
    at: datetime | None
    registration: CaseRow
    rows: Mapping[str, Sequence[CaseRow]]


@attrs.frozen(eq=False)
class _Reader:
    rules: Policy | PolicyBook
    file: str
    lines: _Lines
    problems: Problems

    def policies(self) -> tuple[Policy, ...]:
        if isinstance(self.rules, Policy):
            return (self.rules,)
        return tuple(each.policy for each in self.rules.editions)

    def cases(self, table: Table) -> tuple[PolicyCase, ...]:
        self._format(table)
        table.text("policy")
        table.text("note")
        shared = self._shared(table)
        found = self._tables(table)
        if not found and not self.problems.found:
            table.problems.add("", "there are no cases", hint="begin one with a line `[[cases]]`")
        table.close()
        cases = [self._case(each, shared, number) for number, each in enumerate(found)]
        return self._consistent([each for each in cases if each is not None], found)

    def _format(self, table: Table) -> None:
        name = table.take("format")
        if name != CASES_FORMAT:
            said = "states no `format`" if name is None else f"is of the format {shown(name)}"
            hint = f'begin it with `format = "{CASES_FORMAT}"`'
            rules = isinstance(name, str) and name.startswith(("dealreg-policy/", "dealreg-book/"))
            if rules:
                hint = "it holds rules: give the file of their cases"
            self.problems.add("format" if name is not None else "", f"the file {said}", name, hint)
            if rules:  # its keys are right, for what it is
                raise PolicyErrors(self.problems.found)

    def _shared(self, table: Table) -> _Shared:
        settings = self._settings(table)
        rows = {kind: named_rows(table.tables(kind), kind, settings) for kind in _SHARED}
        usual = table.table("defaults")
        registration = CaseRow({}, "", {})
        if usual is not None:
            (registration,) = named_rows([usual], "registrations", settings)
        at = instant_of(table, "at", settings) if table.has("at") else None
        return _Shared(settings, at, registration, rows)

    def _settings(self, table: Table) -> Settings:
        zone, currency = table.optional_text("zone"), table.optional_text("currency")
        if zone is not None and table.problems.made("zone", lambda: iana_zone(zone)) is None:
            zone = "UTC"
        if currency is not None:
            made = table.problems.made("currency", lambda: Money(Decimal(0), currency))
            currency = currency if made is not None else "EUR"
        return Settings(self.rules.vocabulary(), zone, currency)

    def _tables(self, table: Table) -> list[Table]:
        """The cases, placed by their names where those tell them apart."""
        numbered = table.tables("cases")
        names = Counter(each.data.get("name") for each in numbered if _is_name(each))
        for number, each in enumerate(numbered):
            name = each.data.get("name")
            if _is_name(each) and names[name] == 1:
                numbered[number] = Table(each.data, f"cases[{name}]", self.problems)
            elif _is_name(each):
                each.wrong(
                    "name",
                    f"there are {names[name]} cases named {shown(name)}",
                    "give each a name of its own",
                )
        return numbered

    def _case(self, table: Table, shared: _Shared, number: int) -> PolicyCase | None:
        before = len(self.problems.found)
        name = table.needed("name", "case", 'name = "The first to register is protected"')
        note = table.text("note")
        at = instant_of(table, "at", shared.settings) if table.has("at") else shared.at
        if at is None and not table.has("at"):
            table.missing("at", 'at = "2026-03-10T09:00Z"')
        rows = self._rows(table, shared)
        holdings = holding_rows(table.tables("holdings"), shared.settings)
        facts = case_facts(rows, holdings, shared.settings, self.problems)
        for wrong in self._unfit(facts):
            self.problems.add(table.place, wrong.message, wrong.value, wrong.hint)
        known = self._known(rows["registrations"], shared.settings)
        answers = self._answers(table, known)
        expects = read_expectations(table, known)
        table.close()
        if at is None or len(self.problems.found) > before:
            return None
        return self._made(
            table,
            name=name,
            note=note,
            at=at,
            facts=facts,
            answers=answers,
            expects=expects,
            number=number,
        )

    def _made(self, table: Table, *, expects: Expectations, **stated: Any) -> PolicyCase | None:
        return table.made(
            lambda: PolicyCase(
                standings=expects.standings,
                referrals=expects.referrals,
                deadlocks=expects.deadlocks,
                file=self.file,
                line=self.lines.line(table.place),
                **stated,
            )
        )

    def _rows(self, table: Table, shared: _Shared) -> Mapping[str, Sequence[CaseRow]]:
        rows: dict[str, Sequence[CaseRow]] = {}
        for kind in _OWN:
            own = named_rows(table.tables(kind), kind, shared.settings)
            if kind == "registrations":
                own = completed([row.over(shared.registration) for row in own])
            rows[kind] = replaced(shared.rows.get(kind, ()), own, IDENTIFIED_BY[kind])
        if not rows["registrations"]:
            table.missing("registrations", 'registrations = [{ submitted = "2026-03-01T09:00Z" }]')
        return rows

    def _unfit(self, facts: Facts) -> list[Any]:
        """What does not fit the vocabulary of some version of the rules, each once."""
        found = [p for each in self.policies() for p in facts_problems(facts, each.vocabulary())]
        return list({str(each): each for each in found}.values())

    def _known(self, registrations: Sequence[CaseRow], settings: Settings) -> Known:
        benefits = {each.benefit for policy in self.policies() for each in policy.contests}
        names = tuple(str(each.values["registration_id"]) for each in registrations)
        return Known(tuple(sorted(benefits)), names, settings)

    def _answers(self, table: Table, known: Known) -> tuple[Answer, ...]:
        questions = sorted({name for each in self.policies() for name in externals_of(each)})
        found = []
        for name, given in table.named("answers"):
            if name not in questions:
                message = f"the policy asks no external question {shown(name)}"
                self.problems.add(given.place, message, name, suggestion(name, questions))
            for each in given.data:
                if each not in known.registrations:
                    message = f"the case has no registration {shown(each)}"
                    given.wrong(each, message, suggestion(each, known.registrations))
            answers = {each: given.flag(each, default=False) for each in given.data}
            found.append(Answer(name, FrozenMap(answers)))
        return tuple(sorted(found, key=lambda each: each.name))

    def _consistent(self, cases: list[PolicyCase], tables: list[Table]) -> tuple[PolicyCase, ...]:
        for later, message in contradictions(cases):
            place = tables[later.number].place
            self.problems.add(place, message, hint="correct one of them, or tell their facts apart")
        return tuple(cases)


def _is_name(table: Table) -> bool:
    name = table.data.get("name")
    return isinstance(name, str) and bool(name)

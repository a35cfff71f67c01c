"""Rules that constants alone decide: requirements, overrides, bands, terms for others."""

from collections.abc import Iterator, Sequence
from typing import Final

from dealreg.checking.codes import finding
from dealreg.checking.reasoning import Reasoner
from dealreg.checking.structure import terms_of
from dealreg.errors import shown
from dealreg.facts.values import Money
from dealreg.facts.vocabulary import Vocabulary
from dealreg.outcome.findings import Finding
from dealreg.policy.contests import Contest
from dealreg.policy.paths import contest_path, override_path, requirement_path
from dealreg.policy.predicates import AllOf, AnyOf, Compare, Fact, Not, OneOf, Op, Predicate
from dealreg.policy.stages import Unmet
from dealreg.policy.terms import Banded
from dealreg.policy.walk import atoms, predicates_of

__all__ = ["rule_findings"]

_LOOK_BACK: Final = 10
"""A rule is compared with so many before it: tables of bands are shorter, and time is short."""


def rule_findings(
    contest: Contest, vocabulary: Vocabulary, ill_typed: set[str]
) -> Iterator[Finding]:
    """Rules that cannot be true, or cannot be false, or that no registration reaches.

    Args:
        contest: the contest.
        vocabulary: its fields.
        ill_typed: the places of predicates that have no meaning, and are left alone.
    """
    reasoner = Reasoner(vocabulary)
    yield from _requirement_findings(contest, reasoner, ill_typed)
    benefit = contest.benefit
    overrides = [(f"{override_path(benefit, o.code)}.when", o.when) for o in contest.overrides]
    yield from _reached(overrides, reasoner, ill_typed, "override")
    for path, given in terms_of(contest):
        if isinstance(given.rate, Banded):
            bands = [
                (f"{path}.rate.bands[{place}].when", band.when)
                for place, band in enumerate(given.rate.bands)
            ]
            yield from _reached(bands, reasoner, ill_typed, "band")
    if contest.others.when is not None:
        place = contest_path(benefit, "others.when")
        yield from _reached([(place, contest.others.when)], reasoner, ill_typed, "condition")
    for path, predicate in predicates_of(contest):
        if path not in ill_typed:
            yield from _currency_findings(predicate, path)


def _requirement_findings(
    contest: Contest, reasoner: Reasoner, ill_typed: set[str]
) -> Iterator[Finding]:
    together = []
    for required in contest.requires:
        path = f"{requirement_path(contest.benefit, required.code)}.that"
        if path in ill_typed:
            continue
        if not reasoner.possible((required.that, True)):
            yield finding(
                "NEVER_TRUE",
                path,
                f"no facts meet the requirement {shown(required.code)}",
                "its conditions contradict each other: correct the constants",
            )
            continue
        if not reasoner.possible((required.that, False)):
            yield finding(
                "NEVER_FALSE",
                path,
                f"no facts fail the requirement {shown(required.code)}: it is true or unknown",
                "if it should only ask that the facts are known, ask for that; "
                "else correct the constants",
            )
        if Unmet.REFER not in (required.if_false, required.if_unknown):
            together.append((required.that, True))
    if len(together) > 1 and not reasoner.possible(*together):
        yield finding(
            "NOBODY_ELIGIBLE",
            contest_path(contest.benefit, "requires"),
            "the requirements contradict each other: no facts meet them all",
            "correct the constants, or make alternatives of them with `any of`",
        )


def _reached(
    rules: Sequence[tuple[str, Predicate]], reasoner: Reasoner, ill_typed: set[str], what: str
) -> Iterator[Finding]:
    """Rules of which the first that is true counts, and that are never the first, or never true."""
    before: list[tuple[str, Predicate]] = []
    for path, rule in rules:
        if path in ill_typed:
            continue
        if not reasoner.possible((rule, True)):
            yield finding(
                "NEVER_APPLIES",
                path,
                f"no facts satisfy the {what}",
                "its conditions contradict each other: correct the constants",
            )
            continue
        earlier = next((p for p, one in before[-_LOOK_BACK:] if reasoner.implies(rule, one)), None)
        if earlier is not None:
            yield finding(
                "NEVER_APPLIES",
                path,
                f"whatever satisfies the {what} satisfies an earlier one, {shown(earlier)}",
                f"put this {what} before the other, or correct the constants",
            )
        before.append((path, rule))


def _currency_findings(predicate: Predicate, path: str) -> Iterator[Finding]:
    currencies: dict[Fact, set[str]] = {}
    for _, atom in atoms(predicate, path):
        for fact, currency in _amounts(atom):
            currencies.setdefault(fact, set()).add(currency)
    several = {fact for fact, found in currencies.items() if len(found) > 1}
    if not several:
        return
    reported: set[Fact] = set()
    for place, fact, currency in _unguarded(predicate, path, frozenset()):
        if fact in several and fact not in reported:
            reported.add(fact)
            yield finding(
                "UNGUARDED_CURRENCY",
                place,
                f"{shown(fact.name)} is compared in several currencies; where it is not in "
                f"{currency}, this part is unknown",
                f'put it beside a condition that `currency` is "{currency}", with `all of`'
                if fact.name == "amount"
                else "compare it in one currency",
            )


def _amounts(atom: Predicate) -> list[tuple[Fact, str]]:
    match atom:
        case Compare(fact, _, Money(currency=currency)):
            return [(fact, currency)]
        case OneOf(fact, values):
            return [(fact, value.currency) for value in values if isinstance(value, Money)]
        case _:
            return []


def _unguarded(
    predicate: Predicate, path: str, guards: frozenset[str]
) -> Iterator[tuple[str, Fact, str]]:
    """The amounts that are compared where nothing asks for their currency."""
    match predicate:
        case AllOf(parts):
            inside = guards | {guard for part in parts for guard in _guarding(part)}
            for place, part in enumerate(parts):
                yield from _unguarded(part, f"{path}.all[{place}]", inside)
        case AnyOf(parts):
            inside = guards | {guard for part in parts for guard in _excusing(part)}
            for place, part in enumerate(parts):
                yield from _unguarded(part, f"{path}.any[{place}]", inside)
        case Not(part):
            yield from _unguarded(part, f"{path}.not", guards)
        case _:
            for fact, currency in _amounts(predicate):
                if fact.name != "amount" or currency not in guards:
                    yield path, fact, currency


def _guarding(part: Predicate) -> tuple[str, ...]:
    match part:
        case Compare(Fact("currency"), Op.EQ, value):
            return (str(value),)
        case OneOf(Fact("currency"), values) if len(values) == 1:
            return (str(values[0]),)
        case _:
            return ()


def _excusing(part: Predicate) -> tuple[str, ...]:
    """The currency in which alone the other alternatives matter: `currency != USD or …`."""
    match part:
        case Compare(Fact("currency"), Op.NE, value):
            return (str(value),)
        case _:
            return ()

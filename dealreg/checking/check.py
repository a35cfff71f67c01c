"""Is the policy sound: everything wrong with it at once, each finding with its path."""

from collections.abc import Iterator
from typing import Final

import attrs

from dealreg.checking.books import book_findings
from dealreg.checking.clocks import sla_findings
from dealreg.checking.codes import finding
from dealreg.checking.declarations import declaration_findings
from dealreg.checking.orders import order_findings
from dealreg.checking.predicates import predicate_findings
from dealreg.checking.rules import rule_findings
from dealreg.checking.shape import shape_findings
from dealreg.checking.stages import stage_findings
from dealreg.checking.structure import structure_findings
from dealreg.checking.unused import unused_findings
from dealreg.errors import UsageError, shown
from dealreg.outcome.findings import Finding, Findings, Severity
from dealreg.policy.policies import Policy, PolicyBook
from dealreg.policy.walk import predicates_of

__all__ = ["Finding", "Findings", "Severity", "check"]


def check(rules: Policy | PolicyBook) -> Findings:
    """Check a policy, or every version of a book.

    Errors keep the rules from being decided; warnings say that they may not mean what they say.
    `docs/reference/findings.md` lists the codes.

    Raises:
        UsageError: when the rules are neither a policy nor a book.

    >>> from dealreg import Policy, contest, earliest, field, requirement
    >>> policy = Policy(programme="Example", contests=[contest("protection",
    ...     requirement("SMALL", field("quantty") >= 1), earliest("submitted_at"))])
    >>> [(each.code, each.path, each.hint) for each in check(policy).items]
    [('UNKNOWN_FIELD', 'contests[protection].requires[SMALL].that', 'did you mean `quantity`?')]
    """
    if not isinstance(rules, (Policy, PolicyBook)):
        raise UsageError(
            f"{shown(rules)} is not a policy", value=rules, hint="give a Policy or a PolicyBook"
        )
    found = list(_listed(shape_findings(rules)))
    if not found:
        every = _of_book(rules) if isinstance(rules, PolicyBook) else _of_policy(rules)
        found = list(_listed(every))
    distinct = dict.fromkeys(found)
    return Findings(tuple(sorted(distinct, key=lambda each: (each.severity, each.path, each.code))))


_MOST_ERRORS: Final = 1_000
"""As many are listed: who has more corrects these first, and the time to find them is bounded."""


def _listed(found: Iterator[Finding]) -> Iterator[Finding]:
    errors = 0
    for each in found:
        errors += each.severity is Severity.ERROR
        if errors > _MOST_ERRORS:
            yield finding(
                "MORE_ERRORS", "", f"more than {_MOST_ERRORS:,} errors", "correct the others first"
            )
            return
        yield each


def _of_book(book: PolicyBook) -> Iterator[Finding]:
    offered = {c.benefit for edition in book.editions for c in edition.policy.contests}
    for edition in book.editions:
        place = f"editions[{edition.policy.version}]"
        for each in _of_policy(edition.policy, frozenset(offered)):
            yield attrs.evolve(each, path=f"{place}.{each.path}")
    yield from book_findings(book)


def _of_policy(policy: Policy, offered: frozenset[str] = frozenset()) -> Iterator[Finding]:
    vocabulary = policy.vocabulary()
    yield from declaration_findings(policy, vocabulary)
    yield from structure_findings(policy, offered)
    calendars = {calendar.name for calendar in policy.calendars}
    yield from sla_findings(policy, vocabulary, calendars)
    for contest in policy.contests:
        ill_typed: set[str] = set()
        for path, predicate in predicates_of(contest):
            for each in predicate_findings(predicate, path, vocabulary):
                ill_typed.add(path)
                yield each
        yield from stage_findings(contest, vocabulary, calendars)
        yield from rule_findings(contest, vocabulary, ill_typed)
        yield from order_findings(contest, vocabulary, ill_typed)
    yield from unused_findings(policy, vocabulary)

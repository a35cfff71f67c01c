"""Test cases of a policy: facts, an instant, and what the policy is expected to make of them."""

from collections.abc import Iterable
from datetime import datetime
from fractions import Fraction
from typing import ClassVar

import attrs

from dealreg.facts.case import Facts
from dealreg.facts.instants import instant
from dealreg.facts.values import Choice, as_tuple
from dealreg.outcome.record import Answer, Record

__all__ = [
    "About",
    "CaseResult",
    "CaseVerdict",
    "Difference",
    "ExpectedNotice",
    "ExpectedStanding",
    "PolicyCase",
    "Stated",
    "exact_text",
]


class About(Choice):
    """What an expectation is about."""

    STANDING = "standing"
    REFERRAL = "referral"
    DEADLOCK = "deadlock"


@attrs.frozen
class Stated:
    """One thing that is expected: what, and its one text, which is empty where none is expected.

    Instants are ISO 8601 in UTC, rates exact numbers, and lists sorted, with `; ` between.
    """

    tag: ClassVar[str] = "stated"

    name: str
    value: str


def _by_name(stated: Iterable[Stated]) -> tuple[Stated, ...]:
    return tuple(sorted(as_tuple(stated), key=lambda each: each.name))


@attrs.frozen(kw_only=True)
class ExpectedStanding:
    """What is expected of one standing. What is not stated may be anything."""

    tag: ClassVar[str] = "expected_standing"

    benefit: str
    registration_id: str
    line: str | None = None
    stated: tuple[Stated, ...] = attrs.field(converter=_by_name)


@attrs.frozen
class ExpectedNotice:
    """What is expected of one referral or deadlock. What is not stated may be anything."""

    tag: ClassVar[str] = "expected_notice"

    stated: tuple[Stated, ...] = attrs.field(converter=_by_name)


@attrs.frozen(kw_only=True)
class PolicyCase:
    """A case: facts, the instant, and what is expected.

    Attributes:
        name: the case in a few words.
        note: anything to keep with it; no meaning.
        at: the instant to decide as of.
        answers: the answers to external questions; a question without one is not known.
        standings: what is expected of standings; of those not named, nothing.
        referrals, deadlocks: all of them, each as far as stated; None expects nothing of them.
        file, number, line: where it is written: the file, its place in it from 0, and the line.
    """

    tag: ClassVar[str] = "policy_case"

    name: str
    note: str = ""
    at: datetime = attrs.field(converter=instant)
    facts: Facts
    answers: tuple[Answer, ...] = attrs.field(default=(), converter=as_tuple)
    standings: tuple[ExpectedStanding, ...] = attrs.field(default=(), converter=as_tuple)
    referrals: tuple[ExpectedNotice, ...] | None = None
    deadlocks: tuple[ExpectedNotice, ...] | None = None
    file: str = ""
    number: int = 0
    line: int = 0

    @property
    def expects(self) -> bool:
        """Whether it expects anything."""
        return bool(self.standings) or self.referrals is not None or self.deadlocks is not None


class CaseVerdict(Choice):
    """How a case came out."""

    PASSED = "passed"
    FAILED = "failed"
    OPEN = "open"
    """It expects nothing, so it tests nothing."""


@attrs.frozen(kw_only=True)
class Difference:
    """Where a decision is not as expected.

    Attributes:
        about: a standing, the referrals or the deadlocks.
        benefit, registration_id, line: which standing; for others the benefit, where it is stated.
        name: what differs; empty where the whole is missing, or was not expected.
        expected, found: the texts of both; empty for none.
    """

    tag: ClassVar[str] = "difference"

    about: About = attrs.field(converter=About)
    benefit: str = ""
    registration_id: str | None = None
    line: str | None = None
    name: str = ""
    expected: str
    found: str


@attrs.frozen(kw_only=True)
class CaseResult:
    """What came of a case: the decision with all it came from, and where it is not as expected."""

    tag: ClassVar[str] = "case_result"

    case: PolicyCase
    record: Record
    differences: tuple[Difference, ...] = attrs.field(default=(), converter=as_tuple)

    @property
    def verdict(self) -> CaseVerdict:
        """Whether it passed, failed, or tests nothing."""
        if not self.case.expects:
            return CaseVerdict.OPEN
        return CaseVerdict.FAILED if self.differences else CaseVerdict.PASSED


def exact_text(value: Fraction) -> str:
    """The one text of an exact number: decimal where that ends, else a fraction.

    >>> exact_text(Fraction(25, 2)), exact_text(Fraction(100, 3)), exact_text(Fraction(20))
    ('12.5', '100/3', '20')
    """
    places, scaled = 0, value
    while scaled.denominator != 1 and places < _PLACES:
        places, scaled = places + 1, scaled * 10
    if scaled.denominator != 1:
        return f"{value.numerator}/{value.denominator}"
    if not places:
        return str(scaled.numerator)
    digits = str(abs(scaled.numerator)).rjust(places + 1, "0")
    return f"{'-' if value < 0 else ''}{digits[:-places]}.{digits[-places:]}"


_PLACES = 18

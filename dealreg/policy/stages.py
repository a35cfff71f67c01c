"""The stages of a contest: who is eligible, who is in time, in what order, and for what.

Data only, one class per thing a programme states. What an entitlement is worth is in `terms.py`;
`dealreg.policy.contests` puts them together.
"""

from decimal import Decimal
from typing import ClassVar, TypeAlias

import attrs

from dealreg.errors import PolicyError, shown
from dealreg.facts.values import Choice, Span, Unit, as_tuple, decimal
from dealreg.policy.predicates import Fact, Predicate, predicate
from dealreg.policy.terms import Terms

__all__ = [
    "Award",
    "Best",
    "Bucket",
    "Effect",
    "Grace",
    "HeadStart",
    "HolderOf",
    "Joint",
    "Key",
    "MissingRule",
    "Others",
    "OthersStand",
    "Override",
    "Prefer",
    "Preference",
    "Requirement",
    "Scope",
    "Stature",
    "Tie",
    "Unmet",
    "Vacancy",
    "Window",
    "reason_code",
]


class Unmet(Choice):
    """What becomes of a registration that does not meet a requirement."""

    DENY = "deny"
    RETURN = "return"
    """Sent back to the partner: something is missing."""
    REFER = "refer"
    """A person decides."""


def reason_code(code: str) -> str:
    """The text, if it can be a reason code.

    Raises:
        PolicyError: when it has something else than ASCII letters, digits and underscores.
    """
    if not isinstance(code, str) or not code.replace("_", "").isalnum() or not code.isascii():
        raise PolicyError(
            f"{shown(code)} cannot be a reason code",
            value=code,
            hint="use letters, digits and underscores, as in `BELOW_MINIMUM`",
        )
    return code


@attrs.frozen
class Requirement:
    """A predicate every holder must meet, with its reason code and what a partner is told.

    Attributes:
        code: reason code of a registration that does not meet it; unique in its contest.
        that: the predicate.
        tell: the sentence the partner may be told; empty for a generated one.
        if_false: what becomes of the registration when the predicate is false.
        if_unknown: … and when it is unknown, because a fact is missing.
        lasting: whether a holder must meet it for as long as it holds; else it is asked once,
            when the benefit is awarded.
    """

    tag: ClassVar[str] = "requirement"

    code: str = attrs.field(converter=reason_code)
    that: Predicate = attrs.field(converter=predicate)
    tell: str = ""
    if_false: Unmet = attrs.field(default=Unmet.DENY, converter=Unmet)
    if_unknown: Unmet = attrs.field(default=Unmet.RETURN, converter=Unmet)
    lasting: bool = False


@attrs.frozen
class HolderOf:
    """Only a holder of another benefit, or with `holds=False` only one who does not hold it."""

    tag: ClassVar[str] = "holder_of"

    benefit: str
    holds: bool = True
    code: str = attrs.field(default="NOT_HOLDER", converter=reason_code)
    tell: str = ""


class Effect(Choice):
    """What an override does when some eligible registration satisfies it."""

    TAKES = "takes"
    """Only those that satisfy it stay in the contest."""
    REFERS = "refers"
    """A person decides the contest."""
    CLOSES = "closes"
    """Nobody gets the benefit."""


@attrs.frozen
class Override:
    """A rule that comes before time and order, such as the customer's written choice.

    Overrides apply in the order stated; the first that some eligible registration satisfies
    settles who is left. An unknown predicate does not satisfy it.
    """

    tag: ClassVar[str] = "override"

    code: str = attrs.field(converter=reason_code)
    when: Predicate = attrs.field(converter=predicate)
    effect: Effect = attrs.field(default=Effect.TAKES, converter=Effect)
    tell: str = ""


@attrs.frozen
class Grace:
    """Those within a span after the earliest eligible registration, the last instant included.

    Anchored at the earliest: a rule between pairs ("within 7 days of each other") would go in
    circles as soon as there are three tiers.
    """

    tag: ClassVar[str] = "grace"

    length: Span
    clock: Fact = Fact("submitted_at")
    calendar: str | None = None


@attrs.frozen
class Bucket:
    """Those in the same calendar day, week or month as the earliest eligible registration."""

    tag: ClassVar[str] = "bucket"

    unit: Unit = attrs.field(default=Unit.DAYS, converter=Unit)
    clock: Fact = Fact("submitted_at")
    calendar: str | None = None

    def __attrs_post_init__(self) -> None:
        if self.unit not in (Unit.DAYS, Unit.WEEKS, Unit.MONTHS):
            raise PolicyError(
                f"a bucket cannot be counted in {self.unit}",
                value=self.unit,
                hint="use days, weeks or months",
            )


@attrs.frozen
class HeadStart:
    """Those earliest once every level is credited a span: `clock` minus level times length.

    A level is the place on the ladder of the ordinal field `ladder`, the lowest being 0. The
    length is of fixed size: minutes, hours, days or weeks of elapsed time.
    """

    tag: ClassVar[str] = "head_start"

    length: Span
    ladder: Fact = Fact("tier")
    clock: Fact = Fact("submitted_at")

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.length, Span):
            return  # the checker says so, with its place
        if self.length.unit in (Unit.BUSINESS_DAYS, Unit.MONTHS):
            raise PolicyError(
                f"a head start cannot be counted in {self.length.unit}",
                value=self.length.unit,
                hint="use minutes, hours, days or weeks",
            )


Window: TypeAlias = Grace | Bucket | HeadStart


class Best(Choice):
    """Which end of a field comes first. Earliest is lowest, latest is highest."""

    HIGHEST = "highest"
    LOWEST = "lowest"


class MissingRule(Choice):
    """Where a registration goes whose value is not known."""

    LAST = "last"
    FIRST = "first"
    REFER = "refer"
    """A person decides between those it cannot be told apart from."""


@attrs.frozen
class Key:
    """Order by a field: earliest submitted, highest tier.

    Attributes:
        fact: the field.
        best: which end comes first.
        missing: where those without a value go.
        currency: for money, the currency compared in; amounts in others count as missing.
    """

    tag: ClassVar[str] = "key"

    fact: Fact
    best: Best = attrs.field(converter=Best)
    missing: MissingRule = attrs.field(default=MissingRule.LAST, converter=MissingRule)
    currency: str | None = None


@attrs.frozen
class Prefer:
    """Those that satisfy a predicate come before those that do not, such as the incumbent."""

    tag: ClassVar[str] = "prefer"

    when: Predicate = attrs.field(converter=predicate)
    missing: MissingRule = attrs.field(default=MissingRule.LAST, converter=MissingRule)


Preference: TypeAlias = Key | Prefer


class Tie(Choice):
    """What happens when all the preferences leave several equal. Never input order."""

    REFER = "refer"
    SHARE = "share"
    """All of them get it, and share it equally."""
    REGISTRATION_ID = "registration_id"
    """The lowest registration id, compared as text: arbitrary, but stated."""


class Award(Choice):
    """What is awarded where the scopes of registrations overlap only in part."""

    WHOLE = "whole"
    """A registration gets all of its scope or none of it."""
    BY_LINE = "by_line"
    """Each product (or site) is decided for itself."""


@attrs.frozen
class Scope:
    """Which registrations compete for a benefit.

    Attributes:
        keys: fields that must be equal, such as `opportunity_id`, or `customer_id` and `division`.
        lines: a set field, such as `products`; only registrations that share a member compete.
            None when scopes never overlap in part.
        award: whole, or line by line.
    """

    tag: ClassVar[str] = "scope"

    keys: tuple[str, ...] = attrs.field(default=("opportunity_id",), converter=as_tuple)
    lines: str | None = None
    award: Award = attrs.field(default=Award.WHOLE, converter=Award)


@attrs.frozen
class Stature:
    """A decimal field that both co-holders show, no further apart than `at_most`."""

    tag: ClassVar[str] = "stature"

    field: str
    at_most: Decimal = attrs.field(converter=decimal)


@attrs.frozen
class Joint:
    """What co-holders of a benefit must be to each other: complementary, and of equal stature.

    Attributes:
        distinct: text fields that must be declared and differ, such as `partner_role`.
        disjoint: set fields that must be declared and share nothing, such as `products`.
        stature: scores that must be shown and lie close together.
        code: reason code of a registration that does not fit those who hold already.
    """

    tag: ClassVar[str] = "joint"

    distinct: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    disjoint: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    stature: tuple[Stature, ...] = attrs.field(default=(), converter=as_tuple)
    code: str = attrs.field(default="NOT_COMPLEMENTARY", converter=reason_code)
    tell: str = ""


class OthersStand(Choice):
    """How those stand who are eligible and not awarded."""

    DENIED = "denied"
    WAITING = "waiting"
    """In the queue, in the order of the preferences."""


@attrs.frozen
class Others:
    """What the eligible get who do not get the benefit itself.

    Attributes:
        stand: denied, or waiting in the queue.
        terms: the residual entitlement, such as half the discount; None for nothing.
        when: only those that satisfy it get the terms; None for all.
        code: their reason code.
        tell: what they may be told.
        reconsidered: whether those rejected with that code for their reason are considered again
            when a place is free; else a rejection is final.
    """

    tag: ClassVar[str] = "others"

    stand: OthersStand = attrs.field(default=OthersStand.DENIED, converter=OthersStand)
    terms: Terms | None = None
    when: Predicate | None = attrs.field(
        default=None, converter=attrs.converters.optional(predicate)
    )
    code: str = attrs.field(default="DUPLICATE_OTHER_PARTNER", converter=reason_code)
    tell: str = ""
    reconsidered: bool = False


class Vacancy(Choice):
    """What happens when a holder's benefit has ended and nobody is left who could have it."""

    NOBODY = "nobody"
    REFER = "refer"
    """A person of the vendor assigns it."""

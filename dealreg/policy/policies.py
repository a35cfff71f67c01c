"""A policy: one version of a programme's rules. A policy book: the versions, with their dates."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from itertools import pairwise
from typing import ClassVar, Final

import attrs

from dealreg.errors import PolicyError, shown
from dealreg.facts.calendars import Calendar
from dealreg.facts.fields import Field
from dealreg.facts.instants import instant
from dealreg.facts.values import Choice, as_tuple
from dealreg.facts.vocabulary import Vocabulary
from dealreg.policy.clocks import Sla
from dealreg.policy.contests import Contest

__all__ = ["SEMANTICS", "Edition", "Governs", "Policy", "PolicyBook"]

SEMANTICS: Final = 1
"""The version of what policies mean. It changes only when some decision could change."""


def _semantics(version: int) -> int:
    if version != SEMANTICS:
        raise PolicyError(
            f"semantics version {shown(version)} is not one this library decides",
            place="semantics",
            value=version,
            hint=f"this library decides version {SEMANTICS}",
        )
    return version


@attrs.frozen(kw_only=True, cache_hash=True)
class Policy:
    """One version of the rules, as data.

    Attributes:
        programme: the programme's name.
        version: the programme's own name for this version.
        tiers: the ladder, lowest first.
        fields: the programme's own fields, beside the core vocabulary.
        calendars: the calendars that spans and derived fields refer to by name.
        contests: one for each benefit.
        sla: by when the vendor answers a registration; None when the programme does not say.
        note: anything authors want to keep with it; no meaning.
        semantics: the version of what policies mean.
    """

    tag: ClassVar[str] = "policy"

    programme: str
    version: str = "1"
    tiers: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    fields: tuple[Field, ...] = attrs.field(default=(), converter=as_tuple)
    calendars: tuple[Calendar, ...] = attrs.field(default=(), converter=as_tuple)
    contests: tuple[Contest, ...] = attrs.field(default=(), converter=as_tuple)
    sla: Sla | None = None
    note: str = ""
    semantics: int = attrs.field(default=SEMANTICS, converter=_semantics)

    def vocabulary(self) -> Vocabulary:
        """The core vocabulary with the policy's ladder and its own fields."""
        try:
            return _vocabulary(self)
        except TypeError:  # a malformed policy, which the checker is about to name
            return Vocabulary(self.tiers, self.fields)

    def contest(self, benefit: str) -> Contest | None:
        """The contest for a benefit, or None when the policy has none."""
        try:
            return _by_benefit(self).get(benefit)
        except TypeError:  # as above
            return next((each for each in self.contests if each.benefit == benefit), None)


@lru_cache(maxsize=256)
def _by_benefit(policy: Policy) -> dict[str, Contest]:
    return {each.benefit: each for each in reversed(policy.contests)}


@lru_cache(maxsize=256)
def _vocabulary(policy: Policy) -> Vocabulary:
    return Vocabulary(policy.tiers, policy.fields)


class Governs(Choice):
    """Which version of a book governs a registration that spans a change of rules."""

    DECISION = "decision"
    """The version in force at the instant asked about, for everyone."""
    FIRST_SUBMISSION = "first_submission"
    """For all that compete, the version in force when the earliest of them was submitted."""
    OWN_SUBMISSION = "own_submission"
    """Each registration meets the requirements in force when it was submitted itself; windows,
    order and terms are those of the version in force when the earliest of them was submitted."""


@attrs.frozen(kw_only=True)
class Edition:
    """A policy and the instant from which it is in force, that instant included."""

    tag: ClassVar[str] = "edition"

    policy: Policy
    effective_from: datetime = attrs.field(converter=instant)


def _editions(editions: Iterable[Edition]) -> tuple[Edition, ...]:
    given = as_tuple(editions)
    for each in given:
        if not isinstance(each, Edition):
            raise PolicyError(
                f"{shown(each)} is not an edition",
                place="editions",
                value=each,
                hint="give Edition values: a policy, and the instant from which it is in force",
            )
    ordered = tuple(sorted(given, key=lambda edition: edition.effective_from))
    if not ordered:
        raise PolicyError("a policy book has no version", hint="give it at least one edition")
    for one, next_one in pairwise(ordered):
        if one.effective_from == next_one.effective_from:
            raise PolicyError(
                f"versions {shown(one.policy.version)} and {shown(next_one.policy.version)} take "
                "effect at the same instant",
                place="editions",
                value=one.effective_from,
                hint="give each its own effective date",
            )
    return ordered


@attrs.frozen(kw_only=True, cache_hash=True)
class PolicyBook:
    """The versions of one programme's rules, with their effective dates.

    Raises:
        PolicyError: for no version, or two that take effect at the same instant.
    """

    tag: ClassVar[str] = "policy_book"

    programme: str
    editions: tuple[Edition, ...] = attrs.field(converter=_editions)
    governs: Governs = attrs.field(default=Governs.OWN_SUBMISSION, converter=Governs)

    def in_force(self, at: datetime) -> Policy | None:
        """The version in force at an instant; None before the first."""
        started = [edition for edition in self.editions if edition.effective_from <= at]
        return started[-1].policy if started else None

    def vocabulary(self) -> Vocabulary:
        """The words of all versions, to read tables by; where they differ, those of the latest.

        The ladder is the latest's. A field that only an earlier version declares is read too: that
        version may still govern what was submitted under it.

        >>> from dealreg.facts.fields import Field, FieldType
        >>> demo = Field(name="demo_at", type=FieldType.INSTANT)
        >>> old = Policy(programme="Example", fields=[demo])
        >>> PolicyBook(programme="Example", editions=[
        ...     Edition(policy=old, effective_from="2026-01-01T00:00Z"),
        ...     Edition(policy=Policy(programme="Example"), effective_from="2026-06-01T00:00Z"),
        ... ]).vocabulary().get("demo_at").type
        <FieldType.INSTANT: 'instant'>
        """
        fields = {field.name: field for each in self.editions for field in each.policy.fields}
        return Vocabulary(self.editions[-1].policy.tiers, tuple(fields.values()))

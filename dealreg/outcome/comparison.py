"""What comes of comparing two policies over all cases: the same, or where they part."""

from datetime import datetime
from typing import ClassVar

import attrs

from dealreg.facts.case import Facts
from dealreg.facts.instants import instant
from dealreg.facts.values import Choice, as_tuple
from dealreg.outcome.decision import Decision, PolicyRef
from dealreg.outcome.record import Answer

__all__ = ["Change", "ChangeKind", "Comparison", "Limit", "LimitCode", "Premise", "Witness"]


class LimitCode(Choice):
    """What leaves the shape for which two registrations are proved to be enough."""

    COUNTS_OTHERS = "counts_others"
    """A field counts other registrations, or looks back at ended ones."""
    EXTERNAL = "external"
    """A question that the programme's own code answers."""
    SEVERAL_HOLDERS = "several_holders"
    """More than one registration may hold the benefit, and how that is decided differs."""
    JOINT = "joint"
    """What co-holders must be to each other."""
    LINES = "lines"
    """Scopes that overlap only in part."""
    SCOPES = "scopes"
    """Contests that go by different keys."""
    NOT_HOLDER = "not_holder"
    """A benefit for those who do not hold another."""
    LEFT_TO_A_PERSON = "left_to_a_person"
    """A requirement or a missing value that is referred to a person."""
    QUEUE = "queue"
    """What losers get depends on their order behind a window."""
    CALENDAR = "calendar"
    """Lengths counted by different calendars, which only some dates tell apart."""
    DERIVED_ORDER = "derived_order"
    """An order by a computed field."""
    OVER_TIME = "over_time"
    """A difference that only later events can show: extensions, keeping, the vendor's clock."""
    IDENTITY = "identity"
    """A rule that names one partner, customer or registration."""
    EARLIER_FACTS = "earlier_facts"
    """A fact that is read as of more than one earlier instant, or of the opportunity as it was."""
    LADDER = "ladder"
    """A level that only one of the policies knows: facts that have it fit only one of them."""
    VARIED = "varied"
    """Facts of a registration are varied, or registrations added, around the cases tried."""
    CROWDED = "crowded"
    """More values or kinds of registrations than are tried."""


@attrs.frozen(kw_only=True, order=True)
class Limit:
    """One reason why a verdict is bounded: what leaves the theorem, and where it stands."""

    tag: ClassVar[str] = "limit"

    code: LimitCode = attrs.field(converter=LimitCode)
    clause: str


class Premise(Choice):
    """What every verdict takes for granted."""

    NOTHING_AWARDED = "nothing_awarded"
    """No registration holds anything yet for good, and no person has ruled."""
    NOT_ENDED = "not_ended"
    """Every registration is live, and made before the instant asked about."""
    REASONS_ASIDE = "reasons_aside"
    """Reason codes and sentences are not compared, only what each gets."""
    IN_SCOPE = "in_scope"
    """Every registration of the conflict satisfies the scope that was asked about."""


class ChangeKind(Choice):
    """What a change of policy does to a conflict."""

    GAINED = "gained"
    """Somebody gets the benefit who did not."""
    LOST = "lost"
    """Somebody no longer gets it."""
    CHANGES_HANDS = "changes_hands"
    """Somebody else gets it."""
    TO_A_PERSON = "to_a_person"
    """A person has to decide what the rules decided."""
    FROM_A_PERSON = "from_a_person"
    """The rules decide what was left to a person."""
    RETURNED = "returned"
    """It is sent back for a missing fact, or no longer is."""
    QUEUE = "queue"
    """It waits instead of being denied, or at another place."""
    TERMS = "terms"
    """It gets the benefit on other terms, or for another time."""


@attrs.frozen(kw_only=True)
class Witness:
    """A case on which two policies differ, with both decisions.

    Attributes:
        facts: at most two registrations.
        at: the instant asked about.
        answers: to the external questions.
        about: the registrations whose outcome differs.
        old, new: what each policy decides.
    """

    tag: ClassVar[str] = "witness"

    facts: Facts
    at: datetime = attrs.field(converter=instant)
    answers: tuple[Answer, ...] = attrs.field(default=(), converter=as_tuple)
    about: tuple[str, ...] = attrs.field(converter=as_tuple)
    old: Decision
    new: Decision


@attrs.frozen(kw_only=True)
class Change:
    """One kind of change, with the smallest case that shows it.

    Attributes:
        kind: what happens.
        benefit: to which benefit.
        stage: where the two policies part, such as `window`.
        clause: the place of the clause that decides there.
        side: whose clause that is, `old` or `new`.
        patterns: how many patterns of cases show it.
        witness: the smallest found.
    """

    tag: ClassVar[str] = "policy_change"

    kind: ChangeKind = attrs.field(converter=ChangeKind)
    benefit: str
    stage: str
    clause: str
    side: str
    patterns: int
    witness: Witness


@attrs.frozen(kw_only=True)
class Comparison:
    """Whether two policies decide every case alike, and where they do not.

    Attributes:
        old, new: the policies.
        registrations: to how many registrations in a case a bounded verdict reaches.
        limits: why the verdict is bounded; none, and it is exact.
        premises: what the verdict takes for granted.
        changes: the kinds of change; none, and the policies are equivalent.
        cases: how many cases were decided.
    """

    tag: ClassVar[str] = "comparison"

    old: PolicyRef
    new: PolicyRef
    registrations: int = 2
    limits: tuple[Limit, ...] = attrs.field(default=(), converter=as_tuple)
    premises: tuple[Premise, ...] = attrs.field(default=(), converter=as_tuple)
    changes: tuple[Change, ...] = attrs.field(default=(), converter=as_tuple)
    cases: int = 0

    @property
    def equivalent(self) -> bool:
        """Whether no case was found on which the two differ."""
        return not self.changes

    @property
    def exact(self) -> bool:
        """Whether the verdict holds for cases of every size.

        A difference is always exact: it comes with the case that shows it.
        """
        return bool(self.changes) or not self.limits

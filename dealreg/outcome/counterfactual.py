"""What comes of asking what would have had to be different: the cheapest change that would win."""

from datetime import datetime
from fractions import Fraction
from typing import ClassVar

import attrs

from dealreg.facts.fields import Subject
from dealreg.facts.instants import instant
from dealreg.facts.values import Choice, Value, as_tuple, typed
from dealreg.outcome.comparison import Limit
from dealreg.outcome.decision import Decision, PolicyRef, Standing

__all__ = ["Counterfactual", "Edit", "Mover"]


class Mover(Choice):
    """Who can change a fact."""

    PARTNER = "partner"
    """The applicant: what it declares, what it attaches."""
    VENDOR = "vendor"
    """What the vendor records of the partner or the deal: a tier, an accreditation."""
    NOBODY = "nobody"
    """What has happened, or who somebody is."""


@attrs.frozen(kw_only=True)
class Edit:
    """One fact that would have been different.

    Attributes:
        field: which.
        subject, record_id: whose: the registration's, its partner's, the deal's, the customer's.
        mover: who can change it.
        before, after: its value as it is, and the one instead; None for not known.
        cost: what the caller counts for it.
        from_rules: whether `after` follows from the rules alone; else also from what rivals have,
            and it may not be shown to the partner.
    """

    tag: ClassVar[str] = "edit"

    field: str
    subject: Subject = attrs.field(converter=Subject)
    record_id: str
    mover: Mover = attrs.field(converter=Mover)
    before: Value | None = attrs.field(default=None, eq=typed)
    after: Value | None = attrs.field(default=None, eq=typed)
    cost: Fraction
    from_rules: bool = True


@attrs.frozen(kw_only=True)
class Counterfactual:
    """The cheapest change of facts under which a registration would have got a benefit.

    Attributes:
        policies: the rules.
        at: the instant asked about.
        standing: how the registration stands as it is.
        edits: what would have been different, by field; none where it is granted already, or
            nothing would win.
        cost: what the edits cost together.
        decision: the decision with the edits made; None where nothing that was tried wins.
        limits: why the answer is bounded: none, and there is no cheaper change, or none at all.
        fields: the fields that were allowed to change and matter, sorted.
        tried: how many changes were decided.
    """

    tag: ClassVar[str] = "counterfactual"

    policies: tuple[PolicyRef, ...] = attrs.field(converter=as_tuple)
    at: datetime = attrs.field(converter=instant)
    standing: Standing
    edits: tuple[Edit, ...] = attrs.field(default=(), converter=as_tuple)
    cost: Fraction = Fraction(0)
    decision: Decision | None = None
    limits: tuple[Limit, ...] = attrs.field(default=(), converter=as_tuple)
    fields: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    tried: int = 0

    @property
    def possible(self) -> bool:
        """Whether a change that wins was found, or none is needed."""
        return self.decision is not None

    @property
    def exact(self) -> bool:
        """Whether nothing cheaper wins; where nothing was found, whether nothing wins at all."""
        return not self.limits

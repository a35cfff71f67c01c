"""What a field is: a name, a type, whose fact it is, who supplies it, one line of meaning."""

from collections.abc import Mapping
from typing import ClassVar, TypeAlias

import attrs

from dealreg.errors import PolicyError, shown
from dealreg.facts.values import Choice, FrozenMap, Span, as_tuple

__all__ = [
    "Count",
    "Derived",
    "Elapsed",
    "Field",
    "FieldType",
    "Inside",
    "Same",
    "SinceEnded",
    "Source",
    "Subject",
    "Tally",
]


class FieldType(Choice):
    """What kind of value a field has. All are exact; there is no floating point."""

    BOOL = "bool"
    INTEGER = "integer"
    DECIMAL = "decimal"
    MONEY = "money"
    TEXT = "text"
    ORDINAL = "ordinal"
    INSTANT = "instant"
    DATE = "date"
    DURATION = "duration"
    TEXT_SET = "text_set"


class Subject(Choice):
    """Whose fact a field is."""

    REGISTRATION = "registration"
    PARTNER = "partner"
    CUSTOMER = "customer"
    OPPORTUNITY = "opportunity"


class Source(Choice):
    """Who supplies a field: what the applicant supplies, the applicant can also inflate."""

    VENDOR = "vendor"
    APPLICANT = "applicant"


class Count(Choice):
    """How the time between two fields is counted."""

    TIME = "time"
    """Elapsed time, exact: a duration. Both fields are instants."""
    DAYS = "days"
    """Calendar days between the two local dates: an integer."""
    BUSINESS_DAYS = "business_days"
    """Business days after the first date up to and including the second: an integer."""
    MONTHS = "months"
    """Whole months between the two local dates: an integer."""


@attrs.frozen
class Elapsed:
    """How long after `start` the `end` is; negative when it is before. Both are field names."""

    tag: ClassVar[str] = "elapsed"

    start: str
    end: str
    count: Count = attrs.field(default=Count.TIME, converter=Count)
    calendar: str | None = None


@attrs.frozen
class Same:
    """Whether two text fields are equal, such as the registrant and the incumbent."""

    tag: ClassVar[str] = "same"

    left: str
    right: str


@attrs.frozen
class Inside:
    """Whether all of one field (a text or a set) is among another field's set of texts."""

    tag: ClassVar[str] = "inside"

    inner: str
    outer: str


def _texts_by_name(values: Mapping[str, str]) -> FrozenMap:
    made = FrozenMap(values)
    for name, value in made.items():
        if not isinstance(value, str):
            raise PolicyError(
                f"{shown(value)} is not a text that {shown(name)} can have",
                place="where",
                value=value,
                hint='name text fields, as in {"status": "approved"}',
            )
    return made


@attrs.frozen
class Tally:
    """How many *earlier* live registrations agree with this one on the fields named.

    Earlier is by `submitted_at`, then by registration id. It is what caps and duplicate rules
    count: the third registration under a cap of two has a tally of two.

    Attributes:
        same: field names that must agree, such as `partner_id`.
        within: count only those submitted at most this long before; None for all.
        calendar: counts the days of `within`.
        where: count only those of which these text fields have these values, such as
            `{"status": "approved"}`.
    """

    tag: ClassVar[str] = "tally"

    same: tuple[str, ...] = attrs.field(converter=as_tuple)
    within: Span | None = None
    calendar: str | None = None
    where: FrozenMap = attrs.field(factory=FrozenMap, converter=_texts_by_name)


@attrs.frozen
class SinceEnded:
    """How long after the last of the registrations that agree had ended this one was submitted.

    Those count that ended before this one was submitted, other than by being won.

    Attributes:
        same: field names that must agree, such as `partner_id` and `opportunity_id`.
        count: what is counted, as for `Elapsed`.
        calendar: counts the days.
    """

    tag: ClassVar[str] = "since_ended"

    same: tuple[str, ...] = attrs.field(converter=as_tuple)
    count: Count = attrs.field(default=Count.DAYS, converter=Count)
    calendar: str | None = None


Derived: TypeAlias = Elapsed | Same | Inside | Tally | SinceEnded


def _name(name: str) -> str:
    if not isinstance(name, str) or not name.isidentifier() or not name.isascii():
        raise PolicyError(
            f"{shown(name)} cannot be the name of a field",
            value=name,
            hint="use letters, digits and underscores, beginning with a letter",
        )
    return name


@attrs.frozen
class Field:
    """One thing a policy may ask about.

    Attributes:
        name: what predicates call it.
        type: what its values are.
        subject: whose fact it is.
        source: who supplies it.
        meaning: one line of meaning, for people.
        levels: for an ordinal, its levels from lowest to highest.
        changes: whether the value can change after submission, by whoever supplies it.
        derived: for a computed field, from what; None for a supplied one.
    """

    tag: ClassVar[str] = "field"

    name: str = attrs.field(converter=_name)
    type: FieldType = attrs.field(converter=FieldType)
    subject: Subject = attrs.field(default=Subject.REGISTRATION, converter=Subject)
    source: Source = attrs.field(default=Source.APPLICANT, converter=Source)
    meaning: str = ""
    levels: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    changes: bool = True
    derived: Derived | None = None

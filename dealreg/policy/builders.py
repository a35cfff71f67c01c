"""Builders: policies written in Python that read like the programme's text.

Operators live here and not on the nodes, so that `==` on a node always means equality of value.
"""

from collections.abc import Iterable
from datetime import timedelta
from fractions import Fraction
from typing import Any, NoReturn, TypeAlias

import attrs

from dealreg.errors import PolicyError, UsageError, shown
from dealreg.facts.values import Span, Unit, span
from dealreg.policy.clock_builders import FinalFrom
from dealreg.policy.clocks import Milestone, Period
from dealreg.policy.contests import Contest
from dealreg.policy.predicates import (
    AllOf,
    AnyOf,
    Compare,
    Constant,
    Covers,
    External,
    Fact,
    Missing,
    Not,
    OneOf,
    Only,
    Op,
    Overlaps,
    Predicate,
    predicate,
)
from dealreg.policy.stages import (
    Award,
    Best,
    Bucket,
    Effect,
    Grace,
    HeadStart,
    HolderOf,
    Joint,
    Key,
    MissingRule,
    Others,
    OthersStand,
    Override,
    Prefer,
    Preference,
    Requirement,
    Scope,
    Tie,
    Unmet,
    Vacancy,
)
from dealreg.policy.terms import Band, Banded, FractionOfHolder, Percent, Terms

__all__ = [
    "ALWAYS",
    "NEVER",
    "Condition",
    "FieldBuilder",
    "Holders",
    "OnePer",
    "Ordering",
    "Part",
    "all_of",
    "any_of",
    "banded",
    "competing_on",
    "contest",
    "duration",
    "earliest",
    "everyone_qualifying",
    "external",
    "field",
    "fraction_of_holder",
    "head_start",
    "highest",
    "holder_of",
    "holders",
    "latest",
    "lowest",
    "not_",
    "not_holder_of",
    "one_per",
    "others",
    "override",
    "preferring",
    "requirement",
    "same_period",
    "terms",
    "within",
]

_TRUTH = (
    "a rule has no truth value until it is asked of a registration",
    (
        "combine rules with `&`, `|` and `~` (or all_of, any_of, not_), not with `and`, `or`, "
        "`not`; write `(field(x) >= 1) & (field(x) <= 5)`, not `1 <= field(x) <= 5`; "
        "and `field(x).one_of(...)`, not `in`"
    ),
)


def _no_truth(thing: object) -> NoReturn:
    raise UsageError(_TRUTH[0], value=thing, hint=_TRUTH[1])


@attrs.frozen
class Condition:
    """A predicate under construction: combine with `&`, `|`, `~`; use wherever a rule is wanted.

    Raises:
        UsageError: on `and`, `or`, `not`, `if` and chained comparisons, which Python would
            silently evaluate.
    """

    predicate: Predicate

    def __and__(self, other: "Condition | Predicate") -> "Condition":
        return all_of(self, other)

    def __rand__(self, other: Predicate) -> "Condition":
        return all_of(other, self)

    def __or__(self, other: "Condition | Predicate") -> "Condition":
        return any_of(self, other)

    def __ror__(self, other: Predicate) -> "Condition":
        return any_of(other, self)

    def __invert__(self) -> "Condition":
        return not_(self)

    def __bool__(self) -> NoReturn:  # noqa: PLE0304 - it has no truth value
        _no_truth(self)


def all_of(*parts: "Condition | Predicate") -> Condition:
    """All of the parts. `a & b & c` makes one node, not a nest."""
    flat: list[Predicate] = []
    for part in map(predicate, parts):
        flat.extend(part.parts if isinstance(part, AllOf) else (part,))
    return Condition(AllOf(tuple(flat)))


def any_of(*parts: "Condition | Predicate") -> Condition:
    """Any of the parts."""
    flat: list[Predicate] = []
    for part in map(predicate, parts):
        flat.extend(part.parts if isinstance(part, AnyOf) else (part,))
    return Condition(AnyOf(tuple(flat)))


def not_(part: "Condition | Predicate") -> Condition:
    """Not the part; unknown stays unknown."""
    return Condition(Not(predicate(part)))


ALWAYS = Condition(Constant(True))
NEVER = Condition(Constant(False))


def external(name: str) -> Condition:
    """A yes-or-no question the programme answers in its own code; see `decide(externals=)`."""
    return Condition(External(name))


class FieldBuilder:
    """A field, to be compared with a constant: `field("tier") >= "gold"`."""

    __slots__ = ("fact",)
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, fact: Fact) -> None:
        self.fact = fact

    def __repr__(self) -> str:
        as_of = f".as_of({self.fact.as_of!r})" if self.fact.as_of else ""
        return f"field({self.fact.name!r}){as_of}"

    def as_of(self, name: str) -> "FieldBuilder":
        """The field as it was at the instant in another field, such as `submitted_at`."""
        return FieldBuilder(Fact(self.fact.name, name))

    def _compare(self, op: Op, value: Any) -> Condition:
        if isinstance(value, FieldBuilder):
            raise UsageError(
                f"{self!r} cannot be compared with {value!r}: a rule compares a field with a "
                "constant",
                hint="declare a derived field (Elapsed, Same or Inside) of the two",
            )
        if isinstance(value, Condition):
            _no_truth(value)
        return Condition(Compare(self.fact, op, value))

    def __eq__(self, value: object) -> Condition:  # type: ignore[override]
        return self._compare(Op.EQ, value)

    def __ne__(self, value: object) -> Condition:  # type: ignore[override]
        return self._compare(Op.NE, value)

    def __lt__(self, value: Any) -> Condition:
        return self._compare(Op.LT, value)

    def __le__(self, value: Any) -> Condition:
        return self._compare(Op.LE, value)

    def __gt__(self, value: Any) -> Condition:
        return self._compare(Op.GT, value)

    def __ge__(self, value: Any) -> Condition:
        return self._compare(Op.GE, value)

    def __bool__(self) -> NoReturn:  # noqa: PLE0304 - it has no truth value
        _no_truth(self)

    def __contains__(self, value: object) -> NoReturn:
        raise UsageError(
            f"`{value!r} in {self!r}` cannot be a rule",
            hint=f"write {self!r}.covers({value!r})",
        )

    def is_true(self) -> Condition:
        """The yes/no field is yes."""
        return self._compare(Op.EQ, True)

    def is_false(self) -> Condition:
        """The yes/no field is no."""
        return self._compare(Op.EQ, False)

    def one_of(self, *values: Any) -> Condition:
        """The field has one of the values."""
        return Condition(OneOf(self.fact, values))

    def overlaps(self, *texts: str) -> Condition:
        """The set has at least one of the texts."""
        return Condition(Overlaps(self.fact, texts))

    def covers(self, *texts: str) -> Condition:
        """The set has all of the texts."""
        return Condition(Covers(self.fact, texts))

    def only(self, *texts: str) -> Condition:
        """The set has nothing but the texts, such as products of the families listed."""
        return Condition(Only(self.fact, texts))

    def is_missing(self) -> Condition:
        """The field is not known."""
        return Condition(Missing(self.fact))

    def is_known(self) -> Condition:
        """The field is known."""
        return not_(Missing(self.fact))


def field(name: str) -> FieldBuilder:
    """A field of the vocabulary, to build a rule from.

    >>> (field("tier") >= "gold") & field("accreditations").covers("vdi")
    ... # doctest: +ELLIPSIS
    Condition(predicate=AllOf(parts=(Compare(...), Covers(...))))
    >>> bool(field("tier") >= "gold")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    dealreg.errors.UsageError: a rule has no truth value until it is asked of a registration; ...
    """
    return FieldBuilder(Fact(name))


def duration(text: str) -> timedelta:
    """A fixed elapsed time from its text, to compare a duration field with: `30 days`.

    Raises:
        UsageError: for business days and months, which have no fixed length.
    """
    made = span(text)
    if made.unit in (Unit.BUSINESS_DAYS, Unit.MONTHS):
        raise UsageError(
            f"{shown(text)} has no fixed length",
            value=text,
            hint="declare an elapsed field counted in business days or months",
        )
    return timedelta(**{made.unit.value: made.length})


def requirement(
    code: str,
    that: Condition | Predicate,
    tell: str = "",
    *,
    if_false: Unmet | str = Unmet.DENY,
    if_unknown: Unmet | str = Unmet.RETURN,
    lasting: bool = False,
) -> Requirement:
    """A requirement: reason code, rule, and the sentence a partner may be told.

    A `lasting` one must be met for as long as the benefit is held; any other when it is awarded.

    >>> requirement("TIER_TOO_LOW", field("tier") >= "gold", "Open to Gold and above.").code
    'TIER_TOO_LOW'
    """
    return Requirement(code, predicate(that), tell, Unmet(if_false), Unmet(if_unknown), lasting)


def override(
    code: str,
    when: Condition | Predicate,
    tell: str = "",
    *,
    effect: Effect | str = Effect.TAKES,
) -> Override:
    """A rule that comes before time and order."""
    return Override(code, predicate(when), Effect(effect), tell)


def holder_of(benefit: str, *, code: str = "NOT_HOLDER", tell: str = "") -> HolderOf:
    """Only for a holder of another benefit."""
    return HolderOf(benefit, True, code, tell)


def not_holder_of(benefit: str, *, code: str = "EXCLUDED", tell: str = "") -> HolderOf:
    """Not for a holder of another benefit: the two do not combine."""
    return HolderOf(benefit, False, code, tell)


def within(length: str | Span, *, of: str = "submitted_at", calendar: str | None = None) -> Grace:
    """A grace window, anchored at the earliest eligible registration, last instant included.

    >>> within("7 days").length
    Span(length=7, unit=<Unit.DAYS: 'days'>)
    """
    return Grace(span(length) if isinstance(length, str) else length, Fact(of), calendar)


def same_period(
    unit: Unit | str, *, of: str = "submitted_at", calendar: str | None = None
) -> Bucket:
    """Those in the same calendar `days`, `weeks` or `months` as the earliest eligible one."""
    return Bucket(Unit(unit), Fact(of), calendar)


def head_start(length: str | Span, *, per: str = "tier", of: str = "submitted_at") -> HeadStart:
    """Every level of the ladder counts as having registered a span earlier."""
    return HeadStart(span(length) if isinstance(length, str) else length, Fact(per), Fact(of))


@attrs.frozen
class Ordering:
    """Preferences, most important first. `then` puts another behind; the empty one is neutral."""

    keys: tuple[Preference, ...] = ()

    def then(self, other: "Ordering | Preference") -> "Ordering":
        """This order, and where it leaves two equal, the other."""
        return Ordering(self.keys + (other.keys if isinstance(other, Ordering) else (other,)))


def _by(name: str, best: Best, missing: MissingRule | str, currency: str | None) -> Ordering:
    return Ordering((Key(Fact(name), best, MissingRule(missing), currency),))


def earliest(name: str, *, missing: MissingRule | str = MissingRule.LAST) -> Ordering:
    """Earliest first, by an instant or date field: which one is always stated.

    >>> earliest("completed_at").then(highest("tier")).keys[1].fact.name
    'tier'
    """
    return _by(name, Best.LOWEST, missing, None)


def latest(name: str, *, missing: MissingRule | str = MissingRule.LAST) -> Ordering:
    """Latest first."""
    return _by(name, Best.HIGHEST, missing, None)


def highest(
    name: str, *, missing: MissingRule | str = MissingRule.LAST, currency: str | None = None
) -> Ordering:
    """Highest first. For money, state the currency; amounts in others count as missing."""
    return _by(name, Best.HIGHEST, missing, currency)


def lowest(
    name: str, *, missing: MissingRule | str = MissingRule.LAST, currency: str | None = None
) -> Ordering:
    """Lowest first."""
    return _by(name, Best.LOWEST, missing, currency)


def preferring(
    when: Condition | Predicate, *, missing: MissingRule | str = MissingRule.LAST
) -> Ordering:
    """Those that satisfy the rule first, such as the incumbent."""
    return Ordering((Prefer(predicate(when), MissingRule(missing)),))


@attrs.frozen
class Holders:
    """How many may hold the benefit; None for all who qualify."""

    capacity: int | None


def holders(count: int) -> Holders:
    """At most this many hold the benefit."""
    return Holders(count)


def everyone_qualifying() -> Holders:
    """All who qualify hold the benefit."""
    return Holders(None)


@attrs.frozen
class OnePer:
    """The field of which each value holds at most once."""

    name: str


def one_per(name: str) -> OnePer:
    """Each `partner_id`, or each `partner_group`, holds the benefit at most once."""
    return OnePer(name)


def competing_on(*keys: str, lines: str | None = None, award: Award | str = Award.WHOLE) -> Scope:
    """Which registrations compete: those equal in the keys, and sharing a line if one is named."""
    return Scope(keys or ("opportunity_id",), lines, Award(award))


def banded(*bands: tuple[Condition | Predicate, str]) -> Banded:
    """A rate by bands: the first rule that holds sets the percentage.

    >>> banded((field("tier") >= "gold", "20"), (ALWAYS, "10")).bands[1].percent
    Decimal('10')
    """
    return Banded(tuple(Band(predicate(when), percent) for when, percent in bands))


def fraction_of_holder(fraction: Fraction | str) -> FractionOfHolder:
    """A fraction of what the first holder gets, such as "1/2"."""
    return FractionOfHolder(Fraction(fraction))


def terms(
    label: str = "",
    rate: "str | Banded | FractionOfHolder | Percent | None" = None,
    *,
    share: Fraction | str | None = None,
) -> Terms:
    """What an entitlement is worth; a rate given as text is a percentage.

    >>> terms("co-sell rate", "5").rate
    Percent(value=Decimal('5'))
    """
    made = Percent(rate) if isinstance(rate, str) else rate
    return Terms(label, made, share)


def others(
    given: Terms | None = None,
    *,
    stand: OthersStand | str = OthersStand.DENIED,
    when: Condition | Predicate | None = None,
    code: str = "DUPLICATE_OTHER_PARTNER",
    tell: str = "",
    reconsidered: bool = False,
) -> Others:
    """How the eligible stand who are not awarded, and what they get."""
    return Others(OthersStand(stand), given, when, code, tell, reconsidered)


Part: TypeAlias = (
    Requirement
    | HolderOf
    | Override
    | Grace
    | Bucket
    | HeadStart
    | Ordering
    | Key
    | Prefer
    | Tie
    | Holders
    | OnePer
    | Scope
    | Joint
    | Terms
    | Others
    | Period
    | Milestone
    | FinalFrom
    | Vacancy
)

_SINGLE = {
    Grace: "window",
    Bucket: "window",
    HeadStart: "window",
    Tie: "tie",
    Holders: "capacity",
    OnePer: "one_per",
    Scope: "scope",
    Joint: "joint",
    Others: "others",
    Period: "period",
    FinalFrom: "final_from",
    Vacancy: "vacant",
}
_SEVERAL = {
    Requirement: "requires",
    HolderOf: "after",
    Override: "overrides",
    Key: "prefer",
    Prefer: "prefer",
    Terms: "gives",
    Milestone: "milestones",
}


def contest(benefit: str, *parts: "Part | Iterable[Any]") -> Contest:
    """A contest from its parts: rules, clauses (which are tuples of parts), in any order.

    The stages are fixed: eligible, overrides, window, preferences, tie rule. Only the order
    among parts of one kind matters: requirements, overrides, preferences, terms.

    Raises:
        PolicyError: when a stage that is single, such as the window, is stated twice.
        UsageError: when something is not a part of a contest.

    >>> contest("protection", within("7 days"), highest("tier")).capacity
    1
    """
    stages: dict[str, Any] = {}
    for part in _flat(parts):
        kind = type(part)
        if isinstance(part, Ordering):
            stages["prefer"] = stages.get("prefer", ()) + part.keys
        elif kind in _SEVERAL:
            stages[_SEVERAL[kind]] = (*stages.get(_SEVERAL[kind], ()), part)
        elif kind in _SINGLE:
            _state_once(stages, benefit, _SINGLE[kind], part)
        else:
            raise UsageError(
                f"{shown(part)} is not a part of a contest",
                place=f"contests[{benefit}]",
                value=part,
                hint="give requirements, windows, preferences, terms, or clauses made of them",
            )
    return Contest(benefit=benefit, **stages)


def _state_once(stages: dict[str, Any], benefit: str, stage: str, part: Any) -> None:
    match part:
        case Holders(capacity):
            value: Any = capacity
        case OnePer(name) | FinalFrom(name):
            value = name
        case _:
            value = part
    if stage in stages and stages[stage] != value:
        raise PolicyError(
            f"the {stage} is stated twice, and differently",
            place=f"contests[{benefit}].{stage}",
            value=part,
            hint="keep one of the two",
        )
    stages[stage] = value


def _flat(parts: Iterable[Any]) -> Iterable[Any]:
    for part in parts:
        if isinstance(part, (tuple, list)):
            yield from _flat(part)
        else:
            yield part

"""Does the order of a contest tell registrations apart, and does every preference count."""

from collections.abc import Iterator

import attrs

from dealreg.checking.codes import finding
from dealreg.checking.reasoning import Reasoner
from dealreg.errors import shown
from dealreg.facts.canonical import canonical_json
from dealreg.facts.fields import Count, Elapsed, Field, FieldType
from dealreg.facts.vocabulary import Vocabulary
from dealreg.outcome.findings import Finding
from dealreg.policy.contests import Contest
from dealreg.policy.paths import contest_path, prefer_path
from dealreg.policy.predicates import Constant, Fact
from dealreg.policy.stages import HeadStart, Key, MissingRule, Prefer, Tie
from dealreg.policy.walk import atoms, fact_of

__all__ = ["is_fine", "is_total", "order_findings"]


def order_findings(
    contest: Contest, vocabulary: Vocabulary, ill_typed: set[str]
) -> Iterator[Finding]:
    """Ties that are sure to come, and preferences that can tell no two apart."""
    yield from _total_findings(contest, vocabulary)
    before = _Before()
    for place, preference in enumerate(contest.prefer):
        path = prefer_path(contest.benefit, place)
        if isinstance(preference, Key):
            reason = _dead_key(preference, before)
            before.add_key(preference, vocabulary)
        elif f"{path}.when" in ill_typed:
            continue
        else:
            reason = _dead_prefer(preference, before, vocabulary)
            before.preferred.add(canonical_json(preference.when))
        if reason:
            yield finding(
                "DEAD_PREFERENCE",
                path,
                f"the preference can tell no two registrations apart: {reason}",
                "remove it, or put it first",
            )


@attrs.define
class _Before:
    """What the preferences before one have settled."""

    ordered: set[tuple[Fact, str | None]] = attrs.field(factory=set)
    settled: set[Fact] = attrs.field(factory=set)
    preferred: set[bytes] = attrs.field(factory=set)
    numbered: bool = False

    def add_key(self, key: Key, vocabulary: Vocabulary) -> None:
        """One more key; once the registrations' own numbers are ordered by, nothing is left."""
        if self.numbered:
            return
        self.numbered = key.fact.name == "registration_id"
        self.ordered.add((key.fact, key.currency))
        if _settles(key, vocabulary):
            self.settled.add(key.fact)


def _dead_key(key: Key, before: _Before) -> str:
    if (key.fact, key.currency) in before.ordered and key.fact.name != "registration_id":
        return f"{shown(key.fact.name)} was ordered by before"
    return "no two have the same `registration_id`" if before.numbered else ""


def _dead_prefer(prefer: Prefer, before: _Before, vocabulary: Vocabulary) -> str:
    if isinstance(prefer.when, Constant):
        return "its rule is a constant"
    if canonical_json(prefer.when) in before.preferred:
        return "its rule was preferred by before"
    reasoner = Reasoner(vocabulary)
    if prefer.missing is MissingRule.LAST and not reasoner.possible((prefer.when, True)):
        return "no facts satisfy its rule"
    if before.numbered:
        return "no two have the same `registration_id`"
    asked = {fact_of(atom) for _, atom in atoms(prefer.when)}
    if asked <= before.settled:
        return "those left equal before are equal in all that its rule asks"
    return ""


def _settles(key: Key, vocabulary: Vocabulary) -> bool:
    """Whether those that a key leaves equal have equal values: not so amounts of money."""
    field = vocabulary.get(key.fact.name)
    return field is not None and field.type is not FieldType.MONEY


def _total_findings(contest: Contest, vocabulary: Vocabulary) -> Iterator[Finding]:
    """An order whose ties are no accident, and go to a person.

    A tie rule is always there, so an order is never undefined. But where no instant is compared,
    ties are the usual case: two gold partners. If those go to a person, the policy decides little.
    """
    if contest.tie is not Tie.REFER or is_total(contest, vocabulary):
        return
    by = [shown(key.fact.name) if isinstance(key, Key) else "a rule" for key in contest.prefer]
    equal = "all who are equal in " + ", ".join(by) if by else "all who are eligible"
    yield finding(
        "ORDER_NOT_TOTAL",
        contest_path(contest.benefit, "prefer"),
        f"no instant is compared, so {equal} tie, and a person decides",
        'end the order with an instant, as in `earliest("submitted_at")`, or choose another tie '
        "rule, if that is not meant",
    )


def is_total(contest: Contest, vocabulary: Vocabulary) -> bool:
    """Whether ties are an accident, whatever the tie rule: an instant is compared, or no order is.

    >>> from dealreg import contest, earliest, highest
    >>> from dealreg.facts.vocabulary import Vocabulary
    >>> words = Vocabulary(("silver", "gold"))
    >>> is_total(contest("protection", highest("tier")), words)
    False
    >>> is_total(contest("protection", earliest("submitted_at")), words)
    True
    """
    if contest.capacity is None or isinstance(contest.window, HeadStart):
        return True
    if any(after.holds for after in contest.after):
        return True  # who holds the other benefit was settled there
    return any(isinstance(key, Key) and is_fine(key.fact, vocabulary) for key in contest.prefer)


def is_fine(fact: Fact, vocabulary: Vocabulary) -> bool:
    """Whether two registrations are hardly ever equal in the field."""
    field: Field | None = vocabulary.get(fact.name)
    if field is None or fact.name == "registration_id":
        return True
    derived = field.derived
    exact = isinstance(derived, Elapsed) and derived.count is Count.TIME
    return field.type is FieldType.INSTANT or exact

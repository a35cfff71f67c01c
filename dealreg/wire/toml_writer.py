"""From policies to plain tables, laid out for people: what is as usual is left out."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any, Final, TypeAlias, assert_never

from dealreg.errors import PolicyError, shown
from dealreg.facts.calendars import Calendar
from dealreg.facts.fields import Derived, Elapsed, Field, Inside, Same, SinceEnded, Tally
from dealreg.facts.vocabulary import Vocabulary
from dealreg.policy.contests import Contest
from dealreg.policy.policies import SEMANTICS, Policy, PolicyBook
from dealreg.policy.predicates import Predicate
from dealreg.policy.stages import (
    Award,
    HolderOf,
    Joint,
    Others,
    Override,
    Requirement,
    Scope,
)
from dealreg.policy.terms import Banded, FractionOfHolder, Percent, Rate, Terms
from dealreg.wire.phrases import preference_text, span_text, window_text
from dealreg.wire.text import predicate_to_text
from dealreg.wire.toml_clocks import milestone_table, period_table, sla_table
from dealreg.wire.toml_contests import ALL_WHO_QUALIFY
from dealreg.wire.toml_reader import DAYS

__all__ = ["BOOK_FORMAT", "POLICY_FORMAT", "book_table", "policy_table"]

POLICY_FORMAT: Final = "dealreg-policy/1"
BOOK_FORMAT: Final = "dealreg-book/1"

_Plain: TypeAlias = dict[str, Any]
_Rule: TypeAlias = Callable[[Predicate], str]

_LARGEST: Final = 2**63
"""TOML promises whole numbers of 64 bits."""


def policy_table(policy: Policy) -> _Plain:
    """The tables of a policy file.

    Raises:
        PolicyError: for two fields or calendars of one name, which a file cannot keep.
    """
    head = {"format": POLICY_FORMAT, "semantics": policy.semantics, "programme": policy.programme}
    return head | _body(policy)


def book_table(book: PolicyBook) -> _Plain:
    """The tables of a policy book file.

    Raises:
        PolicyError: for two fields or calendars of one name, which a file cannot keep.
    """
    editions = []
    for place, edition in enumerate(book.editions):
        made: _Plain = {"effective_from": edition.effective_from}
        if edition.policy.programme != book.programme:
            made["programme"] = edition.policy.programme
        try:
            editions.append(made | _body(edition.policy))
        except PolicyError as wrong:
            raise wrong.at(f"editions[{place}]") from None
    return {
        "format": BOOK_FORMAT,
        "semantics": SEMANTICS,
        "programme": book.programme,
        "governs": book.governs.value,
        "editions": editions,
    }


def _body(policy: Policy) -> _Plain:
    vocabulary = policy.vocabulary()
    return {
        "version": policy.version,
        **_unless("note", policy.note, ""),
        **_unless("tiers", list(policy.tiers), []),
        **({} if policy.sla is None else {"sla": sla_table(policy.sla)}),
        **_unless("calendars", _by_name(policy.calendars, "calendars", _calendar), {}),
        **_unless("fields", _by_name(policy.fields, "fields", _field), {}),
        **_unless("contests", [_contest(each, vocabulary) for each in policy.contests], []),
    }


def _unless(key: str, value: object, usual: object) -> _Plain:
    return {} if value == usual else {key: value}


def _by_name(items: Iterable[Any], key: str, table: Callable[[Any], _Plain]) -> _Plain:
    made: _Plain = {}
    for item in items:
        if item.name in made:
            raise PolicyError(
                f"there are two named {shown(item.name)}",
                place=key,
                value=item.name,
                hint="give each its own name",
            )
        made[item.name] = table(item)
    return made


def _calendar(calendar: Calendar) -> _Plain:
    return {
        "zone": calendar.zone,
        **_unless("weekend", [DAYS[day] for day in calendar.weekend], ["sat", "sun"]),
        **_unless("holidays", list(calendar.holidays), []),
        **_unless("holiday_rules", list(calendar.holiday_rules), []),
    }


def _field(field: Field) -> _Plain:
    usual = Field(field.name, field.type)
    return {
        "type": field.type.value,
        **_unless("subject", field.subject.value, usual.subject.value),
        **_unless("source", field.source.value, usual.source.value),
        **_unless("meaning", field.meaning, ""),
        **_unless("levels", list(field.levels), []),
        **_unless("changes", field.changes, usual.changes),
        **({} if field.derived is None else _derived(field.derived)),
    }


def _derived(derived: Derived) -> _Plain:
    match derived:
        case Elapsed(start, end, count, calendar):
            named = _unless("calendar", calendar, None)
            return {"elapsed": {"from": start, "to": end, "count": count.value, **named}}
        case Same(left, right):
            return {"same": [left, right]}
        case Inside(inner, outer):
            return {"inside": {"all_of": inner, "among": outer}}
        case Tally(same, within, calendar, where):
            lasting = {} if within is None else {"within": span_text(within)}
            only = _unless("where", dict(where), {})
            named = _unless("calendar", calendar, None)
            return {"tally": {"same": list(same), **lasting, **only, **named}}
        case SinceEnded(same, count, calendar):
            counted = _unless("count", count.value, SinceEnded(()).count.value)
            named = _unless("calendar", calendar, None)
            return {"since_ended": {"same": list(same), **counted, **named}}
        case _:
            assert_never(derived)


def _contest(contest: Contest, vocabulary: Vocabulary) -> _Plain:
    def rule(predicate: Predicate) -> str:
        return predicate_to_text(predicate, vocabulary)

    usual = Contest(benefit=contest.benefit)
    window = None if contest.window is None else window_text(contest.window)
    prefer = [preference_text(each, vocabulary) for each in contest.prefer]
    capacity = ALL_WHO_QUALIFY if contest.capacity is None else contest.capacity
    return {
        "benefit": contest.benefit,
        **({} if contest.scope == usual.scope else {"scope": _scope(contest.scope)}),
        **_unless("window", window, None),
        **_unless("prefer", prefer, []),
        **_unless("tie", contest.tie.value, usual.tie.value),
        **_unless("capacity", capacity, usual.capacity),
        **_unless("one_per", contest.one_per, usual.one_per),
        **_unless("final_from", contest.final_from, None),
        **_unless("vacant", contest.vacant.value, usual.vacant.value),
        **({} if contest.period is None else {"period": period_table(contest.period)}),
        **_unless("milestones", [milestone_table(each) for each in contest.milestones], []),
        **_unless("requires", [_requirement(each, rule) for each in contest.requires], []),
        **_unless("after", [_after(each) for each in contest.after], []),
        **_unless("overrides", [_override(each, rule) for each in contest.overrides], []),
        **({} if contest.joint is None else {"joint": _joint(contest.joint)}),
        **_unless("gives", [_terms(each, rule) for each in contest.gives], []),
        **_unless("others", _others(contest.others, rule), {}),
    }


def _scope(scope: Scope) -> list[str] | _Plain:
    if scope.lines is None and scope.award is Award.WHOLE:
        return list(scope.keys)
    return {
        "keys": list(scope.keys),
        **_unless("lines", scope.lines, None),
        **_unless("award", scope.award.value, Award.WHOLE.value),
    }


def _requirement(required: Requirement, rule: _Rule) -> _Plain:
    usual = Requirement(required.code, required.that)
    return {
        "code": required.code,
        "that": rule(required.that),
        **_unless("tell", required.tell, ""),
        **_unless("if_false", required.if_false.value, usual.if_false.value),
        **_unless("if_unknown", required.if_unknown.value, usual.if_unknown.value),
        **_unless("lasting", required.lasting, usual.lasting),
    }


def _after(after: HolderOf) -> _Plain:
    return {
        "holder_of" if after.holds else "not_holder_of": after.benefit,
        **_unless("code", after.code, "NOT_HOLDER" if after.holds else "EXCLUDED"),
        **_unless("tell", after.tell, ""),
    }


def _override(override: Override, rule: _Rule) -> _Plain:
    return {
        "code": override.code,
        "when": rule(override.when),
        "effect": override.effect.value,
        **_unless("tell", override.tell, ""),
    }


def _joint(joint: Joint) -> _Plain:
    stature = [{"field": s.field, "at_most": _number(s.at_most)} for s in joint.stature]
    return {
        **_unless("distinct", list(joint.distinct), []),
        **_unless("disjoint", list(joint.disjoint), []),
        **_unless("stature", stature, []),
        **_unless("code", joint.code, Joint().code),
        **_unless("tell", joint.tell, ""),
    }


def _terms(given: Terms, rule: _Rule) -> _Plain:
    return {
        **_unless("label", given.label, ""),
        **({} if given.rate is None else _rate(given.rate, rule)),
        **({} if given.share is None else {"share": str(given.share)}),
    }


def _rate(rate: Rate, rule: _Rule) -> _Plain:
    match rate:
        case Percent(value):
            return {"percent": _number(value)}
        case FractionOfHolder(value):
            return {"fraction_of_holder": str(value)}
        case Banded(bands):
            return {"bands": [{"when": rule(b.when), "percent": _number(b.percent)} for b in bands]}
        case _:
            assert_never(rate)


def _number(value: Decimal) -> int | str:
    """A whole number as such, any other as text: TOML's own numbers with a point are inexact."""
    whole = int(value)
    if value == whole and -_LARGEST <= whole < _LARGEST:
        return whole
    return format(value, "f")


def _others(others: Others, rule: _Rule) -> _Plain:
    usual = Others()
    return {
        **_unless("stand", others.stand.value, usual.stand.value),
        **({} if others.when is None else {"when": rule(others.when)}),
        **_unless("code", others.code, usual.code),
        **_unless("tell", others.tell, ""),
        **_unless("reconsidered", others.reconsidered, usual.reconsidered),
        **({} if others.terms is None else {"terms": _terms(others.terms, rule)}),
    }

"""The stages of one contest in English, in the order in which they are decided."""

from collections.abc import Iterable, Sequence
from typing import assert_never

from dealreg.facts.fields import FieldType
from dealreg.facts.values import Unit
from dealreg.policy.contests import Contest
from dealreg.policy.predicates import Constant
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
    Window,
)
from dealreg.policy.terms import Band, Banded, FractionOfHolder, Percent, Terms
from dealreg.rendering.clocks import clock_items
from dealreg.rendering.document import Item
from dealreg.rendering.nouns import bare, event, noun
from dealreg.rendering.phrases import Phrases
from dealreg.rendering.words import (
    by_calendar,
    capital,
    count,
    fraction,
    label,
    listed,
    nth,
    number,
    percent,
    span_words,
    tell_words,
    told,
)

__all__ = ["contest_items", "joint_conditions"]

_ALWAYS_KNOWN = frozenset({"asked_at", "partner_id", "registration_id", "submitted_at"})
"""Every live registration has these, so nothing need be said of those that have not."""


def contest_items(contest: Contest, phrases: Phrases) -> tuple[Item, ...]:
    """A contest as list entries: what competes, who may, in what order, who gets what."""
    return tuple(_items(contest, phrases))


def _items(contest: Contest, phrases: Phrases) -> Iterable[Item]:
    yield _scope(contest.scope, phrases)
    yield _eligible(contest, phrases)
    if contest.overrides:
        yield _overrides(contest.overrides, phrases)
    if contest.window is not None:
        yield Item(f"Who is in time: {_window_words(contest.window, phrases)}")
    yield _order(contest.prefer, phrases)
    yield _holders(contest, phrases)
    if contest.joint is not None:
        yield _joint(contest.joint, phrases)
    yield _given(contest.gives, phrases)
    yield _others(contest.others, phrases)
    yield from clock_items(contest, phrases)


def _scope(scope: Scope, phrases: Phrases) -> Item:
    shared = listed([bare(key, phrases.vocabulary) for key in scope.keys])
    text = f"Which registrations compete: those with the same {shared}"
    if scope.lines is None:
        return Item(f"{text}.")
    lines = noun(scope.lines, phrases.vocabulary)
    match scope.award:
        case Award.WHOLE:
            return Item(
                f"{text}, and overlap in {lines}. A registration gets all of its scope or none; "
                "one that does not state its scope counts as covering everything."
            )
        case Award.BY_LINE:
            return Item(f"{text}. Each of {lines} is decided for itself.")
        case _:
            assert_never(scope.award)


def _eligible(contest: Contest, phrases: Phrases) -> Item:
    items = [_dependence(each) for each in contest.after]
    items += [_requirement(each, phrases) for each in contest.requires]
    if not items:
        return Item("Who may have it: every live registration.")
    return Item("Who may have it: a live registration that meets all of these:", items)


def _dependence(after: HolderOf) -> Item:
    other = label(after.benefit)
    text = f"It holds the {other}" if after.holds else f"It does not hold the {other}"
    return Item(f"{text}. [{after.code}]{tell_words(after.tell)}")


def _requirement(required: Requirement, phrases: Phrases) -> Item:
    lasting = " A holder must meet it for as long as it holds." if required.lasting else ""
    tail = f" [{required.code}] {_consequence(required)}{lasting}{tell_words(required.tell)}"
    made = phrases.item("", required.that, tail)
    return Item(capital(made.text), made.items)


def _consequence(required: Requirement) -> str:
    if required.if_false is required.if_unknown:
        return f"If not, or if that is not known, {_unmet(required.if_false)}."
    return (
        f"If not, {_unmet(required.if_false)}; if that is not known, {_unmet(required.if_unknown)}."
    )


def _unmet(unmet: Unmet) -> str:
    match unmet:
        case Unmet.DENY:
            return "the registration is denied"
        case Unmet.RETURN:
            return "it goes back to the partner for completion"
        case Unmet.REFER:
            return "a person at the vendor decides"
        case _:
            assert_never(unmet)


def _overrides(overrides: Sequence[Override], phrases: Phrases) -> Item:
    items = []
    for each in overrides:
        tail = f" [{each.code}]{tell_words(each.tell)}"
        items.append(phrases.item(_effect(each.effect), each.when, tail))
    lead = "What comes before time and order; the first that applies settles it:"
    return Item(lead, items, ordered=True)


def _effect(effect: Effect) -> str:
    match effect:
        case Effect.TAKES:
            return "Only those stay, if there are any, where "
        case Effect.REFERS:
            return "A person at the vendor decides the contest if for some eligible registration "
        case Effect.CLOSES:
            return "Nobody gets the benefit if for some eligible registration "
        case _:
            assert_never(effect)


def _window_words(window: Window, phrases: Phrases) -> str:
    """A window as a sentence without its subject."""
    by = event(window.clock.name, phrases.vocabulary)
    match window:
        case Grace(length, _, calendar):
            return (
                f"eligible registrations within {span_words(length)} of the earliest one, by "
                f"{by}, that last instant included{by_calendar(calendar)}. Among them the order "
                "below decides, not time alone."
            )
        case Bucket(unit, _, calendar):
            return (
                f"eligible registrations of the same calendar {_bucket(unit)} as the earliest one, "
                f"by {by}{by_calendar(calendar)}."
            )
        case HeadStart(length, ladder):
            level = noun(ladder.name, phrases.vocabulary)
            return (
                f"every level of {level} above the lowest counts as {span_words(length)} earlier, "
                f"by {by}; those earliest after this credit stay."
            )
        case _:
            assert_never(window)


def _bucket(unit: Unit) -> str:
    return {Unit.WEEKS: "week (Monday first)"}.get(unit, unit.value.removesuffix("s"))


def _order(prefer: Sequence[Preference], phrases: Phrases) -> Item:
    if not prefer:
        return Item("Order of preference: none; all who are left are equal.")
    items = [_preference_item(each, phrases) for each in prefer]
    return Item(
        "Order of preference; each settles what those before it leave equal:", items, ordered=True
    )


def _preference_item(preference: Preference, phrases: Phrases) -> Item:
    """One preference as a list entry."""
    match preference:
        case Key():
            amounts = (
                f" Amounts count in {preference.currency} only." if preference.currency else ""
            )
            known = preference.fact.name in _ALWAYS_KNOWN
            unknown = "" if known else f" {_missing(preference.missing)}"
            return Item(f"{capital(_key_words(preference, phrases))}.{unknown}{amounts}")
        case Prefer(when, missing):
            unknown = (
                "Where that is not known, it counts as not so."
                if missing is MissingRule.LAST
                else _missing(missing)
            )
            return phrases.item("First those where ", when, f" {unknown}")
        case _:
            assert_never(preference)


def _key_words(key: Key, phrases: Phrases) -> str:
    """An order by a field: `earliest submission first`."""
    field = phrases.vocabulary.get(key.fact.name)
    as_of = "" if key.fact.as_of is None else f", as of {event(key.fact.as_of, phrases.vocabulary)}"
    what = bare(key.fact.name, phrases.vocabulary)
    if field is not None and field.type is FieldType.BOOL:
        yes = "yes" if key.best is Best.HIGHEST else "no"
        return f'{what}: "{yes}" first{as_of}'
    dated = field is not None and field.type in (FieldType.INSTANT, FieldType.DATE)
    ends = ("earliest", "latest") if dated else ("lowest", "highest")
    return f"{ends[key.best is Best.HIGHEST]} {what} first{as_of}"


def _missing(missing: MissingRule) -> str:
    match missing:
        case MissingRule.LAST:
            return "Those of which it is not known come last."
        case MissingRule.FIRST:
            return "Those of which it is not known come first."
        case MissingRule.REFER:
            return "Where it is not known and would matter, a person at the vendor decides."
        case _:
            assert_never(missing)


def _tie_words(tie: Tie) -> str:
    """What happens to those that the order leaves equal."""
    match tie:
        case Tie.REFER:
            return "a person at the vendor decides between those that are still equal"
        case Tie.SHARE:
            return "those that are still equal share it in equal parts"
        case Tie.REGISTRATION_ID:
            return "the registration with the lowest number, compared as text, comes first"
        case _:
            assert_never(tie)


def _holders(contest: Contest, phrases: Phrases) -> Item:
    if contest.one_per == "partner_id":
        each = "; a partner holds it at most once"
    else:
        each = f"; {noun(contest.one_per, phrases.vocabulary)} holds it at most once"
    if contest.capacity is None:
        return Item(f"How many may hold it: all who are left{each}.")
    many = count(contest.capacity, "registration")
    return Item(
        f"How many may hold it: {many} at a time{each}. If equal, {_tie_words(contest.tie)}."
    )


def _joint(joint: Joint, phrases: Phrases) -> Item:
    return Item(
        f"Who may hold it together [{joint.code}]; what is not declared does not "
        f"fit:{tell_words(joint.tell)}",
        [Item(f"{capital(each)}.") for each in joint_conditions(joint, phrases)],
    )


def joint_conditions(joint: Joint, phrases: Phrases) -> list[str]:
    """What co-holders must be to each other, one sentence each, without capital and full stop."""
    said = [f"all differ in {bare(name, phrases.vocabulary)}" for name in joint.distinct]
    said += [f"none shares any of {noun(name, phrases.vocabulary)}" for name in joint.disjoint]
    for each in joint.stature:
        score = bare(each.field, phrases.vocabulary)
        said.append(f"none differs from another by more than {number(each.at_most)} in {score}")
    return said


def _given(gives: Sequence[Terms], phrases: Phrases) -> Item:
    if not gives:
        return Item("What a holder gets: the benefit, without further terms.")
    if len(gives) == 1:
        return _terms("What a holder gets: ", gives[0], phrases)
    items = []
    for place, given in enumerate(gives, 1):
        later = " and every later" if place == len(gives) else ""
        items.append(_terms(f"The {nth(place)}{later} holder: ", given, phrases))
    return Item("What a holder gets, by rank:", items)


def _terms(lead: str, given: Terms, phrases: Phrases) -> Item:
    name = told(given.label) or "the benefit"
    share = "" if given.share is None else f", {fraction(given.share)} of it"
    match given.rate:
        case None:
            return Item(f"{lead}{name}{share}.")
        case Percent(value):
            return Item(f"{lead}{name}, {percent(value)}{share}.")
        case FractionOfHolder(value):
            return Item(f"{lead}{name}, {fraction(value)} of the first holder's rate{share}.")
        case Banded(bands):
            items = [_band(band, phrases) for band in bands]
            text = f"{lead}{name}{share}, at the rate of the first band that applies:"
            return Item(text, items, ordered=True)
        case _:
            assert_never(given.rate)


def _band(band: Band, phrases: Phrases) -> Item:
    if band.when == Constant(True):
        return Item(f"{percent(band.percent)} in all other cases.")
    return phrases.item(f"{percent(band.percent)} if ", band.when)


def _again(others: Others) -> str:
    if not others.reconsidered:
        return ""
    return (
        f" Those that were rejected as [{others.code}] are considered again when a place is free."
    )


def _others(others: Others, phrases: Phrases) -> Item:
    match others.stand:
        case OthersStand.DENIED:
            stand = "they are denied"
        case OthersStand.WAITING:
            stand = "they wait in the queue, in the order of preference"
        case _:
            assert_never(others.stand)
    lead = f"What the other eligible registrations get: {stand} [{others.code}]"
    tell = _again(others) + tell_words(others.tell)
    if others.terms is None:
        return Item(f"{lead}, and get nothing of the benefit.{tell}")
    given = _terms("They get ", others.terms, phrases)
    if others.when is None:
        return Item(f"{lead}.{tell}", [given])
    return Item(f"{lead}.{tell}", [given, phrases.item("Only if ", others.when)])

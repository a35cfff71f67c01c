"""The report of what would have won: which facts, from what to what; to a partner only its own."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final, Literal

from dealreg.errors import UsageError, shown, suggestion
from dealreg.facts.fields import FieldType, Subject
from dealreg.facts.values import Money, Value
from dealreg.facts.vocabulary import Vocabulary
from dealreg.outcome.comparison import LimitCode
from dealreg.outcome.counterfactual import Counterfactual, Edit, Mover
from dealreg.outcome.decision import Decision, Standing, StandingKind
from dealreg.policy.policies import Policy, PolicyBook
from dealreg.policy.predicates import Fact
from dealreg.rendering.describe import Form, printed
from dealreg.rendering.document import Block, Bullets, Document, Heading, Item, Paragraph
from dealreg.rendering.nouns import Voice, noun, statement
from dealreg.rendering.verdicts import LIMITS, gets
from dealreg.rendering.words import Clock, capital, count, fraction, label, listed, told

__all__ = ["report_what_would_win"]

_AUDIENCES = ("channel_manager", "partner")
_MOVERS: Final = {
    Mover.PARTNER: "the partner can change it",
    Mover.VENDOR: "the vendor records it",
    Mover.NOBODY: "nobody can change it",
}
_WHY: Final = {
    LimitCode.CROWDED: "there is more to try than was tried",
    LimitCode.CALENDAR: "a calendar counts it, and not every date was tried",
    LimitCode.OVER_TIME: "clocks run from it, and not every instant was tried",
}
"""Why an answer is bounded, where that is said otherwise than of a verdict over all conflicts."""


def report_what_would_win(
    found: Counterfactual,
    rules: Policy | PolicyBook,
    *,
    audience: Literal["channel_manager", "partner"] = "channel_manager",
    form: Form = "text",
    zone: str = "UTC",
) -> str:
    """The report of what `dealreg.what_would_win` found, as text or Markdown.

    Args:
        found: what was found.
        rules: the rules, whose words are used.
        audience: a channel manager is told everything; a partner its own facts, the values that
            follow from the rules, and of all others only the direction: nothing of any rival.
        form: plain text of about a hundred columns, or Markdown.
        zone: the IANA zone in which instants are shown.

    Raises:
        UsageError: for something else than what was found, or an unknown audience.
        PolicyError: when there is no such zone.

    >>> from dealreg import Facts, Policy, Registration, contest, earliest, field, requirement
    >>> from dealreg import what_would_win
    >>> policy = Policy(programme="Example", contests=[contest("protection",
    ...     requirement("TOO_SMALL", field("quantity") >= 10), earliest("submitted_at"))])
    >>> facts = Facts(registrations=[Registration(registration_id="R-1", partner_id="P-1",
    ...     opportunity_id="O-1", quantity=4, submitted_at="2026-03-01T09:00Z")])
    >>> found = what_would_win(policy, facts, "R-1", "protection", at="2026-03-02T00:00Z")
    >>> print(report_what_would_win(found, policy, audience="partner").splitlines()[-1])
    - The quantity: 10 instead of 4.
    """
    if not isinstance(found, Counterfactual):
        raise UsageError(f"{shown(found)} is not what `what_would_win` found", value=found)
    clock = Clock(zone)
    vocabulary = rules.vocabulary()
    match audience:
        case "channel_manager":
            blocks = _manager(found, vocabulary, clock)
        case "partner":
            blocks = _partner(found, vocabulary, clock)
        case _:
            raise UsageError(
                f"there is no audience {shown(audience)}",
                value=audience,
                hint=suggestion(audience, _AUDIENCES),
            )
    return printed(Document(tuple(blocks)), form)


def _manager(found: Counterfactual, vocabulary: Vocabulary, clock: Clock) -> Iterator[Block]:
    benefit = _thing(found.standing)
    key = told(found.standing.registration_id)
    yield Heading(1, f"What would have won: the {benefit} for {key}")
    who = f"{key} of partner {told(found.standing.partner_id)}"
    yield Paragraph(f"As of {clock.instant(found.at)}: {who} {gets([found.standing], clock)}.")
    if found.standing.kind is StandingKind.GRANTED:
        yield Paragraph("No change is needed.")
        return
    if found.decision is None:
        yield Paragraph(_nothing(found))
    else:
        yield Paragraph(f"It would have got the {benefit}, had this been different:")
        yield Bullets([_edit(each, vocabulary, clock) for each in found.edits])
        yield Paragraph(_then(found.decision, found.standing, clock))
    yield from _reach(found)


def _thing(standing: Standing) -> str:
    line = "" if standing.line is None else f" for {told(standing.line)}"
    return f"{label(standing.benefit)}{line}"


def _nothing(found: Counterfactual) -> str:
    if not found.fields:
        return "Nothing that bears on it may change."
    names = listed([told(label(each)) for each in found.fields])
    wins = "No change wins" if found.exact else "No change was found that wins"
    return f"{wins}. What bears on it and may change: {names}."


def _edit(edit: Edit, vocabulary: Vocabulary, clock: Clock) -> Item:
    what = _change(edit, vocabulary, clock, Voice.TERMS)
    return Item(f"{capital(what)} ({_MOVERS[edit.mover]}; cost {fraction(edit.cost)}).")


def _change(edit: Edit, vocabulary: Vocabulary, clock: Clock, voice: Voice) -> str:
    """What is different: `the partner's tier: gold instead of silver`."""
    if isinstance(edit.after, bool):
        return statement(Fact(edit.field), vocabulary, voice, value=edit.after)
    field = vocabulary.get(edit.field)
    quotes = field is None or field.type is not FieldType.ORDINAL
    name = noun(edit.field, vocabulary, voice)
    if isinstance(edit.after, frozenset):
        had = edit.before if isinstance(edit.before, frozenset) else frozenset()
        more, less = sorted(edit.after - had), sorted(had - edit.after)
        parts = [f"{listed([told(each) for each in more])} as well"] if more else []
        parts += [f"not {listed([told(each) for each in less], 'or')}"] if less else []
        return f"{name}: {', and '.join(parts) or 'none, where nothing was known'}"
    before = clock.value(edit.before, quotes=quotes)
    return f"{name}: {clock.value(edit.after, quotes=quotes)} instead of {before}"


def _then(decision: Decision, standing: Standing, clock: Clock) -> str:
    """How the registration would have stood."""
    own = [e for e in decision.standings if e.registration_id == standing.registration_id]
    by_benefit: dict[str, list[Standing]] = {}
    for each in own:
        by_benefit.setdefault(each.benefit, []).append(each)
    said = [f"{label(name)}: {gets(found, clock)}" for name, found in by_benefit.items()]
    return f"Then {told(standing.registration_id)} would have stood like this. {'; '.join(said)}."


def _reach(found: Counterfactual) -> Iterator[Block]:
    if found.edits:
        total = f"Together this costs {fraction(found.cost)}."
        cheaper = "No cheaper change wins." if found.exact else "A cheaper change may win."
        yield Paragraph(f"{total} {cheaper}")
    tried = (
        f"{capital(count(found.tried, 'change'))} {'was' if found.tried == 1 else 'were'} tried."
    )
    if found.exact:
        yield Paragraph(tried)
        return
    yield Paragraph(f"{tried} The answer is bounded. What bounds it:")
    yield Bullets(
        [Item(f"{told(e.clause)}: {_WHY.get(e.code, LIMITS[e.code])}.") for e in found.limits]
    )


def _partner(found: Counterfactual, vocabulary: Vocabulary, clock: Clock) -> Iterator[Block]:
    benefit = _thing(found.standing)
    yield Heading(1, f"Your registration {told(found.standing.registration_id)}: the {benefit}")
    if found.standing.kind is StandingKind.GRANTED:
        yield Paragraph(f"Your registration has the {benefit}.")
    elif found.decision is None:
        wins = "would have" if found.exact else "was found that would have"
        yield Paragraph(f"No change of what may change {wins} won it.")
    else:
        yield Paragraph(f"Your registration would have got the {benefit}, had this been different:")
        yield Bullets([Item(f"{capital(each)}.") for each in _own(found.edits, vocabulary, clock)])


def _own(edits: Iterable[Edit], vocabulary: Vocabulary, clock: Clock) -> Iterator[str]:
    """The changes as the partner may know them."""
    for edit in edits:
        name = noun(edit.field, vocabulary, Voice.YOU)
        field = vocabulary.get(edit.field)
        if edit.subject not in (Subject.REGISTRATION, Subject.PARTNER):
            yield f"what the vendor has on record about {name}"
        elif not edit.from_rules or field is None:
            yield f"{name}: {_direction(edit.before, edit.after)} than it is"
        elif field.type is FieldType.TEXT:
            yield f"{name}: {clock.value(edit.after)} instead of what is on record"
        elif isinstance(edit.after, frozenset):
            yield f"{name}: {_texts(edit.after, edit.before)}"
        else:
            yield _change(edit, vocabulary, clock, Voice.YOU)


def _texts(after: frozenset[str], before: Value | None) -> str:
    """What is added, by its names; what is on record may name somebody else, and is not said."""
    had = before if isinstance(before, frozenset) else frozenset()
    more = [told(each) for each in sorted(after - had)]
    parts = [f"{listed(more)} as well"] if more else []
    parts += ["without some of those on record"] if had - after else []
    return ", ".join(parts) or "none, where nothing was known"


def _direction(before: Value | None, after: Value | None) -> str:
    match before, after:
        case (datetime(), datetime()) | (date(), date()):
            return "earlier" if after < before else "later"
        case Money(), Money() if before.currency == after.currency:
            return "lower" if after.amount < before.amount else "higher"
        case (int() | Decimal() | timedelta(), int() | Decimal() | timedelta()):
            return "lower" if after < before else "higher"  # type: ignore[operator]
        case _:
            return "other"

"""What an exact or bounded verdict says of itself, and a small case in words."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import attrs

from dealreg.facts.case import Facts
from dealreg.facts.records import Registration
from dealreg.facts.values import FrozenMap, Value
from dealreg.facts.vocabulary import Vocabulary
from dealreg.outcome.comparison import Limit, LimitCode, Premise
from dealreg.outcome.decision import Entitlement, Standing, StandingKind
from dealreg.rendering.document import Block, Bullets, Item, Paragraph, Table
from dealreg.rendering.words import Clock, capital, count, label, percent, told

__all__ = ["LIMITS", "PREMISES", "case_table", "gets", "premises", "reach"]

LIMITS: Final = {
    LimitCode.COUNTS_OTHERS: "it counts other registrations, or looks back at ended ones",
    LimitCode.EXTERNAL: "the programme's own code answers it",
    LimitCode.SEVERAL_HOLDERS: "more than one registration may hold the benefit",
    LimitCode.JOINT: "it asks what co-holders are to each other",
    LimitCode.LINES: "scopes may overlap in part",
    LimitCode.SCOPES: "contests go by different keys",
    LimitCode.NOT_HOLDER: "it is for those who do not hold another benefit",
    LimitCode.LEFT_TO_A_PERSON: "it may be left to a person",
    LimitCode.QUEUE: "what losers get depends on their order behind a window",
    LimitCode.CALENDAR: "only some dates tell the two lengths apart",
    LimitCode.DERIVED_ORDER: "it orders by a computed field",
    LimitCode.OVER_TIME: "only later events can show it: replay a history under both",
    LimitCode.IDENTITY: "it names one partner, customer or registration",
    LimitCode.EARLIER_FACTS: "it reads facts as they were at more than one earlier instant",
    LimitCode.LADDER: "some levels are known to one of the policies only",
    LimitCode.VARIED: "facts are varied and registrations added around the cases tried",
    LimitCode.CROWDED: "there are more values than are tried",
}
"""Why a clause bounds a verdict."""

PREMISES: Final = {
    Premise.NOTHING_AWARDED: "nothing has been awarded for good yet, and no person has ruled",
    Premise.NOT_ENDED: "every registration is live, and was made before the instant asked about",
    Premise.REASONS_ASIDE: "what each gets is compared, not the reason codes and sentences",
    Premise.IN_SCOPE: "every registration of the conflict satisfies the scope",
}
"""What a verdict takes for granted."""


def reach(limits: Sequence[Limit], taken: Iterable[Premise], registrations: int) -> Iterator[Block]:
    """How far a verdict reaches, and why no further."""
    if limits:
        yield Paragraph(
            f"The verdict is bounded to conflicts of {count(registrations, 'registration')} and "
            "to the values tried. What bounds it:"
        )
        yield Bullets([Item(f"{told(each.clause)}: {LIMITS[each.code]}.") for each in limits])
    else:
        yield Paragraph("The verdict is exact: it holds for conflicts of every size.")
    yield premises(taken)


def premises(taken: Iterable[Premise]) -> Paragraph:
    """What a verdict takes for granted."""
    return Paragraph(
        "It takes for granted that " + "; that ".join(PREMISES[each] for each in taken) + "."
    )


def case_table(facts: Facts, vocabulary: Vocabulary, clock: Clock) -> Table:
    """The facts of a small case: a column for each registration."""
    columns = [each.registration_id for each in facts.registrations]
    rows: dict[str, list[str]] = {}
    for place, each in enumerate(facts.registrations):
        for name, value in _facts_about(facts, each):
            field = vocabulary.get(name)
            levels = field is not None and bool(field.levels)
            cell = clock.value(value, quotes=not levels)
            rows.setdefault(name, ["not known"] * len(columns))[place] = cell
    named = [(capital(label(name)), *cells) for name, cells in sorted(rows.items())]
    return Table(("Fact", *columns), named)


_UNTOLD: Final = frozenset({"tag", "registration_id", "opportunity_id", "customer_id", "status"})


def _facts_about(facts: Facts, registration: Registration) -> Iterator[tuple[str, Value | None]]:
    partners = [p for p in facts.partners if p.partner_id == registration.partner_id]
    deals = [o for o in facts.opportunities if o.opportunity_id == registration.opportunity_id]
    customer = registration.customer_id or next((each.customer_id for each in deals), None)
    customers = [c for c in facts.customers if c.customer_id == customer]
    if len(facts.opportunities) > 1:
        yield "opportunity_id", registration.opportunity_id
    if len(facts.customers) > 1:
        yield "customer_id", customer
    records: tuple[Any, ...] = (registration, *partners, *deals, *customers)
    for record in records:
        for name in (each.name for each in attrs.fields(type(record))):
            value = getattr(record, name, None)
            plain = value is not None and name not in _UNTOLD and not isinstance(value, tuple)
            if plain and not name.startswith("_") and not isinstance(value, FrozenMap):
                yield name, value
        yield from record.attributes.items()
        yield from (
            (f"{each.field} now", each.value) for each in record.changes if each.value is not None
        )


_KINDS: Final = {
    StandingKind.GRANTED: "gets it",
    StandingKind.WAITING: "waits",
    StandingKind.DENIED: "does not get it",
    StandingKind.RETURNED: "is sent back for a missing fact",
    StandingKind.REFERRED: "is for a person to decide",
}


def gets(standings: Sequence[Standing], clock: Clock) -> str:
    """What a registration gets, in a few words with the reason code."""
    if not standings:
        return "the policy does not offer it"
    return ", and ".join(_one(each, clock) for each in standings)


def _one(standing: Standing, clock: Clock) -> str:
    line = "" if standing.line is None else f" for {told(standing.line)}"
    worth = "" if standing.entitlement is None else _worth(standing.entitlement, clock)
    code = "" if standing.kind is StandingKind.GRANTED else f" [{standing.code}]"
    return f"{_KINDS[standing.kind]}{line}{worth}{code}"


def _worth(entitlement: Entitlement, clock: Clock) -> str:
    said = [told(entitlement.label)] if entitlement.label else []
    if entitlement.percent is not None:
        said.append(percent(entitlement.percent))
    if entitlement.share != 1:
        said.append(f"a share of {entitlement.share}")
    if entitlement.ends is not None:
        said.append(f"until {clock.instant(entitlement.ends)}")
    return f" ({', '.join(said)})" if said else ""

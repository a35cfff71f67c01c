"""What the fields are called in a sentence: of a partner in general, or to the partner itself.

The core fields have their own words below; a programme's own field is called by its name, and a
yes/no field by its meaning where that begins with "Whether".
"""

from enum import StrEnum
from typing import assert_never

from dealreg.facts.core_fields import CORE
from dealreg.facts.fields import (
    Count,
    Elapsed,
    Field,
    FieldType,
    Inside,
    Same,
    SinceEnded,
    Subject,
    Tally,
)
from dealreg.facts.vocabulary import Vocabulary
from dealreg.policy.predicates import Fact
from dealreg.rendering.words import label, listed, quoted, span_words, told

__all__ = [
    "DENIAL",
    "Voice",
    "bare",
    "event",
    "fact_noun",
    "happened",
    "is_among",
    "noun",
    "plural",
    "statement",
]


class Voice(StrEnum):
    """Who is spoken of: partners in general, or the partner that reads."""

    TERMS = "terms"
    YOU = "you"


_VOICES = {
    Voice.TERMS: {
        "P": "the partner",
        "Ps": "the partner's",
        "R": "the registration",
        "Rs": "the registration's",
    },
    Voice.YOU: {
        "P": "your company",
        "Ps": "your",
        "R": "your registration",
        "Rs": "your registration's",
    },
}

_NOUNS = {
    "registration_id": "{Rs} number",
    "partner_id": "the registrant",
    "filed_by": "the partner that filed {R}",
    "opportunity_id": "{Rs} opportunity",
    "customer_id": "{Rs} end customer",
    "submitted_at": "the submission of {R}",
    "completed_at": "the completion of {R}",
    "approved_at": "the approval of {R}",
    "last_submitted_at": "the last submission of {R}",
    "amended_at": "the last amendment of {R}",
    "ordered_at": "the customer's order",
    "asked_at": "the instant of the decision",
    "status": "the status of {R}",
    "score": "{Rs} merit score",
    "distributor_id": "the distributor of {R}",
    "partner_role": "{Ps} role in the deal",
    "lead_source": "the source of the lead",
    "opportunity_type": "the type of opportunity",
    "requested_benefits": "the benefits asked for",
    "products": "the products in scope",
    "sites": "the sites in scope",
    "region": "the region of use",
    "amount": "the estimated value",
    "currency": "the currency of the estimated value",
    "quantity": "the quantity",
    "estimated_close": "the expected close of the deal",
    "stage": "the sales stage",
    "evidence": "the evidence of pre-sales work",
    "contract_id": "the contract to be renewed",
    "division": "the customer's division",
    "partner_type": "{Ps} type",
    "partner_group": "{Ps} group of companies",
    "authorised_products": "the products that {P} may sell",
    "satisfaction_score": "{Ps} customer-satisfaction score",
    "open_registrations": "the number of {Ps} open registrations",
    "customer_name": "the customer's legal name",
    "customer_domain": "the customer's web domain",
    "customer_country": "the customer's country",
    "customer_industry": "the customer's industry",
    "last_purchase_at": "the customer's last purchase from the vendor",
    "last_contact_at": "the vendor's last contact with the customer",
    "tender_published_at": "the publication of a tender",
    "incumbent_partner_id": "the incumbent partner",
    "customer_choice": "the partner chosen by the customer",
    "customer_choice_form": "the form of the customer's choice",
    "customer_choice_by": "the person who made the customer's choice",
    "ahead_of_tender": "the time from submission to the publication of the tender",
    "approved_ahead_of_tender": "the time from approval to the publication of the tender",
    "earlier_by_same_partner": "the number of earlier live registrations of the same partner "
    "on the opportunity",
}
_PLURAL = frozenset({"requested_benefits", "products", "sites", "authorised_products"})

_STATEMENTS = {
    "vendor_approval": ("the vendor has approved {R}", "the vendor has declined {R}"),
    "competing_brand": (
        "{P} offers a competing brand in the same deal",
        "{P} offers no competing brand in the same deal",
    ),
    "special_pricing": (
        "the deal already has special pricing",
        "the deal has no special pricing yet",
    ),
    "in_good_standing": ("{P} is in good standing", "{P} is not in good standing"),
    "public_sector": ("the customer is a public body", "the customer is not a public body"),
    "existing_customer": (
        "the customer already has the vendor's products",
        "the customer does not have the vendor's products yet",
    ),
    "named_account": (
        "the customer is an account of the vendor's own sales",
        "the customer is not an account of the vendor's own sales",
    ),
    "vendor_engaged": (
        "the vendor already pursues the opportunity directly",
        "the vendor does not pursue the opportunity directly",
    ),
    "in_forecast": (
        "the opportunity is in the vendor's forecast",
        "the opportunity is not in the vendor's forecast",
    ),
    "several_by_law": (
        "the law requires several partners to be admitted",
        "the law does not require several partners to be admitted",
    ),
    "chosen_by_customer": (
        "the customer chose {P}",
        "the customer did not choose {P}",
    ),
    "incumbent": ("{P} is the incumbent", "{P} is not the incumbent"),
    "filed_by_registrant": (
        "{P} filed {R} itself",
        "another partner filed {R}",
    ),
    "in_territory": (
        "the customer's country is in {Ps} territory",
        "the customer's country is not in {Ps} territory",
    ),
    "products_authorised": (
        "{P} may sell every product in scope",
        "{P} may not sell every product in scope",
    ),
}
_EVENTS = {
    "submitted_at": ("submission", "was submitted"),
    "completed_at": ("completion", "was complete"),
    "approved_at": ("approval", "was approved"),
    "last_submitted_at": ("the last submission", "was last submitted"),
    "amended_at": ("the last amendment", "was last amended"),
    "ordered_at": ("the customer's order", ""),
    "asked_at": ("the decision", ""),
    "tender_published_at": ("publication of the tender", ""),
}
_OWNERS = {
    Subject.REGISTRATION: "{Rs}",
    Subject.PARTNER: "{Ps}",
    Subject.CUSTOMER: "the customer's",
    Subject.OPPORTUNITY: "the opportunity's",
}
_CORE = {field.name: field for field in CORE}

DENIAL = "it is not the case that "
"""How a statement is denied for which only the affirmative words are known."""


def _voiced(text: str, voice: Voice) -> str:
    return text.format_map(_VOICES[voice])


def _own_words(field: Field) -> bool:
    """Whether the field is the core one: a programme may declare its own under the same name."""
    core = _CORE.get(field.name)
    return core is not None and (core.subject, core.type) == (field.subject, field.type)


def noun(name: str, vocabulary: Vocabulary, voice: Voice = Voice.TERMS) -> str:
    """What a field is called: `the partner's tier`, `your tier`.

    >>> noun("tier", Vocabulary(), Voice.YOU)
    'your tier'
    """
    field = vocabulary.get(name)
    if field is None:
        return label(name)
    if name in _NOUNS and _own_words(field):
        return _voiced(_NOUNS[name], voice)
    if said := _stated(field, voice):
        return f"whether {said}"
    match field.derived:
        case Elapsed(start, end, counted):
            first, last = _point(start, vocabulary, voice), _point(end, vocabulary, voice)
            return f"{_counted(counted)} from {first} to {last}"
        case Tally(same, within):
            shared = listed([bare(each, vocabulary) for each in same])
            only = _where(field.derived)
            recent = "" if within is None else f", submitted at most {span_words(within)} before,"
            return f"the number of earlier live registrations with the same {shared}{only}{recent}"
        case SinceEnded(same, counted):
            shared = listed([bare(each, vocabulary) for each in same])
            return f"{_counted(counted)} since the last registration with the same {shared} ended"
        case Same() | Inside() | None:
            return f"{_voiced(_OWNERS[field.subject], voice)} {label(name)}"
        case _:
            assert_never(field.derived)


def fact_noun(fact: Fact, vocabulary: Vocabulary, voice: Voice = Voice.TERMS) -> str:
    """What a fact is called, with the instant it is read at, if that is not the decision."""
    said = noun(fact.name, vocabulary, voice)
    return said if fact.as_of is None else f"{said} as of {event(fact.as_of, vocabulary)}"


def _where(tally: Tally) -> str:
    """Which registrations a tally counts, if not all: ` and the status "approved"`."""
    asked = [f"the {label(name)} {quoted(str(tally.where[name]))}" for name in tally.where]
    return f" and with {listed(asked)}" if asked else ""


def _counted(counted: Count) -> str:
    match counted:
        case Count.TIME:
            return "the time"
        case Count.DAYS:
            return "the number of days"
        case Count.BUSINESS_DAYS:
            return "the number of business days"
        case Count.MONTHS:
            return "the number of whole months"
        case _:
            assert_never(counted)


def _point(name: str, vocabulary: Vocabulary, voice: Voice) -> str:
    return _EVENTS[name][0] if name in _EVENTS else noun(name, vocabulary, voice)


def bare(name: str, vocabulary: Vocabulary) -> str:
    """What a field is called without saying whose it is: `tier`, `opportunity`, `submission`.

    >>> bare("tier", Vocabulary()), bare("submitted_at", Vocabulary())
    ('tier', 'submission')
    """
    field = vocabulary.get(name)
    if field is not None and field.type is FieldType.INSTANT and field.derived is None:
        said = event(name, vocabulary)
    else:
        said = noun(name, vocabulary)
    for owner in ("the partner's ", "the registration's ", "the "):
        if said.startswith(owner):
            return said[len(owner) :]
    return said


def event(name: str, vocabulary: Vocabulary) -> str:
    """An instant field as an event: `submission`, `approval`."""
    field = vocabulary.get(name)
    if name in _EVENTS and field is not None and _own_words(field):
        return _EVENTS[name][0]
    return noun(name, vocabulary)


def happened(name: str, vocabulary: Vocabulary) -> str:
    """What happened to a registration at an instant field: `was submitted`; empty if unsaid."""
    field = vocabulary.get(name)
    return _EVENTS[name][1] if name in _EVENTS and field and _own_words(field) else ""


def plural(name: str, vocabulary: Vocabulary) -> bool:
    """Whether the field's noun is in the plural: `the registration's seats are`.

    >>> plural("accreditations", Vocabulary()), plural("status", Vocabulary())
    (True, False)
    """
    said = noun(name, vocabulary)
    if said.startswith(("the number of ", "the time ", "whether ")):
        return False
    return name in _PLURAL or (said.endswith("s") and not said.endswith(("ss", "us", "is")))


def statement(
    fact: Fact, vocabulary: Vocabulary, voice: Voice = Voice.TERMS, *, value: bool
) -> str:
    """A yes/no field as a statement: `the partner is in good standing`.

    >>> statement(Fact("incumbent"), Vocabulary(), Voice.YOU, value=False)
    'your company is not the incumbent'
    """
    field = vocabulary.get(fact.name)
    as_of = "" if fact.as_of is None else f", as of {event(fact.as_of, vocabulary)}"
    if field is not None and fact.name in _STATEMENTS and _own_words(field):
        return _voiced(_STATEMENTS[fact.name][0 if value else 1], voice) + as_of
    return _generic(fact.name, field, vocabulary, voice, value=value) + as_of


def _generic(
    name: str, field: Field | None, vocabulary: Vocabulary, voice: Voice, *, value: bool
) -> str:
    if field is not None and (said := _meant(field)):
        return said if value else f"{DENIAL}{said}"
    match field.derived if field else None:
        case Same(left, right):
            one, other = noun(left, vocabulary, voice), noun(right, vocabulary, voice)
            return f"{one} is {'' if value else 'not '}the same as {other}"
        case Inside(inner, outer):
            return is_among(inner, outer, vocabulary, voice, value=value)
        case _:
            return f"{noun(name, vocabulary, voice)} is {'yes' if value else 'no'}"


def is_among(
    inner: str, outer: str, vocabulary: Vocabulary, voice: Voice = Voice.TERMS, *, value: bool
) -> str:
    """That a text, or all of a set, is among a set: `the registrant is among your bidders`."""
    one, other = noun(inner, vocabulary, voice), noun(outer, vocabulary, voice)
    field = vocabulary.get(inner)
    verb = "are" if plural(inner, vocabulary) else "is"
    if field is not None and field.type is FieldType.TEXT_SET:
        return f"{'' if value else 'not '}all of {one} {verb} among {other}"
    return f"{one} {verb} {'' if value else 'not '}among {other}"


def _meant(field: Field) -> str:
    """What a yes/no field of the programme's own says, by its meaning; empty if that says not."""
    meaning = told(field.meaning).rstrip(".")
    return meaning[len("whether ") :] if meaning.lower().startswith("whether ") else ""


def _stated(field: Field, voice: Voice) -> str:
    """A yes/no field as the statement that it is so; empty where it has no words for that."""
    if field.type is not FieldType.BOOL:
        return ""
    if field.name in _STATEMENTS and _own_words(field):
        return _voiced(_STATEMENTS[field.name][0], voice)
    return _meant(field)

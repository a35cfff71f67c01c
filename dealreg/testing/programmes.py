"""The programme that synthetic histories belong to: a policy of today, and its book of versions."""

from typing import Final

import attrs

from dealreg.facts.calendars import Calendar
from dealreg.facts.fields import Field, FieldType, Source, Subject
from dealreg.facts.instants import instant
from dealreg.facts.values import money
from dealreg.policy.builders import (
    contest,
    earliest,
    field,
    fraction_of_holder,
    holder_of,
    others,
    override,
    requirement,
    terms,
)
from dealreg.policy.clock_builders import extension, milestone, period, sla
from dealreg.policy.policies import Edition, Policy, PolicyBook
from dealreg.policy.stages import Tie

__all__ = ["PRODUCTS", "TIERS", "synthetic_book", "synthetic_policy"]

TIERS: Final = ("registered", "silver", "gold", "platinum")
PRODUCTS: Final = ("desktop", "storage", "backup", "network", "security", "cloud")

_MEETING: Final = Field(
    "meeting_at",
    FieldType.INSTANT,
    Subject.REGISTRATION,
    Source.VENDOR,
    "When the first meeting with the customer was held",
)


def synthetic_policy(*, version: str = "2026", days: int = 90, minimum: str = "2000 EUR") -> Policy:
    """A policy of the kind that programmes publish, for synthetic histories.

    The first to register is protected for some days from approval, once more on request; a meeting
    must be held; others wait. The special bid is for gold partners that hold the protection; who
    does not hold it may still co-sell at half the discount.

    >>> [each.benefit for each in synthetic_policy().contests]
    ['protection', 'special_bid', 'discount']
    """
    chosen = field("chosen_by_customer").is_true() & (
        field("customer_choice_by") == "decision_maker"
    )
    return Policy(
        programme="Synthetic Alliance",
        version=version,
        tiers=TIERS,
        fields=(_MEETING,),
        calendars=(Calendar("office", "Europe/Berlin"),),
        sla=sla("3 business days", calendar="office"),
        contests=(
            contest(
                "protection",
                requirement("BELOW_MINIMUM", field("amount") >= money(minimum)),
                requirement("NOT_IN_GOOD_STANDING", field("in_good_standing").is_true()),
                requirement("VENDOR_LED", field("lead_source") != "vendor"),
                override("CUSTOMER_CHOICE", chosen),
                earliest("submitted_at"),
                Tie.REGISTRATION_ID,
                period(
                    f"{days} days",
                    calendar="office",
                    last_day="included",
                    extension=extension(),
                    closes=True,
                ),
                milestone("meeting_at", "30 days", remind="20 days", grace="45 days"),
                others(stand="waiting"),
            ),
            contest(
                "special_bid",
                requirement("TIER_NOT_ENTITLED", field("tier") >= "gold"),
                holder_of("protection"),
                earliest("submitted_at"),
                Tie.REGISTRATION_ID,
            ),
            contest(
                "discount",
                requirement("BELOW_MINIMUM", field("amount") >= money(minimum)),
                earliest("submitted_at"),
                Tie.REGISTRATION_ID,
                terms("full discount", "10"),
                others(terms("co-sell", fraction_of_holder("1/2"))),
            ),
        ),
    )


def synthetic_book() -> PolicyBook:
    """Three versions of the policy: the second protects longer, the third asks for more.

    With the usual habits the second takes effect within the first 10,000 events of a history, the
    third within the first 100,000.

    >>> [each.policy.version for each in synthetic_book().editions]
    ['2026', '2026-2', '2027']
    """
    today = synthetic_policy()
    longer = attrs.evolve(synthetic_policy(days=120), version="2026-2")
    dearer = synthetic_policy(version="2027", days=120, minimum="5000 EUR")
    return PolicyBook(
        programme=today.programme,
        editions=(
            Edition(policy=today, effective_from=instant("2020-01-01T00:00Z")),
            Edition(policy=longer, effective_from=instant("2026-02-01T00:00Z")),
            Edition(policy=dearer, effective_from=instant("2027-01-01T00:00Z")),
        ),
    )

"""The course of one invented registration: what is going to happen to it, and when."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import attrs

from dealreg.facts.events import EventKind
from dealreg.facts.values import Money, Value
from dealreg.testing.chance import Chance
from dealreg.testing.habits import Habits
from dealreg.testing.programmes import PRODUCTS

__all__ = ["Deal", "Plan", "script"]

DUPLICATE: Final = "DUPLICATE_OTHER_PARTNER"
_RIVALS: Final = 30


@attrs.define(eq=False)
class Deal:
    """An opportunity as the vendor's people see it: who came, and until when it is taken."""

    name: str
    customer: str
    products: frozenset[str]
    amount: Money
    approved_until: datetime | None = None
    rivals: list[str] = attrs.field(factory=list)


@attrs.frozen(eq=False)
class Plan:
    """An event that is going to happen; `known_at` where that is settled beforehand."""

    kind: EventKind
    at: datetime
    about: str
    facts: Mapping[str, Value] = attrs.field(factory=dict)
    known_at: datetime | None = None


@attrs.define(eq=False)
class _Course:
    """Writes down what happens to one registration, one thing after the other."""

    chance: Chance
    about: str
    at: datetime
    plans: list[Plan] = attrs.field(factory=list)

    def then(self, kind: EventKind, within: int, **facts: Value) -> None:
        """The next thing, at least an hour later and within so many days."""
        self.at += timedelta(minutes=60 + self.chance.below(within * 24 * 60))
        self.plans.append(Plan(kind, self.at, self.about, facts))

    def beside(self, kind: EventKind, about: str, days: int, **facts: Value) -> None:
        """Something that happens to somebody else, within so many days from now."""
        at = self.at + timedelta(minutes=1 + self.chance.below(days * 24 * 60))
        self.plans.append(Plan(kind, at, about, facts))


def script(chance: Chance, habits: Habits, deal: Deal, about: str, at: datetime) -> list[Plan]:
    """All that is going to happen to a registration that is submitted at an instant."""
    partner = chance.skewed(habits.partners)
    grabs = partner * 100 < habits.partners * habits.land_grabbers
    late = _lost_in_the_post(chance, habits)
    course = _Course(chance, about, at + late)
    claim = _claim(chance, deal, partner)
    course.plans.append(Plan(EventKind.SUBMITTED, at, about, claim, at + late if late else None))
    free = not late and (deal.approved_until is None or deal.approved_until <= at)
    if not late:  # whoever comes in the meantime does not find it
        deal.rivals.append(about)
        del deal.rivals[:-_RIVALS]
    _pre_sales(course)
    if free or chance.happens(habits.against_the_rules):
        _approved(course, deal, grabs=grabs)
    else:
        _refused(course)
    _around(course, deal, habits)
    return course.plans


def _lost_in_the_post(chance: Chance, habits: Habits) -> timedelta:
    """How long after it was submitted a registration is known; nothing, for most."""
    late = habits.late_claims and chance.happens(habits.late_claims)
    return timedelta(days=1 + chance.below(20)) if late else timedelta(0)


def _claim(chance: Chance, deal: Deal, partner: int) -> Mapping[str, Value]:
    some = {chance.pick(PRODUCTS)} if chance.happens(20) else set()
    claim: dict[str, Value] = {
        "partner_id": f"P{partner:03}",
        "opportunity_id": deal.name,
        "customer_id": deal.customer,
        "products": deal.products | some,
        "amount": deal.amount,
        "opportunity_type": chance.pick(("net_new", "net_new", "expansion", "renewal")),
        "lead_source": "vendor" if chance.happens(10) else "partner",
    }
    return claim


def _pre_sales(course: _Course) -> None:
    chance = course.chance
    if chance.happens(20):
        course.then(EventKind.RETURNED, 2, status_reason="INCOMPLETE")
        course.then(EventKind.COMPLETED, 4)
    if chance.happens(25):
        kind = chance.pick(("customer_email", "proof_of_concept", "meeting_notes"))
        course.then(EventKind.EVIDENCE_ADDED, 3, evidence=frozenset({kind}))
    if chance.happens(4):
        course.then(EventKind.WAITING_FOR_VENDOR, 2)
        course.then(EventKind.VENDOR_ANSWERED, 6)


def _refused(course: _Course) -> None:
    chance = course.chance
    if chance.happens(65):
        course.then(EventKind.REJECTED, 4, status_reason=DUPLICATE)
        if chance.happens(6):
            course.then(EventKind.RESUBMITTED, 20)
    elif chance.happens(25):
        course.then(EventKind.WITHDRAWN, 20)
    else:
        course.then(EventKind.CANCELLED, 60, status_reason="NO_ACTIVITY")


def _approved(course: _Course, deal: Deal, *, grabs: bool) -> None:
    chance = course.chance
    course.then(EventKind.APPROVED, 3)
    deal.approved_until = course.at + timedelta(days=90)
    if grabs:
        return  # registered to keep others away, and left at that
    if chance.happens(75):
        course.then(EventKind.MILESTONE_MET, 25, milestone="meeting_at")
    if chance.happens(15):
        more = deal.amount.amount + 1000 * (1 + chance.below(20))
        course.then(EventKind.AMENDED, 10, amount=Money(more, deal.amount.currency))
    if chance.happens(15):
        course.then(EventKind.AMENDED, 10, products=deal.products | {chance.pick(PRODUCTS)})
    _special_bid(course, deal)
    if chance.happens(25):
        course.then(EventKind.EXTENSION_ASKED, 30)
        answer = EventKind.EXTENSION_GRANTED if chance.happens(70) else EventKind.EXTENSION_REFUSED
        course.then(answer, 5)
    _outcome(course)


def _special_bid(course: _Course, deal: Deal) -> None:
    chance = course.chance
    if not chance.happens(25):
        return
    course.then(EventKind.SPECIAL_BID_ASKED, 8)
    if chance.happens(15) and len(deal.rivals) > 1:
        course.beside(EventKind.SPECIAL_BID_GRANTED, deal.rivals[-2], 5)  # to somebody else
    elif chance.happens(75):
        course.then(EventKind.SPECIAL_BID_GRANTED, 5)
    else:
        course.then(EventKind.SPECIAL_BID_REFUSED, 5)


_ENDS: Final = (
    *(EventKind.ORDERED,) * 35,
    *(EventKind.LOST,) * 25,
    *(EventKind.WITHDRAWN,) * 6,
    *(EventKind.REVOKED,) * 3,
    *(EventKind.EXPIRED,) * 5,
    *(EventKind.CONVERTED,) * 4,
    *(EventKind.SUPERSEDED,) * 2,
    *(None,) * 20,
)
"""How a hundred approved registrations end; a fifth of them is left to lapse."""


def _outcome(course: _Course) -> None:
    end = course.chance.pick(_ENDS)
    if end is not None:
        course.then(end, 40)
    if end is EventKind.ORDERED:
        course.then(EventKind.WON, 10)


def _around(course: _Course, deal: Deal, habits: Habits) -> None:
    """What happens to the opportunity in the meantime."""
    chance = course.chance
    if chance.happens(2):
        by = "decision_maker" if chance.happens(70) else "another"
        course.beside(
            EventKind.CUSTOMER_CHOSE,
            deal.name,
            30,
            customer_choice=f"P{chance.skewed(habits.partners):03}",
            customer_choice_form=chance.pick(("letter", "email", "phone")),
            customer_choice_by=by,
        )
    if chance.happens(3):
        course.beside(EventKind.TENDER_PUBLISHED, deal.name, 30)
    if chance.happens(2):
        course.beside(EventKind.VENDOR_ENGAGED, deal.name, 30)
    if chance.happens(2):
        partner = f"P{chance.skewed(habits.partners):03}"
        course.beside(EventKind.INCUMBENT_CHANGED, deal.name, 30, incumbent_partner_id=partner)
    if chance.happens(2):
        verdict = "accept" if chance.happens(60) else "refuse"
        facts: dict[str, Value] = {"benefit": "protection", "verdict": verdict}
        course.beside(EventKind.RULED, course.about, 10, **facts)

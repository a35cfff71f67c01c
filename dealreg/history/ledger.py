"""The ledger: the facts as the events so far tell them (spec clauses H-3 to H-6)."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import attrs

from dealreg.errors import FactsError, shown
from dealreg.facts.case import Facts
from dealreg.facts.events import EVENT_RULES, Event, EventKind
from dealreg.facts.fields import Subject
from dealreg.facts.holdings import Holding
from dealreg.facts.records import EndCustomer, Opportunity, Partner, Registration, Ruling
from dealreg.facts.view import Record
from dealreg.history.effects import changed, effect, ruled, submitted

__all__ = ["Ledger"]


@attrs.define(eq=False)
class Ledger:
    """Records by identifier, brought up to date event by event.

    `turned` has the instant of the last change of status of each registration, and `filed` the
    rulings on each.
    """

    registrations: dict[str, Registration] = attrs.field(factory=dict)
    partners: dict[str, Partner] = attrs.field(factory=dict)
    customers: dict[str, EndCustomer] = attrs.field(factory=dict)
    opportunities: dict[str, Opportunity] = attrs.field(factory=dict)
    rulings: dict[str, tuple[Ruling, ...]] = attrs.field(factory=dict)
    turned: dict[str, datetime] = attrs.field(factory=dict)

    @classmethod
    def of(cls, known: Facts) -> "Ledger":
        """A ledger of what was known before the first event."""
        return cls(
            partners={each.partner_id: each for each in known.partners},
            customers={each.customer_id: each for each in known.customers},
            opportunities={each.opportunity_id: each for each in known.opportunities},
        )

    def copy(self) -> "Ledger":
        """The same ledger, to be brought up to date apart from this one."""
        return Ledger(*(dict(getattr(self, attribute.name)) for attribute in attrs.fields(Ledger)))

    def apply(self, event: Event) -> None:
        """Bring the records up to date with an event.

        Raises:
            FactsError: when the event cannot have happened to what is known so far; the ledger
                is as it was before.
        """
        match EVENT_RULES[event.kind].subject:
            case Subject.REGISTRATION:
                self._registration(event)
            case Subject.OPPORTUNITY:
                self._record(self.opportunities, Opportunity, "opportunity_id", event)
            case Subject.CUSTOMER:
                self._record(self.customers, EndCustomer, "customer_id", event)
            case Subject.PARTNER:
                self._record(self.partners, Partner, "partner_id", event)

    def _registration(self, event: Event) -> None:
        before = self.registrations.get(event.about)
        if event.kind is EventKind.SUBMITTED:
            if before is not None:
                raise FactsError(
                    f"{shown(event.about)} was submitted before, at "
                    f"{shown(before.submitted_at.isoformat())}",
                    value=event.about,
                    hint="make it an event `resubmitted`, or give the new one its own identifier",
                )
            self.registrations[event.about] = submitted(event)
            self.turned[event.about] = event.happened_at
            return
        if before is None:
            raise FactsError(
                f"the registration {shown(event.about)} is not known",
                value=event.about,
                hint="an event `submitted` must come first",
            )
        if event.happened_at < before.submitted_at:
            raise FactsError(
                f"{shown(event.happened_at.isoformat())} is before the registration was "
                f"submitted, {shown(before.submitted_at.isoformat())}",
                value=event.happened_at,
                hint="correct whichever of the two is wrong",
            )
        if event.kind is EventKind.RULED:
            self.rulings[event.about] = ruled(self.rulings.get(event.about, ()), event)
            return
        parts = effect(before, event)
        if "status" in parts:
            if event.happened_at < self.turned[event.about]:
                for name in ("status", "status_reason", "ended_at"):
                    parts.pop(name, None)  # something later has happened to it already
            else:
                self.turned[event.about] = event.happened_at
        if parts:
            self.registrations[event.about] = attrs.evolve(before, **parts)

    def _record(self, records: dict[str, Any], kind: Any, key: str, event: Event) -> None:
        record = records.get(event.about) or kind(**{key: event.about})
        records[event.about] = changed(record, event)

    def linked(self, registration: Registration) -> Iterator[tuple[Subject, str]]:
        """The records that a registration names: whose, and the identifier."""
        yield Subject.PARTNER, registration.partner_id
        deal = None
        if registration.opportunity_id is not None:
            deal = self.opportunities.get(registration.opportunity_id)
            yield Subject.OPPORTUNITY, registration.opportunity_id
        customer = registration.customer_id or (None if deal is None else deal.customer_id)
        if customer is not None:
            yield Subject.CUSTOMER, customer

    def record(self, subject: Subject, name: str) -> Record | None:
        """The record of that identifier, if there is one."""
        match subject:
            case Subject.PARTNER:
                return self.partners.get(name)
            case Subject.OPPORTUNITY:
                return self.opportunities.get(name)
            case Subject.CUSTOMER:
                return self.customers.get(name)
            case Subject.REGISTRATION:
                return self.registrations.get(name)

    def facts_about(
        self, registrations: Iterable[Registration], holdings: Iterable[Holding] = ()
    ) -> Facts:
        """Some registrations, with all that is known of what they name, and what they hold."""
        members = {each.registration_id: each for each in registrations}
        named = {place for each in members.values() for place in self.linked(each)}
        found: dict[Subject, list[Any]] = {subject: [] for subject in Subject}
        for subject, name in named:
            record = self.record(subject, name)
            if record is not None:
                found[subject].append(record)
        return Facts(
            registrations=members.values(),
            partners=found[Subject.PARTNER],
            customers=found[Subject.CUSTOMER],
            opportunities=found[Subject.OPPORTUNITY],
            rulings=[each for name in members for each in self.rulings.get(name, ())],
            holdings=[held for held in holdings if held.registration_id in members],
        )

    def facts(self, holdings: Iterable[Holding]) -> Facts:
        """All there is, with what is held."""
        return Facts(
            registrations=self.registrations.values(),
            partners=self.partners.values(),
            customers=self.customers.values(),
            opportunities=self.opportunities.values(),
            rulings=[each for said in self.rulings.values() for each in said],
            holdings=holdings,
        )

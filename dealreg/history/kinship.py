"""Which registrations of a history may compete, by what they ever stated: found unreplayed."""

from collections.abc import Iterable, Iterator

import attrs

from dealreg.errors import UsageError, shown, suggestion
from dealreg.facts.events import EVENT_RULES, Event, EventKind
from dealreg.facts.fields import Subject
from dealreg.facts.histories import History
from dealreg.policy.policies import Policy, PolicyBook

__all__ = ["Kinship"]

_OPPORTUNITY, _CUSTOMER = "opportunity_id", "customer_id"


@attrs.define(eq=False)
class Kinship:
    """What each registration stated of the keys by which registrations compete.

    Attributes:
        stated: by registration and key, the values it ever stated.
        customers: by opportunity, the customers it was ever said to be of.
        owners: whose each registration is.
        others: the opportunities, customers and partners that are named.
    """

    scopes: tuple[tuple[str, ...], ...]
    stated: dict[str, dict[str, set[str]]] = attrs.field(factory=dict)
    customers: dict[str, set[str]] = attrs.field(factory=dict)
    owners: dict[str, str] = attrs.field(factory=dict)
    others: set[tuple[Subject, str]] = attrs.field(factory=set)

    @classmethod
    def of(cls, rules: Policy | PolicyBook, history: History) -> "Kinship":
        """Of all registrations of a history, as the rules' scopes compare them."""
        policies = [rules] if isinstance(rules, Policy) else [e.policy for e in rules.editions]
        scopes = dict.fromkeys(c.scope.keys for policy in policies for c in policy.contests)
        made = cls(tuple(scopes))
        for deal in history.known.opportunities:
            made.others.add((Subject.OPPORTUNITY, deal.opportunity_id))
            if deal.customer_id is not None:
                made.customers.setdefault(deal.opportunity_id, set()).add(deal.customer_id)
        for customer in history.known.customers:
            made.others.add((Subject.CUSTOMER, customer.customer_id))
        for event in history.events:
            made._take(event)
        return made

    def _take(self, event: Event) -> None:
        subject = EVENT_RULES[event.kind].subject
        if subject is Subject.REGISTRATION:
            if event.kind is EventKind.SUBMITTED or event.about in self.stated:
                kept = self.stated.setdefault(event.about, {})
                if (owner := event.facts.get("partner_id")) is not None:
                    self.owners.setdefault(event.about, str(owner))
                for key in {_OPPORTUNITY, _CUSTOMER, *(k for keys in self.scopes for k in keys)}:
                    if (value := event.facts.get(key)) is not None:
                        kept.setdefault(key, set()).add(str(value))
            return
        self.others.add((subject, event.about))
        if subject is Subject.OPPORTUNITY and _CUSTOMER in event.facts:
            self.customers.setdefault(event.about, set()).add(str(event.facts[_CUSTOMER]))

    def values(self, about: str, key: str) -> set[str]:
        """The values that a registration ever stated of a key; its customer also by its deal."""
        own = self.stated[about].get(key, set())
        if key != _CUSTOMER:
            return own
        deals = self.stated[about].get(_OPPORTUNITY, set())
        return own.union(*(self.customers.get(deal, set()) for deal in deals))

    def meant(self, about: str) -> tuple[str, list[str]]:
        """What an identifier identifies, and the registrations that it is about.

        Raises:
            UsageError: when nothing has that identifier.
        """
        if about in self.stated:
            return "registration", [about]
        for name, key, subject in (
            ("opportunity", _OPPORTUNITY, Subject.OPPORTUNITY),
            ("customer", _CUSTOMER, Subject.CUSTOMER),
        ):
            found = [each for each in self.stated if about in self.values(each, key)]
            if found or (subject, about) in self.others:
                return name, found
        raise UsageError(
            f"the history has no registration, opportunity or customer {shown(about)}",
            value=about,
            hint=suggestion(about, self._identifiers()),
        )

    def _identifiers(self) -> Iterator[str]:
        yield from self.stated
        yield from (name for _, name in self.others)
        for about in self.stated:
            for key in (_OPPORTUNITY, _CUSTOMER):
                yield from self.values(about, key)

    def rivals(self, of: Iterable[str]) -> set[str]:
        """The registrations that may compete with any of some, and these themselves."""
        found = set(of)
        asked = [(each, keys) for each in sorted(found) for keys in self.scopes]
        for about in self.stated:
            if any(self._share(about, each, keys) for each, keys in asked):
                found.add(about)
        return found

    def _share(self, one: str, other: str, keys: tuple[str, ...]) -> bool:
        return all(self.values(one, key) & self.values(other, key) for key in keys)

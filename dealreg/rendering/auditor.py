"""The auditor's explanation: everything the record says, laid out to be checked."""

from collections.abc import Iterator
from typing import Any

import attrs

from dealreg.facts.canonical import plain
from dealreg.facts.instants import iso
from dealreg.facts.values import Value
from dealreg.outcome.decision import Deadlock, Margin, Referral, Standing, Step
from dealreg.policy.policies import PolicyBook
from dealreg.rendering.channel_manager import contest_title, deal_words
from dealreg.rendering.document import Block, Bullets, Document, Heading, Item, Paragraph, Table
from dealreg.rendering.partner import entitlement_words, period_words
from dealreg.rendering.situation import Conflict, Situation
from dealreg.rendering.words import Clock, label, told

__all__ = ["Auditor", "every_field"]


@attrs.frozen(eq=False)
class Auditor:
    """Says a record to an auditor: `document()` to print, `data()` as plain data."""

    situation: Situation
    clock: Clock

    def document(self) -> Document:
        """The explanation to print."""
        record = self.situation.record
        blocks: list[Block] = [
            Heading(1, f"{told(record.rules.programme)}: record of a decision"),
            Bullets(list(self._basis())),
            Heading(2, "Rules"),
            self._rules(),
        ]
        if record.answers:
            blocks += [Heading(2, "Recorded answers to external questions"), self._answers()]
        for conflict in self.situation.conflicts:
            blocks.append(Heading(2, self._title(conflict)))
            blocks.append(Bullets(list(self._registrations(conflict))))
        whole = list(self._whole())
        if whole:
            blocks += [Heading(2, "Steps of contests as a whole"), Bullets(whole)]
        blocks += [Heading(2, "Questions for a person"), *self._referrals()]
        blocks += [Heading(2, "Deadlocks"), *self._deadlocks()]
        return Document(blocks)

    def _basis(self) -> Iterator[Item]:
        record = self.situation.record
        yield Item(f"Instant asked about: {self.clock.instant(record.at)} ({iso(record.at)}).")
        yield Item(f"Semantics version: {record.decision.semantics}.")
        yield Item(f"Digest of the facts: {record.decision.facts_digest}.")
        facts = record.facts
        yield Item(
            f"Facts: registrations {len(facts.registrations)}, partners {len(facts.partners)}, "
            f"end customers {len(facts.customers)}, opportunities {len(facts.opportunities)}, "
            f"rulings {len(facts.rulings)}, holdings {len(facts.holdings)}."
        )
        if isinstance(record.rules, PolicyBook):
            yield Item(f"Which version governs: {label(record.rules.governs.value)}.")
        yield Item(f"Steps in the trace: {len(record.decision.trace)}.")
        yield Item(f"Times are shown in the zone {self.clock.zone}.")

    def _rules(self) -> Bullets:
        record = self.situation.record
        starts = [""]
        if isinstance(record.rules, PolicyBook):
            editions = record.rules.editions
            starts = [f", from {self.clock.instant(each.effective_from)}" for each in editions]
        return Bullets(
            [
                Item(f"{told(each.programme)}, version {told(each.version)}{start}: {each.digest}")
                for each, start in zip(record.decision.policies, starts, strict=True)
            ]
        )

    def _answers(self) -> Table:
        rows = [
            (told(answer.name), told(registration_id), self.clock.value(value))
            for answer in self.situation.record.answers
            for registration_id, value in answer.by_registration.items()
        ]
        return Table(("Question", "Registration", "Answer"), rows)

    def _title(self, conflict: Conflict) -> str:
        if conflict.keys is None:
            return f"{contest_title(conflict)}: scope not known"
        return f"{contest_title(conflict)}: {self._deal(conflict.benefit, conflict.keys)}"

    def _deal(self, benefit: str, keys: tuple[str, ...]) -> str:
        return deal_words(self.situation, benefit, keys)

    def _registrations(self, conflict: Conflict) -> Iterator[Item]:
        for standing in self.situation.conflicts[conflict]:
            name = self.situation.name(standing.registration_id)
            version = (
                f", version {told(standing.policy_version)}" if standing.policy_version else ""
            )
            stands = f"{standing.kind} [{standing.code}] at {told(standing.clause)}{version}"
            yield Item(
                f"{name}, partner {told(standing.partner_id)}: {stands}.",
                [*self._details(standing), *self.steps(standing)],
            )

    def _details(self, standing: Standing) -> Iterator[Item]:
        if standing.place is not None:
            yield Item(f"Place: {standing.place}.")
        if standing.rival is not None:
            yield Item(f"Rival that mattered: {self.situation.name(standing.rival)}.")
        if standing.margin is not None:
            yield Item(self._margin(standing.margin))
        if standing.provisional_until is not None:
            yield Item(f"Provisional until {self.clock.instant(standing.provisional_until)}.")
        if standing.missing:
            yield Item(f"Missing facts: {', '.join(map(told, standing.missing))}.")
        if standing.entitlement is not None:
            worth = entitlement_words(standing.entitlement)
            runs = period_words(standing.entitlement, self.clock)
            said = "; ".join(filter(None, (worth, runs))) or "the benefit, without further terms"
            yield Item(f"Entitlement: {said}.")

    def _margin(self, margin: Margin) -> str:
        own, rival = self.clock.value(margin.own), self.clock.value(margin.rival)
        return (
            f"Margin at {told(margin.clause)}: {told(margin.fact)} is {own}, the rival's {rival}."
        )

    def steps(self, standing: Standing) -> Iterator[Item]:
        """The steps of the trace that led to a standing, each with its number."""
        place = (standing.benefit, standing.registration_id)
        for number, step in self.situation.numbered.get(place, ()):
            if step.line in (None, standing.line):
                yield Item(self._step(number, step))

    def _step(self, number: int, step: Step) -> str:
        read = "; ".join(
            f"{told(name)} = {self._read(value)}" for name, value in step.facts.items()
        )
        line = f" for {told(step.line)}" if step.line is not None else ""
        return f"Step {number}, {told(step.clause)}{line}: {told(step.result)}" + (
            f" ({read})." if read else "."
        )

    def _read(self, value: Value) -> str:
        return self.clock.value(value)

    def _whole(self) -> Iterator[Item]:
        benefits = {conflict.benefit for conflict in self.situation.conflicts}
        found = [self.situation.numbered.get((benefit, None), ()) for benefit in sorted(benefits)]
        for number, step in sorted((each for steps in found for each in steps), key=_first):
            yield Item(self._step(number, step))

    def _referrals(self) -> Iterator[Block]:
        found = self.situation.referrals
        yield Paragraph("None.") if not found else Bullets([self._referral(each) for each in found])

    def _referral(self, referral: Referral) -> Item:
        deal = self._deal(referral.benefit, referral.conflict)
        line = f" for {told(referral.line)}" if referral.line is not None else ""
        candidates = ", ".join(map(self.situation.name, referral.candidates)) or "no candidates"
        return Item(
            f"{label(referral.benefit)}{line}, {deal} [{referral.code}] "
            f"at {told(referral.clause)}: {candidates}."
        )

    def _deadlocks(self) -> Iterator[Block]:
        found = self.situation.deadlocks
        yield Paragraph("None.") if not found else Bullets([self._deadlock(each) for each in found])

    def _deadlock(self, deadlock: Deadlock) -> Item:
        name = self.situation.name
        line = f" for {told(deadlock.line)}" if deadlock.line is not None else ""
        blocker = "none" if deadlock.blocker is None else name(deadlock.blocker)
        held = f", who holds {label(deadlock.holds)}" if deadlock.holds is not None else ""
        at = f", at {told(deadlock.clause)} [{deadlock.code}]" if deadlock.clause else ""
        return Item(
            f"{label(deadlock.benefit)}{line}, {self._deal(deadlock.benefit, deadlock.conflict)}: "
            f"blocked is {name(deadlock.blocked)}; blocker is {blocker}{held}{at}."
        )

    def data(self) -> dict[str, Any]:
        """The explanation as plain data: every key is always there."""
        situation, record = self.situation, self.situation.record
        shown = {(e.benefit, e.registration_id) for e in situation.standings}
        benefits = {conflict.benefit for conflict in situation.conflicts}
        return {
            "audience": "auditor",
            "programme": record.rules.programme,
            "at": iso(record.at),
            "zone": self.clock.zone,
            "semantics": record.decision.semantics,
            "policies": [every_field(each) for each in record.decision.policies],
            "governs": record.rules.governs.value if isinstance(record.rules, PolicyBook) else None,
            "facts_digest": record.decision.facts_digest,
            "answers": [
                {"name": each.name, "by_registration": dict(each.by_registration)}
                for each in record.answers
            ],
            "standings": [every_field(each) for each in situation.standings],
            "questions": [every_field(each) for each in situation.referrals],
            "deadlocks": [every_field(each) for each in situation.deadlocks],
            "trace": [
                {"step": number, **every_field(step)}
                for number, step in enumerate(record.decision.trace, 1)
                if (step.benefit, step.registration_id) in shown
                or (step.registration_id is None and step.benefit in benefits)
            ],
        }


def _first(numbered: tuple[int, Step]) -> int:
    return numbered[0]


def every_field(value: Any) -> dict[str, Any]:
    """A record of the outcome as plain data, with all of its fields, also those not set."""
    made: dict[str, Any] = {}
    for attribute in attrs.fields(type(value)):
        held = getattr(value, attribute.name)
        made[attribute.name] = every_field(held) if isinstance(held, _NESTED) else plain(held)
    return made


_NESTED = (Margin,)

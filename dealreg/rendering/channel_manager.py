"""The channel manager's explanation: who holds what and why, who lost, what needs a person."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import attrs

from dealreg.facts.canonical import plain
from dealreg.facts.instants import iso
from dealreg.outcome.decision import Deadlock, Referral, Standing, StandingKind
from dealreg.policy.paths import contest_path
from dealreg.policy.stages import Key
from dealreg.rendering.because import because
from dealreg.rendering.document import Block, Bullets, Document, Heading, Item, Paragraph, Table
from dealreg.rendering.losses import loss_items, winner_words
from dealreg.rendering.nouns import Voice, bare
from dealreg.rendering.partner import entitlement_data, entitlement_words, period_words
from dealreg.rendering.reasoning import all_missing, needed, reason_and_tell
from dealreg.rendering.reasons import AwaitsBenefit, Unmet
from dealreg.rendering.situation import Conflict, Situation
from dealreg.rendering.words import Clock, capital, count, label, listed, told

__all__ = ["Manager", "contest_title", "deal_words"]


@attrs.frozen(eq=False)
class Manager:
    """Says a record to a channel manager: `document()` to print, `data()` as plain data."""

    situation: Situation
    clock: Clock

    def document(self) -> Document:
        """The explanation to print."""
        record = self.situation.record
        blocks: list[Block] = [
            Heading(1, f"{told(record.rules.programme)}: decisions"),
            Paragraph(self._opening()),
        ]
        if tasks := list(self._tasks()):
            blocks += [Heading(2, "What needs a person"), *tasks]
        for title, conflicts in self._by_deal().items():
            blocks.append(Heading(2, title))
            for conflict in conflicts:
                blocks.append(Heading(3, contest_title(conflict)))
                blocks.append(Bullets([self._item(each) for each in self._ordered(conflict)]))
        return Document(blocks)

    def _opening(self) -> str:
        record, situation = self.situation.record, self.situation
        deadlocks = {(e.benefit, e.conflict, e.line) for e in situation.deadlocks}
        counts = [
            count(len({e.registration_id for e in situation.standings}), "registration"),
            count(len(deadlocks), "deadlock"),
            count(len(self.questions), "question") + " for a person",
        ]
        versions = listed([told(policy.version) for policy in situation.rules.versions])
        under = f"version {versions} of the rules" if versions else "no rules in force"
        return f"As of {self.clock.instant(record.at)}, under {under}: {listed(counts)}."

    def _by_deal(self) -> Mapping[str, list[Conflict]]:
        """The conflicts under the deal they are about; those of unknown scope at the end."""
        found: dict[str, list[Conflict]] = {}
        for conflict in self.situation.conflicts:
            found.setdefault(capital(self.deal(conflict)), []).append(conflict)
        unknown = capital(_UNKNOWN)
        return {title: found[title] for title in sorted(found, key=lambda t: (t == unknown, t))}

    def deal(self, conflict: Conflict) -> str:
        """What a conflict is about: `opportunity OPP-7`."""
        if conflict.keys is None:
            return _UNKNOWN
        return deal_words(self.situation, conflict.benefit, conflict.keys)

    def _ordered(self, conflict: Conflict) -> list[Standing]:
        """Holders first, then the queue, then what is open, then the denied."""
        standings = self.situation.conflicts[conflict]
        return sorted(standings, key=lambda e: (_ORDER[e.kind], e.place or 0, e.registration_id))

    def _item(self, standing: Standing) -> Item:
        name = self.situation.name(standing.registration_id)
        sentences = self.sentences(standing)
        if standing.kind is StandingKind.GRANTED:
            place = f" as holder {standing.place}" if (standing.place or 1) > 1 else ""
            return Item(f"{name} holds it{place}.", sentences)
        verb = _VERB[standing.kind].format(standing.place)
        return Item(f"{name} {verb} [{standing.code}].", sentences)

    def sentences(self, standing: Standing) -> list[Item]:
        """Why, what it gets, and what is missing."""
        items: list[Item] = []
        if standing.kind is StandingKind.GRANTED:
            items.append(Item(f"{winner_words(self.situation, standing, self.clock)}."))
        else:
            items += loss_items(self.situation, standing, self.clock)
        if standing.entitlement is not None:
            if said := entitlement_words(standing.entitlement):
                items.append(Item(f"It gets {said}."))
            if said := period_words(standing.entitlement, self.clock):
                items.append(Item(f"It runs {said}."))
        if standing.provisional_until is not None:
            until = self.clock.instant(standing.provisional_until)
            items.append(Item(f"Provisional until {until}: others may still come in time."))
        return items + self._missing(standing)

    def _missing(self, standing: Standing) -> list[Item]:
        if not (missing := all_missing(self.situation, standing)):
            return []
        reader = self.situation.reader(self.situation.judging(standing), standing.registration_id)
        wanted = needed(reader, missing, Voice.TERMS)
        by = {True: "the applicant supplies it", False: "the vendor records it"}
        said = [f"{each.noun} ({by[each.by_applicant]})" for each in wanted]
        return [Item(f"Missing: {listed(said)}.")]

    def _tasks(self) -> Iterator[Block]:
        for deadlock in self.situation.deadlocks:
            yield Paragraph(self.deadlock(deadlock))
        for referral in self.questions:
            yield Paragraph(self.question(referral))
            if referral.candidates:
                yield self._candidates(referral)
        returned = [e for e in self.situation.standings if e.kind is StandingKind.RETURNED]
        if returned:
            names = sorted({each.registration_id for each in returned})
            said = listed([self.situation.name(each) for each in names])
            yield Paragraph(f"To be completed, because facts are missing: {said}; see below.")

    def deadlock(self, deadlock: Deadlock) -> str:
        """A deadlock in sentences: blocked, blocker and the requirement between them."""
        benefit, name = label(deadlock.benefit), self.situation.name
        deal = deal_words(self.situation, deadlock.benefit, deadlock.conflict)
        line = f", {told(deadlock.line)}" if deadlock.line is not None else ""
        said = [
            f"Deadlock: nobody can use the {benefit} for {deal}{line}.",
            f"{name(deadlock.blocked)} would be granted it if it were the only registration.",
        ]
        if deadlock.blocker is None:
            return " ".join([*said, "No single registration stands in its way."])
        blocker = name(deadlock.blocker)
        if deadlock.holds is not None:
            held = label(deadlock.holds)
            said.append(f"But it depends on the {held}, and {blocker} holds the {held}.")
        else:
            said.append(f"{blocker} stands in its way.")
        return " ".join([*said, *self._blockers_reason(deadlock)])

    def _blockers_reason(self, deadlock: Deadlock) -> Iterator[str]:
        found = [
            each
            for each in self.situation.standings
            if (each.registration_id, each.benefit, each.line)
            == (deadlock.blocker, deadlock.benefit, deadlock.line)
        ]
        if found and deadlock.blocker is not None:
            reason, _ = reason_and_tell(self.situation, found[0])
            phrases = self.situation.phrases(found[0], self.clock)
            why = " ".join(map(_flat, because(reason, "", phrases, deadlock.benefit)))
            itself = f"{told(deadlock.blocker)} itself does not get it [{deadlock.code}]"
            yield f"{itself}: {_lower(why)}"

    def question(self, referral: Referral) -> str:
        """A question for a person, in sentences."""
        if not referral.candidates:
            return self._vacant(referral)
        admission = self._admission(referral)
        benefit, name = label(referral.benefit), self.situation.name
        where = deal_words(self.situation, referral.benefit, referral.conflict)
        if referral.line is not None:
            where += f", {told(referral.line)}"
        head = f"To decide [{referral.code}]:"
        if admission is None:
            names = [name(each) for each in referral.candidates]
            who = listed(names, "or")
            asked = f"who gets the {benefit}" if names[1:] else f"whether it gets the {benefit}"
            return f"{head} {asked} for {where}: {who}. {self._why(referral, None)}"
        waiting = [name(each) for each in referral.candidates if each != admission.registration_id]
        wait = (
            f" {listed(waiting)} {'wait' if waiting[1:] else 'waits'} for that." if waiting else ""
        )
        return (
            f"{head} whether {name(admission.registration_id)} may take part in the {benefit} for "
            f"{where}. {self._why(referral, admission)}{wait}"
        )

    def _vacant(self, referral: Referral) -> str:
        line = "" if referral.line is None else f", {told(referral.line)}"
        where = deal_words(self.situation, referral.benefit, referral.conflict)
        return (
            f"To decide [{referral.code}]: who gets the {label(referral.benefit)} for "
            f"{where}{line}. Its holder has lost it, and nobody is left who could have it."
        )

    def _asked(self, referral: Referral) -> list[Standing]:
        place = (referral.benefit, referral.line)
        return [
            each
            for each in self.situation.standings
            if (each.benefit, each.line) == place and each.registration_id in referral.candidates
        ]

    def _admission(self, referral: Referral) -> Standing | None:
        """The standing that a question of admission is about; None for one who gets it."""
        for each in self._asked(referral):
            if (each.code, each.clause, each.rival) == (referral.code, referral.clause, None):
                reason, _ = reason_and_tell(self.situation, each)
                return each if isinstance(reason, Unmet | AwaitsBenefit) else None
        return None

    def _why(self, referral: Referral, admission: Standing | None) -> str:
        found = [admission] if admission else self._asked(referral)
        place = (referral.code, referral.clause)
        first = next((each for each in found if (each.code, each.clause) == place), None)
        if first is None:  # all of them await another ruling first
            tied = referral.clause == contest_path(referral.benefit, "tie")
            return "They are equal in every preference." if tied else ""
        reason, _ = reason_and_tell(self.situation, first)
        phrases = self.situation.phrases(first, self.clock)
        return " ".join(map(_flat, because(reason, "", phrases, first.benefit)))

    @property
    def questions(self) -> list[Referral]:
        """What a person has to answer; what only waits for another answer is not asked again."""
        found = []
        for referral in self.situation.referrals:
            asked = self._admission(referral)
            reason = None if asked is None else reason_and_tell(self.situation, asked)[0]
            if not isinstance(reason, AwaitsBenefit):
                found.append(referral)
        return found

    def _candidates(self, referral: Referral) -> Table:
        """What a person would want to see of the candidates: what the order looks at."""
        standing = self._asked(referral)[0]
        lead = self.situation.lead(standing)
        prefer = lead[0].prefer if lead else ()
        names = dict.fromkeys(["tier", "submitted_at"])
        names.update(dict.fromkeys(e.fact.name for e in prefer if isinstance(e, Key)))
        policy = self.situation.judging(standing)
        heads = [capital(bare(name, policy.vocabulary())) for name in names]
        rows = []
        for each in referral.candidates:
            reader = self.situation.reader(policy, each)
            values = [reader.view.read(reader.registration, name) for name in names]
            rows.append(
                (self.situation.name(each), *(self.clock.value(v, quotes=False) for v in values))
            )
        return Table(("Candidate", *heads), rows)

    def data(self) -> dict[str, Any]:
        """The explanation as plain data."""
        situation = self.situation
        return {
            "audience": "channel_manager",
            "programme": situation.record.rules.programme,
            "at": iso(situation.record.at),
            "zone": self.clock.zone,
            "policy_versions": [policy.version for policy in situation.rules.versions],
            "deadlocks": [
                {**_fields(each), "sentence": self.deadlock(each)} for each in situation.deadlocks
            ],
            "questions": [
                {**_fields(each), "sentence": self.question(each)} for each in self.questions
            ],
            "contests": [self._contest(conflict) for conflict in situation.conflicts],
        }

    def _contest(self, conflict: Conflict) -> dict[str, Any]:
        return {
            "benefit": conflict.benefit,
            "conflict": None if conflict.keys is None else list(conflict.keys),
            "line": conflict.line,
            "registrations": [self._standing(each) for each in self._ordered(conflict)],
        }

    def _standing(self, standing: Standing) -> dict[str, Any]:
        margin = standing.margin
        return {
            "registration_id": standing.registration_id,
            "partner_id": standing.partner_id,
            "partner_name": self.situation.names.get(standing.partner_id),
            "outcome": standing.kind.value,
            "code": standing.code,
            "clause": standing.clause,
            "policy_version": standing.policy_version,
            "rival": standing.rival,
            "place": standing.place,
            "provisional_until": _instant(standing.provisional_until),
            "entitlement": entitlement_data(standing.entitlement),
            "missing": list(standing.missing),
            "margin": None if margin is None else _fields(margin),
            "sentences": [_flat(item) for item in self.sentences(standing)],
        }


_UNKNOWN = "scope not known"
_ORDER = {
    StandingKind.GRANTED: 0,
    StandingKind.REFERRED: 1,
    StandingKind.WAITING: 2,
    StandingKind.RETURNED: 3,
    StandingKind.DENIED: 4,
}
_VERB = {
    StandingKind.WAITING: "waits, number {} in the queue",
    StandingKind.DENIED: "is denied",
    StandingKind.RETURNED: "is sent back",
    StandingKind.REFERRED: "awaits a person's decision",
}


def deal_words(situation: Situation, benefit: str, keys: Sequence[str]) -> str:
    """What a conflict is about, by the scope's keys: `opportunity OPP-7`."""
    if not situation.rules.versions:
        return "before the first version of the rules"
    scope, _ = situation.rules.scope(benefit)
    named = zip(scope.keys, keys, strict=True)
    return listed([f"{label(key.removesuffix('_id'))} {told(value)}" for key, value in named])


def contest_title(conflict: Conflict) -> str:
    """The benefit of a conflict, and its line where it has one."""
    line = f" for {told(conflict.line)}" if conflict.line is not None else ""
    return f"{capital(label(conflict.benefit))}{line}"


def _fields(value: Any) -> dict[str, Any]:
    names = [attribute.name for attribute in attrs.fields(type(value))]
    return {name: plain(getattr(value, name)) for name in names}


def _instant(when: datetime | None) -> str | None:
    return None if when is None else iso(when)


def _flat(item: Item) -> str:
    return " ".join([item.text, *map(_flat, item.items)])


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]

"""What a comparison with the rules found, each in a sentence or two."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

import attrs

from dealreg.facts.records import Status
from dealreg.outcome.decision import Margin, StandingKind
from dealreg.outcome.disputes import Disputes, Incident, IncidentKind
from dealreg.policy.contests import Contest
from dealreg.policy.paths import after_path, milestone_path, override_path, requirement_path
from dealreg.policy.policies import Policy, PolicyBook
from dealreg.rendering.codes import CODES
from dealreg.rendering.nouns import bare, happened
from dealreg.rendering.phrases import Phrases
from dealreg.rendering.words import Clock, capital, gap, label, listed, told

__all__ = ["DONE", "Names", "Sentences", "deal", "lower", "versions"]

DONE: Final[Mapping[str, str]] = {
    "approved": "approved",
    "rejected": "rejected",
    "returned": "sent back for more information",
    "special_bid_granted": "given a special price",
    "special_bid_refused": "refused a special price",
    "ruled_for": "accepted by a person's ruling",
    "ruled_against": "refused by a person's ruling",
    "won": "won",
    "lost": "lost",
    "ordered": "ordered",
    "converted": "converted",
    "milestone_met": "credited with a milestone",
    "extension_granted": "extended",
    "withdrawn": "withdrawn",
    "cancelled": "cancelled",
    "revoked": "revoked",
    "expired": "closed as expired",
    "superseded": "superseded",
    "vendor_answered": "answered",
}
"""What was done to a registration, by what was recorded."""

_STOOD: Final = {
    StandingKind.GRANTED: "it was granted the {0}",
    StandingKind.WAITING: "it waited in the queue for the {0}",
    StandingKind.DENIED: "it was denied the {0}",
    StandingKind.RETURNED: "it was to be sent back, because a fact is missing",
    StandingKind.REFERRED: "a person was to decide on the {0}",
}


@attrs.frozen
class Names:
    """What registrations and partners are called; to one partner, those of others are not.

    Attributes:
        partners: what partners are called, by identifier, where that is known.
        reader: the partner that reads, from whom rivals are hidden; None for who may see all.
    """

    partners: Mapping[str, object] = attrs.field(factory=dict)
    reader: str | None = None

    def hidden(self, partner_id: str | None) -> bool:
        """Whether a partner is hidden from who reads."""
        return self.reader is not None and partner_id != self.reader

    def partner(self, partner_id: str | None) -> str:
        """What a partner is called."""
        if partner_id is None or self.hidden(partner_id):
            return "another partner"
        return told(str(self.partners.get(partner_id, partner_id)))

    def registration(self, registration_id: str | None, partner_id: str | None) -> str:
        """What a registration is called, with whose it is."""
        if registration_id is None:
            return "another registration"
        if self.hidden(partner_id):
            return "another partner's registration"
        if self.reader is not None or partner_id is None:
            return told(registration_id)
        return f"{told(registration_id)} ({self.partner(partner_id)})"


def versions(rules: Policy | PolicyBook) -> tuple[Policy, ...]:
    """The versions of the rules, the newest first."""
    if isinstance(rules, Policy):
        return (rules,)
    return tuple(edition.policy for edition in reversed(rules.editions))


def deal(rules: Policy | PolicyBook, benefit: str, conflict: tuple[str, ...]) -> str:
    """What was competed for, by the scope's keys: `opportunity OPP-7`."""
    for policy in versions(rules):
        contest = policy.contest(benefit)
        if contest is not None and len(contest.scope.keys) == len(conflict) > 0:
            named = zip(contest.scope.keys, conflict, strict=True)
            return listed([f"{label(key.removesuffix('_id'))} {told(v)}" for key, v in named])
    return listed([told(each) for each in conflict]) or "an unknown deal"


def lower(sentence: str) -> str:
    """A sentence as it goes on after a colon."""
    start, _, _ = sentence.partition(" ")
    return sentence if start.isupper() and len(start) > 1 else sentence[:1].lower() + sentence[1:]


@attrs.frozen(eq=False)
class Sentences:
    """Says incidents to a channel manager, or without rivals to one partner."""

    rules: Policy | PolicyBook
    names: Names
    clock: Clock

    @classmethod
    def of(cls, disputes: Disputes, clock: Clock, reader: str | None = None) -> "Sentences":
        """For what a comparison found."""
        return cls(disputes.rules, Names(dict(disputes.names), reader), clock)

    def said(self, incident: Incident) -> str:
        """The incident in a sentence or two."""
        return _SAID[incident.kind](self, incident)

    def when(self, incident: Incident, at: datetime | None = None) -> str:
        """An instant of an incident; to whom it does not concern, the day."""
        shown = incident.at if at is None else at
        if self.names.hidden(incident.partner_id):
            return self.clock.day(shown.date())
        return self.clock.instant(shown)

    def who(self, incident: Incident) -> str:
        """The registration that an incident is about."""
        return self.names.registration(incident.registration_id, incident.partner_id)

    def rival(self, incident: Incident) -> str:
        """The other registration."""
        return self.names.registration(incident.rival, incident.rival_partner_id)

    def where(self, incident: Incident) -> str:
        """What was competed for."""
        line = "" if incident.line is None else f", {told(incident.line)}"
        return deal(self.rules, incident.benefit, incident.conflict) + line

    def why(self, incident: Incident) -> str:
        """Why a registration stood as it did, as a clause that goes on after a colon."""
        code = incident.code
        if incident.clause.endswith(".period"):
            return f"its period is over [{code}]"
        if incident.clause.endswith(".window"):
            return f"it did not come in time [{code}]"
        for policy in versions(self.rules):
            contest = policy.contest(incident.benefit)
            if contest is not None and (said := self._by_rule(policy, contest, incident)):
                return f"{said} [{code}]"
        if code == "OPPORTUNITY_WON" and incident.rival is not None:
            return f"{self.rival(incident)} has won the deal [{code}]"
        general = code in CODES and code != "DUPLICATE_OTHER_PARTNER"
        if incident.rival is not None and not general:
            return f"{self._behind(incident)} [{code}]"
        return f"{lower(CODES.get(code, '')).rstrip('.')} [{code}]".strip()

    def _by_rule(self, policy: Policy, contest: Contest, incident: Incident) -> str:
        """What the rule asks that decided; empty where it was no rule of its own."""
        clause, benefit = incident.clause, incident.benefit
        phrases = Phrases(policy.vocabulary(), self.clock)
        for required in contest.requires:
            if clause == requirement_path(benefit, required.code):
                known = "it is not known whether " if incident.missing else "the rule asks that "
                return known + phrases.sentence(required.that)
        for after in contest.after:
            if clause == after_path(benefit, after.benefit):
                other = label(after.benefit)
                held = f"it is only for who holds the {other}"
                return held if after.holds else f"it cannot be combined with the {other}"
        for override in contest.overrides:
            if clause == override_path(benefit, override.code):
                return f"a rule comes first that asks whether {phrases.sentence(override.when)}"
        for milestone in contest.milestones:
            if clause == milestone_path(benefit, milestone.code):
                return f"it missed a milestone, {bare(milestone.met, policy.vocabulary())}"
        return ""

    def _behind(self, incident: Incident) -> str:
        """That another came first, and by how much."""
        rival = self.rival(incident)
        if incident.margin is None:
            return f"{rival} has it already"
        return f"{rival} came first, {self._margin(incident.margin)}"

    def _margin(self, margin: Margin) -> str:
        vocabulary = versions(self.rules)[0].vocabulary()
        own, theirs = margin.own, margin.rival
        if isinstance(own, datetime) and isinstance(theirs, datetime):
            side = "earlier" if theirs < own else "later"
            by = happened(margin.fact, vocabulary) or f"by {bare(margin.fact, vocabulary)}"
            return (
                f"as it {by} {gap(own - theirs)} {side}"
                if by.startswith("was")
                else (f"{gap(own - theirs)} {side} {by}")
            )
        what = bare(margin.fact, vocabulary)
        if self.names.reader is not None:
            return f"by {what}"
        mine, other = (self.clock.value(each, quotes=False) for each in (own, theirs))
        return f"by {what}: {other}, against {mine}"


def _disagreement(says: Sentences, it: Incident) -> str:
    stood = _STOOD[it.outcome or StandingKind.DENIED].format(label(it.benefit))
    done = DONE.get(it.recorded, it.recorded)
    plain = it.outcome is StandingKind.GRANTED or says.names.hidden(it.partner_id)
    why = "" if plain else f": {says.why(it)}"
    for_reason = f" for {told(it.reason)}" if it.reason and it.recorded != "approved" else ""
    what = f"{says.who(it)}, for {says.where(it)}, was {done}{for_reason}"
    return f"{says.when(it)}: {what}. By the rules {stood}{why}."


def _deadlock(says: Sentences, it: Incident) -> str:
    benefit, until = label(it.benefit), it.until
    period = f"from {says.when(it)}" + (f" to {says.when(it, until)}" if until else " on")
    said = f"{capital(period)}: nobody could use the {benefit} for {says.where(it)}. "
    said += f"{capital(says.who(it))} would have been granted it alone"
    # Why the other cannot use it is a fact about the other, such as its tier.
    code = "" if says.names.hidden(it.rival_partner_id) else f" [{it.code}]"
    if it.rival is None:
        said += "."
    elif it.holds is not None:
        said += f"; {says.rival(it)} held the {label(it.holds)} and could not use it{code}."
    else:
        said += f"; {says.rival(it)} stood in its way{code}."
    return f"{said} {_how_it_ended(says, it)}"


def _how_it_ended(says: Sentences, it: Incident) -> str:
    if it.until is None:
        return "It still stands."
    if it.outcome is StandingKind.GRANTED:
        return f"It ended when {says.who(it)} was granted it."
    if it.ended_by == "GRANTED" and not says.names.hidden(it.rival_partner_id):
        return f"It ended when {says.rival(it)} came to be entitled."
    if it.ended_by in ("", "GRANTED"):
        return "It ended when the facts changed."
    status = it.ended_by.lower() in {each.value for each in Status}
    why = f": {lower(CODES[it.ended_by]).rstrip('.')}" if status and it.ended_by in CODES else ""
    return f"It ended unused{why} [{it.ended_by}]."


def _overlap(says: Sentences, it: Incident) -> str:
    until = "and nothing has ended it" if it.until is None else f"until {says.when(it, it.until)}"
    return (
        f"From {says.when(it)} {until}: {says.rival(it)} and {says.who(it)} were both recorded as "
        f"approved for {says.where(it)}, and the rules give the {label(it.benefit)} to one."
    )


def _special_price(says: Sentences, it: Incident) -> str:
    return (
        f"{says.when(it)}: {says.who(it)} was given a special price for {says.where(it)} while "
        f"{says.rival(it)} held the {label(it.benefit)}."
    )


def _won(says: Sentences, it: Incident) -> str:
    own = lower(CODES.get(it.code, "")).rstrip(".")
    own = "its own had run out" if it.clause.endswith(".period") else own
    own = "" if says.names.hidden(it.partner_id) else own
    return (
        f"{says.when(it)}: {says.who(it)} won {says.where(it)} while {says.rival(it)} held the "
        f"{label(it.benefit)}" + (f"; {own}." if own else ".")
    )


def _won_again(says: Sentences, it: Incident) -> str:
    return (
        f"{says.when(it)}: {says.who(it)} is recorded to have won {says.where(it)}, which "
        f"{says.rival(it)} had won before."
    )


def _lapsed(says: Sentences, it: Incident) -> str:
    ran_out = f"{says.when(it)}: the {label(it.benefit)} of {says.who(it)} ran out"
    if not it.recorded:
        return f"{ran_out}; it was never extended, and never closed."
    done = DONE.get(it.recorded, it.recorded)
    later = "" if it.until is None else f" {gap(it.until - it.at)} later"
    return f"{ran_out}; nobody extended or closed it, and{later} it was {done}."


def _window(says: Sentences, it: Incident) -> str:
    until = it.at if it.until is None else it.until
    return (
        f"{says.when(it)}: {says.who(it)} was approved for {says.where(it)}, and until "
        f"{says.when(it, until)} others could still come in time."
    )


_NO_ANSWERS: Final = frozenset({"withdrawn", "won", "lost", "superseded"})
"""How a registration may end without the vendor's answer."""


def _overdue(says: Sentences, it: Incident) -> str:
    due = f"{capital(says.who(it))} was to be answered by {says.when(it)}"
    effect = {
        "DEEMED_APPROVED": " It counted as approved from then on.",
        "ESCALATED": " It was escalated.",
    }.get(it.code, "")
    if it.until is None:
        return f"{due}, and has not been answered.{effect}"
    late = gap(max(it.until - it.at, timedelta()))
    done = DONE.get(it.recorded, it.recorded)
    if it.recorded in _NO_ANSWERS:
        return f"{due}, and never was; it was {done} {late} later.{effect}"
    return f"{due}, and was {done} {late} late.{effect}"


def _tie(says: Sentences, it: Incident) -> str:
    who = _candidates(says, it)
    same = ""
    if it.margin is not None and isinstance(it.margin.own, datetime):
        same = f", submitted at the same instant, {says.when(it, it.margin.own)}"
    done = (
        "Nobody has decided between them."
        if it.until is None
        else f"It was settled at {says.when(it, it.until)}."
    )
    return (
        f"{says.when(it)}: {who} are equal for the {label(it.benefit)} of {says.where(it)}{same}. "
        f"{done}"
    )


def _candidates(says: Sentences, it: Incident) -> str:
    if says.names.reader is None:
        return listed([told(each) for each in it.candidates])
    return f"{says.who(it)} and others"


def _unknown(says: Sentences, it: Incident) -> str:
    vocabulary = versions(says.rules)[0].vocabulary()
    lacks = listed([bare(each, vocabulary) for each in it.missing]) or "a fact"
    return f"{says.when(it)}: it is not known what {says.who(it)} competes for: {lacks} is missing."


def _hindsight(says: Sentences, it: Incident) -> str:
    benefit, where, who = label(it.benefit), says.where(it), says.who(it)
    if it.outcome is not StandingKind.GRANTED:
        return (
            f"{says.when(it)}: had everything been known when it happened, {who} would have been "
            f"granted the {benefit} for {where}; in fact nobody was."
        )
    instead = (
        "it would not have been" if it.rival is None else f"it would have been {says.rival(it)}"
    )
    return (
        f"{says.when(it)}: {who} was granted the {benefit} for {where}. Had everything been known "
        f"when it happened, {instead}."
    )


_SAID: Final[Mapping[IncidentKind, Callable[[Sentences, Incident], str]]] = {
    IncidentKind.DISAGREEMENT: _disagreement,
    IncidentKind.DEADLOCK: _deadlock,
    IncidentKind.OVERLAPPING_APPROVALS: _overlap,
    IncidentKind.SPECIAL_PRICE_BESIDE_HOLDER: _special_price,
    IncidentKind.WON_BESIDE_HOLDER: _won,
    IncidentKind.WON_AGAIN: _won_again,
    IncidentKind.LAPSED_UNNOTICED: _lapsed,
    IncidentKind.APPROVED_IN_WINDOW: _window,
    IncidentKind.ANSWER_OVERDUE: _overdue,
    IncidentKind.TIE: _tie,
    IncidentKind.UNKNOWN_CONFLICT: _unknown,
    IncidentKind.HINDSIGHT: _hindsight,
}

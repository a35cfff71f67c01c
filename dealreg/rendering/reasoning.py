"""From a standing to its reason: what the policy says and what was found, nothing of others.

Reads the whole record, and lets through only what `dealreg.rendering.reasons` has room for. The
place in the policy decides what kind of reason it is, never the reason code, which authors choose.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from dealreg.deciders.reference.truth import Reader
from dealreg.facts.fields import (
    Elapsed,
    Field,
    FieldType,
    Inside,
    Same,
    SinceEnded,
    Source,
    Subject,
    Tally,
)
from dealreg.facts.values import Value
from dealreg.outcome.decision import Margin, Standing, StandingKind
from dealreg.policy.contests import Contest
from dealreg.policy.paths import (
    NOT_IN_FORCE,
    STATUS,
    after_path,
    contest_path,
    milestone_path,
    override_path,
    prefer_path,
    requirement_path,
)
from dealreg.policy.policies import Policy
from dealreg.policy.predicates import AllOf, AnyOf, Not, Predicate
from dealreg.policy.stages import Effect, Key, Override, Preference, Requirement, Tie
from dealreg.policy.walk import fact_of
from dealreg.rendering.nouns import Voice, noun
from dealreg.rendering.reasons import (
    AllShort,
    AllTaken,
    AnyShort,
    AwaitsBenefit,
    AwaitsRuling,
    DealWon,
    Excluded,
    Gap,
    Holds,
    Keeps,
    Kept,
    Lapsed,
    Late,
    LevelGap,
    MilestoneMissed,
    Needed,
    NotComplementary,
    NotHolder,
    NotLive,
    NotOffered,
    Outranked,
    Overridden,
    OwnMissing,
    Reason,
    Refused,
    SameClaimant,
    ScopeUnknown,
    Short,
    Shortfall,
    TieBroken,
    TimeGap,
    Undecided,
    Unmet,
    Unsaid,
)
from dealreg.rendering.situation import Situation
from dealreg.rendering.words import coarse, label

__all__ = ["all_missing", "further", "needed", "reason_and_tell", "shortfall"]


def reason_and_tell(situation: Situation, standing: Standing) -> tuple[Reason, str]:
    """Why a registration stands as it does, and what the policy says a partner may be told."""
    if standing.kind is StandingKind.GRANTED:
        return _held(situation, standing), ""
    if standing.clause == STATUS and standing.rival is not None:
        return DealWon(), ""
    if standing.clause == STATUS:
        return _status(situation, standing), ""
    if standing.clause == NOT_IN_FORCE:
        return NotOffered(), ""
    if standing.clause == contest_path(standing.benefit, "scope"):
        return ScopeUnknown(), ""
    if standing.kind is StandingKind.REFERRED and standing.rival is not None:
        return AwaitsRuling(), ""  # the clause is that of the other registration's question
    own, lead = situation.own(standing), situation.lead(standing)
    if lead is not None and (timed := _timed(situation, standing, lead[0])) is not None:
        return timed
    if own is not None and (found := _admission(situation, standing, *own)) is not None:
        return found
    if lead is not None:
        return _contest(situation, standing, *lead)
    return NotOffered(), ""


def _held(situation: Situation, standing: Standing) -> Holds | Keeps:
    rank = standing.place or 1
    place = (standing.registration_id, standing.benefit, standing.line)
    held = situation.rules.holdings.get(place)
    return Holds(rank) if held is None else Keeps(rank, held.since)


def _status(situation: Situation, standing: Standing) -> NotLive:
    registration = situation.registrations[standing.registration_id]
    lead, views = situation.lead(standing), situation.rules.views
    view = views[lead[1]] if lead is not None else next(iter(views.values()))
    status = view.status(registration)
    return NotLive(None if status is None else status.value)


def _admission(
    situation: Situation, standing: Standing, contest: Contest, policy: Policy
) -> tuple[Reason, str] | None:
    """The reason, when it lies in stage one; None when it lies further on."""
    benefit = standing.benefit
    for required in contest.requires:
        if standing.clause == requirement_path(benefit, required.code):
            if standing.code != required.code:
                return Refused(), ""
            reader = situation.reader(policy, standing.registration_id)
            return Unmet(shortfall(reader, required.that) or AllShort(())), required.tell
    for after in contest.after:
        if standing.clause == after_path(benefit, after.benefit):
            if standing.kind is StandingKind.REFERRED:
                return AwaitsBenefit(after.benefit), ""
            made = NotHolder(after.benefit) if after.holds else Excluded(after.benefit)
            return made, after.tell
    return None


def _timed(situation: Situation, standing: Standing, contest: Contest) -> tuple[Reason, str] | None:
    """The reason, when a clock of the contest has run out; None when none has."""
    facts = _step(situation, standing)
    if contest.period is not None and standing.clause == contest_path(standing.benefit, "period"):
        started, ended = facts.get(contest.period.starts), facts.get("ends")
        assert isinstance(started, datetime)
        assert isinstance(ended, datetime)
        return Lapsed(started, ended), ""
    for each in contest.milestones:
        if standing.clause == milestone_path(standing.benefit, each.code):
            due, final = facts.get("due"), facts.get("final")
            assert isinstance(due, datetime)
            assert isinstance(final, datetime)
            return MilestoneMissed(each.met, due, final), each.tell
    return None


def further(situation: Situation, standing: Standing) -> tuple[tuple[Unmet, str], ...]:
    """The other requirements that are not met either, so that nobody learns them one by one."""
    found = []
    for required, reader in _others_unmet(situation, standing):
        short = shortfall(reader, required.that)
        if short is not None:
            found.append((Unmet(short), required.tell))
    return tuple(found)


def all_missing(situation: Situation, standing: Standing) -> tuple[str, ...]:
    """The facts that are missing, for whichever requirement."""
    found = dict.fromkeys(standing.missing)
    for required, reader in _others_unmet(situation, standing):
        if reader.truth(required.that) is None:
            found.update(reader.missing)
    return tuple(found)


def _others_unmet(situation: Situation, standing: Standing) -> Iterator[tuple[Requirement, Reader]]:
    """The requirements beside the one reported, where it was a requirement that was reported."""
    own = situation.own(standing)
    requires = () if own is None else own[0].requires
    paths = {requirement_path(standing.benefit, each.code): each for each in requires}
    held_back = standing.kind is StandingKind.REFERRED and standing.rival is not None
    if own is None or held_back or standing.clause not in paths:
        return
    steps = situation.steps(standing)
    accepted = {step.clause for step in steps if step.result == "accepted by ruling"}
    for path, required in paths.items():
        if path != standing.clause and path not in accepted:
            yield required, situation.reader(own[1], standing.registration_id)


def _step(situation: Situation, standing: Standing) -> dict[str, Value]:
    steps = (step for step in situation.steps(standing) if step.clause == standing.clause)
    found = next(steps, None)
    return {} if found is None else dict(found.facts)


def _contest(
    situation: Situation, standing: Standing, contest: Contest, policy: Policy
) -> tuple[Reason, str]:
    """The reason, when the registration was eligible and lost, waits, or awaits a person."""
    benefit = standing.benefit
    for override in contest.overrides:
        if standing.clause == override_path(benefit, override.code):
            return _override(standing, override)
    for place, preference in enumerate(contest.prefer):
        if standing.clause == prefer_path(benefit, place):
            return _preference(standing, policy, preference), contest.others.tell
    if contest.window is not None and standing.clause == contest_path(benefit, "window"):
        return Late(contest.window, _late_by(standing.margin)), contest.others.tell
    if contest.joint is not None and standing.clause == contest_path(benefit, "joint"):
        return NotComplementary(contest.joint), contest.joint.tell
    if standing.clause == contest_path(benefit, "one_per"):
        rival = situation.registrations.get(standing.rival or "")
        same = rival is not None and rival.partner_id == standing.partner_id
        return SameClaimant(standing.rival if same else None), ""
    if standing.clause == contest_path(benefit, "final_from"):
        return Kept(), contest.others.tell
    if standing.clause == contest_path(benefit, "capacity"):
        return AllTaken(), contest.others.tell
    return _tie(standing, contest.tie), contest.others.tell if standing.rival else ""


def _override(standing: Standing, override: Override) -> tuple[Reason, str]:
    asked = override.effect is Effect.REFERS
    if asked and standing.kind is not StandingKind.REFERRED and standing.rival is None:
        return Refused(), ""
    return Overridden(override.when, override.effect), override.tell


def _tie(standing: Standing, rule: Tie) -> Reason:
    if standing.kind is StandingKind.REFERRED:
        return Undecided(after=standing.code == "AFTER_TIE")
    if standing.rival is None:
        return Refused()
    return TieBroken(by_person=rule is Tie.REFER)


def _preference(standing: Standing, policy: Policy, preference: Preference) -> Reason:
    if standing.kind is StandingKind.REFERRED:
        return Undecided(preference=preference)
    if standing.rival is None:
        return Refused()
    return Outranked(preference, _gap(standing.margin, policy, preference))


def _late_by(margin: Margin | None) -> timedelta | None:
    if margin is None or not isinstance(margin.own, datetime):
        return None
    return coarse(margin.own - margin.rival) if isinstance(margin.rival, datetime) else None


def _gap(margin: Margin | None, policy: Policy, preference: Preference) -> Gap:
    """How far behind: time and levels only; of all other values not even the difference."""
    if margin is None or not isinstance(preference, Key):
        return Unsaid()
    own, rival = margin.own, margin.rival
    if own is None:
        return OwnMissing()
    if isinstance(own, datetime) and isinstance(rival, datetime):
        return TimeGap(coarse(own - rival))
    field = policy.vocabulary().get(preference.fact.name)
    if field is not None and field.type is FieldType.ORDINAL and rival is not None:
        return LevelGap(abs(field.levels.index(str(own)) - field.levels.index(str(rival))))
    return Unsaid()


def shortfall(reader: Reader, predicate: Predicate, *, negated: bool = False) -> Shortfall | None:
    """Why a predicate (or its opposite) is not true of a registration; None when it is.

    Parts that are true are left out: what remains is what would have to change.
    """
    truth = reader.truth(predicate)
    if truth is not None and truth is not negated:
        return None
    match predicate:
        case Not(part):
            return shortfall(reader, part, negated=not negated)
        case AllOf(parts) | AnyOf(parts):
            short = [shortfall(reader, part, negated=negated) for part in parts]
            found = tuple(part for part in short if part is not None)
            if len(found) == 1 and (len(parts) == 1 or isinstance(predicate, AllOf) is not negated):
                return found[0]
            return (
                AllShort(found) if isinstance(predicate, AllOf) is not negated else AnyShort(found)
            )
        case _:
            return Short(predicate, negated, truth is None, _own_value(reader, predicate))


_OTHERS = frozenset(
    {"filed_by", "distributor_id", "partner_group", "opportunity_id", "customer_id"}
)
"""Facts of a registration or partner that name somebody else."""


def _own_value(reader: Reader, atom: Predicate) -> Value | None:
    """What was found, if it is the applicant's own: never a fact about the deal or the customer.

    A yes or no is the answer to the very question that the requirement asks, whosever fact it is.
    """
    fact = fact_of(atom)
    if fact is None:
        return None
    value = reader.view.read(reader.registration, fact.name, fact.as_of)
    field = reader.view.vocabulary.get(fact.name)
    if value is None or isinstance(value, bool) or field is None:
        return value
    if field.subject not in (Subject.REGISTRATION, Subject.PARTNER) or field.name in _OTHERS:
        return None
    if field.derived is not None:
        return value if _inputs_own(reader, field) else None
    if isinstance(value, str | frozenset) and _names_another(reader, value):
        return None
    return value


def _inputs_own(reader: Reader, field: Field) -> bool:
    if not isinstance(field.derived, Elapsed):
        return False  # it is made of the registrations of others
    ends = (field.derived.start, field.derived.end)
    fields = [reader.view.vocabulary.get(name) for name in ends]
    return all(
        each is not None and each.subject in (Subject.REGISTRATION, Subject.PARTNER)
        for each in fields
    )


def _names_another(reader: Reader, value: str | frozenset[str]) -> bool:
    """Whether a text names another partner or registration: a programme's own field may."""
    texts = value if isinstance(value, frozenset) else {value}
    own = {reader.registration.partner_id, reader.registration.registration_id}
    facts = reader.view.facts
    others = {each.registration_id for each in facts.registrations}
    others |= {each.partner_id for each in facts.registrations}
    others |= {each.partner_id for each in facts.partners}
    others |= {each.name for each in facts.partners if each.name and each.partner_id not in own}
    return not texts.isdisjoint(others - own)


def needed(reader: Reader, missing: tuple[str, ...], voice: Voice) -> tuple[Needed, ...]:
    """The facts that are missing, as who has to supply them: of a computed one, what it is from."""
    found: dict[str, Needed] = {}
    for name in missing:
        bare, _, as_of = name.partition(" as of ")
        bare, _, currency = bare.partition(" in ")
        for each in _supplied(reader, bare, as_of or None):
            field = reader.view.vocabulary.get(each)
            said = label(each) if field is None else noun(each, reader.view.vocabulary, voice)
            applicant = field is not None and field.source is Source.APPLICANT
            found.setdefault(
                each, Needed(each, f"{said} in {currency}" if currency else said, applicant)
            )
    return tuple(found[name] for name in sorted(found))


def _supplied(reader: Reader, name: str, as_of: str | None) -> list[str]:
    """The supplied fields that a missing one comes down to."""
    registration = reader.registration
    if as_of is not None and reader.view.read(registration, as_of) is None:
        return [as_of]
    field = reader.view.vocabulary.get(name)
    match field.derived if field else None:
        case Elapsed(start, end):
            names: tuple[str, ...] = (start, end)
        case Same(left, right):
            names = (left, right)
        case Inside(inner, outer):
            names = (inner, outer)
        case Tally(same) | SinceEnded(same):
            names = same
        case _:
            return [name]
    return [each for each in names if reader.view.read(registration, each) is None] or [name]

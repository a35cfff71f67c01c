"""Moves of a partner tried on the registrations of a history, deal by deal."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

import attrs

from dealreg.analysis.benches import Bench, spread
from dealreg.analysis.readings import Variable
from dealreg.analysis.reported import halved
from dealreg.deciders.reference.decide import decide_unchecked
from dealreg.facts.case import Facts
from dealreg.facts.fields import Source
from dealreg.facts.histories import History
from dealreg.facts.records import LIVE, Partner, Registration
from dealreg.facts.values import FrozenMap
from dealreg.outcome.decision import StandingKind
from dealreg.outcome.gaming import Gain, Move
from dealreg.outcome.lint import Trial
from dealreg.policy.policies import Policy

__all__ = ["moved"]

_MOST: Final = 400
"""So many registrations that lost are tried for each benefit, spread over the history."""

_DAY: Final = timedelta(days=1)
_DECOY = "~ally"
_AGAIN = "~again"

Deal: TypeAlias = tuple[Facts, datetime]
"""The registrations of one deal as if all were live, and an instant after all of them."""


def moved(policy: Policy, benches: Sequence[Bench], history: History) -> Iterator[Gain]:
    """For each benefit and move: on how many registrations that lost it was tried, and paid."""
    deals = list(_deals(policy, history))
    for bench in benches:
        losers = [
            (deal, each)
            for deal in deals
            for each in _losers(bench.policy, bench.contest.benefit, deal)
        ]
        for move in Move:
            yield _gain(policy, bench, move, spread(losers, _MOST))


def _deals(policy: Policy, history: History) -> Iterator[Deal]:
    """The deals of a history that more than one registered, each alone with its facts."""
    from dealreg.history.engine import Replay  # with the file formats, which few need

    replay = Replay(policy, known=history.known)
    replay.feed(history.events)
    if history.events:
        replay.finish()
    whole = replay.facts()
    by_deal: dict[str, list[Registration]] = {}
    for each in whole.registrations:
        live = each if each.status in LIVE else attrs.evolve(each, status="submitted")
        again = attrs.evolve(live, ended_at=None, status_reason=None)
        if each.opportunity_id is not None:
            by_deal.setdefault(each.opportunity_id, []).append(again)
    last = replay.now
    for key in sorted(by_deal):
        group = by_deal[key]
        if len(group) > 1 and last is not None:
            partners = {each.partner_id for each in group}
            facts = attrs.evolve(
                whole,
                registrations=group,
                partners=[each for each in whole.partners if each.partner_id in partners],
                opportunities=[e for e in whole.opportunities if e.opportunity_id == key],
                rulings=(),
                holdings=(),
            )
            yield facts, last + _DAY


def _losers(policy: Policy, benefit: str, deal: Deal) -> Iterator[Registration]:
    """Those that would get it alone, and do not get it in their deal."""
    facts, at = deal
    got = _won(policy, benefit, facts, at)
    for each in facts.registrations:
        if each.registration_id in got:
            continue
        alone = attrs.evolve(facts, registrations=[each])
        if each.registration_id in _won(policy, benefit, alone, at):
            yield each


def _won(policy: Policy, benefit: str, facts: Facts, at: datetime) -> set[str]:
    decision = decide_unchecked(policy, facts, at, {})
    return {
        each.registration_id
        for each in decision.standings
        if each.benefit == benefit and each.kind in (StandingKind.GRANTED, StandingKind.REFERRED)
    }


def _gain(
    policy: Policy, bench: Bench, move: Move, losers: Sequence[tuple[Deal, Registration]]
) -> Gain:
    benefit = bench.contest.benefit
    paid = 0
    first: tuple[Trial, ...] = ()
    about = ""
    for (facts, at), each in losers:
        for after in _MOVES[move](bench, facts, each):
            won = _granted(bench.policy, benefit, after, at)
            if won & {each.registration_id, f"{each.registration_id}{_AGAIN}"}:
                paid += 1
                if not first:
                    first = (_trial(policy, facts, at), _trial(policy, after, at))
                    about = each.registration_id
                break
    return Gain(
        move=move,
        benefit=benefit,
        pays=paid > 0,
        trials=first,
        about=about,
        tried=len(losers),
        paid=paid,
    )


def _granted(policy: Policy, benefit: str, facts: Facts, at: datetime) -> set[str]:
    decision = decide_unchecked(policy, facts, at, {})
    return {
        each.registration_id
        for each in decision.standings
        if each.benefit == benefit and each.kind is StandingKind.GRANTED
    }


def _trial(policy: Policy, facts: Facts, at: datetime) -> Trial:
    return Trial(facts=facts, at=at, decision=decide_unchecked(policy, facts, at, {}))


def _with(facts: Facts, old: Registration, *new: Registration) -> Facts:
    rest = [each for each in facts.registrations if each != old]
    return attrs.evolve(facts, registrations=[*rest, *new])


def _first(facts: Facts) -> datetime:
    return min(each.submitted_at for each in facts.registrations)


def _last(facts: Facts) -> datetime:
    return max(each.submitted_at for each in facts.registrations)


def _stated(bench: Bench) -> list[Variable]:
    fields = bench.cases.found.fields
    return [
        each
        for each in bench.variables
        if each.name in fields
        and fields[each.name].source is Source.APPLICANT
        and each.subject == "registration"
        and not each.before
    ]


def _saying(each: Registration, name: str, value: Any) -> Registration:
    """The registration with another value of one fact."""
    kept = tuple(change for change in each.changes if change.field != name)
    if name in {field.name for field in attrs.fields(Registration)}:
        return attrs.evolve(each, changes=kept, **{name: value})
    own = {**each.attributes, name: value}
    if value is None:
        del own[name]
    return attrs.evolve(each, changes=kept, attributes=FrozenMap(own))


def _value(each: Registration, name: str) -> Any:
    return getattr(each, name, None) if hasattr(each, name) else each.attributes.get(name)


def _refiled(each: Registration, at: datetime) -> Registration:
    """The registration as it would be if it were made anew."""
    return attrs.evolve(
        each,
        registration_id=f"{each.registration_id}{_AGAIN}",
        submitted_at=at,
        completed_at=None,
        approved_at=None,
        last_submitted_at=None,
        amended_at=None,
        ordered_at=None,
        arrival=None,
        status="submitted",
        extensions=(),
        pauses=(),
        changes=(),
    )


def _earlier(bench: Bench, facts: Facts, each: Registration) -> Iterator[Facts]:
    soon = attrs.evolve(each, submitted_at=_first(facts) - _DAY)
    names = [v.name for v in _stated(bench) if _value(each, v.name) is not None]
    for dropped in [*((name,) for name in names), tuple(names)]:
        less = soon
        for name in dropped:
            less = _saying(less, name, None)
        yield _with(facts, each, less)


def _split(bench: Bench, facts: Facts, each: Registration) -> Iterator[Facts]:
    """Half of the deal, as a deal of its own in which nobody else takes part."""
    for variable in _stated(bench):
        half = halved(_value(each, variable.name))
        if half is not None:
            part = _saying(each, variable.name, half)
            yield attrs.evolve(facts, registrations=[part])


def _duplicate(_: Bench, facts: Facts, each: Registration) -> Iterator[Facts]:
    yield _with(facts, each, each, _refiled(each, _last(facts) + _DAY / 2))


def _refile(_: Bench, facts: Facts, each: Registration) -> Iterator[Facts]:
    yield _with(facts, each, _refiled(each, _last(facts) + _DAY / 2))


def _decoy(_: Bench, facts: Facts, each: Registration) -> Iterator[Facts]:
    """A sister company, of the same facts or of none, before all others."""
    own = [p for p in facts.partners if p.partner_id == each.partner_id]
    ally = f"{each.partner_id}{_DECOY}"
    for sister in [*(attrs.evolve(p, partner_id=ally) for p in own), Partner(partner_id=ally)]:
        claim = attrs.evolve(
            _refiled(each, _first(facts) - _DAY),
            registration_id=f"{each.registration_id}{_DECOY}",
            partner_id=ally,
        )
        made = _with(facts, each, each, claim)
        yield attrs.evolve(made, partners=[*facts.partners, sister])


def _restate(bench: Bench, facts: Facts, each: Registration) -> Iterator[Facts]:
    """What the policy tells apart, and what a rival states, and double that."""
    for variable in _stated(bench):
        name = variable.name
        theirs = [_value(other, name) for other in facts.registrations if other != each]
        more = [halved(value, up=True) for value in theirs]
        for value in dict.fromkeys((*theirs, *more, *bench.values(variable))):
            if value is not None and value != _value(each, name):
                yield _with(facts, each, _saying(each, name, value))


Made: TypeAlias = Callable[[Bench, Facts, Registration], Iterator[Facts]]

_MOVES: Final[dict[Move, Made]] = {
    Move.EARLIER_WITH_LESS: _earlier,
    Move.SPLIT: _split,
    Move.DUPLICATE: _duplicate,
    Move.REFILE: _refile,
    Move.DECOY: _decoy,
    Move.RESTATE: _restate,
}

"""Can a partner improve its outcome by how it registers: from the axioms, and over a history."""

from collections.abc import Callable, Iterator
from typing import Any, Final, TypeAlias

import attrs

from dealreg.analysis.attempts import Attempt, search
from dealreg.analysis.benches import DAY, Bench
from dealreg.analysis.compare import only_policies, premises_of
from dealreg.analysis.efforts import decoys, duplicates, losers, refiling, truth, won_by
from dealreg.analysis.moves import moved
from dealreg.analysis.proofs import by_partner_and_time, by_strict_order, nothing_stated
from dealreg.analysis.readings import Variable
from dealreg.analysis.reported import halved, told
from dealreg.analysis.scenes import Scene
from dealreg.errors import UsageError, shown
from dealreg.facts.fields import Source
from dealreg.facts.histories import History
from dealreg.outcome.gaming import Gain, Gaming, Move
from dealreg.outcome.references import reference_of
from dealreg.policy.policies import Policy

__all__ = ["gaming"]


def gaming(policy: Policy, *, history: History | None = None) -> Gaming:
    """Which moves turn a partner's loss into a win though nothing about the deal is other.

    To register before a rival with less, to split a deal, to register twice, to withdraw and
    register again, to have a sister company register as well, to state another value.

    Args:
        policy: the rules.
        history: whose registrations the moves are tried on as well: each that loses a deal to
            others, as if all of that deal were live and nothing awarded yet.

    Raises:
        PolicyErrors: the policy is not sound.
        UsageError: for something else than a policy or a history.

    >>> from dealreg import Policy, contest, earliest, highest
    >>> policy = Policy(programme="Example", contests=[
    ...     contest("protection", highest("quantity"), earliest("submitted_at"))])
    >>> [each.move.value for each in gaming(policy).gains if each.pays]
    ['duplicate', 'refile', 'restate']
    """
    only_policies(policy)
    if history is not None and not isinstance(history, History):
        raise UsageError(f"{shown(history)} is not a history", value=history)
    benches = [Bench.of(policy, e) for e in sorted(policy.contests, key=lambda e: e.benefit)]
    return Gaming(
        policy=reference_of(policy),
        gains=[_gain(policy, bench, move) for bench in benches for move in Move],
        in_history=() if history is None else moved(policy, benches, history),
        premises=premises_of(),
    )


def _gain(policy: Policy, bench: Bench, move: Move) -> Gain:
    attempts, proved = _MOVES[move]
    made = Gain(move=move, benefit=bench.contest.benefit, pays=False)
    if proved(bench):
        return made
    found, _ = search(bench, policy, attempts(bench))
    if found is None:
        return attrs.evolve(made, limits=bench.varied)
    return attrs.evolve(made, pays=True, trials=found.trials, about=found.about[0])


def _stated(bench: Bench) -> list[Variable]:
    """The facts that applicants state and the policy reads."""
    fields = bench.cases.found.fields
    return [
        each
        for each in bench.variables
        if each.name in fields
        and fields[each.name].source is Source.APPLICANT
        and each.subject == "registration"
        and not each.before
    ]


def _earlier_with_less(bench: Bench) -> Iterator[Attempt]:
    """Who filed later and lost wins by filing before its rival, one fact or all of them missing."""
    stated = _stated(bench)
    # Where nothing of it is read, to state nothing at all is as good.
    less = [*((each,) for each in stated), tuple(stated)] if len(stated) != 1 else [tuple(stated)]
    for each, place in losers(bench):
        first = min(bench.time(each.scene, p) for p in each.places)
        for dropped in less:
            values = each.scene.claims[place - 1].values
            if dropped and all(values.get(v) is None for v in dropped):
                continue

            def change(
                scene: Scene, place: int = place, dropped: tuple[Variable, ...] = dropped
            ) -> Scene:
                made = told(scene, place, bench.filed, first_before(scene))
                for variable in dropped:
                    made = told(made, place, variable, None)
                return made

            def first_before(scene: Scene, first: Any = first) -> Any:
                return min(first, *(bench.time(scene, p) for p in (1, 2))) - DAY

            def given(
                scene: Scene, place: int = place, dropped: tuple[Variable, ...] = dropped
            ) -> bool:
                values = scene.claims[place - 1].values
                states = all(values.get(each) is not None for each in dropped)
                return states and bench.able(scene, place)

            yield Attempt(each.scene, won_by(place), (place,), change, given=given)


def _split(bench: Bench) -> Iterator[Attempt]:
    """A deal that is too large alone is not too large in two halves."""
    for variable in _stated(bench):
        for each in bench.singles:
            whole = each.scene.claims[0].values.get(variable)
            if not each.got(1) or halved(whole) is None:
                continue
            half = bench.bare(each.scene, variable)
            value = half.claims[0].values.get(variable)
            double = halved(value, up=True)
            if double is None:
                continue

            def change(scene: Scene, variable: Variable = variable) -> Scene:
                value = scene.claims[0].values.get(variable)
                return told(scene, 1, variable, halved(value))

            yield Attempt(told(half, 1, variable, double), won_by(1), (1,), change)


def _never(_: Bench) -> bool:
    return False


Ways: TypeAlias = tuple[Callable[[Bench], Iterator[Attempt]], Callable[[Bench], bool]]

_MOVES: Final[dict[Move, Ways]] = {
    Move.EARLIER_WITH_LESS: (_earlier_with_less, _never),
    Move.SPLIT: (_split, nothing_stated),
    Move.DUPLICATE: (duplicates, by_partner_and_time),
    Move.REFILE: (refiling, by_partner_and_time),
    Move.DECOY: (decoys, by_strict_order),
    Move.RESTATE: (truth, nothing_stated),
}
"""For each move what is tried, and the shapes under which it is known never to pay."""

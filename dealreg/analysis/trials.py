"""One case put to a policy: who gets the benefit, and the case as a value to show and to replay."""

from collections.abc import Iterable, Sequence
from typing import Final

import attrs

from dealreg.analysis.scenes import Scene, facts_of, named, run
from dealreg.analysis.times import ASKED
from dealreg.deciders.reference.decide import decide_unchecked
from dealreg.deciders.reference.run import Run
from dealreg.facts.fields import Field
from dealreg.outcome.decision import StandingKind
from dealreg.outcome.lint import Trial
from dealreg.outcome.record import frozen_answers
from dealreg.policy.policies import Policy

__all__ = ["asked", "replayed", "stood", "trial_of", "winners", "without", "won"]


def trial_of(policy: Policy, scene: Scene, keys: Iterable[Field] = ()) -> Trial:
    """The case, with what the reference decider makes of it."""
    facts, answers = facts_of([scene], keys, plain=True)
    return Trial(
        facts=facts,
        at=ASKED,
        answers=frozen_answers(answers),
        decision=decide_unchecked(policy, facts, ASKED, answers),
    )


def without(policy: Policy, trial: Trial, registration_id: str) -> Trial:
    """The case without one registration and its partner, decided anew."""
    facts = trial.facts
    left = [e for e in facts.registrations if e.registration_id != registration_id]
    partners = {each.partner_id for each in left}
    facts = attrs.evolve(
        facts,
        registrations=left,
        partners=[each for each in facts.partners if each.partner_id in partners],
    )
    return replayed(policy, attrs.evolve(trial, facts=facts))


def replayed(policy: Policy, trial: Trial) -> Trial:
    """The case, decided anew."""
    answers = {
        each.name: {key: value is True for key, value in each.by_registration.items()}
        for each in trial.answers
    }
    decision = decide_unchecked(policy, trial.facts, trial.at, answers)
    return attrs.evolve(trial, decision=decision)


def asked(
    policy: Policy, scenes: Sequence[Scene], benefit: str, keys: Iterable[Field] = ()
) -> list[tuple[int, ...]]:
    """Of each case, the places of the registrations that get the benefit, from 1."""
    made = run(policy, scenes, keys)
    return [winners(made, number, len(e.claims), benefit) for number, e in enumerate(scenes)]


def stood(
    policy: Policy, scenes: Sequence[Scene], keys: Iterable[Field] = ()
) -> list[dict[str, tuple[StandingKind, ...]]]:
    """Of each case, how each of its registrations stands to each benefit: of lines, the best."""
    made = run(policy, scenes, keys)
    return [
        {
            contest.benefit: tuple(
                _best(made, named(number, place), contest.benefit)
                for place in range(1, len(each.claims) + 1)
            )
            for contest in policy.contests
        }
        for number, each in enumerate(scenes)
    ]


def _best(made: Run, registration_id: str, benefit: str) -> StandingKind:
    found = {each.kind for each in made.standings_of(benefit, registration_id)}
    return next((each for each in _BEST if each in found), StandingKind.DENIED)


_BEST: Final = (
    StandingKind.GRANTED,
    StandingKind.REFERRED,
    StandingKind.WAITING,
    StandingKind.RETURNED,
)


def winners(made: Run, number: int, size: int, benefit: str) -> tuple[int, ...]:
    """The places of the registrations of one case that get the benefit, from 1."""
    return tuple(p for p in range(1, size + 1) if won(made, number, p, benefit))


def won(made: Run, number: int, place: int, benefit: str) -> bool:
    """Whether one registration of a case gets the benefit."""
    found = made.standings_of(benefit, named(number, place))
    return any(each.kind is StandingKind.GRANTED for each in found)

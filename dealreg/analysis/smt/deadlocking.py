"""When a policy deadlocks, as formulas: nobody gets what somebody alone would get (D-8)."""

from collections.abc import Iterator

from dealreg.analysis.smt.logic import Formula, both, either, no
from dealreg.analysis.smt.meaning import Meaning

__all__ = ["ways_to_deadlock"]


def ways_to_deadlock(meaning: Meaning, benefit: str) -> Iterator[tuple[str, str, Formula]]:
    """The ways to deadlock: who holds what is needed, what keeps it unused, and when it is so.

    No code stands for anything but a requirement; no benefit for that no rival holds it.
    """
    contest = meaning.policy.contest(benefit)
    needed = [] if contest is None else [each.benefit for each in contest.after if each.holds]
    outcomes = meaning.outcomes()
    mine = outcomes[benefit]
    places = range(len(mine.granted))
    blocked = [_blocked(meaning, benefit, place) for place in places]
    met = [no(either(*(each[place] for each in mine.unmet.values()))) for place in places]
    without = list(blocked)
    for name in needed:
        held = outcomes[name].granted
        lacks = [both(e, no(has)) for e, has in zip(blocked, held, strict=True)]
        for code, kept_out in (*mine.unmet.items(), ("", met)):
            found = [
                both(lacks[one], mine.together[one][other], held[other], kept_out[other])
                for one in places
                for other in places
            ]
            yield name, code, either(*found)
        without = [
            both(
                without[one],
                either(
                    held[one], no(either(*(both(mine.together[one][e], held[e]) for e in places)))
                ),
            )
            for one in places
        ]
    yield "", "", either(*without)


def _blocked(meaning: Meaning, benefit: str, place: int) -> Formula:
    """Whether one would get a benefit alone that nobody of its conflict gets or is asked about."""
    mine = meaning.outcomes()[benefit]
    alone = meaning.outcomes(alone=place)[benefit].granted[place]
    nobody = [
        either(no(mine.together[place][e]), both(no(mine.granted[e]), no(mine.referred[e])))
        for e in range(len(mine.granted))
    ]
    return both(meaning.symbols.present(place), alone, *nobody)

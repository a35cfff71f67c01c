"""What does a verdict over all conflicts cost?

A realistic policy: six requirements of one to two conditions each, five preferences, a window of 7
days, a special bid for the holder, a contest of its own for pre-sales. Then policies of 4 to 20
requirements in every contest. Milliseconds of CPU time of the second of two answers.
"""

import statistics
import time
from collections.abc import Callable

import attrs

from dealreg import (
    Policy,
    axioms,
    compare,
    contest,
    deadlocks,
    difference,
    earliest,
    field,
    gaming,
    highest,
    holder_of,
    lint,
    money,
    preferring,
    requirement,
    within,
)
from dealreg.analysis.missing import missing_cases
from dealreg.cases import unnoticed

ROUNDS = 1
SATISFIED = 80
INCUMBENT = field("incumbent").is_true()
LARGE = field("amount") >= money("50000 EUR")


def realistic(grace: str = "7 days", *, rewritten: bool = False) -> Policy:
    """The policy; or the same rules spelled otherwise."""
    value = ~(~LARGE & ~INCUMBENT) if rewritten else LARGE | INCUMBENT
    public = (field("tier") >= "gold") | ~field("public_sector").is_true()
    keys = preferring(INCUMBENT).then(highest("tier")).then(highest("satisfaction_score"))
    return Policy(
        programme="Realistic",
        tiers=["member", "silver", "gold", "platinum"],
        contests=[
            contest(
                "protection",
                requirement("TIER", field("tier") >= "silver"),
                requirement("CERTIFIED", field("accreditations").covers("vdi")),
                requirement("STANDING", field("in_good_standing").is_true()),
                requirement("VALUE", value),
                requirement("PUBLIC", public),
                requirement("MEETING", field("evidence").covers("meeting")),
                within(grace),
                keys.then(highest("amount", currency="EUR")).then(earliest("submitted_at")),
            ),
            contest(
                "special_bid",
                holder_of("protection"),
                requirement("GOLD", field("tier") >= "gold"),
                requirement("SATISFIED", field("satisfaction_score") >= SATISFIED),
                requirement("CERTIFIED", field("accreditations").covers("vdi")),
                earliest("submitted_at"),
            ),
            contest(
                "presales",
                requirement("TIER", field("tier") >= "silver"),
                earliest("submitted_at"),
            ),
        ],
    )


def swapped() -> Policy:
    """The realistic policy with its first two preferences swapped."""
    whole = realistic()
    first, second, *rest = whole.contests[0].prefer
    changed = attrs.evolve(whole.contests[0], prefer=[second, first, *rest])
    return attrs.evolve(whole, contests=[changed, *whole.contests[1:]])


def grown(clauses: int, *, rewritten: bool = False) -> Policy:
    """Three contests, so many requirements of three conditions in each."""
    fields = ("quantity", "open_registrations", "arrival", "satisfaction_score", "score")

    def rule(number: int, at: int) -> object:
        name, other = fields[(number + at) % 5], fields[(number + at + 1) % 5]
        one, two = field(name) >= number + 1, field(other) <= 50 - number
        part = one | two
        return (part & (part | INCUMBENT)) if rewritten else part

    contests = [
        contest(
            f"benefit_{at}",
            *(requirement(f"R{number}", rule(number, at)) for number in range(clauses)),
            highest("tier").then(earliest("submitted_at")),
        )
        for at in range(3)
    ]
    return Policy(programme="Grown", tiers=["silver", "gold", "platinum"], contests=contests)


def windowed(clauses: int, length: str) -> Policy:
    """The grown policy with a window in every contest: pairs have to be decided."""
    whole = grown(clauses)
    contests = [attrs.evolve(each, window=within(length)) for each in whole.contests]
    return attrs.evolve(whole, contests=contests)


def timed(question: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Milliseconds of CPU time of one answer, the median of the rounds, a first one apart."""
    taken = []
    for _ in range(rounds + 1):
        begun = time.process_time()
        question()
        taken.append((time.process_time() - begun) * 1000)
    return statistics.median(taken[1:])


def main() -> None:
    """Print the tables."""
    old, same = realistic(), realistic(rewritten=True)
    longer, keys = realistic("10081 minutes"), swapped()
    eight = missing_cases(old, []).cases[:8]
    found = compare(old, same)
    assert found.equivalent
    assert found.exact
    questions: dict[str, Callable[[], object]] = {
        "equivalence proof, a rule rewritten": lambda: compare(old, same),
        "all differences, 7 days against 7 days and a minute": lambda: compare(old, longer),
        "first difference, the same": lambda: difference(old, longer),
        "first difference, two preferences swapped": lambda: difference(old, keys),
        "cases that notice all single edits": lambda: missing_cases(old, []),
        "edits that eight cases do not notice": lambda: unnoticed(old, eight),
        "all deadlocks": lambda: deadlocks(old, repairs=False),
        "lint": lambda: lint(old),
        "all axioms, of three benefits": lambda: axioms(old),
        "all moves, of three benefits": lambda: gaming(old),
    }
    print("| question | ms |\n|---|---|")
    for name, question in questions.items():
        print(f"| {name} | {timed(question):,.1f} |")
    print(
        "\n| requirements in each of 3 contests "
        "| rules rewritten | exact | windows restated | exact |"
    )
    print("|---|---|---|---|---|")
    for clauses in (4, 6, 10, 14, 20):
        pairs = [
            (grown(clauses), grown(clauses, rewritten=True)),
            (windowed(clauses, "7 days"), windowed(clauses, "168 hours")),
        ]
        cells = []
        for one, other in pairs:
            found = compare(one, other)
            assert found.equivalent
            cells += [f"{timed(lambda o=one, n=other: compare(o, n), 1):,.1f}", str(found.exact)]
        print(f"| {clauses} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()

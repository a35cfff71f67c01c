"""The solver's formulas against the reference, on facts drawn at random.

`python -m tests.laws.formulas 1000` draws so many policies of every kind, reads each as the solver
does, gives all its unknowns values, and asks what the formulas come to: who stands how to what, in
which place, with what terms, and whether it is a deadlock. The reference decides the same facts and
must say the same. It prints how many of what kind there were, and stops at the first that differs,
which `--seed` and `--begin` bring back.
"""

import argparse
import random
import sys
from collections import Counter
from datetime import timedelta
from fractions import Fraction

from dealreg.analysis.readings import AFTERWARDS
from dealreg.analysis.scenes import named, run
from dealreg.deciders.reference.decide import found_deadlocks
from dealreg.errors import PolicyErrors
from dealreg.facts.fields import FieldType, Subject
from dealreg.outcome.decision import StandingKind

try:
    import z3

    from dealreg.analysis.smt.answers import Answer
    from dealreg.analysis.smt.calendars import Calendars
    from dealreg.analysis.smt.deadlocking import ways_to_deadlock
    from dealreg.analysis.smt.entitling import Scales
    from dealreg.analysis.smt.meaning import Meaning
    from dealreg.analysis.smt.symbols import Symbols, ticks
    from dealreg.analysis.times import ASKED, FILED
except ImportError:  # the extra `smt` is not installed, and who asks is told so
    z3 = None

from dealreg.analysis.smt.coverage import check_covered
from dealreg.analysis.smt.reading import solver_readings

DAY = timedelta(days=1) // timedelta(microseconds=1)
KINDS = ("granted", "referred", "returned", "waiting")
NONE = -(10**40)


def read(policy):
    """The readings of a policy that the solver reads; None for one that it refuses."""
    found = solver_readings((policy,), None)
    try:
        check_covered((policy,), found)
    except PolicyErrors:
        return None
    return found


def meaning_of(policy, found, size):
    """The policy as formulas over so many registrations."""
    symbols = Symbols.of((policy,), found, size)
    return Meaning(policy, symbols, Calendars(), Scales.of((policy,)))


def drawn(chance, symbols):
    """A value of every unknown, such as facts can be."""
    fixed = []
    owners = []
    for place in range(symbols.size):
        partner = chance.randint(0, place) if place else 0
        deal = chance.randint(0, place) if place and symbols.several else 0
        customer = chance.randint(0, place) if place and symbols.several else 0
        customer = next((o[2] for o in owners if o[1] == deal), customer)
        owners.append((partner, deal, customer))
        for value, unknown in zip(
            owners[-1], (symbols.partner, symbols.deal, symbols.customer), strict=True
        ):
            fixed.append(unknown(place) == value)
        fixed.append(symbols.present(place) == (place == 0 or chance.random() < 0.9))
    kept = {}
    filed = {}
    for place in range(symbols.size):
        for variable in sorted(symbols.variables, key=lambda e: e.name != "submitted_at"):
            of = {
                Subject.PARTNER: owners[place][0],
                Subject.OPPORTUNITY: owners[place][1] if symbols.several else 0,
                Subject.CUSTOMER: owners[place][2] if symbols.several else 0,
            }.get(Subject(variable.subject), place)
            key = (variable, of)
            if key not in kept:
                kept[key] = _value(chance, symbols, variable, filed.get(place))
            known, value, had, currency = kept[key]
            if variable.name == "submitted_at" and not variable.before:
                filed[place] = value
            fixed.append(symbols.known(variable, place) == known)
            if had is None:
                fixed.append(symbols.value(variable, place) == value)
            else:
                fixed += [symbols.has(variable, place, e) == so for e, so in had.items()]
            if currency is not None:
                fixed.append(symbols.currency(variable, place) == currency)
    return fixed


def _value(chance, symbols, variable, filed):
    """Whether a fact is known, its number, which texts it has, and its currency."""
    field = symbols.found.fields[variable.name]
    known = variable.name == "submitted_at" or chance.random() < 0.85
    constants = [
        symbols.number(field, e)
        for e in symbols.found.constants.get(field.name, ())
        if field.type is not FieldType.TEXT_SET
    ]
    near = [e + step for e in constants for step in (-1, 0, 0, 1)]
    match field.type:
        case FieldType.BOOL:
            return known, chance.randint(0, 1), None, None
        case FieldType.ORDINAL:
            return known, chance.randrange(len(field.levels)), None, None
        case FieldType.TEXT if field.name == "status":
            live = ("submitted", "under_review", "approved", "converted")
            return True, symbols.text(chance.choice(live)), None, None
        case FieldType.TEXT:
            most = symbols.size + len(symbols.texts) + symbols.others
            return known, chance.choice([*constants, chance.randint(0, most)]), None, None
        case FieldType.TEXT_SET:
            dense = chance.random()
            had = {e: chance.random() < dense for e in symbols.members(variable.name)}
            return known, None, had, None
        case FieldType.INSTANT:
            value = _instant(chance, near, filed)
            if variable.name in AFTERWARDS and filed is not None:
                value = min(max(value, filed), ticks(ASKED))
            return known, value, None, None
        case FieldType.DATE:
            return known, chance.choice([*near, chance.randint(-40, 400)]), None, None
        case FieldType.DURATION:
            return known, chance.choice([*near, chance.randint(-9, 9) * DAY]), None, None
        case FieldType.MONEY:
            at = chance.randint(0, len(symbols.currencies))
            return known, chance.choice([*near, chance.randint(-9, 90)]), None, at
        case _:
            return known, chance.choice([*near, chance.randint(-3, 9)]), None, None


def _instant(chance, near, filed):
    if near and chance.random() < 0.3:
        return min(chance.choice(near), ticks(ASKED))
    day = chance.choice((0, 1, 2, 7, 14, 27, 28, 29, 30, 31, 60, 90, 120, 180, 300))
    start = chance.choice((0, filed or 0, ticks(ASKED), ticks(FILED.replace(hour=0))))
    moved = start + chance.choice((-1, 1, 1)) * day * DAY + chance.choice((-1, 0, 0, 1))
    return min(moved + chance.choice((0, 0, DAY // 2, -DAY // 3)), ticks(ASKED))


def answer_of(meaning, fixed):
    """The facts with the calendar as it is; an error where the laws of calendars exclude them."""
    outcomes = [meaning.outcomes(), *(meaning.outcomes(e) for e in range(meaning.symbols.size))]
    assert all(outcomes)
    solver = z3.Solver()
    solver.add(*fixed, *meaning.symbols.domains(), *meaning.calendars.laws)
    while True:
        if solver.check() != z3.sat:
            raise AssertionError("no facts are like that, by the laws of the solver")
        answer = Answer(meaning.symbols, solver.model())
        corrections = meaning.calendars.corrections(answer)
        if not corrections:
            return answer
        solver.add(*corrections)


def scenes_of(policies, chance, size, times):
    """Cases of so many registrations such as some policies can tell apart, drawn at random."""
    symbols = Symbols.of(policies, solver_readings(policies, None), size)
    for _ in range(times):
        solver = z3.Solver()
        solver.add(*drawn(chance, symbols), *symbols.domains())
        assert solver.check() == z3.sat
        yield Answer(symbols, solver.model()).scene()


def compare_with_reference(meaning, answer):
    """How everybody stands, by the formulas; an error where the reference says otherwise."""
    symbols = meaning.symbols
    scene = answer.scene()
    decided = run(meaning.policy, [scene])
    there = [place for place in range(symbols.size) if answer.is_so(symbols.present(place))]
    counts = Counter()
    deadlocked = {each.benefit for each in found_deadlocks(decided)}
    for benefit, outcome in meaning.outcomes().items():
        for number, place in enumerate(there, 1):
            (standing,) = decided.standings_of(benefit, named(0, number))
            kinds = [e for e in KINDS if answer.is_so(getattr(outcome, e)[place])]
            got = kinds or ["denied"]
            counts.update(got)
            told = (got, *_terms(meaning, answer, outcome, place, got))
            true = ([standing.kind.value], *_terms_of(standing))
            if told != true:
                raise AssertionError(f"{benefit} of {place}: {told} is {true}")
        ways = [answer.is_so(way) for *_, way in ways_to_deadlock(meaning, benefit)]
        if any(ways) != (benefit in deadlocked):
            raise AssertionError(f"deadlocks in {benefit}: {ways} is {deadlocked}")
        counts["deadlocks"] += any(ways)
    return counts


def _terms(meaning, answer, outcome, place, got):
    """The place and the terms of a registration, by the formulas."""
    scales = meaning.scales
    worth = outcome.worth[place]
    at = answer.number(outcome.place[place]) if got[0] in ("granted", "waiting") else None
    if not answer.is_so(worth.some) or got[0] in ("referred", "returned"):
        return at, None
    label, percent, share, starts, ends = (answer.number(each) for each in worth.parts)
    return at, (
        scales.labels[label],
        None if percent == NONE else Fraction(percent, scales.percent),
        Fraction(share, scales.share),
        None if starts == NONE else starts,
        None if ends == NONE else ends,
    )


def _terms_of(standing):
    numbered = standing.kind in (StandingKind.GRANTED, StandingKind.WAITING)
    given = standing.entitlement
    at = standing.place if numbered else None
    if given is None:
        return at, None
    starts, ends = (None if e is None else ticks(e) for e in (given.starts, given.ends))
    return at, (given.label, given.percent, given.share, starts, ends)


def hold_to_reference(policy, found, chance, size, times):
    """So many facts for one policy, each held to the reference; how they came out."""
    meaning = meaning_of(policy, found, size)
    counts = Counter()
    for _ in range(times):
        answer = answer_of(meaning, drawn(chance, meaning.symbols))
        counts.update(compare_with_reference(meaning, answer))
    return counts


def policies_of(chance):
    """Policies without end: of every kind that strategies know, by a seed."""
    from hypothesis import HealthCheck, Phase, given, seed, settings

    from dealreg.testing import policies

    while True:
        made = []
        seeded = settings(
            max_examples=20,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        seed(chance.randrange(10**9))(seeded(given(policies())(_into(made))))()
        yield from made


def _into(made):
    def keep(policy):
        made.append(policy)

    return keep


def main():
    """Hold so many policies to the reference."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("policies", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--begin", type=int, default=0)
    parser.add_argument("--times", type=int, default=5)
    given = parser.parse_args()
    counts = Counter()
    for number, policy in enumerate(policies_of(random.Random(given.seed))):
        if number < given.begin:
            continue
        if counts["policies"] >= given.policies:
            break
        chance = random.Random(f"formulas/{given.seed}/{number}")
        found = read(policy)
        if found is None:
            counts["refused"] += 1
            continue
        try:
            size = chance.choice((1, 2, 2, 3, 3, 4))
            counts.update(hold_to_reference(policy, found, chance, size, given.times))
        except Exception as wrong:
            raise SystemExit(f"{given.seed}/{number}: {wrong!r}\n{policy}") from wrong
        counts["policies"] += 1
    for what, times in sorted(counts.items()):
        sys.stdout.write(f"| {what} | {times:,} |\n")


if __name__ == "__main__":
    main()

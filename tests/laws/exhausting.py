"""Small policies with almost-equal neighbours, and the brute force that analysis is held to.

The grid of facts is written down here, apart from the analysis: its values are those at, below and
above everything that these policies compare with. `python -m tests.laws.exhausting 3000` compares
on so many pairs of policies, checks every verdict, deadlock and witness, and prints how they came
out; it stops at the first that is wrong, and `--seed` and `--begin` bring that back.
"""

import argparse
import random
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta

import attrs

from dealreg.analysis import compare, deadlocks, difference
from dealreg.analysis.partings import comes_to
from dealreg.cases import mutants
from dealreg.checking.check import check
from dealreg.deciders.compiling import compiled
from dealreg.deciders.deciding import decide
from dealreg.deciders.reference.decide import found_deadlocks, run_quietly
from dealreg.deciders.reference.governing import Rules
from dealreg.facts.case import Facts
from dealreg.facts.fields import Count, Elapsed, Field, FieldType
from dealreg.facts.records import EndCustomer, Opportunity, Partner, Registration
from dealreg.facts.values import Span, Unit
from dealreg.policy.contests import Contest
from dealreg.policy.policies import Policy
from dealreg.policy.predicates import AllOf, AnyOf, Compare, Constant, Fact, Missing, Not
from dealreg.policy.stages import (
    Best,
    Bucket,
    Effect,
    Grace,
    HeadStart,
    HolderOf,
    Key,
    MissingRule,
    Override,
    Prefer,
    Requirement,
    Tie,
    Unmet,
)

TIERS = ("bronze", "silver", "gold")
BEGUN = datetime(2026, 3, 4, 12, tzinfo=UTC)
AT = datetime(2027, 3, 1, tzinfo=UTC)
DAY, TICK = timedelta(days=1), timedelta(microseconds=1)
STEPS = (
    *(timedelta(0), TICK, DAY, DAY + TICK, 2 * DAY, 2 * DAY + TICK, 3 * DAY + 2 * TICK, -TICK),
    *(timedelta(hours=12), timedelta(hours=12) - TICK, -timedelta(hours=12)),
)
NEVER = timedelta(0)
BLOCKED = Unmet.DENY, Unmet.RETURN


TOOK = Field(
    "took",
    FieldType.DURATION,
    meaning="From submission to completion",
    changes=False,
    derived=Elapsed("submitted_at", "completed_at", Count.TIME),
)


def _dated(pick):
    """A predicate about when a registration was completed."""
    return pick(
        (
            Compare(Fact("completed_at"), pick(("<", ">=")), BEGUN + DAY),
            Compare(Fact("took"), pick(("<=", ">")), DAY),
            Missing(Fact("completed_at")),
        )
    )


def _leaf(pick):
    return pick(
        (
            Compare(Fact("tier"), pick((">=", "<", "==")), pick(TIERS[1:])),
            Compare(Fact("quantity"), pick((">=", ">", "!=")), pick((1, 2, 3))),
            Compare(Fact("existing_customer"), "==", pick((True, False))),
            Compare(Fact("incumbent"), "==", value=True),
            Compare(Fact("submitted_at"), "<", BEGUN + DAY),
            Missing(Fact("quantity")),
        )
    )


def rule(pick, depth=1, *, dates=False):
    """A predicate over the few fields of the grid; with dates, about completion too."""
    leaves = ("leaf", "dated") if dates else ("leaf", "leaf")
    kind = pick((*leaves, "all", "any", "not")) if depth else pick(leaves)
    match kind:
        case "all":
            return AllOf((rule(pick, depth - 1, dates=dates), rule(pick, depth - 1, dates=dates)))
        case "any":
            return AnyOf((rule(pick, depth - 1, dates=dates), rule(pick, depth - 1, dates=dates)))
        case "not":
            return Not(rule(pick, depth - 1, dates=dates))
        case "dated":
            return _dated(pick)
        case _:
            return _leaf(pick)


def _preference(pick, *, dates=False):
    more = (Key(Fact("completed_at"), "lowest", MissingRule.LAST),) if dates else ()
    return pick(
        (
            *more,
            Key(Fact("tier"), "highest", pick((MissingRule.LAST, MissingRule.FIRST))),
            Key(Fact("quantity"), pick(tuple(Best)), pick((MissingRule.LAST, MissingRule.FIRST))),
            Key(Fact("submitted_at"), "lowest"),
            Prefer(rule(pick, dates=dates), pick((MissingRule.LAST, MissingRule.FIRST))),
        )
    )


def _window(pick, *, dates=False):
    clock = Fact(pick(("submitted_at", "completed_at")) if dates else "submitted_at")
    return pick(
        (
            None,
            None,
            Grace(Span(pick((1, 2)), Unit.DAYS), clock),
            Grace(Span(24, Unit.HOURS), clock),
            Bucket(Unit.DAYS, clock),
            HeadStart(Span(1, Unit.DAYS)),
        )
    )


def contest(pick, benefit, before=(), *, dates=False):
    """A contest within the shape of the theorem."""
    return Contest(
        benefit=benefit,
        requires=[
            Requirement(f"R{number}", rule(pick, dates=dates), "", pick(BLOCKED), pick(BLOCKED))
            for number in range(pick((0, 1, 1, 2)))
        ],
        after=[HolderOf(each) for each in before if pick((True, True, False))],
        overrides=[
            Override(f"O{number}", rule(pick, dates=dates), pick(tuple(Effect)))
            for number in range(pick((0, 0, 0, 1, 2)))
        ],
        window=_window(pick, dates=dates),
        prefer=[_preference(pick, dates=dates) for _ in range(pick((1, 2, 3)))],
        tie=pick(tuple(Tie)),
    )


def policy(pick, *, dates=False):
    """A policy of one or two contests; with dates, about completion too."""
    contests = [contest(pick, "protection", dates=dates)]
    if pick((True, False)):
        contests.append(contest(pick, "special_bid", ("protection",), dates=dates))
    fields = [TOOK] if dates else []
    return Policy(programme="Small", tiers=TIERS, fields=fields, contests=contests)


def _rewritten(pick, part):
    """The same predicate, spelled otherwise."""
    return pick(
        (
            Not(Not(part)),
            AllOf((part, part)),
            AnyOf((part, Constant(False))),
            AllOf((part, AnyOf((part, Compare(Fact("quantity"), ">", 2))))),
        )
    )


def neighbour(pick, given):
    """A policy that is almost the given one: the same rewritten, or with one edit."""
    kind = pick(("here", "here", "mutant", "mutant", "contest"))
    if kind == "mutant" and (made := mutants(given)):
        return pick(made).policy
    at = pick(range(len(given.contests)))
    old = given.contests[at]
    dates = bool(given.fields)
    before = [each.benefit for each in old.after]
    again = contest(pick, old.benefit, before, dates=dates) if kind == "contest" else old
    new = attrs.evolve(again, after=old.after) if kind == "contest" else _edited(pick, old)
    contests = [new if place == at else each for place, each in enumerate(given.contests)]
    return attrs.evolve(given, contests=contests)


def _edited(pick, old):
    kind = pick(("rewrite", "rewrite", "rule", "drop", "window", "keys", "tie", "key", "swap"))
    match kind:
        case "rewrite" | "rule" if old.requires:
            first, *rest = old.requires
            that = _rewritten(pick, first.that) if kind == "rewrite" else rule(pick)
            return attrs.evolve(old, requires=[attrs.evolve(first, that=that), *rest])
        case "drop":
            return attrs.evolve(old, requires=old.requires[1:])
        case "window":
            return attrs.evolve(old, window=_window(pick))
        case "keys":
            return attrs.evolve(old, prefer=[*old.prefer, _preference(pick)])
        case "swap":
            return attrs.evolve(old, prefer=old.prefer[::-1])
        case "tie":
            return attrs.evolve(old, tie=pick(tuple(Tie)))
        case _:
            prefer = [
                attrs.evolve(each, when=_rewritten(pick, each.when))
                if isinstance(each, Prefer)
                else each
                for each in old.prefer
            ]
            return attrs.evolve(old, prefer=prefer)


def _completed(pick, filed):
    return pick((None, *(filed + each for each in STEPS if each >= NEVER)))


def conflict(pick, number, size, *, dates=False):
    """The records of one conflict of the grid."""
    deal = f"O{number}"
    incumbent = pick((None, f"P{number}-1", f"P{number}-2", "nobody"))
    partners = pick(((1, 2, 3), (1, 2, 3), (2, 1, 1)))[:size]
    tiers = {each: pick((*TIERS, None)) for each in set(partners)}
    return (
        [
            Registration(
                registration_id=f"R{number}-{place}",
                partner_id=f"P{number}-{partner}",
                opportunity_id=deal,
                submitted_at=(filed := BEGUN + pick(STEPS)),
                completed_at=_completed(pick, filed) if dates else None,
                quantity=pick((None, 0, 1, 2, 3, 4)),
            )
            for place, partner in enumerate(partners, 1)
        ],
        [Partner(partner_id=f"P{number}-{each}", tier=tiers[each]) for each in tiers],
        Opportunity(opportunity_id=deal, customer_id=f"C{number}", incumbent_partner_id=incumbent),
        EndCustomer(customer_id=f"C{number}", existing_customer=pick((True, False, None))),
    )


def grid(pick, sizes, *, dates=False):
    """So many conflicts of the grid as there are sizes."""
    made = [conflict(pick, number, size, dates=dates) for number, size in enumerate(sizes)]
    return Facts(
        registrations=[each for regs, *_ in made for each in regs],
        partners=[each for _, partners, *_ in made for each in partners],
        opportunities=[deal for *_, deal, _ in made],
        customers=[customer for *_, customer in made],
    )


def run_on(rules, facts):
    """What the reference decider makes of facts."""
    return run_quietly(Rules.of(rules, facts, AT, {}))


def outcomes(rules, facts):
    """Who gets what, without the reasons; by the compiled decider, which is held to the other."""
    standings = compiled(rules).standings(facts, at=AT)
    return {(each.benefit, each.registration_id): comes_to(each) for each in standings}


def brute_force_differs(old, new, facts):
    """Whether two policies decide some of the conflicts otherwise."""
    return outcomes(old, facts) != outcomes(new, facts)


def brute_force_deadlocks(rules, facts):
    """The benefits that some of the conflicts deadlock."""
    whole = compiled(rules)
    run = whole.run(Rules.of(rules, facts, AT, {}))
    return {each.benefit for each in found_deadlocks(run, whole.run)}


def sound(rules):
    """Whether a policy can be decided."""
    return not check(rules).errors


def verdict_of(old, new, facts, *, every=True):
    """What a comparison comes to, if it is right; else what is wrong.

    With `every`, all kinds of change are checked, else the first difference that is found.
    """
    first = None if every else difference(old, new)
    if first is not None:
        _shows(old, new, first)
        return "different"
    found = compare(old, new)
    for change in found.changes:
        _shows(old, new, change.witness)
    if found.changes:
        return "different"
    missed = brute_force_differs(old, new, facts)
    if missed and found.exact:
        raise AssertionError("a difference was missed")
    how = "exact" if found.exact else "bounded"
    return f"equivalent, {how}{', though brute force finds a difference' if missed else ''}"


def _shows(old, new, seen):
    decisions = [decide(each, seen.facts, at=seen.at) for each in (old, new)]
    got = [{(s.benefit, s.registration_id): comes_to(s) for s in d.standings} for d in decisions]
    if got[0] == got[1]:
        raise AssertionError("a witness shows no difference")


def deadlocks_of(rules, facts):
    """What is found of deadlocks, if it is right; else what is wrong."""
    found = deadlocks(rules, repairs=False)
    for each in found.patterns:
        met = decide(rules, each.facts, at=each.at).deadlocks
        if each.benefit not in {one.benefit for one in met}:
            raise AssertionError(f"a pattern does not deadlock {each.benefit}")
    missed = brute_force_deadlocks(rules, facts) - {each.benefit for each in found.patterns}
    if missed and found.exact:
        raise AssertionError(f"a deadlock was missed: {sorted(missed)}")
    if missed:
        return "deadlocks in a way that a bounded verdict missed"
    return "can deadlock" if found.patterns else "cannot deadlock"


def over_pairs(description, name, pair_of, told_of):
    """Ask about many pairs of sound policies, print how they came out, stop at what is wrong.

    Args:
        description: what is asked, for `--help`.
        name: what sets these pairs apart from those of other runs with the same seed.
        pair_of: a policy and its neighbour, from chance and a number; None for one to pass over.
        told_of: what comes out for the two, to be counted, from the same and the pair.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("pairs", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--begin", type=int, default=0)
    given = parser.parse_args()
    counts: Counter[str] = Counter()
    number = given.begin - 1
    while counts["pairs"] < given.pairs:
        number += 1
        chance = random.Random(f"{name}{given.seed}/{number}")
        pair = pair_of(chance, number)
        if pair is None:
            continue
        try:
            counts.update(("pairs", *told_of(chance, number, *pair)))
        except Exception as wrong:
            old, new = pair
            raise SystemExit(f"{given.seed}/{number}: {wrong!r}\n{old}\n{new}") from wrong
    for what, times in sorted(counts.items()):
        sys.stdout.write(f"| {what} | {times:,} |\n")


def _pair(chance, number):
    old = policy(chance.choice, dates=number % 3 == 0)
    if not sound(old) or not sound(new := neighbour(chance.choice, old)):
        return None
    return old, new


def _told(chance, number, old, new):
    dates = number % 3 == 0
    facts = grid(chance.choice, [1] * 80 + [2] * 160 + [3] * 160, dates=dates)
    yield verdict_of(old, new, facts, every=number % 4 == 3)
    yield f"the first {deadlocks_of(old, facts)}"
    if dates:
        yield "of them with dates"


if __name__ == "__main__":
    over_pairs("Compare on so many pairs of policies.", "", _pair, _told)

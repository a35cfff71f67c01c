"""Small policies with almost-equal neighbours, and the brute force that analysis is held to.

The grid of facts is written down here, apart from the analysis: its values are those at, below and
above everything that these policies compare with. `python -m tests.laws.exhausting 1000` compares
on so many pairs of policies and prints how they came out; `--seed` brings a run back.
"""

import argparse
import random
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta

import attrs

from dealreg.analysis import compare, deadlocks
from dealreg.analysis.partings import comes_to
from dealreg.checking.check import check
from dealreg.deciders.reference.decide import found_deadlocks, run_quietly
from dealreg.deciders.reference.governing import Rules
from dealreg.facts.case import Facts
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
BLOCKED = Unmet.DENY, Unmet.RETURN


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


def rule(pick, depth=1):
    """A predicate over the few fields of the grid."""
    kind = pick(("leaf", "leaf", "all", "any", "not")) if depth else "leaf"
    match kind:
        case "all":
            return AllOf((rule(pick, depth - 1), rule(pick, depth - 1)))
        case "any":
            return AnyOf((rule(pick, depth - 1), rule(pick, depth - 1)))
        case "not":
            return Not(rule(pick, depth - 1))
        case _:
            return _leaf(pick)


def _preference(pick):
    return pick(
        (
            Key(Fact("tier"), "highest", pick((MissingRule.LAST, MissingRule.FIRST))),
            Key(Fact("quantity"), pick(tuple(Best)), pick((MissingRule.LAST, MissingRule.FIRST))),
            Key(Fact("submitted_at"), "lowest"),
            Prefer(rule(pick), pick((MissingRule.LAST, MissingRule.FIRST))),
        )
    )


def _window(pick):
    return pick(
        (
            None,
            None,
            Grace(Span(pick((1, 2)), Unit.DAYS)),
            Grace(Span(24, Unit.HOURS)),
            Bucket(Unit.DAYS),
            HeadStart(Span(1, Unit.DAYS)),
        )
    )


def contest(pick, benefit, before=()):
    """A contest within the shape of the theorem."""
    return Contest(
        benefit=benefit,
        requires=[
            Requirement(f"R{number}", rule(pick), "", pick(BLOCKED), pick(BLOCKED))
            for number in range(pick((0, 1, 1, 2)))
        ],
        after=[HolderOf(each) for each in before if pick((True, True, False))],
        overrides=[
            Override(f"O{number}", rule(pick), pick(tuple(Effect)))
            for number in range(pick((0, 0, 0, 1, 2)))
        ],
        window=_window(pick),
        prefer=[_preference(pick) for _ in range(pick((1, 2, 3)))],
        tie=pick(tuple(Tie)),
    )


def policy(pick):
    """A policy of one or two contests."""
    contests = [contest(pick, "protection")]
    if pick((True, False)):
        contests.append(contest(pick, "special_bid", ("protection",)))
    return Policy(programme="Small", tiers=TIERS, contests=contests)


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
    at = pick(range(len(given.contests)))
    old = given.contests[at]
    new = _edited(pick, old)
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


def conflict(pick, number, size):
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
                submitted_at=BEGUN + pick(STEPS),
                quantity=pick((None, 0, 1, 2, 3, 4)),
            )
            for place, partner in enumerate(partners, 1)
        ],
        [Partner(partner_id=f"P{number}-{each}", tier=tiers[each]) for each in tiers],
        Opportunity(opportunity_id=deal, customer_id=f"C{number}", incumbent_partner_id=incumbent),
        EndCustomer(customer_id=f"C{number}", existing_customer=pick((True, False, None))),
    )


def grid(pick, sizes):
    """So many conflicts of the grid as there are sizes."""
    made = [conflict(pick, number, size) for number, size in enumerate(sizes)]
    return Facts(
        registrations=[each for regs, *_ in made for each in regs],
        partners=[each for _, partners, *_ in made for each in partners],
        opportunities=[deal for *_, deal, _ in made],
        customers=[customer for *_, customer in made],
    )


def run_on(rules, facts):
    """What the reference decider makes of facts."""
    return run_quietly(Rules.of(rules, facts, AT, {}))


def outcomes(run):
    """Who gets what, without the reasons."""
    return {(each.benefit, each.registration_id): comes_to(each) for each in run.standings}


def brute_force_differs(old, new, facts):
    """Whether two policies decide some of the conflicts otherwise."""
    return outcomes(run_on(old, facts)) != outcomes(run_on(new, facts))


def brute_force_deadlocks(rules, facts):
    """The benefits that some of the conflicts deadlock."""
    return {each.benefit for each in found_deadlocks(run_on(rules, facts))}


def sound(rules):
    """Whether a policy can be decided."""
    return not check(rules).errors


def main() -> None:
    """Compare on many pairs of policies, and stop at the first verdict that is wrong."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("pairs", type=int)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    counts: Counter[str] = Counter()
    for number in range(given.pairs):
        chance = random.Random(f"{given.seed}/{number}")
        old = policy(chance.choice)
        new = neighbour(chance.choice, old)
        if not (sound(old) and sound(new)):
            counts["not sound"] += 1
            continue
        facts = grid(chance.choice, [1] * 80 + [2] * 160 + [3] * 160)
        found = compare(old, new)
        differs = brute_force_differs(old, new, facts)
        verdict = "equivalent" if found.equivalent else "different"
        counts[f"{verdict}, {'exact' if found.exact else 'bounded'}, brute {differs}"] += 1
        if differs and found.equivalent:
            raise SystemExit(f"{given.seed}/{number}: a difference was missed\n{old}\n{new}")
        can = {each.benefit for each in deadlocks(old, repairs=False).patterns}
        does = brute_force_deadlocks(old, facts)
        counts[f"deadlocks: {len(can)} found, {len(does)} met"] += 1
        if not does <= can:
            raise SystemExit(f"{given.seed}/{number}: a deadlock was missed\n{old}")
    for what, times in sorted(counts.items()):
        sys.stdout.write(f"{times:6} {what}\n")


if __name__ == "__main__":
    main()

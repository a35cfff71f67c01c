"""Brute force over a grid of changes, which the search for the cheapest one is held to.

The grid is that of `exhausting`, and what a change costs is written down here once more.
`python -m tests.laws.counterfacts 1000` compares on so many conflicts; `--seed` brings a run back,
`--timed` lets the time of filing change too, where the grid only has some of the instants.
"""

import argparse
import random
import sys
from collections import Counter
from fractions import Fraction
from itertools import product

import attrs

from dealreg.analysis import what_would_win
from tests.laws.exhausting import AT, BEGUN, DAY, TICK, TIERS, grid, policy, run_on, sound

SHARED = {"existing_customer": "vendor", "incumbent_partner_id": "vendor"}
TIMED = {"submitted_at": "partner"}
TURNS = (-3 * DAY, -2 * DAY, -DAY, -TICK, TICK, DAY, 2 * DAY, 3 * DAY)


def with_values(facts, registration_id, values):
    """The facts of one conflict, with other values of the grid's fields."""
    mine = next(e for e in facts.registrations if e.registration_id == registration_id)
    kinds = {"registrations": mine}
    kinds["partners"] = next(e for e in facts.partners if e.partner_id == mine.partner_id)
    (kinds["opportunities"],), (kinds["customers"],) = facts.opportunities, facts.customers
    made = {}
    for kind, record in kinds.items():
        new = {name: value for name, value in values.items() if hasattr(record, name)}
        others = [each for each in getattr(facts, kind) if each is not record]
        made[kind] = [*others, attrs.evolve(record, **new)]
    return attrs.evolve(facts, **made)


def steps(name, before, after):
    """What a change costs where nothing is said."""
    if before == after:
        return 0
    if name == "tier" and before is not None:
        return abs(TIERS.index(after) - TIERS.index(before))
    return 1


def changes(facts, registration_id, changeable):
    """All changes of the grid, each with what it costs."""
    mine = next(e for e in facts.registrations if e.registration_id == registration_id)
    partner = next(e for e in facts.partners if e.partner_id == mine.partner_id)
    own = {"tier": (partner.tier, TIERS), "quantity": (mine.quantity, range(6))}
    if "incumbent_partner_id" in changeable:
        texts = ("P0-1", "P0-2", "P0-3", "nobody")
        own["incumbent_partner_id"] = (facts.opportunities[0].incumbent_partner_id, texts)
        own["existing_customer"] = (facts.customers[0].existing_customer, (True, False))
    if "submitted_at" in changeable:
        filed = {each.submitted_at for each in facts.registrations}
        turned = {BEGUN + DAY - TICK, *(each + turn for each in filed for turn in TURNS), *filed}
        own["submitted_at"] = (mine.submitted_at, sorted(turned))
    values = {name: dict.fromkeys([before, *others]) for name, (before, others) in own.items()}
    for chosen in product(*values.values()):
        made = dict(zip(values, chosen, strict=True))
        yield made, sum(steps(name, own[name][0], value) for name, value in made.items())


def gets_it(rules, facts, registration_id, benefit):
    """Whether the reference grants it."""
    standings = run_on(rules, facts).standings_of(benefit, registration_id)
    return any(each.kind == "granted" for each in standings)


def cheapest_by_force(rules, facts, registration_id, benefit, changeable):
    """What the cheapest change of the grid costs; None where none wins."""
    best = None
    for values, cost in changes(facts, registration_id, changeable):
        cheaper = best is None or cost < best
        if cheaper and gets_it(
            rules, with_values(facts, registration_id, values), registration_id, benefit
        ):
            best = cost
    return best


def question(pick):
    """A policy, a conflict, a registration and a benefit; None where the policy is not sound."""
    rules = policy(pick)
    if not sound(rules):
        return None
    facts = grid(pick, [pick((1, 2, 2, 3))])
    benefit = pick(rules.contests).benefit
    return rules, facts, pick(facts.registrations).registration_id, benefit


def agrees(found, best, *, timed):
    """Whether an answer is right by the grid, which has not all instants there are."""
    cost = found.cost if found.possible else None
    if not timed:
        return found.exact and cost == best
    return best is None or (cost is not None and cost <= Fraction(best)) or not found.exact


def main() -> None:
    """Compare on many conflicts, and stop at the first answer that is wrong."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("conflicts", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--timed", action="store_true")
    given = parser.parse_args()
    counts: Counter[str] = Counter()
    for number in range(given.conflicts):
        chance = random.Random(f"{given.seed}/{number}")
        asked = question(chance.choice)
        if asked is None:
            counts["not sound"] += 1
            continue
        changeable = {**chance.choice(({}, SHARED)), **(TIMED if given.timed else {})}
        found = what_would_win(*asked, at=AT, changeable=changeable)
        best = cheapest_by_force(*asked, changeable)
        counts[f"{'costs ' + str(found.cost) if found.possible else 'nothing wins'}"] += 1
        if not agrees(found, best, timed=given.timed):
            raise SystemExit(f"{given.seed}/{number}: {found.cost}, not {best}\n{asked}\n{found}")
    for what, times in sorted(counts.items()):
        sys.stdout.write(f"{times:6} {what}\n")


if __name__ == "__main__":
    main()

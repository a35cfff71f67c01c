"""Attempts to break what axioms are said to hold exactly, on a grid of facts of its own.

`python -m tests.laws.breaking 300` tries so many policies, and stops at the first that is broken.
"""

import argparse
import random
from collections import Counter, defaultdict

import attrs

from dealreg import decide
from dealreg.analysis import axioms, gaming
from dealreg.analysis.axioms import AXIOMS
from dealreg.analysis.benches import Bench
from dealreg.deciders.columnar.support import facts_of
from dealreg.facts.records import Partner
from dealreg.outcome.axioms import Holds
from dealreg.outcome.decision import StandingKind
from tests.laws.exhausting import DAY, TIERS, grid, policy, run_on, sound

GRANTED, REFERRED = StandingKind.GRANTED, StandingKind.REFERRED


class Table:
    """How the registrations of a grid stand to one benefit."""

    def __init__(self, rules, facts, benefit):
        self.facts = facts
        self.kinds = {
            each.registration_id: each.kind
            for each in run_on(rules, facts).standings
            if each.benefit == benefit
        }

    def got(self, each):
        return self.kinds[each.registration_id] is GRANTED

    def may(self, each):
        return self.kinds[each.registration_id] in (GRANTED, REFERRED)

    def deals(self):
        made = defaultdict(list)
        for each in self.facts.registrations:
            made[each.opportunity_id].append(each)
        return made


def alone(rules, facts, benefit):
    """Which registrations would get the benefit, each in a deal of its own."""
    moved = [
        attrs.evolve(each, opportunity_id=f"{each.opportunity_id}/{each.registration_id}")
        for each in facts.registrations
    ]
    deals = {each.opportunity_id: each for each in facts.opportunities}
    own = [
        attrs.evolve(deals[old.opportunity_id], opportunity_id=new.opportunity_id)
        for old, new in zip(facts.registrations, moved, strict=True)
    ]
    found = Table(rules, attrs.evolve(facts, registrations=moved, opportunities=own), benefit)
    return {each for each, kind in found.kinds.items() if kind is GRANTED}


def _changed(facts, new):
    return attrs.evolve(
        facts, registrations=[new.get(e.registration_id, e) for e in facts.registrations]
    )


def higher_tier(rules, facts, benefit):
    """Deals in which a winner loses by a higher tier (A8)."""
    before = Table(rules, facts, benefit)
    raised = {}
    winners = [each for each in facts.registrations if before.got(each)]
    for partner in facts.partners:
        if partner.tier in TIERS[:-1]:
            better = TIERS[TIERS.index(partner.tier) + 1]
            raised[partner.partner_id] = attrs.evolve(partner, tier=better)
    for deal, group in before.deals().items():
        won = [each for each in winners if each.opportunity_id == deal]
        for each in {e.partner_id for e in group} - {e.partner_id for e in won[:1]}:
            raised.pop(each, None)
    partners = [raised.get(each.partner_id, each) for each in facts.partners]
    after = Table(rules, attrs.evolve(facts, partners=partners), benefit)
    return [
        each
        for each in winners
        if each.partner_id in raised
        and not after.may(each)
        and not any(
            after.may(e)
            for e in facts.registrations
            if (e.partner_id, e.opportunity_id) == (each.partner_id, each.opportunity_id)
        )
    ]


def filed_earlier(rules, facts, benefit):
    """Deals in which a winner loses by having filed a day earlier (A9)."""
    before = Table(rules, facts, benefit)
    new = {}
    for group in before.deals().values():
        for each in [each for each in group if before.got(each)][:1]:
            new[each.registration_id] = attrs.evolve(each, submitted_at=each.submitted_at - DAY)
    after = Table(rules, _changed(facts, new), benefit)
    return [each for each in new.values() if not after.may(each)]


def loser_leaves(rules, facts, benefit):
    """Deals in which others fare otherwise when a loser leaves (A13, A14)."""
    before = Table(rules, facts, benefit)
    left = []
    for group in before.deals().values():
        left += [each for each in group if not before.may(each)][:1]
    return _without(rules, benefit, before, left)


def ineligible_leaves(rules, facts, benefit):
    """Deals in which others fare otherwise when one leaves that would get nothing alone (A12)."""
    before = Table(rules, facts, benefit)
    able = {e for c in rules.contests for e in alone(rules, facts, c.benefit)}
    left = []
    for group in before.deals().values():
        left += [each for each in group if each.registration_id not in able][:1]
    return _without(rules, benefit, before, left)


def _without(rules, benefit, before, left):
    rest = [each for each in before.facts.registrations if each not in left]
    after = Table(rules, attrs.evolve(before.facts, registrations=rest), benefit)
    gone = {each.opportunity_id for each in left}
    return [
        each
        for each in rest
        if each.opportunity_id in gone
        and REFERRED not in (before.kinds[each.registration_id], after.kinds[each.registration_id])
        and before.got(each) != after.got(each)
    ]


def files_again(rules, facts, benefit, *, ally=False):
    """Deals in which a loser that is able wins when it, or an ally, files as well (A16, A19)."""
    before, able = Table(rules, facts, benefit), alone(rules, facts, benefit)
    partners = {each.partner_id: each for each in facts.partners}
    more, watched, allies = [], [], []
    for group in before.deals().values():
        losers = [e for e in group if e.registration_id in able and not before.may(e)]
        mine = {e.partner_id for e in group if before.may(e)}
        for each in [e for e in losers if e.partner_id not in mine][:1]:
            when = (
                min(e.submitted_at for e in group) - DAY
                if ally
                else (max(e.submitted_at for e in group) + DAY)
            )
            again = attrs.evolve(
                each, registration_id=f"{each.registration_id}+", submitted_at=when
            )
            if ally:
                again = attrs.evolve(again, partner_id=f"{each.partner_id}+")
                known = partners.get(each.partner_id, Partner(partner_id=each.partner_id))
                allies.append(attrs.evolve(known, partner_id=again.partner_id))
            more.append(again)
            watched.append(each)
    added = attrs.evolve(
        facts,
        registrations=[*facts.registrations, *more],
        partners=[*facts.partners, *allies],
    )
    after = Table(rules, added, benefit)
    won = [each for each in watched if after.got(each)]
    return won if ally else won + [each for each in more if after.got(each)]


def ally_files(rules, facts, benefit):
    """As `files_again`, the ally being another partner and the first of all."""
    return files_again(rules, facts, benefit, ally=True)


def overtakes(rules, facts, benefit):
    """Deals that somebody gets who filed after the earliest that could have got it (A20)."""
    before, able = Table(rules, facts, benefit), alone(rules, facts, benefit)
    late = []
    for group in before.deals().values():
        first = min((e.submitted_at for e in group if e.registration_id in able), default=None)
        late += [e for e in group if before.got(e) and first is not None and e.submitted_at > first]
    return late


def last_leaves(rules, facts, benefit):
    """Deals that somebody gets only if the one that filed last leaves (A25)."""
    before = Table(rules, facts, benefit)
    left = []
    for group in before.deals().values():
        *others, last = sorted(group, key=lambda e: e.submitted_at)
        if others and others[-1].submitted_at < last.submitted_at:
            left.append(last)
    return [each for each in _without(rules, benefit, before, left) if not before.got(each)]


def better_comes(rules, facts, benefit):
    """Deals in which a winner keeps what one of a higher tier asks for that filed earlier (A11)."""
    read = {fact.name for contest in rules.contests for _, fact in facts_of(contest)}
    if "incumbent" in read:  # the other is not as good in that
        return []
    before = Table(rules, facts, benefit)
    partners = {each.partner_id: each for each in facts.partners}
    more, better, pairs = [], [], []
    for group in before.deals().values():
        for each in [e for e in group if before.got(e)][:1]:
            known = partners.get(each.partner_id)
            if known is None or known.tier not in TIERS[:-1]:
                continue
            again = attrs.evolve(
                each,
                registration_id=f"{each.registration_id}+",
                partner_id=f"{each.partner_id}+",
                submitted_at=each.submitted_at - DAY,
            )
            tier = TIERS[TIERS.index(known.tier) + 1]
            better.append(attrs.evolve(known, partner_id=again.partner_id, tier=tier))
            more.append(again)
            pairs.append((each, again))
    added = attrs.evolve(
        facts,
        registrations=[*facts.registrations, *more],
        partners=[*{e.partner_id: e for e in (*facts.partners, *better)}.values()],
    )
    after = Table(rules, added, benefit)
    return [each for each, again in pairs if after.got(each) and not after.may(again)]


BREAKS = {
    "A8": higher_tier,
    "A9": filed_earlier,
    "A11": better_comes,
    "A12": ineligible_leaves,
    "A13": loser_leaves,
    "A14": loser_leaves,
    "A16": files_again,
    "A19": ally_files,
    "A20": overtakes,
    "A25": last_leaves,
}
"""For each axiom, how a grid of facts may break it: the registrations it is broken by."""


def broken(rules, facts):
    """What the grid breaks of that which holds exactly."""
    for code, breaks in BREAKS.items():
        axiom = AXIOMS[code]
        for contest in rules.contests:
            bench = Bench.of(rules, contest)
            if not axiom.proved(bench):
                continue
            verdict = axiom.check(rules, bench)
            if verdict.holds is Holds.HELD:
                assert verdict.exact
                if shown := breaks(rules, facts, contest.benefit):
                    yield verdict, shown


def shown_again(rules):
    """Whether every case that axioms and moves show is decided so again."""
    trials = [t for each in axioms(rules).verdicts for t in each.trials]
    trials += [t for each in gaming(rules).gains for t in each.trials]
    return all(decide(rules, each.facts, at=each.at) == each.decision for each in trials)


def main():
    """Try many policies, and stop at the first of which an exact verdict is broken."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("policies", type=int)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    counts = Counter()
    for number in range(given.policies):
        chance = random.Random(f"{given.seed}/{number}")
        rules = policy(chance.choice)
        if not sound(rules):
            counts["not sound"] += 1
            continue
        facts = grid(chance.choice, [1] * 40 + [2] * 160 + [3] * 200)
        for each in axioms(rules, *BREAKS).verdicts:
            exact = each.holds is Holds.HELD and each.exact
            counts[f"{each.code} {each.holds.value}{' exact' if exact else ''}"] += 1
            if each.holds is not Holds.HELD:
                continue
            shown = BREAKS[each.code](rules, facts, each.benefit)
            if shown and exact:
                what = f"{given.seed}/{number} {each.code} {each.benefit}"
                raise SystemExit(f"{what}\n{rules}\n{shown[0]}")
            if shown:
                counts[f"{each.code} bounded, broken by the grid"] += 1
    for what, times in sorted(counts.items()):
        print(f"{times:6} {what}")  # noqa: T201 -- what the run counted


if __name__ == "__main__":
    main()

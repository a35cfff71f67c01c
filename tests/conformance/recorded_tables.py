"""A long run of the columnar decider against the reference, with a count to show for it.

`python -m tests.conformance.recorded_tables 100000` compares the standings of so many cases. A
table is planned and computed for some milliseconds, however short it is; so each policy is asked
about many cases at once, in one table: those that were generated for it, and their facts shuffled
among the registrations. `--engine` chooses who computes; `--seed` brings a run back. It prints what
there was, and stops at the first difference.
"""

import argparse
import random
import time
from collections import Counter

import attrs
import pyarrow as pa
from hypothesis import HealthCheck, Phase, given, seed, settings

from dealreg import decide
from dealreg.deciders.columnar.tables import table_of
from dealreg.deciders.lowering import columnar
from tests.conformance.cases import columnar_case
from tests.conformance.counted import print_counts
from tests.conformance.flat import flat
from tests.conformance.tabular import ENGINES, asks_only, by_place

PART, SHUFFLED = 50, 49
"""How many policies of one seed; and for each, how many cases beside the one generated."""

OWN = ("submitted_at", "registration_id", "opportunity_id", "attributes", "partner_id")


def shuffled(case, number, chance):
    """The case with its facts dealt out anew among its registrations, under other names."""

    def dealt(records, kept):
        made = []
        for each in records:
            given_ = {
                name: getattr(chance.choice(records), name)
                for name in attrs.fields_dict(type(each))
                if name not in kept
            }
            own = {name: chance.choice(records).attributes.get(name) for name in each.attributes}
            own = {name: value for name, value in own.items() if value is not None}
            made.append(attrs.evolve(each, attributes=own, **given_))
        return made

    facts = case.facts
    registrations = dealt(facts.registrations, {*OWN, "completed_at", "approved_at", "ended_at"})
    registrations = [
        attrs.evolve(
            each,
            registration_id=f"{number}/{each.registration_id}",
            opportunity_id=each.opportunity_id and f"{number}/{each.opportunity_id}",
            partner_id=chance.choice(facts.registrations).partner_id,
        )
        for each in registrations
    ]
    partners = dealt(facts.partners, {"partner_id", "attributes"}) if facts.partners else []
    deals = [
        attrs.evolve(each, opportunity_id=f"{number}/{each.opportunity_id}")
        for each in facts.opportunities
    ]
    made = attrs.evolve(facts, registrations=registrations, partners=partners, opportunities=deals)
    return attrs.evolve(case, facts=made)


def dealt_out(case, count):
    """The case, and others of its facts."""
    chance = random.Random(repr(case))
    return [*(shuffled(case, number, chance) for number in range(count)), case]


def moments(case):
    """Instants to ask at: that of the case, after everything mostly, and one in the midst."""
    submitted = sorted(each.submitted_at for each in case.facts.registrations)
    return case.at, submitted[len(submitted) // 2]


def run(count, begin, engine):
    """Compare on so many cases; what was counted."""
    counted = Counter()
    for part in range(begin, begin + -(-count // (PART * (SHUFFLED + 1)))):

        @seed(part)
        @settings(
            max_examples=PART,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=columnar_case())
        def compare(case):
            if engine == "pyarrow" and asks_only(case.rules):
                return
            cases = dealt_out(case, SHUFFLED)
            table = pa.concat_tables([flat(each, case.rules) for each in cases])
            at = moments(case)[counted["policies"] % 2]
            made = columnar(case.rules).decide(table, at=at, engine=engine)
            expected = {}
            for each in cases:
                standings = decide(each.rules, each.facts, at=at).standings
                expected |= by_place(table_of(standings))
                counted.update(f"standings {standing.kind}" for standing in standings)
            assert by_place(made.standings) == expected
            counted["policies"] += 1
            counted["cases"] += len(cases)
            counted["registrations"] += len(table)
            counted["registrations decided one by one"] += made.one_by_one

        compare()
    return counted


def main() -> None:
    """Run, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--engine", choices=ENGINES, default="polars")
    asked = parser.parse_args()
    begun = time.monotonic()
    counted = run(asked.count, asked.seed, asked.engine)
    print_counts(counted, begun)


if __name__ == "__main__":
    main()

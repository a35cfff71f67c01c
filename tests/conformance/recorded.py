"""A long run of the conformance suite, with a count to show for it.

`python -m tests.conformance.recorded 100000` compares every decider with the reference on so many
cases, made anew on every run, in parts each with its own seed; `--seed` brings a run back. It
prints how many cases there were, of what kind, and which part of the decider decided, and stops at
the first difference.
"""

import argparse
import time
from collections import Counter

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from dealreg.deciders.compiling import compiled, externals_in
from dealreg.policy.policies import Policy
from tests.conformance.cases import any_case, ordinary_case
from tests.conformance.counted import print_counts
from tests.conformance.deciders import DECIDERS, by_reference

PART = 500
"""How many cases of one seed."""


def run(count: int, begin: int) -> Counter:
    """Compare on so many cases; what was counted."""
    counted = Counter()

    for part in range(begin, begin + -(-count // PART)):

        @seed(part)
        @settings(
            max_examples=min(PART, count),
            deadline=None,
            database=None,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=st.one_of(any_case(), any_case(), ordinary_case()))
        def compare(case):
            expected = by_reference(case)
            for name, decider in DECIDERS.items():
                assert decider(case) == expected, name
            counted.update(coded(case, expected))
            counted.update(kinds(case, expected))

        compare()
    return counted


def coded(case, decision):
    """Compare the codes, where the case is one that they can be asked of."""
    ready = compiled(case.rules)
    if case.facts.rulings or case.facts.holdings or externals_in(case.rules):
        return
    if any(each.line is not None for each in decision.standings):
        return
    found = ready.codes(
        case.facts.registrations,
        at=case.at,
        partners={each.partner_id: each for each in case.facts.partners},
        customers={each.customer_id: each for each in case.facts.customers},
        opportunities={each.opportunity_id: each for each in case.facts.opportunities},
    )
    places = {each.registration_id: n for n, each in enumerate(case.facts.registrations)}
    for each in decision.standings:
        assert found[each.benefit][places[each.registration_id]] == (each.kind, each.code)
    yield "codes compared"


def kinds(case, decision):
    """What a case counts as."""
    yield "cases"
    yield "of a policy" if isinstance(case.rules, Policy) else "of a book"
    yield "with a referral" if decision.referrals else "without a referral"
    if decision.deadlocks:
        yield "with a deadlock"
    for each in decision.standings:
        yield f"standings {each.kind}"
    for each in compiled(case.rules).support():
        yield f"contests {each.way}"


def main() -> None:
    """Run, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=0)
    given_ = parser.parse_args()
    begun = time.monotonic()
    counted = run(given_.count, given_.seed)
    print_counts(counted, begun)


if __name__ == "__main__":
    main()

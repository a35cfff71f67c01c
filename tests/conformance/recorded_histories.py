"""A long run of the replay against one that goes step by step, with a count to show for it.

`python -m tests.conformance.recorded_histories 1000` compares on so many histories of generated
policies and books; with files of policies or books behind it, on so many for each of them. `--seed`
brings a run back. It prints how many there were, of what kind, and stops at the first difference.
"""

import argparse
import time
from collections import Counter

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from dealreg.policy.policies import Policy
from dealreg.testing import book_history_cases, history_cases
from dealreg.wire import read_policy
from tests.conformance.counted import print_counts
from tests.conformance.stepwise import difference
from tests.conformance.test_stepwise import PRESETS

PART = 50
"""How many histories of one seed."""


def run(count, begin, cases):
    """Compare on so many histories; what was counted."""
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
        @given(case=cases)
        def compare(case):
            assert difference(case) is None
            counted["histories"] += 1
            counted["of a policy" if isinstance(case.rules, Policy) else "of a book"] += 1
            counted["events"] += len(case.history.events)
            counted.update(f"events {event.kind}" for event in case.history.events)

        compare()
    return counted


def cases_of(name):
    """Histories for the rules in a file."""
    rules = st.just(read_policy(name))
    return PRESETS.flatmap(lambda preset: history_cases(preset, rules=rules))


def of_files(names):
    """The cases asked for: generated, or of the rules in files."""
    if not names:
        return [PRESETS.flatmap(lambda p: st.one_of(history_cases(p), book_history_cases(p)))]
    return [cases_of(name) for name in names]


def main() -> None:
    """Run, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int)
    parser.add_argument("rules", nargs="*")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    begun = time.monotonic()
    counted = Counter()
    for cases in of_files(asked.rules):
        counted += run(asked.count, asked.seed, cases)
    print_counts(counted, begun)


if __name__ == "__main__":
    main()

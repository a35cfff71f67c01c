"""How long does the reference take for one deal, and how does that grow with the registrations?

The rules are those of the shipped dispute; the registrations are made from a seed, all of one
opportunity, all live, by partners of mixed tiers, the first of them Silver: every case deadlocks.
Every number is the CPU time of a whole call of `decide`: facts checked, two contests decided,
deadlocks explained, trace and digests made.
"""

import math
import random
import statistics
import time
from datetime import UTC, datetime, timedelta
from importlib.resources import as_file, files

from dealreg import Facts, Partner, Policy, Registration, decide
from dealreg.wire import read_policy

SEED = 20260302
SIZES = (2, 4, 16, 64, 256)
BEGUN = datetime(2026, 3, 1, tzinfo=UTC)
AT = BEGUN + timedelta(days=30)
LEAST_SECONDS, LEAST_CALLS = 2.0, 5


def shipped_policy() -> Policy:
    """The policy of the example that deadlocks."""
    with as_file(files("dealreg.cli") / "examples/dispute/policy-today.toml") as path:
        policy = read_policy(path)
    assert isinstance(policy, Policy)
    return policy


def facts_of(count: int, tiers: tuple[str, ...]) -> Facts:
    """So many registrations of one opportunity, each by a partner of its own."""
    chance = random.Random(SEED)
    minutes = sorted(chance.sample(range(25 * 24 * 60), count))
    levels = ["silver", *(chance.choice(tiers) for _ in minutes[1:])]
    return Facts(
        registrations=[
            Registration(
                registration_id=f"R-{place:04}",
                partner_id=f"P-{place:04}",
                opportunity_id="O-1",
                submitted_at=BEGUN + timedelta(minutes=minute),
                approved_at=BEGUN + timedelta(minutes=minute + 60),
            )
            for place, minute in enumerate(minutes)
        ],
        partners=[
            Partner(partner_id=f"P-{place:04}", tier=level) for place, level in enumerate(levels)
        ],
    )


def microseconds(policy: Policy, facts: Facts) -> tuple[float, int]:
    """The median time of a call, and how many calls it is the median of."""
    decide(policy, facts, at=AT)  # the policy is checked once and remembered
    taken: list[float] = []
    while sum(taken) < LEAST_SECONDS or len(taken) < LEAST_CALLS:
        begun = time.process_time()
        decide(policy, facts, at=AT)
        taken.append(time.process_time() - begun)
    return statistics.median(taken) * 1e6, len(taken)


def main() -> None:
    """Print the table."""
    policy = shipped_policy()
    before: tuple[int, float] | None = None
    print(
        "| registrations | µs a call | µs a registration | growth | calls |\n|---|---|---|---|---|"
    )
    for count in SIZES:
        median, calls = microseconds(policy, facts_of(count, policy.tiers))
        growth = "" if before is None else f"n^{_exponent(before, (count, median)):.2f}"
        print(f"| {count} | {median:,.0f} | {median / count:,.0f} | {growth} | {calls} |")
        before = (count, median)


def _exponent(before: tuple[int, float], now: tuple[int, float]) -> float:
    return math.log(now[1] / before[1]) / math.log(now[0] / before[0])


if __name__ == "__main__":
    main()

"""What does it cost to ask what would have won?

The realistic policy of `analysis.py`, conflicts of two to four registrations made from a seed, one
of the losers of each asked about the protection or the special bid: by the fields that may change
by default, and with the time of filing among them. Milliseconds of CPU time of the whole call.
"""

import argparse
import random
import statistics
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from analysis import realistic

from dealreg import EndCustomer, Facts, Money, Opportunity, Partner, Registration, decide
from dealreg.analysis import what_would_win
from dealreg.outcome.counterfactual import Counterfactual

BEGUN = datetime(2026, 3, 2, 9, tzinfo=UTC)
AT = "2026-06-01T00:00Z"


def conflict(seed: int) -> Facts:
    """Two to four registrations for one opportunity."""
    chance = random.Random(seed)
    places = range(1, chance.randint(2, 4) + 1)
    return Facts(
        registrations=[
            Registration(
                registration_id=f"R-{place}",
                partner_id=f"P-{place}",
                opportunity_id="O-1",
                submitted_at=BEGUN + timedelta(hours=chance.randrange(24 * 14)),
                amount=Money(Decimal(chance.randrange(20_000, 120_000)), "EUR"),
                evidence=["meeting"] if chance.random() < 0.7 else [],  # noqa: PLR2004
            )
            for place in places
        ],
        partners=[
            Partner(
                partner_id=f"P-{place}",
                tier=chance.choice(["member", "silver", "gold", "platinum"]),
                accreditations=["vdi"] if chance.random() < 0.7 else [],  # noqa: PLR2004
                in_good_standing=chance.random() < 0.9,  # noqa: PLR2004
                satisfaction_score=Decimal(chance.randrange(60, 100)),
            )
            for place in places
        ],
        opportunities=[
            Opportunity(
                opportunity_id="O-1",
                customer_id="C-1",
                incumbent_partner_id=f"P-{chance.choice(places)}",
            )
        ],
        customers=[EndCustomer(customer_id="C-1", public_sector=chance.random() < 0.3)],  # noqa: PLR2004
    )


def questions(count: int) -> list[tuple[Facts, str, str]]:
    """So many conflicts, each with a registration and what it did not get."""
    policy = realistic()
    made: list[tuple[Facts, str, str]] = []
    seed = 0
    while len(made) < count:
        seed += 1
        facts = conflict(seed)
        benefit = ("protection", "special_bid")[seed % 2]
        standings = decide(policy, facts, at=AT).standings
        lost = [e for e in standings if e.benefit == benefit and e.kind.value != "granted"]
        if lost:
            made.append((facts, random.Random(seed).choice(lost).registration_id, benefit))
    return made


def asked(
    question: tuple[Facts, str, str], changeable: Mapping[str, str]
) -> tuple[float, Counterfactual]:
    """Milliseconds of CPU time, and the answer."""
    begun = time.process_time()
    found = what_would_win(realistic(), *question, at=AT, changeable=changeable)
    return (time.process_time() - begun) * 1000, found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("cases", type=int, nargs="?", default=40)
    given = parser.parse_args()
    made = questions(given.cases)
    asked(made[0], {})
    print(
        "| may change | cases | something wins | exact | ms, median | p95 | most | tried, median |"
    )
    print("|---|---|---|---|---|---|---|---|")
    timed = {"submitted_at": "partner"}
    for name, changeable in {"the default": {}, "the time of filing too": timed}.items():
        answers = [asked(each, changeable) for each in made]
        taken = sorted(ms for ms, _ in answers)
        wins = sum(found.possible for _, found in answers)
        exact = sum(found.exact for _, found in answers)
        tried = statistics.median(found.tried for _, found in answers)
        p95 = taken[int(len(taken) * 0.95)]
        print(
            f"| {name} | {len(made)} | {wins} | {exact} | {statistics.median(taken):.1f} "
            f"| {p95:.1f} | {taken[-1]:.1f} | {tried:.0f} |"
        )


if __name__ == "__main__":
    main()

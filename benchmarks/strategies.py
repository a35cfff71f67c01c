"""What do strategies find?

Every single edit of a realistic policy (`analysis.py`: 14 conditions, 5 preferences, 3 benefits)
that can be told, as `compare` says, is looked for with 1,000 examples: does the policy decide this
conflict as it does with the edit? The examples are drawn by types alone, as somebody would who
knows the fields and not the policy; as `dealreg.testing` makes them by default; and from the
regions of the policy. Seconds of CPU time; and in how many of ten runs of 1,000 examples the
policy's deadlock is met.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

from analysis import realistic
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from dealreg import Facts, Money, Opportunity, Partner, Policy, Registration, compiled, difference
from dealreg.cases import Mutant, mutants
from dealreg.facts.records import EndCustomer
from dealreg.outcome.decision import Decision
from dealreg.testing import BY_REGION, Case, cases

AT = datetime(2027, 1, 1, tzinfo=UTC)
RUNS = 10
EXAMPLES = 1_000


@st.composite
def by_type(draw: st.DrawFn, policy: Policy) -> Case:
    """Conflicts of one opportunity, each value drawn by its type, levels and texts as listed."""
    texts = st.none() | st.frozensets(st.sampled_from(("vdi", "meeting", "cloud", "demo")))
    flags = st.none() | st.booleans()
    amounts = st.builds(Money, st.decimals(0, 1_000_000, places=2), st.just("EUR"))
    submitted = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
    scores = st.integers(0, 100).map(Decimal)
    partners = [f"P{number}" for number in range(1, draw(st.integers(1, 3)) + 1)]
    facts = Facts(
        registrations=[
            Registration(
                registration_id=f"R{partner[1:]}",
                partner_id=partner,
                opportunity_id="O1",
                submitted_at=draw(submitted),
                amount=draw(st.none() | amounts),
                evidence=draw(texts),
            )
            for partner in partners
        ],
        partners=[
            Partner(
                partner_id=partner,
                tier=draw(st.none() | st.sampled_from(policy.tiers)),
                accreditations=draw(texts),
                in_good_standing=draw(flags),
                satisfaction_score=draw(st.none() | scores),
            )
            for partner in partners
        ],
        opportunities=[
            Opportunity(
                opportunity_id="O1",
                customer_id="C1",
                incumbent_partner_id=draw(st.none() | st.sampled_from(partners)),
            )
        ],
        customers=[EndCustomer(customer_id="C1", public_sector=draw(flags))],
    )
    return Case(rules=policy, facts=facts, at=AT)


def each_of(strategy: st.SearchStrategy[Case], number: int, look: Callable[[Case], None]) -> None:
    """Look at a thousand examples."""

    @seed(number)
    @settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def looked(case: Case) -> None:
        look(case)

    looked()


def outcome(decision: Decision) -> list[object]:
    """Who gets what, without the reasons."""
    return [
        (e.registration_id, e.benefit, e.kind, e.place, e.entitlement) for e in decision.standings
    ]


def told(policy: Policy, edits: list[Mutant], strategy: st.SearchStrategy[Case]) -> list[Mutant]:
    """The edits that a thousand examples do not tell."""
    whole = compiled(policy)
    left = {each: compiled(each.policy) for each in edits}

    def look(case: Case) -> None:
        mine = outcome(whole.decide(case.facts, at=case.at))
        for each, edited in list(left.items()):
            if outcome(edited.decide(case.facts, at=case.at)) != mine:
                del left[each]

    each_of(strategy, 0, look)
    return list(left)


def deadlocked(policy: Policy, strategy: st.SearchStrategy[Case]) -> int:
    """In how many runs a deadlock is met."""
    whole = compiled(policy)
    met = set()
    for number in range(RUNS):

        def look(case: Case, number: int = number) -> None:
            if number not in met and whole.decide(case.facts, at=case.at).deadlocks:
                met.add(number)

        each_of(strategy, number, look)
    return len(met)


def main() -> None:
    """Print the table."""
    policy = realistic()
    every = mutants(policy)
    edits = [each for each in every if difference(policy, each.policy) is not None]
    print(f"{len(every)} edits, {len(edits)} of which can be told.\n")
    print("| drawn | edits told | s | deadlock met |\n|---|---|---|---|")
    drawn = {
        "by type": by_type(policy),
        "as by default, `cases()`": cases(policy=st.just(policy)),
        "from regions, `cases(BY_REGION)`": cases(BY_REGION, policy=st.just(policy)),
    }
    for name, strategy in drawn.items():
        begun = time.process_time()
        left = told(policy, edits, strategy)
        taken = time.process_time() - begun
        found = deadlocked(policy, strategy)
        print(f"| {name} | {len(edits) - len(left)} | {taken:,.1f} | {found} of {RUNS} |")


if __name__ == "__main__":
    main()

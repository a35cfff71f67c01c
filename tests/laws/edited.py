"""The verdict on every single edit of the policies that are shipped, and of the golden programmes.

`python -m tests.laws.edited` compares each policy with each of its edits. A difference must show
when its case is decided anew; where none is found, a thousand conflicts from the regions of the
policy must be decided alike with and without the edit. It prints how the edits came out, policy by
policy, and stops at the first verdict that is wrong. Names of policies, if given, are the only ones
looked at.
"""

import sys
import time
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

import dealreg
from dealreg import Policy
from dealreg.analysis import difference
from dealreg.analysis.partings import comes_to
from dealreg.cases import mutants
from dealreg.deciders.compiling import compiled
from dealreg.deciders.deciding import decide
from dealreg.outcome.decision import StandingKind
from dealreg.testing import BY_REGION, cases
from dealreg.wire import read_policy

NOTHING = (StandingKind.DENIED, None, None, None)
EXAMPLES = Path(dealreg.__file__).parent / "cli" / "examples"
GOLDEN = Path(__file__).parent.parent / "golden" / "programmes"


def policies():
    """The policies by name."""
    shipped = sorted(EXAMPLES.glob("*/policy*.toml"))
    named = {f"examples/{p.parent.name}/{p.stem}": p for p in shipped}
    named |= {f"golden/{p.parent.name}": p for p in sorted(GOLDEN.glob("*/policy.toml"))}
    return {name: p for name, p in named.items() if not p.name.endswith(".cases.toml")}


def stood(decision):
    """Who gets what, without the reasons; nobody asked is as nobody got it."""
    stands = {(e.benefit, e.registration_id, comes_to(e)) for e in decision.standings}
    return {each for each in stands if each[2] != NOTHING}


def told(policy, edited):
    """Whether an edit can be told, as the analysis says; its case must show that anew."""
    seen = difference(policy, edited.policy)
    if seen is None:
        return False
    given_ = {each.name: dict(each.by_registration) for each in seen.answers}
    one, other = (
        decide(each, seen.facts, at=seen.at, externals=given_) for each in (policy, edited.policy)
    )
    assert stood(one) != stood(other), f"{edited.place}: {edited.edit}: the case shows nothing"
    return True


def survives(policy, silent, examples=1_000):
    """Check that conflicts from the regions of a policy tell none of the silent edits."""
    whole = compiled(policy)
    others = [(each, compiled(each.policy)) for each in silent]

    @seed(0)
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(cases(BY_REGION, policy=st.just(policy)))
    def look(case):
        asked = {"at": case.at, "externals": case.externals}
        mine = stood(whole.decide(case.facts, **asked))
        for each, edited in others:
            same = stood(edited.decide(case.facts, **asked)) == mine
            assert same, f"{each.place}: {each.edit}: is told by a conflict\n{case!r}"

    if silent:
        look()


def main() -> None:
    """Look at every edit of every policy."""
    asked = sys.argv[1:]
    total, found = 0, 0
    for name, path in policies().items():
        policy = read_policy(path)
        if not isinstance(policy, Policy) or (asked and name not in asked):
            continue
        begun = time.process_time()
        edits = mutants(policy)
        silent = [each for each in edits if not told(policy, each)]
        survives(policy, silent)
        taken = time.process_time() - begun
        total, found = total + len(edits), found + len(edits) - len(silent)
        sys.stdout.write(f"| {name} | {len(edits)} | {len(edits) - len(silent)} | {taken:,.1f} |\n")
        sys.stdout.flush()
    sys.stdout.write(f"| all | {total:,} | {found:,} | |\n")


if __name__ == "__main__":
    main()

"""What does the solver take for a verdict, for two to five registrations?

The realistic policy of `analysis.py`, then the grown ones; milliseconds of CPU time of the second
of two answers, with the formulas made and the cases confirmed by the reference.
"""

import argparse
from collections.abc import Callable

from analysis import grown, realistic, swapped, timed

from dealreg import Policy
from dealreg.analysis import smt


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("sizes", type=int, nargs="*", default=[2, 3, 4, 5])
    sizes = parser.parse_args().sizes
    old, same = realistic(), realistic(rewritten=True)
    longer, keys = realistic("10081 minutes"), swapped()
    questions: dict[str, Callable[[int], object]] = {
        "equivalence proof, a rule rewritten": lambda k: _equivalent(old, same, k),
        "difference, 7 days against 7 days and a minute": lambda k: smt.compare(old, longer, k=k),
        "difference, two preferences swapped": lambda k: smt.compare(old, keys, k=k),
        "all deadlocks": lambda k: smt.deadlocks(old, k=k),
    }
    print("| question | " + " | ".join(f"k={k}" for k in sizes) + " |")
    print("|---|" + "---|" * len(sizes))
    for name, question in questions.items():
        taken = [timed(lambda q=question, k=k: q(k)) for k in sizes]  # type: ignore[misc]
        print(f"| {name} | " + " | ".join(f"{each:,.0f}" for each in taken) + " |")
    print("\n| requirements in each of 3 contests | " + " | ".join(f"k={k}" for k in sizes) + " |")
    print("|---|" + "---|" * len(sizes))
    for clauses in (4, 10, 20):
        one, other = grown(clauses), grown(clauses, rewritten=True)
        taken = [timed(lambda o=one, n=other, k=k: _equivalent(o, n, k)) for k in sizes]  # type: ignore[misc]
        print(f"| {clauses} | " + " | ".join(f"{each:,.0f}" for each in taken) + " |")


def _equivalent(old: Policy, new: Policy, k: int) -> object:
    found = smt.compare(old, new, k=k)
    assert found.equivalent
    assert found.exact
    return found


if __name__ == "__main__":
    main()

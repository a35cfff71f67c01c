"""What the deciders over tables give, as the reference would say it: row by row."""

from dealreg import decide
from dealreg.deciders.columnar.tables import table_of
from dealreg.deciders.lowering import columnar
from dealreg.policy.policies import Policy
from dealreg.policy.predicates import Only
from dealreg.policy.stages import Award
from dealreg.policy.walk import atoms, externals_of, predicates_of
from tests.conformance.flat import flat

ENGINES = ("polars", "duckdb", "pyarrow")


def tellable(case):
    """Whether a table can tell the case: one version, no answers from code, no award by line."""
    return (
        isinstance(case.rules, Policy)
        and not list(externals_of(case.rules))
        and all(each.scope.award is Award.WHOLE for each in case.rules.contests)
    )


def asks_only(policy):
    """Whether a predicate asks whether a set has nothing else; pyarrow does not compute that."""
    found = (atom for c in policy.contests for _, p in predicates_of(c) for _, atom in atoms(p))
    return any(isinstance(atom, Only) for atom in found)


def by_reference(case):
    """The standings of the reference, by registration and benefit."""
    return by_place(table_of(decide(case.rules, case.facts, at=case.at).standings))


def by_columns(case, engine, rest="compiled"):
    """The standings of the columnar decider, by registration and benefit."""
    made = columnar(case.rules, rest).decide(flat(case, case.rules), at=case.at, engine=engine)
    assert len(made.rejected) == 0
    return by_place(made.standings)


def by_place(table):
    """The rows of a table of standings, by what they are of."""
    rows = table.to_pylist()
    found = {(row["registration_id"], row["benefit"]): row for row in rows}
    assert len(found) == len(rows)
    return found

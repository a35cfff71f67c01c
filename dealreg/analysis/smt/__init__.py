"""The same questions asked of a solver, z3: for large policies and more than two registrations.

The solver is a second reading of what a policy means, so it is never believed alone: every case it
finds is decided by the reference before it is shown, and where the two disagree, that is an error.
What it does not read it refuses, by its place in the policy. It needs the extra `dealreg[smt]`.
"""

from dealreg.analysis.smt.questions import compare, deadlocks

__all__ = ["compare", "deadlocks"]

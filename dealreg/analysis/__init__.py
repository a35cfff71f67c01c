"""What could happen: the questions a policy's author asks of all cases, and one asked of a case.

The cases are finitely many representatives, and the reference decider is run on each of them; there
is no second semantics. Verdicts say whether they are exact or bounded, and which clauses bound
them. `dealreg.analysis.showing` makes test cases of what they show, `dealreg.analysis.missing`
looks for the test cases that a policy lacks; `what_would_win` asks what would have had to be
different in a case.
"""

from dealreg.analysis.axioms import axioms
from dealreg.analysis.compare import compare, difference
from dealreg.analysis.counterfactuals import what_would_win
from dealreg.analysis.deadlocks import deadlocks
from dealreg.analysis.gaming import gaming
from dealreg.analysis.lint import lint

__all__ = ["axioms", "compare", "deadlocks", "difference", "gaming", "lint", "what_would_win"]

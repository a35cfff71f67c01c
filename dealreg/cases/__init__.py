"""Test cases of a policy: run them, and see where a decision is not as expected.

The files they are kept in are read by `dealreg.wire`, put in words by `dealreg.rendering`; pytest
collects them with `dealreg.testing`, and `dealreg test` runs them without it.
"""

from dealreg.cases.comparing import restated
from dealreg.cases.mutants import Mutant, mutants
from dealreg.cases.noticing import unnoticed
from dealreg.cases.recording import record_cases, recorded
from dealreg.cases.running import run_case, run_cases
from dealreg.cases.shapes import SHAPES, shape_of_cases

__all__ = [
    "SHAPES",
    "Mutant",
    "mutants",
    "record_cases",
    "recorded",
    "restated",
    "run_case",
    "run_cases",
    "shape_of_cases",
    "unnoticed",
]

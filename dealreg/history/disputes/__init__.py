"""A history compared with the rules: where people and rules part, and what went wrong."""

from dealreg.history.disputes.compare import Comparison, compare_outcomes

__all__ = ["Comparison", "compare_outcomes"]

"""How a place in a policy is written: by name where things have names, else by number."""

__all__ = [
    "NOT_IN_FORCE",
    "STATUS",
    "after_path",
    "contest_path",
    "milestone_path",
    "override_path",
    "prefer_path",
    "requirement_path",
]

STATUS = "status"
"""The place of the built-in rule that only live registrations compete."""

NOT_IN_FORCE = "editions"
"""The place of the rule that some version must be in force."""


def contest_path(benefit: str, stage: str = "") -> str:
    """A contest, or one of its stages.

    >>> contest_path("protection", "window")
    'contests[protection].window'
    """
    return f"contests[{benefit}]" + (f".{stage}" if stage else "")


def requirement_path(benefit: str, code: str) -> str:
    """A requirement of a contest, by its reason code."""
    return f"contests[{benefit}].requires[{code}]"


def after_path(benefit: str, other: str) -> str:
    """A contest's dependence on another."""
    return f"contests[{benefit}].after[{other}]"


def milestone_path(benefit: str, code: str) -> str:
    """A milestone of a contest, by its reason code."""
    return f"contests[{benefit}].milestones[{code}]"


def override_path(benefit: str, code: str) -> str:
    """An override of a contest, by its reason code."""
    return f"contests[{benefit}].overrides[{code}]"


def prefer_path(benefit: str, place: int) -> str:
    """A preference of a contest, by its place from 0."""
    return f"contests[{benefit}].prefer[{place}]"

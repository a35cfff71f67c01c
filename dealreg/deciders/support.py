"""Which part of the compiled decider decides what, so that nothing is slow in silence."""

import attrs

from dealreg.deciders.compiled.kernels import refused
from dealreg.deciders.compiled.versions import Version
from dealreg.facts.values import Choice
from dealreg.policy.stages import Award, Scope

__all__ = ["Support", "Way", "overlapping", "support"]


class Way(Choice):
    """How a contest is decided by the compiled decider."""

    GENERATED = "generated"
    """By a function written for it; what is seldom by closures."""
    CLOSURES = "closures"
    REFERENCE = "reference"


@attrs.frozen(kw_only=True)
class Support:
    """How one contest of one version is decided.

    Attributes:
        version: the version of the rules.
        benefit: the contest.
        way: how.
        because: why not in the fastest way; empty where it is.
    """

    version: str
    benefit: str
    way: Way
    because: str = ""


def support(made: Version, benefit: str) -> Support:
    """How a contest of a version is decided."""
    plan = made.plans[benefit]
    if overlapping(plan.contest.scope):
        way, because = Way.REFERENCE, "scopes overlap in part"
    elif plan.contest.joint is not None:
        way, because = Way.REFERENCE, "those who hold together must fit each other"
    else:
        because = refused(plan) or ""
        way = Way.CLOSURES if because else Way.GENERATED
    return Support(version=plan.version, benefit=benefit, way=way, because=because)


def overlapping(scope: Scope) -> bool:
    """Whether scopes may overlap in part, so that not all compete with all."""
    return scope.lines is not None and scope.award is Award.WHOLE

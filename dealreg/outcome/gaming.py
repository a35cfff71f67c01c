"""What comes of asking whether a partner can improve its outcome by how it registers."""

from typing import ClassVar

import attrs

from dealreg.facts.values import Choice, as_tuple
from dealreg.outcome.comparison import Limit, Premise
from dealreg.outcome.decision import PolicyRef
from dealreg.outcome.lint import Trial

__all__ = ["Gain", "Gaming", "Move"]


class Move(Choice):
    """What a partner may do to improve its outcome, though nothing about the deal is other."""

    EARLIER_WITH_LESS = "earlier_with_less"
    """It registers before its rival, and states less than it does later."""
    SPLIT = "split"
    """It registers parts of the deal, each as a deal of its own."""
    DUPLICATE = "duplicate"
    """It registers once more, later."""
    REFILE = "refile"
    """It withdraws, and registers again later."""
    DECOY = "decoy"
    """A sister company registers as well."""
    RESTATE = "restate"
    """It states otherwise what applicants state themselves, such as a higher value."""


@attrs.frozen(kw_only=True)
class Gain:
    """Whether one move pays for one benefit.

    Attributes:
        move: what the partner does.
        benefit: which benefit it wants.
        pays: whether in some case the move turns a loss into a win.
        limits: why a move that was not seen to pay is bounded to the cases tried.
        trials: the case before, and after the move.
        about: the registration that wins by it.
        tried, paid: in a history, how many registrations were tried, and for how many it paid.
    """

    tag: ClassVar[str] = "gain"

    move: Move = attrs.field(converter=Move)
    benefit: str
    pays: bool
    limits: tuple[Limit, ...] = attrs.field(default=(), converter=as_tuple)
    trials: tuple[Trial, ...] = attrs.field(default=(), converter=as_tuple)
    about: str = ""
    tried: int = 0
    paid: int = 0

    @property
    def exact(self) -> bool:
        """Whether it holds for conflicts of every size: a move that pays in a case always does."""
        return self.pays or not self.limits


@attrs.frozen(kw_only=True)
class Gaming:
    """Which moves pay under a policy.

    Attributes:
        policy: the policy.
        gains: by benefit, then by move, over all cases that were tried.
        in_history: the same over the registrations of a history; empty without one.
        premises: what the verdicts take for granted.
    """

    tag: ClassVar[str] = "gaming"

    policy: PolicyRef
    gains: tuple[Gain, ...] = attrs.field(default=(), converter=as_tuple)
    in_history: tuple[Gain, ...] = attrs.field(default=(), converter=as_tuple)
    premises: tuple[Premise, ...] = attrs.field(default=(), converter=as_tuple)

    @property
    def pays(self) -> bool:
        """Whether some move pays."""
        return any(each.pays for each in (*self.gains, *self.in_history))

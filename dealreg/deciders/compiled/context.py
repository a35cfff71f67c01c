"""What a decision is about: the facts as one version of the rules sees them at one instant."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

import attrs

from dealreg.facts.holdings import Holding
from dealreg.facts.records import EndCustomer, Opportunity, Partner, Registration, Ruling
from dealreg.facts.view import View

__all__ = ["Answers", "Context"]

Answers = Mapping[str, Mapping[str, bool]]
"""The answers to external questions: by name, then by registration id. No entry is unknown."""


_NONE: Final[Mapping[Any, Any]] = MappingProxyType({})


@attrs.define(eq=False)
class Context:
    """The facts at an instant, the records by their identifiers.

    `look` makes the view of it, which only what is not read straight from a record needs.
    """

    at: datetime
    partners: Mapping[str, Partner]
    opportunities: Mapping[str, Opportunity]
    look: Callable[["Context"], View]
    customers: Mapping[str, EndCustomer] = _NONE
    registrations: Sequence[Registration] = ()
    answers: Answers = _NONE
    rulings: Mapping[tuple[str, str], Ruling] = _NONE
    holdings: Mapping[tuple[str, str, str | None], Holding] = _NONE
    _view: View | None = attrs.field(default=None, init=False)

    @property
    def view(self) -> View:
        """The view, made when it is first asked for."""
        if self._view is None:
            self._view = self.look(self)
        return self._view

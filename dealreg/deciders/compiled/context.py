"""What a decision is about: the facts as one version of the rules sees them at one instant."""

from collections.abc import Callable, Mapping
from datetime import datetime

import attrs

from dealreg.facts.holdings import Holding
from dealreg.facts.records import Opportunity, Partner, Ruling
from dealreg.facts.view import View

__all__ = ["Answers", "Context"]

Answers = Mapping[str, Mapping[str, bool]]
"""The answers to external questions: by name, then by registration id. No entry is unknown."""


@attrs.define(eq=False)
class Context:
    """The facts at an instant, the records by their identifiers.

    `look` makes the view, which only what is not read straight from a record needs.
    """

    at: datetime
    partners: Mapping[str, Partner]
    opportunities: Mapping[str, Opportunity]
    look: Callable[[], View]
    answers: Mapping[str, Mapping[str, bool]] = attrs.field(factory=dict)
    rulings: Mapping[tuple[str, str], Ruling] = attrs.field(factory=dict)
    holdings: Mapping[tuple[str, str, str | None], Holding] = attrs.field(factory=dict)
    _view: View | None = attrs.field(default=None, init=False)

    @property
    def view(self) -> View:
        """The view, made when it is first asked for."""
        if self._view is None:
            self._view = self.look()
        return self._view

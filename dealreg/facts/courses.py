"""What happens to the clocks of a registration on its way: extensions, and times of waiting."""

from datetime import datetime
from typing import ClassVar

import attrs

from dealreg.errors import FactsError, shown
from dealreg.facts.instants import instant, optional_instant
from dealreg.facts.values import Choice, Span

__all__ = ["ExtensionRequest", "Pause", "WaitsFor"]


def _length(value: Span | None) -> Span | None:
    if value is None or isinstance(value, Span):
        return value
    raise FactsError(
        f"{shown(value)} is not a length of time",
        value=value,
        hint='give dealreg.span("30 days")',
    )


@attrs.frozen(kw_only=True)
class ExtensionRequest:
    """A longer protection period, as asked for and as answered.

    Attributes:
        asked_at: when the partner asked.
        granted_at, refused_at: when the answer was given, if it was.
        length: how much longer, where the answer says so; None for what the policy states.
    """

    tag: ClassVar[str] = "extension_request"

    asked_at: datetime = attrs.field(converter=instant)
    granted_at: datetime | None = attrs.field(default=None, converter=optional_instant)
    refused_at: datetime | None = attrs.field(default=None, converter=optional_instant)
    length: Span | None = attrs.field(default=None, converter=_length)


class WaitsFor(Choice):
    """Whom a registration waits for while its clocks may stand still."""

    VENDOR = "vendor"
    PARTNER = "partner"


@attrs.frozen(kw_only=True)
class Pause:
    """A time of waiting: from `since` until `until`, that instant excluded; None for still."""

    tag: ClassVar[str] = "pause"

    waits_for: WaitsFor = attrs.field(converter=WaitsFor)
    since: datetime = attrs.field(converter=instant)
    until: datetime | None = attrs.field(default=None, converter=optional_instant)

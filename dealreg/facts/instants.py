"""Instants: aware datetimes, kept in UTC, so that one instant has one value."""

from datetime import UTC, date, datetime

from dealreg.errors import UsageError, shown

FIRST_YEAR, LAST_YEAR = 1899, 2201
"""Facts and questions lie between these years; what lies outside is a typing mistake."""

_HORIZON = LAST_YEAR + 100
"""What is computed from a fact lies before this year: a span is a century at most."""

__all__ = ["FIRST_YEAR", "LAST_YEAR", "day", "instant", "iso", "optional_instant"]


def instant(value: "datetime | str", *, computed: bool = False) -> datetime:
    """The instant in UTC. Two spellings of one instant, in whatever zones, give equal values.

    One that was `computed` may lie up to a century later than one that is stated.

    Raises:
        UsageError: when the value has no time zone, or is not a datetime or ISO 8601 text.

    >>> instant("2026-03-01T10:00+01:00")
    datetime.datetime(2026, 3, 1, 9, 0, tzinfo=datetime.timezone.utc)
    """
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            raise UsageError(
                f"{shown(value)} is not an instant",
                value=value,
                hint='write it as in "2026-03-01T09:00Z"',
            ) from None
    if not isinstance(value, datetime):
        raise UsageError(f"{shown(value)} is not an instant", value=value)
    if value.utcoffset() is None:
        raise UsageError(
            f"the instant {shown(value.isoformat())} has no time zone",
            value=value,
            hint='state one, as in "2026-03-01T09:00Z" or tzinfo=datetime.UTC',
        )
    if not FIRST_YEAR < value.year < (_HORIZON if computed else LAST_YEAR):
        raise UsageError(
            f"the instant {shown(value.isoformat())} is out of range",
            value=value,
            hint=f"years from {FIRST_YEAR + 1} to {LAST_YEAR - 1} are read; check for a typing "
            "mistake",
        )
    return value.astimezone(UTC).replace(fold=0)


def day(value: date) -> date:
    """The date, if it is one and lies in the years that are read.

    Raises:
        UsageError: for an instant, for anything else, and out of range.
    """
    if isinstance(value, datetime) or not isinstance(value, date):
        raise UsageError(
            f"{shown(value)} is not a date", value=value, hint="give datetime.date(2026, 3, 1)"
        )
    if not FIRST_YEAR < value.year < LAST_YEAR:
        raise UsageError(
            f"the date {shown(value.isoformat())} is out of range",
            value=value,
            hint=f"years from {FIRST_YEAR + 1} to {LAST_YEAR - 1} are read",
        )
    return value


def optional_instant(value: "datetime | str | None") -> datetime | None:
    """As `instant`, and None stays None."""
    return None if value is None else instant(value)


def iso(value: datetime) -> str:
    """The one text of an instant: ISO 8601, UTC, `Z`, fractions only where there are any.

    >>> iso(instant("2026-03-01T10:00+01:00"))
    '2026-03-01T09:00:00Z'
    """
    return instant(value, computed=True).isoformat().removesuffix("+00:00") + "Z"

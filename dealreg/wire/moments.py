"""Dates and instants in the shapes that exports have, read without guessing.

Nothing here looks at today's date, the machine's zone or its locale. What a text does not say (its
zone, whether `01/03` is January or March) comes from the caller or is refused with the remedy.
"""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from typing import NoReturn

from dealreg.errors import FactsError, PolicyError, UsageError, shown
from dealreg.facts.calendars import zone as iana_zone
from dealreg.facts.instants import FIRST_YEAR, LAST_YEAR, instant

__all__ = ["read_date", "read_instant"]

_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKDAY = r"(?:(?P<weekday>[a-z]{3,9})\.?,?\s+)?"
_DATE = (
    r"(?P<y1>\d{4})(?P<s1>[-/.])(?P<m1>\d{1,2})(?P=s1)(?P<d1>\d{1,2})"
    r"|(?P<y2>\d{4})(?P<m2>\d{2})(?P<d2>\d{2})"
    r"|(?P<a>\d{1,2})(?P<s2>[-/.])(?P<b>\d{1,2})(?P=s2)(?P<y3>\d{4}|\d{2})"
    r"|(?P<d4>\d{1,2})(?:st|nd|rd|th)?[-\s.]+(?P<n4>[a-z]{3,9})[-\s.,]+(?P<y4>\d{4}|\d{2})"
    r"|(?P<n5>[a-z]{3,9})[-\s.]+(?P<d5>\d{1,2})(?:st|nd|rd|th)?(?:,\s*|[-\s.]+)(?P<y5>\d{4})"
)
_TIME = (
    r"(?:(?P<h>\d{1,2}):(?P<mi>\d{2})(?::(?P<sec>\d{2})(?:[.,](?P<frac>\d{1,9}))?)?"
    r"(?:\s*(?P<half>[ap])\.?m\.?)?"
    r"|(?P<h2>\d{1,2})\s*(?P<half2>[ap])\.?m\.?"
    r"|(?P<h3>\d{2})(?P<mi3>\d{2})(?P<sec3>\d{2})?)"
)
_ZONE = r"(?P<zone>[a-z][a-z0-9_+-]*(?:/[a-z0-9_+-]+){1,2}|[a-z]{1,5}|(?:utc|gmt)?[+-][\d:]{1,6})"
_MOMENT = re.compile(
    rf"{_WEEKDAY}(?:{_DATE})(?:(?P<gap>t|,?\s+(?:at\s+)?|(?<=\d{{8}})(?=\d)){_TIME}(?:\s*{_ZONE})?)?",
    re.IGNORECASE | re.ASCII,
)
_OFFSET = re.compile(r"(?:utc|gmt)?([+-])(\d{1,2})(?::?(\d{2}))?", re.IGNORECASE)
_SECONDS = re.compile(r"\d{10}")
_MILLISECONDS = re.compile(r"\d{13}|/Date\((\d{1,14})\)/")
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")
_EPOCH_START = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST = 64
_YEAR = 12
_HALF = 12
_HOUR = 60
_SHORT_YEAR = 2
_FURTHEST_OFFSET = timedelta(hours=14)


def read_instant(
    value: object, *, zone: str | None = None, day_first: bool | None = None
) -> datetime:
    """The instant a cell of an export means, in UTC.

    Args:
        value: a text, an epoch number, or a `datetime` or `date`.
        zone: the IANA zone of texts that state none; a date without a time is the start of its
            day there.
        day_first: whether `01/03/2026` is the first of March; None refuses what could be either.

    Raises:
        FactsError: when the text is no instant, could mean two, or states no zone and `zone` is
            not given. Local times that a clock change skipped or repeated are refused too.

    >>> read_instant("3/1/2026 10:00 AM", zone="Europe/Berlin", day_first=False).isoformat()
    '2026-03-01T09:00:00+00:00'
    >>> read_instant("01/03/2026 10:00", zone="UTC")
    Traceback (most recent call last):
        ...
    dealreg.errors.FactsError: `01/03/2026 10:00` could be 1 March or 3 January; pass day_first=...
    """
    if isinstance(value, datetime):
        return _in_zone(value, zone, value)
    if isinstance(value, date):
        return _start_of_day(value, zone, value)
    text = _text(value)
    if _SECONDS.fullmatch(text):
        return _epoch(int(text), timedelta(seconds=1))
    if found := _MILLISECONDS.fullmatch(text):
        return _epoch(int(found[1] or text), timedelta(milliseconds=1))
    match = _matched(text, value)
    day = _day(match, value, day_first=day_first)
    if match["gap"] is None:
        return _start_of_day(day, zone, value)
    stated = match["zone"]
    local = datetime.combine(day, _clock(match, value))
    if stated is None:
        return _in_zone(local, zone, value)
    return _in_zone(local.replace(tzinfo=_stated_zone(stated, value)), None, value)


def read_date(value: object, *, day_first: bool | None = None) -> date:
    """The date a cell of an export means; of an instant, the date as it is written there.

    Raises:
        FactsError: when the text is no date, or could mean two.

    >>> read_date("1-Mar-2026")
    datetime.date(2026, 3, 1)
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = _text(value)
    if _SECONDS.fullmatch(text) or _MILLISECONDS.fullmatch(text):
        raise FactsError(
            f"{shown(value)} is an epoch number, and the field needs a date",
            value=value,
            hint="export the column as a date, as in 2026-03-01",
        )
    match = _matched(text, value)
    day = _day(match, value, day_first=day_first)
    if match["gap"] is not None:
        _clock(match, value)
    return day


def _text(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        _refuse(value)
    if isinstance(value, int) and value.bit_length() > _LONGEST:
        _refuse(value)
    text = " ".join(str(value).split()) if not isinstance(value, Decimal) else format(value, "f")
    if len(text) > _LONGEST:
        _refuse(value)
    return text


def _refuse(value: object) -> NoReturn:
    raise FactsError(
        f"{shown(value)} is not a date or time in a shape that is read",
        value=value,
        hint="write it as in 2026-03-01T09:00Z; the shapes are in docs/reference/tables.md",
    )


def _matched(text: str, value: object) -> "re.Match[str]":
    match = _MOMENT.fullmatch(text)
    if match is not None:
        return match
    if _NUMBER.fullmatch(text):
        raise FactsError(
            f"{shown(value)} is a bare number, as a spreadsheet keeps dates inside",
            value=value,
            hint="format the column as a date before exporting it, as in 2026-03-01 09:00",
        )
    _refuse(value)


def _epoch(number: int, step: timedelta) -> datetime:
    try:
        return _EPOCH_START + number * step
    except OverflowError:
        _refuse(number)


def _day(match: "re.Match[str]", value: object, *, day_first: bool | None) -> date:
    year = next(filter(None, match.group("y1", "y2", "y3", "y4", "y5")))
    if len(year) == _SHORT_YEAR:
        raise FactsError(
            f"{shown(value)} has a year of two digits",
            value=value,
            hint="export the column with years of four digits",
        )
    if match["a"] is not None:
        month, day = _month_and_day(match, value, day_first=day_first)
    elif match["n4"] or match["n5"]:
        name = match["n4"] or match["n5"]
        month = _month(name, value)
        day = int(match["d4"] or match["d5"])
    else:
        month, day = int(match["m1"] or match["m2"]), int(match["d1"] or match["d2"])
    try:
        found = date(int(year), month, day)
    except ValueError:
        raise FactsError(
            f"{shown(value)} is a day that does not exist",
            value=value,
            hint="correct the date, or state day_first= if day and month are swapped",
        ) from None
    _check_weekday(match["weekday"], found, value)
    return found


def _month_and_day(
    match: "re.Match[str]", value: object, *, day_first: bool | None
) -> tuple[int, int]:
    first, second = int(match["a"]), int(match["b"])
    if day_first is not None:
        month, day = (second, first) if day_first else (first, second)
        if month > _YEAR >= day:
            raise FactsError(
                f"{shown(value)} does not fit day_first={day_first}",
                value=value,
                hint="the file mixes both orders, or day_first= is the wrong way round",
            )
        return month, day
    if first > _YEAR or first == second:
        return second, first
    if second > _YEAR:
        return first, second
    months = [name.capitalize() for name in _MONTHS]
    if 0 in (first, second):
        _refuse(value)
    raise FactsError(
        f"{shown(value)} could be {first} {months[second - 1]} or {second} {months[first - 1]}",
        value=value,
        hint="pass day_first=True or day_first=False for the whole file",
    )


def _month(name: str, value: object) -> int:
    word = name.lower()
    for number, month in enumerate(_MONTHS, start=1):
        if word in (month, month[:3]) or (word == "sept" and month == "september"):
            return number
    _refuse(value)


def _check_weekday(word: str | None, day: date, value: object) -> None:
    if word is None:
        return
    names = {_DAYS[day.weekday()], _DAYS[day.weekday()][:3]}
    if word.lower() not in names | {_DAYS[day.weekday()][:4], _DAYS[day.weekday()][:5]}:
        raise FactsError(
            f"{shown(value)} names a day of the week that is not the one of its date",
            value=value,
            hint=f"{day.isoformat()} is a {_DAYS[day.weekday()].capitalize()}",
        )


def _clock(match: "re.Match[str]", value: object) -> time:
    hour = int(match["h"] or match["h2"] or match["h3"])
    minute, second = int(match["mi"] or match["mi3"] or 0), int(match["sec"] or match["sec3"] or 0)
    half = match["half"] or match["half2"]
    if half is not None:
        if not 1 <= hour <= _HALF:
            _no_such_time(value)
        hour = hour % _HALF + (_HALF if half.lower() == "p" else 0)
    micro = int((match["frac"] or "0")[:6].ljust(6, "0"))
    try:
        return time(hour, minute, second, micro)
    except ValueError:
        _no_such_time(value)


def _no_such_time(value: object) -> NoReturn:
    raise FactsError(
        f"{shown(value)} has a time of day that does not exist",
        value=value,
        hint="times run from 00:00:00 to 23:59:59, or from 12:00 AM to 11:59 PM",
    )


def _stated_zone(name: str, value: object) -> tzinfo:
    if name.lower() in ("z", "utc", "gmt"):
        return UTC
    if found := _OFFSET.fullmatch(name):
        offset = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
        if offset <= _FURTHEST_OFFSET and int(found[3] or 0) < _HOUR:
            return timezone(-offset if found[1] == "-" else offset)
    if "/" in name:
        try:
            return iana_zone(name)
        except PolicyError:
            pass
    raise FactsError(
        f"{shown(value)} ends in {shown(name)}, which is not one certain zone",
        value=value,
        hint="write the offset, as in +01:00 or Z: abbreviations such as CST and IST have several",
    )


def _start_of_day(day: date, zone: str | None, value: object) -> datetime:
    if zone is None:
        return _in_zone(datetime.combine(day, time()), None, value)
    from dateutil.tz import resolve_imaginary

    midnight = datetime.combine(day, time(), tzinfo=iana_zone(zone))
    try:
        return resolve_imaginary(midnight).astimezone(UTC)
    except (OverflowError, ValueError):
        raise _out_of_range(value) from None


def _in_zone(local: datetime, zone: str | None, value: object) -> datetime:
    if local.tzinfo is None:
        if zone is None:
            raise FactsError(
                f"{shown(_spelling(value))} has no time zone",
                value=value,
                hint='pass zone= with the zone of the export, as in zone="Europe/Berlin"',
            )
        local = local.replace(tzinfo=iana_zone(zone))
    try:
        _check_clock_change(local, value)
        return instant(local)
    except (UsageError, OverflowError):
        raise _out_of_range(value) from None


def _out_of_range(value: object) -> FactsError:
    return FactsError(
        f"{shown(_spelling(value))} is out of range",
        value=value,
        hint=f"years from {FIRST_YEAR + 1} to {LAST_YEAR - 1} are read; check for a typing mistake",
    )


def _spelling(value: object) -> object:
    return value.isoformat(" ") if isinstance(value, datetime) else value


def _check_clock_change(local: datetime, value: object) -> None:
    zone = local.tzinfo
    if isinstance(zone, timezone):
        return
    first, second = local.replace(fold=0), local.replace(fold=1)
    if first.utcoffset() == second.utcoffset():
        return
    back = first.astimezone(UTC).astimezone(zone).replace(tzinfo=None, fold=0)
    skipped = back != local.replace(tzinfo=None, fold=0)
    if not skipped and isinstance(value, datetime) and value.tzinfo is not None:
        return  # an aware datetime says by its fold which of the two it is
    what = "did not exist" if skipped else "came twice"
    raise FactsError(
        f"{shown(_spelling(value))} {what} in `{zone}`: the clocks changed",
        value=value,
        hint="write it with its offset, as in +01:00",
    )

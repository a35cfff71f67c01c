"""Numbers and amounts of money as exports write them, and what the caller says of a whole file."""

import math
import re
from decimal import Decimal
from numbers import Integral
from typing import NoReturn

import attrs

from dealreg.errors import DealregError, FactsError, UsageError, shown
from dealreg.facts.calendars import zone as iana_zone
from dealreg.facts.values import Money, decimal

__all__ = [
    "Reading",
    "exact_number",
    "number",
    "read_currency",
    "read_money",
    "whole_float",
    "wrong",
]

_SYMBOLS = {"€": "EUR", "£": "GBP", "₹": "INR", "₩": "KRW", "₺": "TRY", "zł": "PLN"}
_MANY_CURRENCIES = ("$", "¥", "kr")
_GROUPS = re.compile(r"(?<=\d)[\s\u00a0\u202f'\u2019](?=\d{3}(?!\d))")
_PLAIN = re.compile(r"[+-]?\d+(?:\.\d+)?")
_GROUP = 3
_MONEY = re.compile(
    r"(?P<sign>-)?\s*(?P<before>[^\d\s.,+-][^\d.,+-]{0,4})?\s*(?P<number>[+-]?[\d.,]*\d[\d.,]*)"
    r"\s*(?P<after>[^\d\s.,+-][^\d.,+-]{0,4})?"
)


@attrs.frozen
class Reading:
    """What the caller says of the cells that the cells do not say themselves.

    Raises:
        UsageError: when one of the four is not what it should be.
    """

    zone: str | None = None
    day_first: bool | None = None
    currency: str | None = None
    decimal_mark: str | None = None

    def __attrs_post_init__(self) -> None:
        if self.zone is not None:
            try:
                iana_zone(self.zone)
            except (DealregError, TypeError):
                raise UsageError(
                    f"zone={shown(self.zone)} is not a time zone",
                    value=self.zone,
                    hint="use an IANA name, such as `Europe/Berlin` or `UTC`",
                ) from None
        if self.day_first not in (None, True, False):
            raise UsageError("day_first is True, False or None", value=self.day_first)
        if self.currency is not None:
            Money(Decimal(0), self.currency)
        if self.decimal_mark not in (None, ".", ","):
            raise UsageError(
                f"decimal_mark={shown(self.decimal_mark)} is not a decimal mark",
                value=self.decimal_mark,
                hint='use "." or ","',
            )


def wrong(value: object, what: str, hint: str) -> NoReturn:
    """Raise FactsError: the value is not `what`."""
    raise FactsError(f"{shown(value)} is not {what}", value=value, hint=hint)


def whole_float(value: float) -> int:
    """The integer that a float from a dataframe is; FactsError when it is none, or not exact."""
    if value.is_integer() and abs(value) < 2**53:
        return int(value)
    raise FactsError(
        f"{shown(value)} is a float, which is not exact",
        value=value,
        hint="read the column as text: pandas.read_csv(..., dtype=str)",
    )


def number(
    text: str, value: object, reading: Reading, *, comma_groups: bool, point_groups: bool
) -> Decimal:
    """The number of a text whose marks may be either decimal or between thousands.

    `comma_groups`: whether a lone comma before three digits is between thousands.
    `point_groups`: whether a lone point before three digits could be.
    """
    bare = _GROUPS.sub("", text)
    point, comma = bare.count("."), bare.count(",")
    mark = reading.decimal_mark
    if mark is None and point and comma:
        mark = "." if bare.rindex(".") > bare.rindex(",") else ","
    elif mark is None and point + comma > 1:
        mark = "," if point else "."
    elif mark is None and point + comma == 1:
        whole, _, rest = bare.lstrip("+-").partition("." if point else ",")
        like_group = len(rest) == _GROUP and 1 <= len(whole) <= _GROUP and whole[0] != "0"
        mark = "." if point else ","
        if like_group and comma and comma_groups:
            mark = "."
        elif like_group and (comma or point_groups):
            raise FactsError(
                f"{shown(value)} could be {whole}{rest} or {whole}.{rest}",
                value=value,
                hint='pass decimal_mark="." or decimal_mark=","',
            )
    mark = mark or "."
    group = "," if mark == "." else "."
    head, found, tail = bare.partition(mark)
    groups = head.lstrip("+-").split(group)
    grouped = len(groups) == 1 or (
        1 <= len(groups[0]) <= _GROUP and all(len(part) == _GROUP for part in groups[1:])
    )
    plain = head.replace(group, "") + ("." + tail if found else "")
    if not grouped or not _PLAIN.fullmatch(plain) or not plain.isascii():
        wrong(value, "a number", "write it with digits and one decimal point, as in 1234.50")
    return decimal(plain)


def exact_number(value: object) -> Decimal:
    """A number that is one already, exactly."""
    if isinstance(value, float):
        if not math.isfinite(value):
            wrong(value, "a number", "leave the cell empty if it is not known")
        return decimal(whole_float(value))
    if isinstance(value, Integral) and not isinstance(value, bool):
        return decimal(int(value))
    if isinstance(value, Decimal):
        return decimal(value)
    wrong(value, "a number", "write a number, as in 1234.50")


def read_money(value: object, stated: str | None, reading: Reading) -> Money:
    """An amount, with the currency of its cell, of its currency column, or the caller's.

    Raises:
        FactsError: when it is not an amount, has no currency, or has two.
    """
    if isinstance(value, Money):
        return value
    if not isinstance(value, str):
        return Money(exact_number(value), _currency(None, stated, reading, value))
    match = _MONEY.fullmatch(_GROUPS.sub("", value.strip()))
    if match is None or (match["before"] and match["after"]):
        wrong(value, "an amount of money", "write it as in 50000.00 EUR")
    amount = number(
        (match["sign"] or "") + match["number"],
        value,
        reading,
        comma_groups=True,
        point_groups=True,
    )
    code = (match["before"] or match["after"] or "").strip()
    return Money(amount, _currency(code or None, stated, reading, value))


def _currency(code: str | None, stated: str | None, reading: Reading, value: object) -> str:
    fallback = stated or reading.currency
    if code is None or (code in _MANY_CURRENCIES and fallback is not None):
        if fallback is None:
            raise FactsError(
                f"the amount {shown(value)} has no currency",
                value=value,
                hint='pass currency=, as in currency="EUR", or add a currency column',
            )
        return read_currency(fallback)
    if code in _MANY_CURRENCIES:
        raise FactsError(
            f"{shown(code)} is the sign of several currencies",
            value=value,
            hint='pass currency=, as in currency="USD", or add a currency column',
        )
    found = read_currency(_SYMBOLS.get(code, code))
    if stated is not None and read_currency(stated) != found:
        raise FactsError(
            f"the amount {shown(value)} and its currency column, {shown(stated)}, disagree",
            value=value,
            hint="correct whichever of the two is wrong",
        )
    return found


def read_currency(code: str) -> str:
    """A currency code in capitals. Raises FactsError when it is none."""
    text = code.strip().upper()
    if not re.fullmatch(r"[A-Z]{3}", text):
        wrong(code, "a currency code", "use three letters, as in EUR")
    return text

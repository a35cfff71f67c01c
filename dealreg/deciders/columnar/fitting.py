"""Which types of columns hold the values of which fields."""

from collections.abc import Mapping
from typing import Any, Final, assert_never

from dealreg.deciders.columnar.kinds import Type
from dealreg.facts.fields import FieldType

__all__ = ["WANTED", "fits", "nothing"]

_UTC: Final = ("UTC", "Etc/UTC")


def fits(kind: FieldType, dtype: Type, backend: str) -> bool:
    """Whether a column of a type can hold the values of a field."""
    import narwhals as nw

    match kind:
        case FieldType.TEXT | FieldType.ORDINAL:
            return isinstance(dtype, nw.String | nw.Categorical | nw.Enum)
        case FieldType.BOOL:
            return isinstance(dtype, nw.Boolean)
        case FieldType.INTEGER:
            return dtype.is_integer()
        case FieldType.DECIMAL | FieldType.MONEY:
            return dtype.is_numeric()
        case FieldType.INSTANT:
            zone = getattr(dtype, "time_zone", None)
            return zone in _UTC if backend == "duckdb" else zone is not None
        case FieldType.DATE:
            return isinstance(dtype, nw.Date)
        case FieldType.DURATION:
            return isinstance(dtype, nw.Duration)
        case FieldType.TEXT_SET:
            texts = nw.String | nw.Categorical | nw.Enum | nw.Unknown  # unknown: all are empty
            return isinstance(dtype, nw.List) and isinstance(_made(dtype.inner), texts)
        case _:
            assert_never(kind)


def _made(dtype: Any) -> Type:
    """A type, where its class stands for it."""
    made: Type = dtype() if isinstance(dtype, type) else dtype
    return made


WANTED: Final[Mapping[FieldType, str]] = {
    FieldType.TEXT: "give texts",
    FieldType.ORDINAL: "give the names of levels, as texts",
    FieldType.BOOL: "give True and False",
    FieldType.INTEGER: "give whole numbers",
    FieldType.DECIMAL: "give numbers",
    FieldType.MONEY: "give numbers, and the currency in a column of its own",
    FieldType.INSTANT: "give instants with a time zone, to the microsecond",
    FieldType.DATE: "give dates",
    FieldType.DURATION: "give lengths of time",
    FieldType.TEXT_SET: "give lists of texts",
}
"""What to do about a column of another type."""


def nothing(kind: FieldType) -> Type:
    """The type of a column that is not known of anybody."""
    import narwhals as nw

    match kind:
        case FieldType.INSTANT:
            return nw.Datetime("us", "UTC")
        case FieldType.DATE:
            return nw.Date()
        case FieldType.DURATION:
            return nw.Duration("us")
        case FieldType.BOOL:
            return nw.Boolean()
        case FieldType.TEXT:
            return nw.String()
        case FieldType.TEXT_SET:
            return nw.List(nw.String())
        case _:
            return nw.Int64()

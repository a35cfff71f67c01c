"""The names of narwhals' types, for annotations: the library itself is loaded when it is used."""

from typing import TYPE_CHECKING, Any, TypeAlias

__all__ = ["Column", "Eager", "Expr", "Lazy", "Type"]

if TYPE_CHECKING:
    import narwhals as nw

    Expr: TypeAlias = nw.Expr
    Lazy: TypeAlias = nw.LazyFrame[Any]
    Eager: TypeAlias = nw.DataFrame[Any]
    Column: TypeAlias = nw.Series[Any]
    Type: TypeAlias = nw.dtypes.DType
else:
    Expr = Lazy = Eager = Column = Type = Any

"""The fields a policy may speak of: the core ones, and those a programme declares itself."""

from typing import ClassVar

import attrs

from dealreg.facts.core_fields import CORE
from dealreg.facts.fields import Field
from dealreg.facts.values import as_tuple

__all__ = ["Vocabulary"]


def _sorted_fields(fields: "tuple[Field, ...] | list[Field]") -> tuple[Field, ...]:
    return tuple(sorted(fields, key=lambda field: field.name))


@attrs.frozen
class Vocabulary:
    """The fields of one policy: its tier ladder and its own fields, beside the core ones.

    Attributes:
        tiers: the programme's ladder, lowest first; the levels of the core field `tier`.
        fields: the programme's own fields.
    """

    tag: ClassVar[str] = "vocabulary"

    tiers: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    fields: tuple[Field, ...] = attrs.field(default=(), converter=_sorted_fields)
    _by_name: dict[str, Field] = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        known = {field.name: field for field in CORE}
        known["tier"] = attrs.evolve(known["tier"], levels=self.tiers)
        known.update((field.name, field) for field in self.fields)
        object.__setattr__(self, "_by_name", known)

    def get(self, name: str) -> Field | None:
        """The field of that name, or None."""
        return self._by_name.get(name)

    def names(self) -> tuple[str, ...]:
        """All names, sorted."""
        return tuple(sorted(self._by_name))

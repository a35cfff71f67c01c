"""Identifiers: the non-empty texts by which records name each other."""

from dealreg.errors import FactsError, shown

__all__ = ["identifier", "optional_identifier"]

_LONGEST = 200


def identifier(value: str) -> str:
    """The text, if it can identify a record.

    Raises:
        FactsError: for anything that is not a text, an empty one, or one over 200 characters.
    """
    if not isinstance(value, str) or not value.strip():
        raise FactsError(
            f"{shown(value)} is not an identifier", value=value, hint="write a non-empty text"
        )
    if len(value) > _LONGEST:
        raise FactsError(
            f"the identifier {shown(value)} is over {_LONGEST} characters", value=value
        )
    return value


def optional_identifier(value: str | None) -> str | None:
    """As `identifier`, and None stays None."""
    return None if value is None else identifier(value)

"""What comes back from checking a policy: findings, each with its code and its place."""

from enum import StrEnum
from typing import ClassVar

import attrs

from dealreg.errors import PolicyError, PolicyErrors
from dealreg.facts.values import as_tuple

__all__ = ["Finding", "Findings", "Severity"]


class Severity(StrEnum):
    """An error keeps a policy from being decided; a warning says it may not mean what it says."""

    ERROR = "error"
    WARNING = "warning"


@attrs.frozen(kw_only=True)
class Finding:
    """One thing wrong with a policy: what kind, where, and what to do.

    Attributes:
        code: what kind, one of `docs/reference/findings.md`.
        severity: whether the policy can be decided all the same.
        path: the place in the policy.
        message: what is wrong, one lower-case sentence.
        hint: what to do about it.
    """

    tag: ClassVar[str] = "finding"

    code: str
    severity: Severity = attrs.field(converter=Severity)
    path: str
    message: str
    hint: str = ""


@attrs.frozen
class Findings:
    """All that is wrong with a policy, errors first, then by path."""

    tag: ClassVar[str] = "findings"

    items: tuple[Finding, ...] = attrs.field(default=(), converter=as_tuple)

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that keep the policy from being decided."""
        return tuple(each for each in self.items if each.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """The findings that do not keep the policy from being decided."""
        return tuple(each for each in self.items if each.severity is Severity.WARNING)

    def raise_errors(self) -> None:
        """Raise the errors, if there are any, as one group.

        Raises:
            PolicyErrors: with one `PolicyError` for each.
        """
        if self.errors:
            raise PolicyErrors(
                [PolicyError(e.message, place=e.path, hint=e.hint) for e in self.errors]
            )

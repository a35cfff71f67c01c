"""Is the policy sound: everything wrong with it at once, each finding with its path."""

from collections.abc import Iterable
from enum import StrEnum
from typing import ClassVar

import attrs

from dealreg.errors import PolicyError, PolicyErrors
from dealreg.policy.policies import Policy, PolicyBook

__all__ = ["Finding", "Findings", "Severity", "check"]


class Severity(StrEnum):
    """An error keeps a policy from being decided; a warning says it may not mean what it says."""

    ERROR = "error"
    WARNING = "warning"


@attrs.frozen(kw_only=True)
class Finding:
    """One thing wrong with a policy: what kind, where, and what to do."""

    tag: ClassVar[str] = "finding"

    code: str
    severity: Severity
    path: str
    message: str
    hint: str = ""


@attrs.frozen
class Findings:
    """All that is wrong with a policy, errors first, then by path."""

    tag: ClassVar[str] = "findings"

    items: tuple[Finding, ...] = ()

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that keep the policy from being decided."""
        return tuple(each for each in self.items if each.severity is Severity.ERROR)

    def raise_errors(self) -> None:
        """Raise the errors, if there are any, as one group.

        Raises:
            PolicyErrors: with one `PolicyError` for each.
        """
        if self.errors:
            raise PolicyErrors(
                [PolicyError(e.message, place=e.path, hint=e.hint) for e in self.errors]
            )


def check(rules: Policy | PolicyBook) -> Findings:
    """Check a policy or a book."""
    found: Iterable[Finding] = ()
    return Findings(tuple(found))

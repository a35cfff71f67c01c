"""Queue and backfill: when the first falls through, the others are considered in their order."""

from dealreg.policy.builders import Part, earliest, others
from dealreg.policy.stages import Vacancy

__all__ = ["queue_and_backfill"]


def queue_and_backfill(
    *,
    by: str = "last_submitted_at",
    refused_too: bool = True,
    vendor_assigns: bool = True,
    code: str = "DUPLICATE_OTHER_PARTNER",
    tell: str = "Another registration came first; this one is kept in order.",
) -> tuple[Part, ...]:
    """The others wait in their order, and are considered in it when the holder falls through.

    Args:
        by: the instant field of the order; `last_submitted_at` makes a repaired resubmission a new
            one, `submitted_at` lets it keep its place.
        refused_too: whether those wait that a person has rejected, with `code` for the reason,
            because another held the benefit.
        vendor_assigns: whether a person of the vendor assigns the benefit when nobody waits.
        code: the reason code of those that wait.
        tell: what a partner may be told.

    Rule shape: RS-26 (queue and backfill).

    Sources:
        Others reconsidered in the order of submission, a repaired one counts as new, the vendor
        picks a reseller if there is none: GitLab handbook, Channel Partners: Working with GitLab,
        https://handbook.gitlab.com/handbook/resellers/channel-working-with-gitlab.

    Left open: how long somebody waits. Here until the registration ends.

    >>> from dealreg import contest
    >>> contest("protection", queue_and_backfill()).others.reconsidered
    True
    """
    waiting = others(stand="waiting", code=code, tell=tell, reconsidered=refused_too)
    parts: tuple[Part, ...] = (earliest(by), waiting)
    return (*parts, Vacancy.REFER) if vendor_assigns else parts

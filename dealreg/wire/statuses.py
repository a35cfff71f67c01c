"""The status words of real systems, and which of our statuses each of them is."""

from typing import Final

from dealreg.errors import FactsError, shown, suggestion
from dealreg.facts.records import ENDED, Status

__all__ = ["DETAILED", "STATUSES", "read_status"]

STATUSES: Final[dict[Status, tuple[str, ...]]] = {
    Status.DRAFT: ("draft", "pending submission", "not submitted", "prospecting"),
    Status.SUBMITTED: ("submitted", "registered", "pending", "received", "pending registration"),
    Status.UNDER_REVIEW: (
        "under review",
        "in review",
        "in progress",
        "pending approval",
        "pending review",
        "in approval",
        "engaging",
    ),
    Status.RETURNED: ("returned", "action required", "action pending", "more information needed"),
    Status.APPROVED: ("approved", "accepted", "engaged", "passed"),
    Status.CONVERTED: ("converted",),
    Status.REJECTED: ("rejected", "declined", "denied", "failed", "duplicate", "incomplete"),
    Status.WITHDRAWN: ("withdrawn", "recalled"),
    Status.CANCELLED: ("cancelled", "canceled"),
    Status.REVOKED: ("revoked",),
    Status.EXPIRED: ("expired",),
    Status.SUPERSEDED: ("superseded",),
    Status.WON: ("won", "closed won"),
    Status.LOST: ("lost", "closed lost"),
}
"""The words for each status; case, spaces and punctuation do not count.

ServiceNow's `Duplicate` and `Incomplete` are closure codes: the registration was closed without
being converted, and the code stays as its reason. Microsoft's `Accepted` and `Engaged` are
substatuses of an active referral. `Prospecting` and `Engaging` are stages of pipelines that keep
no status of their own: not yet submitted, and going on.
"""

DETAILED: Final = ("closed", "active", "new")
"""Words that leave open which status it is; the closure code or substatus tells."""

_BARE: Final = {"active": Status.APPROVED, "new": Status.SUBMITTED}


def _form(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


_BY_FORM = {_form(word): status for status, words in STATUSES.items() for word in words}
_DETAILED = {_form(word): word for word in DETAILED}


def read_status(status: str | None, detail: str | None) -> tuple[Status, str | None]:
    """The status, and the reason that a closure code or substatus adds; without any, submitted.

    Raises:
        FactsError: for a word that is no status, or `Closed` without saying how.

    >>> read_status("Closed", "Duplicate")
    (<Status.REJECTED: 'rejected'>, 'Duplicate')
    """
    word = _DETAILED.get(_form(status)) if status is not None else None
    if status is not None and word is None:
        return _status(status), None
    if detail is not None:
        found = _status(detail)
        says_more = found in ENDED and _form(detail) != _form(found.value)
        return found, detail if says_more else None
    if status is None or word is None:
        return Status.SUBMITTED, None
    if word in _BARE:
        return _BARE[word], None
    raise FactsError(
        f"{shown(status)} does not say how it was closed",
        value=status,
        hint="add the column with the closure code or substatus",
    )


def _status(text: str) -> Status:
    found = _BY_FORM.get(_form(text))
    if found is not None:
        return found
    raise FactsError(
        f"{shown(text)} is not a status",
        value=text,
        hint=suggestion(text.casefold(), [word for words in STATUSES.values() for word in words]),
    )

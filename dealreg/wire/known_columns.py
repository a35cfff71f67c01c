"""What is known of a column that is read: its field, and its names in real systems."""

from typing import Final

import attrs

__all__ = [
    "CHANGES",
    "CURRENCY",
    "CUSTOMER_ID",
    "OPPORTUNITY_ID",
    "STATUS",
    "STATUS_DETAIL",
    "VERDICT",
    "KnownColumn",
    "column",
]

STATUS: Final = "status"
STATUS_DETAIL: Final = "status_detail"
VERDICT: Final = "verdict"
CURRENCY: Final = "currency"
CHANGES: Final = "changes"


@attrs.frozen
class KnownColumn:
    """A column that is read, and every name it is known by.

    Attributes:
        field: our name for it.
        record: the record it belongs to: registration, partner, customer, opportunity, ruling.
        attribute: what the record calls it.
        cell: how its cells are read: a field type, or one of the special readings above.
        required: whether a table must have it.
        salesforce, servicenow, aws, microsoft: its names in the four systems.
        others: further names in use.
        stand_ins: names it is read from only where the table has none of the others, best first.

    A `#` in a name stands for a number: `Solution 1`, `Solution 2` and so on are read as one set.
    """

    field: str
    record: str
    attribute: str
    cell: str
    required: bool = False
    salesforce: tuple[str, ...] = ()
    servicenow: tuple[str, ...] = ()
    aws: tuple[str, ...] = ()
    microsoft: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    stand_ins: tuple[str, ...] = ()

    def names(self) -> tuple[str, ...]:
        """Every name that means this column outright, ours first."""
        return (
            self.field,
            *self.salesforce,
            *self.servicenow,
            *self.aws,
            *self.microsoft,
            *self.others,
        )


_REQUIRED: Final = {
    "registration": ("registration_id", "partner_id", "submitted_at"),
    "ruling": ("registration_id", "benefit", "verdict", "decided_at"),
    "partner": ("partner_id",),
    "customer": ("customer_id",),
    "opportunity": ("opportunity_id",),
}


def _split(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(";") if name.strip())


def column(
    record: str,
    field: str,
    cell: str,
    attribute: str = "",
    **names: str,
) -> KnownColumn:
    """A column by its names, those of each system separated by `;`."""
    required = field in _REQUIRED.get(record, ())
    split = {system: _split(text) for system, text in names.items()}
    return KnownColumn(field, record, attribute or field, str(cell), required, **split)


CUSTOMER_ID: Final = {
    "salesforce": "AccountId; Account ID",
    "servicenow": "Account",
    "others": "End Customer ID",
}
OPPORTUNITY_ID: Final = {
    "salesforce": "OpportunityId; Opportunity ID",
    "servicenow": "Opportunity",
    "aws": "EngagementId",
    "microsoft": "Engagement ID",
    "others": "Associated Opportunity",
}

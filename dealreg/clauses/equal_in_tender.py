"""Equal in a tender: all bidders get the same small benefit, an early originator more."""

from dealreg.policy.builders import (
    ALWAYS,
    Part,
    all_of,
    banded,
    duration,
    earliest,
    everyone_qualifying,
    field,
    requirement,
    terms,
)

__all__ = ["equal_in_tender"]


def equal_in_tender(label: str, bidder: str, *, originator: str | None = None) -> tuple[Part, ...]:
    """In a tender every bidder holds the benefit at one rate.

    Args:
        label: what the programme calls it.
        bidder: percent for every bidder.
        originator: percent for the first to register, if it found the opportunity itself and
            registered before the tender was published; None for no such rule.

    Rule shape: RS-09 (tender rule), variant f: all bidders at an equal lower benefit.

    Sources:
        GitLab handbook, Channel Operations (text of about 2020),
        https://about.gitlab.com/handbook/sales/field-operations/channel-operations/.

    Left open: the source says that the first *may* get the higher rate. Here it does; add
    `vendor_decides` where a person says so. Two of the same first instant are ranked by
    registration id, since no rule for that is published.

    >>> from dealreg import contest
    >>> tender = contest("tender_discount", equal_in_tender("assist rate", "5", originator="15"))
    >>> tender.capacity is None, [str(band.percent) for band in tender.gives[0].rate.bands]
    (True, ['15', '5'])
    """
    told = "Only for opportunities that are out to tender."
    tendered = requirement("NO_TENDER", field("tender_published_at").is_known(), told)
    if originator is None:
        return tendered, everyone_qualifying(), terms(label, bidder)
    early = all_of(field("ahead_of_tender") > duration("0 days"), field("lead_source") == "partner")
    first = terms(label, banded((early, originator), (ALWAYS, bidder)))
    return tendered, everyone_qualifying(), earliest("submitted_at"), first, terms(label, bidder)

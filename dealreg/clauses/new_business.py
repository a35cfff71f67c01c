"""New business: only customers that are new to the vendor, or have not bought for long."""

from dealreg.errors import PolicyError
from dealreg.facts.fields import Count, Elapsed, Field, FieldType, Source
from dealreg.policy.builders import Condition, Part, any_of, field, requirement

__all__ = ["contact_age_field", "new_business", "purchase_age_field"]


def purchase_age_field(calendar: str | None = None) -> Field:
    """The field to declare for `no_purchase_months`: months from purchase to submission."""
    return Field(
        name="months_since_purchase",
        type=FieldType.INTEGER,
        source=Source.VENDOR,
        meaning="Whole months from the customer's last purchase to the submission",
        changes=False,
        derived=Elapsed("last_purchase_at", "submitted_at", Count.MONTHS, calendar),
    )


def contact_age_field(calendar: str | None = None) -> Field:
    """The field to declare for `no_contact_months`: months from contact to submission."""
    return Field(
        name="months_since_contact",
        type=FieldType.INTEGER,
        source=Source.VENDOR,
        meaning="Whole months from the vendor's last contact with the customer to the submission",
        changes=False,
        derived=Elapsed("last_contact_at", "submitted_at", Count.MONTHS, calendar),
    )


def new_business(
    *,
    no_purchase_months: int | None = None,
    no_contact_months: int | None = None,
    unless: Condition | None = None,
) -> tuple[Part, ...]:
    """Only customers that have nothing of the vendor's, or whose last purchase is long ago.

    Args:
        no_purchase_months: an existing customer counts as new again after so many whole months
            without a purchase, exactly so many included; None for never. Declare
            `purchase_age_field()` in the policy. Code `EXISTING_CUSTOMER`.
        no_contact_months: the vendor has had no contact with the customer for so many whole months.
            A customer without a date of contact was never contacted. Declare `contact_age_field()`.
            Code `RECENT_CONTACT`.
        unless: what makes even an existing customer's deal new business, such as a new division.

    Rule shape: RS-08 (new-business test and look-back).

    Sources:
        nothing installed, or lapsed 6 months: CrowdStrike Deal Registration Program,
        https://online.documentine.com/close-unresponsive-program/3/crowdstrike-deal-registration-program-final.html.
        Look-back of 6 months: Westcoast, HPE server deal registration changes (2016),
        https://westcoastltd.blogspot.com/2016/05/boost-your-margins-with-hpe-server-deal.html. Of
        3 years: Check Point, Deal Registration Program FAQ (2013),
        https://usercenter.checkpoint.com/uc/htmls/DealRegFAQ.html. No contact in 6 months:
        NeuVector, Deal Registration Terms and Guidelines,
        https://neuvector.com/about/solution-partners/deal-registration-terms-and-guidelines/. A
        new division counts as new: SWC (SoftwareCentral), Deal Registration Program Rules,
        https://www.softwarecentral.com/terms-and-conditions/.

    Left open: the boundary (here included), up to when the months count (here the submission),
    and what an unknown date means. Whether somebody is a customer must be known; an existing
    customer without a date of purchase is returned.

    Raises:
        PolicyError: for a number of months below 1.

    >>> from dealreg import Policy, contest
    >>> policy = Policy(programme="Example", fields=[purchase_age_field()], contests=[
    ...     contest("protection", new_business(no_purchase_months=6))])
    >>> policy.contests[0].requires[0].code
    'EXISTING_CUSTOMER'
    """
    for months in (no_purchase_months, no_contact_months):
        if months is not None and months < 1:
            raise PolicyError("a look-back is at least 1 month", value=months)
    new: Condition = field("existing_customer").is_false()
    told = "Only for customers that are new to the vendor."
    if no_purchase_months is not None:
        new = new | (field("months_since_purchase") >= no_purchase_months)
        told = f"Only for customers without a purchase in the last {no_purchase_months} months."
    rule = new if unless is None else new | unless
    parts = [requirement("EXISTING_CUSTOMER", rule, told)]
    if no_contact_months is not None:
        told = (
            f"The vendor has been in contact with the customer within {no_contact_months} months."
        )
        silent = any_of(
            field("last_contact_at").is_missing(),
            field("months_since_contact") >= no_contact_months,
        )
        parts.append(requirement("RECENT_CONTACT", silent, told))
    return tuple(parts)

"""Single holder: one partner holds the benefit for an opportunity."""

from dealreg.policy.builders import Part, holders, one_per

__all__ = ["single_holder"]


def single_holder(per: str = "partner_id") -> tuple[Part, ...]:
    """One registration of an opportunity holds the benefit, and no other.

    Args:
        per: the field of which each value takes part once: `partner_id`, or `partner_group` where
            companies of one group count as one partner.

    Rule shape: RS-02 (single holder per opportunity).

    Sources:
        Sophos Partner Program, Deal Registration Global Guidelines (from 20 July 2020), Scribd
        document 552072689; Boxlight Mimio, Sales Opportunity Registration update (2016),
        https://partnerblog.mimio.com/partner-resources-sor-update-aug-31-2016; GitLab handbook,
        Channel Partners: Working with GitLab,
        https://handbook.gitlab.com/handbook/resellers/channel-working-with-gitlab; and some
        sixteen more.

    Left open: what is exclusive. The registration, the price, the vendor's engagement and the
    right to quote are four benefits: write a contest for each one that the programme grants.
    Whether a registration under review already blocks others follows from the order: with
    `first_to_register("approved_at")` it does not.

    >>> from dealreg import contest
    >>> protection = contest("protection", single_holder(per="partner_group"))
    >>> protection.capacity, protection.one_per
    (1, 'partner_group')
    """
    return holders(1), one_per(per)

"""Non-exclusive: everyone who qualifies holds the benefit."""

from dealreg.policy.builders import Part, everyone_qualifying, one_per

__all__ = ["non_exclusive"]


def non_exclusive(per: str = "partner_id") -> tuple[Part, ...]:
    """Everyone who qualifies holds the benefit beside the others.

    Args:
        per: the field of which each value holds it once, `partner_id` or `partner_group`.

    Rule shape: RS-24 (non-exclusive registration).

    Sources:
        OneIO, Partnership Deal Registration Terms and Conditions (co-sellers),
        https://support.oneio.cloud/hc/en-us/articles/16305559932060-Partnership-Deal-Registration-Terms-and-Conditions;
        AWS Partner Central, multi-partner opportunities,
        https://docs.aws.amazon.com/partner-central/latest/developer-guide/working-with-multi-partner-opportunities.md;
        SWC (SoftwareCentral), Deal Registration Program Rules, where an approval precludes
        nobody, https://www.softwarecentral.com/terms-and-conditions/.

    Left open: SWC does not say whether two partners can be *registered*, only that another may
    pursue the deal. What partners are told of each other is a matter of explaining, not of
    deciding: an explanation for a partner never names another.

    >>> from dealreg import contest
    >>> contest("co_sell", non_exclusive()).capacity is None
    True
    """
    return everyone_qualifying(), one_per(per)

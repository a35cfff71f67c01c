"""Opportunity types: which kinds of deal can be registered."""

from dealreg.policy.builders import Part, field, requirement

__all__ = ["opportunity_types"]


def opportunity_types(*allowed: str, code: str = "TYPE_NOT_ELIGIBLE") -> tuple[Part, ...]:
    """Only these kinds of opportunity can be registered.

    Args:
        allowed: values of `opportunity_type`, such as `net_new`, `expansion`, `renewal`,
            `replacement`.
        code: the reason code.

    Rule shape: RS-08 (new-business test), the part that looks at the deal and not at the customer.

    Sources:
        renewals excluded, expansions allowed: SWC (SoftwareCentral), Deal Registration Program
        Rules, https://www.softwarecentral.com/terms-and-conditions/. New business and upgrades:
        Sophos Partner Program, Deal Registration Global Guidelines (from 20 July 2020), Scribd
        document 552072689. Competitive replacement: Check Point, Deal Registration Program FAQ
        (2013), https://usercenter.checkpoint.com/uc/htmls/DealRegFAQ.html.

    Left open: who says of which type a deal is; the field is the applicant's.

    >>> from dealreg import contest
    >>> contest("protection", opportunity_types("net_new", "expansion")).requires[0].tell
    'Only opportunities of the type net_new, expansion can be registered.'
    """
    told = f"Only opportunities of the type {', '.join(allowed)} can be registered."
    return (requirement(code, field("opportunity_type").one_of(*allowed), told),)

"""Not vendor-led: opportunities that the vendor found or pursues cannot be registered."""

from dealreg.errors import PolicyError
from dealreg.policy.builders import FieldBuilder, Part, requirement
from dealreg.policy.predicates import Fact

__all__ = ["not_vendor_led"]


def not_vendor_led(
    *,
    engaged: bool = True,
    in_forecast: bool = False,
    partner_is_source: bool = False,
    as_of: str | None = "submitted_at",
) -> tuple[Part, ...]:
    """What the vendor already pursues itself cannot be registered.

    Args:
        engaged: refuse what the vendor pursues directly. Code `DIRECT_ENGAGED`.
        in_forecast: refuse what is in the vendor's forecast. Code `IN_FORECAST`.
        partner_is_source: refuse what the partner did not find itself. Code `NOT_LEAD_SOURCE`.
        as_of: the instant field at which the vendor's knowledge counts. By default the submission:
            that the vendor begins to pursue the deal later does not take it away again.

    Rule shape: RS-11 (vendor-led separation), where vendor-led deals are ineligible.

    Sources:
        Encore Networks, Reseller Deal Registration Terms and Conditions (in the forecast at
        registration time; the reseller is the source),
        https://www.encorenetworks.com/reseller-deal-registration-terms-and-conditions/;
        ConverseNow, deal registration terms, http://conversenow.ai/deal-registration-terms; Law
        Insider, Deal Registration sample clauses (Wazuh),
        https://lawinsider.com/clause/deal-registration; emt, Flexera/Secunia Deal Registration
        FAQ, https://www.emt-eu.com/secunia-deal-registration-faq/.

    Left open: how a vendor shows that it knew first. Here the vendor's dated facts on the
    opportunity are the evidence; what it did not record is unknown, and the registration is
    returned rather than refused.

    Raises:
        PolicyError: when nothing would be refused.

    >>> from dealreg import contest
    >>> contest("protection", not_vendor_led(in_forecast=True)).requires[1].code
    'IN_FORECAST'
    """
    parts: list[Part] = []
    if engaged:
        rule = FieldBuilder(Fact("vendor_engaged", as_of)).is_false()
        told = "The vendor already pursues this opportunity directly."
        parts.append(requirement("DIRECT_ENGAGED", rule, told))
    if in_forecast:
        rule = FieldBuilder(Fact("in_forecast", as_of)).is_false()
        told = "This opportunity was already in the vendor's forecast."
        parts.append(requirement("IN_FORECAST", rule, told))
    if partner_is_source:
        rule = FieldBuilder(Fact("lead_source", as_of)) == "partner"
        told = "The partner must have found the opportunity itself."
        parts.append(requirement("NOT_LEAD_SOURCE", rule, told))
    if not parts:
        raise PolicyError("not_vendor_led refuses nothing", hint="leave the clause out")
    return tuple(parts)

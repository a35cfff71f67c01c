"""Eligible customer: for which end customers a registration is possible."""

from collections.abc import Iterable

from dealreg.errors import PolicyError
from dealreg.facts.values import as_tuple
from dealreg.policy.builders import Part, field, requirement

__all__ = ["eligible_customer"]


def eligible_customer(
    *,
    public_sector: bool = True,
    named_accounts: bool = True,
    countries: Iterable[str] = (),
    not_countries: Iterable[str] = (),
) -> tuple[Part, ...]:
    """Only opportunities with end customers that the programme is open to.

    Args:
        public_sector: whether public bodies may be registered. Code `PUBLIC_SECTOR`.
        named_accounts: whether accounts that the vendor's own sales keep may be registered. Code
            `NAMED_OR_PROTECTED_ACCOUNT`.
        countries: only end customers in these. Code `OUT_OF_TERRITORY`.
        not_countries: no end customers in these. Code `OUT_OF_TERRITORY`.

    Rule shape: RS-01 (eligibility gate), on the side of the end customer.

    Sources:
        public sector excluded: Oracle, Value-based Project Registration Initiative,
        http://www.oracle.com/partners/campaign/eblasts/new-value-based-proj-registn-pilot-2213015.html.
        Customers that the vendor's own sales keep: Huawei Cloud partner centre, customer
        reporting, https://support.huaweicloud.com/intl/zh-cn/usermanual-bpconsole/ma_0000.html.
        Countries: Jabra Assured Services Deal Registration 2016 T&C (UK & Ireland),
        https://www.emea.jabra.com/c/uk/assured-partner/terms; TREND Networks, Opportunity
        Registration Form, Rules & Requirements,
        https://app.smartsheet.com/b/form/5f6917df84064736bccbdfa8abaed4ea.

    Left open: whether the country is that of the customer, of the site or of the delivery; here
    it is the customer's. A programme that means the site asks the field `region` instead.

    Raises:
        PolicyError: when every customer would be eligible.

    >>> from dealreg import contest
    >>> contest("protection", eligible_customer(public_sector=False)).requires[0].code
    'PUBLIC_SECTOR'
    """
    inside, outside = as_tuple(countries), as_tuple(not_countries)
    parts: list[Part] = []
    if not public_sector:
        told = "Not open to opportunities with public bodies."
        parts.append(requirement("PUBLIC_SECTOR", field("public_sector").is_false(), told))
    if not named_accounts:
        rule = field("named_account").is_false()
        told = "The vendor's own sales keep this account."
        parts.append(requirement("NAMED_OR_PROTECTED_ACCOUNT", rule, told))
    if inside and outside:
        raise PolicyError(
            "eligible_customer states both countries inside and countries outside",
            hint="give `countries` or `not_countries`",
        )
    if inside or outside:
        among = field("customer_country").one_of(*(inside or outside))
        told = f"{'Only' if inside else 'Not'} for end customers in {', '.join(inside or outside)}."
        parts.append(requirement("OUT_OF_TERRITORY", among if inside else ~among, told))
    if not parts:
        raise PolicyError("eligible_customer states no condition", hint="give at least one")
    return tuple(parts)

"""Same opportunity: which registrations are about the same thing, and compete."""

from dealreg.errors import PolicyError, shown
from dealreg.policy.builders import Part, competing_on
from dealreg.policy.stages import Award

__all__ = ["same_opportunity"]

_KEYS = {
    "opportunity": "opportunity_id",
    "customer": "customer_id",
    "division": "division",
    "domain": "customer_domain",
    "contract": "contract_id",
}
_LINES = {"product": "products", "site": "sites"}


def same_opportunity(*by: str, award: Award | str = Award.WHOLE) -> tuple[Part, ...]:
    """Registrations compete when they agree in all that is named.

    Args:
        by: `opportunity`, `customer`, `division`, `domain`, `contract`, `product`, `site`, or a
            text field of the programme's own, such as a project name. Products and sites are sets:
            two registrations agree in them when they share one. At most one of the two.
        award: `whole` gives a registration all it asks for or nothing; `by_line` decides each
            product, or site, for itself.

    Rule shape: RS-04 (scope, identity key).

    Sources:
        end user and products: Gumdrop Cases, Deal Registration Program Terms and Conditions,
        https://www.gumdropcases.com/pages/deal-terms-and-conditions/. Core product within the
        customer: Sophos Partner Program, Deal Registration Global Guidelines (from 20 July 2020),
        Scribd document 552072689. Company or sub-division: NeuVector, Deal Registration Terms and
        Guidelines,
        https://neuvector.com/about/solution-partners/deal-registration-terms-and-guidelines/. Web
        domain: HubSpot, Sales Partner Program Policies,
        https://www.hubspot.com/partners/sales/program-policies. Contract: TD SYNNEX NL, Veeam
        incumbency policy from 1 July 2024,
        https://connect.tdsynnex.nl/vendor/veeam/incumbency-policy/. Contact, site and project:
        IBM Channel Communication CC0808-163, System x Deal Registration (2008),
        https://m.docduoduo.com/p-2792624.html.

    Left open: no source defines the key fully. How customers are recognised as one is settled in
    `customer_id`, before deciding. A registration that does not say its division, say, is
    returned. Whether a partial overlap fails whole or line by line is `award`.

    Raises:
        PolicyError: when nothing is named, or both products and sites.

    >>> from dealreg import contest
    >>> contest("protection", same_opportunity("customer", "product", award="by_line")).scope
    Scope(keys=('customer_id',), lines='products', award=<Award.BY_LINE: 'by_line'>)
    """
    lines = [_LINES[each] for each in by if each in _LINES]
    keys = [_KEYS.get(each, each) for each in by if each not in _LINES]
    if len(lines) > 1:
        raise PolicyError(
            f"{shown(', '.join(by))} names two kinds of lines",
            value=by,
            hint="compete on products or on sites; put the other into a text field",
        )
    if not keys:
        raise PolicyError(
            "same_opportunity names nothing that must be equal",
            value=by,
            hint='name a key, as in same_opportunity("customer", "product")',
        )
    return (competing_on(*keys, lines=lines[0] if lines else None, award=award),)

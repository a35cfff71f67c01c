"""Special-bid eligibility: who may be given a special price."""

from collections.abc import Iterable

from dealreg.errors import PolicyError
from dealreg.facts.values import as_tuple
from dealreg.policy.builders import FieldBuilder, Part, requirement
from dealreg.policy.predicates import Fact
from dealreg.policy.stages import HolderOf

__all__ = ["special_bid_eligibility"]


def special_bid_eligibility(
    *,
    tier: str | None = None,
    accreditations: Iterable[str] = (),
    holder_of: str | None = "protection",
    as_of: str | None = None,
) -> tuple[Part, ...]:
    """A special bid for partners of a tier and accreditations, and for the holder of a benefit.

    Args:
        tier: the lowest tier entitled to a special bid; None for every tier.
        accreditations: all of these the partner must have.
        holder_of: the benefit that only its holder may use for a special bid; None when a special
            bid is open to every entitled partner. With it, a holder who is not entitled blocks
            everybody: that is the deadlock `decide` reports.
        as_of: the instant field at which tier and accreditations are read; None for the decision.

    Rule shape: RS-14 (special-price linkage) with RS-01 (eligibility gate).

    Sources:
        registration before any special price: Cirrus TSI, Deal Registration Policy,
        https://www.cirrustsi.com/deal-registration/; IBM Channel Communication CC0808-163, System
        x Deal Registration (2008), https://m.docduoduo.com/p-2792624.html; Boxlight Mimio, Sales
        Opportunity Registration update (2016),
        https://partnerblog.mimio.com/partner-resources-sor-update-aug-31-2016. Tier and level
        conditions: VMware Advantage+ FAQ,
        https://pt.scribd.com/document/89187459/Advantage-FAQs-1.

    Left open: no source says what happens when the holder of the registration is not entitled to
    the special price. `holder_of=None` with an order of its own is one way out.

    Raises:
        PolicyError: when it would be open to everybody.

    >>> from dealreg import contest
    >>> bid = contest("special_bid", special_bid_eligibility(tier="gold", accreditations=["vdi"]))
    >>> [each.code for each in bid.requires], bid.after[0].benefit
    (['TIER_NOT_ENTITLED', 'NOT_ACCREDITED'], 'protection')
    """
    parts: list[Part] = []
    if tier is not None:
        entitled = FieldBuilder(Fact("tier", as_of)) >= tier
        parts.append(
            requirement(
                "TIER_NOT_ENTITLED", entitled, f"Special bids are for tier {tier} and above."
            )
        )
    needed = as_tuple(accreditations)
    if needed:
        accredited = FieldBuilder(Fact("accreditations", as_of)).covers(*needed)
        parts.append(
            requirement(
                "NOT_ACCREDITED",
                accredited,
                f"Special bids need these accreditations: {', '.join(needed)}.",
            )
        )
    if holder_of is not None:
        tell = f"Special bids are for the holder of {holder_of.replace('_', ' ')}."
        parts.append(HolderOf(holder_of, tell=tell))
    if not parts:
        raise PolicyError(
            "special_bid_eligibility states no condition",
            hint="give a tier, accreditations, or the benefit whose holder may ask",
        )
    return tuple(parts)

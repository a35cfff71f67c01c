"""Eligible partner: who may register at all."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import TypeAlias

from dealreg.errors import PolicyError
from dealreg.facts.values import as_tuple
from dealreg.policy.builders import Condition, FieldBuilder, Part, requirement
from dealreg.policy.predicates import Fact

__all__ = ["eligible_partner"]

_Gate: TypeAlias = tuple[str, str]
"""The reason code, and the sentence, in which `{}` is what was asked for."""

_STANDING = ("NOT_IN_GOOD_STANDING", "The partner must be in good standing, with nothing overdue.")
_AGREEMENTS = ("NO_AGREEMENT", "Needs the signed agreement: {}.")
_ACCREDITATIONS = ("NOT_ACCREDITED", "Needs the accreditation: {}.")
_TIER = ("TIER_NOT_ELIGIBLE", "Open to tier {} and above.")
_TIERS = ("TIER_NOT_ELIGIBLE", "Open to the tiers {}.")
_TYPES = ("PARTNER_TYPE_NOT_ELIGIBLE", "Open to partners of the type {}.")
_TERRITORY = ("OUT_OF_TERRITORY", "The end customer must be in the partner's territory.")
_PRODUCTS = (
    "PARTNER_NOT_AUTHORISED",
    "The partner must be authorised for every product in the registration.",
)


def _named(asked: object) -> str:
    return ", ".join(asked) if isinstance(asked, tuple) else str(asked)


def _contradicts(first: str, second: str, both: object, *arguments: str) -> None:
    if both:
        raise PolicyError(
            f"eligible_partner states both {first} and {second}",
            hint=" or ".join(f"give `{name}`" for name in arguments),
        )


def eligible_partner(
    *,
    good_standing: bool = True,
    agreements: Iterable[str] = (),
    accreditations: Iterable[str] = (),
    tier: str | None = None,
    tiers: Iterable[str] = (),
    partner_types: Iterable[str] = (),
    in_territory: bool = False,
    products_authorised: bool = False,
    as_of: str | None = None,
    lasting: bool = False,
) -> tuple[Part, ...]:
    """Only partners that meet the programme's conditions may register.

    Args:
        good_standing: compliant, and nothing overdue. Code `NOT_IN_GOOD_STANDING`.
        agreements: all of these are signed. Code `NO_AGREEMENT`.
        accreditations: all of these (trainings, certifications) are held. Code `NOT_ACCREDITED`.
        tier: the lowest tier that may register. Code `TIER_NOT_ELIGIBLE`.
        tiers: or the tiers that may register, where they are not all above one.
        partner_types: one of these. Code `PARTNER_TYPE_NOT_ELIGIBLE`.
        in_territory: the end customer's country is in the partner's territory. Code
            `OUT_OF_TERRITORY`.
        products_authorised: the partner may sell every product in scope. Code
            `PARTNER_NOT_AUTHORISED`.
        as_of: the instant field at which all of this is read, such as `submitted_at` or
            `approved_at`; None for the instant of the decision.
        lasting: whether it is asked of a holder for as long as it holds, and not only when the
            benefit is awarded: a partner that no longer qualifies loses what it holds.

    Rule shape: RS-01 (eligibility gate).

    Sources:
        agreement and training: GitLab handbook, Channel Partners: Working with GitLab,
        https://handbook.gitlab.com/handbook/resellers/channel-working-with-gitlab. Good standing,
        no past-due invoices: CrowdStrike Deal Registration Program,
        https://online.documentine.com/close-unresponsive-program/3/crowdstrike-deal-registration-program-final.html.
        Tier: Oracle, Value-based Project Registration Initiative,
        http://www.oracle.com/partners/campaign/eblasts/new-value-based-proj-registn-pilot-2213015.html;
        mySchneider IT Program, Opportunity Registration Guide (2022),
        https://www.scribd.com/document/574331202/2022-mySchneider-IT-Program-Opportunity-Registration-Guide-1.
        For the whole duration: HP Partner for Growth Program Terms (2013),
        https://abcdocz.com/doc/44914/hp-partner-for-growth-program-terms--effective-may-1.

    Left open: most sources do not say at which instant a partner must qualify, so `as_of` is
    stated; nor whose territory counts, which here is that of the end customer's country.

    Raises:
        PolicyError: when everybody would be eligible, when both `tier` and `tiers` are given, or
            `lasting` together with `as_of`, which fixes one instant.

    >>> from dealreg import contest
    >>> protection = contest("protection", eligible_partner(agreements=["reseller"], tier="silver"))
    >>> [each.code for each in protection.requires]
    ['NOT_IN_GOOD_STANDING', 'NO_AGREEMENT', 'TIER_NOT_ELIGIBLE']
    """

    def fact(name: str) -> FieldBuilder:
        return FieldBuilder(Fact(name, as_of))

    signed, trained = as_tuple(agreements), as_tuple(accreditations)
    levels, types = as_tuple(tiers), as_tuple(partner_types)
    _contradicts("the lowest tier", "a list of tiers", tier is not None and levels, "tier", "tiers")
    _contradicts("one instant", "for as long as it holds", as_of and lasting, "as_of", "lasting")
    gates: tuple[tuple[_Gate, object, Callable[[], Condition]], ...] = (
        (_STANDING, good_standing, fact("in_good_standing").is_true),
        (_AGREEMENTS, signed, partial(fact("agreements").covers, *signed)),
        (_ACCREDITATIONS, trained, partial(fact("accreditations").covers, *trained)),
        (_TIER, tier, lambda: fact("tier") >= tier),
        (_TIERS, levels, partial(fact("tier").one_of, *levels)),
        (_TYPES, types, partial(fact("partner_type").one_of, *types)),
        (_TERRITORY, in_territory, fact("in_territory").is_true),
        (_PRODUCTS, products_authorised, fact("products_authorised").is_true),
    )
    parts = tuple(
        requirement(code, rule(), told.format(_named(asked)), lasting=lasting)
        for (code, told), asked, rule in gates
        if asked
    )
    if not parts:
        raise PolicyError("eligible_partner states no condition", hint="give at least one")
    return parts

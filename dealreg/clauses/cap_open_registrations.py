"""Cap on open registrations: a partner has only so many at a time."""

from collections.abc import Mapping

from dealreg.facts.fields import Field, FieldType, Source, Tally
from dealreg.policy.builders import Condition, Part, any_of, field, requirement

__all__ = ["cap_open_registrations", "open_before_field"]


def open_before_field() -> Field:
    """The field to declare: how many earlier registrations the partner has open."""
    return Field(
        name="open_before",
        type=FieldType.INTEGER,
        source=Source.VENDOR,
        meaning="How many earlier live registrations the partner has",
        changes=False,
        derived=Tally(("partner_id",)),
    )


def cap_open_registrations(
    at_most: int | Mapping[str, int],
    *,
    by_vendors_count: bool = False,
    code: str = "TOO_MANY_OPEN",
    tell: str = "A partner may have only so many registrations open at once.",
) -> tuple[Part, ...]:
    """A partner may have only so many registrations open; further ones are refused.

    Args:
        at_most: how many, this one included; or how many for each tier, by tier.
        by_vendors_count: go by the vendor's own count, `open_registrations` of the partner, which
            counts this one too, and not by the registrations among the facts. Otherwise declare
            `open_before_field()` in the policy, and give `decide` all of a partner's registrations.
        code: the reason code.
        tell: what a partner may be told.

    Rule shape: RS-21 (caps on open or new registrations).

    Sources:
        25, or 50, 500 and 1000 by tier: HubSpot, Sales Partner Program Policies,
        https://www.hubspot.com/partners/sales/program-policies, and Capacity Manager (2018),
        https://knowledge.hubspot.com/articles/kcs_article/manage-registered-partner-leads-with-capacity-manager.
        100 pending and reported together: Huawei Cloud partner centre, customer reporting,
        https://support.huaweicloud.com/intl/zh-cn/usermanual-bpconsole/ma_0000.html.

    Left open: what counts. Here every live registration submitted earlier, so that a partner over
    the cap loses its latest ones and never its first; a tier that is not named has no room at
    all.

    >>> from dealreg import Policy, contest
    >>> policy = Policy(programme="Example", fields=[open_before_field()], contests=[
    ...     contest("protection", cap_open_registrations(25))])
    >>> policy.contests[0].requires[0].code
    'TOO_MANY_OPEN'
    """

    def room(most: int) -> Condition:
        if by_vendors_count:
            return field("open_registrations") <= most
        return field("open_before") < most

    if isinstance(at_most, Mapping):
        by_tier = [(field("tier") == tier) & room(at_most[tier]) for tier in sorted(at_most)]
        return (requirement(code, any_of(*by_tier), tell),)
    return (requirement(code, room(at_most), tell),)

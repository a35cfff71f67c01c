"""Incumbent on renewal: whoever made the last sale comes first when it is renewed."""

from dealreg.errors import PolicyError, shown
from dealreg.facts.fields import Count, Elapsed, Field, FieldType, Source, Subject
from dealreg.policy.builders import Condition, Part, all_of, field, override, preferring

__all__ = ["contract_end_fields", "incumbent_on_renewal"]


def contract_end_fields(calendar: str | None = None) -> tuple[Field, Field]:
    """The fields to declare for `in_time`: the contract's last day, and how late the renewal is."""
    return (
        Field(
            "contract_ends_on",
            FieldType.DATE,
            Subject.OPPORTUNITY,
            Source.VENDOR,
            "The last day of the contract that is renewed",
        ),
        Field(
            "days_after_contract",
            FieldType.INTEGER,
            source=Source.VENDOR,
            meaning="Days from the last day of the contract to the submission; negative before it",
            changes=False,
            derived=Elapsed("contract_ends_on", "submitted_at", Count.DAYS, calendar),
        ),
    )


def incumbent_on_renewal(
    rule: str = "takes",
    *,
    opportunity_types: tuple[str, ...] = ("renewal",),
    in_time: bool = False,
    unless: Condition | None = None,
    code: str = "INCUMBENT",
    tell: str = "On a renewal the incumbent comes first.",
) -> tuple[Part, ...]:
    """On a renewal the incumbent's registration comes before all others.

    Args:
        rule: `takes`: only the incumbent's registration stays, the others get what others get.
            `first`: the incumbent comes first in the order, put before the other preferences.
        opportunity_types: the kinds of deal on which incumbency counts; add `expansion` where added
            licences at renewal follow the incumbent.
        in_time: whether incumbency is lost when the renewal is submitted after the last day of the
            contract. Declare `*contract_end_fields()` in the policy; where the day is not known,
            nobody comes first as the incumbent.
        unless: what else ends incumbency, such as overdue invoices. Where it is not known whether
            that is so, nobody comes first as the incumbent.
        code: the reason code, with `takes`.
        tell: what a partner may be told.

    Rule shape: RS-16 (incumbent preference on renewal).

    Sources:
        the seller of the previous contract, contract by contract, if it renews in time: TD SYNNEX
        NL, Veeam incumbency policy from 1 July 2024,
        https://connect.tdsynnex.nl/vendor/veeam/incumbency-policy/. The most recent sale: GitLab
        handbook, Channel Partners: Working with GitLab,
        https://handbook.gitlab.com/handbook/resellers/channel-working-with-gitlab. By line of
        business: Dell, expanded incumbency interview (2017),
        https://dell.com/en-sg/blog/protecting-partners-relationships-expanded-incumbency.

    Left open: what counts on an expansion at renewal time, so the kinds of deal are stated.
    Whether the customer's letter outweighs incumbency is the order of the overrides: state the
    stronger first. Per contract or per customer is `same_opportunity`.

    Raises:
        PolicyError: for another `rule`.

    >>> from dealreg import contest
    >>> contest("renewal_margin", incumbent_on_renewal()).overrides[0].code
    'INCUMBENT'
    """
    renews = all_of(
        field("incumbent").is_true(), field("opportunity_type").one_of(*opportunity_types)
    )
    if in_time:
        renews = renews & (field("days_after_contract") <= 0)
    when = renews if unless is None else renews & ~unless
    if rule == "takes":
        return (override(code, when, tell),)
    if rule == "first":
        return (preferring(when),)
    raise PolicyError(
        f"{shown(rule)} is not how an incumbent comes first",
        value=rule,
        hint="write `takes` or `first`",
    )

"""Cooling-off: after a registration has ended, the partner waits before it registers again."""

from dealreg.facts.fields import Count, Field, FieldType, SinceEnded, Source
from dealreg.policy.builders import Part, field, requirement

__all__ = ["cooling_off", "since_ended_field"]


def since_ended_field(*same: str, count: Count | str = Count.DAYS) -> Field:
    """The field to declare: how long ago the partner's last registration of the deal ended."""
    return Field(
        name="since_ended",
        type=FieldType.INTEGER,
        source=Source.VENDOR,
        meaning="How long before this one the partner's last registration of it had ended",
        changes=False,
        derived=SinceEnded(same or ("partner_id", "opportunity_id"), Count(count)),
    )


def cooling_off(
    at_least: int,
    *,
    code: str = "COOLING_OFF",
    tell: str = "The deal cannot be registered again so soon after the last registration ended.",
) -> tuple[Part, ...]:
    """After a registration ended, the same partner may register the deal again only later.

    Args:
        at_least: how many days must lie between, as `since_ended_field()` counts them, which the
            policy declares.
        code: the reason code.
        tell: what a partner may be told.

    Rule shape: RS-23 (withdrawal and conversion).

    Sources:
        none has one: of the programmes read, Wazuh says that a lapsed deal may be registered again,
        Law Insider, https://lawinsider.com/clause/deal-registration, and GitLab that a repaired
        registration counts as new,
        https://handbook.gitlab.com/handbook/resellers/channel-working-with-gitlab.

    Left open: everything; without this clause there is no cooling-off. A deal that was won does not
    count as ended.

    >>> from dealreg import contest
    >>> contest("protection", cooling_off(30)).requires[0].code
    'COOLING_OFF'
    """
    waited = field("since_ended").is_missing() | (field("since_ended") >= at_least)
    return (requirement(code, waited, tell),)

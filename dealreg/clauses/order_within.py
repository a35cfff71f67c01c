"""Order within: the order must be placed inside the protected time, or the protection lapses."""

from dealreg.facts.values import Span
from dealreg.policy.builders import Part
from dealreg.policy.clock_builders import milestone
from dealreg.policy.clocks import LastDay

__all__ = ["order_within"]


def order_within(
    length: str | Span,
    *,
    starts: str = "approved_at",
    last_day: LastDay | str = LastDay.MOMENT,
    calendar: str | None = None,
    remind: str | Span | None = None,
    code: str = "NO_ORDER_IN_TIME",
    tell: str = "The order was not placed in time.",
) -> tuple[Part, ...]:
    """The customer's order must be placed within a span, or the benefit is lost.

    Args:
        length: how long after the start: `90 days`.
        starts: the instant field it counts from.
        last_day: whether it is due at the clock time of the start, or as the last day ends or
            begins: `moment`, `included`, `excluded`.
        calendar: the calendar that counts the days, declared in the policy.
        remind: how long after the start the partner is reminded; None for no reminder.
        code: the reason code.
        tell: what a partner may be told.

    Rule shape: RS-03 (protection window).

    Sources:
        90 days to place the order, and the registration may be made again afterwards: Law Insider,
        Deal Registration sample clauses (Wazuh clause),
        https://lawinsider.com/clause/deal-registration.

    Left open: which date counts, that of the order or of its receipt. Here it is `ordered_at`.

    >>> from dealreg import contest
    >>> contest("protection", order_within("90 days")).milestones[0].met
    'ordered_at'
    """
    return (
        milestone(
            "ordered_at",
            length,
            starts=starts,
            calendar=calendar,
            code=code,
            tell=tell,
            last_day=last_day,
            remind=remind,
        ),
    )

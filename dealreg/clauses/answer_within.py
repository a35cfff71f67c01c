"""Answer within: the time in which the vendor answers, and what follows if it does not."""

from dealreg.facts.values import Span
from dealreg.policy.clock_builders import sla
from dealreg.policy.clocks import LastDay, Missed, Sla

__all__ = ["answer_within"]


def answer_within(
    length: str | Span,
    *,
    starts: str = "submitted_at",
    calendar: str | None = None,
    missed: Missed | str = Missed.NOTHING,
    last_day: LastDay | str = LastDay.MOMENT,
    pauses: bool = True,
) -> Sla:
    """The vendor answers a registration within a span, and what a miss means is stated.

    It is not a part of a contest: give it to `Policy(sla=...)`.

    Args:
        length: how long after the start: `2 business days`, `48 hours`.
        starts: the instant field it counts from: `submitted_at`, or `completed_at` where the time
            only runs once nothing is missing.
        calendar: the calendar that counts the days, declared in the policy.
        missed: `nothing`, `escalate` (a person is asked), or `deemed_approved`.
        last_day: whether the answer is due at the clock time of the start, or as the last day ends
            or begins: `moment`, `included`, `excluded`.
        pauses: whether it stands still while the registration is with the partner.

    Rule shape: RS-07 (approval SLA).

    Sources:
        2 hours: Gumdrop Cases, Deal Registration Program Terms and Conditions,
        https://www.gumdropcases.com/pages/deal-terms-and-conditions/. 3 business days unless more
        information is needed: Encore Networks, Reseller Deal Registration Terms and Conditions,
        https://www.encorenetworks.com/reseller-deal-registration-terms-and-conditions/. 2 business
        days: Skyhigh Networks, Deal Registration Terms and Conditions,
        https://www.skyhighnetworks.com/deal-registration-terms-and-conditions/. Up to 20 business
        days: Yandex Cloud, https://yandex.cloud/en/docs/partner/operations/deal-registration.

    Left open: no source says what a missed answer means. Without a statement it means nothing, and
    a replay tells that the answer is overdue.

    >>> from dealreg import Policy
    >>> soon = answer_within("3 business days", missed="escalate")
    >>> Policy(programme="Example", sla=soon).sla.missed
    <Missed.ESCALATE: 'escalate'>
    """
    return sla(
        length, starts=starts, calendar=calendar, missed=missed, last_day=last_day, pauses=pauses
    )

"""Activity milestone: something must have happened by a deadline, or the benefit is lost."""

from dealreg.facts.fields import Field, FieldType, Source, Subject
from dealreg.facts.values import Span
from dealreg.policy.builders import Part
from dealreg.policy.clock_builders import milestone
from dealreg.policy.clocks import LastDay

__all__ = ["activity_milestone", "meeting_fields"]


def meeting_fields() -> tuple[Field, ...]:
    """The fields to declare: when the first meeting was held, and when grace was agreed."""
    return (
        Field(
            "meeting_at",
            FieldType.INSTANT,
            Subject.REGISTRATION,
            Source.VENDOR,
            "When the first meeting with the customer was held",
        ),
        Field(
            "grace_agreed_at",
            FieldType.INSTANT,
            Subject.REGISTRATION,
            Source.VENDOR,
            "When more time for the meeting was agreed",
        ),
    )


def activity_milestone(
    length: str | Span,
    *,
    met: str = "meeting_at",
    starts: str = "approved_at",
    remind: str | Span | None = None,
    grace: str | Span | None = None,
    agreed: str | None = None,
    last_day: LastDay | str = LastDay.MOMENT,
    calendar: str | None = None,
    code: str = "NO_ACTIVITY",
    tell: str = "The agreed activity did not take place in time.",
) -> tuple[Part, ...]:
    """An activity must have taken place within a span, or the benefit is lost.

    Args:
        length: how long after the start it is due: `30 days`.
        met: the instant field that says when it took place; `meeting_fields()` declares the one
            that is meant without it.
        starts: the instant field it counts from.
        remind: how long after the start the partner is reminded; None for no reminder.
        grace: how long after the start it is due at the very latest; None for no grace.
        agreed: the instant field that says when the grace was agreed, which must be before the
            activity is due; None where it always applies.
        last_day: whether it is due at the clock time of the start, or as the last day ends or
            begins: `moment`, `included`, `excluded`.
        calendar: the calendar that counts the days, declared in the policy.
        code: the reason code.
        tell: what a partner may be told.

    Rule shape: RS-17 (activity milestone or disqualification).

    Sources:
        30 days from initial approval for a meeting, a reminder on day 20, at most 45 days: Avi
        Networks, Deal Registration Terms & Conditions, https://avinetworks.com/deal-terms-conditions/.
        The same from submission: Skyhigh Networks, Deal Registration Terms and Conditions,
        https://www.skyhighnetworks.com/deal-registration-terms-and-conditions/. 60 days to create
        the customer's account: Yandex Cloud,
        https://yandex.cloud/en/docs/partner/operations/deal-registration. 3 working days to accept
        what the vendor shares: Huawei Cloud partner centre,
        https://support.huaweicloud.com/intl/zh-cn/usermanual-bpconsole/chpo_1201.html.

    Left open: day 0, which is the day of the start here, and the hour on the last day. The call in
    which more time is agreed is held on the day on which the activity is due: with `included` an
    agreement of that day still counts, later ones do not.

    >>> from dealreg import contest
    >>> meeting = activity_milestone("30 days", remind="20 days", grace="45 days")
    >>> contest("protection", meeting).milestones[0].code
    'NO_ACTIVITY'
    """
    return (
        milestone(
            met,
            length,
            starts=starts,
            calendar=calendar,
            code=code,
            tell=tell,
            last_day=last_day,
            remind=remind,
            grace=grace,
            agreed=agreed,
        ),
    )

"""Protection period: how long a registration is protected, and from when on."""

from dealreg.facts.values import Span
from dealreg.policy.builders import Part
from dealreg.policy.clock_builders import period
from dealreg.policy.clocks import Extension, LastDay

__all__ = ["protection_period"]


def protection_period(
    length: str | Span,
    *,
    starts: str = "approved_at",
    last_day: LastDay | str = LastDay.MOMENT,
    calendar: str | None = None,
    extension: Extension | None = None,
    pauses: bool = False,
    closes: bool = False,
) -> tuple[Part, ...]:
    """The protection lasts so long from its start, and ends then unless it is extended.

    Args:
        length: how long: `90 days`, `3 business days`, `6 months`.
        starts: the instant field it starts at: `approved_at`, or `submitted_at` where the time the
            vendor takes to approve is the partner's loss.
        last_day: whether it ends at the clock time of the start (`moment`), as the last day ends
            (`included`) or as it begins (`excluded`).
        calendar: the calendar that counts the days, declared in the policy.
        extension: how it can be extended, as `extension_on_request` says; None for not at all.
        pauses: whether it stands still while the registration waits for the vendor.
        closes: whether the registration itself has expired then, for caps and other benefits.

    Rule shape: RS-03 (protection window).

    Sources:
        90 days from original approval: GitLab handbook, Channel Partners: Working with GitLab,
        https://handbook.gitlab.com/handbook/resellers/channel-working-with-gitlab. 60 days from
        submission: TREND Networks, Opportunity Registration Form, Rules & Requirements,
        https://app.smartsheet.com/b/form/5f6917df84064736bccbdfa8abaed4ea. 6 months from initial
        registration: Sharp/NEC, deal registration rules, https://dealreg.sharpnecdisplays.us/rules.
        120 days: SWC, Deal Registration Program Rules,
        https://www.softwarecentral.com/terms-and-conditions/. 15 days: Huawei Cloud partner centre,
        https://support.huaweicloud.com/intl/zh-cn/usermanual-bpconsole/ma_0000.html.

    Left open: no source says whether the last day counts, in which zone a day begins, or what six
    months after 31 August is. Here that is `last_day`, `calendar`, and the last day of February.

    >>> from dealreg import contest
    >>> contest("protection", protection_period("120 days", last_day="included")).period.length
    Span(length=120, unit=<Unit.DAYS: 'days'>)
    """
    return (
        period(
            length,
            starts=starts,
            calendar=calendar,
            last_day=last_day,
            extension=extension,
            pauses=pauses,
            closes=closes,
        ),
    )

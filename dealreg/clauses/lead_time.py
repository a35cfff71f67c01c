"""Lead time: a registration must come so long before the deal closes."""

from dealreg.errors import PolicyError, shown
from dealreg.facts.fields import Count, Elapsed, Field, FieldType
from dealreg.facts.values import Span, Unit, span
from dealreg.policy.builders import FieldBuilder, Part, field, requirement

__all__ = ["lead_time", "lead_time_field"]

_COUNTS = {
    Unit.DAYS: (Count.DAYS, "days_to_close"),
    Unit.BUSINESS_DAYS: (Count.BUSINESS_DAYS, "business_days_to_close"),
    Unit.MONTHS: (Count.MONTHS, "months_to_close"),
}


def _counted(unit: Unit) -> tuple[Count, str]:
    if unit not in _COUNTS:
        raise PolicyError(
            f"a lead time cannot be counted in {shown(unit.value)}: the close is a date",
            value=unit,
            hint="use days, business days or months",
        )
    return _COUNTS[unit]


def _limit(limit: str | Span) -> tuple[int, FieldBuilder, str]:
    length = span(limit) if isinstance(limit, str) else limit
    words = f"{length.length} {length.unit.value.replace('_', ' ')}"
    return length.length, field(_counted(length.unit)[1]), words


def lead_time_field(unit: Unit | str = Unit.BUSINESS_DAYS, calendar: str | None = None) -> Field:
    """The field to declare for `lead_time`: the time from the submission to the expected close.

    Args:
        unit: `days`, `business_days` or `months`, as the lead time is stated.
        calendar: whose zone and business days count; None is Monday to Friday in UTC.
    """
    count, name = _counted(Unit(unit))
    return Field(
        name=name,
        type=FieldType.INTEGER,
        meaning=f"{count.value.replace('_', ' ').capitalize()} from the submission to the close",
        derived=Elapsed("submitted_at", "estimated_close", count, calendar),
    )


def lead_time(
    at_least: str | Span | None = None,
    *,
    at_most: str | Span | None = None,
    too_late: str = "TOO_LATE",
    too_early: str = "TOO_EARLY",
) -> tuple[Part, ...]:
    """The registration must come so long before the expected close, or no earlier than that.

    Args:
        at_least: such as `"10 business days"` or `"45 days"`, exactly so many included. Declare
            `lead_time_field` of the same unit in the policy.
        at_most: such as `"120 days"`.
        too_late: the reason code of those below `at_least`.
        too_early: the reason code of those over `at_most`.

    Rule shape: RS-19 (lead time before close).

    Sources:
        10 business days: Encore Networks, Reseller Deal Registration Terms and Conditions,
        https://www.encorenetworks.com/reseller-deal-registration-terms-and-conditions/. 45 days:
        CRN, Citrix launches Solution Advisor Rewards (2004),
        http://www.crn.com/news/channel-programs/18840362/citrix-launches-solution-advisor-rewards-program.htm.
        At most 120 days: IBM Channel Communication CC0808-163, System x Deal Registration (2008),
        https://m.docduoduo.com/p-2792624.html.

    Left open: whose business days, and whether the first and the last day count. Here the days
    after the submission up to and including the close, by the calendar named in the field.

    Raises:
        PolicyError: when neither is given, or in minutes, hours or weeks.

    >>> from dealreg import Policy, contest
    >>> policy = Policy(programme="Example", fields=[lead_time_field("business_days")],
    ...     contests=[contest("protection", lead_time("10 business days"))])
    >>> policy.contests[0].requires[0].tell
    'Must be registered at least 10 business days before the deal closes.'
    """
    parts: list[Part] = []
    if at_least is not None:
        limit, asked, unit = _limit(at_least)
        told = f"Must be registered at least {unit} before the deal closes."
        parts.append(requirement(too_late, asked >= limit, told))
    if at_most is not None:
        limit, asked, unit = _limit(at_most)
        told = f"Must be registered at most {unit} before the deal closes."
        parts.append(requirement(too_early, asked <= limit, told))
    if not parts:
        raise PolicyError("lead_time states no limit", hint="give `at_least` or `at_most`")
    return tuple(parts)

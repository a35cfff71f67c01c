"""Cap on new registrations: a partner may file only so many in a time."""

from dealreg.facts.fields import Field, FieldType, Source, Tally
from dealreg.facts.values import Span, span
from dealreg.policy.builders import Part, field, requirement

__all__ = ["cap_new_registrations", "filed_recently_field"]


def filed_recently_field(within: str | Span = "7 days", calendar: str | None = None) -> Field:
    """The field to declare: how many the partner filed in the span before this one.

    Args:
        within: the span before this one's submission, its first instant included.
        calendar: counts its days; None is UTC.
    """
    length = span(within) if isinstance(within, str) else within
    return Field(
        name="filed_recently",
        type=FieldType.INTEGER,
        source=Source.VENDOR,
        meaning=f"How many the partner filed in the {length.length} {length.unit.value} before",
        changes=False,
        derived=Tally(("partner_id",), length, calendar),
    )


def cap_new_registrations(
    at_most: int,
    *,
    code: str = "TOO_MANY_NEW",
    tell: str = "A partner may file only so many registrations in a time.",
) -> tuple[Part, ...]:
    """A partner may file only so many registrations in a span; further ones are refused.

    Declare `filed_recently_field(within=…)` in the policy, and give `decide` all of a partner's
    registrations of that time.

    Args:
        at_most: how many in any span of that length, this one included.
        code: the reason code.
        tell: what a partner may be told.

    Rule shape: RS-21 (caps on open or new registrations).

    Sources:
        35 a week: Lenovo US, Client Partner Programs,
        https://www.lenovopartnernetwork.com/us/client-programs/.

    Left open: calendar weeks or any seven days. Here any span of that length, so that waiting for
    Monday does not help. One that this rule refuses was filed and counts; one whose status says
    that it has ended does not.

    >>> from dealreg import Policy, contest
    >>> policy = Policy(programme="Example", fields=[filed_recently_field("7 days")], contests=[
    ...     contest("protection", cap_new_registrations(35))])
    >>> policy.contests[0].requires[0].code
    'TOO_MANY_NEW'
    """
    return (requirement(code, field("filed_recently") < at_most, tell),)

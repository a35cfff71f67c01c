"""Most qualified: among those in the review period merit decides, or a person."""

from dealreg.facts.values import Span, span
from dealreg.policy.builders import Part, field, highest, preferring
from dealreg.policy.predicates import Fact
from dealreg.policy.stages import Grace, MissingRule, Tie

__all__ = ["most_qualified"]


def most_qualified(
    *scores: str,
    within: str | Span | None = None,
    calendar: str | None = None,
    approved_stays: bool = True,
) -> tuple[Part, ...]:
    """The most qualified gets the benefit; where no score tells, a person decides.

    Args:
        scores: fields of which the highest wins, most important first, such as `score` or
            `satisfaction_score`. Without any, a person decides. Who has no score is put to a person
            together with those it cannot be compared with.
        within: the review period, from the earliest eligible registration, last instant included;
            None when whoever comes before the decision takes part.
        calendar: counts the days of the review period.
        approved_stays: a registration that the vendor has approved comes before all that are not.

    Rule shape: RS-15 (merit or vendor decision).

    Sources:
        the most qualified of those inside the review period: Encore Networks, Reseller Deal
        Registration Terms and Conditions,
        https://www.encorenetworks.com/reseller-deal-registration-terms-and-conditions/. Objective
        criteria: Cisco, Teaming Incentive Program training (2011),
        https://vdocuments.mx/amp/tip-ciscopartner-program-training-always-ask-the-following-3-simple-questions.html.
        To whom can invest in the deal: Sophos Partner Program, Deal Registration Global
        Guidelines (from 20 July 2020), Scribd document 552072689.

    Left open: what makes one more qualified. Either the programme records scores, or the answer
    is a person's; never a silent pick.

    >>> from dealreg import contest
    >>> protection = contest("protection", most_qualified(within="3 business days"))
    >>> protection.window.length.length, protection.tie.value
    (3, 'refer')
    """
    parts: list[Part] = []
    if within is not None:
        length = span(within) if isinstance(within, str) else within
        parts.append(Grace(length, Fact("submitted_at"), calendar))
    if approved_stays:
        parts.append(preferring(field("approved_at").is_known()))
    parts += [highest(score, missing=MissingRule.REFER) for score in scores]
    return (*parts, Tie.REFER)

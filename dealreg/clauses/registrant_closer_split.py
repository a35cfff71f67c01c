"""Registrant and closer: who registered and who closes are paid separately."""

from dealreg.facts.fields import Field, FieldType, Same, Source, Subject
from dealreg.policy.builders import Part, banded, field, others, terms

__all__ = ["closing_fields", "registrant_closer_split"]


def closing_fields() -> tuple[Field, Field]:
    """The fields to declare: which partner closed the deal, and whether it is this one."""
    return (
        Field(
            name="closing_partner_id",
            type=FieldType.TEXT,
            subject=Subject.OPPORTUNITY,
            source=Source.VENDOR,
            meaning="The partner through which the deal was closed",
        ),
        Field(
            name="closes_deal",
            type=FieldType.BOOL,
            subject=Subject.OPPORTUNITY,
            source=Source.VENDOR,
            meaning="Whether this partner closed the deal",
            changes=False,
            derived=Same("partner_id", "closing_partner_id"),
        ),
    )


def registrant_closer_split(
    label: str, *, registers_and_closes: str, registers: str, closes: str
) -> tuple[Part, ...]:
    """The registrant is paid more when it also closes; whoever only closes gets the rest.

    Declare `closing_fields()` in the policy. Until the deal is closed nobody has a rate.

    Args:
        label: what the programme calls the pay.
        registers_and_closes: percent for the holder of the registration that closes the deal.
        registers: percent for the holder when another partner closes.
        closes: percent for a partner that closes and does not hold the registration.

    Rule shape: RS-20 (registrant/closer split).

    Sources:
        6, 3 and 0 percent: Jabra Assured Services Deal Registration 2016 T&C (UK & Ireland),
        https://www.emea.jabra.com/c/uk/assured-partner/terms. A credit for the registrant that
        loses the bid: SAVQT / SunBriteTV, Register a Commercial Project,
        https://www.sunbritetv.com/register-a-commercial-project/. Influencer and fulfiller: CRN,
        Citrix launches Solution Advisor Rewards (2004),
        http://www.crn.com/news/channel-programs/18840362/citrix-launches-solution-advisor-rewards-program.htm.

    Left open: what the closer must have registered itself. A partner without any registration has
    no standing, and so no rate, here.

    >>> from dealreg import Policy, contest
    >>> split = registrant_closer_split(
    ...     "reward", registers_and_closes="6", registers="3", closes="0")
    >>> policy = Policy(programme="Example", fields=closing_fields(), contests=[
    ...     contest("reward", split)])
    >>> [str(band.percent) for band in policy.contests[0].gives[0].rate.bands]
    ['6', '3']
    """
    closed = field("closes_deal")
    holder = banded((closed.is_true(), registers_and_closes), (closed.is_false(), registers))
    return (
        terms(label, holder),
        others(terms(label, closes), when=closed.is_true()),
    )

"""Evidence first: those who show pre-sales work come before those who do not."""

from dealreg.policy.builders import Part, field, preferring

__all__ = ["evidence_first"]


def evidence_first(*kinds: str) -> tuple[Part, ...]:
    """Those who show evidence come first, the most telling kind before the others.

    Args:
        kinds: kinds of evidence, the most important first. Put the clause before the order that
            decides between partners with the same evidence.

    Rule shape: RS-10 (evidence of pre-sales work), as merit.

    Sources:
        author of the specification: SAVQT / SunBriteTV, Register a Commercial Project,
        https://savqt.com/register-a-commercial-project. Who demonstrably shaped the deal:
        Redstor, Deal Registration, https://www.redstor.com/partner/deal-registration. Able to
        confirm active engagement: CrowdStrike Deal Registration Program,
        https://online.documentine.com/close-unresponsive-program/3/crowdstrike-deal-registration-program-final.html.

    Left open: how evidence is weighed. Here kind by kind: the first kind that one shows and the
    other does not decides.

    >>> from dealreg import contest
    >>> from dealreg.clauses import first_to_register
    >>> protection = contest("protection", evidence_first("specification"), first_to_register())
    >>> len(protection.prefer)
    2
    """
    return tuple(preferring(field("evidence").covers(kind)) for kind in kinds)

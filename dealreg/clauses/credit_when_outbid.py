"""Credit when outbid: who wrote the specification is paid though another partner sells."""

from dealreg.policy.builders import (
    Part,
    competing_on,
    everyone_qualifying,
    field,
    requirement,
    terms,
)

__all__ = ["credit_when_outbid"]


def credit_when_outbid(
    label: str,
    percent: str | None = None,
    *,
    evidence: str = "specification",
    tell: str = "For the partner that specified the product, when another partner sells it.",
) -> tuple[Part, ...]:
    """Whoever specified the product gets a credit when another partner sells it.

    Declare `closing_fields()`, which stands beside `registrant_closer_split`, in the policy. The
    vendor has lost the deal as long as no partner is known that closed it: then nobody gets it.

    Args:
        label: what the programme calls the credit.
        percent: its rate; None where the programme states none.
        evidence: what shows that the partner wrote the specification, of `evidence`.
        tell: what a partner may be told.

    Rule shape: RS-09 (tender rule), RS-20 (registrant/closer split).

    Sources:
        A credit for the verified author of the specification, which loses the bid while the vendor
        wins: SAVQT / SunBriteTV, Register a Commercial Project,
        https://savqt.com/register-a-commercial-project.

    Left open: how much, and whether several can have written one specification: here each of which
    that was verified. A registration that the vendor's system has closed as lost takes part in
    nothing more; keep it `approved` or `converted` until the credit is paid.

    >>> from dealreg import Policy, contest
    >>> from dealreg.clauses import closing_fields
    >>> policy = Policy(programme="Example", fields=closing_fields(), contests=[
    ...     contest("specifier_credit", credit_when_outbid("specifier credit"))])
    >>> [each.code for each in policy.contests[0].requires]
    ['NOT_SPECIFIER', 'NOT_CLOSED', 'CLOSED_ITSELF']
    """
    return (
        # A contest for each partner: else a partner that wins the deal would end it for the others.
        competing_on("opportunity_id", "partner_id"),
        everyone_qualifying(),
        requirement("NOT_SPECIFIER", field("evidence").covers(evidence), tell),
        requirement("NOT_CLOSED", field("closing_partner_id").is_known(), tell),
        requirement("CLOSED_ITSELF", field("closes_deal").is_false(), tell),
        terms(label, percent),
    )

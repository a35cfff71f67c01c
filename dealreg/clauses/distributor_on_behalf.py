"""Distributor on behalf: who may file a registration for a partner."""

from collections.abc import Iterable

from dealreg.facts.fields import Field, FieldType, Same, Source
from dealreg.facts.values import as_tuple
from dealreg.policy.builders import Part, field, requirement

__all__ = ["distributor_on_behalf", "filed_by_distributor_field"]


def filed_by_distributor_field() -> Field:
    """The field to declare: whether the distributor named in the registration filed it."""
    return Field(
        name="filed_by_distributor",
        type=FieldType.BOOL,
        source=Source.VENDOR,
        meaning="Whether the distributor that the registration names filed it",
        changes=False,
        derived=Same("filed_by", "distributor_id"),
    )


def distributor_on_behalf(
    *,
    distributors: Iterable[str] = (),
    code: str = "FILED_BY_ANOTHER",
    tell: str = "Only the partner itself, or the distributor it names, may file a registration.",
) -> tuple[Part, ...]:
    """A registration is filed by the partner itself, or for it by the distributor it names.

    Declare `filed_by_distributor_field()` in the policy. The registration counts as the partner's,
    whoever filed it: two that one distributor files for two partners compete as any others.

    Args:
        distributors: the partner ids of the distributors that may; none for any.
        code: the reason code.
        tell: what a partner may be told.

    Rule shape: RS-01 (eligibility gate, partner type), on who files.

    Sources:
        distributors may register: Cybersixgill, Deal Registration Terms & Guidelines,
        https://cybersixgill.com/deal-registration; ConverseNow, deal registration terms,
        http://conversenow.ai/deal-registration-terms. The distributor is named in the
        registration: AV Costar (Arecont Vision), Project Registration Policy (2019),
        https://avcstaging.arecontvisioncostar.com/project-registration-policy. Partners register
        themselves: Paessler, FAQ Partner Program and Deal Registration,
        https://www.paessler.com/partners/partnerprogram.

    Left open: whether two filings of one distributor are one; here each partner's counts. A
    registration that another filed and that names no distributor is returned.

    >>> from dealreg import Policy, contest
    >>> policy = Policy(programme="Example", fields=[filed_by_distributor_field()], contests=[
    ...     contest("protection", distributor_on_behalf())])
    >>> policy.contests[0].requires[0].code
    'FILED_BY_ANOTHER'
    """
    on_behalf = field("filed_by_distributor").is_true()
    authorised = as_tuple(distributors)
    if authorised:
        on_behalf = on_behalf & field("filed_by").one_of(*authorised)
    return (requirement(code, field("filed_by_registrant").is_true() | on_behalf, tell),)

"""Joint registration: partners that complement each other hold one benefit together."""

from dealreg.facts.values import as_tuple
from dealreg.policy.builders import Part, field, holders, requirement, terms
from dealreg.policy.stages import Joint, Stature

__all__ = ["joint_registration"]


def joint_registration(
    partners: int = 2,
    *,
    roles: str | None = "partner_role",
    no_shared: str | None = "products",
    score: str | None = "satisfaction_score",
    scores_within: str = "1",
    shares: tuple[str, ...] = (),
    tell: str = "Partners may share a deal when their roles and products complement each other.",
) -> tuple[Part, ...]:
    """Several partners hold the benefit together, on conditions.

    Each declares its role and no two have the same; none resells what another resells; all show
    a satisfaction score, and the scores are of equal stature. Who does not fit those that come
    before it is denied with `NOT_COMPLEMENTARY`.

    Args:
        partners: how many at most.
        roles: the text field that must be declared and differ; None for no such condition.
        no_shared: the set field in which nothing may be shared; None for no such condition.
        score: the decimal field that both must show; None for no such condition.
        scores_within: how far apart two scores may be at most.
        shares: the part of the benefit that the first, the second … gets, as in `("2/3", "1/3")`;
            nothing for the whole to each.
        tell: what a partner may be told.

    Rule shape: RS-24 (non-exclusive registration), on conditions.

    Sources:
        several partners in one engagement: AWS Partner Central, multi-partner opportunities,
        https://docs.aws.amazon.com/partner-central/latest/developer-guide/working-with-multi-partner-opportunities.md.
        Co-sellers: OneIO, Partnership Deal Registration Terms and Conditions,
        https://support.oneio.cloud/hc/en-us/articles/16305559932060-Partnership-Deal-Registration-Terms-and-Conditions.
        A services registration beside the licence registration: GitLab handbook, Channel
        Operations (text of about 2020),
        https://about.gitlab.com/handbook/sales/field-operations/channel-operations/. The
        conditions are the dispute's, not a vendor's.

    Left open: what equal stature is; here a distance of scores, stated.

    >>> from dealreg import contest
    >>> protection = contest("protection", joint_registration(2, scores_within="0.5"))
    >>> protection.capacity, protection.joint.distinct
    (2, ('partner_role',))
    """
    complement = Joint(
        distinct=() if roles is None else (roles,),
        disjoint=() if no_shared is None else (no_shared,),
        stature=() if score is None else (Stature(score, scores_within),),
        tell=tell,
    )
    declared: tuple[Part, ...] = ()
    if roles is not None:
        told = "Each partner declares what it does in the deal."
        rule = field(roles).is_known()
        declared = (requirement("ROLE_NOT_DECLARED", rule, told, if_false="return"),)
    given = tuple(terms(share=share) for share in as_tuple(shares))
    return (*declared, holders(partners), complement, *given)

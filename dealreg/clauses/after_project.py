"""After project: a resale is registered under a project that is registered already."""

from dealreg.facts.fields import Field, FieldType, Source, Tally
from dealreg.policy.builders import Part, field, requirement
from dealreg.policy.predicates import Compare, Fact, Op

__all__ = ["after_project", "project_fields"]


def project_fields(*same: str) -> tuple[Field, ...]:
    """The fields to declare: the level of a registration, and approved projects before it.

    Args:
        same: the fields in which a resale and its project agree; without any, the partner and the
            opportunity. Without `partner_id`, anybody's project counts.
    """
    return (
        Field(
            "registration_level",
            FieldType.TEXT,
            source=Source.APPLICANT,
            meaning="project, or resale under a project",
            changes=False,
        ),
        Field(
            "approved_projects",
            FieldType.INTEGER,
            source=Source.VENDOR,
            meaning="How many approved project registrations were made before that it stands under",
            changes=False,
            derived=Tally(
                same or ("partner_id", "opportunity_id"),
                where={"registration_level": "project", "status": "approved"},
            ),
        ),
    )


def after_project(
    *,
    code: str = "NO_PROJECT_REGISTRATION",
    tell: str = "The project must be registered and approved first.",
) -> tuple[Part, ...]:
    """A resale registration needs an approved project registration before it.

    Args:
        code: the reason code.
        tell: what a partner may be told.

    Rule shape: RS-25 (two-level registration).

    Sources:
        Project registration first, then resale registrations under it: Oracle, Value-based Project
        Registration Initiative,
        http://www.oracle.com/partners/campaign/eblasts/new-value-based-proj-registn-pilot-2213015.html.
        A solution prequalified once, then each deal registered: Cisco, Solution Incentive Program
        rules (2006), https://m.moam.info/solution-incentive-program_59bb03c11723dddcc6db0ab9.html.

    Left open: whose project it must be, and whether a resale registration outlives it. Here the
    project is the partner's own, and asked for when the benefit is awarded. Declare
    `project_fields()` in the policy; where another key than the opportunity joins the two, such as
    the solution that was prequalified, `project_fields("partner_id", "solution")`.

    >>> from dealreg import contest
    >>> contest("resale", after_project()).requires[1].code
    'NO_PROJECT_REGISTRATION'
    """
    resale = Compare(Fact("registration_level"), Op.EQ, "resale")
    return (
        requirement("NOT_RESALE", resale, "Only for resale registrations."),
        requirement(code, field("approved_projects") >= 1, tell),
    )

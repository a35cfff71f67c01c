"""Vendor-assigned: a lead of the vendor's goes to the partner that the vendor names."""

from dealreg.facts.fields import Field, FieldType, Same, Source, Subject
from dealreg.policy.builders import Part, any_of, field, requirement

__all__ = ["assigned_fields", "vendor_assigned"]


def assigned_fields() -> tuple[Field, Field]:
    """The fields to declare: whom the vendor assigned its lead to, and whether it is this one."""
    return (
        Field(
            name="assigned_partner_id",
            type=FieldType.TEXT,
            subject=Subject.OPPORTUNITY,
            source=Source.VENDOR,
            meaning="The partner to which the vendor assigned its lead",
        ),
        Field(
            name="assigned_to_partner",
            type=FieldType.BOOL,
            subject=Subject.OPPORTUNITY,
            source=Source.VENDOR,
            meaning="Whether the vendor assigned its lead to this partner",
            changes=False,
            derived=Same("partner_id", "assigned_partner_id"),
        ),
    )


def vendor_assigned(tell: str = "The vendor assigns its own leads.") -> tuple[Part, ...]:
    """A lead of the vendor's is for the partner it is assigned to; until then a person decides.

    Declare `assigned_fields()` in the policy. Leads of partners are not touched.

    Args:
        tell: what a partner may be told to whom it is not assigned. Code `VENDOR_ASSIGNS`.

    Rule shape: RS-11 (vendor-led separation), where the vendor assigns.

    Sources:
        RedShield, Partner Deal Registration Guide, https://dealregistration.redshield.co; Cisco,
        Guided Deal Registration Training (2015), on the teaming programme for vendor-initiated
        deals,
        https://fdocuments.in/document/guided-deal-registration-training-cisco-certified-partners-partner-hunted.html.

    Left open: by which criteria the vendor picks. The pick itself is a recorded fact here, so
    that the decision re-runs.

    >>> from dealreg import Policy, contest
    >>> policy = Policy(programme="Example", fields=assigned_fields(),
    ...     contests=[contest("protection", vendor_assigned())])
    >>> policy.contests[0].requires[0].if_unknown.value
    'refer'
    """
    rule = any_of(
        field("lead_source").one_of("partner", "distributor"),
        field("assigned_to_partner").is_true(),
    )
    return (requirement("VENDOR_ASSIGNS", rule, tell, if_unknown="refer"),)

"""Vendor-led rate: a smaller benefit for what the vendor found."""

from collections.abc import Mapping

from dealreg.policy.builders import FieldBuilder, Part, banded, terms
from dealreg.policy.predicates import Fact

__all__ = ["vendor_led_rate"]


def vendor_led_rate(
    label: str,
    *,
    partner: str,
    vendor: str,
    by_stage: Mapping[str, str] | None = None,
    as_of: str | None = None,
) -> tuple[Part, ...]:
    """One rate for what the partner found, a smaller one for what the vendor found.

    Args:
        label: what the programme calls the benefit.
        partner: percent, when the partner is the source of the lead.
        vendor: percent, when the vendor is.
        by_stage: instead, for some sales stages at arrival, percent by stage; these come first.
        as_of: the instant field at which the stage is read, such as `submitted_at`; None for the
            decision.

    Rule shape: RS-11 (vendor-led separation), as classes of benefit.

    Sources:
        co-sell beside partner-sourced: GitLab handbook, Channel Partners: Working with GitLab,
        https://handbook.gitlab.com/handbook/resellers/channel-working-with-gitlab; Splunk
        Reseller Deal Registration Guide,
        https://ro.scribd.com/document/409689695/Dance-With-Dragons-Maps. By sales stage at
        arrival: GitLab handbook, Channel Operations (text of about 2020),
        https://about.gitlab.com/handbook/sales/field-operations/channel-operations/.

    Left open: GitLab's discretion at some stages; put those to a person with `vendor_decides`. A
    lead from somebody else, or from an unknown source, has no rate.

    >>> from dealreg import contest
    >>> contest("discount", vendor_led_rate("discount", partner="20", vendor="5")).gives[0].label
    'discount'
    """
    stage = FieldBuilder(Fact("stage", as_of))
    source = FieldBuilder(Fact("lead_source"))
    stages = by_stage or {}
    by_arrival = [(stage == name, stages[name]) for name in sorted(stages)]
    return (
        terms(
            label, banded(*by_arrival, (source == "partner", partner), (source == "vendor", vendor))
        ),
    )

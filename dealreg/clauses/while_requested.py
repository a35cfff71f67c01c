"""While requested: a partner has a benefit as long as it asks for it, and may give it back."""

from dealreg.policy.builders import Part, field, requirement

__all__ = ["while_requested"]


def while_requested(
    benefit: str,
    *,
    code: str = "NOT_REQUESTED",
    tell: str = "The partner does not ask for it, or no longer.",
) -> tuple[Part, ...]:
    """A registration has the benefit only for as long as it asks for it.

    Dropping it from `requested_benefits` gives it back: the place is free for the next. Asking for
    another benefit instead converts the registration.

    Args:
        benefit: the name under which it is asked for.
        code: the reason code.
        tell: what a partner may be told.

    Rule shape: RS-23 (withdrawal and conversion).

    Sources:
        An exclusive registration can be turned into open special pricing: AV Costar (Arecont
        Vision), Project Registration Policy (2019),
        https://avcstaging.arecontvisioncostar.com/project-registration-policy. Releasing a
        registration frees the place and forfeits the benefit: HubSpot, Sales Partner Program
        Policies, https://www.hubspot.com/partners/sales/program-policies.

    Left open: whether it can be asked for again. Here it can, in the order of the contest.

    >>> from dealreg import contest
    >>> contest("registered_price", while_requested("registered_price")).requires[0].lasting
    True
    """
    asked = field("requested_benefits").covers(benefit)
    return (requirement(code, asked, tell, lasting=True),)

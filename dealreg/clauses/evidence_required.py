"""Evidence required: proof of pre-sales work before a benefit is given."""

from dealreg.policy.builders import FieldBuilder, Part, requirement
from dealreg.policy.predicates import Fact
from dealreg.policy.stages import Unmet

__all__ = ["evidence_required"]


def evidence_required(
    *kinds: str,
    any_one: bool = False,
    as_of: str | None = None,
    else_: Unmet | str = Unmet.RETURN,
    code: str = "INSUFFICIENT_EVIDENCE",
    tell: str | None = None,
) -> tuple[Part, ...]:
    """The registration must show evidence of pre-sales work.

    Args:
        kinds: the kinds of evidence asked for, in the programme's words: `meeting`, …
        any_one: one of them is enough; else all.
        as_of: the instant field by which it was supplied, such as `submitted_at`; None when it
            may be supplied until the decision.
        else_: without it the registration is returned (`return`), denied (`deny`) or put to a
            person (`refer`).
        code: the reason code.
        tell: what a partner may be told; None for a sentence with the kinds.

    Rule shape: RS-10 (evidence of pre-sales work), as a gate.

    Sources:
        meeting with a decision maker, budget, requirements, dated: Cybersixgill, Deal
        Registration Terms & Guidelines, https://cybersixgill.com/deal-registration. E-mail, proof
        of concept or customer call: Encore Networks, Reseller Deal Registration Terms and
        Conditions,
        https://www.encorenetworks.com/reseller-deal-registration-terms-and-conditions/. Before
        registering: CrowdStrike Deal Registration Program,
        https://online.documentine.com/close-unresponsive-program/3/crowdstrike-deal-registration-program-final.html.
        On request: Redstor, Deal Registration, https://www.redstor.com/partner/deal-registration.

    Left open: who verifies it, and whether a registration without it keeps its place once it
    arrives. Here the vendor records the kinds it accepts, and the place is that of the order.

    >>> from dealreg import contest
    >>> rule = evidence_required("meeting", "proof_of_concept", any_one=True)
    >>> contest("protection", rule).requires[0].tell
    'Needs evidence of pre-sales work: meeting or proof of concept.'
    """
    evidence = FieldBuilder(Fact("evidence", as_of))
    shown = evidence.overlaps(*kinds) if any_one else evidence.covers(*kinds)
    named = (" or " if any_one else ", ").join(kind.replace("_", " ") for kind in kinds)
    told = f"Needs evidence of pre-sales work: {named}." if tell is None else tell
    return (requirement(code, shown, told, if_false=else_, if_unknown=else_),)

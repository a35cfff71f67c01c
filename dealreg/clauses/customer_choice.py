"""Customer's choice: what the customer chose in writing comes before time and order."""

from collections.abc import Iterable

from dealreg.facts.values import as_tuple
from dealreg.policy.builders import Part, all_of, field, override

__all__ = ["customer_choice"]


def customer_choice(
    *,
    forms: Iterable[str] = ("letter", "email"),
    by: Iterable[str] = ("decision_maker",),
    code: str = "CUSTOMER_PREFERENCE",
    tell: str = "The customer has chosen the partner it wants.",
) -> tuple[Part, ...]:
    """The partner that the customer chose gets the benefit, if its registration is eligible.

    Args:
        forms: the forms in which a choice counts, of `customer_choice_form`.
        by: whose choice counts, of `customer_choice_by`.
        code: the reason code of those not chosen.
        tell: what a partner may be told.

    Rule shape: RS-18 (customer choice overrides).

    Sources:
        in writing, by the decision maker: Cirrus TSI, Deal Registration Policy,
        https://www.cirrustsi.com/deal-registration/. By e-mail or phone: TD SYNNEX NL, Veeam
        incumbency policy from 1 July 2024,
        https://connect.tdsynnex.nl/vendor/veeam/incumbency-policy/. In writing: GitLab handbook,
        Channel Partners: Working with GitLab,
        https://handbook.gitlab.com/handbook/resellers/channel-working-with-gitlab. The customer
        may choose among co-sellers: OneIO, Partnership Deal Registration Terms and Conditions,
        https://support.oneio.cloud/hc/en-us/articles/16305559932060-Partnership-Deal-Registration-Terms-and-Conditions.

    Left open: two letters, and a letter taken back. The last recorded choice counts, from the
    instant it was made. A choice whose form or author is not known changes nothing, nor does one
    for a partner without an eligible registration. Write the clause before `incumbent_on_renewal`
    where the customer's word is stronger.

    >>> from dealreg import contest
    >>> contest("protection", customer_choice()).overrides[0].code
    'CUSTOMER_PREFERENCE'
    """
    chosen = all_of(
        field("chosen_by_customer").is_true(),
        field("customer_choice_form").one_of(*as_tuple(forms)),
        field("customer_choice_by").one_of(*as_tuple(by)),
    )
    return (override(code, chosen, tell),)

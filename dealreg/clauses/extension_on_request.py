"""Extension on request: a protection period can be made longer, if asked for in time."""

from dealreg.facts.values import Span
from dealreg.policy.clock_builders import extension
from dealreg.policy.clocks import Extension, GrantedBy, IfWaiting

__all__ = ["extension_on_request"]


def extension_on_request(
    length: str | Span | None = None,
    *,
    times: int | None = 1,
    ask_before: str | Span = "0 days",
    granted_by: GrantedBy | str = GrantedBy.VENDOR,
    if_waiting: IfWaiting | str = IfWaiting.GRANTED,
    lasts_while_asked: bool = False,
) -> Extension:
    """A period can be extended on request that is made before it ends.

    It is not a part of a contest by itself: give it to `protection_period(extension=...)`.

    Args:
        length: by how much; None for as long again as the period.
        times: how often; None for any number.
        ask_before: how long before the end it must be asked for, at the latest.
        granted_by: `vendor`, or `asking` where asking in time is enough.
        if_waiting: `granted`, or `refused` while another registration waits for the same thing.
        lasts_while_asked: whether the period goes on until a request made in time is answered.

    Rule shape: RS-06 (extension on request).

    Sources:
        One further 6 months, asked before expiry: Sharp/NEC, deal registration rules,
        https://dealreg.sharpnecdisplays.us/rules. At the vendor's discretion, asked before expiry:
        NeuVector, Deal Registration Terms and Guidelines,
        https://neuvector.com/about/solution-partners/deal-registration-terms-and-guidelines/;
        Sophos Partner Program, Deal Registration Global Guidelines (2020), Scribd document
        552072689.
        With proof of activity: TREND Networks, Opportunity Registration Form, Rules & Requirements,
        https://app.smartsheet.com/b/form/5f6917df84064736bccbdfa8abaed4ea.

    Left open: what a request means that is made in time and decided late, and what becomes of it
    when somebody is waiting. Here both are stated: `lasts_while_asked` and `if_waiting`.

    >>> from dealreg import contest
    >>> from dealreg.clauses import protection_period
    >>> once_more = extension_on_request(lasts_while_asked=True)
    >>> protected = contest("protection", protection_period("6 months", extension=once_more))
    >>> protected.period.extension.times
    1
    """
    return extension(
        length,
        times=times,
        ask_before=ask_before,
        granted_by=granted_by,
        if_waiting=if_waiting,
        lasts_while_asked=lasts_while_asked,
    )

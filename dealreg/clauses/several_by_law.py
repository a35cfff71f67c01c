"""Several by law: where the law demands it, several partners are registered."""

from dealreg.policy.builders import Part, everyone_qualifying, field, requirement

__all__ = ["several_by_law"]


def several_by_law(
    *,
    exclusive: bool = False,
    code: str | None = None,
    tell: str | None = None,
) -> tuple[Part, ...]:
    """One benefit for opportunities where the law admits several, another where one holds it.

    Exclusive and shared registration are two benefits, each with its contest: put
    `several_by_law(exclusive=True)` into the exclusive one and `several_by_law()` into the
    shared one.

    Args:
        exclusive: for the contest that one holds, which is closed where the law demands several;
            else for the one in which all who qualify hold the benefit there.
        code: the reason code; None for `NOT_SEVERAL_BY_LAW` and `SEVERAL_BY_LAW`.
        tell: what a partner may be told; None for a sentence of its own.

    Rule shape: RS-09 (tender rule), variant g: several holders where law requires.

    Sources:
        Cybersixgill, Deal Registration Terms & Guidelines,
        https://cybersixgill.com/deal-registration.

    Left open: what the several get, which is the second contest's terms.

    >>> from dealreg import contest
    >>> contest("shared_protection", several_by_law()).capacity is None
    True
    """
    demanded = field("several_by_law")
    if exclusive:
        told = "The law demands that several partners are admitted, so nobody holds this alone."
        told = told if tell is None else tell
        return (requirement(code or "SEVERAL_BY_LAW", demanded.is_false(), told),)
    told = "Only where the law demands that several partners are admitted."
    told = told if tell is None else tell
    rule = requirement(code or "NOT_SEVERAL_BY_LAW", demanded.is_true(), told)
    return rule, everyone_qualifying()

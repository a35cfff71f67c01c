"""Cases of the same facts that expect what cannot both be."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

from dealreg.errors import shown
from dealreg.outcome.cases import PolicyCase

__all__ = ["contradictions"]

_Expected: TypeAlias = Mapping[tuple[str, ...], str]


def contradictions(cases: Iterable[PolicyCase]) -> Iterator[tuple[PolicyCase, str]]:
    """Each case that contradicts an earlier one of the same facts, and how, in a sentence."""
    seen: dict[Any, list[tuple[PolicyCase, _Expected]]] = {}
    for case in cases:
        expected = _expected(case)
        alike = seen.setdefault((case.at, case.facts, case.answers), [])
        for earlier, before in alike:
            both = [about for about in expected if about in before]
            differ = [about for about in both if expected[about] != before[about]]
            if differ:
                yield case, _sentence(earlier, differ[0], before, expected)
                break
        alike.append((case, expected))


def _expected(case: PolicyCase) -> _Expected:
    found: dict[tuple[str, ...], str] = {
        (each.registration_id, each.benefit, each.line or "", stated.name): stated.value
        for each in case.standings
        for stated in each.stated
    }
    for name in _LISTS:
        notices: Sequence[Any] | None = getattr(case, name)
        if notices is not None:
            found["", "", "", name] = "none" if not notices else f"{len(notices)}"
    return found


_LISTS: Final = ("referrals", "deadlocks")


def _sentence(
    earlier: PolicyCase, about: tuple[str, ...], before: _Expected, expected: _Expected
) -> str:
    registration, benefit, line, name = about
    of = f"{registration} for {benefit}" + (f", {line}" if line else "")
    what = f"the {name}" if name in _LISTS else f"`{name}` of {of}"
    return (
        f"it has the facts of the case {shown(earlier.name)}, line {earlier.line}, and expects "
        f"{what} to be {shown(expected[about] or 'none')}, not {shown(before[about] or 'none')}"
    )

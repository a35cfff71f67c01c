"""A decision beside what a case expects of it: differences, and what it would have to expect."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

import attrs

from dealreg.facts.instants import iso
from dealreg.outcome.cases import (
    About,
    Difference,
    ExpectedNotice,
    ExpectedStanding,
    PolicyCase,
    Stated,
    exact_text,
)
from dealreg.outcome.decision import Deadlock, Decision, Referral, Standing

__all__ = ["Decided", "differences", "notice_texts", "restated", "standing_texts"]

_NONE = ""


class Decided(Protocol):
    """A decision, as far as cases look at it."""

    @property
    def standings(self) -> Sequence[Standing]:
        """The standings, in any order."""

    @property
    def referrals(self) -> Sequence[Referral]:
        """The referrals."""

    @property
    def deadlocks(self) -> Sequence[Deadlock]:
        """The deadlocks."""


def standing_texts(standing: Standing) -> dict[str, str]:
    """All that a case may expect of a standing, as the texts in which it is compared."""
    given = standing.entitlement
    texts: dict[str, object] = {
        "stand": standing.kind.value,
        "code": standing.code,
        "clause": standing.clause,
        "rival": standing.rival,
        "place": standing.place,
        "missing": "; ".join(sorted(standing.missing)),
        "provisional_until": _instant(standing.provisional_until),
        "version": standing.policy_version,
        "label": _NONE if given is None else given.label,
        "percent": None if given is None or given.percent is None else exact_text(given.percent),
        "share": None if given is None else exact_text(given.share),
        "starts": None if given is None else _instant(given.starts),
        "ends": None if given is None else _instant(given.ends),
    }
    return {name: _NONE if text is None else str(text) for name, text in texts.items()}


def notice_texts(notice: Referral | Deadlock) -> dict[str, str]:
    """All that a case may expect of a referral or a deadlock, likewise."""
    names = ("benefit", "line", "code", "clause", "blocked", "blocker", "holds")
    found = {name: getattr(notice, name) or _NONE for name in names if hasattr(notice, name)}
    if isinstance(notice, Referral):
        found["candidates"] = "; ".join(sorted(notice.candidates))
    return found


def _instant(value: object) -> str:
    return _NONE if value is None else iso(value)  # type: ignore[arg-type]


def differences(case: PolicyCase, decision: Decided) -> tuple[Difference, ...]:
    """Where a decision is not as a case expects, in the order in which it is expected."""
    found = [each for expected in case.standings for each in _of_standing(expected, decision)]
    if case.referrals is not None:
        found += _of_notices(About.REFERRAL, case.referrals, decision.referrals)
    if case.deadlocks is not None:
        found += _of_notices(About.DEADLOCK, case.deadlocks, decision.deadlocks)
    return tuple(found)


def _meant(expected: ExpectedStanding, decision: Decided) -> list[Standing]:
    """The standings that an expectation without a line may mean: all of its registration's."""
    return [
        each
        for each in decision.standings
        if (each.registration_id, each.benefit) == (expected.registration_id, expected.benefit)
        and expected.line in (None, each.line)
    ]


def _of_standing(expected: ExpectedStanding, decision: Decided) -> Iterator[Difference]:
    place = {
        "about": About.STANDING,
        "benefit": expected.benefit,
        "registration_id": expected.registration_id,
    }
    meant = _meant(expected, decision)
    if not meant:
        wanted = ", ".join(each.value for each in expected.stated)
        yield Difference(**place, line=expected.line, expected=wanted, found=_NONE)
    for standing in meant:
        texts = standing_texts(standing)
        for stated in sorted(expected.stated, key=lambda each: each.name != "stand"):
            if texts[stated.name] != stated.value:
                yield Difference(
                    **place,
                    line=standing.line,
                    name=stated.name,
                    expected=stated.value,
                    found=texts[stated.name],
                )


def _of_notices(
    about: About,
    expected: Sequence[ExpectedNotice],
    found: Sequence[Referral] | Sequence[Deadlock],
) -> Iterator[Difference]:
    """Every notice must be expected, and every expected one there; paired by best fit."""
    texts = [notice_texts(each) for each in found]
    pairs = _paired(expected, texts)
    for number, each in enumerate(expected):
        taken = pairs.get(number)
        if taken is None:
            benefit = next((s.value for s in each.stated if s.name == "benefit"), "")
            yield Difference(about=about, benefit=benefit, expected=_said(each.stated), found=_NONE)
            continue
        for stated in each.stated:
            if texts[taken][stated.name] != stated.value:
                yield Difference(
                    about=about,
                    benefit=texts[taken]["benefit"],
                    name=stated.name,
                    expected=stated.value,
                    found=texts[taken][stated.name],
                )
    for number, text in enumerate(texts):
        if number not in pairs.values():
            said = _said(Stated(name, value) for name, value in text.items() if value)
            yield Difference(about=about, benefit=text["benefit"], expected=_NONE, found=said)


def _paired(expected: Sequence[ExpectedNotice], texts: Sequence[dict[str, str]]) -> dict[int, int]:
    """Which found notice each expected one means: first those that fit best, then in order."""
    fits = sorted(
        (sum(text[each.name] != each.value for each in wanted.stated), number, place)
        for number, wanted in enumerate(expected)
        for place, text in enumerate(texts)
    )
    pairs: dict[int, int] = {}
    for _, number, place in fits:
        if number not in pairs and place not in pairs.values():
            pairs[number] = place
    return pairs


def _said(stated: Iterable[Stated]) -> str:
    return ", ".join(f"{each.name} {each.value or 'none'}" for each in stated)


_NEW = ("stand", "code")
_NEW_NOTICE = ("benefit", "line", "code", "blocked", "blocker", "candidates")


def restated(case: PolicyCase, decision: Decision) -> PolicyCase:
    """The case as it would have to be for this decision: the same things stated, as they are found.

    A case that expects nothing gets all standings with their codes, and referrals and deadlocks
    where there are any. Lines of a benefit that an expectation leaves open are told apart.
    """
    if not case.expects:
        return _stated_anew(case, decision)
    standings: list[ExpectedStanding] = []
    for expected in case.standings:
        meant = _meant(expected, decision)
        fitting = [_as_found(expected, each) for each in meant]
        alike = {each.stated for each in fitting}
        standings += (
            [attrs.evolve(expected, stated=fitting[0].stated)]
            if len(alike) == 1
            else [
                attrs.evolve(each, line=standing.line)
                for each, standing in zip(fitting, meant, strict=True)
            ]
        )
    return attrs.evolve(
        case,
        standings=standings,
        referrals=_renoticed(case.referrals, decision.referrals),
        deadlocks=_renoticed(case.deadlocks, decision.deadlocks),
    )


def _as_found(expected: ExpectedStanding, standing: Standing) -> ExpectedStanding:
    texts = standing_texts(standing)
    stated = [Stated(each.name, texts[each.name]) for each in expected.stated]
    return attrs.evolve(expected, stated=stated)


def _stated_anew(case: PolicyCase, decision: Decision) -> PolicyCase:
    standings = [
        ExpectedStanding(
            benefit=each.benefit,
            registration_id=each.registration_id,
            line=each.line,
            stated=_worth_stating(standing_texts(each)),
        )
        for each in decision.standings
    ]
    return attrs.evolve(
        case,
        standings=standings,
        referrals=_noticed(decision.referrals, _NEW_NOTICE) if decision.referrals else None,
        deadlocks=_noticed(decision.deadlocks, _NEW_NOTICE) if decision.deadlocks else None,
    )


def _worth_stating(texts: Mapping[str, str]) -> list[Stated]:
    """The standing, and why; that what is granted is granted goes without saying."""
    plainly = (texts["stand"], texts["code"]) == ("granted", "GRANTED")
    return [Stated(name, texts[name]) for name in (_NEW[:1] if plainly else _NEW)]


def _noticed(
    found: Iterable[Referral] | Iterable[Deadlock], names: Iterable[str]
) -> tuple[ExpectedNotice, ...]:
    return tuple(
        ExpectedNotice([Stated(name, text[name]) for name in names if text.get(name)])
        for text in map(notice_texts, found)
    )


def _renoticed(
    expected: tuple[ExpectedNotice, ...] | None,
    found: Sequence[Referral] | Sequence[Deadlock],
) -> tuple[ExpectedNotice, ...] | None:
    if expected is None:
        return None
    texts = [notice_texts(each) for each in found]
    back = {place: number for number, place in _paired(expected, texts).items()}
    anew = _noticed(found, _NEW_NOTICE)
    return tuple(
        ExpectedNotice([Stated(s.name, text[s.name]) for s in expected[back[place]].stated])
        if place in back
        else anew[place]
        for place, text in enumerate(texts)
    )

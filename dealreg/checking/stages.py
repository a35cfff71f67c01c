"""Do the stages of a contest name fields and calendars that fit them."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from dealreg.checking.clocks import clock_findings, clock_uses
from dealreg.checking.codes import finding
from dealreg.checking.declarations import calendar_finding
from dealreg.checking.predicates import ORDERED
from dealreg.checking.uses import Use, use_findings, use_of
from dealreg.errors import shown
from dealreg.facts.fields import FieldType
from dealreg.facts.vocabulary import Vocabulary
from dealreg.outcome.findings import Finding
from dealreg.policy.contests import Contest
from dealreg.policy.paths import contest_path, prefer_path
from dealreg.policy.stages import Award, HeadStart, Joint, Key, Tie

__all__ = ["stage_findings", "uses_of"]

_INSTANT: Final = frozenset({FieldType.INSTANT})
_TEXT: Final = frozenset({FieldType.TEXT})
_SET: Final = frozenset({FieldType.TEXT_SET})
_ORDINAL: Final = frozenset({FieldType.ORDINAL})
_NUMBER: Final = frozenset({FieldType.DECIMAL, FieldType.INTEGER})
_NAMES: Final = frozenset(
    {FieldType.TEXT, FieldType.ORDINAL, FieldType.BOOL, FieldType.INTEGER, FieldType.DATE}
)
"""The types whose equality names a conflict."""

_PREFER: Final = "prefer those that satisfy a rule about it, or declare it an ordinal"

_CURRENCY: Final = re.compile(r"[A-Z]{3}")

_CENTURY: Final = timedelta(days=36_525)


def stage_findings(
    contest: Contest, vocabulary: Vocabulary, calendars: set[str]
) -> Iterator[Finding]:
    """Fields of the wrong type, calendars that are not there, stages that contradict."""
    for use in uses_of(contest):
        yield from use_findings(use, vocabulary)
    path = contest_path(contest.benefit, "window.calendar")
    yield from calendar_finding(getattr(contest.window, "calendar", None), path, calendars)
    yield from clock_findings(contest, calendars)
    for place, preference in enumerate(contest.prefer):
        if isinstance(preference, Key):
            path = prefer_path(contest.benefit, place)
            yield from _currency_findings(preference, path, vocabulary)
    yield from _scope_findings(contest)
    yield from _head_start_findings(contest, vocabulary)
    yield from _joint_findings(contest)


def uses_of(contest: Contest) -> Iterator[Use]:
    """Every field that a contest names outside its predicates."""

    def path(stage: str) -> str:
        return contest_path(contest.benefit, stage)

    for place, name in enumerate(contest.scope.keys):
        yield Use(path(f"scope.keys[{place}]"), name, _NAMES, "what names a conflict")
    if contest.scope.lines is not None:
        yield Use(path("scope.lines"), contest.scope.lines, _SET, "the lines of a scope")
    yield from clock_uses(contest)
    window = contest.window
    if window is not None:
        yield use_of(window.clock, path("window.clock"), _INSTANT, "the clock of a window")
    if isinstance(window, HeadStart):
        yield use_of(window.ladder, path("window.ladder"), _ORDINAL, "the ladder of a head start")
    for place, preference in enumerate(contest.prefer):
        if isinstance(preference, Key):
            yield _key_use(preference, prefer_path(contest.benefit, place))
    yield Use(path("one_per"), contest.one_per, _TEXT, "what holds a benefit at most once")
    if contest.joint is not None:
        yield from _joint_uses(contest.joint, path("joint"))


def _key_use(key: Key, path: str) -> Use:
    # The registration's own number is the one text whose order somebody may want, arbitrary as
    # it is; an order of other texts would change when a partner is renamed (D-6).
    kinds = ORDERED | _TEXT if key.fact.name == "registration_id" else ORDERED
    return use_of(key.fact, path, kinds, "ordered by", _PREFER)


def _joint_uses(joint: Joint, path: str) -> Iterator[Use]:
    for place, name in enumerate(joint.distinct):
        yield Use(f"{path}.distinct[{place}]", name, _TEXT, "declared and distinct")
    for place, name in enumerate(joint.disjoint):
        yield Use(f"{path}.disjoint[{place}]", name, _SET, "declared and disjoint")
    for place, stature in enumerate(joint.stature):
        what = "a score of stature"
        yield Use(f"{path}.stature[{place}]", stature.field, _NUMBER, what)


def _currency_findings(key: Key, path: str, vocabulary: Vocabulary) -> Iterator[Finding]:
    field = vocabulary.get(key.fact.name)
    if field is None:
        return
    name = shown(field.name)
    currency = key.currency
    if field.type is not FieldType.MONEY and currency is not None:
        yield finding(
            "CURRENCY_WITHOUT_MONEY",
            path,
            f"{name} is of type {field.type}, and the order states the currency {shown(currency)}",
            "remove the currency",
        )
    if field.type is FieldType.MONEY and not _CURRENCY.fullmatch(currency or ""):
        yield finding(
            "CURRENCY_NEEDED",
            path,
            f"the order by {name} states no currency",
            'state one, as in `currency="EUR"`; amounts in others count as missing',
        )


def _scope_findings(contest: Contest) -> Iterator[Finding]:
    if contest.scope.award is Award.BY_LINE and contest.scope.lines is None:
        yield finding(
            "LINES_NEEDED",
            contest_path(contest.benefit, "scope"),
            "the award is by line, and no field is named that has the lines",
            'name a set field, as in `lines="products"`',
        )


def _head_start_findings(contest: Contest, vocabulary: Vocabulary) -> Iterator[Finding]:
    window = contest.window
    if not isinstance(window, HeadStart):
        return
    field = vocabulary.get(window.ladder.name)
    steps = len(field.levels) - 1 if field is not None else 0
    if steps * timedelta(**{window.length.unit.value: window.length.length}) > _CENTURY:
        yield finding(
            "HEAD_START_TOO_LONG",
            contest_path(contest.benefit, "window"),
            f"the highest of {steps + 1} levels has a head start of more than a century",
            "state a shorter length",
        )


def _joint_findings(contest: Contest) -> Iterator[Finding]:
    if contest.joint is None:
        return
    path = contest_path(contest.benefit, "joint")
    if contest.tie is Tie.SHARE:
        yield finding(
            "JOINT_AND_SHARED",
            path,
            "those who tie all share the benefit, whether they fit each other or not",
            "use another tie rule, or no conditions for co-holders",
        )
    if contest.capacity == 1:
        yield finding(
            "JOINT_WITHOUT_EFFECT",
            path,
            "only one can hold the benefit, so nobody holds it beside another",
            "state how many may hold it, or remove the conditions",
        )
    for place, stature in enumerate(contest.joint.stature):
        if stature.at_most < 0:
            yield finding(
                "NEVER_TRUE",
                f"{path}.stature[{place}]",
                f"no two scores are {shown(stature.at_most)} apart",
                "state a distance from 0 on",
            )

"""A decision arranged for reading: what was competed for, who got which benefit, what stands out.

Arranged, not decided and not worded: all of it comes from what `dealreg.rendering.explain` says to
a channel manager. Printers (`tables`, `pages`) take it from here.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs

from dealreg.outcome.decision import StandingKind
from dealreg.outcome.record import Record
from dealreg.policy.policies import Policy
from dealreg.rendering import explain
from dealreg.rendering.words import Clock, capital, label, listed

__all__ = ["Contested", "Notice", "Row", "Section", "Summary", "summary"]

_ORDER = (
    StandingKind.GRANTED,
    StandingKind.REFERRED,
    StandingKind.WAITING,
    StandingKind.RETURNED,
    StandingKind.DENIED,
)

_UNKNOWN = "In no conflict: what they compete for is not known"

Told = Mapping[str, Any]
"""What the rendering says, as plain data."""


@attrs.frozen
class Row:
    """One registration's standing to one benefit."""

    kind: StandingKind
    registration: str
    partner: str
    why: str


@attrs.frozen
class Notice:
    """What must not be overlooked: a deadlock, or a question for a person."""

    title: str
    lines: tuple[tuple[str, str], ...]
    deadlock: bool


@attrs.frozen
class Section:
    """One benefit (or one line of it) and everybody's standing to it."""

    title: str
    rows: tuple[Row, ...]
    notices: tuple[Notice, ...]


@attrs.frozen
class Contested:
    """What some registrations compete for, and how they stand to every benefit."""

    title: str
    sections: tuple[Section, ...]


@attrs.frozen
class Summary:
    """A decision to print.

    Attributes:
        title: whose rules decided, and as of when.
        counts: how many standings of each kind, deadlocks and questions there are.
    """

    title: str
    counts: str
    contested: tuple[Contested, ...]


def summary(record: Record, zone: str = "UTC") -> Summary:
    """The decision of a record, with instants shown in a zone."""
    told = explain(record, audience="channel_manager", form="dict", zone=zone)
    versions = told["policy_versions"]
    under = f", version {listed(versions)}" if versions else ", no rules in force"
    return Summary(
        title=f"{told['programme']}{under}, as of {Clock(zone).instant(record.at)}",
        counts=_counts(record),
        contested=tuple(_contested(record, told)),
    )


def _counts(record: Record) -> str:
    decision = record.decision
    kinds = [each.kind for each in decision.standings]
    counts = [f"{kinds.count(kind)} {kind}" for kind in _ORDER if kind in kinds]
    many = _many(len(record.facts.registrations), "registration")
    text = f"{many}, {_many(len(kinds), 'standing')}: {', '.join(counts) or 'nothing to decide'}"
    if decision.deadlocks:
        text += f"; {_many(len(decision.deadlocks), 'deadlock')}"
    if decision.referrals:
        text += f"; {_many(len(decision.referrals), 'question')} for a person"
    return text


def _many(number: int, thing: str) -> str:
    return f"{number:,} {thing}" + ("" if number == 1 else "s")


def _contested(record: Record, told: Told) -> Iterable[Contested]:
    """The contests under what they are about; those of unknown scope at the end."""
    notices: dict[tuple[object, ...], list[Told]] = {}
    for each in (*told["deadlocks"], *told["questions"]):
        notices.setdefault(_place(each), []).append(each)
    groups: dict[tuple[bool, tuple[tuple[str, str], ...]], list[Told]] = {}
    for contest in told["contests"]:
        scope_unknown = contest["conflict"] is None
        groups.setdefault((scope_unknown, _named_keys(record, contest)), []).append(contest)
    for scope_unknown, keys in sorted(groups):
        yield Contested(
            title=_UNKNOWN if scope_unknown else _title(record, keys),
            sections=tuple(
                _section(contest, notices.get(_place(contest), ()))
                for contest in groups[scope_unknown, keys]
            ),
        )


def _place(told: Told) -> tuple[object, ...]:
    """The contest that something is about."""
    keys = told["conflict"]
    return told["benefit"], None if keys is None else tuple(keys), told["line"]


def _named_keys(record: Record, contest: Told) -> tuple[tuple[str, str], ...]:
    if not contest["conflict"]:  # it is not known, or no rules are in force that would name any
        return ()
    rules = record.rules
    if isinstance(rules, Policy):
        in_force = [rules]
    else:
        in_force = [e.policy for e in rules.editions if e.effective_from <= record.at]
    found = [policy.contest(contest["benefit"]) for policy in in_force]
    keys = next(each.scope.keys for each in reversed(found) if each is not None)  # spec clause B-5
    return tuple(zip(keys, contest["conflict"], strict=True))


def _title(record: Record, keys: tuple[tuple[str, str], ...]) -> str:
    if not keys:
        return "No rules in force"
    said = [f"{label(name.removesuffix('_id'))} {value}" for name, value in keys]
    names = {}
    if [name for name, _ in keys] == ["opportunity_id"]:
        names = {each.opportunity_id: each.name for each in record.facts.opportunities}
    name = names.get(keys[0][1])
    return capital(listed(said)) + (f": {name}" if name else "")


def _section(contest: Told, notices: Sequence[Told]) -> Section:
    line = f", {contest['line']}" if contest["line"] is not None else ""
    rows = {each["registration_id"]: each for each in contest["registrations"]}
    return Section(
        title=capital(label(contest["benefit"])) + line,
        rows=tuple(map(_row, contest["registrations"])),
        notices=tuple(
            _deadlock(each, rows) if "blocked" in each else _question(each, rows)
            for each in notices
        ),
    )


def _row(told: Told) -> Row:
    place = f"Number {told['place']} in the queue." if told["outcome"] == "waiting" else ""
    why = [place, *told["sentences"]]
    return Row(
        kind=StandingKind(told["outcome"]),
        registration=told["registration_id"],
        partner=told["partner_name"] or told["partner_id"],
        why=" ".join(each for each in why if each),
    )


def _who(registration_id: str, rows: Mapping[str, Told]) -> str:
    row = rows[registration_id]
    return f"{registration_id}, {row['partner_name'] or row['partner_id']}"


def _deadlock(told: Told, rows: Mapping[str, Told]) -> Notice:
    benefit = label(told["benefit"])
    lines = [("blocked", f"{_who(told['blocked'], rows)}: alone, it would be granted it")]
    if told["blocker"] is None:
        lines.append(("blocker", "no single registration stands in its way"))
    else:
        holds = f"holds the {label(told['holds'])} and " if told["holds"] else ""
        lines.append(("blocker", f"{_who(told['blocker'], rows)}: {holds}cannot use the {benefit}"))
        why = " ".join(rows[told["blocker"]]["sentences"])
        lines.append(("requirement", f"{told['code']}: {why}"))
        lines.append(("in the policy", told["clause"]))
    return Notice(f"DEADLOCK: nobody can use the {benefit}", tuple(lines), deadlock=True)


def _question(told: Told, rows: Mapping[str, Told]) -> Notice:
    candidates = listed([f"{_who(each, rows)}" for each in told["candidates"]], "or")
    lines = (
        ("reason", told["code"]),
        ("candidates", candidates),
        ("in the policy", told["clause"]),
    )
    title = f"FOR A PERSON TO DECIDE: who gets the {label(told['benefit'])}"
    return Notice(title, lines, deadlock=False)

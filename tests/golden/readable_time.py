"""What a replay finds, as people review it: lines for what changed, and states by instant."""

from collections.abc import Iterable
from datetime import datetime

from dealreg import Standing
from dealreg.facts.instants import iso
from dealreg.outcome.timeline import HeldPeriod, Pending, State, Timeline, Transition
from tests.golden.readable import present, readable

__all__ = ["readable_state", "readable_timeline"]


def readable_timeline(timeline: Timeline) -> dict[str, object]:
    """What changed, who held what from when until when, and what clocks had to say."""
    return present(
        {
            "transitions": [_transition(each) for each in timeline.transitions],
            "held": [_held(each) for each in timeline.periods],
            "notices": [
                f"{iso(n.at)} {n.registration_id} {n.benefit}: {n.kind}, {n.clause}".replace(
                    " :", ":"
                )
                for n in timeline.notices
            ],
            "deadlocks": [
                f"{iso(each.since)} {each.deadlock.benefit}: {each.deadlock.blocked} is blocked by "
                f"{each.deadlock.blocker}, who holds {each.deadlock.holds}, {each.deadlock.code}"
                for each in timeline.deadlocks
            ],
            "set_aside": [
                f"{each.event.event_id}: {each.code}, {each.reason}" for each in timeline.set_aside
            ],
        }
    )


def readable_state(state: State) -> dict[str, object]:
    """How everything stands: standings, who holds for good, what a person decides, clocks."""
    found = readable(state)
    for each in state.standings:
        if each.provisional_until is not None:
            shown = found["standings"][each.benefit][_name(each)]
            shown["provisional_until"] = iso(each.provisional_until)
    found["held"] = [_held(each) for each in state.held]
    found["pending"] = [_pending(each) for each in state.pending]
    found["next_change"] = "never" if state.next_change is None else iso(state.next_change)
    return present(found)


def _name(each: Standing | HeldPeriod) -> str:
    return each.registration_id + (f" for {each.line}" if each.line else "")


def _span(start: datetime | None, end: datetime | None) -> str:
    return f"[{iso(start) if start else ''}, {iso(end) if end else ''})"


def _joined(parts: Iterable[str]) -> str:
    return ", ".join(part for part in parts if part)


def _transition(each: Transition) -> str:
    after = each.after
    before = "new" if each.before is None else str(each.before)
    gets = after.entitlement
    return f"{iso(each.at)} {_name(after)} {after.benefit}: " + _joined(
        [
            f"{before} -> {after.kind} {after.code}",
            "for good" if each.final else "",
            f"place {after.place}" if after.place else "",
            f"rival {after.rival}" if after.rival else "",
            f"missing {' '.join(after.missing)}" if after.missing else "",
            gets.label if gets else "",
            f"{gets.percent} %" if gets and gets.percent is not None else "",
            f"share {gets.share}" if gets and gets.share != 1 else "",
            f"period {_span(gets.starts, gets.ends)}" if gets and gets.starts else "",
            f"provisional until {iso(after.provisional_until)}" if after.provisional_until else "",
            f"version {after.policy_version}" if after.policy_version != "1" else "",
            after.clause,
            f"because of {' '.join(each.because)}" if each.because else "by the clock",
        ]
    )


def _held(each: HeldPeriod) -> str:
    return f"{_name(each)} {each.benefit}: " + _joined(
        [
            f"held {_span(each.since, each.until)}",
            f"ended by {each.ended_by}" if each.ended_by else "",
            f"period {_span(each.starts, each.ends)}" if each.starts else "",
        ]
    )


def _pending(each: Pending) -> str:
    benefit = f" {each.benefit}" if each.benefit else ""
    return f"{iso(each.at)} {each.registration_id}{benefit}: {each.what}, {each.clause}"

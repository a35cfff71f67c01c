"""A decision as people review it: what each registration gets of each benefit, and why."""

import attrs

from dealreg import Decision, Standing
from dealreg.outcome.timeline import State

__all__ = ["present", "readable"]


def readable(decision: Decision | State) -> dict[str, object]:
    """The standings by benefit and registration, the referrals and the deadlocks; no trace."""
    standings: dict[str, dict[str, object]] = {}
    for each in decision.standings:
        name = each.registration_id + (f" for {each.line}" if each.line else "")
        standings.setdefault(each.benefit, {})[name] = _standing(each)
    found: dict[str, object] = {"standings": standings}
    if decision.referrals:
        found["referrals"] = [present(attrs.asdict(each)) for each in decision.referrals]
    if decision.deadlocks:
        found["deadlocks"] = [present(attrs.asdict(each)) for each in decision.deadlocks]
    return found


def _standing(standing: Standing) -> dict[str, object]:
    found: dict[str, object] = {
        "kind": standing.kind.value,
        "code": standing.code,
        "clause": standing.clause,
        "rival": standing.rival,
        "place": standing.place,
        "missing": standing.missing,
    }
    given = standing.entitlement
    if given is not None:
        found["gets"] = present(
            {
                "label": given.label,
                "percent": None if given.percent is None else str(given.percent),
                "share": None if given.share == 1 else str(given.share),
                "starts": None if given.starts is None else given.starts.isoformat(),
                "ends": None if given.ends is None else given.ends.isoformat(),
            }
        )
    if standing.margin is not None:
        margin = standing.margin
        found["lost_on"] = {
            "fact": margin.fact,
            "own": None if margin.own is None else str(margin.own),
            "rival": None if margin.rival is None else str(margin.rival),
        }
    if standing.provisional_until is not None:
        found["provisional_until"] = standing.provisional_until.isoformat()
    return present(found)


def present(found: dict[str, object]) -> dict[str, object]:
    """What is there: without what says nothing."""
    return {key: value for key, value in found.items() if value not in (None, "", (), {}, [])}

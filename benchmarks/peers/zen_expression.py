"""zen-engine: the whole policy as one compiled expression of its language."""

from collections.abc import Callable
from typing import Any

import zen
from scenario import AT

from peers import Answer, Peer, flat

STEPS = {
    "ranks": "{bronze: 0, silver: 1, gold: 2, platinum: 3}",
    "judged": f"""map(rows as r, {{
        place: r.place, id: r.id, submitted: r.submitted, score: r.score ?? 0,
        rank: r.tier == null ? -1 : ranks[r.tier],
        barrier: r.submitted > {int(AT.timestamp())} ? 'NOT_YET_SUBMITTED'
            : r.status in ['submitted', 'under_review', 'approved', 'converted'] ? null
            : upper(r.status),
        unmet: r.tier == 'bronze' ? 'TIER_TOO_LOW'
            : r.currency == 'EUR' and r.amount < 10000 ? 'TOO_SMALL'
            : r.kind != null and r.kind != 'net_new' ? 'NOT_NEW'
            : r.evidence != null and 'meeting' not in r.evidence ? 'NO_EVIDENCE' : null,
        unclear: r.tier == null ? 'TIER_TOO_LOW'
            : r.amount == null or r.currency != 'EUR' ? 'TOO_SMALL'
            : r.kind == null ? 'NOT_NEW' : r.evidence == null ? 'NO_EVIDENCE' : null
    }})""",
    "able": "filter(judged as j, (j.barrier ?? j.unmet ?? j.unclear) == null)",
    "first": "len(able) == 0 ? 0 : min(map(able as a, a.submitted * 1000 + a.place))",
    "closes": "floor(first / 1000) + 604800",
    "inside": "filter(able as a, a.submitted <= closes)",
    "best": """len(able) == 0 ? -1 : 999 - max(map(inside as i, i.rank * 1000000000000000
        + i.score * 10000000000000 + (9999999999 - i.submitted) * 1000 + 999 - i.place)) % 1000""",
    "winner": "len(able) == 0 ? null : judged[best]",
    "opened": "rows[first % 1000].id",
    "protection": """map(judged as j,
        j.barrier != null ? ['denied', j.barrier, null, null]
        : j.unmet != null ? ['denied', j.unmet, null, null]
        : j.unclear != null ? ['returned', j.unclear, null, null]
        : j.submitted > closes ? ['denied', 'OUTSIDE_WINDOW', opened, null]
        : j.place == best ? ['granted', 'GRANTED', null, null]
        : ['denied', 'DUPLICATE_OTHER_PARTNER', winner.id,
            j.rank != winner.rank ? 0 : j.score != winner.score ? 1 : 2])""",
    "special": """map(judged as j,
        j.barrier != null ? ['denied', j.barrier, null, null]
        : j.rank == 0 or j.rank == 1 ? ['denied', 'NOT_GOLD', null, null]
        : j.place == best ? ['granted', 'GRANTED', null, null]
        : ['denied', 'NOT_HOLDER', (j.unmet ?? j.unclear) != null ? null
            : j.submitted > closes ? opened : winner.id, null])""",
}


def _ready() -> Callable[[dict[str, Any]], Any]:
    steps = "; ".join(f"{name} = {text}" for name, text in STEPS.items())
    compiled = zen.compile_expression(f"{steps}; [protection, special]")
    return compiled.evaluate


def read(found: Any) -> Answer:
    """Lists as tuples, decimals as whole numbers."""
    protection, special = (
        [
            (kind, code, rival, None if told is None else int(told))
            for kind, code, rival, told in side
        ]
        for side in found
    )
    return protection, special


def form(registrations: Any, partners: Any) -> dict[str, Any]:
    """The rows, by the name that the steps call them."""
    return {"rows": flat(registrations, partners)}


def peer() -> Peer:
    """The expression language has no order by: the keys are packed into one number."""
    return Peer(
        name="zen-engine, expression",
        form=form,
        ready=_ready,
        read=read,
        explains=True,
        misses="order: the preference keys are packed into one bounded number",
    )

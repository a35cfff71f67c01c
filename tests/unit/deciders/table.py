"""Small conflicts written as tables: a row a registration, and the standings that come of it."""

from typing import Any

from dealreg import (
    Contest,
    Decision,
    Facts,
    Holding,
    Opportunity,
    Partner,
    Policy,
    Registration,
    Ruling,
    decide,
)

AT = "2026-06-01T00:00Z"
TIERS = ("silver", "gold", "platinum")


def row(name: str, day: int = 1, tier: str | None = None, **more: Any) -> tuple[Any, ...]:
    """A registration `name` of partner `P-name`, submitted on a day of March at 09:00 UTC."""
    given: dict[str, Any] = {
        "registration_id": name,
        "partner_id": f"P-{name}",
        "opportunity_id": "O",
        "submitted_at": f"2026-03-{day:02}T09:00Z",
    }
    registration = Registration(**(given | more))
    return registration, Partner(partner_id=registration.partner_id, tier=tier)


def decided(
    contests: "Contest | tuple[Contest, ...]",
    *rows: tuple[Any, ...],
    at: str = AT,
    rulings: tuple[Ruling, ...] = (),
    holdings: tuple[Holding, ...] = (),
    opportunities: tuple[Opportunity, ...] = (),
    **policy: Any,
) -> Decision:
    """The decision over the rows."""
    made = (contests,) if isinstance(contests, Contest) else contests
    rules = Policy(programme="Table", tiers=TIERS, contests=made, **policy)
    facts = Facts(
        registrations=[registration for registration, _ in rows],
        partners={partner.partner_id: partner for _, partner in rows}.values(),
        rulings=rulings,
        holdings=holdings,
        opportunities=opportunities,
    )
    return decide(rules, facts, at=at)


def shown(decision: Decision, benefit: str = "protection") -> dict[str, str]:
    """For each registration (and line) its standing in a few words: kind, code, place or rival."""
    found = {}
    for each in decision.standings:
        if each.benefit == benefit:
            name = each.registration_id + (f"/{each.line}" if each.line else "")
            place = f" {each.place}" if each.place else ""
            rival = f" < {each.rival}" if each.rival else ""
            found[name] = f"{each.kind}{place} {each.code}{rival}".replace(
                "granted 1 GRANTED", "1st"
            )
    return found


def ruled(name: str, verdict: str, day: int = 20, benefit: str = "protection") -> Ruling:
    """A ruling on a registration, on a day of March."""
    return Ruling(
        registration_id=name,
        benefit=benefit,
        verdict=verdict,  # type: ignore[arg-type]
        decided_at=f"2026-03-{day:02}T12:00Z",  # type: ignore[arg-type]
    )


def held(name: str, benefit: str = "protection", **more: Any) -> Holding:
    """What a registration holds from the tenth of March on."""
    return Holding(registration_id=name, benefit=benefit, **({"since": "2026-03-10T12:00Z"} | more))

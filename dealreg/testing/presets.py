"""Presets: what kind of cases the strategies make, one named setting each."""

import attrs

__all__ = [
    "BY_REGION",
    "CLOCK_EDGE",
    "DISORDERLY",
    "FACTS_DROPPED",
    "TIE_HEAVY",
    "UNDIRECTED",
    "WELL_TYPED",
    "Preset",
]


@attrs.frozen(kw_only=True)
class Preset:
    """The settings of the strategies. Make your own with `attrs.evolve(WELL_TYPED, ...)`.

    Attributes:
        sound: policies that the checker accepts, and facts that fit them; else anything that can
            be built in Python.
        few: few distinct instants, tiers and values, so that ties are frequent.
        edges: instants at, just before and just after the ends of windows, periods and local
            days, and on the days when clocks are set forward or back.
        absent: of eight facts, how many are not known.
        registrations: the most registrations of one case.
        contests: the most contests of one policy.
        events: the most events of one history.
        regions: conflicts drawn from the regions of their policy: registrations of the kinds that
            it tells apart, and rivals that are almost the same; else values drawn one by one. Only
            for sound policies.
        orderly: histories in which everything is possible; else events before the submission of
            what they are about, before they are known, and about what nobody submitted.
    """

    sound: bool = True
    few: bool = False
    edges: bool = False
    absent: int = 1
    registrations: int = 4
    contests: int = 3
    events: int = 12
    regions: bool = False
    orderly: bool = True


WELL_TYPED = Preset()
"""Sound policies, facts that fit: what most laws are about."""

TIE_HEAVY = Preset(few=True, absent=0)
"""Two instants, two tiers, two of everything: almost every order has a tie."""

CLOCK_EDGE = Preset(edges=True)
"""Instants within a microsecond of whatever the policy measures."""

FACTS_DROPPED = Preset(absent=4)
"""Half of all facts are not known."""

UNDIRECTED = Preset(sound=False)
"""Unknown fields, wrong types, circular contests: for testing that bad input is refused well."""

DISORDERLY = Preset(orderly=False)
"""Sound policies, and histories in which some events cannot have happened as they are told."""

BY_REGION = Preset(regions=True, absent=0, registrations=6)
"""Conflicts of up to three registrations, at the borders of what the policy tells apart."""

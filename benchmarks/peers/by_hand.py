"""Python by hand that explains: who won, and which preference told."""

from scenario import AT, by_hand

from peers import Peer


def peer() -> Peer:
    """The floor for an answer that is explained."""
    return Peer(
        name="Python by hand, explained",
        form=lambda registrations, partners: (registrations, partners),
        ready=lambda: lambda given: by_hand(given[0], given[1], AT),
        explains=True,
    )

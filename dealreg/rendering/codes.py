"""The built-in reason codes, which deciding gives beside the codes that policies state.

`docs/reference/reason-codes.md` shows the same table; a test keeps the two equal.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

__all__ = ["CODES"]

CODES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "GRANTED": "It holds the benefit.",
        "KEPT": "It was awarded the benefit for good, and keeps it.",
        "NOT_YET_SUBMITTED": "It is submitted only after the instant asked about.",
        "DRAFT": "It has not been submitted yet.",
        "RETURNED": "The vendor sent it back for more information.",
        "REJECTED": "The vendor rejected it.",
        "WITHDRAWN": "The partner took it back.",
        "CANCELLED": "The vendor ended it before approval.",
        "REVOKED": "The vendor ended it after approval.",
        "EXPIRED": "It has expired, by its status or because the period of the benefit is over.",
        "SUPERSEDED": "Another registration has taken its place.",
        "WON": "Its deal is closed as won.",
        "LOST": "Its deal is closed as lost.",
        "OPPORTUNITY_WON": "Another registration has won the deal.",
        "MILESTONE_MISSED": "What had to happen by a deadline did not.",
        "NOT_OFFERED": "No version of the rules in force for it offers the benefit.",
        "SCOPE_UNKNOWN": "What it competes for is not known.",
        "NOT_HOLDER": "The benefit is for holders of another one, which it does not hold.",
        "EXCLUDED": "The benefit is not for holders of another one, which it holds.",
        "AWAITS_<BENEFIT>": "It depends on the benefit named, on which a person decides first.",
        "AWAITS_RULING": "A person first decides on another registration, which may change this.",
        "RULED_AGAINST": "A person decided against it.",
        "OUTSIDE_WINDOW": "It was not in time.",
        "DUPLICATE_OTHER_PARTNER": "Another partner's registration was preferred.",
        "DUPLICATE_SAME_PARTNER": "The same partner or group has a better-placed registration.",
        "NOT_COMPLEMENTARY": "It does not fit beside those who hold the benefit.",
        "TIE": "It is equal to others in every preference, and a person decides.",
        "MISSING_FOR_ORDER": "A fact that the order needs is not known, and a person decides.",
        "VENDOR_ASSIGNS": "Its holder has lost it, nobody is left, and a person assigns it.",
        "AFTER_TIE": "Whether there is room depends on how a person decides a tie before it.",
    }
)
"""Each built-in code and its meaning. A policy may state other codes for its own rules."""

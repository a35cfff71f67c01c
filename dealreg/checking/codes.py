"""The codes of findings, as `docs/reference/findings.md` shows them, and how one is made."""

from types import MappingProxyType
from typing import Final

from dealreg.outcome.findings import Finding, Severity

__all__ = ["CODES", "finding"]

_ERRORS = {
    "CIRCULAR_CONTESTS": "Contests depend on each other in a circle.",
    "CIRCULAR_FIELDS": "Derived fields are made of each other in a circle.",
    "CURRENCY_NEEDED": "An order by money does not state the currency it compares in.",
    "CURRENCY_WITHOUT_MONEY": "An order states a currency, and its field is not money.",
    "DUPLICATE_CODE": "Two requirements, overrides or milestones of one contest have one code.",
    "DUPLICATE_LEVEL": "A ladder has the same level twice.",
    "DUPLICATE_NAME": "Two fields, calendars or contests have the same name.",
    "HEAD_START_TOO_LONG": "A head start adds up to more than a century for the highest level.",
    "JOINT_AND_SHARED": "Conditions for co-holders, and a tie rule that ignores them.",
    "LINES_NEEDED": "An award by line does not state which field has the lines.",
    "MALFORMED": "A part of the policy is not of the kind that belongs there.",
    "MORE_ERRORS": "So much is wrong that the rest is not listed.",
    "NO_CONTESTS": "The policy decides no benefit.",
    "NO_LEVELS": "An ordinal is used that has no levels.",
    "RESERVED_NAME": "A declared field has a name that records keep for themselves.",
    "SHADOWS_CORE_FIELD": "A declared field has the name of a built-in one.",
    "UNKNOWN_BENEFIT": "A contest depends on a benefit that no contest decides.",
    "UNKNOWN_CALENDAR": "A calendar is named that the policy does not have.",
    "UNKNOWN_FIELD": "A field is named that the vocabulary does not have.",
    "WRONG_CONSTANT": "A field is compared with what can never be its value.",
    "WRONG_DERIVED_TYPE": "A derived field is declared with a type that it does not have.",
    "WRONG_FIELD_TYPE": "A field is used where fields of its type have no meaning.",
    "WRONG_OPERATOR": "A comparison is not defined for the type of its field.",
}

_WARNINGS = {
    "BENEFIT_NOT_IN_VERSION": "A contest depends on a benefit that only other versions offer.",
    "CLOCK_WITHOUT_EFFECT": "A part of a clock that can have no effect, or is not meant so.",
    "DEAD_PREFERENCE": "A preference can tell no two registrations apart.",
    "DUPLICATE_VERSION": "Two versions of a book have the same name.",
    "JOINT_WITHOUT_EFFECT": "Conditions for co-holders, where only one can hold.",
    "LEVELS_WITHOUT_EFFECT": "Levels are declared for a field that is not an ordinal.",
    "NEVER_APPLIES": "An override, a band, or terms that no registration can reach.",
    "NEVER_FALSE": "A rule that cannot be false by its constants.",
    "NEVER_TRUE": "A rule that cannot be true by its constants.",
    "NOBODY_ELIGIBLE": "Requirements of one contest contradict each other.",
    "ORDER_NOT_TOTAL": "Nothing but a person may settle who comes first.",
    "PROGRAMME_DIFFERS": "A version of a book names another programme than the book.",
    "RATE_OF_NOTHING": "A fraction of the holder's rate, and the holder has no rate.",
    "SHARES_EXCEED_WHOLE": "The shares of all holders add up to more than the benefit.",
    "UNGUARDED_CURRENCY": "A rule compares in several currencies without asking which it is.",
    "UNUSED_CALENDAR": "A calendar that nothing counts by.",
    "UNUSED_FIELD": "A declared field that no rule uses.",
}

CODES: Final = MappingProxyType(
    {code: (Severity.ERROR, meaning) for code, meaning in _ERRORS.items()}
    | {code: (Severity.WARNING, meaning) for code, meaning in _WARNINGS.items()}
)
"""Every code, with its severity and one line of meaning."""


def finding(code: str, path: str, message: str, hint: str = "") -> Finding:
    """A finding, of the severity that its code has."""
    severity, _ = CODES[code]
    return Finding(code=code, severity=severity, path=path, message=message, hint=hint)

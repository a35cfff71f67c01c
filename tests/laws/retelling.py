"""The same story told differently: other names, other zones, another unit of money, other days."""

from datetime import date, datetime
from functools import singledispatch

import attrs

from dealreg.facts.values import FrozenMap, Money
from dealreg.testing import Case


def retold(value, change):
    """The value with `change` applied to every scalar in it, from the leaves up."""
    if isinstance(value, (tuple, list)):
        return tuple(retold(each, change) for each in value)
    if isinstance(value, frozenset):
        return frozenset(retold(each, change) for each in value)
    if isinstance(value, FrozenMap):
        return FrozenMap({key: retold(value[key], change) for key in value})
    if isinstance(value, dict):
        return {change(key): retold(each, change) for key, each in value.items()}
    if attrs.has(type(value)) and not isinstance(value, Money):
        changed = {
            a.name: retold(getattr(value, a.name), change)
            for a in attrs.fields(type(value))
            if a.init and not a.name.startswith("_")
        }
        return attrs.evolve(value, **changed)
    return change(value)


def retold_case(case: Case, change):
    """The case, rules, facts, instant and answers, with every scalar changed."""
    return attrs.evolve(
        case,
        rules=retold(case.rules, change),
        facts=retold(case.facts, change),
        at=change(case.at),
        externals={
            name: {change(key): answer for key, answer in answers.items()}
            for name, answers in case.externals.items()
        },
    )


def renaming(names):
    """The change that replaces whole texts by others."""
    return lambda value: names.get(value, value) if isinstance(value, str) else value


def plain_renamed(plain, names):
    """Plain data with whole texts replaced."""
    if isinstance(plain, list):
        return [plain_renamed(each, names) for each in plain]
    if isinstance(plain, dict):
        return {key: plain_renamed(each, names) for key, each in plain.items()}
    return names.get(plain, plain) if isinstance(plain, str) else plain


@singledispatch
def later(value, _by):
    """An instant or a date moved by a whole number of days; anything else as it is."""
    return value


@later.register
def _(value: datetime, by):
    return value + by


@later.register
def _(value: date, by):
    return value + by


def scaling(factor):
    """The change that multiplies every amount of money."""

    def scaled(value):
        if isinstance(value, Money):
            return Money(value.amount * factor, value.currency)
        return value

    return scaled

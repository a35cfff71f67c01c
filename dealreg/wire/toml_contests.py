"""From TOML tables to contests and their stages, rules and phrases in them included."""

from collections.abc import Callable
from fractions import Fraction
from typing import Final, TypeVar

import attrs

from dealreg.errors import PolicyError, shown
from dealreg.facts.vocabulary import Vocabulary
from dealreg.policy.contests import Contest
from dealreg.policy.predicates import Constant, Predicate
from dealreg.policy.stages import (
    Award,
    Effect,
    HolderOf,
    Joint,
    Others,
    OthersStand,
    Override,
    Preference,
    Requirement,
    Scope,
    Stature,
    Tie,
    Unmet,
    Vacancy,
    Window,
)
from dealreg.policy.terms import Band, Banded, FractionOfHolder, Percent, Rate, Terms
from dealreg.wire.phrases import preference, window
from dealreg.wire.text_parser import Parser
from dealreg.wire.toml_clocks import read_milestone, read_period
from dealreg.wire.toml_tables import Problems, Table, present

__all__ = ["ALL_WHO_QUALIFY", "Rules", "contest"]

T = TypeVar("T")

ALL_WHO_QUALIFY: Final = "all who qualify"
"""How a contest without a capacity says so."""

_RATES: Final = ("percent", "bands", "fraction_of_holder")


@attrs.frozen
class Rules:
    """What rules are read with: the vocabulary, and the fields that could not be read."""

    vocabulary: Vocabulary
    unsure: frozenset[str]

    def predicate(self, table: Table, key: str) -> Predicate:
        """The rule under a key that has to be there."""
        if not table.has(key):
            table.missing(key, f'{key} = "tier >= gold"')
            return Constant(True)
        text = table.text(key, "always")
        made = self._parsed(table.problems, table.at(key), text, _whole_rule)
        return Constant(True) if made is None else made

    def optional(self, table: Table, key: str) -> Predicate | None:
        """The rule under a key, or None when it is not there."""
        return self.predicate(table, key) if table.has(key) else None

    def window(self, table: Table) -> Window | None:
        """The window of a contest, or None when it has none."""
        if not table.has("window"):
            return None
        text = table.text("window", "within 1 day of submitted_at")
        return self._parsed(table.problems, table.at("window"), text, window)

    def preferences(self, table: Table) -> tuple[Preference, ...]:
        """The order of a contest."""
        texts = table.texts("prefer")
        places = (f"{table.at('prefer')}[{number}]" for number in range(len(texts)))
        return present(
            [
                self._parsed(table.problems, place, text, preference)
                for place, text in zip(places, texts, strict=True)
            ]
        )

    def _parsed(
        self, problems: Problems, place: str, text: str, read: Callable[[Parser], T]
    ) -> T | None:
        try:
            parser = Parser(text, self.vocabulary, self.unsure)
        except PolicyError as wrong:
            problems.note(wrong.at(place))
            return None
        try:
            made = read(parser)
        except PolicyError as wrong:
            made = None
            parser.problems.append(wrong)
        for problem in parser.problems:
            problems.note(problem.at(place))
        return made


def _whole_rule(parser: Parser) -> Predicate:
    rule = parser.rule()
    parser.expect_end()
    return rule


def contest(table: Table, rules: Rules) -> Contest | None:
    """The contest of a table; None, and the mistakes noted, when it cannot be built."""
    benefit = table.needed("benefit", "benefit", 'benefit = "protection"')
    scope = _scope(table)
    period = read_period(table)
    milestones = [read_milestone(each) for each in table.tables("milestones", ("code",))]
    final_from = table.optional_text("final_from")
    vacant = table.choice("vacant", Vacancy, Vacancy.NOBODY)
    requires = [_requirement(each, rules) for each in table.tables("requires", ("code",))]
    after = [_after(each) for each in table.tables("after", ("holder_of", "not_holder_of"))]
    overrides = [_override(each, rules) for each in table.tables("overrides", ("code",))]
    within = rules.window(table)
    prefer = rules.preferences(table)
    tie = table.choice("tie", Tie, Tie.REFER)
    capacity = _capacity(table)
    one_per = table.text("one_per", "partner_id")
    joint = _joint(table)
    gives = [_terms(each, rules) for each in table.tables("gives")]
    others = _others(table, rules)
    table.close()

    def make() -> Contest:
        return Contest(
            benefit=benefit,
            scope=scope,
            period=period,
            requires=present(requires),
            after=present(after),
            overrides=present(overrides),
            window=within,
            prefer=prefer,
            tie=tie,
            capacity=capacity,
            one_per=one_per,
            joint=joint,
            gives=present(gives),
            others=others,
            milestones=present(milestones),
            final_from=final_from,
            vacant=vacant,
        )

    return _contest_made(table, make)


def _contest_made(table: Table, make: Callable[[], Contest]) -> Contest | None:
    """A contest knows its own place in a policy; the place here may be in an edition of a book."""
    try:
        return make()
    except PolicyError as wrong:
        inside = wrong.place.partition("].")[2]
        table.problems.add(
            table.at(inside) if inside else table.place, wrong.message, wrong.value, wrong.hint
        )
        return None


def _scope(table: Table) -> Scope:
    whole = isinstance(table.take("scope"), dict)
    if not whole:
        return Scope(table.texts("scope", Scope().keys))
    inner = table.table("scope") or table
    keys = inner.texts("keys", Scope().keys)
    lines = inner.optional_text("lines")
    award = inner.choice("award", Award, Award.WHOLE)
    inner.close()
    return Scope(keys, lines, award)


def _requirement(table: Table, rules: Rules) -> Requirement | None:
    code = table.needed("code", "CODE", 'code = "TIER_TOO_LOW"')
    that = rules.predicate(table, "that")
    tell = table.text("tell")
    if_false = table.choice("if_false", Unmet, Unmet.DENY)
    if_unknown = table.choice("if_unknown", Unmet, Unmet.RETURN)
    lasting = table.flag("lasting", default=False)
    table.close()
    return table.made(lambda: Requirement(code, that, tell, if_false, if_unknown, lasting))


def _after(table: Table) -> HolderOf | None:
    table.one_of(("holder_of", "not_holder_of"), "write a table for each")
    if not table.has("holder_of") and not table.has("not_holder_of"):
        table.missing("holder_of", 'holder_of = "protection"')
    holds = table.has("holder_of")
    benefit = table.text("holder_of" if holds else "not_holder_of")
    code = table.text("code", "NOT_HOLDER" if holds else "EXCLUDED")
    tell = table.text("tell")
    table.close()
    return table.made(lambda: HolderOf(benefit, holds, code, tell))


def _override(table: Table, rules: Rules) -> Override | None:
    code = table.needed("code", "CODE", 'code = "CUSTOMER_CHOICE"')
    when = rules.predicate(table, "when")
    effect = table.choice("effect", Effect, Effect.TAKES)
    tell = table.text("tell")
    table.close()
    return table.made(lambda: Override(code, when, effect, tell))


def _capacity(table: Table) -> int | None:
    value = table.take("capacity")
    if value == ALL_WHO_QUALIFY:
        return None
    if isinstance(value, str):
        table.wrong(
            "capacity",
            f"{shown(value)} cannot be how many hold a benefit",
            f'write a number, or `"{ALL_WHO_QUALIFY}"`',
        )
        return 1
    count = table.whole("capacity", 1)
    if count < 1:
        table.wrong(
            "capacity",
            f"{shown(count)} cannot be how many hold a benefit",
            f'write a number from 1 on, or `"{ALL_WHO_QUALIFY}"`',
        )
        return 1
    return count


def _joint(table: Table) -> Joint | None:
    inner = table.table("joint")
    if inner is None:
        return None
    distinct, disjoint = inner.texts("distinct"), inner.texts("disjoint")
    stature = [_stature(each) for each in inner.tables("stature", ("field",))]
    code = inner.text("code", "NOT_COMPLEMENTARY")
    tell = inner.text("tell")
    inner.close()
    return inner.made(lambda: Joint(distinct, disjoint, present(stature), code, tell))


def _stature(table: Table) -> Stature | None:
    name = table.needed("field", "", 'field = "satisfaction_score"')
    if not table.has("at_most"):
        table.missing("at_most", 'at_most = "0.5"')
    at_most = table.number("at_most")
    table.close()
    return table.made(lambda: Stature(name, at_most))


def _terms(table: Table, rules: Rules) -> Terms | None:
    label = table.text("label")
    table.one_of(_RATES, "keep one rate")
    rate = _rate(table, rules)
    share = _fraction(table, "share")
    table.close()
    return table.made(lambda: Terms(label, rate, share))


def _rate(table: Table, rules: Rules) -> Rate | None:
    if table.has("percent"):
        return Percent(table.number("percent"))
    if table.has("fraction_of_holder"):
        made = _fraction(table, "fraction_of_holder")
        return None if made is None else FractionOfHolder(made)
    if table.has("bands"):
        return Banded(present([_band(each, rules) for each in table.tables("bands")]))
    return None


def _band(table: Table, rules: Rules) -> Band | None:
    when = rules.predicate(table, "when")
    if not table.has("percent"):
        table.missing("percent", "percent = 15")
    percent = table.number("percent")
    table.close()
    return table.made(lambda: Band(when, percent))


def _fraction(table: Table, key: str) -> Fraction | None:
    if not table.has(key):
        return None
    value = table.take(key)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(table.whole(key, 1))
    elif not isinstance(value, str):
        table.wrong(key, "expected a fraction", 'write it in quotes, as in `"1/2"`')
        return None
    made = table.problems.made(table.at(key), lambda: FractionOfHolder(value))
    return None if made is None else made.value


def _others(table: Table, rules: Rules) -> Others:
    inner = table.table("others")
    if inner is None:
        return Others()
    stand = inner.choice("stand", OthersStand, OthersStand.DENIED)
    residual = inner.table("terms")
    given = None if residual is None else _terms(residual, rules)
    when = rules.optional(inner, "when")
    code = inner.text("code", "DUPLICATE_OTHER_PARTNER")
    tell = inner.text("tell")
    again = inner.flag("reconsidered", default=False)
    inner.close()
    return inner.made(lambda: Others(stand, given, when, code, tell, again)) or Others()

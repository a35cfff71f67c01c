"""Policies as TOML: every policy survives the way there and back, and all mistakes are found."""

import sys
import tomllib
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dealreg.errors import (
    MissingExtraError,
    PolicyError,
    PolicyErrors,
    UnreadableError,
    UsageError,
)
from dealreg.facts.calendars import Calendar
from dealreg.facts.fields import Elapsed, Field, FieldType, Inside, Same, SinceEnded, Tally
from dealreg.facts.values import Span, Unit
from dealreg.policy.clocks import Extension, Milestone, Period, Sla
from dealreg.policy.contests import Contest
from dealreg.policy.policies import Edition, Governs, Policy, PolicyBook
from dealreg.policy.predicates import Compare, Constant, Fact, Op
from dealreg.policy.stages import (
    Award,
    Best,
    Bucket,
    Grace,
    HeadStart,
    HolderOf,
    Joint,
    Key,
    MissingRule,
    Others,
    Override,
    Prefer,
    Requirement,
    Scope,
    Stature,
    Tie,
    Unmet,
)
from dealreg.policy.terms import Band, Banded, FractionOfHolder, Percent, Terms
from dealreg.testing import books, policies
from dealreg.wire import policy_from_toml, policy_to_toml

HEAD = 'format = "dealreg-policy/1"\nprogramme = "Northwind Alliance"\ntiers = ["silver", "gold"]\n'
CONTEST = HEAD + '[[contests]]\nbenefit = "protection"\n'
BOOK = 'format = "dealreg-book/1"\nprogramme = "Northwind Alliance"\n'
ALWAYS = Constant(True)
PAGE = Path(__file__).parents[3] / "docs/reference/toml.md"


def problems(text):
    with pytest.raises(PolicyErrors) as raised:
        policy_from_toml(text)
    assert all(type(problem) is PolicyError for problem in raised.value.problems)
    return raised.value.problems


def problem(text):
    (only,) = problems(text)
    return only


def contest(text):
    return policy_from_toml(CONTEST + text).contests[0]


def back(**stages):
    """A contest, written and read back."""
    policy = Policy(
        programme="P", tiers=("silver", "gold"), contests=(Contest(benefit="b", **stages),)
    )
    return policy_from_toml(policy_to_toml(policy)) == policy


LONGER = Extension(
    length=Span(30, Unit.DAYS),
    times=None,
    ask_before=Span(7, Unit.DAYS),
    granted_by="asking",
    if_waiting="refused",
    lasts_while_asked=True,
)
DAY = Span(1, Unit.DAYS)
EVERY_PART = Milestone(
    *("ordered_at", DAY, "submitted_at", "us", "LATE", "tell", "included", DAY, DAY, "amended_at"),
    pauses=True,
)


class TestLossless:
    @given(policies())
    def test_a_policy_that_was_written_is_read_back(self, policy):
        assert policy_from_toml(policy_to_toml(policy)) == policy

    @given(books())
    def test_a_book_that_was_written_is_read_back(self, book):
        assert policy_from_toml(policy_to_toml(book)) == book

    @given(st.text(), st.text(), st.lists(st.text(), max_size=3), st.text(max_size=5))
    def test_any_text_survives(self, note, tell, texts, name):
        policy = Policy(
            programme=note,
            version=tell,
            note=note,
            tiers=texts,
            calendars=(Calendar(name, holidays=(date(2026, 1, 1),)),),
            fields=(Field("own", FieldType.ORDINAL, meaning=note, levels=texts),),
            contests=(
                Contest(
                    benefit="protection",
                    requires=(Requirement("A", ALWAYS, tell),),
                    overrides=(Override("B", ALWAYS, tell=note),),
                    window=Grace(Span(1, Unit.DAYS), calendar=name),
                    prefer=(Key(Fact("amount"), Best.HIGHEST, currency=name),),
                    gives=(Terms(label=note),),
                    others=Others(tell=tell),
                ),
            ),
        )

        assert policy_from_toml(policy_to_toml(policy)) == policy

    @pytest.mark.parametrize(
        "text", ["effective_from = 2026-01-01 00:00:00+00:00", "a = [\n]", "]", '"""', "\r\n", "#"]
    )
    def test_texts_that_look_like_toml_survive(self, text):
        policy = Policy(programme=text, note=text, tiers=(text, "]"))

        assert policy_from_toml(policy_to_toml(policy)) == policy

    @pytest.mark.parametrize(
        "stages",
        [
            {"scope": Scope(())},
            {"scope": Scope(("customer_id",), "products")},
            {"scope": Scope(award=Award.BY_LINE)},
            {"window": Bucket(Unit.MONTHS, Fact("approved_at", "asked_at"), "no such")},
            {"window": HeadStart(Span(90, Unit.MINUTES), Fact("tier", "submitted_at"))},
            {"window": Grace(Span(1, Unit.BUSINESS_DAYS), calendar="")},
            {
                "prefer": (
                    Prefer(ALWAYS, MissingRule.REFER),
                    Key(Fact("estimated_close"), "highest"),
                )
            },
            {"prefer": (Key(Fact("amount"), "lowest", "first", "EUR"),)},
            {"tie": Tie.SHARE, "capacity": None, "one_per": "partner_group"},
            {"capacity": 10**9},
            {"period": Period(Span(6, Unit.MONTHS), "submitted_at", "us", "OVER")},
            {"period": Period(Span(6, Unit.MONTHS), extension=Extension())},
            {"period": Period(Span(6, Unit.MONTHS), extension=LONGER, pauses=True, closes=True)},
            {"period": Period(Span(6, Unit.MONTHS), last_day="excluded")},
            {"period": Period(Span(6, Unit.MONTHS), extension=Extension(times=3))},
            {"milestones": (Milestone("ordered_at", Span(1, Unit.DAYS)), EVERY_PART)},
            {"final_from": "submitted_at", "vacant": "refer"},
            {"requires": (Requirement("A", ALWAYS, "", Unmet.REFER, Unmet.DENY, lasting=True),)},
            {
                "after": (
                    HolderOf("x"),
                    HolderOf("x", holds=False),
                    HolderOf("y", False, "EXCLUDED", "t"),
                )
            },
            {"joint": Joint()},
            {"joint": Joint(("region",), ("products",), (Stature("score", "0.5"),), "NO", "tell")},
            {"gives": (Terms(),)},
            {
                "gives": (
                    Terms("a", Percent("12.5"), Fraction(2, 3)),
                    Terms("b", FractionOfHolder("1/2")),
                )
            },
            {"gives": (Terms(rate=Percent("9999999999999999999999999999999999")),)},
            {"gives": (Terms(rate=Percent(-(2**63))), Terms(rate=Percent(2**63)))},
            {"gives": (Terms(rate=Banded(())), Terms(rate=Banded((Band(ALWAYS, "0.1"),))))},
            {"others": Others(terms=Terms())},
            {"others": Others("waiting", Terms(share=1), ALWAYS, "LATE", "tell", True)},
        ],
    )
    def test_every_shape_of_a_stage_survives(self, stages):
        assert back(**stages)

    @pytest.mark.parametrize(
        "derived",
        [
            Elapsed("submitted_at", "approved_at"),
            Elapsed("submitted_at", "estimated_close", "business_days", "us"),
            Same("partner_id", "customer_choice"),
            Inside("products", "authorised_products"),
            Tally(()),
            Tally(("partner_id", "customer_id"), Span(1, Unit.MONTHS), "us"),
            Tally(("partner_id",), where={"status": "approved", "region": ""}),
            SinceEnded(()),
            SinceEnded(("partner_id",), "business_days", "us"),
        ],
    )
    def test_every_derived_field_survives(self, derived):
        field = Field("own", "bool", "customer", "vendor", "m", changes=False, derived=derived)
        policy = Policy(programme="P", fields=(field,))

        assert policy_from_toml(policy_to_toml(policy)) == policy

    @pytest.mark.parametrize(
        "sla",
        [
            Sla(Span(2, Unit.DAYS)),
            Sla(Span(2, Unit.BUSINESS_DAYS), "completed_at", "us", "escalate", "included", False),
        ],
    )
    def test_the_vendors_clock_survives_in_a_policy_and_in_a_book(self, sla):
        policy = Policy(programme="P", sla=sla)
        edition = Edition(policy=policy, effective_from="2026-01-01T00:00Z")
        book = PolicyBook(programme="P", editions=(edition,))

        assert policy_from_toml(policy_to_toml(policy)) == policy
        assert policy_from_toml(policy_to_toml(book)) == book

    def test_every_part_of_a_calendar_survives(self):
        rule = "FREQ=YEARLY;BYMONTH=7;BYMONTHDAY=4"
        calendars = (
            Calendar("z", "Asia/Dubai", (4, 5), (date(2026, 1, 1),), (rule,)),
            Calendar("a b", weekend=()),
        )
        policy = Policy(programme="P", calendars=calendars)

        assert policy_from_toml(policy_to_toml(policy)) == policy

    def test_the_order_of_fields_and_calendars_survives(self):
        policy = Policy(
            programme="P",
            fields=(Field("z", "bool"), Field("a", "bool")),
            calendars=(Calendar("z"), Calendar("a")),
        )

        assert policy_from_toml(policy_to_toml(policy)) == policy

    def test_an_edition_of_another_programme_survives(self):
        edition = Edition(policy=Policy(programme="Other"), effective_from="2026-01-01T00:00:00.5Z")
        book = PolicyBook(programme="P", editions=(edition,), governs=Governs.DECISION)

        assert policy_from_toml(policy_to_toml(book)) == book


class TestLayout:
    def test_what_is_usual_is_left_out(self):
        policy = Policy(
            programme="P",
            tiers=("silver", "gold"),
            calendars=(Calendar("us"),),
            contests=(
                Contest(
                    benefit="protection",
                    window=Grace(Span(7, Unit.DAYS)),
                    prefer=(
                        Key(Fact("tier"), Best.HIGHEST),
                        Key(Fact("submitted_at"), Best.LOWEST),
                    ),
                    requires=(Requirement("A", Compare(Fact("tier"), Op.GE, "gold")),),
                    gives=(Terms(rate=Percent(15)),),
                ),
            ),
        )

        assert policy_to_toml(policy) == (
            'format = "dealreg-policy/1"\n'
            "semantics = 1\n"
            'programme = "P"\n'
            'version = "1"\n'
            'tiers = ["silver", "gold"]\n'
            "\n"
            "[calendars.us]\n"
            'zone = "UTC"\n'
            "\n"
            "[[contests]]\n"
            'benefit = "protection"\n'
            'window = "within 7 days of submitted_at"\n'
            'prefer = ["highest tier", "earliest submitted_at"]\n'
            "requires = [\n"
            '    { code = "A", that = "tier >= gold" },\n'
            "]\n"
            "gives = [\n"
            "    { percent = 15 },\n"
            "]\n"
        )

    def test_a_book_states_its_instants_in_utc(self):
        edition = Edition(policy=Policy(programme="P"), effective_from="2026-01-01T01:00+01:00")

        written = policy_to_toml(PolicyBook(programme="P", editions=(edition,)))

        assert written == (
            'format = "dealreg-book/1"\n'
            "semantics = 1\n"
            'programme = "P"\n'
            'governs = "own_submission"\n'
            "editions = [\n"
            '    { effective_from = 2026-01-01T00:00:00Z, version = "1" },\n'
            "]\n"
        )

    def test_a_longer_edition_is_a_table_of_its_own(self):
        policy = Policy(programme="P", note="n" * 90)
        book = PolicyBook(
            programme="P", editions=(Edition(policy=policy, effective_from="2026-01-01T00:00Z"),)
        )

        assert "\n[[editions]]\neffective_from = 2026-01-01T00:00:00Z\n" in policy_to_toml(book)

    @pytest.mark.parametrize(
        ("percent", "text"),
        [
            ("15", "15"),
            ("12.5", '"12.5"'),
            (2**63 - 1, "9223372036854775807"),
            (2**63, '"9223372036854775808"'),
        ],
    )
    def test_a_number_that_toml_cannot_keep_is_a_text(self, percent, text):
        gives = (Terms(rate=Percent(percent)),)
        policy = Policy(programme="P", contests=(Contest(benefit="b", gives=gives),))

        assert f"{{ percent = {text} }}" in policy_to_toml(policy)

    @pytest.mark.parametrize(
        ("key", "text"),
        [
            (Key(Fact("submitted_at"), Best.LOWEST), "earliest submitted_at"),
            (Key(Fact("estimated_close"), Best.HIGHEST), "latest estimated_close"),
            (Key(Fact("tier"), Best.HIGHEST), "highest tier"),
            (Key(Fact("quantity"), Best.LOWEST), "lowest quantity"),
            (Key(Fact("no_such"), Best.LOWEST), "lowest no_such"),
        ],
    )
    def test_instants_and_dates_are_early_or_late_other_fields_high_or_low(self, key, text):
        policy = Policy(programme="P", contests=(Contest(benefit="b", prefer=(key,)),))

        assert f'prefer = ["{text}"]' in policy_to_toml(policy)

    def test_a_long_list_has_an_item_on_each_line(self):
        tiers = tuple(f"a rather long name of a tier {number}" for number in range(5))

        written = policy_to_toml(Policy(programme="P", tiers=tiers))

        assert '    "a rather long name of a tier 4",\n]\n' in written

    def test_a_policy_that_is_not_sound_is_written_for_its_author_to_correct(self):
        rule = Requirement("A", Compare(Fact("teir"), Op.GE, "gold"))
        policy = Policy(programme="P", contests=(Contest(benefit="b", requires=(rule,)),))

        assert "teir >= gold" in policy_to_toml(policy)
        assert problem(policy_to_toml(policy)).message == "there is no field `teir`"


class TestReading:
    def test_rules_may_stand_on_several_lines(self):
        text = '[[contests.requires]]\ncode = "A"\nthat = """\ntier >= gold\nand incumbent"""\n'

        assert len(contest(text).requires[0].that.parts) == 2

    @pytest.mark.parametrize(
        ("text", "key"),
        [
            ("earliest tier", Key(Fact("tier"), Best.LOWEST)),
            ("latest tier", Key(Fact("tier"), Best.HIGHEST)),
            ("highest submitted_at, missing refer", Key(Fact("submitted_at"), "highest", "refer")),
            (
                "highest amount in EUR, missing first",
                Key(Fact("amount"), "highest", "first", "EUR"),
            ),
            ("those with incumbent", Prefer(Compare(Fact("incumbent"), Op.EQ, True))),
            ("those with always, missing first", Prefer(ALWAYS, "first")),
        ],
    )
    def test_preferences(self, text, key):
        assert contest(f'prefer = ["{text}"]').prefer == (key,)

    @pytest.mark.parametrize(
        ("text", "window"),
        [
            (
                "within 3 business days of approved_at, calendar us",
                Grace(Span(3, Unit.BUSINESS_DAYS), Fact("approved_at"), "us"),
            ),
            ("within 1 day of submitted_at", Grace(Span(1, Unit.DAYS))),
            ("same week by submitted_at, calendar 'my own'", Bucket(Unit.WEEKS, calendar="my own")),
            ("head start of 2 days per tier by submitted_at", HeadStart(Span(2, Unit.DAYS))),
        ],
    )
    def test_windows(self, text, window):
        assert contest(f'window = "{text}"').window == window

    @pytest.mark.parametrize(
        ("rate", "value"),
        [
            ("percent = 15", Percent(15)),
            ('percent = "12.50"', Percent("12.5")),
            ('fraction_of_holder = "1/2"', FractionOfHolder("1/2")),
            ("fraction_of_holder = 1", FractionOfHolder(1)),
            ('bands = [{ when = "always", percent = 5 }]', Banded((Band(ALWAYS, 5),))),
        ],
    )
    def test_rates(self, rate, value):
        text = f'[[contests.gives]]\npercent = 1\n[[contests.gives]]\n{rate}\nshare = "0.5"\n'

        assert contest(text).gives[1] == Terms(rate=value, share=Fraction(1, 2))

    def test_the_programme_and_the_semantics_of_a_book_hold_for_its_editions(self):
        book = policy_from_toml(BOOK + "[[editions]]\neffective_from = 2026-01-01T09:00:00+02:00\n")

        assert book.governs is Governs.OWN_SUBMISSION
        assert book.editions[0].effective_from == datetime(2026, 1, 1, 7, tzinfo=UTC)
        assert book.editions[0].policy == Policy(programme="Northwind Alliance")

    def test_a_byte_order_mark_is_passed_over(self):
        assert policy_from_toml("\ufeff" + HEAD) == policy_from_toml(HEAD)

    def test_names_of_fields_that_could_not_be_read_are_not_reported_again(self):
        text = HEAD + (
            '[fields.lead]\ntype = "intger"\nmeaning = 5\n[fields.ok]\ntype = "bool"\n'
            '[fields."not a name"]\ntype = "bool"\n'
            '[[contests]]\nbenefit = "b"\n'
            "requires = [{ code = 'A', that = \"ok and 'not a name' and other\" }]\n"
        )

        assert [each.place for each in problems(text)] == [
            "fields[lead].type",
            "fields[lead].meaning",
            "fields[not a name]",
            "contests[b].requires[A].that[column 25]",
        ]


MISTAKES = [
    ("sla = '2 days'", "sla", "expected a table, found text `2 days`", "[sla]"),
    ("[sla]", "sla", "there is no `within`", 'within = "2 business days"'),
    (
        "[sla]\nwithin = '2 days'\nmissed = 'escalated'",
        "sla.missed",
        "`escalated` is not among the choices for missed",
        "`escalate`",
    ),
    (
        "[fields.q]\ntype = 'integer'\nsince_ended = { count = 'days' }",
        "fields[q].since_ended",
        "there is no `same`",
        "partner_id",
    ),
    (
        "[fields.q]\ntype = 'integer'\ntally = { same = [], where = { status = 3 } }",
        "fields[q].tally.where.status",
        "expected text, found a whole number `3`",
        "quotes",
    ),
    (
        "[fields.q]\ntype = 'integer'\ntally = { same = [] }\nsince_ended = { same = [] }",
        "fields[q].since_ended",
        "`since_ended` and `tally` are both stated",
        "one way only",
    ),
    ("benefits = 1", "", "there is no key `benefits` here", ""),
    ("[calendar.us]", "", "there is no key `calendar` here", "did you mean `calendars`?"),
    ("version = 2026", "version", "expected text, found a whole number `2026`", "in quotes"),
    ("note = 2026-01-01", "note", "expected text, found a date `2026-01-01`", "in quotes"),
    ("semantics = 2", "semantics", "semantics version `2`", "decides version 1"),
    ("semantics = '1'", "semantics", "expected a whole number, found text `1`", "without quotes"),
    ("calendars = 5", "calendars", "expected a table, found a whole number `5`", "[calendars]"),
    ("calendars = { us = 5 }", "calendars[us]", "expected a table", "[calendars.us]"),
    ("[calendars.us]\nzone = 'Mars'", "calendars[us]", "there is no time zone `Mars`", "IANA"),
    (
        "[calendars.us]\nweekend = ['sun', 'sut']",
        "calendars[us].weekend",
        "`sut` is not a day",
        "sun",
    ),
    ("[calendars.us]\nweekend = 'sun'", "calendars[us].weekend", "expected a list", "`[`"),
    (
        "[calendars.us]\nholidays = ['2026-01-01']",
        "calendars[us].holidays[0]",
        "expected a date",
        "quotes",
    ),
    (
        "[calendars.us]\nholidays = [2026-01-01T00:00:00Z]",
        "calendars[us].holidays",
        "is an instant",
        "as in",
    ),
    (
        "[calendars.us]\nholiday_rules = ['X']",
        "calendars[us]",
        "not a yearly recurrence rule",
        "FREQ",
    ),
    ("[calendars.us]\nzones = 'UTC'", "calendars[us]", "there is no key `zones`", "`zone`"),
    ("[fields.a]", "fields[a]", "there is no `type`", 'type = "integer"'),
    (
        "[fields.a]\ntype = 'bolean'",
        "fields[a].type",
        "`bolean` is not among the choices",
        "`bool`",
    ),
    (
        "[fields.a]\ntype = 'bool'\nchanges = 1",
        "fields[a].changes",
        "expected `true` or `false`",
        "",
    ),
    (
        "[fields.a]\ntype = 'bool'\nlevels = [1]",
        "fields[a].levels[0]",
        "expected text",
        "in quotes",
    ),
    (
        "[fields.a]\ntype = 'bool'\nsame = ['x']",
        "fields[a].same",
        "expected two field names",
        "same =",
    ),
    (
        "[fields.a]\ntype = 'bool'\ninside = { all_of = 'x' }",
        "fields[a].inside",
        "there is no `among`",
        "",
    ),
    (
        "[fields.a]\ntype = 'integer'\ntally = {}",
        "fields[a].tally",
        "there is no `same`",
        "partner_id",
    ),
    (
        "[fields.a]\ntype = 'integer'\nelapsed = { from = 'x', to = 'y', count = 'year' }",
        "fields[a].elapsed.count",
        "`year` is not",
        "",
    ),
    (
        "[fields.a]\ntype = 'bool'\nsame = ['x', 'y']\ninside = { all_of = 'x', among = 'y' }",
        "fields[a].inside",
        "both stated",
        "one way",
    ),
    ("[fields.'a b']\ntype = 'bool'", "fields[a b]", "cannot be the name of a field", "letters"),
    ("contests = [5]", "contests[0]", "expected a table, found a whole number `5`", "table"),
    ("contests = [[1]]", "contests[0]", "expected a table, found a list", "table"),
    (
        "[[contests]]\ntie = 'refer'",
        "contests[0]",
        "there is no `benefit`",
        'benefit = "protection"',
    ),
    (
        "[[contests]]\nbenefit = 'a b'",
        "contests[a b]",
        "cannot be the name of a benefit",
        "letters",
    ),
]

CONTEST_MISTAKES = [
    ("vacant = 'nobdy'", "vacant", "`nobdy` is not among the choices", "did you mean `nobody`?"),
    ("final_from = 1", "final_from", "expected text", "quotes"),
    (
        "period = { lasts = '1 day', last_day = true }",
        "period.last_day",
        "expected text, found true or false",
        "quotes",
    ),
    ("period = { lasts = '1 day', pauses = 'yes' }", "period.pauses", "expected `true`", "quotes"),
    (
        "period = { lasts = '1 day', extension = { times = 'many' } }",
        "period.extension.times",
        "`many` cannot be how often",
        '"any number"',
    ),
    (
        "period = { lasts = '1 day', extension = { times = 1001 } }",
        "period.extension",
        "`1001` cannot be how often",
        "from 1 on",
    ),
    (
        "period = { lasts = '1 day', extension = { length = '2 days' } }",
        "period.extension",
        "there is no key `length` here",
        "",
    ),
    (
        "[[contests.milestones]]\nwithin = '1 day'",
        "milestones[0]",
        "there is no `met`",
        "meeting_at",
    ),
    (
        "[[contests.milestones]]\nmet = 'demo_at'\ncode = 'M'",
        "milestones[M]",
        "there is no `within`",
        "30 days",
    ),
    (
        "[[contests.milestones]]\nmet = 'demo_at'\nwithin = '1 day'\ncode = 'M'\ngrace = '1 dy'",
        "milestones[M].grace",
        "`1 dy` is not a length of time",
        "7 days",
    ),
    (
        "[[contests.requires]]\ncode = 'A'\nthat = 'always'\nlasting = 1",
        "requires[A].lasting",
        "expected `true` or `false`",
        "quotes",
    ),
    ("others = { reconsidered = 'no' }", "others.reconsidered", "expected `true`", "quotes"),
    ("tie = 'reffer'", "tie", "`reffer` is not among the choices", "`refer`"),
    ("capacity = 0", "capacity", "`0` cannot be how many", "from 1 on"),
    ("capacity = 'all'", "capacity", "`all` cannot be how many", "all who qualify"),
    ("capacity = 1.5", "capacity", "expected a whole number, found a number with a point", ""),
    ("capacity = 0x" + "f" * 5000, "capacity", "is too large", ""),
    ("scope = 'customer_id'", "scope", "expected a list, found text `customer_id`", "`[`"),
    ("scope = { key = ['x'] }", "scope", "there is no key `key` here", "`keys`"),
    ("scope = { award = 'line' }", "scope.award", "`line` is not among the choices", "by_line"),
    ("window = 'within 7 days'", "window[column 14]", "expected `of`, found the end", ""),
    (
        "window = 'within seven days of submitted_at'",
        "window[column 8]",
        "is not a length",
        "7 days",
    ),
    (
        "window = 'within 7 days of submited_at'",
        "window[column 18]",
        "no field `submited_at`",
        "submitted_at",
    ),
    (
        "window = 'within 999999999 days of submitted_at'",
        "window[column 8]",
        "out of range",
        "36500",
    ),
    ("window = 'same year by submitted_at'", "window[column 6]", "expected `day` or `week`", ""),
    (
        "window = 'head start of 2 months per tier by submitted_at'",
        "window[column 15]",
        "cannot be counted in months",
        "weeks",
    ),
    ("window = 'within 1 day of submitted_at, us'", "window[column 31]", "expected `calendar`", ""),
    (
        "window = 'first come first served'",
        "window[column 1]",
        "expected a window",
        "within 7 days",
    ),
    ("window = 7", "window", "expected text, found a whole number", ""),
    ("prefer = 'highest tier'", "prefer", "expected a list, found text", "`[`"),
    ("prefer = ['higest tier']", "prefer[0][column 1]", "expected a preference", "`highest`"),
    (
        "prefer = ['highest tier', 'tier']",
        "prefer[1][column 1]",
        "expected a preference",
        "earliest",
    ),
    ("prefer = ['']", "prefer[0][column 1]", "expected a preference, found the end", "earliest"),
    ("prefer = ['highest teir']", "prefer[0][column 9]", "there is no field `teir`", "`tier`"),
    ("prefer = ['highest tier, missing never']", "prefer[0][column 23]", "expected `last` or", ""),
    ("prefer = ['highest tier missing first']", "prefer[0][column 14]", "expected", ""),
    ("prefer = ['those with tier']", "prefer[0][column 12]", "not a yes/no field", "known"),
    ("period = '90 days'", "period", "expected a table", "period]"),
    ("period = {}", "period", "there is no `lasts`", '"90 days"'),
    ("period = { lasts = '90 dayz' }", "period.lasts", "`90 dayz` is not a length", "7 days"),
    ("period = { lasts = 90 }", "period.lasts", "expected text", "in quotes"),
    ("period = { lasts = '90 days', code = 'A B' }", "period", "`A B` cannot be a reason code", ""),
    ("requires = [{ that = 'always' }]", "requires[0]", "there is no `code`", "TIER_TOO_LOW"),
    ("requires = [{ code = 'A' }]", "requires[A]", "there is no `that`", "tier >= gold"),
    ("requires = [{ code = 'A', that = true }]", "requires[A].that", "expected text", "in quotes"),
    (
        "requires = [{ code = 'A', that = 'teir >= gold' }]",
        "requires[A].that[column 1]",
        "no field `teir`",
        "`tier`",
    ),
    (
        "requires = [{ code = 'A', that = 'tier >= (' }]",
        "requires[A].that[column 9]",
        "expected a value",
        "",
    ),
    (
        "requires = [{ code = 'A', that = '''" + "x" * 200_001 + "''' }]",
        "requires[A].that",
        "too long",
        "",
    ),
    (
        "requires = [{ code = 'A', that = 'always', if_unknown = 'ask' }]",
        "requires[A].if_unknown",
        "`ask`",
        "choose",
    ),
    (
        "requires = [{ code = 'A B', that = 'always' }]",
        "requires[A B]",
        "cannot be a reason code",
        "",
    ),
    (
        "overrides = [{ code = 'A', when = 'always', effect = 'take' }]",
        "overrides[A].effect",
        "`take`",
        "`takes`",
    ),
    ("after = [{}]", "after[0]", "there is no `holder_of`", "protection"),
    (
        "after = [{ holder_of = 'a', not_holder_of = 'b' }]",
        "after[a].not_holder_of",
        "both stated",
        "",
    ),
    ("gives = [{ percent = 12.5 }]", "gives[0].percent", "is a float", 'write it as text: "12.5"'),
    ("gives = [{ percent = nan }]", "gives[0].percent", "is a float", ""),
    ("gives = [{ percent = '1e999999999' }]", "gives[0].percent", "more digits", "34"),
    ("gives = [{ percent = true }]", "gives[0].percent", "expected a number, found true", '"12.5"'),
    ("gives = [{ percent = 5, bands = [] }]", "gives[0].bands", "both stated", "one rate"),
    ("gives = [{ bands = [{ percent = 5 }] }]", "gives[0].bands[0]", "there is no `when`", ""),
    (
        "gives = [{ bands = [{ when = 'always' }] }]",
        "gives[0].bands[0]",
        "there is no `percent`",
        "",
    ),
    ("gives = [{ share = 0.5 }]", "gives[0].share", "expected a fraction", '"1/2"'),
    ("gives = [{ share = '1e999999999' }]", "gives[0].share", "is not a fraction", '"1/2"'),
    ("gives = [{ share = '1/0' }]", "gives[0].share", "is not a fraction", '"1/2"'),
    ("gives = [{ share = '3/2' }]", "gives[0].share", "is not between 0 and 1", ""),
    (
        "gives = [{ fraction_of_holder = '1/2' }]",
        "gives[0].rate",
        "cannot be a fraction of the first",
        "percentage",
    ),
    (
        "joint = { stature = [{ field = 'score' }] }",
        "joint.stature[score]",
        "there is no `at_most`",
        "",
    ),
    ("joint = { stature = [{ at_most = 1 }] }", "joint.stature[0]", "there is no `field`", ""),
    ("joint = { code = '' }", "joint", "cannot be a reason code", ""),
    ("others = { stand = 'queue' }", "others.stand", "`queue` is not among the choices", "waiting"),
    ("others = { when = 'x' }", "others.when[column 1]", "there is no field `x`", ""),
    ("others = { terms = { percent = 0.5 } }", "others.terms.percent", "is a float", ""),
    ("others = { percent = 5 }", "others", "there is no key `percent` here", ""),
]

BOOK_MISTAKES = [
    ("", "", "a policy book has no version", "at least one"),
    ("governs = 'submission'", "governs", "`submission` is not among the choices", "submission`"),
    (
        "[[editions]]\nversion = '1'",
        "editions[0]",
        "there is no `effective_from`",
        "2026-01-01T00:00:00Z",
    ),
    (
        "[[editions]]\neffective_from = 2026-01-01T00:00:00",
        "editions[0].effective_from",
        "has no time zone",
        "00Z`",
    ),
    (
        "[[editions]]\neffective_from = 2026-01-01",
        "editions[0].effective_from",
        "is a date",
        "00Z`",
    ),
    (
        "[[editions]]\neffective_from = '2026-01-01T00:00Z'",
        "editions[0].effective_from",
        "expected an instant",
        "without quotes",
    ),
    ("[[editions]]\neffective_from = 0001-01-01T00:00:00+23:59", "editions[0]", "out of range", ""),
    (
        "[[editions]]\neffective_from = 2026-01-01T00:00:00Z\nfrom = 1",
        "editions[0]",
        "no key `from`",
        "",
    ),
    ("contests = []", "", "there is no key `contests` here", ""),
]

FRACTION = (
    "[[editions]]\neffective_from = 2026-01-01T00:00:00Z\n[[editions.contests]]\nbenefit = 'b'\n"
)


class TestMistakes:
    @pytest.mark.parametrize(("text", "place", "message", "hint"), MISTAKES)
    def test_of_a_policy(self, text, place, message, hint):
        wrong = problem(HEAD + text)

        assert wrong.place == place
        assert message in wrong.message
        assert hint in wrong.hint

    @pytest.mark.parametrize(("text", "place", "message", "hint"), CONTEST_MISTAKES)
    def test_of_a_contest(self, text, place, message, hint):
        wrong = problem(CONTEST + text)

        assert wrong.place == f"contests[protection].{place}"
        assert message in wrong.message
        assert hint in wrong.hint

    @pytest.mark.parametrize(("text", "place", "message", "hint"), BOOK_MISTAKES)
    def test_of_a_book(self, text, place, message, hint):
        found = [each for each in problems(BOOK + text) if each.place == place]

        assert message in found[0].message
        assert hint in found[0].hint

    def test_places_in_a_book_begin_with_the_edition(self):
        text = BOOK + FRACTION + "gives = [{ fraction_of_holder = '1/2' }]\n"

        assert problem(text).place == "editions[0].contests[b].gives[0].rate"

    def test_two_editions_of_one_instant(self):
        edition = "[[editions]]\neffective_from = 2026-01-01T00:00:00Z\n"

        assert "at the same instant" in problem(BOOK + edition * 2).message

    def test_all_mistakes_are_told_at_once(self):
        text = CONTEST + (
            "tie = 'x'\nwindow = 'y'\nprefer = ['z']\nscoope = 1\n"
            "requires = [{ code = 'A', that = 'teir >= gold and tier >= glod and (' }]\n"
        )

        first = CONTEST.count("\n") + 1
        assert [
            (each.line - first, each.place.removeprefix("contests[protection]"))
            for each in problems(text)
        ] == [
            (0, ".tie"),
            (1, ".window[column 1]"),
            (2, ".prefer[0][column 1]"),
            (3, ""),
            (4, ".requires[A].that[column 1]"),
            (4, ".requires[A].that[column 26]"),
            (4, ".requires[A].that[column 36]"),
        ]

    def test_a_programme_has_to_be_named(self):
        assert problem('format = "dealreg-policy/1"').message == "there is no `programme`"

    @pytest.mark.parametrize("text", ["", "format = 1", 'format = "dealreg-policy/2"', "a = 1"])
    def test_the_format_has_to_be_stated(self, text):
        wrong = problem(text)

        assert wrong.place == "policy"
        assert 'format = "dealreg-policy/1"' in wrong.hint

    def test_after_a_hundred_mistakes_reading_ends(self):
        text = CONTEST + "".join(f"wrong_{number} = 1\n" for number in range(1000))

        found = problems(text)

        assert len(found) == 101
        assert found[-1].message == "more than 100 mistakes"

    def test_after_twenty_mistakes_reading_of_a_rule_ends(self):
        rule = " and ".join(["nothing"] * 1000)

        found = problems(CONTEST + f"requires = [{{ code = 'A', that = '{rule}' }}]\n")

        assert len(found) == 21

    def test_half_a_character_cannot_be_written(self):
        with pytest.raises(PolicyError, match="half a character"):
            policy_to_toml(Policy(programme="\ud800"))

    @pytest.mark.parametrize(
        ("policy", "place"),
        [
            (Policy(programme="P", calendars=(Calendar("us"), Calendar("us"))), "calendars"),
            (Policy(programme="P", fields=(Field("a", "bool"), Field("a", "text"))), "fields"),
        ],
    )
    def test_two_of_one_name_cannot_be_written(self, policy, place):
        edition = Edition(policy=policy, effective_from="2026-01-01T00:00Z")

        with pytest.raises(PolicyError, match="there are two named") as raised:
            policy_to_toml(policy)
        with pytest.raises(PolicyError) as in_a_book:
            policy_to_toml(PolicyBook(programme="P", editions=(edition,)))

        assert raised.value.place == place
        assert in_a_book.value.place == f"editions[0].{place}"

    def test_only_policies_and_books_can_be_written(self):
        with pytest.raises(UsageError, match="neither a policy nor a book"):
            policy_to_toml(ALWAYS)

    def test_only_text_can_be_read(self):
        with pytest.raises(UsageError, match="is not text"):
            policy_from_toml(b"")

    def test_writing_without_the_library_names_the_command_that_installs_it(self, monkeypatch):
        monkeypatch.setitem(sys.modules, "tomli_w", None)

        with pytest.raises(MissingExtraError) as raised:
            policy_to_toml(Policy(programme="P"))

        assert 'pip install "dealreg[toml]"' in raised.value.hint


class TestUnreadable:
    @pytest.mark.parametrize(
        ("text", "place"),
        [
            ("format", "file.toml, line 1, at the end of the file"),
            ("a = 1\nb = \n", "file.toml, line 2, column 5"),
            ("a = [1, 2", "file.toml, line 1, at the end of the file"),
            ("a = 1\na = 2\n", "file.toml, line 2, column 6"),
            ("[a]\n[a]\n", "file.toml, line 2, column 3"),
            ("a = 'x", "file.toml, line 1, at the end of the file"),
            ("a = 2026-13-45", "file.toml, line 1, column 9"),
            ("\x00", "file.toml, line 1, column 1"),
            ("a = " + "9" * 5000, "file.toml"),
            ("a = " + "[" * 100_000, "file.toml, line 1"),
            ("\n\na = " + "{b=" * 100_000, "file.toml, line 3"),
            ("a" + ".a" * 100_000 + " = 1", "file.toml, line 1"),
            ("[" + "'a' . " * 100_000 + "a]", "file.toml, line 1"),
            ("a = 1 #" + "x" * 5_000_000, "file.toml"),
        ],
    )
    def test_what_is_not_toml_is_refused_with_its_place(self, text, place):
        with pytest.raises(UnreadableError) as raised:
            policy_from_toml(text, place="file.toml")

        assert raised.value.place.startswith(place)
        assert raised.value.message[0].islower()
        assert "(at" not in raised.value.message

    @pytest.mark.parametrize(
        "text",
        [
            '"' + "[" * 200 + '"',
            "'" + "[" * 200 + "'",
            '"""' + '[\\"""' * 200 + '"""',
            "'''" + "['\n" * 200 + "'''",
            '"' + "a." * 200 + '"',
        ],
    )
    def test_brackets_and_points_inside_texts_are_not_nesting(self, text):
        note = tomllib.loads(f"note = {text}")["note"]

        assert policy_from_toml(f"{HEAD}# {'[' * 200}\nnote = {text}").note == note

    def test_lists_one_after_the_other_are_not_nesting(self):
        text = CONTEST + "".join(
            f"[[contests]]\nbenefit = 'b{n}'\nprefer = []\n" for n in range(200)
        )

        assert len(policy_from_toml(text).contests) == 201

    def test_keys_with_points_one_after_the_other_are_not_nesting(self):
        text = HEAD + "".join(f'calendars.c{n}.zone = "UTC"\n' for n in range(200))

        assert len(policy_from_toml(text).calendars) == 200

    @given(st.text(alphabet="ab.=[]{}'\"\n #,1é\\", max_size=60))
    def test_no_text_ends_in_anything_but_a_policy_or_an_error_of_ours(self, text):
        for head in ("", HEAD, CONTEST):
            try:
                policy_from_toml(head + text)
            except (UnreadableError, PolicyErrors) as wrong:
                assert str(wrong)  # noqa: PT017  either outcome is right, no other exception is


KEYS = ("requires", "after", "overrides", "prefer", "gives", "scope", "window", "joint", "others")
VALUES = st.recursive(
    st.sampled_from(['"x"', '"always"', "1", "1.5", "true", "2026-01-01", "nan", '""', "07:32:00"]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2).map(lambda items: f"[{', '.join(items)}]"),
        st.dictionaries(
            st.sampled_from(["code", "that", "when", "terms", "bands", "percent", "keys", "x"]),
            inner,
            max_size=2,
        ).map(lambda items: "{" + ", ".join(f"{k} = {v}" for k, v in items.items()) + "}"),
    ),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from([*KEYS, "tie", "capacity", "period"]), VALUES, max_size=3))
def test_values_of_any_type_under_any_key_are_read_or_refused(stages):
    text = CONTEST + "".join(f"{key} = {value}\n" for key, value in stages.items())
    try:
        policy_from_toml(text)
    except PolicyErrors as wrong:
        assert all(each.place.startswith("contests[protection]") for each in wrong.problems)  # noqa: PT017


def _fences():
    parts = PAGE.read_text("utf-8").split("```toml\n")[1:]
    return [part.partition("```")[0] for part in parts]


@pytest.mark.parametrize("text", _fences())
def test_every_example_of_the_page_is_read_and_survives(text):
    if "format =" not in text:
        text = (CONTEST if "[contests" in text or "[[contests." in text else HEAD) + text
    rules = policy_from_toml(text)

    assert policy_from_toml(policy_to_toml(rules)) == rules


def test_the_page_names_every_key():
    page = PAGE.read_text("utf-8")
    nodes = (
        Policy,
        PolicyBook,
        Contest,
        Scope,
        Period,
        Extension,
        Milestone,
        Sla,
        Requirement,
        Override,
        Joint,
        Others,
        Terms,
        Calendar,
        Field,
    )
    renamed = {("Field", "name"), ("Calendar", "name"), ("Field", "derived"), ("Terms", "rate")}
    renamed |= {(kind, name) for kind in ("Period", "Milestone", "Sla") for name in ("starts",)}
    renamed |= {(kind, "length") for kind in ("Period", "Extension", "Milestone", "Sla")}
    missing = [
        f"{node.__name__}.{attribute.name}"
        for node in nodes
        for attribute in attrs.fields(node)
        if attribute.init
        and (node.__name__, attribute.name) not in renamed
        and f"`{attribute.name}`" not in page
    ]

    assert missing == []

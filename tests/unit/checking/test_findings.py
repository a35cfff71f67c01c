"""Every finding: a policy that has it, and where it is reported."""

import re
from datetime import timedelta
from pathlib import Path

import attrs
import pytest

from dealreg import (
    ALWAYS,
    NEVER,
    Calendar,
    Count,
    Edition,
    Elapsed,
    Field,
    FieldType,
    Finding,
    Findings,
    Inside,
    Joint,
    Policy,
    PolicyBook,
    PolicyErrors,
    Same,
    SinceEnded,
    Stature,
    Tally,
    Tie,
    UsageError,
    all_of,
    any_of,
    banded,
    check,
    competing_on,
    contest,
    decide,
    earliest,
    everyone_qualifying,
    extension,
    external,
    field,
    final_from,
    fraction_of_holder,
    head_start,
    highest,
    holder_of,
    holders,
    lowest,
    milestone,
    money,
    not_,
    not_holder_of,
    one_per,
    others,
    override,
    period,
    preferring,
    requirement,
    same_period,
    sla,
    terms,
    within,
)
from dealreg.checking.codes import CODES
from dealreg.facts.case import Facts
from dealreg.outcome.findings import Severity
from dealreg.policy.predicates import Fact
from dealreg.policy.stages import Key

TIERS = ("bronze", "silver", "gold")
FIRST = earliest("submitted_at")
INTEGER, TEXT, BOOL = FieldType.INTEGER, FieldType.TEXT, FieldType.BOOL


def of(*parts, **more):
    """A policy of one contest, sound but for what is given."""
    return Policy(
        programme="Example", **{"tiers": TIERS, "contests": [contest("protection", *parts)]} | more
    )


def asking(rule, **more):
    return of(requirement("RULE", rule), FIRST, **more)


def declaring(*fields, **more):
    """A policy that declares the fields and asks whether each is known."""
    rules = [requirement(f"KNOWN_{n}", field(f.name).is_known()) for n, f in enumerate(fields)]
    return of(*rules, FIRST, fields=fields, **more)


def derived(kind, rule):
    return declaring(Field("mine", kind, derived=rule))


def benefits(*contests, **more):
    return Policy(programme="Example", tiers=TIERS, contests=contests, **more)


def book(*policies, programme="Example"):
    starts = ("2026-01-01T00:00Z", "2026-02-01T00:00Z", "2026-03-01T00:00Z")
    editions = [
        Edition(policy=policy, effective_from=start)
        for policy, start in zip(policies, starts, strict=False)
    ]
    return PolicyBook(programme=programme, editions=editions)


def version(name, policy):
    return attrs.evolve(policy, version=name)


RULE = "contests[protection].requires[RULE].that"
amount, tier, lines = field("amount"), field("tier"), field("products")
PLAIN = contest("protection", FIRST)
MILESTONE = "contests[protection].milestones[MILESTONE_MISSED]"
ORDER = ("ordered_at", "30 days")

BROKEN = {
    # names
    "a predicate's field": (asking(field("teir") == "gold"), "UNKNOWN_FIELD", RULE),
    "a field asked after": (asking(field("xyzzy").is_missing()), "UNKNOWN_FIELD", RULE),
    "deep inside": (
        asking(all_of(ALWAYS, not_(any_of(tier == "gold", field("x") == 1)))),
        "UNKNOWN_FIELD",
        RULE + ".all[1].not.any[1]",
    ),
    "an instant read at": (asking(tier.as_of("sumbitted_at") == "gold"), "UNKNOWN_FIELD", RULE),
    "an instant a key is read at": (
        of(Key(Fact("tier", "x"), "highest"), FIRST),
        "UNKNOWN_FIELD",
        "contests[protection].prefer[0]",
    ),
    "once for two contests of one name": (
        benefits(contest("protection", earliest("x")), contest("protection", earliest("x"))),
        "UNKNOWN_FIELD",
        "contests[protection].prefer[0]",
    ),
    "an override's field": (
        of(FIRST, override("WON", field("x") == "a")),
        "UNKNOWN_FIELD",
        "contests[protection].overrides[WON].when",
    ),
    "a band's field": (
        of(FIRST, terms("", banded((field("x") == "a", "5")))),
        "UNKNOWN_FIELD",
        "contests[protection].gives[0].rate.bands[0].when",
    ),
    "a band's field for others": (
        of(FIRST, others(terms("", banded((ALWAYS, "5"), (field("x") == "a", "5"))))),
        "UNKNOWN_FIELD",
        "contests[protection].others.terms.rate.bands[1].when",
    ),
    "a condition for others": (
        of(FIRST, others(terms("x"), when=field("x") == "a")),
        "UNKNOWN_FIELD",
        "contests[protection].others.when",
    ),
    "a preferred rule": (
        of(FIRST, preferring(field("x") == "a")),
        "UNKNOWN_FIELD",
        "contests[protection].prefer[1].when",
    ),
    "a key": (of(earliest("x")), "UNKNOWN_FIELD", "contests[protection].prefer[0]"),
    "a window's clock": (
        of(FIRST, within("7 days", of="x")),
        "UNKNOWN_FIELD",
        "contests[protection].window.clock",
    ),
    "a head start's ladder": (
        of(FIRST, head_start("7 days", per="x")),
        "UNKNOWN_FIELD",
        "contests[protection].window.ladder",
    ),
    "a scope's key": (
        of(FIRST, competing_on("customer_id", "x")),
        "UNKNOWN_FIELD",
        "contests[protection].scope.keys[1]",
    ),
    "a scope's lines": (
        of(FIRST, competing_on(lines="x")),
        "UNKNOWN_FIELD",
        "contests[protection].scope.lines",
    ),
    "who counts as one": (of(FIRST, one_per("x")), "UNKNOWN_FIELD", "contests[protection].one_per"),
    "a period's start": (
        of(FIRST, period("6 months", starts="x")),
        "UNKNOWN_FIELD",
        "contests[protection].period.starts",
    ),
    "co-holders' roles": (
        of(FIRST, holders(2), Joint(distinct=("x",))),
        "UNKNOWN_FIELD",
        "contests[protection].joint.distinct[0]",
    ),
    "co-holders' products": (
        of(FIRST, holders(2), Joint(disjoint=("products", "x"))),
        "UNKNOWN_FIELD",
        "contests[protection].joint.disjoint[1]",
    ),
    "co-holders' scores": (
        of(FIRST, holders(2), Joint(stature=(Stature("x", 1),))),
        "UNKNOWN_FIELD",
        "contests[protection].joint.stature[0]",
    ),
    "a derived field's part": (
        derived(BOOL, Same("partner_id", "x")),
        "UNKNOWN_FIELD",
        "fields[mine].derived.right",
    ),
    "a tally's field": (
        derived(INTEGER, Tally(("partner_id", "x"))),
        "UNKNOWN_FIELD",
        "fields[mine].derived.same[1]",
    ),
    "a window's calendar": (
        of(FIRST, within("7 days", calendar="bavaria")),
        "UNKNOWN_CALENDAR",
        "contests[protection].window.calendar",
    ),
    "a bucket's calendar": (
        of(FIRST, same_period("days", calendar="bavaria")),
        "UNKNOWN_CALENDAR",
        "contests[protection].window.calendar",
    ),
    "a period's calendar": (
        of(FIRST, period("6 months", calendar="bavaria")),
        "UNKNOWN_CALENDAR",
        "contests[protection].period.calendar",
    ),
    "a derived field's calendar": (
        derived(INTEGER, Elapsed("submitted_at", "asked_at", Count.DAYS, "bavaria")),
        "UNKNOWN_CALENDAR",
        "fields[mine].derived.calendar",
    ),
    "a benefit": (
        benefits(PLAIN, contest("bid", FIRST, holder_of("protecton"))),
        "UNKNOWN_BENEFIT",
        "contests[bid].after[protecton]",
    ),
    "a benefit that no version has": (
        book(benefits(contest("bid", FIRST, holder_of("x"))), version("2", of(FIRST))),
        "UNKNOWN_BENEFIT",
        "editions[1].contests[bid].after[x]",
    ),
    "a level": (asking(tier >= "glod"), "WRONG_CONSTANT", RULE),
    "one level of several": (asking(tier.one_of("gold", "platinum")), "WRONG_CONSTANT", RULE),
    # types
    "text in order": (asking(field("region") < "b"), "WRONG_OPERATOR", RULE),
    "yes or no in order": (asking(field("incumbent") > False), "WRONG_OPERATOR", RULE),
    "a set in order": (asking(lines >= "a"), "WRONG_OPERATOR", RULE),
    "a set equal": (asking(lines == "a"), "WRONG_OPERATOR", RULE),
    "a set among": (asking(lines.one_of("a")), "WRONG_OPERATOR", RULE),
    "a text that covers": (asking(field("region").covers("a")), "WRONG_OPERATOR", RULE),
    "a tier that overlaps": (asking(tier.overlaps("gold")), "WRONG_OPERATOR", RULE),
    "money with a number": (asking(amount >= 5), "WRONG_CONSTANT", RULE),
    "a whole number with part": (
        asking(field("quantity") >= money("5 EUR")),
        "WRONG_CONSTANT",
        RULE,
    ),
    "yes or no with a number": (asking(field("incumbent") == 1), "WRONG_CONSTANT", RULE),
    "a number with yes": (asking(field("quantity") == True), "WRONG_CONSTANT", RULE),  # noqa: E712
    "an instant with text": (asking(field("submitted_at") > "2026-01-01"), "WRONG_CONSTANT", RULE),
    "a duration with a number": (asking(field("ahead_of_tender") > 3), "WRONG_CONSTANT", RULE),
    "read at no instant": (asking(tier.as_of("partner_id") == "gold"), "WRONG_FIELD_TYPE", RULE),
    "ordered by yes or no": (
        of(FIRST, highest("incumbent")),
        "WRONG_FIELD_TYPE",
        "contests[protection].prefer[1]",
    ),
    "ordered by a set": (
        of(FIRST, highest("products")),
        "WRONG_FIELD_TYPE",
        "contests[protection].prefer[1]",
    ),
    "ordered by a name": (
        of(FIRST, lowest("partner_id")),
        "WRONG_FIELD_TYPE",
        "contests[protection].prefer[1]",
    ),
    "a clock that is a date": (
        of(FIRST, within("7 days", of="estimated_close")),
        "WRONG_FIELD_TYPE",
        "contests[protection].window.clock",
    ),
    "a ladder without order": (
        of(FIRST, head_start("7 days", per="region")),
        "WRONG_FIELD_TYPE",
        "contests[protection].window.ladder",
    ),
    "conflicts named by sets": (
        of(FIRST, competing_on("products")),
        "WRONG_FIELD_TYPE",
        "contests[protection].scope.keys[0]",
    ),
    "lines that are one text": (
        of(FIRST, competing_on(lines="region")),
        "WRONG_FIELD_TYPE",
        "contests[protection].scope.lines",
    ),
    "one for each tier": (
        of(FIRST, one_per("tier")),
        "WRONG_FIELD_TYPE",
        "contests[protection].one_per",
    ),
    "a period from a date": (
        of(FIRST, period("6 months", starts="estimated_close")),
        "WRONG_FIELD_TYPE",
        "contests[protection].period.starts",
    ),
    "distinct sets": (
        of(FIRST, holders(2), Joint(distinct=("products",))),
        "WRONG_FIELD_TYPE",
        "contests[protection].joint.distinct[0]",
    ),
    "disjoint texts": (
        of(FIRST, holders(2), Joint(disjoint=("region",))),
        "WRONG_FIELD_TYPE",
        "contests[protection].joint.disjoint[0]",
    ),
    "stature by tier": (
        of(FIRST, holders(2), Joint(stature=(Stature("tier", 1),))),
        "WRONG_FIELD_TYPE",
        "contests[protection].joint.stature[0]",
    ),
    "exact time between dates": (
        derived(FieldType.DURATION, Elapsed("submitted_at", "estimated_close")),
        "WRONG_FIELD_TYPE",
        "fields[mine].derived.end",
    ),
    "days between texts": (
        derived(INTEGER, Elapsed("region", "asked_at", Count.DAYS)),
        "WRONG_FIELD_TYPE",
        "fields[mine].derived.start",
    ),
    "the same tier": (
        derived(BOOL, Same("tier", "region")),
        "WRONG_FIELD_TYPE",
        "fields[mine].derived.left",
    ),
    "inside a text": (
        derived(BOOL, Inside("region", "partner_role")),
        "WRONG_FIELD_TYPE",
        "fields[mine].derived.outer",
    ),
    "a number inside": (
        derived(BOOL, Inside("quantity", "products")),
        "WRONG_FIELD_TYPE",
        "fields[mine].derived.inner",
    ),
    "a tally of a tally": (
        derived(INTEGER, Tally(("earlier_by_same_partner",))),
        "WRONG_FIELD_TYPE",
        "fields[mine].derived.same[0]",
    ),
    "days declared a duration": (
        derived(FieldType.DURATION, Elapsed("submitted_at", "asked_at", Count.DAYS)),
        "WRONG_DERIVED_TYPE",
        "fields[mine]",
    ),
    "time declared a number": (
        derived(INTEGER, Elapsed("submitted_at", "asked_at")),
        "WRONG_DERIVED_TYPE",
        "fields[mine]",
    ),
    "same declared a text": (
        derived(TEXT, Same("region", "division")),
        "WRONG_DERIVED_TYPE",
        "fields[mine]",
    ),
    "tally declared a decimal": (
        derived(FieldType.DECIMAL, Tally(("region",))),
        "WRONG_DERIVED_TYPE",
        "fields[mine]",
    ),
    "a tier without a ladder": (asking(tier == "gold", tiers=()), "NO_LEVELS", RULE),
    "ordered by a tier without a ladder": (
        of(highest("tier"), FIRST, tiers=()),
        "NO_LEVELS",
        "contests[protection].prefer[0]",
    ),
    "a head start without a ladder": (
        of(FIRST, head_start("1 days"), tiers=()),
        "NO_LEVELS",
        "contests[protection].window.ladder",
    ),
    "an ordinal without levels": (
        declaring(Field("rating", FieldType.ORDINAL)),
        "NO_LEVELS",
        "fields[rating]",
    ),
    "levels without an ordinal": (
        declaring(Field("rating", TEXT, levels=("a", "b"))),
        "LEVELS_WITHOUT_EFFECT",
        "fields[rating]",
    ),
    "money without a currency": (
        of(highest("amount"), FIRST),
        "CURRENCY_NEEDED",
        "contests[protection].prefer[0]",
    ),
    "money with half a currency": (
        of(highest("amount", currency="euro"), FIRST),
        "CURRENCY_NEEDED",
        "contests[protection].prefer[0]",
    ),
    "a currency without money": (
        of(highest("quantity", currency="EUR"), FIRST),
        "CURRENCY_WITHOUT_MONEY",
        "contests[protection].prefer[0]",
    ),
    "lines not named": (
        of(FIRST, competing_on(award="by_line")),
        "LINES_NEEDED",
        "contests[protection].scope",
    ),
    "a head start of centuries": (
        of(FIRST, head_start("3000 weeks")),
        "HEAD_START_TOO_LONG",
        "contests[protection].window",
    ),
    "not a contest": (of(FIRST, contests=["protection"]), "MALFORMED", "contests[0]"),
    "not a name": (of(FIRST, note=5), "MALFORMED", "note"),
    "not a field name": (
        asking(field(5) == "gold"),
        "MALFORMED",
        "contests[protection].requires[RULE].that.fact.name",
    ),
    "a value of a subclass": (
        asking(field("quantity") >= 1, fields=[Field("x", TEXT, meaning=None)]),
        "MALFORMED",
        "fields[x].meaning",
    ),
    # structure
    "more than is listed": (of(tiers=[str(n) for n in range(1_001)] * 2), "MORE_ERRORS", ""),
    "nothing to decide": (of(contests=()), "NO_CONTESTS", "contests"),
    "a level twice": (of(FIRST, tiers=("a", "b", "a")), "DUPLICATE_LEVEL", "tiers"),
    "a declared level twice": (
        declaring(Field("rating", FieldType.ORDINAL, levels=("a", "b", "a"))),
        "DUPLICATE_LEVEL",
        "fields[rating]",
    ),
    "a field twice": (
        declaring(Field("mine", TEXT), Field("mine", BOOL)),
        "DUPLICATE_NAME",
        "fields[mine]",
    ),
    "a calendar twice": (
        of(
            FIRST,
            within("7 days", calendar="de"),
            calendars=[Calendar("de"), Calendar("de", zone="Europe/Berlin")],
        ),
        "DUPLICATE_NAME",
        "calendars[de]",
    ),
    "a benefit twice": (benefits(PLAIN, PLAIN), "DUPLICATE_NAME", "contests[protection]"),
    "a requirement's code twice": (
        of(FIRST, requirement("A", tier == "gold"), requirement("A", field("incumbent") == True)),  # noqa: E712
        "DUPLICATE_CODE",
        "contests[protection].requires[A]",
    ),
    "an override's code twice": (
        of(FIRST, override("A", tier == "gold"), override("A", tier == "silver")),
        "DUPLICATE_CODE",
        "contests[protection].overrides[A]",
    ),
    "a core field again": (declaring(Field("tier", TEXT)), "SHADOWS_CORE_FIELD", "fields[tier]"),
    "a name of the records": (
        declaring(Field("attributes", TEXT)),
        "RESERVED_NAME",
        "fields[attributes]",
    ),
    "a name of Python": (declaring(Field("__class__", TEXT)), "RESERVED_NAME", "fields[__class__]"),
    "a field of itself": (
        derived(INTEGER, Tally(("mine",))),
        "CIRCULAR_FIELDS",
        "fields[mine].derived",
    ),
    "two fields of each other": (
        declaring(
            Field("one", INTEGER, derived=Tally(("two",))),
            Field("two", INTEGER, derived=Tally(("one",))),
        ),
        "CIRCULAR_FIELDS",
        "fields[one].derived",
    ),
    "a contest after itself": (
        of(FIRST, holder_of("protection")),
        "CIRCULAR_CONTESTS",
        "contests[protection].after[protection]",
    ),
    "three contests in a circle": (
        benefits(
            contest("c", FIRST, holder_of("b")),
            contest("a", FIRST, not_holder_of("c")),
            contest("b", FIRST, holder_of("a")),
        ),
        "CIRCULAR_CONTESTS",
        "contests[a].after[c]",
    ),
    "a circle through two versions": (
        book(
            benefits(contest("a", FIRST, holder_of("b")), contest("b", FIRST)),
            benefits(contest("a", FIRST), contest("b", FIRST, holder_of("a")), version="2"),
        ),
        "CIRCULAR_CONTESTS",
        "contests[a].after[b]",
    ),
    "joint and shared": (
        of(FIRST, holders(2), Tie.SHARE, Joint(disjoint=("products",))),
        "JOINT_AND_SHARED",
        "contests[protection].joint",
    ),
    # warnings
    "a benefit of another version": (
        book(benefits(contest("bid", FIRST, holder_of("protection"))), version("2", of(FIRST))),
        "BENEFIT_NOT_IN_VERSION",
        "editions[1].contests[bid].after[protection]",
    ),
    "versions of one name": (
        book(of(FIRST), of(FIRST, holders(2))),
        "DUPLICATE_VERSION",
        "editions[1]",
    ),
    "another programme": (
        book(of(FIRST), programme="Other"),
        "PROGRAMME_DIFFERS",
        "editions[1].programme",
    ),
    "joint for one": (
        of(FIRST, Joint(disjoint=("products",))),
        "JOINT_WITHOUT_EFFECT",
        "contests[protection].joint",
    ),
    "closer than equal": (
        of(FIRST, holders(2), Joint(stature=(Stature("score", -1),))),
        "NEVER_TRUE",
        "contests[protection].joint.stature[0]",
    ),
    "a rule never true": (
        asking((amount >= money("10 EUR")) & (amount < money("5 EUR"))),
        "NEVER_TRUE",
        RULE,
    ),
    "a rule never false": (asking(tier >= "bronze"), "NEVER_FALSE", RULE),
    "requirements that exclude each other": (
        of(FIRST, requirement("A", tier == "gold"), requirement("B", tier < "silver")),
        "NOBODY_ELIGIBLE",
        "contests[protection].requires",
    ),
    "to hold and not to hold": (
        benefits(
            PLAIN, contest("bid", FIRST, holder_of("protection"), not_holder_of("protection"))
        ),
        "NOBODY_ELIGIBLE",
        "contests[bid].after[protection]",
    ),
    "an override never true": (
        of(FIRST, override("A", NEVER)),
        "NEVER_APPLIES",
        "contests[protection].overrides[A].when",
    ),
    "an override behind a wider one": (
        of(FIRST, override("A", tier >= "silver"), override("B", tier == "gold")),
        "NEVER_APPLIES",
        "contests[protection].overrides[B].when",
    ),
    "a band behind a wider one": (
        of(
            FIRST,
            terms(
                "",
                banded((amount >= money("10 EUR"), "5"), (amount >= money("20 EUR"), "9")),
            ),
        ),
        "NEVER_APPLIES",
        "contests[protection].gives[0].rate.bands[1].when",
    ),
    "a band behind one for all": (
        of(FIRST, terms("", banded((ALWAYS, "5"), (tier == "gold", "9")))),
        "NEVER_APPLIES",
        "contests[protection].gives[0].rate.bands[1].when",
    ),
    "a condition never true": (
        of(FIRST, others(terms("x"), when=NEVER)),
        "NEVER_APPLIES",
        "contests[protection].others.when",
    ),
    "terms for a third of two": (
        of(FIRST, holders(2), terms("a"), terms("b"), terms("c")),
        "NEVER_APPLIES",
        "contests[protection].gives[2]",
    ),
    "terms for others where all hold": (
        of(FIRST, everyone_qualifying(), others(terms("x"))),
        "NEVER_APPLIES",
        "contests[protection].others.terms",
    ),
    "ordered by before": (
        of(highest("tier"), FIRST, lowest("tier")),
        "DEAD_PREFERENCE",
        "contests[protection].prefer[2]",
    ),
    "ordered behind a number": (
        of(lowest("registration_id"), FIRST),
        "DEAD_PREFERENCE",
        "contests[protection].prefer[1]",
    ),
    "preferred behind a number": (
        of(lowest("registration_id"), preferring(tier == "gold")),
        "DEAD_PREFERENCE",
        "contests[protection].prefer[1]",
    ),
    "preferred for what was ordered by": (
        of(highest("tier"), preferring(tier >= "silver"), FIRST),
        "DEAD_PREFERENCE",
        "contests[protection].prefer[1]",
    ),
    "preferred twice": (
        of(preferring(tier == "gold"), preferring(tier == "gold"), FIRST),
        "DEAD_PREFERENCE",
        "contests[protection].prefer[1]",
    ),
    "all preferred": (
        of(preferring(ALWAYS), FIRST),
        "DEAD_PREFERENCE",
        "contests[protection].prefer[0]",
    ),
    "nobody preferred": (
        of(preferring((tier == "gold") & (tier == "silver")), FIRST),
        "DEAD_PREFERENCE",
        "contests[protection].prefer[0]",
    ),
    "ties by tier": (of(highest("tier")), "ORDER_NOT_TOTAL", "contests[protection].prefer"),
    "no order": (of(), "ORDER_NOT_TOTAL", "contests[protection].prefer"),
    "a fraction of nothing": (
        of(FIRST, others(terms("half", fraction_of_holder("1/2")))),
        "RATE_OF_NOTHING",
        "contests[protection].others.terms.rate",
    ),
    "shares of three halves": (
        of(FIRST, holders(3), terms("", share="1/2")),
        "SHARES_EXCEED_WHOLE",
        "contests[protection].gives",
    ),
    "a whole and a half": (
        of(FIRST, everyone_qualifying(), terms("a"), terms("b", share="1/2")),
        "SHARES_EXCEED_WHOLE",
        "contests[protection].gives",
    ),
    "two currencies": (
        asking((amount >= money("10 EUR")) | (amount >= money("11 USD"))),
        "UNGUARDED_CURRENCY",
        RULE + ".any[0]",
    ),
    "two currencies inside out": (
        asking(not_(amount < money("10 EUR")) & not_(amount >= money("11 USD"))),
        "UNGUARDED_CURRENCY",
        RULE + ".all[0].not",
    ),
    "one of two currencies guarded": (
        asking(
            any_of(
                all_of(field("currency") == "EUR", amount >= money("10 EUR")),
                amount >= money("11 USD"),
            )
        ),
        "UNGUARDED_CURRENCY",
        RULE + ".any[1]",
    ),
    # clocks
    "the start of a milestone": (
        of(FIRST, milestone("ordered_at", "3 days", starts="aproved_at")),
        "UNKNOWN_FIELD",
        f"{MILESTONE}.starts",
    ),
    "what meets a milestone": (
        of(FIRST, milestone("estimated_close", "3 days")),
        "WRONG_FIELD_TYPE",
        f"{MILESTONE}.met",
    ),
    "what agrees to grace": (
        of(FIRST, milestone("ordered_at", "3 days", grace="5 days", agreed="evidence")),
        "WRONG_FIELD_TYPE",
        f"{MILESTONE}.agreed",
    ),
    "an award final from": (
        of(FIRST, final_from("stage")),
        "WRONG_FIELD_TYPE",
        "contests[protection].final_from",
    ),
    "the start of the vendor's clock": (
        of(FIRST, sla=sla("2 days", starts="estimated_close")),
        "WRONG_FIELD_TYPE",
        "sla.starts",
    ),
    "the calendar of a milestone": (
        of(FIRST, milestone("ordered_at", "3 days", calendar="de")),
        "UNKNOWN_CALENDAR",
        f"{MILESTONE}.calendar",
    ),
    "the calendar of the vendor's clock": (
        of(FIRST, sla=sla("2 days", calendar="de")),
        "UNKNOWN_CALENDAR",
        "sla.calendar",
    ),
    "the calendar of the time since others": (
        derived(INTEGER, SinceEnded(("partner_id",), calendar="de")),
        "UNKNOWN_CALENDAR",
        "fields[mine].derived.calendar",
    ),
    "two milestones": (
        of(FIRST, milestone("ordered_at", "3 days"), milestone("amended_at", "3 days")),
        "DUPLICATE_CODE",
        MILESTONE,
    ),
    "a milestone and a requirement": (
        of(requirement("SAME", tier == "gold"), FIRST, milestone(*ORDER, code="SAME")),
        "DUPLICATE_CODE",
        "contests[protection].milestones[SAME]",
    ),
    "a milestone and an override": (
        of(override("SAME", tier == "gold"), FIRST, milestone(*ORDER, code="SAME")),
        "DUPLICATE_CODE",
        "contests[protection].milestones[SAME]",
    ),
    "the time since others declared a duration": (
        derived(FieldType.DURATION, SinceEnded(("partner_id",))),
        "WRONG_DERIVED_TYPE",
        "fields[mine]",
    ),
    "a time since of nothing": (
        derived(INTEGER, SinceEnded(("partnr_id",))),
        "UNKNOWN_FIELD",
        "fields[mine].derived.same[0]",
    ),
    "a time since by itself": (
        derived(INTEGER, SinceEnded(("mine",))),
        "CIRCULAR_FIELDS",
        "fields[mine].derived",
    ),
    "a tally by times since": (
        declaring(
            Field("since", INTEGER, derived=SinceEnded(("partner_id",))),
            Field("mine", INTEGER, derived=Tally(("since",))),
        ),
        "WRONG_FIELD_TYPE",
        "fields[mine].derived.same[0]",
    ),
    "a tally where it is itself so": (
        derived(INTEGER, Tally(("partner_id",), where={"mine": "x"})),
        "CIRCULAR_FIELDS",
        "fields[mine].derived",
    ),
    "a tally where a number is so": (
        derived(INTEGER, Tally(("partner_id",), where={"quantity": "3"})),
        "WRONG_FIELD_TYPE",
        "fields[mine].derived.where.quantity",
    ),
    "a tally where nothing is so": (
        derived(INTEGER, Tally(("partner_id",), where={"sttus": "approved"})),
        "UNKNOWN_FIELD",
        "fields[mine].derived.where.sttus",
    ),
    "a tally of the dead": (
        derived(INTEGER, Tally(("partner_id",), where={"status": "rejected"})),
        "NEVER_APPLIES",
        "fields[mine].derived.where.status",
    ),
    **{
        f"a milestone {how}": (of(FIRST, made), "CLOCK_WITHOUT_EFFECT", f"{MILESTONE}.{part}")
        for how, part, made in (
            ("with grace no longer", "grace", milestone(*ORDER, grace="30 days")),
            ("with grace in weeks", "grace", milestone(*ORDER, grace="4 weeks")),
            ("with grace in hours", "grace", milestone("ordered_at", "1 month", grace="600 hours")),
            ("reminded when due", "remind", milestone(*ORDER, remind="30 days")),
            (
                "reminded a month later",
                "remind",
                milestone("ordered_at", "4 weeks", remind="1 month"),
            ),
            ("agreed without grace", "agreed", milestone(*ORDER, agreed="amended_at")),
            ("met at its start", "met", milestone("approved_at", "3 days")),
        )
    },
    "an extension of nothing": (
        of(FIRST, period("90 days", extension=extension("0 days"))),
        "CLOCK_WITHOUT_EFFECT",
        "contests[protection].period.extension.length",
    ),
    "an extension asked for before there is a period": (
        of(FIRST, period("7 days", extension=extension(ask_before="1 week"))),
        "CLOCK_WITHOUT_EFFECT",
        "contests[protection].period.extension.ask_before",
    ),
    "an answer after the answer": (
        of(FIRST, sla=sla("2 days", starts="approved_at")),
        "CLOCK_WITHOUT_EFFECT",
        "sla.starts",
    ),
    "reconsidered where nobody is rejected": (
        of(FIRST, everyone_qualifying(), others(reconsidered=True)),
        "CLOCK_WITHOUT_EFFECT",
        "contests[protection].others.reconsidered",
    ),
    "a calendar unused": (
        of(FIRST, calendars=[Calendar("de")]),
        "UNUSED_CALENDAR",
        "calendars[de]",
    ),
    "a field unused": (of(FIRST, fields=[Field("mine", TEXT)]), "UNUSED_FIELD", "fields[mine]"),
}


@pytest.mark.parametrize(("rules", "code", "path"), BROKEN.values(), ids=BROKEN)
def test_is_found_at_its_place(rules, code, path):
    found = [each for each in check(rules).items if (each.code, each.path) == (code, path)]

    assert len(found) == 1
    assert found[0].severity is CODES[code][0]
    assert found[0].message
    assert found[0].hint


def test_every_code_has_an_example():
    assert {code for _, code, _ in BROKEN.values()} == set(CODES)


@pytest.mark.parametrize(
    ("rules", "code"), [(rules, code) for rules, code, _ in BROKEN.values()], ids=BROKEN
)
def test_errors_keep_a_policy_from_being_decided_and_warnings_do_not(rules, code):
    def run():
        return decide(rules, Facts(), at="2026-06-01T00:00Z")

    if CODES[code][0] is Severity.ERROR:
        with pytest.raises(PolicyErrors) as caught:
            run()
        assert {each.place for each in caught.value.problems} == {
            each.path for each in check(rules).errors
        }
    else:
        assert run().standings == ()


def test_all_findings_come_at_once_errors_first_then_by_path():
    policy = of(
        requirement("A", field("teir") == "gold"),
        requirement("B", field("region") < "b"),
        highest("amount"),
        within("7 days", calendar="de"),
        fields=[Field("mine", TEXT)],
    )
    found = check(policy).items

    assert [(each.severity.value, each.path, each.code) for each in found] == [
        ("error", "contests[protection].prefer[0]", "CURRENCY_NEEDED"),
        ("error", "contests[protection].requires[A].that", "UNKNOWN_FIELD"),
        ("error", "contests[protection].requires[B].that", "WRONG_OPERATOR"),
        ("error", "contests[protection].window.calendar", "UNKNOWN_CALENDAR"),
        ("warning", "contests[protection].prefer", "ORDER_NOT_TOTAL"),
        ("warning", "fields[mine]", "UNUSED_FIELD"),
    ]
    assert found[1].hint == "did you mean `tier`?"
    assert check(policy).errors + check(policy).warnings == found


def test_a_circle_of_one_version_is_not_reported_for_the_book_again():
    circular = benefits(contest("a", FIRST, holder_of("b")), contest("b", FIRST, holder_of("a")))
    found = check(book(circular, version("2", of(FIRST))))

    assert [each.path for each in found.errors] == ["editions[1].contests[a].after[b]"]


SOUND = {
    "every clock": of(
        FIRST,
        requirement("SINCE", field("since") >= 3, lasting=True),
        period("90 days", calendar="de", extension=extension("30 days", ask_before="1 month")),
        milestone("ordered_at", "30 days", starts="met_at", calendar="at", remind="20 days"),
        milestone("met_at", "1 month", code="LATE", grace="31 days", remind="2 business days"),
        final_from("met_at"),
        others(stand="waiting", reconsidered=True),
        sla=sla("2 business days", calendar="ch"),
        calendars=[Calendar("de"), Calendar("at"), Calendar("ch"), Calendar("uk")],
        fields=[
            Field("met_at", "instant"),
            Field("since", INTEGER, derived=SinceEnded(("partner_id",), calendar="uk")),
        ],
    ),
    "first to register": of(FIRST),
    "tier priority in a window": of(within("7 days"), highest("tier"), FIRST),
    "a head start": of(head_start("3 days")),
    "all who qualify": of(everyone_qualifying(), terms("", "5")),
    "a tie that is settled": of(highest("tier"), Tie.SHARE),
    "a tie settled by number": of(highest("tier"), Tie.REGISTRATION_ID),
    "an order by elapsed time": of(highest("ahead_of_tender")),
    "an order ending in the number": of(highest("tier"), lowest("registration_id")),
    "currencies guarded": asking(
        any_of(
            all_of(field("currency") == "EUR", amount >= money("10 EUR")),
            all_of(field("currency").one_of("USD"), not_(amount < money("11 USD"))),
        )
    ),
    "bands from the top": of(
        FIRST, terms("", banded((tier >= "gold", "9"), (tier >= "silver", "5"), (ALWAYS, "1")))
    ),
    "bands by currency": of(
        FIRST,
        terms("", banded((amount >= money("9 USD"), "5"), (amount >= money("10 EUR"), "5"))),
    ),
    "an unknown tier in a later band": of(
        FIRST, terms("", banded((tier >= "bronze", "9"), (tier.is_missing(), "5")))
    ),
    "money ordered after a rule about another currency": of(
        highest("amount", currency="EUR"), preferring(amount >= money("10 USD")), FIRST
    ),
    "co-holders": of(
        FIRST,
        holders(2),
        Joint(("partner_role",), ("products",), (Stature("satisfaction_score", "0.5"),)),
        terms("", share="1/2"),
    ),
    "an empty ladder that nothing asks about": of(
        FIRST, requirement("KNOWN", tier.is_known()), tiers=()
    ),
    "one of several versions": book(of(FIRST), version("2", of(FIRST, holders(2)))),
    "declared and used": declaring(
        Field("mine", INTEGER, derived=Elapsed("begun", "asked_at", Count.BUSINESS_DAYS, "de")),
        calendars=[Calendar("de")],
    ),
    "requirements a person may set aside": of(
        FIRST,
        requirement("A", tier == "gold", if_false="refer"),
        requirement("B", tier == "silver"),
    ),
    "those preferred that are not known": of(
        FIRST, preferring((tier == "gold") & (tier == "silver"), missing="first")
    ),
    "preferred by an answer from outside": of(FIRST, preferring(external("a"))),
    "all in time hold, and the late get less": of(
        everyone_qualifying(), within("7 days"), others(terms("late", "1"))
    ),
    "all hold whom no rule passes over": of(
        everyone_qualifying(), override("A", tier == "gold"), others(terms("passed over", "1"))
    ),
    "all hold unless a person decides": of(
        everyone_qualifying(),
        override("A", tier == "gold", effect="refers"),
        others(terms("passed over", "1")),
    ),
    "used to read another field at": of(
        Key(Fact("tier", "begun"), "highest"), FIRST, fields=[Field("begun", FieldType.INSTANT)]
    ),
    "used in a rule to read another field at": asking(
        tier.as_of("begun") >= "silver", fields=[Field("begun", FieldType.INSTANT)]
    ),
    "an external question and its contrary": of(
        FIRST, requirement("A", any_of(external("a"), not_(external("b"))))
    ),
    "a time and a day": asking(
        all_of(field("ahead_of_tender") >= timedelta(0), field("quantity") > 4)
    ),
}
SOUND["declared and used"] = attrs.evolve(
    SOUND["declared and used"],
    fields=(*SOUND["declared and used"].fields, Field("begun", FieldType.INSTANT)),
)


@pytest.mark.parametrize("rules", SOUND.values(), ids=SOUND)
def test_nothing_is_found_in_a_sound_policy(rules):
    assert check(rules) == Findings()


@pytest.mark.parametrize("rules", ["policy", None, contest("protection"), {}])
def test_only_policies_and_books_are_checked(rules):
    with pytest.raises(UsageError, match="is not a policy"):
        check(rules)


def test_raising_has_nothing_to_say_about_warnings():
    warning = Finding(code="C", severity="warning", path="p", message="m")
    Findings((warning,)).raise_errors()

    with pytest.raises(PolicyErrors, check=lambda group: str(group) == "q: m; h"):
        Findings(
            (warning, Finding(code="C", severity="error", path="q", message="m", hint="h"))
        ).raise_errors()


def test_the_reference_page_lists_every_code():
    page = Path(__file__).parents[3] / "docs" / "reference" / "findings.md"
    rows = re.findall(
        r"^\| `([A-Z_]+)` \| (\w+) \| ([^|]+) \|", page.read_text("utf-8"), re.MULTILINE
    )

    assert {code: (severity, meaning.strip()) for code, severity, meaning in rows} == dict(CODES)
    assert [code for code, _, _ in rows] == sorted(code for code, _, _ in rows)


def test_the_reference_page_is_checked_against_findings_that_are_made():
    sources = Path(check.__code__.co_filename).parent.glob("*.py")
    text = "".join(path.read_text("utf-8") for path in sources)
    made = set(re.findall(r'(?:finding|_twice)\(\s*"([A-Z_]+)"', text))

    assert made == set(CODES)

"""A decision depends on nothing but what it is a decision of (D-1, F-1, F-11, D-9)."""

import decimal
import os
import pickle
import subprocess
import sys
from hashlib import sha256
from zoneinfo import ZoneInfo

import attrs
from hypothesis import given, settings
from hypothesis import strategies as st

from dealreg.deciders.deciding import record, rerun
from dealreg.facts.canonical import canonical_json
from dealreg.facts.case import Facts
from dealreg.policy.normal import normal_form
from dealreg.policy.stages import Joint, Scope, Stature
from tests.laws.asking import (
    any_book_cases,
    any_cases,
    bytes_of,
    content,
    decided,
    single_contests,
)
from tests.laws.retelling import retold_case

EITHER = st.one_of(any_cases(), any_book_cases())
BY_LINE = single_contests(scope=Scope(("opportunity_id",), "products", "by_line"), tie="refer")
BESIDE_EACH_OTHER = single_contests(
    joint=Joint(stature=(Stature("satisfaction_score", "0.25"),)), capacity=2, requires=()
)


def shuffled(draw_random, values):
    made = list(values)
    draw_random.shuffle(made)
    return made


def stirred(facts, random):
    """The facts with every sequence and every set in another order."""

    def record_of(each):
        sets = {
            a.name: frozenset(shuffled(random, sorted(getattr(each, a.name))))
            for a in attrs.fields(type(each))
            if isinstance(getattr(each, a.name), frozenset)
        }
        attributes = dict(shuffled(random, each.attributes.items()))
        changes = shuffled(random, each.changes)
        for name in ("extensions", "pauses"):
            if hasattr(each, name):
                sets[name] = shuffled(random, getattr(each, name))
        return attrs.evolve(each, **sets, attributes=attributes, changes=changes)

    return Facts(
        registrations=shuffled(random, map(record_of, facts.registrations)),
        partners=shuffled(random, map(record_of, facts.partners)),
        customers=shuffled(random, map(record_of, facts.customers)),
        opportunities=shuffled(random, map(record_of, facts.opportunities)),
        rulings=shuffled(random, facts.rulings),
        holdings=shuffled(random, facts.holdings),
    )


class TestD1NothingElse:
    """D-1: the decision is a function of rules, facts, instant and answers."""

    @given(EITHER, st.randoms(use_true_random=False))
    def test_input_order(self, case, random):
        again = stirred(case.facts, random)
        externals = {
            name: dict(shuffled(random, case.externals[name].items()))
            for name in shuffled(random, case.externals)
        }
        assert bytes_of(decided(case, facts=again, externals=externals)) == bytes_of(decided(case))

    @given(any_cases(), st.randoms(use_true_random=False))
    def test_the_order_in_which_contests_fields_and_calendars_were_written(self, case, random):
        rules = attrs.evolve(
            case.rules,
            contests=shuffled(random, case.rules.contests),
            fields=shuffled(random, case.rules.fields),
            calendars=shuffled(random, case.rules.calendars),
        )
        assert bytes_of(decided(case, rules=rules)) == bytes_of(decided(case))

    @given(
        EITHER | BESIDE_EACH_OTHER,
        st.integers(1, 5),
        st.sampled_from((decimal.ROUND_UP, decimal.ROUND_FLOOR)),
    )
    def test_ambient_decimal_context(self, case, precision, rounding):
        before = bytes_of(decided(case))
        normal_form.cache_clear()
        with decimal.localcontext() as context:
            context.prec, context.rounding = precision, rounding
            context.traps[decimal.Inexact] = True
            context.traps[decimal.FloatOperation] = True
            rebuilt = retold_case(case, lambda value: value)
            assert bytes_of(decided(rebuilt)) == before

    @given(EITHER)
    def test_deciding_twice(self, case):
        assert decided(case) == decided(case)


DECIDE_ALL = """
import hashlib, pickle, sys
from dealreg.deciders.deciding import decide
from dealreg.facts.canonical import canonical_json
for case in pickle.load(open(sys.argv[1], "rb")):
    made = decide(case.rules, case.facts, at=case.at, externals=case.externals)
    print(hashlib.sha256(canonical_json(made)).hexdigest())
"""


class TestD1OtherProcesses:
    """D-1: neither the hash seed, the locale, the zone of the machine nor -O matters."""

    def test_hash_seed_locale_and_local_zone(self, tmp_path):
        collected = []

        @settings(max_examples=90, database=None, derandomize=True)
        @given(EITHER | BY_LINE)
        def collect(case):
            collected.append(case)

        collect()
        file = tmp_path / "cases.pickle"
        file.write_bytes(pickle.dumps(collected))
        here = [sha256(bytes_of(decided(case))).hexdigest() for case in collected]
        for seed, zone, locale, flags in (
            ("0", "UTC", "C", []),
            ("1", "Asia/Tokyo", "C.UTF-8", ["-O"]),
            ("4242", "America/Caracas", "tr_TR.UTF-8", []),
        ):
            env = os.environ | {"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": locale}
            made = subprocess.run(
                [sys.executable, *flags, "-c", DECIDE_ALL, str(file)],
                env=env,
                capture_output=True,
                text=True,
                check=True,
            )
            assert made.stdout.split() == here


class TestF1Instants:
    """F-1: two spellings of one instant are one value; the zone it was written in never matters."""

    @given(
        EITHER,
        st.sampled_from(("Asia/Kathmandu", "America/St_Johns", "Pacific/Apia", "Europe/Berlin")),
    )
    def test_the_zone_instants_are_written_in(self, case, name):
        zone = ZoneInfo(name)

        def in_zone(value):
            return value.astimezone(zone) if hasattr(value, "astimezone") else value

        elsewhere = retold_case(case, in_zone)
        assert elsewhere.facts == case.facts
        assert bytes_of(decided(elsewhere)) == bytes_of(decided(case))


class TestF11OneRecordOneContent:
    """F-11: a record given twice with the same content counts once."""

    @given(EITHER)
    def test_everything_told_twice(self, case):
        def twice(records):
            return [*records, *(attrs.evolve(each) for each in reversed(records))]

        facts = Facts(
            registrations=twice(case.facts.registrations),
            partners=twice(case.facts.partners),
            customers=twice(case.facts.customers),
            opportunities=twice(case.facts.opportunities),
            rulings=twice(case.facts.rulings),
            holdings=twice(case.facts.holdings),
        )
        assert facts == case.facts
        assert bytes_of(decided(case, facts=facts)) == bytes_of(decided(case))


class TestD9Record:
    """D-9: a record re-runs to the same decision, byte by byte."""

    @given(EITHER)
    def test_rerun(self, case):
        past = record(case.rules, case.facts, at=case.at, externals=case.externals)
        again = rerun(past)
        assert again == past.decision
        assert canonical_json(again) == canonical_json(past.decision)

    @given(EITHER)
    def test_a_record_keeps_the_answers_of_functions(self, case):
        def asked(name):
            return lambda registration, _facts: case.externals[name].get(
                registration.registration_id
            )

        by_function = record(
            case.rules,
            case.facts,
            at=case.at,
            externals={name: asked(name) for name in case.externals},
        )
        assert content(rerun(by_function)) == content(decided(case))

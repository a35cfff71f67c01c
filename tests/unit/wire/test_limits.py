"""A file over a limit is refused before anything is made of it; the error says how to raise it."""

import json
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from dealreg import Facts, Policy, UnreadableError, UsageError, contest, earliest, record
from dealreg.facts.vocabulary import Vocabulary
from dealreg.wire import Limits, from_json, policy_from_toml, read_policy, to_json
from dealreg.wire.limits import LIMITS

HEAD = 'format = "dealreg-policy/1"\nprogramme = "Example"\n'
CONTEST = '[[contests]]\nbenefit = "protection"\nprefer = ["earliest submitted_at"]\n'
DAY = "FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1"


def listed(count: int, text: str = "v#") -> str:
    return json.dumps([text.replace("#", str(place)) for place in range(count)])


MADE: dict[str, Callable[[int], str]] = {
    "size": lambda n: (HEAD + CONTEST + "#").ljust(n, "x"),
    "parts": lambda n: HEAD + CONTEST + f"tiers = {listed(n)}\n",
    "levels": lambda n: HEAD + f"tiers = {listed(n)}\n" + CONTEST,
    "terms": lambda n: (
        HEAD + CONTEST + 'capacity = "all who qualify"\n' + "[[contests.gives]]\npercent = 5\n" * n
    ),
    "calendars": lambda n: (
        HEAD + "".join(f"[calendars.c{place}]\n" for place in range(n)) + CONTEST
    ),
    "holiday_rules": lambda n: (
        HEAD
        + f"[calendars.one]\nholiday_rules = {listed(n - 1, DAY)}\n"
        + f"[calendars.two]\nholiday_rules = {listed(1, DAY)}\n"
        + CONTEST
    ),
    "editions": lambda n: (
        HEAD.replace("policy", "book")
        + "".join(
            f"[[editions]]\neffective_from = 2026-01-01T00:00:{place:02}Z\n"
            + CONTEST.replace("contests", "editions.contests")
            for place in range(n)
        )
    ),
}


def test_each_limit_has_a_file_that_meets_it() -> None:
    assert {each.name for each in attrs.fields(Limits)} == set(MADE)


@pytest.mark.parametrize("name", [name for name in MADE if name not in ("size", "parts")])
def test_a_file_may_hold_as_much_as_the_limit_and_no_more(name: str) -> None:
    limits = Limits(**{name: 7})
    made = policy_from_toml(MADE[name](7), limits=limits)
    assert from_json(to_json(made), limits=limits) == made
    over = MADE[name](8)
    with pytest.raises(UnreadableError) as caught:
        policy_from_toml(over, place="p.toml", limits=limits)
    assert caught.value.place == "p.toml"
    assert "more than 7 " in str(caught.value)
    assert f"`limits=Limits({name}=...)`" in caught.value.hint
    data = to_json(policy_from_toml(over))
    with pytest.raises(UnreadableError, match="more than 7 "):
        from_json(data, limits=limits)
    if name != "editions":  # who loads a decision loads the rules it was made by
        rules: Any = policy_from_toml(over)
        kept = to_json(record(rules, Facts(), at="2026-07-01T00:00Z"))
        with pytest.raises(UnreadableError, match="more than 7 "):
            from_json(kept, limits=limits)


def test_size_is_of_the_whole_file() -> None:
    assert policy_from_toml(MADE["size"](300), limits=Limits(size=300))
    with pytest.raises(UnreadableError, match="a file of 301 characters is too large"):
        policy_from_toml(MADE["size"](301), limits=Limits(size=300))


@pytest.mark.parametrize("text", ['note = "{}"', '"{}" = 1'])
def test_long_texts_and_names_are_many_parts(text: str) -> None:
    whole = HEAD + text.format("x" * 1_600)
    with pytest.raises(UnreadableError, match="more than 100 parts"):
        policy_from_toml(whole, limits=Limits(parts=100))
    with pytest.raises(ExceptionGroup):  # no key of that name, or no contest of that note
        policy_from_toml(whole + "\nodd = 1", limits=Limits(parts=110))


def test_parts_of_a_policy_alone_and_a_vocabulary_are_held_to_the_limits() -> None:
    rules = Policy(programme="Example", contests=[contest("protection", earliest("submitted_at"))])
    for value in (rules.contests[0], Vocabulary(["a", "b", "c"])):
        with pytest.raises(UnreadableError, match="more than 1 part"):
            from_json(to_json(value), limits=Limits(parts=1))


def test_facts_are_not() -> None:
    assert from_json(to_json(Facts()), limits=Limits(parts=1)) == Facts()


def test_a_file_is_read_by_the_limits_given(tmp_path: Any) -> None:
    for name, data in (
        ("p.toml", MADE["levels"](8).encode()),
        ("p.json", to_json(policy_from_toml(MADE["levels"](8)))),
    ):
        (tmp_path / name).write_bytes(data)
        assert read_policy(tmp_path / name)
        with pytest.raises(UnreadableError, match="more than 7 levels"):
            read_policy(tmp_path / name, limits=Limits(levels=7))
        with pytest.raises(UnreadableError, match="more than 50 bytes"):
            read_policy(tmp_path / name, limits=Limits(size=50))


def test_a_larger_file_is_read_where_the_caller_allows_it(tmp_path: Any) -> None:
    file = tmp_path / "large.toml"
    file.write_text(MADE["size"](LIMITS.size + 1), encoding="utf-8")
    with pytest.raises(UnreadableError, match="more than 4,194,304 bytes"):
        read_policy(file)
    assert read_policy(file, largest=LIMITS.size + 1)


@pytest.mark.parametrize("odd", [0, -1, True, 1.5, "7", None])
def test_a_limit_is_a_number(odd: Any) -> None:
    with pytest.raises(UsageError, match="is not a limit"):
        Limits(parts=odd)

"""What is done with a policy grows with the policy, and no faster: counted in calls."""

import sys
from collections.abc import Callable
from types import FrameType

import attrs
import pytest

from dealreg import (
    DealregError,
    Facts,
    Field,
    Partner,
    Policy,
    PolicyErrors,
    Registration,
    check,
    compiled,
    contest,
    decide,
    earliest,
    requirement,
)
from dealreg.checking.regions import all_of_field, compared, covering, enclosed, one_of, overlapping
from dealreg.deciders.compiled.inline import _apart
from dealreg.errors import suggestion
from dealreg.policy.normal import normal_form
from dealreg.policy.predicates import Fact, OneOf, Op
from dealreg.rendering import describe
from dealreg.wire import from_json, policy_from_toml, policy_to_toml

HEAD = 'format = "dealreg-policy/1"\nprogramme = "Example"\n'
LAST = 'prefer = ["earliest submitted_at"]\n'
CONTEST = '[[contests]]\nbenefit = "protection"\n'
AT = "2026-07-01T00:00Z"
PARTNERS = ("P1", "P2")
FACTS = Facts(
    registrations=[
        Registration(
            registration_id=each,
            partner_id=each,
            opportunity_id="O",
            submitted_at="2026-03-02T09:00Z",
        )
        for each in PARTNERS
    ],
    partners=[Partner(partner_id=each) for each in PARTNERS],
)


def repeated(count: int, template: str, between: str = "") -> str:
    return between.join(template.replace("#", str(number)) for number in range(count))


def listed(count: int, template: str) -> str:
    return "[" + repeated(count, f'"{template}"', ", ") + "]"


def chain(count: int) -> str:
    first = HEAD + CONTEST.replace("protection", "b0") + LAST
    rest = (
        f'[[contests]]\nbenefit = "b{n}"\n[[contests.after]]\nholder_of = "b{n - 1}"\n'
        for n in range(1, count)
    )
    return first + "".join(rest)


def pairs(count: int) -> str:
    return HEAD + "".join(
        f'[[contests]]\nbenefit = "b{n}"\n[[contests.after]]\nholder_of = "b{n ^ 1}"\n'
        for n in range(count - count % 2)
    )


SHAPES: dict[str, Callable[[int], str]] = {
    "contests": lambda n: HEAD + repeated(n, CONTEST.replace("protection", "b#") + LAST),
    "contests in a row": chain,
    "contests in circles": pairs,
    "requirements": lambda n: (
        HEAD + CONTEST + LAST
        + repeated(n, '[[contests.requires]]\ncode = "C#"\nthat = "score != #"\ntell = "x"\n')
    ),
    "overrides": lambda n: (
        HEAD + CONTEST + LAST
        + repeated(n, '[[contests.overrides]]\ncode = "C#"\nwhen = "score == #"\ntell = "x"\n')
    ),
    "preferred rules": lambda n: (
        HEAD + CONTEST + "prefer = " + listed(n, "those with score == #") + "\n"
    ),
    "keys": lambda n: (
        HEAD + repeated(n, '[fields.f#]\ntype = "integer"\n')
        + CONTEST + "prefer = " + listed(n, "lowest f#") + "\n"
    ),
    "bands": lambda n: (
        HEAD + CONTEST + LAST + "[[contests.gives]]\nbands = ["
        + repeated(n, '{ when = "score == #", percent = 5 }', ", ") + "]\n"
    ),
    "one rule of many parts": lambda n: (
        HEAD + CONTEST + LAST + '[[contests.requires]]\ncode = "C"\ntell = "x"\nthat = "'
        + repeated(n, "(score == # or not (region in [a, b]))", " and ") + '"\n'
    ),
}  # fmt: skip


def compiled_and_asked(policy: Policy) -> object:
    return compiled(policy).standings(FACTS, at=AT)


STAGES: dict[str, Callable[[Policy], object]] = {
    "check": check,
    "normal form": normal_form,
    "compile": compiled_and_asked,
    "describe": describe,
    "decide": lambda policy: decide(policy, FACTS, at=AT),
    "write": policy_to_toml,
}


def counted(call: Callable[[], object]) -> int:
    """How many calls something makes, until it is done or refused."""
    calls = 0

    def note(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        call()
    except DealregError:
        pass
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize("shape", SHAPES)
def test_four_times_the_parts_make_four_times_the_work(shape: str) -> None:
    small, large = SHAPES[shape](40), SHAPES[shape](160)
    begun = {"read": counted(lambda: policy_from_toml(small))}
    ended = {"read": counted(lambda: policy_from_toml(large))}
    for stage, does in STAGES.items():
        one, other = policy_from_toml(small), policy_from_toml(large)
        begun[stage] = counted(lambda does=does, one=one: does(one))
        ended[stage] = counted(lambda does=does, other=other: does(other))
    grew = {stage: ended[stage] / begun[stage] for stage in begun}
    assert {stage: grown for stage, grown in grew.items() if grown > 5.5} == {}


def test_shares_of_many_digits_are_told_in_short() -> None:
    primes = repeated(90, '[[contests.gives]]\nshare = "1/1000000000000000000000000000000#7"\n')
    text = HEAD + CONTEST + 'capacity = "all who qualify"\n[[contests.gives]]\nshare = "1"\n'
    [found] = [
        each
        for each in check(policy_from_toml(text + primes)).items
        if each.code == "SHARES_EXCEED_WHOLE"
    ]
    assert found.message == "the shares of all holders add up to more than 1"


class Counted(int):
    """A number that counts how often numbers are compared with it."""

    compared = 0

    def __eq__(self, other: object) -> bool:
        Counted.compared += 1
        return int(self) == other

    __hash__ = int.__hash__


def test_numbers_of_one_hash_are_not_compared_with_each_other() -> None:
    many = 2_000
    numbers = [Counted(place * sys.hash_info.modulus) for place in range(1, many + 1)]
    node = OneOf(Fact("score"), numbers)
    region = all_of_field(Field("score", "integer"))
    one_of(region, node.values, truth=True)
    for each in node.values:
        region = compared(region, Op.NE, each, truth=True) or region
    version = compiled(_requiring(OneOf(Fact("seats"), range(many)))).versions
    assert Counted.compared < 300 * many  # and not by the square of them
    assert all(each.kernel("protection") is not None for each in version.values())


def test_of_very_many_conditions_on_one_set_only_some_are_kept() -> None:
    region = all_of_field(Field("products", "text_set"))
    for place in range(300):
        pair = (f"p{place}", f"q{place}", "z")
        region = covering(region, pair[:2], truth=False) or region
        region = overlapping(region, pair, truth=True) or region
        region = enclosed(region, pair, truth=True) or region
    assert len(region.lacking) == len(region.some) == len(region.within) == 256


def test_a_set_of_numbers_of_one_hash_is_asked_one_by_one_and_says_the_same() -> None:
    modulus = sys.hash_info.modulus
    alike = [place * modulus for place in range(1, 40)]
    for score in (alike[7], 5):
        facts = Facts(registrations=[attrs.evolve(FACTS.registrations[0], quantity=score)])
        rules = _requiring(OneOf(Fact("quantity"), alike))
        assert (
            compiled(rules).decide(facts, at=AT).standings == decide(rules, facts, at=AT).standings
        )
    assert not _apart(tuple(alike))
    assert _apart(tuple(range(40)))


def _requiring(node: OneOf) -> Policy:
    fields = [Field("seats", "integer")] if node.fact.name == "seats" else []
    return Policy(
        programme="Example",
        fields=fields,
        contests=[contest("protection", requirement("X", node, "x"), earliest("submitted_at"))],
    )


def test_thousands_of_mistakes_are_not_all_listed() -> None:
    wrong = b'{"is":"contest","benefit":"p","requires":[' + b",".join([b"1"] * 5_000) + b"]}"
    text = b'{"dealreg":"contest","format":1,"semantics":1,"value":' + wrong + b"}"
    with pytest.raises(PolicyErrors) as caught:
        from_json(text)
    assert len(caught.value.problems) == 1_001
    assert caught.value.problems[-1].message == "more than 1,000 mistakes"


def test_among_many_names_none_is_suggested() -> None:
    assert suggestion("f7x", [f"f{place}" for place in range(500)]) == (
        "did you mean `f7` or `f97`?"
    )
    assert suggestion("f7x", [f"f{place}" for place in range(501)]) == ""

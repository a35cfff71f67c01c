"""Golden cases: a policy as TOML, facts as tables, and what is decided.

A case is a folder with `case.toml` (what it shows, its source, the instants asked about, and
claims), `policy.toml`, tables `registrations.csv`, `partners.csv`, … and `expected.json`. Records
that no table can say, such as holdings or registrations with extensions, are in `facts.json`, the
JSON of `Facts`, beside the tables or instead of them.

`pytest tests/golden --record` writes `expected.json` anew, and the policies of the clauses from
`clause_policies.py`; `git diff` is the review. Claims are written by hand and never recorded: each
says what a source states, or what is inferred from it, and must hold of every recording.
"""

import json
import tomllib
from pathlib import Path

import attrs
import pytest

from dealreg import Decision, Facts, Policy, decide
from dealreg.wire import from_json, load_facts, policy_from_toml, policy_to_toml, read_policy
from tests.golden.clause_policies import POLICIES
from tests.golden.readable import readable

ROOT = Path(__file__).parent
CASES = sorted(
    path.parent
    for path in ROOT.rglob("case.toml")
    if ROOT / "histories" not in path.parents  # test_histories.py replays them
)
TABLES = ("registrations", "partners", "customers", "opportunities", "rulings")
CASE_KEYS = {"shows", "source", "at", "claims"}
CLAIM_KEYS = {
    *("basis", "at", "registration", "benefit", "line", "kind"),
    *("code", "rival", "place", "missing", "label", "percent", "share", "starts", "ends"),
}


def _name(folder: Path) -> str:
    return str(folder.relative_to(ROOT))


def _about(folder: Path) -> dict:
    return tomllib.loads((folder / "case.toml").read_text(encoding="utf-8"))


def _decisions(folder: Path) -> dict[str, Decision]:
    """The decision at each instant of the case."""
    policy = read_policy(folder / "policy.toml")
    facts = _facts(folder, policy)
    return {at: decide(policy, facts, at=at) for at in _about(folder)["at"]}


def _facts(folder: Path, policy: Policy) -> Facts:
    """What the tables say, and what `facts.json` adds."""
    paths = {name: folder / f"{name}.csv" for name in TABLES}
    tables = {name: path for name, path in paths.items() if path.exists()}
    stored = folder / "facts.json"
    added = from_json(stored.read_bytes()) if stored.exists() else Facts()
    if not tables:
        return added
    loaded = load_facts(**tables, vocabulary=policy.vocabulary())
    assert loaded.rejects == ()
    kinds = (each.name for each in attrs.fields(Facts))
    return Facts(**{kind: getattr(loaded.facts, kind) + getattr(added, kind) for kind in kinds})


@pytest.mark.parametrize("name", sorted(POLICIES))
def test_the_policy_of_a_clause_is_what_the_clause_builds(name, request):
    path = ROOT / "clauses" / name / "policy.toml"
    if request.config.getoption("--record", default=False):
        path.write_text(policy_to_toml(POLICIES[name]), encoding="utf-8")

    assert policy_from_toml(path.read_text(encoding="utf-8")) == POLICIES[name]


@pytest.mark.parametrize("folder", CASES, ids=_name)
def test_the_case_is_decided_as_recorded(folder, request):
    found = {at: readable(decision) for at, decision in _decisions(folder).items()}
    text = json.dumps(found, indent=2, ensure_ascii=False) + "\n"
    expected = folder / "expected.json"
    if request.config.getoption("--record", default=False):
        expected.write_text(text, encoding="utf-8")

    assert text == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("folder", CASES, ids=_name)
def test_the_case_holds_what_it_claims(folder):
    about = _about(folder)
    decisions = _decisions(folder)

    assert about.keys() == CASE_KEYS
    assert about["shows"]
    assert about["source"]
    assert about["claims"]
    for claim in about["claims"]:
        assert claim.keys() <= CLAIM_KEYS
        assert claim["basis"] in ("stated", "inferred")
        _holds(claim, decisions[claim.get("at", about["at"][-1])])


def _holds(claim: dict, decision: Decision) -> None:
    standing = decision.standing(claim["registration"], claim["benefit"], claim.get("line"))
    gets = readable(decision)["standings"][standing.benefit]
    shown = gets[standing.registration_id + (f" for {standing.line}" if standing.line else "")]
    found = {
        **{key: shown.get(key) for key in ("kind", "code", "rival", "place")},
        "missing": list(shown.get("missing", ())),
        **shown.get("gets", {}),
    }
    for key in claim.keys() - {"basis", "at", "registration", "benefit", "line"}:
        wanted = None if claim[key] == "nothing" else claim[key]
        assert found.get(key) == wanted, (claim["registration"], key, found)

"""Golden cases for time: a policy or a policy book, events, and what the replay finds.

A case is a folder of `histories/` with

* `case.toml`: what it shows, its source, `until` when is replayed, perhaps more instants `at` which
  is asked, perhaps `hindsight = true`, and claims;
* `policy.toml`, or `book.toml` for a policy book;
* `events.csv`: one event a row; the columns are those of an event, and the fields it states;
* perhaps `partners.csv`, `customers.csv`, `opportunities.csv`: what was known before;
* `expected.json`, recorded by `pytest tests/golden --record`: what changed and why, who held what
  from when (included) until when (excluded), notices, deadlocks, events set aside; with `hindsight`
  the same as if all had been known when it happened; and the states at every instant asked about,
  `… known …` by what was known at another, with the clocks that run and the next change.

Claims are written by hand and never recorded. Each has a `basis`, `stated` or `inferred` of the
source, perhaps a `note`, and one of these; instants may be left out where they do not matter:

* how a `registration` stands to a `benefit` (and `line`) `at` an instant, perhaps by what was
  `known_at` another: `kind`, `code`, `rival`, `place`, `label`, `percent`, `starts`, `ends`,
  `provisional_until`, whether it is `held` for good, and since when (`held_since`);
* that it held it from `held_from` to `held_until` (`"open"` while it lasts), `ended_by` a code; or
  `held = "never"` without an instant;
* a `notice` of a kind to a `registration` `at` an instant, or `"never"`;
* a `pending` clock of a `registration` `at` an instant, and when it is `due` (or `"never"`);
* `next_change` `at` an instant (or `"never"`);
* a `referral` by its code `at` an instant, perhaps its `candidates`; or `"none"`;
* a `deadlock` of a benefit `at` an instant, who is `blocked` and by whom (`blocker`); or
  `deadlock = "none"`;
* that an event is `set_aside`, with the `code`.

`hindsight = true` in a claim about what happened asks what would have happened.
"""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from dealreg.facts.events import takes_effect
from dealreg.facts.instants import instant
from dealreg.history import Replay
from dealreg.history.queries import timeline_of
from dealreg.outcome.timeline import HeldPeriod, State, Timeline
from tests.golden.readable_time import readable_state, readable_timeline
from tests.golden.replaying import HistoryCase, Question

ROOT = Path(__file__).parent / "histories"
CASES = sorted(path.parent for path in ROOT.rglob("case.toml"))
CASE_KEYS = {"shows", "source", "until", "at", "hindsight", "claims"}
STANDING_KEYS = {
    *("kind", "code", "rival", "place", "missing", "label", "percent", "share", "starts", "ends"),
    *("provisional_until", "held", "held_since"),
}
CLAIM_KEYS = STANDING_KEYS | {
    *("basis", "note", "at", "known_at", "hindsight", "registration", "benefit", "line"),
    *("held_from", "held_until", "ended_by", "notice", "pending", "due", "next_change"),
    *("referral", "candidates", "deadlock", "blocked", "blocker", "set_aside"),
}
TICK = timedelta(microseconds=1)


@pytest.fixture(params=CASES, ids=lambda folder: folder.name)
def case(request) -> HistoryCase:
    return HistoryCase.of(request.param)


def test_the_history_is_replayed_as_recorded(case, request):
    found = {"timeline": readable_timeline(case.timeline())}
    if case.about.get("hindsight"):
        found["hindsight"] = readable_timeline(case.timeline(known=True))
    found["states"] = {each.text: readable_state(case.state(each)) for each in case.questions()}
    text = json.dumps(found, indent=2, ensure_ascii=False) + "\n"
    expected = case.folder / "expected.json"
    if request.config.getoption("--record", default=False):
        expected.write_text(text, encoding="utf-8")

    assert text == expected.read_text(encoding="utf-8")


def test_the_history_holds_what_it_claims(case):
    assert case.about.keys() <= CASE_KEYS
    assert case.about["shows"]
    assert case.about["source"]
    assert case.about["claims"]
    for claim in case.about["claims"]:
        assert claim.keys() <= CLAIM_KEYS, claim
        assert claim["basis"] in ("stated", "inferred")
        _holds(claim, case)


def test_events_one_by_one_come_to_the_same_as_all_at_once(case):
    events = sorted(
        case.history.events, key=lambda each: (each.known_at, takes_effect(each), each.event_id)
    )
    at_once = Replay(case.rules, known=case.history.known)
    at_once.feed(events)
    at_once.advance(case.until)
    one_by_one = Replay(case.rules, known=case.history.known)
    told = []
    states = {each: case.state(each) for each in case.questions() if each.known_at is None}
    for event in events:
        _ask(one_by_one, states, event.known_at - TICK)
        one_by_one.feed(event)
        one_by_one.state()
        told += one_by_one.drain()
    _ask(one_by_one, states, case.until)
    told += one_by_one.drain()

    assert timeline_of(told, one_by_one, case.until) == case.timeline()
    assert timeline_of(at_once.drain(), at_once, case.until) == case.timeline()
    assert states == {}


def _ask(engine: Replay, states: dict[Question, State], to: datetime) -> None:
    """Go on to an instant; on the way, how things stand is as the history is said to stand."""
    for question in list(states):
        if question.at <= to:
            engine.advance(question.at)
            found, asked = engine.state(question.at), states.pop(question)
            assert readable_state(found) == readable_state(asked)
    if engine.now is None or to > engine.now:
        engine.advance(to)


def _holds(claim: dict, case: HistoryCase) -> None:
    timeline = case.timeline(known=claim.get("hindsight", False))
    match claim:
        case {"notice": _}:
            _notice_holds(claim, timeline)
        case {"set_aside": event_id}:
            found = {each.event.event_id: each.code for each in timeline.set_aside}
            assert found.get(event_id) == claim["code"], (claim, found)
        case {"at": _}:
            _state_holds(claim, case.state(Question.of(_asked(claim))))
        case _:
            _period_holds(claim, timeline)


def _asked(claim: dict) -> str:
    known = claim.get("known_at")
    return claim["at"] + (f" known {known}" if known else "")


def _notice_holds(claim: dict, timeline: Timeline) -> None:
    found = [
        each.at
        for each in timeline.notices
        if (each.kind, each.registration_id) == (claim["notice"], claim["registration"])
        and claim.get("benefit", each.benefit) == each.benefit
    ]
    if claim["at"] == "never":
        assert found == [], claim
    else:
        assert instant(claim["at"]) in found, (claim, found)


def _period_holds(claim: dict, timeline: Timeline) -> None:
    periods = [each for each in timeline.periods if _is_about(claim, each)]
    if claim.get("held") == "never":
        assert periods == [], (claim, periods)
        return
    since = instant(claim["held_from"])
    until = None if claim["held_until"] == "open" else instant(claim["held_until"])
    found = {(each.since, each.until): each.ended_by for each in periods}
    assert (since, until) in found, (claim, found)
    assert claim.get("ended_by", found[since, until]) == found[since, until], (claim, found)


def _is_about(claim: dict, each: HeldPeriod) -> bool:
    wanted = (claim["registration"], claim["benefit"], claim.get("line"))
    return (each.registration_id, each.benefit, each.line) == wanted


def _state_holds(claim: dict, state: State) -> None:
    match claim:
        case {"next_change": text}:
            assert state.next_change == (None if text == "never" else instant(text)), claim
        case {"referral": code}:
            found = {each.code: list(each.candidates) for each in state.referrals}
            assert code in found if code != "none" else not found, (claim, found)
            assert claim.get("candidates", found.get(code)) == found.get(code), (claim, found)
        case {"deadlock": benefit}:
            found = {(each.benefit, each.blocked): each.blocker for each in state.deadlocks}
            place = (benefit, claim.get("blocked"))
            assert place in found if benefit != "none" else not found, (claim, found)
            assert claim.get("blocker", found.get(place)) == found.get(place), (claim, found)
        case {"pending": what}:
            found = [
                each.at
                for each in state.pending
                if (each.registration_id, each.what) == (claim["registration"], what)
                and claim.get("benefit", each.benefit) == each.benefit
            ]
            due = [] if claim["due"] == "never" else [instant(claim["due"])]
            assert found == due, (claim, found)
        case _:
            _standing_holds(claim, state)


def _standing_holds(claim: dict, state: State) -> None:
    name, benefit, line = claim["registration"], claim["benefit"], claim.get("line")
    shown = readable_state(state)["standings"].get(benefit, {})
    shown = shown.get(name + (f" for {line}" if line else ""))
    assert shown is not None or claim["kind"] == "none", claim
    held = next((each for each in state.held if _is_about(claim, each)), None)
    found = {"kind": "none"} if shown is None else shown | shown.get("gets", {})
    found |= {"held": held is not None, "held_since": held.since if held else None}
    for key in claim.keys() & STANDING_KEYS:
        wanted = None if claim[key] == "nothing" else claim[key]
        got = found.get(key)
        if key in ("starts", "ends", "provisional_until", "held_since") and wanted and got:
            wanted, got = instant(wanted), instant(got)
        assert got == wanted, (claim, key, found)

"""What in a policy is not as its author thinks: what decides nothing, and what surprises.

`check` reads the policy; `lint` asks it. What the checker warns of is among the findings, and is
not looked for again.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final

from dealreg.analysis.bystanders import bystander
from dealreg.analysis.cases import Cases, cases_of
from dealreg.analysis.compare import only_policies, premises_of
from dealreg.analysis.comparisons import one_at_most
from dealreg.analysis.dead import Dead, dead_parts, never_granted, within
from dealreg.analysis.deadlocks import deadlocks
from dealreg.analysis.limits import only
from dealreg.analysis.readings import Variable
from dealreg.analysis.reported import restated, said_of_themselves
from dealreg.analysis.scenes import Claim, Scene
from dealreg.analysis.times import FILED
from dealreg.analysis.trials import asked, replayed, trial_of, without
from dealreg.analysis.words import preference_words, window_words
from dealreg.checking.check import Finding, check
from dealreg.checking.orders import is_fine, is_total
from dealreg.errors import shown
from dealreg.outcome.deadlock_patterns import DeadlockPattern
from dealreg.outcome.lint import Lint, LintFinding, Trial
from dealreg.outcome.references import reference_of
from dealreg.policy.contests import Contest
from dealreg.policy.paths import contest_path, prefer_path
from dealreg.policy.policies import Policy
from dealreg.policy.predicates import Fact
from dealreg.policy.stages import HeadStart, Key, Tie

__all__ = ["LINT_CODES", "lint"]

LINT_CODES: Final = {
    "AFTER_INSTANT": "A preference after an instant: it decides between the same microseconds.",
    "BYSTANDER": "One who gets nothing decides, by leaving, who gets the benefit.",
    "DEADLOCK": "A benefit that nobody gets, though a partner alone would get it.",
    "DEAD_DEPENDENCE": "A dependence on another benefit that changes nothing.",
    "DEAD_ORDER": "An order among those of whom there is never more than one.",
    "DEAD_OVERRIDE": "An override that changes nothing.",
    "DEAD_PREFERENCE": "A preference that can tell no two registrations apart.",
    "DEAD_REQUIREMENT": "A requirement that changes nothing.",
    "DEAD_RULE": "A part of a rule that changes nothing.",
    "DEAD_WINDOW": "A window that changes nothing.",
    "NEVER_GRANTED": "A benefit that nobody ever gets.",
    "SELF_REPORTED_ORDER": "An order by what applicants say of themselves.",
    "SELF_REPORTED_RULE": "A rule about what applicants say of themselves.",
    "TIES_BY_NUMBER": "Ties that are sure to come, settled by the registration's number.",
}
"""The codes of `lint`, beside the warnings of the checker, each with one line of meaning."""

_HINTS: Final = {
    "DEAD_DEPENDENCE": "leave it out, or correct the requirements that make it superfluous",
    "DEAD_OVERRIDE": "leave it out, or put it first",
    "DEAD_PREFERENCE": "leave it out, or put it first",
    "DEAD_REQUIREMENT": "leave it out, or correct the rule that makes it superfluous",
    "DEAD_RULE": "leave it out, or correct its constants",
    "DEAD_WINDOW": "leave it out, or put what should decide inside it before the instant",
}

_NOBODY: Final = ("NEVER_TRUE", "NOBODY_ELIGIBLE")
"""Warnings of the checker after which nothing is left to ask: nobody takes part."""


def lint(policy: Policy) -> Lint:
    """Find what in a policy is not as its author thinks.

    Parts that decide nothing, orders by what applicants say of themselves, windows in which a
    bystander decides, ties settled by number, deadlocks: each with its place, what to do, whether
    it is exact, and cases that show it. What `check` warns of is among the findings.

    Args:
        policy: the rules.

    Raises:
        PolicyErrors: the policy is not sound.
        UsageError: for something else than a policy.

    >>> from dealreg import Policy, contest, earliest, field, requirement
    >>> policy = Policy(programme="Example", contests=[contest("protection",
    ...     requirement("GOOD", field("score") >= 10),
    ...     requirement("FAIR", field("score") >= 5),
    ...     earliest("submitted_at"))])
    >>> [(each.code, each.path) for each in lint(policy).findings]
    [('DEAD_REQUIREMENT', 'contests[protection].requires[FAIR]')]
    """
    only_policies(policy)
    warned = check(policy).warnings
    found = [
        LintFinding(code=each.code, path=each.path, message=each.message, hint=each.hint)
        for each in warned
    ]
    for contest in sorted(policy.contests, key=lambda each: each.benefit):
        found += _of_contest(policy, contest, warned)
    found += [_deadlock(policy, each) for each in deadlocks(policy, repairs=False).patterns]
    return Lint(
        policy=reference_of(policy),
        findings=sorted(found, key=lambda each: (each.path, each.code)),
        premises=premises_of(),
    )


def _of_contest(
    policy: Policy, contest: Contest, warned: Sequence[Finding]
) -> Iterator[LintFinding]:
    benefit = contest.benefit
    small = only(policy, benefit)
    cases = cases_of((small,))
    path = contest_path(benefit)
    if any(each.code in _NOBODY and within(each.path, [path]) for each in warned):
        return
    limits = never_granted(small, contest, cases)
    if limits is not None:
        yield LintFinding(
            code="NEVER_GRANTED",
            path=path,
            message=f"nobody ever gets the {shown(benefit)}, whatever the facts",
            hint="correct the rules that contradict each other, here or in what it depends on",
            limits=limits,
        )
        return
    places = [each.path for each in warned]
    for dead in dead_parts(small, contest, places):
        yield _dead(dead)
    yield from _dead_order(small, contest)
    yield from _after_instant(policy, contest, places)
    yield from _ties(policy, contest, cases)
    yield from _bystanders(policy, contest, cases)
    yield from _reported(policy, contest, cases)


def _dead(dead: Dead) -> LintFinding:
    part = dead.part
    return LintFinding(
        code=part.code,
        path=part.path,
        message=f"without {shown(part.part)} every case is decided as with it",
        hint=_HINTS[part.code],
        limits=dead.limits,
    )


def _dead_order(policy: Policy, contest: Contest) -> Iterator[LintFinding]:
    """An order that says more than one key, where an order can never be asked for."""
    many = contest.window is not None or len(contest.prefer) > 1
    if many and one_at_most(policy, contest):
        holds = next(each.benefit for each in contest.after if each.holds)
        yield LintFinding(
            code="DEAD_ORDER",
            path=contest_path(contest.benefit, "prefer"),
            message=f"only the holder of the {shown(holds)} gets so far: "
            "there is nothing to order, and nobody to be in time before",
            hint="leave the window and the preferences out, or drop the dependence",
        )


def _after_instant(policy: Policy, contest: Contest, places: list[str]) -> Iterator[LintFinding]:
    words = policy.vocabulary()
    if one_at_most(policy, contest):
        return
    before = ""
    if isinstance(contest.window, HeadStart):
        before = window_words(contest.window)
    for place, each in enumerate(contest.prefer):
        path = prefer_path(contest.benefit, place)
        fine = isinstance(each, Key) and is_fine(each.fact, words)
        last = fine or (isinstance(each, Key) and each.fact.name == "arrival")
        if before and not last and not within(path, places):
            yield LintFinding(
                code="AFTER_INSTANT",
                path=path,
                message=f"{shown(preference_words(each, words))} comes after {shown(before)}, "
                "and decides only where two instants are the same to the microsecond",
                hint="put it before the instant, with a window if it should count only so long; "
                "or leave it out",
            )
        if fine and not before:
            before = preference_words(each, words)


def _ties(policy: Policy, contest: Contest, cases: Cases) -> Iterator[LintFinding]:
    """Two who are equal in the order, though not in when they filed, and told apart by number."""
    words = policy.vocabulary()
    if contest.tie is not Tie.REGISTRATION_ID or is_total(contest, words):
        return
    kind = next((k for k in cases.singles() if cases.admission(k, (0, contest.benefit)) == 0), None)
    if kind is None:
        return
    filed = next(cases.found.variables(Fact("submitted_at")), None)
    filed = filed or Variable("submitted_at", "registration")
    late, early = FILED + timedelta(days=1), FILED
    scene = Scene((Claim({**kind.values, filed: late}, 1), Claim({**kind.values, filed: early}, 2)))
    small = only(policy, contest.benefit)
    if asked(small, [scene], contest.benefit, cases.keys) != [(1,)]:
        return
    yield LintFinding(
        code="TIES_BY_NUMBER",
        path=contest_path(contest.benefit, "tie"),
        message="no instant is compared, so equal registrations are the usual case, and "
        "the lower registration number gets it, though the other filed before",
        hint="end the order with an instant, as in `earliest submitted_at`, or let a person decide",
        trials=[trial_of(policy, scene, cases.keys)],
    )


def _bystanders(policy: Policy, contest: Contest, cases: Cases) -> Iterator[LintFinding]:
    leaving = bystander(only(policy, contest.benefit), contest, cases)
    if leaving is None or contest.window is None:
        return
    before = trial_of(policy, leaving, cases.keys)
    yield LintFinding(
        code="BYSTANDER",
        path=contest_path(contest.benefit, "window"),
        message=f"under the window {shown(window_words(contest.window))} three can meet: the first "
        "to file gets nothing, and by withdrawing gives the benefit to the third instead of the "
        "second; a decoy filed early does the same",
        hint="make awards final when the window closes, or use a head start or a calendar period "
        "instead of the window, or compare two levels only",
        trials=[before, without(policy, before, "R1")],
    )


def _reported(policy: Policy, contest: Contest, cases: Cases) -> Iterator[LintFinding]:
    small = only(policy, contest.benefit)
    for said in said_of_themselves(contest, cases.found):
        name = said.variable.name
        pays = restated(small, cases, contest.benefit, said.variable)
        yield LintFinding(
            code="SELF_REPORTED_ORDER" if said.orders else "SELF_REPORTED_RULE",
            path=said.path,
            message=f"applicants state {shown(name)} themselves, and it decides who gets the "
            f"{shown(contest.benefit)}"
            + ("" if pays is None else ": to state another value can pay"),
            hint="have the vendor verify it, and declare the verified fact as the vendor's; "
            "or ask for evidence",
            trials=[] if pays is None else [trial_of(policy, s, cases.keys) for s in pays],
        )


def _deadlock(policy: Policy, pattern: DeadlockPattern) -> LintFinding:
    trial = Trial(
        facts=pattern.facts, at=pattern.at, answers=pattern.answers, decision=pattern.decision
    )
    if pattern.holds is None:
        message = (
            f"a partner alone would get the {shown(pattern.benefit)}, and beside a rival that "
            f"fails {shown(pattern.code)} nobody gets it"
        )
    else:
        message = (
            f"a partner that fails {shown(pattern.code)} can hold the {shown(pattern.holds)} "
            f"before one that meets it: then nobody gets the {shown(pattern.benefit)}, and no "
            "grace period changes that"
        )
    return LintFinding(
        code="DEADLOCK",
        path=pattern.clause or contest_path(pattern.benefit),
        message=message,
        hint="see `dealreg deadlocks` for changes of structure that repair it, and their price",
        trials=[replayed(policy, trial)],
    )

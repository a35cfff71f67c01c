"""How contests hang together: names, dependence, terms."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from dealreg.checking.circles import circles
from dealreg.checking.codes import finding
from dealreg.checking.declarations import repeated
from dealreg.errors import shown, suggestion
from dealreg.outcome.findings import Finding
from dealreg.policy.contests import Contest
from dealreg.policy.paths import (
    after_path,
    contest_path,
    milestone_path,
    override_path,
    requirement_path,
)
from dealreg.policy.policies import Policy
from dealreg.policy.stages import Effect
from dealreg.policy.terms import FractionOfHolder, Terms

__all__ = ["dependence_circles", "structure_findings", "terms_of"]


def structure_findings(policy: Policy, offered: frozenset[str]) -> Iterator[Finding]:
    """Names that clash, dependence that is circular or on nothing, terms that cannot be.

    Args:
        policy: the policy.
        offered: the benefits that any version of the same book offers.
    """
    if not policy.contests:
        yield finding(
            "NO_CONTESTS",
            "contests",
            "the policy decides no benefit",
            "add a contest for each benefit",
        )
    for benefit in repeated([contest.benefit for contest in policy.contests]):
        yield finding(
            "DUPLICATE_NAME",
            contest_path(benefit),
            f"the benefit {shown(benefit)} has two contests",
            "make one contest of them",
        )
    own = frozenset(contest.benefit for contest in policy.contests)
    for contest in policy.contests:
        yield from _code_findings(contest)
        yield from _after_findings(contest, own, offered)
        yield from _terms_findings(contest)
        yield from _reach_findings(contest)
    yield from dependence_circles(policy.contests)


def dependence_circles(contests: "tuple[Contest, ...]") -> Iterator[Finding]:
    """Contests that depend on each other in a circle."""
    graph: dict[str, list[str]] = {}
    for contest in contests:
        graph.setdefault(contest.benefit, []).extend(after.benefit for after in contest.after)
    for circle in circles(graph):
        yield finding(
            "CIRCULAR_CONTESTS",
            after_path(circle[0], circle[1]),
            "contests wait for each other: " + " for ".join(f"`{name}`" for name in circle),
            "decide one of them without the other",
        )


def _code_findings(contest: Contest) -> Iterator[Finding]:
    benefit = contest.benefit
    for code in repeated([each.code for each in contest.requires]):
        yield _same_code(requirement_path(benefit, code), code, "two requirements")
    for code in repeated([each.code for each in contest.overrides]):
        yield _same_code(override_path(benefit, code), code, "two overrides")
    codes = [each.code for each in contest.milestones]
    for code in repeated(codes):
        yield _same_code(milestone_path(benefit, code), code, "two milestones")
    for what, others in (("a requirement", contest.requires), ("an override", contest.overrides)):
        for code in sorted({*codes} & {each.code for each in others}):
            yield _same_code(milestone_path(benefit, code), code, f"a milestone and {what}")


def _same_code(path: str, code: str, what: str) -> Finding:
    return finding(
        "DUPLICATE_CODE",
        path,
        f"{what} have the code {shown(code)}",
        "give each its own, so that a reason says which one it was",
    )


def _after_findings(
    contest: Contest, own: frozenset[str], offered: frozenset[str]
) -> Iterator[Finding]:
    for after in contest.after:
        path = after_path(contest.benefit, after.benefit)
        if after.benefit in own:
            continue
        if after.benefit in offered:
            yield finding(
                "BENEFIT_NOT_IN_VERSION",
                path,
                f"this version does not offer {shown(after.benefit)}; only others do",
                "offer it in this version too, or do not depend on it",
            )
        else:
            yield finding(
                "UNKNOWN_BENEFIT",
                path,
                f"there is no contest for {shown(after.benefit)}",
                suggestion(after.benefit, own - {contest.benefit}) or "add a contest for it",
            )
    held = {after.benefit for after in contest.after if after.holds}
    excluded = {after.benefit for after in contest.after if not after.holds}
    for benefit in sorted(held & excluded):
        yield finding(
            "NOBODY_ELIGIBLE",
            after_path(contest.benefit, benefit),
            f"nobody both holds {shown(benefit)} and does not hold it",
            "keep one of the two",
        )


def _terms_findings(contest: Contest) -> Iterator[Finding]:
    total = _total_share(contest)
    if total is not None and total > 1:
        yield finding(
            "SHARES_EXCEED_WHOLE",
            contest_path(contest.benefit, "gives"),
            f"the shares of all holders add up to {_amount(total)}",
            "state shares that add up to 1 at most",
        )
    bare = not contest.gives or contest.gives[0].rate is None
    for path, given in terms_of(contest):
        if isinstance(given.rate, FractionOfHolder) and bare:
            yield finding(
                "RATE_OF_NOTHING",
                f"{path}.rate",
                "a fraction of the first holder's rate, which is not stated",
                "state the rate of the first terms",
            )


def _total_share(contest: Contest) -> Fraction | None:
    """What the holders have together, one of each rank; None where no share is stated."""
    count = contest.capacity if contest.capacity is not None else len(contest.gives)
    ranks = contest.gives[:count]
    if all(given.share is None for given in ranks):
        return None
    shares = [Fraction(1) if given.share is None else given.share for given in ranks]
    return sum(shares, Fraction(0)) + shares[-1] * (count - len(shares))


def _amount(total: Fraction) -> str:
    """A sum of shares as a message may show it: many odd ones have thousands of digits."""
    short = total.denominator.bit_length() <= _SHORT
    return shown(str(total)) if short else "more than 1"


_SHORT: Final = 128


def terms_of(contest: Contest) -> Iterator[tuple[str, Terms]]:
    """All the terms of a contest, each with its place."""
    for place, given in enumerate(contest.gives):
        yield contest_path(contest.benefit, f"gives[{place}]"), given
    if contest.others.terms is not None:
        yield contest_path(contest.benefit, "others.terms"), contest.others.terms


def _reach_findings(contest: Contest) -> Iterator[Finding]:
    """Terms that nobody can get."""
    if contest.capacity is not None and len(contest.gives) > contest.capacity:
        yield finding(
            "NEVER_APPLIES",
            contest_path(contest.benefit, f"gives[{contest.capacity}]"),
            f"terms for holder {contest.capacity + 1}, and {contest.capacity} may hold the benefit",
            "raise how many may hold it, or remove the terms",
        )
    passes_over = any(override.effect is not Effect.REFERS for override in contest.overrides)
    everyone = contest.capacity is None and contest.joint is None and contest.window is None
    refers = any(override.effect is Effect.REFERS for override in contest.overrides)
    if contest.others.terms is not None and everyone and not passes_over and not refers:
        yield finding(
            "NEVER_APPLIES",
            contest_path(contest.benefit, "others.terms"),
            "terms for those who do not get the benefit, and all who qualify get it",
            "state how many may hold it, or remove the terms",
        )

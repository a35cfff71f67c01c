"""Shapes of which an axiom is known to hold, however many registrations there are."""

from collections.abc import Iterator

from dealreg.analysis.benches import Bench
from dealreg.analysis.readings import sources
from dealreg.facts.fields import Count, Elapsed, FieldType, Inside, Same, Source, Subject
from dealreg.facts.vocabulary import Vocabulary
from dealreg.policy.contests import Contest
from dealreg.policy.predicates import (
    AllOf,
    AnyOf,
    Compare,
    Covers,
    Fact,
    Missing,
    Not,
    Op,
    Predicate,
)
from dealreg.policy.stages import (
    Best,
    Bucket,
    Effect,
    Grace,
    HeadStart,
    Key,
    MissingRule,
    Tie,
    Unmet,
)
from dealreg.policy.walk import atoms, fact_of, predicates_of

__all__ = [
    "better_wins",
    "by_partner_and_time",
    "by_strict_order",
    "first_come",
    "ineligible_aside",
    "lengths_only",
    "nothing_stated",
    "rising",
    "sooner_is_better",
    "timeless",
]


def _intrinsic(bench: Bench) -> bool:
    """Whether who may take part depends on nobody else, and no person is asked.

    One holds the benefit, or all who qualify do.
    """
    asked = (Unmet.DENY, Unmet.RETURN)
    return (
        not bench.limits
        and all(each.capacity in (1, None) for each in bench.policy.contests)
        and all(
            each.if_false in asked and each.if_unknown in asked
            for contest in bench.policy.contests
            for each in contest.requires
        )
    )


def ineligible_aside(bench: Bench) -> bool:
    """Whether only those are looked at that would get it alone: all the eligible would.

    Who closes the contest, or has it referred, is eligible and gets nothing alone.
    """
    plain = all(each.effect is Effect.TAKES for each in bench.contest.overrides)
    return _intrinsic(bench) and not bench.contest.after and plain


def by_strict_order(bench: Bench) -> bool:
    """Whether the best of the eligible in one order gets it, with no window that others open.

    Overrides that put some first are part of that order. The best of all is the best of any who
    stay beside it.
    """
    free = bench.contest.window is None or isinstance(bench.contest.window, HeadStart)
    return ineligible_aside(bench) and bench.contest.capacity == 1 and free


def first_come(bench: Bench) -> bool:
    """Whether whoever filed first of the eligible gets it: nobody who files later changes that."""
    contest = bench.contest
    if not by_strict_order(bench) or contest.window is not None or contest.overrides:
        return False
    first = next(iter(contest.prefer), None)
    return (
        isinstance(first, Key) and first.fact == Fact("submitted_at") and first.best is Best.LOWEST
    )


def better_wins(bench: Bench) -> bool:
    """Whether one that is as good in all merits and filed no later never loses to the other.

    It may take part if the other may, is in the window if the other is, and no preference puts it
    behind; where none tells the two apart, a person decides.
    """
    contest = bench.contest
    return (
        ineligible_aside(bench)
        and contest.capacity == 1
        and contest.tie is Tie.REFER
        and (contest.window is None or isinstance(contest.window, Grace))
        and rising(bench, "tier", "satisfaction_score", "accreditations")
        and sooner_is_better(bench)
    )


def by_partner_and_time(bench: Bench) -> bool:
    """Whether, beside that, the order looks at the partner, the deal, and who filed first only."""
    if not by_strict_order(bench) or bench.contest.overrides:
        return False
    for each in bench.contest.prefer:
        found = bench.cases.found
        if not isinstance(each, Key):
            read = found.asked(each.when)
        elif each.fact == Fact("submitted_at") and each.best is Best.LOWEST:
            continue
        elif not (read := tuple(found.variables(each.fact))):
            return False  # an order by number
        if any(variable.subject == Subject.REGISTRATION for variable in read):
            return False
    return True


def nothing_stated(bench: Bench) -> bool:
    """Whether nothing is read that applicants state themselves."""
    fields = bench.cases.found.fields
    return not any(
        v.name in fields and fields[v.name].source is Source.APPLICANT for v in bench.variables
    )


def rising(bench: Bench, *names: str) -> bool:
    """Whether more of some facts is never worse: wherever they are read, more is asked for.

    More of what nothing asks for changes nothing. A window opens with the earliest, whoever that
    is, and does not close on who is in time.
    """
    if not _intrinsic(bench):
        return False
    return all(
        _rises(each, bench.policy.vocabulary(), set(names)) for each in bench.policy.contests
    )


def _rises(contest: Contest, words: Vocabulary, names: set[str]) -> bool:
    if any(not each.holds for each in contest.after) or contest.joint is not None:
        return False
    for path, rule in predicates_of(contest):
        inside = path.removeprefix(f"contests[{contest.benefit}].")
        if inside.startswith(("gives", "others")):
            continue  # on what terms, not whether
        if inside.startswith("overrides") and _reads(rule, words, names):
            return False
        if not all(
            _asks_for_more(atom, positive)
            for atom, positive in _signed(rule)
            if _reads(atom, words, names)
        ):
            return False
    for each in contest.prefer:
        if isinstance(each, Key) and _about(each.fact, words, names):
            plain = each.fact.name in names and each.fact.as_of is None
            if not plain or each.best is not Best.HIGHEST:
                return False
        if each.missing is MissingRule.REFER:
            return False
    return True


def _signed(rule: Predicate, *, positive: bool = True) -> Iterator[tuple[Predicate, bool]]:
    """The leaves, each with whether it counts as it stands."""
    match rule:
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from _signed(part, positive=positive)
        case Not(part):
            yield from _signed(part, positive=not positive)
        case _:
            yield rule, positive


def _asks_for_more(atom: Predicate, positive: bool) -> bool:  # noqa: FBT001 -- beside its atom
    match atom:
        case Compare(Fact(as_of=None), op, _):
            return op in ((Op.GE, Op.GT) if positive else (Op.LE, Op.LT))
        case Covers(Fact(as_of=None), _):
            return positive
        case Missing(Fact(as_of=None)):
            return True  # what is known stays known
        case _:
            return False


def _reads(rule: Predicate, words: Vocabulary, names: set[str]) -> bool:
    facts = (fact_of(atom) for _, atom in atoms(rule))
    return any(fact is not None and _about(fact, words, names) for fact in facts)


def _about(fact: Fact, words: Vocabulary, names: set[str]) -> bool:
    """Whether a fact is one of some fields, or made of one, or read as of one."""
    if fact.name in names or fact.as_of in names:
        return True
    field = words.get(fact.name)
    parts = () if field is None or field.derived is None else sources(field)
    return any(_about(Fact(each), words, names) for each in parts)


def sooner_is_better(bench: Bench) -> bool:
    """Whether to file earlier is never worse: rules do not read when, and orders prefer earlier."""
    words, names = bench.policy.vocabulary(), {"submitted_at"}
    if not _intrinsic(bench):
        return False
    for contest in bench.policy.contests:
        if any(not each.holds for each in contest.after):
            return False
        if any(_reads(rule, words, names) for _, rule in predicates_of(contest)):
            return False
        keys = [e for e in contest.prefer if isinstance(e, Key) and _about(e.fact, words, names)]
        if any(e.fact.name != "submitted_at" or e.best is not Best.LOWEST for e in keys):
            return False
        if contest.milestones or (contest.period and contest.period.starts == "submitted_at"):
            return False
    return True


def lengths_only(bench: Bench) -> bool:
    """Whether only how far instants are apart is looked at, never where on the calendar."""
    words = bench.policy.vocabulary()
    if not _intrinsic(bench):
        return False
    for contest in bench.policy.contests:
        window = contest.window
        if isinstance(window, Bucket) or (window is not None and _by_calendar(window)):
            return False
        for _, rule in predicates_of(contest):
            for _, atom in atoms(rule):
                if isinstance(atom, Compare) and _dated(atom.fact, words):
                    return False
        if any(isinstance(e, Key) and _counted(e.fact, words) for e in contest.prefer):
            return False
    return True


def timeless(bench: Bench) -> bool:
    """Whether no clock runs until the instant asked about, which does not move with the case."""
    words = bench.policy.vocabulary()
    return not any(
        each.period is not None or each.milestones or _reads_the_instant_asked_about(each, words)
        for each in bench.policy.contests
    )


def _reads_the_instant_asked_about(contest: Contest, words: Vocabulary) -> bool:
    """Whether something is measured against the instant asked about, which does not move along."""
    keys = [each.fact for each in contest.prefer if isinstance(each, Key)]
    rules = any(_reads(rule, words, {"asked_at"}) for _, rule in predicates_of(contest))
    return rules or any(_about(fact, words, {"asked_at"}) for fact in keys)


def _by_calendar(window: object) -> bool:
    length = getattr(window, "length", None)
    calendar = getattr(window, "calendar", None)
    return calendar is not None or str(getattr(length, "unit", "")) not in (
        "minutes",
        "hours",
        "days",
        "weeks",
    )


def _dated(fact: Fact, words: Vocabulary) -> bool:
    field = words.get(fact.name)
    if field is None:
        return True
    fixed = field.derived is None and field.type in (FieldType.INSTANT, FieldType.DATE)
    return fixed or _counted(fact, words)


def _counted(fact: Fact, words: Vocabulary) -> bool:
    """Whether a derived field counts days or months, or what else is not a plain length."""
    field = words.get(fact.name)
    if field is None:
        return True
    match field.derived:
        case None | Same() | Inside():
            return field.type is FieldType.DATE
        case Elapsed(count=count):
            return count is not Count.TIME
        case _:
            return True

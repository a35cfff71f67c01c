"""The report of the deadlocks of a policy: each way, why no grace period helps, and what would."""

from collections.abc import Iterator
from typing import Final

from dealreg.errors import UsageError, shown
from dealreg.outcome.deadlock_patterns import DeadlockPattern, Deadlocks, Repair, RepairKind
from dealreg.policy.policies import Policy
from dealreg.rendering.comparison_report import CHANGES
from dealreg.rendering.describe import Form, printed
from dealreg.rendering.document import Block, Bullets, Document, Heading, Item, Paragraph
from dealreg.rendering.nouns import noun
from dealreg.rendering.phrases import Phrases
from dealreg.rendering.verdicts import case_table, reach
from dealreg.rendering.words import Clock, capital, count, label, listed, span_words, told

__all__ = ["report_deadlocks"]

_REPAIRS: Final = {
    RepairKind.OWN_CONTEST: (
        "Decide the {benefit} among those entitled to it, whoever holds the {holds}",
        "The holder of the {holds} may be undercut by a rival that is given the {benefit}.",
    ),
    RepairKind.ENTITLED_ONLY: (
        "Give the {holds} only to those entitled to the {benefit}",
        "Partners that are not entitled to the {benefit} never get the {holds} either.",
    ),
    RepairKind.ENTITLED_FIRST: (
        "For the {holds}, put those entitled to the {benefit} first, without a window",
        "An entitled partner takes the {holds} from one that is not, until the award is final.",
    ),
}


def report_deadlocks(
    found: Deadlocks, policy: Policy, *, form: Form = "text", zone: str = "UTC"
) -> str:
    """The report of what `dealreg.analysis.deadlocks` found, as text or Markdown.

    Args:
        found: the deadlocks.
        policy: the policy, whose words are used.
        form: plain text of about a hundred columns, or Markdown.
        zone: the IANA zone in which instants are shown.

    Raises:
        UsageError: for something else than deadlocks, or another form.

    >>> from dealreg import Policy, contest, deadlocks, earliest
    >>> policy = Policy(programme="Example", contests=[
    ...     contest("protection", earliest("submitted_at"))])
    >>> print(report_deadlocks(deadlocks(policy), policy).splitlines()[3])
    The policy cannot deadlock.
    """
    if not isinstance(found, Deadlocks):
        raise UsageError(f"{shown(found)} is not what `deadlocks` found", value=found)
    return printed(Document(tuple(_blocks(found, policy, Clock(zone)))), form)


def _blocks(found: Deadlocks, policy: Policy, clock: Clock) -> Iterator[Block]:
    title = f"{told(found.policy.programme)}, version {told(found.policy.version)}"
    yield Heading(1, f"Deadlocks of {title}")
    if found.free:
        bounded = "No deadlock was found." if found.limits else "The policy cannot deadlock."
        yield Paragraph(bounded)
        yield from reach(found.limits, found.premises, found.registrations)
        return
    ways = count(len(found.patterns), "way")
    yield Paragraph(
        f"The policy can deadlock in {ways}: a benefit that a partner alone would get is got by "
        "nobody, because of another partner that cannot use it."
    )
    for pattern in found.patterns:
        yield from _pattern(pattern, policy, clock)
    if found.repairs:
        yield Heading(2, "What would repair it")
        yield Paragraph("Each change was made, and all conflicts were asked again.")
        yield Bullets([_repair(each) for each in found.repairs])


def _pattern(pattern: DeadlockPattern, policy: Policy, clock: Clock) -> Iterator[Block]:
    benefit = label(pattern.benefit)
    yield Heading(2, f"{capital(benefit)}: {_title(pattern)}")
    yield Paragraph(_story(pattern, policy, clock))
    yield case_table(pattern.facts, policy.vocabulary(), clock)
    if pattern.certificate:
        yield Paragraph(_certificate(pattern, policy, clock))
    if pattern.graces:
        tried = listed([span_words(each) for each in pattern.graces])
        yield Paragraph(
            "No grace period repairs this. Whatever its length, the entitled partner may file "
            f"after it. Tried: with {tried} the same two still deadlock."
        )


def _title(pattern: DeadlockPattern) -> str:
    if pattern.holds is None:
        return f"blocked by a rival [{told(pattern.code)}]"
    return f"the holder of the {label(pattern.holds)} cannot use it [{told(pattern.code)}]"


def _story(pattern: DeadlockPattern, policy: Policy, clock: Clock) -> str:
    blocked, blocker = told(pattern.deadlock.blocked), told(pattern.deadlock.blocker or "a rival")
    benefit = label(pattern.benefit)
    why = _requirement(pattern, policy, clock)
    size = count(max(2, len(pattern.facts.registrations)), "registration")
    seen = f" {capital(count(pattern.patterns, 'pattern'))} of {size} end like this."
    if pattern.holds is None:
        return f"{blocked} alone would get the {benefit}. Beside {blocker} nobody gets it.{seen}"
    return (
        f"{blocker} holds the {label(pattern.holds)}, without which nobody gets the {benefit}, "
        f"and does not get the {benefit} itself{why}. {blocked} alone would get both.{seen}"
    )


def _requirement(pattern: DeadlockPattern, policy: Policy, clock: Clock) -> str:
    contest = policy.contest(pattern.benefit)
    requires = () if contest is None else contest.requires
    for each in requires:
        if each.code == pattern.code:
            rule = Phrases(policy.vocabulary(), clock).sentence(each.that)
            return f", because it asks that {rule}"
    return ""


def _certificate(pattern: DeadlockPattern, policy: Policy, clock: Clock) -> str:
    vocabulary = policy.vocabulary()
    parts = []
    for each in pattern.certificate:
        field = vocabulary.get(each.field)
        plain = field is not None and bool(field.levels)
        mine, theirs = (
            "not known" if value is None else clock.value(value, quotes=not plain)
            for value in (each.blocker, each.blocked)
        )
        what = noun(each.field, vocabulary) if field is not None else told(each.field)
        parts.append(f"{what} ({mine} against {theirs})")
    one = "one fact" if len(parts) == 1 else count(len(parts), "fact")
    return f"But for when they filed, the two differ in {one}: {listed(parts)}."


def _repair(repair: Repair) -> Item:
    words = {"benefit": label(repair.benefit), "holds": label(repair.holds)}
    what, price = (text.format(**words) for text in _REPAIRS[repair.kind])
    helps = "It removes the deadlock" if repair.removes else "It does not remove the deadlock"
    told_changes = [
        Item(f"{capital(label(each.benefit))}: {CHANGES[each.kind]} (at {told(each.clause)}).")
        for each in repair.changes
    ]
    return Item(f"{what}. {helps}. The price: {price} What it changes:", told_changes)

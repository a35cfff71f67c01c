"""The report of a comparison of two policies: the verdict, and each kind of change with a case."""

from collections.abc import Iterator
from typing import Final

from dealreg.errors import UsageError, shown
from dealreg.outcome.comparison import Change, ChangeKind, Comparison, Witness
from dealreg.outcome.decision import Decision
from dealreg.policy.policies import Policy
from dealreg.rendering.describe import Form, printed
from dealreg.rendering.document import Block, Bullets, Document, Heading, Item, Paragraph
from dealreg.rendering.verdicts import case_table, gets, reach
from dealreg.rendering.words import Clock, capital, count, label, listed, number, told

__all__ = ["CHANGES", "report_comparison"]

CHANGES: Final = {
    ChangeKind.GAINED: "somebody gets it who did not",
    ChangeKind.LOST: "somebody no longer gets it",
    ChangeKind.CHANGES_HANDS: "somebody else gets it",
    ChangeKind.TO_A_PERSON: "a person has to decide it now",
    ChangeKind.FROM_A_PERSON: "the rules decide now what a person had to decide",
    ChangeKind.RETURNED: "missing facts are asked for at other times",
    ChangeKind.QUEUE: "the queue is another one",
    ChangeKind.TERMS: "it comes on other terms",
}
"""What each kind of change means for a benefit."""


def report_comparison(
    comparison: Comparison, old: Policy, *, form: Form = "text", zone: str = "UTC"
) -> str:
    """The report of a comparison, as text or Markdown.

    Args:
        comparison: what `dealreg.analysis.compare` found.
        old: the first of the two policies, whose words are used.
        form: plain text of about a hundred columns, or Markdown.
        zone: the IANA zone in which instants are shown.

    Raises:
        UsageError: for something that is no comparison, or another form.

    >>> from dealreg import Policy, compare, contest, earliest
    >>> policy = Policy(programme="Example", contests=[
    ...     contest("protection", earliest("submitted_at"))])
    >>> print(report_comparison(compare(policy, policy), policy).splitlines()[3])
    The two policies decide every conflict alike.
    """
    if not isinstance(comparison, Comparison):
        raise UsageError(f"{shown(comparison)} is not a comparison", value=comparison)
    return printed(Document(tuple(_blocks(comparison, old, Clock(zone)))), form)


def _blocks(comparison: Comparison, old: Policy, clock: Clock) -> Iterator[Block]:
    before, after = comparison.old, comparison.new
    yield Heading(
        1,
        f"{told(before.programme)}, version {told(before.version)}, "
        f"against {told(after.programme)}, version {told(after.version)}",
    )
    yield Paragraph(_verdict(comparison))
    if comparison.changes:
        yield Paragraph(
            "Each difference is shown by a case that both policies were asked to decide. "
            f"{capital(number(comparison.cases))} cases were decided."
        )
        if comparison.limits:
            yield from reach(comparison.limits, comparison.premises, comparison.registrations)
    else:
        yield from reach(comparison.limits, comparison.premises, comparison.registrations)
    for change in comparison.changes:
        yield from _change(change, old, clock)


def _verdict(comparison: Comparison) -> str:
    if comparison.changes:
        many = len(comparison.changes)
        return f"The two policies differ, in {count(many, 'way')}."
    if comparison.limits:
        return "No conflict was found that the two policies decide differently."
    return "The two policies decide every conflict alike."


def _change(change: Change, old: Policy, clock: Clock) -> Iterator[Block]:
    yield Heading(2, f"{capital(label(change.benefit))}: {CHANGES[change.kind]}")
    whose = "today's" if change.side == "old" else "the new"
    yield Paragraph(
        f"They part at {told(change.clause)} of {whose} rules, in "
        f"{count(change.patterns, 'pattern')} of cases. The smallest:"
    )
    witness = change.witness
    yield case_table(witness.facts, old.vocabulary(), clock)
    yield Bullets(
        [
            Item(
                f"{told(each)}: under the old rules it {_got(witness.old, each, change, clock)}; "
                f"under the new ones it {_got(witness.new, each, change, clock)}."
            )
            for each in witness.about
        ]
    )
    answers = _answers(witness)
    if answers:
        yield Paragraph(answers)


def _got(decision: Decision, registration: str, change: Change, clock: Clock) -> str:
    found = [
        each
        for each in decision.standings
        if (each.registration_id, each.benefit) == (registration, change.benefit)
    ]
    return gets(found, clock)


def _answers(witness: Witness) -> str:
    said = [
        f"{told(each.name)} is answered {'yes' if answer else 'no'} for {told(registration)}"
        for each in witness.answers
        for registration, answer in each.by_registration.items()
    ]
    return f"{capital(listed(said))}." if said else ""

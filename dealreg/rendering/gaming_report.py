"""The report of which moves pay under a policy: in a table, each with the case that shows it."""

from collections.abc import Iterator
from typing import Final

from dealreg.errors import UsageError, shown
from dealreg.outcome.gaming import Gain, Gaming, Move
from dealreg.policy.policies import Policy
from dealreg.rendering.describe import Form, printed
from dealreg.rendering.document import Block, Document, Heading, Paragraph, Table
from dealreg.rendering.lint_report import trial_blocks
from dealreg.rendering.verdicts import premises
from dealreg.rendering.words import Clock, capital, label, told

__all__ = ["MOVES", "report_gaming"]

MOVES: Final = {
    Move.EARLIER_WITH_LESS: "to register before the rival, and state less",
    Move.SPLIT: "to register half of the deal as a deal of its own",
    Move.DUPLICATE: "to register once more, later",
    Move.REFILE: "to withdraw, and register again later",
    Move.DECOY: "to have a sister company register as well",
    Move.RESTATE: "to state otherwise what applicants state themselves",
}
"""What each move is."""


def report_gaming(found: Gaming, policy: Policy, *, form: Form = "text", zone: str = "UTC") -> str:
    """The report of what `dealreg.analysis.gaming` found, as text or Markdown.

    Args:
        found: which moves pay.
        policy: the policy, whose words are used.
        form: plain text of about a hundred columns, or Markdown.
        zone: the IANA zone in which instants are shown.

    Raises:
        UsageError: for something else than what `gaming` found, or another form.

    >>> from dealreg import Policy, contest, gaming, highest
    >>> policy = Policy(programme="Example", contests=[
    ...     contest("protection", highest("score"))])
    >>> print(report_gaming(gaming(policy), policy).splitlines()[3])
    No move was found to pay.
    """
    if not isinstance(found, Gaming):
        raise UsageError(f"{shown(found)} is not what `gaming` found", value=found)
    return printed(Document(tuple(_blocks(found, policy, Clock(zone)))), form)


def _blocks(found: Gaming, policy: Policy, clock: Clock) -> Iterator[Block]:
    title = f"{told(found.policy.programme)}, version {told(found.policy.version)}"
    yield Heading(1, f"Moves that pay under {title}")
    yield Paragraph(
        "A move pays that turns the loss of a partner into a win, though nothing about the deal "
        "is other."
        if found.pays
        else "No move was found to pay."
    )
    rows = [(capital(label(e.benefit)), capital(MOVES[e.move]), _verdict(e)) for e in found.gains]
    yield Table(("Benefit", "Does it pay", "Verdict"), rows)
    for each in found.gains:
        yield from _shown(each, policy, clock)
    if found.in_history:
        yield Heading(2, "In the history")
        yield Paragraph(
            "Tried on registrations that lost their deal to others, as if all of that deal were "
            "live and nothing awarded yet."
        )
        counted = [
            (capital(label(e.benefit)), capital(MOVES[e.move]), f"{e.paid:,} of {e.tried:,}")
            for e in found.in_history
        ]
        yield Table(("Benefit", "Does it pay", "For so many"), counted)
    yield premises(found.premises)


def _verdict(gain: Gain) -> str:
    if gain.pays:
        return "pays"
    return "never, exact" if gain.exact else "in no case that was tried"


def _shown(gain: Gain, policy: Policy, clock: Clock) -> Iterator[Block]:
    if not gain.trials:
        return
    yield Heading(2, f"{capital(label(gain.benefit))}: it pays {MOVES[gain.move]}")
    yield Paragraph(f"It pays for {told(gain.about)}. Before:")
    for number, trial in enumerate(gain.trials):
        if number:
            yield Paragraph("After:")
        yield from trial_blocks(trial, policy, clock)

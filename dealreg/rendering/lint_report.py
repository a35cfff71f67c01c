"""The report of what was found in a policy: each finding, what to do, and cases that show it."""

from collections.abc import Iterator

from dealreg.errors import UsageError, shown
from dealreg.outcome.lint import Lint, LintFinding, Trial
from dealreg.policy.policies import Policy
from dealreg.rendering.describe import Form, printed
from dealreg.rendering.document import Block, Bullets, Document, Heading, Item, Paragraph
from dealreg.rendering.verdicts import LIMITS, case_table, gets, premises
from dealreg.rendering.words import Clock, capital, clean, count, label, told

__all__ = ["report_lint", "trial_blocks"]


def report_lint(found: Lint, policy: Policy, *, form: Form = "text", zone: str = "UTC") -> str:
    """The report of what `dealreg.analysis.lint` found, as text or Markdown.

    Args:
        found: the findings.
        policy: the policy, whose words are used.
        form: plain text of about a hundred columns, or Markdown.
        zone: the IANA zone in which instants are shown.

    Raises:
        UsageError: for something else than what `lint` found, or another form.

    >>> from dealreg import Policy, contest, earliest, lint
    >>> policy = Policy(programme="Example", contests=[
    ...     contest("protection", earliest("submitted_at"))])
    >>> print(report_lint(lint(policy), policy).splitlines()[3])
    Nothing was found: every rule, order and window counts.
    """
    if not isinstance(found, Lint):
        raise UsageError(f"{shown(found)} is not what `lint` found", value=found)
    return printed(Document(tuple(_blocks(found, policy, Clock(zone)))), form)


def _blocks(found: Lint, policy: Policy, clock: Clock) -> Iterator[Block]:
    title = f"{told(found.policy.programme)}, version {told(found.policy.version)}"
    yield Heading(1, f"Findings in {title}")
    if found.clean:
        yield Paragraph("Nothing was found: every rule, order and window counts.")
    else:
        yield Paragraph(f"{capital(count(len(found.findings), 'finding'))}.")
    for each in found.findings:
        yield from _finding(each, policy, clock)
    yield premises(found.premises)


def _finding(each: LintFinding, policy: Policy, clock: Clock) -> Iterator[Block]:
    yield Heading(2, f"{each.code} at {told(each.path)}")
    yield Paragraph(f"{capital(clean(each.message))}. What to do: {clean(each.hint)}.")
    if each.limits:
        yield Paragraph("Bounded to the cases tried:")
        yield Bullets([Item(f"{told(e.clause)}: {LIMITS[e.code]}.") for e in each.limits])
    for number, trial in enumerate(each.trials):
        if number:
            yield Paragraph("Against:")
        yield from trial_blocks(trial, policy, clock)


def trial_blocks(trial: Trial, policy: Policy, clock: Clock) -> Iterator[Block]:
    """A case, and what each of its registrations gets."""
    yield case_table(trial.facts, policy.vocabulary(), clock)
    rows = []
    for registration in trial.facts.registrations:
        key = registration.registration_id
        for contest in policy.contests:
            stood = [
                s
                for s in trial.decision.standings
                if (s.registration_id, s.benefit) == (key, contest.benefit)
            ]
            benefit = label(contest.benefit)
            rows.append(Item(f"{told(key)}, {benefit}: {gets(stood, clock)}."))
    yield Bullets(rows)

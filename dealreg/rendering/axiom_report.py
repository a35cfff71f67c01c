"""The report of how a policy stands to the axioms: a table, and each counterexample."""

from collections.abc import Iterator, Mapping

from dealreg.errors import UsageError, shown
from dealreg.outcome.axioms import Axioms, AxiomVerdict, Holds
from dealreg.policy.policies import Policy
from dealreg.rendering.describe import Form, printed
from dealreg.rendering.document import Block, Document, Heading, Paragraph, Table
from dealreg.rendering.lint_report import trial_blocks
from dealreg.rendering.verdicts import premises
from dealreg.rendering.words import Clock, capital, count, label, listed, told

__all__ = ["holds_words", "report_axioms"]


def report_axioms(
    found: Axioms,
    policy: Policy,
    *,
    sentences: Mapping[str, str],
    form: Form = "text",
    zone: str = "UTC",
) -> str:
    """The report of what `dealreg.analysis.axioms` found, as text or Markdown.

    Args:
        found: the verdicts.
        policy: the policy, whose words are used.
        sentences: what each axiom says, by its code.
        form: plain text of about a hundred columns, or Markdown.
        zone: the IANA zone in which instants are shown.

    Raises:
        UsageError: for something else than what `axioms` found, or another form.

    >>> from dealreg import Policy, axioms, contest, earliest
    >>> policy = Policy(programme="Example", contests=[
    ...     contest("protection", earliest("submitted_at"))])
    >>> print(report_axioms(axioms(policy, "A1", "A14"), policy, sentences={}).splitlines()[3])
    No axiom is violated.
    """
    if not isinstance(found, Axioms):
        raise UsageError(f"{shown(found)} is not what `axioms` found", value=found)
    return printed(Document(tuple(_blocks(found, policy, sentences, Clock(zone)))), form)


def _blocks(
    found: Axioms, policy: Policy, sentences: Mapping[str, str], clock: Clock
) -> Iterator[Block]:
    title = f"{told(found.policy.programme)}, version {told(found.policy.version)}"
    yield Heading(1, f"Axioms of {title}")
    many = len({each.code for each in found.violated})
    yield Paragraph(
        f"{capital(count(many, 'axiom'))} {'is' if many == 1 else 'are'} violated."
        if many
        else "No axiom is violated."
    )
    yield Table(
        ("Axiom", "Says", "Benefit", "Verdict"),
        [
            (
                each.code,
                sentences.get(each.code, capital(each.name)),
                told(label(each.benefit)) if each.benefit else "",
                holds_words(each),
            )
            for each in found.verdicts
        ],
    )
    yield Paragraph(
        "Exact is what holds for conflicts of every size. Bounded is what no case that was tried "
        "violates: facts were varied, and registrations added, around the representative cases."
    )
    for each in found.violated:
        yield from _violated(each, policy, clock)
    yield premises(found.premises)


def holds_words(verdict: AxiomVerdict) -> str:
    """A verdict in a few words."""
    match verdict.holds:
        case Holds.BY_LAW:
            return f"held by law ({verdict.law})"
        case Holds.NOT_ASKED:
            return "not asked"
        case Holds.VIOLATED:
            return "violated"
        case Holds.HELD:
            size = verdict.registrations
            return "held, exact" if verdict.exact else f"held, bounded to {size} registrations"


def _violated(verdict: AxiomVerdict, policy: Policy, clock: Clock) -> Iterator[Block]:
    benefit = capital(label(verdict.benefit))
    yield Heading(2, f"{verdict.code}, {verdict.name}: {told(benefit)}")
    if not verdict.trials:
        yield Paragraph(f"See {listed([told(each) for each in verdict.about])}.")
        return
    about = listed([told(each) for each in verdict.about])
    yield Paragraph(f"The smallest case found, about {about}:")
    for number, trial in enumerate(verdict.trials):
        if number:
            yield Paragraph("And then:")
        yield from trial_blocks(trial, policy, clock)

"""A decision as a Markdown page."""

from collections.abc import Iterable

from dealreg.cli.summary import Section, Summary
from dealreg.rendering.document import Block, Bullets, Document, Heading, Item, Paragraph, Table
from dealreg.rendering.markdown import to_markdown

__all__ = ["summary_markdown"]


def summary_markdown(summary: Summary) -> str:
    """The decision as Markdown: a heading for each conflict, a table for each benefit."""
    blocks: list[Block] = [Heading(1, summary.title), Paragraph(f"{summary.counts}.")]
    for found in summary.contested:
        blocks.append(Heading(2, found.title))
        for section in found.sections:
            blocks.extend(_section(section))
    return to_markdown(Document(blocks))


def _section(section: Section) -> Iterable[Block]:
    yield Heading(3, section.title)
    rows = [(row.kind.value, row.registration, row.partner, row.why) for row in section.rows]
    yield Table(("Standing", "Registration", "Partner", "Why"), rows)
    for notice in section.notices:
        yield Paragraph(notice.title)
        yield Bullets(tuple(Item(f"{name}: {value}") for name, value in notice.lines))

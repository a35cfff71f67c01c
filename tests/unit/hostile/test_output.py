"""What comes out of a stranger's names: no script, no link, no formula, nothing that steers."""

import csv
import io
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import attrs
import pytest
from markdown_it import MarkdownIt

from dealreg import Facts, History, Partner, Registration, record
from dealreg.cases import run_case
from dealreg.cli.pasts import print_csv
from dealreg.cli.rejected import write_rejects
from dealreg.history import compare_outcomes, story_of
from dealreg.impact import diff, sweep, tournament
from dealreg.outcome.cases import PolicyCase
from dealreg.rendering import (
    explain,
    plot,
    report_cases,
    report_disputes,
    report_impact,
    report_sweep,
    report_tournament,
    tell_story,
)
from dealreg.wire import Reject
from tests.unit.hostile.victim import steers
from tests.unit.impact.programme import AT, NEW, OLD, history

WORDS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    "</title></style><script>",
    "--><script>",
    "]]><svg onload=x>",
    "[x](javascript:alert(1))",
    "![x](http://evil.example/x.png)",
    "http://evil.example www.evil.example",
    "a|b | c\n\n# heading\n\n```\n",
    "<!-- {{7*7}} ${7*7} -->",
    "\x1b]8;;http://evil.example\x07click\x1b]8;;\x07\x1b[2J",
    "\u202egnp.exe\u2066",
    "$\\frac{$ \\$x\\$ $$",
)


def named(word: str) -> History:
    """The year of the small programme, in which every name ends in a word."""
    plain = history()
    events = []
    for each in plain.events:
        facts = {
            name: f"{value}{word}" if isinstance(value, str) else value
            for name, value in each.facts.items()
        }
        if "products" in facts:
            facts["products"] = frozenset(f"{product}{word}" for product in facts["products"])
        known = {"event_id": f"{each.event_id}{word}", "about": f"{each.about}{word}"}
        events.append(attrs.evolve(each, facts=facts, source=word, **known))
    partners = [
        Partner(partner_id=f"{each.partner_id}{word}", name=word, tier=each.tier)
        for each in plain.known.partners
    ]
    return History(known=Facts(partners=partners), events=events)


def _case(word: str, facts: Facts) -> PolicyCase:
    """A case that fails: nobody is deadlocked, it says."""
    return PolicyCase(name=f"case {word}", note=word, at=AT, facts=facts, deadlocks=())


def pages(word: str) -> dict[str, Callable[[str], str]]:
    """All that is told of that year, each as a page in a form."""
    year = named(word)
    old, new = (
        attrs.evolve(each, programme=f"N{word}", version=f"{each.version}{word}", note=word)
        for each in (OLD, NEW)
    )
    changed = diff(old, new, year)
    tried = sweep(new, "contests[protection].window", ["1", "7 days"], year)
    played = tournament({f"a{word}": old, f"b{word}": new}, year)
    found = compare_outcomes(new, year)
    story = story_of(new, year, f"O-1{word}")
    facts = Facts(
        registrations=[
            Registration(registration_id=each.about, submitted_at=each.happened_at, **each.facts)
            for each in year.events
        ],
        partners=year.known.partners,
    )
    kept = record(new, facts, at=AT)
    case = run_case(new, _case(word, facts))
    return {
        "impact": lambda form: report_impact(changed, form=form),
        "sweep": lambda form: report_sweep(tried, form=form),
        "tournament": lambda form: report_tournament(played, form=form),
        "disputes": lambda form: report_disputes(found, form=form),
        "story": lambda form: tell_story(story, form=form),
        "auditor": lambda form: explain(kept, audience="auditor", form=form),
        "manager": lambda form: explain(kept, audience="channel_manager", form=form),
        "partner": lambda form: explain(
            kept, audience="partner", registration_id=f"R2{word}", form=form
        ),
        "case": lambda form: report_cases([case], form=form, trace=True),
    }


WITH_HTML = ("impact", "sweep", "tournament")


class Seen(HTMLParser):
    """What a browser would find in a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[tuple[str, str | None]] = set()
        self.odd: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= set(attrs)

    def handle_comment(self, data: str) -> None:
        self.odd.append(data)

    def unknown_decl(self, data: str) -> None:
        self.odd.append(data)


TAGS = {"html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "p"}
TAGS |= {"ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td"}
ATTRIBUTES = {("lang", "en"), ("charset", "utf-8"), ("class", "number")}
ATTRIBUTES |= {("name", "viewport"), ("content", "width=device-width")}
SHOWN = {"root", "inline", "text", "softbreak", "hr"}
SHOWN |= {
    f"{block}_{end}"
    for block in ("heading", "paragraph", "bullet_list", "ordered_list", "list_item", "table")
    for end in ("open", "close")
}
SHOWN |= {
    f"{part}_{end}" for part in ("thead", "tbody", "tr", "th", "td") for end in ("open", "close")
}


def marks(page: str) -> set[str]:
    """The kinds of marks that a page of Markdown has, at any depth."""
    tokens = MarkdownIt("commonmark").enable("table").parse(page)
    return {each.type for token in tokens for each in (token, *(token.children or ()))}


@pytest.mark.parametrize("word", WORDS, ids=ascii)
def test_names_are_shown_and_never_obeyed(word: str) -> None:
    for name, page in pages(word).items():
        text, markdown = page("text"), page("markdown")
        assert not [each for each in text if steers(each) and each != "\n"], name
        assert not [each for each in markdown if steers(each) and each != "\n"], name
        assert marks(markdown) <= SHOWN, name
        assert "://" not in markdown.replace("\\://", ""), name
        if name in WITH_HTML:
            html = page("html")
            seen = Seen(html)
            assert seen.tags <= TAGS, name
            assert seen.attributes <= ATTRIBUTES, name
            assert seen.odd == [], name
            assert not [each for each in html if steers(each) and each != "\n"], name


DRAWN = {"svg", "metadata", "RDF", "Work", "type", "format", "creator", "Agent", "title", "defs"}
DRAWN |= {"style", "g", "path", "use", "clipPath", "rect"}


def test_a_picture_is_of_glyphs_alone() -> None:
    pytest.importorskip("matplotlib")
    rules = (OLD, NEW)
    names = {f"{place}{word}": rules[place % 2] for place, word in enumerate(WORDS)}
    played = tournament(names, history())
    drawn = list(ET.fromstring(plot(played)).iter())
    assert {each.tag.rpartition("}")[2] for each in drawn} <= DRAWN
    names = {name.rpartition("}")[2] for each in drawn for name in each.attrib}
    assert not [each for each in names if each.startswith("on")]
    hrefs = {
        value for each in drawn for name, value in each.attrib.items() if name.endswith("href")
    }
    assert not [each for each in hrefs if not each.startswith("#")]


FORMULAS = (
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "\uff1d1+1",
    "\uff0b1+1",
    "\uff0d1+1",
    "\uff20SUM(1)",
    "a;=1+1",
    "a\t=1+1",
    'a";=1+1;"',
)
BEGINNINGS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def cells(text: str, delimiter: str) -> list[str]:
    """The cells that a spreadsheet finds, which may take another character to part them."""
    return [
        cell
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        for cell in row
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("formula", FORMULAS, ids=ascii)
def test_no_cell_is_a_formula(
    formula: str, delimiter: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    print_csv(
        [{"one": formula, "two": "plain", "three": -1.5}, {"one": 1, "two": formula, "three": 2}]
    )
    write_rejects(
        str(tmp_path / "rejects.csv"),
        (Reject(formula, 1, formula, formula, formula, formula, {formula: formula}),),
    )
    for text in (capsys.readouterr().out, (tmp_path / "rejects.csv").read_bytes().decode()):
        found = cells(text, delimiter)
        assert [each for each in found if each.startswith(BEGINNINGS) and each != "-1.5"] == []
    assert "-1.5" in cells(text, ",") or "-1.5" not in text

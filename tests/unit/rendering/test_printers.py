"""One document, two printers: layout, and texts that try to be more than text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dealreg.rendering import Bullets, Document, Heading, Item, Paragraph, Table
from dealreg.rendering.markdown import escaped, to_markdown
from dealreg.rendering.plain_text import WIDTH, to_text
from dealreg.rendering.words import clean, told

NESTED = Bullets([Item("one", [Item("first"), Item("second")], ordered=True), Item("two")])


def test_every_block_as_text():
    document = Document(
        [
            Heading(1, "A"),
            Heading(2, "B"),
            Heading(3, "C"),
            Paragraph("text"),
            NESTED,
            Table(("x", "long head"), [("1", "2"), ("", "3")]),
        ]
    )
    assert to_text(document) == (
        "A\n=\n\nB\n-\n\nC\n\ntext\n\n- one\n  1. first\n  2. second\n- two\n\n"
        "x  long head\n-  ---------\n1  2\n   3\n"
    )


def test_every_block_as_markdown():
    document = Document(
        [Heading(1, "A"), Heading(3, "C"), Paragraph("text"), NESTED, Table(("x",), [("1",)])]
    )
    assert to_markdown(document) == (
        "# A\n\n### C\n\ntext\n\n- one\n  1. first\n  2. second\n- two\n\n| x |\n| --- |\n| 1 |\n"
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a|b", r"a\|b"),
        ("`code`", r"\`code\`"),
        ("<script>", "&lt;script&gt;"),
        ("&lt;", "&amp;lt;"),
        ("[x](http://evil)", r"\[x\](http\://evil)"),
        ("www.evil.com", r"www\.evil.com"),
        ("a@evil.com", r"a\@evil.com"),
        ("# not a heading", r"\# not a heading"),
        ("- not a list", r"\- not a list"),
        ("1. not a list", r"1\. not a list"),
        ("a\n\n# b", "a # b"),
        ("    code", "code"),
        ("back\\slash", "back\\\\slash"),
    ],
)
def test_markdown_shows_data_as_it_is(text, shown):
    assert escaped(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[31mb", "a�[31mb"),
        ("a\x00b\x9bc", "a�b�c"),
        ("a\u202eb", "a�b"),
        ("a\ud800b", "a�b"),
        ("a\r\nb\u2028c", "a b c"),
        ("Zoë 東京", "Zoë 東京"),
    ],
)
def test_nothing_in_a_text_acts_on_a_terminal(text, shown):
    assert clean(text) == shown


@given(st.text())
def test_cleaning_is_done_once(text):
    assert clean(clean(text)) == clean(text)
    assert "\n" not in escaped(text)


def test_a_very_long_text_is_cut():
    assert len(told("x" * 10_000_000)) == 200
    assert told("x" * 200) == "x" * 200


@given(st.lists(st.lists(st.text(max_size=150), min_size=4, max_size=4), min_size=1, max_size=4))
def test_a_table_of_anything_keeps_its_width(rows):
    printed = to_text(Document([Table(("a", "b", "c", "d"), rows)]))
    assert all(len(line) <= WIDTH for line in printed.splitlines())


@given(st.text(max_size=400), st.text(max_size=400))
def test_a_table_row_stays_one_row_in_markdown(one, other):
    lines = to_markdown(Document([Table(("a", "b"), [(one, other)])])).splitlines()
    assert len(lines) == 3
    unescaped = lines[2].replace("\\\\", "").replace("\\|", "")
    assert unescaped.count("|") == 3


def test_running_text_is_wrapped_and_long_words_stay_whole():
    digest = "sha256:" + "0" * 120
    lines = to_text(Document([Paragraph(f"{'word ' * 40}{digest} end")])).splitlines()
    assert digest in lines
    assert max(len(line) for line in lines if line != digest) <= WIDTH

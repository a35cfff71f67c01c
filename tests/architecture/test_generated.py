"""Pages made from the code are as the code would make them now."""

import pytest

from tests.architecture.generated import BEGIN, END, PARTS, WHOLE, with_generated
from tests.architecture.package import name_of

REMEDY = "python -m tests.architecture.generated --write"


@pytest.mark.parametrize("page", WHOLE, ids=lambda page: page.name)
def test_page_is_up_to_date(page):
    assert page.read_text(encoding="utf-8") == WHOLE[page](), REMEDY


@pytest.mark.parametrize("page", PARTS, ids=lambda page: page.name)
def test_generated_part_of_the_page_is_up_to_date(page):
    """The recipe is carried out: each union gets a node, and mypy names the readers."""
    text = page.read_text(encoding="utf-8")

    assert BEGIN in text
    assert END in text
    assert with_generated(text, PARTS[page]()) == text, REMEDY


def test_pages_are_in_their_place():
    assert [name_of(page) for page in (*WHOLE, *PARTS) if not page.is_file()] == []

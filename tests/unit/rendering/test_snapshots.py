"""Whole texts, as their readers get them. Read the files before accepting a changed one."""

import json
from collections.abc import Callable

import pytest

from dealreg.rendering import describe, explain
from tests.unit.rendering.cases import RECORDS
from tests.unit.rendering.conftest import FOLDER

Compare = Callable[[str, str], None]


@pytest.mark.parametrize("name", RECORDS)
def test_terms_in_plain_english(name: str, snapshot: Compare) -> None:
    """`describe` of every policy, as text."""
    snapshot(f"{name}.terms.txt", describe(RECORDS[name]().rules))


@pytest.mark.parametrize("name", RECORDS)
@pytest.mark.parametrize("audience", ["auditor", "channel_manager"])
def test_explanations_of_the_vendor(name: str, audience: str, snapshot: Compare) -> None:
    """What the vendor's own people read, as text."""
    snapshot(f"{name}.{audience}.txt", explain(RECORDS[name](), audience=audience))


@pytest.mark.parametrize("name", RECORDS)
def test_letters_to_partners(name: str, snapshot: Compare) -> None:
    """The letter about every registration of a case, one after the other."""
    past = RECORDS[name]()
    letters = [
        explain(past, audience="partner", registration_id=each.registration_id)
        for each in past.facts.registrations
    ]
    snapshot(f"{name}.partner.txt", "\n\n".join(letters))


@pytest.mark.parametrize("audience", ["auditor", "channel_manager", "partner"])
@pytest.mark.parametrize("form", ["markdown", "dict"])
def test_other_forms_of_the_dispute(audience: str, form: str, snapshot: Compare) -> None:
    """The dispute as Markdown and as plain data, times in Berlin."""
    about = "R-1002" if audience == "partner" else None
    told = explain(
        RECORDS["dispute"](),
        audience=audience,
        registration_id=about,
        form=form,
        zone="Europe/Berlin",
    )
    text = json.dumps(told, indent=1) + "\n" if form == "dict" else told
    snapshot(f"dispute.{audience}.{'json' if form == 'dict' else 'md'}", text)


def test_terms_as_markdown(snapshot: Compare) -> None:
    """`describe` as Markdown."""
    snapshot("contested.terms.md", describe(RECORDS["contested"]().rules, form="markdown"))


def test_no_snapshot_is_left_over() -> None:
    """Every file in the folder belongs to a test above."""
    made = {
        f"{name}.{kind}.txt"
        for name in RECORDS
        for kind in ("terms", "auditor", "channel_manager", "partner")
    }
    made |= {
        f"dispute.{audience}.{form}"
        for audience in ("auditor", "channel_manager", "partner")
        for form in ("md", "json")
    }
    assert {file.name for file in FOLDER.iterdir()} == made | {"contested.terms.md", "reasons.txt"}

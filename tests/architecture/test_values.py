"""Values are values: frozen, slotted, hashable, with one explicit wire tag each."""

from collections import defaultdict

import attrs
import pytest

from tests.architecture.package import classes, name_of, values

CONTAINERS = ("list[", "dict[", "set[")
KEPT = [kind for kind in values() if isinstance(vars(kind).get("tag"), str)]
"""What can be stored: facts, policies, outcomes and their parts."""

AT_WORK = {
    "dealreg.analysis.compare._Seen": "gathers the differences that are found",
    "dealreg.analysis.formulas.Formulas": "gathers the formulas that are built",
    "dealreg.analysis.formulas._Proof": "counts its steps",
    "dealreg.checking.orders._Before": "grows with every preference",
    "dealreg.deciders.compiled.awarding.Award": "collects who gets what of one contest",
    "dealreg.deciders.compiled.context.Context": "looks at the whole case when first asked to",
    "dealreg.history.disputes.clocks.Answers": "remembers whose answer is overdue",
    "dealreg.history.disputes.clocks.Lapses": "remembers what has run out",
    "dealreg.history.disputes.conflicts.Deadlocks": "remembers which deadlocks stand",
    "dealreg.history.disputes.conflicts.Fates": "remembers the best that each ever stood",
    "dealreg.history.disputes.conflicts.Overlaps": "remembers what was approved",
    "dealreg.history.disputes.conflicts.Ties": "remembers which ties stand",
    "dealreg.history.disputes.conflicts.Unknowns": "remembers whose conflict is not known",
    "dealreg.history.disputes.conflicts.Wins": "remembers who has won what",
    "dealreg.history.disputes.decisions.Decisions": "watches a replay, as the others do",
    "dealreg.history.disputes.later.Awards": "grows with every award",
    "dealreg.history.disputes.scene.Watch": "watches a replay event by event",
    "dealreg.history.docket.Docket": "is brought up to date event by event",
    "dealreg.history.grouping.Cell": "keeps what was decided last",
    "dealreg.history.grouping.Grouping": "grows with every registration",
    "dealreg.history.kinship.Kinship": "is filled event by event",
    "dealreg.history.ledger.Ledger": "is brought up to date event by event",
    "dealreg.history.settling.Settled": "collects what one decision changed",
    "dealreg.testing.scripts.Deal": "remembers who came first while a history is made up",
    "dealreg.testing.scripts._Course": "writes down what is to happen, one thing after the other",
    "dealreg.testing.telling.Teller": "keeps what it has told, event by event",
    "dealreg.rendering.situation.Situation": "keeps what it has looked up while one text is made",
    "dealreg.wire.text_parser.Parser": "moves through the text",
    "dealreg.wire.toml_tables.Problems": "collects what is wrong with one file",
    "dealreg.wire.toml_tables.Table": "ticks off the keys that were asked for",
}
"""Working parts that live for the length of one call, and why they are not frozen."""


def is_frozen(kind):
    """Whether a field of an instance cannot be set, even of one that was never initialised."""
    instance = object.__new__(kind)
    name = next((field.name for field in attrs.fields(kind)), "anything")
    try:
        setattr(instance, name, None)
    except attrs.exceptions.FrozenInstanceError:
        return True
    return False


@pytest.mark.parametrize("kind", values(), ids=name_of)
def test_is_frozen(kind):
    assert is_frozen(kind) or name_of(kind) in AT_WORK


@pytest.mark.parametrize("kind", values(), ids=name_of)
def test_has_slots_and_no_dict(kind):
    slotted = not any("__dict__" in vars(base) for base in kind.__mro__)

    assert slotted or name_of(kind) in AT_WORK


def test_working_parts_are_still_there_and_still_need_the_exception():
    unfrozen = {name_of(kind) for kind in values() if not is_frozen(kind)}

    assert set(AT_WORK) == unfrozen


@pytest.mark.parametrize("kind", KEPT, ids=name_of)
def test_holds_no_mutable_container(kind):
    """But for an index that is made from the other fields and takes no part in equality."""
    wrong = [
        field.name
        for field in attrs.fields(kind)
        if field.eq and str(field.type).startswith(CONTAINERS)
    ]

    assert wrong == []


@pytest.mark.parametrize("kind", KEPT, ids=name_of)
def test_equality_and_hash_are_of_the_value(kind):
    assert kind.__eq__ is not object.__eq__
    assert kind.__hash__ is not None
    assert kind.__hash__ is not object.__hash__


def test_no_two_classes_share_a_tag():
    by_tag = defaultdict(list)
    for kind in KEPT:
        by_tag[kind.tag].append(name_of(kind))

    assert {tag: kinds for tag, kinds in by_tag.items() if len(kinds) > 1} == {}


@pytest.mark.parametrize("kind", KEPT, ids=name_of)
def test_tag_is_lower_case_words(kind):
    assert kind.tag.isidentifier()
    assert kind.tag == kind.tag.lower()


WORKING = {
    "dealreg.policy.builders",
    "dealreg.policy.clock_builders",
    "dealreg.facts.view",
    "dealreg.facts.events",
}


@pytest.mark.parametrize(
    "kind",
    [
        kind
        for kind in values()
        if kind.__module__.startswith(("dealreg.policy.", "dealreg.facts.", "dealreg.outcome."))
        and not kind.__name__.startswith("_")
        and kind.__module__ not in WORKING
    ],
    ids=name_of,
)
def test_whatever_can_be_stored_has_a_tag(kind):
    """Builders, the view of the facts and the rules of events are not kept; all else is a value."""
    assert isinstance(vars(kind)["tag"], str)


def test_there_are_values_and_classes_to_look_at():
    assert len(values()) > 40
    assert len(classes()) > len(values())

"""A history case as data: its rules, its events, what it asks, and what the replay finds."""

import functools
import tomllib
from datetime import datetime
from pathlib import Path

import attrs

from dealreg import Event, Facts, History, Policy, PolicyBook
from dealreg.facts.instants import instant
from dealreg.facts.vocabulary import Vocabulary
from dealreg.history import hindsight, replay, state
from dealreg.outcome.timeline import State, Timeline
from dealreg.wire import load_facts, load_history, read_policy

__all__ = ["HistoryCase", "Question"]

TABLES = ("partners", "customers", "opportunities")
_KNOWN = " known "


@attrs.frozen
class Question:
    """The instant asked about, and by what was known when; None for "then"."""

    at: datetime
    known_at: datetime | None = None
    text: str = attrs.field(default="", eq=False)

    @classmethod
    def of(cls, text: str) -> "Question":
        """The question that a text asks: an instant, or `… known …`."""
        at, _, known_at = text.partition(_KNOWN)
        return cls(instant(at), instant(known_at) if known_at else None, text)


@attrs.frozen(eq=False)
class HistoryCase:
    """One folder of `histories/`, read once."""

    folder: Path
    about: dict
    rules: Policy | PolicyBook
    history: History

    @classmethod
    @functools.cache
    def of(cls, folder: Path) -> "HistoryCase":
        """The case of a folder."""
        about = tomllib.loads((folder / "case.toml").read_text(encoding="utf-8"))
        book = folder / "book.toml"
        rules = read_policy(book if book.exists() else folder / "policy.toml")
        vocabulary = rules.vocabulary()
        history = History(known=_known(folder, vocabulary), events=_events(folder, vocabulary))
        return cls(folder, about, rules, history)

    @property
    def until(self) -> datetime:
        """The instant up to which is replayed."""
        return instant(self.about["until"])

    def questions(self) -> list[Question]:
        """What is asked: at the instants of the case, and at those that its claims name."""
        texts = [*self.about.get("at", ())]
        for claim in self.about["claims"]:
            if "at" in claim and "notice" not in claim:
                known = claim.get("known_at")
                texts.append(claim["at"] + (f"{_KNOWN}{known}" if known else ""))
        found = dict.fromkeys(map(Question.of, texts))
        return sorted(found, key=lambda each: (each.at, each.known_at or each.at, each.text))

    @functools.cache  # noqa: B019 - a case is kept as long as the tests run
    def timeline(self, *, known: bool = False) -> Timeline:
        """What was decided; or what would have been, had all been `known` when it happened."""
        history = hindsight(self.history) if known else self.history
        return replay(self.rules, history, until=self.until)

    @functools.cache  # noqa: B019 - as above
    def state(self, question: Question) -> State:
        """How everything stood."""
        return state(self.rules, self.history, at=question.at, known_at=question.known_at)


def _known(folder: Path, vocabulary: Vocabulary) -> Facts:
    tables = {name: folder / f"{name}.csv" for name in TABLES}
    loaded = load_facts(
        **{name: path for name, path in tables.items() if path.exists()}, vocabulary=vocabulary
    )
    assert loaded.rejects == ()
    return loaded.facts


def _events(folder: Path, vocabulary: Vocabulary) -> tuple[Event, ...]:
    loaded = load_history(events=folder / "events.csv", vocabulary=vocabulary)
    assert loaded.rejects == ()
    assert loaded.ignored_columns == ()
    return loaded.history.events

"""Policy books over histories: who is governed by which edition, in a table and by name.

Where all of a conflict were submitted under one edition, that edition decides it, whatever the book
says about registrations that span a change: it is decided in columns. Conflicts that span a change
go to the compiled decider, which knows books.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, TypeAlias

import attrs

from dealreg.deciders.columnar.columns import Columns
from dealreg.deciders.columnar.support import plain_keys, refusals
from dealreg.deciders.columnar.tables import Given, given
from dealreg.deciders.deciding import sound
from dealreg.deciders.lowering import Columnar, Rest, columnar
from dealreg.deciders.one_by_one import whole_table
from dealreg.deciders.over_tables import rejected_rows
from dealreg.errors import UsageError, shown
from dealreg.facts.instants import instant
from dealreg.facts.vocabulary import Vocabulary
from dealreg.impact.past import SEPARATOR, Past, frames
from dealreg.outcome.impact import EditionRef, Reading
from dealreg.outcome.references import reference_of
from dealreg.policy.policies import Edition, Governs, Policy, PolicyBook

if TYPE_CHECKING:
    import pyarrow as pa
    from polars import DataFrame, Expr

__all__ = [
    "Decided",
    "InEditions",
    "Rules",
    "amended",
    "benefits_of",
    "edition_refs",
    "governing",
    "last_of",
    "over_table",
    "versions_of",
]

Rules: TypeAlias = Policy | PolicyBook
"""What may be asked about: one version of the rules, or all of them with their dates."""

_ALWAYS: Final = datetime(1900, 1, 1, tzinfo=UTC)
"""Before any instant that facts may have: in force from then is in force for all of them."""

_ALONE: Final = "\x1e"
_NOT_OFFERED: Final = "NOT_OFFERED"


def amended(
    rules: Rules,
    amendment: Policy,
    *,
    since: datetime | str,
    governs: Governs | str = Governs.OWN_SUBMISSION,
) -> PolicyBook:
    """Today's rules, and from an instant on an amendment in place of them.

    What it would have done had it been in force all the year, an earlier instant says.

    Args:
        rules: today's policy, which has always been in force, or today's book.
        amendment: the version that is in force from then on; editions of the book that would
            begin later, or just then, are left out.
        since: the instant from which it is in force.
        governs: for a policy, which version governs a registration that spans the change; a book
            says so itself.

    Raises:
        UsageError: the amendment is no policy, or `since` no instant with a zone.

    >>> from dealreg import contest, earliest, latest
    >>> old = Policy(programme="Example", version="2026", contests=[
    ...     contest("protection", earliest("submitted_at"))])
    >>> new = Policy(programme="Example", version="2027", contests=[
    ...     contest("protection", latest("submitted_at"))])
    >>> book = amended(old, new, since="2026-03-01T00:00Z")
    >>> [(each.policy.version, f"{each.effective_from:%Y-%m-%d}") for each in book.editions]
    [('2026', '1900-01-01'), ('2027', '2026-03-01')]
    """
    if not isinstance(amendment, Policy):
        raise UsageError(
            f"{shown(type(amendment).__name__)} is not a policy",
            place="amendment",
            value=type(amendment).__name__,
            hint="give one version of the rules: of a book, the policy of an edition",
        )
    begins = instant(since)
    book = rules
    if isinstance(book, Policy):
        first = Edition(policy=book, effective_from=_ALWAYS)
        book = PolicyBook(programme=book.programme, editions=[first], governs=Governs(governs))
    before = [each for each in book.editions if each.effective_from < begins]
    new = Edition(policy=amendment, effective_from=begins)
    return attrs.evolve(book, editions=[*before, new])


def versions_of(rules: Rules, at: datetime | None = None) -> tuple[Policy, ...]:
    """The versions of rules, oldest first; with an instant, those that have been in force by it.

    Of a book that is not in force yet, the first, whose benefits are announced (B-6).
    """
    if isinstance(rules, Policy):
        return (rules,)
    begun = [e for e in rules.editions if at is None or e.effective_from <= at]
    return tuple(each.policy for each in begun or rules.editions[:1])


def governing(rules: Rules, past: Past) -> tuple[Policy, ...]:
    """The versions that may govern in a past; of events all of them, whatever the instant."""
    return versions_of(rules, past.at if past.reading is Reading.AS_OF else None)


def last_of(rules: Rules) -> Policy:
    """The policy; of a book, the one that is in force in the end."""
    return versions_of(rules)[-1]


def edition_refs(rules: Rules) -> tuple[EditionRef, ...]:
    """The editions of a book by name; none of a policy, which has always been in force."""
    editions = rules.editions if isinstance(rules, PolicyBook) else ()
    return tuple(
        EditionRef(policy=reference_of(each.policy), effective_from=each.effective_from)
        for each in editions
    )


@attrs.frozen(eq=False)
class Decided:
    """The standings of a table, and how many of its rows could not be read."""

    standings: "DataFrame"
    rejected: int


@attrs.frozen(eq=False)
class InEditions:
    """Rules that decide whole tables: a policy, or a book edition by edition.

    Attributes:
        rules: the rules.
        rest: what becomes of rules that are not decided in columns.
        at: the instant asked about.
        unknown: fields that are not known of anybody.
    """

    rules: Rules
    rest: Rest
    at: datetime
    unknown: tuple[str, ...] = ()

    @property
    def versions(self) -> tuple[Policy, ...]:
        """The versions that may govern."""
        return versions_of(self.rules, self.at)

    @property
    def keys(self) -> tuple[str, ...] | None:
        """The columns that tell conflicts apart, for all benefits of all versions."""
        found = {plain_keys(each) for each in self.versions}
        return found.pop() if len(found) == 1 else None

    @property
    def benefits(self) -> tuple[str, ...]:
        """The benefits of all versions that may govern."""
        return benefits_of(self.versions)

    def decide(self, frame: "DataFrame") -> Decided:
        """The standings of all registrations of a table.

        Raises:
            FactsErrors: the table lacks a column that a version reads.
            PolicyErrors: a version cannot be decided over a table.
        """
        if isinstance(self.rules, Policy):
            made = self._columnar(self.rules).decide(frame, at=self.at, unknown=self.unknown)
            return Decided(made.standings, len(made.rejected))
        return self._by_edition(self.rules, frame)

    def _columnar(self, policy: Policy) -> Columnar:
        return columnar(policy, self.rest)

    def _by_edition(self, book: PolicyBook, frame: "DataFrame") -> Decided:
        pl = frames()
        sound(book)
        ready = {each: self._columnar(each) for each in self.versions}
        source = given(frame)
        wrong = self._rejected(source, ready.values())
        own = pl.col("registration_id").cast(pl.String)
        rows = frame.filter(~own.is_in(wrong)) if wrong else frame
        made: list[DataFrame] = []
        apart = self.keys is not None and book.in_force(self.at) is not None
        for number, part in _parted(book, rows, self) if apart else [(None, rows)]:
            if number is None:
                made.append(self._compiled(book, part, ready.values()))
                continue
            policy = self.versions[number]
            decided = ready[policy].decide(part, at=self.at, unknown=self.unknown)
            made += [_told(decided.standings), *_not_offered(part, policy, self.benefits)]
        return Decided(pl.concat(made, how="vertical_relaxed"), len(wrong))

    def _rejected(self, source: Given, ready: Iterable[Columnar]) -> list[str]:
        """The registrations whose rows cannot be read: by any version, as facts must fit all."""
        wrong: dict[str, None] = {}
        for each in ready:
            fatal = [e for e in refusals(each.policy) if e.node == "External"]
            if fatal:
                each.decide(source.native, at=self.at, unknown=self.unknown)  # which refuses it
            columns = self._columns(source, each.policy.vocabulary())
            columns.check(each.fields)
            found = rejected_rows(source, columns, each.fields)
            wrong |= dict.fromkeys(map(str, found["registration_id"].to_pylist()))
        return list(wrong)

    def _columns(self, source: Given, vocabulary: Vocabulary) -> Columns:
        schema = source.table.collect_schema()
        return Columns(vocabulary, self.at, schema, frozenset(self.unknown), source.engine.value)

    def _compiled(
        self, book: PolicyBook, part: "DataFrame", ready: Iterable[Columnar]
    ) -> "DataFrame":
        """What the compiled decider makes of registrations, by the whole book."""
        pl = frames()
        begun = [each for each in book.editions if each.policy in self.versions]
        book = attrs.evolve(book, editions=begun)  # facts need not fit what is yet to come
        source = given(part)
        fields = sorted({"submitted_at", *(name for each in ready for name in each.fields)})
        columns = self._columns(source, book.vocabulary())
        found: pa.Table
        found, _ = whole_table(book, source, columns, fields, set(), self.keys)
        made: DataFrame = pl.from_arrow(found)
        return _told(made)


def over_table(
    rules: Rules, rest: Rest, *, at: datetime, unknown: Sequence[str] = ()
) -> InEditions:
    """Rules, to decide whole tables as of an instant."""
    return InEditions(rules, rest, at, tuple(unknown))


def benefits_of(versions: Iterable[Policy]) -> tuple[str, ...]:
    """The benefits of all versions, each once."""
    return tuple(dict.fromkeys(one.benefit for each in versions for one in each.contests))


_STANDING: Final = ("registration_id", "benefit", "kind", "code", "clause")
_TERMS: Final = ("label", "percent", "share", "starts", "ends")


def _told(standings: "DataFrame") -> "DataFrame":
    """What the measures read of standings, in one order of columns and of one type each."""
    pl = frames()
    moment = pl.Datetime("us", "UTC")
    return standings.select(
        *(pl.col(name).cast(pl.String) for name in (*_STANDING, "label")),
        *(pl.col(name).cast(pl.Float64) for name in ("percent", "share")),
        *(pl.col(name).cast(moment) for name in ("starts", "ends")),
    )


def _not_offered(
    part: "DataFrame", policy: Policy, benefits: Iterable[str]
) -> Iterator["DataFrame"]:
    """Everybody's standing to the benefits that the version which governs them does not have."""
    pl = frames()
    own = part.select(pl.col("registration_id").cast(pl.String)).unique(maintain_order=True)
    for benefit in benefits:
        if policy.contest(benefit) is None:
            yield _told(
                own.with_columns(
                    pl.lit(benefit).alias("benefit"),
                    pl.lit("denied").alias("kind"),
                    pl.lit(_NOT_OFFERED).alias("code"),
                    *(pl.lit(None).alias(name) for name in ("clause", *_TERMS)),
                )
            )


def _parted(
    book: PolicyBook, rows: "DataFrame", ready: InEditions
) -> Iterator[tuple[int | None, "DataFrame"]]:
    """The rows of each version, by its number; and with None those that span a change."""
    if book.governs is Governs.DECISION:
        yield len(ready.versions) - 1, rows
        return
    pl = frames()
    began = [each.effective_from for each in book.editions if each.effective_from <= ready.at]
    submitted = pl.col("submitted_at").dt.convert_time_zone("UTC")
    version: Expr = pl.sum_horizontal((submitted >= each).cast(pl.Int32) for each in began)
    keys = [pl.col(name).cast(pl.String) for name in ready.keys or ()]
    alone = pl.concat_str(pl.lit(_ALONE), pl.col("registration_id").cast(pl.String))
    conflict = pl.coalesce(pl.concat_str(keys, separator=SEPARATOR), alone)
    marked = rows.select(version.alias("of"), conflict.alias("conflict"))
    first, last = (
        marked.select(end.over("conflict")).to_series()
        for end in (pl.col("of").min(), pl.col("of").max())
    )
    spans = (first != last) | (first == 0)
    if spans.any():
        yield None, rows.filter(spans)
    for number in range(len(began)):
        part = rows.filter(~spans & (first == number + 1))
        if len(part):
            yield number, part

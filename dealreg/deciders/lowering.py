"""Policies over whole tables: decided column by column, what is seldom conflict by conflict."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import attrs

from dealreg.deciders.columnar.columns import Columns
from dealreg.deciders.columnar.families import Family, family
from dealreg.deciders.columnar.sorting import collected, sorted_out
from dealreg.deciders.columnar.succession import needs, succession
from dealreg.deciders.columnar.support import (
    Refusal,
    asks_ahead,
    counts_others,
    facts_of,
    plain_keys,
    read_for,
    refusals,
)
from dealreg.deciders.columnar.tables import (
    Engine,
    Given,
    back,
    eager,
    given,
    joined,
    readable,
    turns,
)
from dealreg.deciders.deciding import sound
from dealreg.deciders.in_rounds import endless, in_rounds, not_in_rounds
from dealreg.deciders.over_tables import Made, in_columns, one_by_one
from dealreg.deciders.reference.governing import in_order
from dealreg.errors import (
    FactsError,
    FactsErrors,
    PolicyError,
    PolicyErrors,
    UsageError,
    shown,
    suggestion,
)
from dealreg.facts.instants import instant
from dealreg.facts.values import Choice
from dealreg.policy.contests import Contest
from dealreg.policy.policies import Policy
from dealreg.policy.predicates import External

if TYPE_CHECKING:
    pass

__all__ = ["Columnar", "InBulk", "Rest", "columnar"]


class Rest(Choice):
    """What becomes of contests that cannot be decided column by column."""

    REFUSE = "refuse"
    """The policy is refused, by the names of the nodes, before any data is read."""
    COMPILED = "compiled"
    """The compiled decider decides them, conflict by conflict."""


@attrs.frozen(eq=False)
class InBulk:
    """What was decided over a table.

    Attributes:
        standings: one row for each registration and benefit, as the kind of table that was given.
        rejected: rows that could not be read, with the reason; they took no part.
        one_by_one: how many registrations were decided by the compiled decider, because something
            seldom happened in their conflict, or the policy is not decided in columns.
    """

    standings: Any
    rejected: Any
    one_by_one: int


@attrs.frozen(eq=False)
class Columnar:
    """A policy that decides whole tables. Made by `columnar`.

    It keeps nothing of what it was asked, and is pickled as the policy it was made from.
    """

    policy: Policy
    rest: Rest = Rest.REFUSE

    def __reduce__(self) -> tuple[Any, ...]:
        return columnar, (self.policy, self.rest)

    def standings(
        self,
        table: Any,
        *,
        at: datetime | str,
        unknown: Iterable[str] = (),
        engine: Engine | str | None = None,
    ) -> Any:
        """The standings of all registrations of a table, as a table of the same kind.

        Takes what `decide` takes.

        Raises:
            FactsErrors: a row cannot be read; `decide` would set it aside instead. Or the table
                lacks a column that the policy reads.
        """
        made = self.decide(table, at=at, unknown=unknown, engine=engine)
        wrong = _rejected(made.rejected)
        if wrong:
            raise FactsErrors(wrong)
        return made.standings

    @readable()
    def decide(
        self,
        table: Any,
        *,
        at: datetime | str,
        unknown: Iterable[str] = (),
        engine: Engine | str | None = None,
    ) -> InBulk:
        """Decide all registrations of a table.

        Args:
            table: one row for each registration, with a column for each field that the policy
                reads, whoever's fact it is; a dataframe of polars (lazy or not), pandas or
                pyarrow, or a relation of DuckDB.
            at: the instant asked about.
            unknown: fields that are not known of anybody, and have no column.
            engine: the library that computes: `polars`, `duckdb` or `pyarrow`; None for the
                table's own, or the fastest that is installed. What a policy asks of rows about
                days of a calendar, lengths of time or sets inside others is not computed in DuckDB.

        Raises:
            FactsErrors: the table lacks a column that the policy reads, or its type does not fit.
            MissingExtraError: a library is not installed.
            PolicyErrors: the engine cannot do a part of the policy; a table has no answers.
            UnreadableError: a library cannot compute with the table, as with a text that is none.
            UsageError: `table` is no dataframe, `at` has no time zone.
        """
        source, columns = self._bound(table, at, unknown, engine)
        refused = refusals(self.policy, source.engine.value)
        fatal = [e for e in refused if self.rest is Rest.REFUSE or e.node == External.__name__]
        if fatal:
            raise _refused(fatal)
        if refused:
            made = [one_by_one(self.policy, source, columns, self.fields)]
        else:
            made = [
                in_columns(self.policy, each, source, columns, self.fields)
                for each in self._families(columns)
            ]
        return self._bulk(source, made)

    @readable()
    def in_turn(
        self,
        table: Any,
        benefit: str,
        *,
        at: datetime | str,
        unknown: Iterable[str] = (),
        engine: Engine | str | None = None,
    ) -> InBulk:
        """Who held a benefit from when until when, had registrations been decided as they came.

        Whoever is eligible while nobody holds the benefit holds it, from its submission until its
        period ends, or the registration itself. Who comes in between is refused for good, for the
        holder. Facts are those of the table, as known at the instant; only registrations that
        were submitted by then count.

        Takes what `decide` takes, and the benefit. The standings have no worth: only kind, code,
        clause, rival, `starts` and `ends`.

        Raises:
            FactsError: in one conflict more than a thousand hold one after the other.
            PolicyErrors: the contest is not decided in this way; each part by its place.
            UsageError: the policy has no such benefit.
        """
        contest = self._contest(benefit)
        alone = attrs.evolve(self.policy, contests=[attrs.evolve(contest, after=())])
        own = Columnar(alone, self.rest)
        source, columns = own._bound(table, at, unknown, engine)
        refused = [*refusals(alone, source.engine.value), *needs(contest, alone.vocabulary())]
        if refused:
            raise _refused(refused, in_turn=True)
        of = succession(contest, columns, own.fields)
        rows, rejected = sorted_out(collected(of.rows(source.table, columns), source))
        made = turns(of.decided(rows), of.contest)
        return InBulk(
            back(made, source.native), back(eager(rejected, source.comparer), source.native), 0
        )

    @readable()
    def in_rounds(
        self,
        table: Any,
        benefit: str,
        *,
        at: datetime | str,
        unknown: Iterable[str] = (),
        engine: Engine | str | None = None,
    ) -> InBulk:
        """The standings of all, where those submitted after a holder's period compete anew.

        In each round all that are left are decided, as `decide` does, but for the period of the
        benefit, which ends nobody's part. Who took part and does not hold, and was submitted when
        the holder's period had ended, is left for the next round; all others stand as they do in
        this one, to every benefit. Who holds has the start and the end of its period.

        Takes what `decide` takes, and the benefit.

        Raises:
            FactsError: in one conflict more than a thousand hold one after the other.
            PolicyErrors: the policy is not decided in this way; each part by its place.
            UsageError: the policy has no such benefit.
        """
        contest = self._contest(benefit)
        refused = list(not_in_rounds(self.policy, contest))
        if refused:
            raise _refused(refused, in_turn=True)
        source, columns = self._bound(table, at, unknown, engine)
        own = Columnar(endless(self.policy, contest), self.rest)
        refused += refusals(own.policy, source.engine.value)
        if refused:
            raise _refused(refused, in_turn=True)
        (of,) = own._families(columns)
        made = in_rounds(own.policy, of, source, columns, own.fields, contest)
        return self._bulk(source, [made])

    def _contest(self, benefit: str) -> Contest:
        contest = self.policy.contest(benefit)
        if contest is None:
            raise UsageError(
                f"the policy has no benefit {shown(benefit)}",
                value=benefit,
                hint=suggestion(benefit, [one.benefit for one in self.policy.contests]),
            )
        return contest

    def _bulk(self, source: Given, made: Sequence[Made]) -> InBulk:
        """What was decided, as tables of the kind that was given."""
        parts, others = [p for m in made for p in m.parts], [o for m in made for o in m.others]
        standings = joined(parts, others, source.comparer)
        rejected = eager(made[0].rejected, source.comparer)
        return InBulk(
            back(standings, source.native),
            back(rejected, source.native),
            sum(each.one_by_one for each in made),
        )

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that the policy reads: the columns that a table must have."""
        read = {fact for one in self.policy.contests for _, fact in facts_of(one)}
        names = {fact.name for fact in read} | {fact.as_of for fact in read if fact.as_of}
        if self.policy.sla is not None:
            names.add(self.policy.sla.starts)
        if self.support():  # decided one by one, as registrations, which have all been submitted
            names.add("submitted_at")
        vocabulary = self.policy.vocabulary()
        behind = (field for name in names for field in read_for(name, vocabulary))
        return tuple(sorted({field.name for field in behind if field.derived is None}))

    def support(self) -> tuple[Refusal, ...]:
        """The parts of the policy that are not decided in columns; empty where all are."""
        return refusals(self.policy)

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns by which a table may be parted, so that each part is decided by itself.

        Raises:
            PolicyError: no such columns: contests have different scopes, or one that is derived
                from other fields, or count registrations of other conflicts.
        """
        keys = plain_keys(self.policy)
        if keys is None:
            scopes = sorted({one.scope.keys for one in self.policy.contests})
            because = "has a scope that is no plain text"
            if len(scopes) > 1:
                because = "has contests of different scopes"
            if counts_others(self.policy):
                because = "counts registrations of other conflicts"
            raise PolicyError(
                f"the table cannot be parted by conflict, because the policy {because}",
                place="contests",
                value=scopes,
                hint="decide the table as a whole",
            )
        return keys

    def _bound(
        self, table: Any, at: datetime | str, unknown: Iterable[str], engine: Engine | str | None
    ) -> tuple[Given, Columns]:
        """A table, and its columns under the policy's vocabulary."""
        ahead = asks_ahead(self.policy)
        source = given(table, None if engine is None else Engine(engine), ahead=ahead)
        columns = Columns(
            self.policy.vocabulary(),
            instant(at),
            source.table.collect_schema(),
            frozenset(unknown),
            source.engine.value,
            {each.name: each for each in self.policy.calendars},
        )
        columns.check(self.fields, reasons=self._reconsiders)
        return source, columns

    @property
    def _reconsiders(self) -> bool:
        """Whether it matters for what reason somebody was rejected."""
        return any(one.others.reconsidered for one in self.policy.contests)

    def _families(self, columns: Columns) -> list[Family]:
        scopes: dict[tuple[str, ...], list[Contest]] = {}
        by_name = {one.benefit: one for one in self.policy.contests}
        for benefit in in_order((self.policy,)):
            scopes.setdefault(by_name[benefit].scope.keys, []).append(by_name[benefit])
        begins, number = [], 0
        for contests in scopes.values():
            begins.append(number)
            number += len(contests)
        return [
            family(contests, begin, columns)
            for begin, contests in zip(begins, scopes.values(), strict=True)
        ]


def columnar(policy: Policy, rest: Rest | str = Rest.REFUSE) -> Columnar:
    """A policy that decides whole tables, column by column.

    Args:
        policy: the policy, one version of the rules.
        rest: what becomes of contests that cannot be decided in columns: `refuse` names them, and
            `compiled` leaves them to the compiled decider, which takes them conflict by conflict.

    Raises:
        PolicyErrors: the policy is not sound; or parts of it cannot be decided in columns, each
            named with its place, unless `rest` allows it.
        UsageError: it is no policy.
    """
    if not isinstance(policy, Policy):
        raise UsageError(
            f"{shown(type(policy).__name__)} is not a policy",
            value=type(policy).__name__,
            hint="give one version of the rules: of a book, the policy of an edition",
        )
    sound(policy)
    found = refusals(policy) if Rest(rest) is Rest.REFUSE else ()
    if found:
        raise _refused(found)
    return Columnar(policy, Rest(rest))


def _refused(found: Iterable[Refusal], *, in_turn: bool = False) -> PolicyErrors:
    hint = 'give `rest="compiled"` to have the compiled decider do it'
    replayed = "replay events, or registrations with their dates: a history takes answers"
    if in_turn:
        hint = "replay it as a history: `dealreg.history.Replay`"
    return PolicyErrors(
        [
            PolicyError(
                f"{shown(each.node)} {each.because}",
                place=each.path,
                value=each.node,
                hint=replayed if each.node == External.__name__ else hint,
            )
            for each in found
        ]
    )


def _rejected(rejected: Any) -> list[FactsError]:
    """The first rejected rows as errors."""
    import narwhals as nw

    table = nw.from_native(rejected).lazy().collect("pyarrow")
    return [
        FactsError(
            row["reason"],
            place=str(row["registration_id"]),
            value=row["registration_id"],
            hint="correct it, or ask `decide`, which sets it aside",
        )
        for row in table.head(_SHOWN).iter_rows(named=True)
    ]


_SHOWN = 20

"""What axioms are tried on: cases of one benefit, what becomes of them, and what may be changed."""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from itertools import islice
from typing import Any, Final, TypeVar

import attrs

from dealreg.analysis.bystanders import bystander
from dealreg.analysis.cases import Cases, cases_of
from dealreg.analysis.compare import MOST_PATTERNS
from dealreg.analysis.domains import RIVAL, SELF
from dealreg.analysis.limits import limits_of, only, shape_limits
from dealreg.analysis.pairs import pairs_of
from dealreg.analysis.quotient import Kind
from dealreg.analysis.readings import AFTERWARDS, Variable
from dealreg.analysis.reported import bare, values_of
from dealreg.analysis.scenes import Assignment, Claim, Scene, batches
from dealreg.analysis.times import ASKED, FILED, closing
from dealreg.analysis.trials import stood
from dealreg.facts.calendars import Calendar
from dealreg.facts.fields import FieldType
from dealreg.outcome.comparison import Limit, LimitCode
from dealreg.outcome.decision import StandingKind
from dealreg.policy.contests import Contest
from dealreg.policy.paths import contest_path
from dealreg.policy.policies import Policy
from dealreg.policy.stages import Bucket, Grace

__all__ = ["DAY", "MOST_TRIED", "Bench", "Seen", "filed_at", "named_in", "own", "spread"]

MOST_TRIED: Final = 300
"""So many changes are tried for each axiom and benefit, spread over all there are."""

DAY: Final = timedelta(days=1)

_SUBMITTED: Final = Variable("submitted_at", "registration")
_BATCH: Final = 64
_Item = TypeVar("_Item")


def spread(items: Iterable[_Item], most: int) -> list[_Item]:
    """At most so many of the items, evenly from all of them.

    >>> spread(range(10), 4)
    [0, 3, 6, 9]
    """
    every = list(items)
    step = max(1, -(-len(every) // most))
    return every[::step]


@attrs.frozen(eq=False)
class Seen:
    """A case, how its registrations stand to the benefit, and how each would alone."""

    scene: Scene
    stood: tuple[StandingKind, ...]
    alone: tuple[StandingKind, ...]

    def got(self, place: int) -> bool:
        """Whether a registration gets the benefit."""
        return self.stood[place - 1] is StandingKind.GRANTED

    def may(self, place: int) -> bool:
        """Whether a registration gets it, or a person may still give it."""
        return self.stood[place - 1] in (StandingKind.GRANTED, StandingKind.REFERRED)

    def able(self, place: int) -> bool:
        """Whether a registration alone would get it."""
        return self.alone[place - 1] is StandingKind.GRANTED

    @property
    def places(self) -> range:
        """The places of the registrations."""
        return range(1, len(self.scene.claims) + 1)


@attrs.frozen(eq=False)
class Bench:
    """The cases of one benefit, each decided when it is first asked for, and only then.

    The axioms ask about many of the same cases: who would get it alone, who would if another left.

    Attributes:
        policy: the policy, of the benefit and what it depends on.
        contest: the contest of the benefit.
        sampled: grows where not all patterns are tried, because there are too many.
    """

    policy: Policy
    contest: Contest
    sampled: list[str] = attrs.field(factory=list)
    _known: dict[Hashable, dict[str, tuple[StandingKind, ...]]] = attrs.field(factory=dict)

    @classmethod
    def of(cls, policy: Policy, contest: Contest) -> "Bench":
        """The bench of one benefit of a policy."""
        return cls(only(policy, contest.benefit), contest)

    @cached_property
    def cases(self) -> Cases:
        """The representative cases."""
        return cases_of((self.policy,))

    @cached_property
    def filed(self) -> Variable:
        """When a registration was submitted."""
        return next((v for v in self.variables if v.name == "submitted_at"), _SUBMITTED)

    @cached_property
    def variables(self) -> list[Variable]:
        """The facts in which the cases differ."""
        return sorted({v for g in self.cases.groups for k in g[0] for v in k.values})

    def bare(self, scene: Scene, last: Variable) -> Scene:
        """One registration that gets the benefit, with no fact that it can do without."""
        return bare(scene, last, lambda lone: self.gets(lone, self.contest.benefit))

    def variable(self, name: str) -> Variable | None:
        """A fact by the name of its field; None where the policy does not read it."""
        return next((each for each in self.variables if each.name == name), None)

    def values(self, variable: Variable) -> tuple[Any, ...]:
        """The values to try of a fact."""
        return values_of(self.cases, variable)

    @cached_property
    def kinds(self) -> list[Kind]:
        """Registrations admitted to the contest that name no partner, spread over all of them."""
        here = (0, self.contest.benefit)
        admitted = {
            (each.signature, each.keys): each
            for firsts, _, _ in self.cases.groups
            for each in firsts
            if self.cases.admission(each, here) == 0
        }
        plain = [each for each in admitted.values() if not named_in(each.values)]
        return spread(plain or admitted.values(), 24)

    @cached_property
    def singles(self) -> list[Seen]:
        """One registration of every kind that is admitted, and of some that are not."""
        kinds = [*self.kinds, *spread(self.cases.singles(), 24)]
        return self.seen(Scene((Claim(each.values),)) for each in kinds)

    @cached_property
    def pairs(self) -> list[Seen]:
        """Two registrations of different partners, or of one, spread over all patterns."""
        contests = {(0, each.benefit) for each in self.policy.contests}
        every = list(islice(pairs_of(self.cases, contests), MOST_PATTERNS))
        if len(every) > MOST_TRIED:
            self.sampled.append("pairs")
        return self.seen(spread((each.scene() for each in every), MOST_TRIED))

    @cached_property
    def meeting(self) -> Scene | None:
        """Three in a window of which the first decides by leaving, if there are such three."""
        return bystander(self.policy, self.contest, self.cases)

    @cached_property
    def rivals(self) -> list[Seen]:
        """Two registrations of different partners that each would get it alone."""
        return [
            each
            for each in self.pairs
            if each.able(1) and each.able(2) and each.scene.claims[1].partner != 1
        ]

    @cached_property
    def threes(self) -> list[Seen]:
        """A third registration beside two, of another partner, earlier or later than both."""
        made = [
            Scene((*each.scene.claims, Claim(filed_at(own(each.scene, kind), self.filed, when), 3)))
            for each in spread(self.pairs, 40)
            for kind in spread(self.kinds, 6)
            for when in self.moments(each.scene)
        ]
        first = [] if self.meeting is None else [self.meeting]
        return self.seen([*first, *spread(made, MOST_TRIED)])

    def moments(self, scene: Scene) -> list[datetime]:
        """When one more may file: before all, between them, after them, after their windows."""
        times = sorted(self.time(scene, place) for place in range(1, len(scene.claims) + 1))
        ends = [self.closes(each) + DAY for each in times]
        made = [times[0] - DAY, times[0] + DAY, times[-1] + DAY, *ends]
        return sorted({each for each in made if each <= ASKED})

    def time(self, scene: Scene, place: int) -> datetime:
        """When a registration was submitted."""
        value = scene.claims[place - 1].values.get(self.filed, FILED)
        return value if isinstance(value, datetime) else FILED

    def closes(self, first: datetime) -> datetime:
        """Until when a rival may be in time, if `first` opens the window; at once without one."""
        window = self.contest.window
        if not isinstance(window, Grace | Bucket):
            return first
        calendars: dict[str, Calendar] = {each.name: each for each in self.policy.calendars}
        return closing(window, first, calendars)

    def seen(self, scenes: Iterable[Scene]) -> list[Seen]:
        """The cases, with how each registration stands in them and would alone."""
        made: list[Seen] = []
        for batch in batches(scenes, _BATCH):
            lone = [Scene((each,)) for scene in batch for each in scene.claims]
            alone = iter(self.ask(lone))
            for scene, stands in zip(batch, self.ask(batch), strict=True):
                found = tuple(next(alone)[0] for _ in scene.claims)
                made.append(Seen(scene, stands, found))
        return made

    def ask(
        self, scenes: Sequence[Scene], benefit: str | None = None
    ) -> list[tuple[StandingKind, ...]]:
        """How the registrations of each case stand to the benefit, or to one it depends on."""
        told = [self._identity(each) for each in scenes]
        new = {key: e for key, e in zip(told, scenes, strict=True) if key not in self._known}
        if new:
            found = stood(self.policy, list(new.values()), self.cases.keys)
            self._known.update(zip(new, found, strict=True))
        return [self._known[key][benefit or self.contest.benefit] for key in told]

    def _identity(self, scene: Scene) -> Hashable:
        """What two cases have in common that are the same: all their facts, in the same order.

        The numbers of the partners say only who is the same, unless rules look at who it is.
        """
        numbers: dict[int, int] = {}
        named = self.cases.personal
        return tuple(
            (
                frozenset(each.values.items()),
                each.partner if named else numbers.setdefault(each.partner, len(numbers)),
                each.deal,
                each.customer,
            )
            for each in scene.claims
        )

    def gets(self, scene: Scene, benefit: str, place: int = 1) -> bool:
        """Whether a registration of a case gets another benefit."""
        return self.ask([scene], benefit)[0][place - 1] is StandingKind.GRANTED

    def able(self, scene: Scene, *places: int) -> bool:
        """Whether registrations of a case each would get the benefit alone."""
        stands = self.ask([Scene((scene.claims[place - 1],)) for place in places])
        return all(each[0] is StandingKind.GRANTED for each in stands)

    def apart(self, scene: Scene) -> bool:
        """Whether all registrations of a case were submitted at different instants."""
        places = range(1, len(scene.claims) + 1)
        return len({self.time(scene, place) for place in places}) == len(places)

    @cached_property
    def ladder(self) -> tuple[str, ...]:
        """The tiers, lowest first."""
        field = self.policy.vocabulary().get("tier")
        return () if field is None else field.levels

    @property
    def tier_fact(self) -> Variable:
        """The tier of the partner, whether or not the policy reads it."""
        return self.variable("tier") or Variable("tier", "partner")

    def tier(self, scene: Scene, place: int) -> int:
        """The place of a partner's tier on the ladder; below all of them where it is not known."""
        value = scene.claims[place - 1].values.get(self.tier_fact)
        return self.ladder.index(value) if value in self.ladder else -1

    @cached_property
    def limits(self) -> tuple[Limit, ...]:
        """What bounds verdicts about two registrations."""
        limits = limits_of(
            (self.policy,), self.cases.found, self.variables, self.cases.timetable.crowded
        )
        for each in self.policy.contests:
            limits |= set(shape_limits(self.policy, each))
        if self.cases.crowded:
            limits.add(Limit(code=LimitCode.CROWDED, clause="contests"))
        return tuple(sorted(limits))

    @property
    def paired(self) -> tuple[Limit, ...]:
        """What bounds verdicts about two registrations that are looked at once."""
        crowded = Limit(code=LimitCode.CROWDED, clause=contest_path(self.contest.benefit))
        return tuple(sorted({*self.limits, crowded})) if self.sampled else self.limits

    @cached_property
    def varied(self) -> tuple[Limit, ...]:
        """What bounds verdicts about facts that change, and registrations that come and go."""
        varied = Limit(code=LimitCode.VARIED, clause=contest_path(self.contest.benefit))
        return tuple(sorted({*self.limits, varied}))

    def better(self, name: str, value: Any) -> Iterator[Any]:
        """The values of a merit that are better than one: higher levels, scores, more texts."""
        variable = self.variable(name)
        if variable is None or value is None:
            return
        field = self.cases.found.fields[variable.name]
        for other in self.values(variable):
            if other is None or other == value:
                continue
            if field.type is FieldType.ORDINAL:
                better = field.levels.index(other) > field.levels.index(value)
            else:
                better = bool(other > value)
            if better:
                yield other


def own(scene: Scene, kind: Kind) -> Assignment:
    """The facts of a kind, in the deal of a case."""
    deal = {k: v for k, v in scene.claims[0].values.items() if k.shared}
    return {**kind.values, **deal}


def filed_at(values: Assignment, filed: Variable, when: datetime) -> Assignment:
    """The facts of a registration had it been filed then: what comes after is not before it."""
    late = {
        each: max(value, when)
        for each, value in values.items()
        if each.name in AFTERWARDS and each.subject == filed.subject and value is not None
    }
    return {**values, **late, filed: when}


def named_in(values: Assignment) -> bool:
    """Whether facts name one of the partners."""
    return any(
        value in (SELF, RIVAL) or (isinstance(value, frozenset) and bool(value & {SELF, RIVAL}))
        for value in values.values()
        if isinstance(value, str | frozenset)
    )

"""What a policy comes to, as formulas: who is admitted, and how all stand to every benefit.

Read with the reference beside it: `admission`, and what `decide` puts together.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from dealreg.analysis.smt.awarding import Award, award
from dealreg.analysis.smt.calendars import Calendars
from dealreg.analysis.smt.entitling import Scales, Worth, worth
from dealreg.analysis.smt.logic import Formula, Number, both, differ, either, iff, no
from dealreg.analysis.smt.ordering import Field
from dealreg.analysis.smt.symbols import Symbols
from dealreg.analysis.smt.truths import Truths
from dealreg.analysis.smt.views import NOW, View
from dealreg.deciders.reference.governing import in_order
from dealreg.facts.fields import Tally
from dealreg.policy.contests import Contest
from dealreg.policy.policies import Policy
from dealreg.policy.stages import Effect, MissingRule, Tie, Unmet

__all__ = ["Meaning", "Outcome", "differences"]


@attrs.frozen(eq=False)
class Outcome:
    """How the registrations stand to one benefit, a formula for each of them.

    Attributes:
        together: which are in one conflict.
        granted, referred, returned, waiting: whether it stands so; else it is denied.
        place: which holder it is, or which in the queue.
        worth: what it is entitled to.
        unmet: for each requirement by its code, whether it is what keeps the registration out.
    """

    together: Sequence[Sequence[Formula]]
    granted: Sequence[Formula]
    referred: Sequence[Formula]
    returned: Sequence[Formula]
    waiting: Sequence[Formula]
    place: Sequence[Number]
    worth: Sequence[Worth]
    unmet: Mapping[str, Sequence[Formula]]

    def differs(self, other: "Outcome", place: int) -> Formula:
        """Whether a registration stands otherwise than in the other outcome (A-1)."""
        kinds = ("granted", "referred", "returned", "waiting")
        same = [iff(getattr(self, e)[place], getattr(other, e)[place]) for e in kinds]
        placed = either(self.granted[place], self.waiting[place])
        asked = either(self.referred[place], self.returned[place])
        return either(
            *(no(each) for each in same),
            both(placed, differ(self.place[place], other.place[place])),
            both(no(asked), self.worth[place].differs(other.worth[place])),
        )


@attrs.frozen(eq=False)
class _Barred:
    """What keeps one registration out: anything, something to supply, or a person's word.

    `first` says for each requirement whether it is the reason that is given.
    """

    any: Formula
    returns: Formula
    refers: Formula
    first: Mapping[str, Formula]


@attrs.frozen(eq=False)
class Meaning:
    """What one policy comes to, over the facts that the symbols stand for."""

    policy: Policy
    symbols: Symbols
    calendars: Calendars
    scales: Scales
    counted: int | None = None
    view: View = attrs.field(init=False)
    _made: dict[Any, dict[str, Outcome]] = attrs.field(factory=dict, init=False)

    @view.default
    def _view(self) -> View:
        return View(self.policy, self.symbols, self.calendars, self.counted)

    @property
    def truths(self) -> Truths:
        """When predicates are true."""
        return Truths(self.view)

    def outcomes(self, alone: int | None = None) -> dict[str, Outcome]:
        """How the registrations stand to every benefit; or the one at a place, were it alone."""
        if alone not in self._made:
            self._made[alone] = self._all(alone)
        return self._made[alone]

    def _all(self, alone: int | None) -> dict[str, Outcome]:
        present = [
            self.symbols.present(place) if alone is None else place == alone
            for place in range(self.symbols.size)
        ]
        counts = any(isinstance(e.derived, Tally) for e in self.symbols.found.fields.values())
        seen = self if alone is None or not counts else attrs.evolve(self, counted=alone)
        made: dict[str, Outcome] = {}
        for benefit in in_order((self.policy,)):
            contest = self.policy.contest(benefit)
            assert contest is not None
            made[benefit] = seen._outcome(contest, present, made)  # noqa: SLF001 - the same class
        return made

    def _outcome(
        self, contest: Contest, present: Sequence[Formula], before: Mapping[str, Outcome]
    ) -> Outcome:
        field = Field.of(self.view, contest)
        here = [both(each, field.grouped(place)) for place, each in enumerate(present)]
        barred = [self._barred(contest, place, before) for place in field.places]
        eligible = [both(e, no(b.any)) for e, b in zip(here, barred, strict=True)]
        awaiting = [both(e, b.refers) for e, b in zip(here, barred, strict=True)]
        base = award(field, eligible)
        worths = worth(field, base, self.scales)
        held, lost = self._awaited(field, eligible, awaiting, base, worths)
        free = [no(each) for each in held]
        unmet = {
            each.code: [both(e, b.first[each.code]) for e, b in zip(here, barred, strict=True)]
            for each in contest.requires
        }
        return Outcome(
            together=field.together,
            granted=[both(e, f) for e, f in zip(base.granted, free, strict=True)],
            referred=[
                either(base.referred[e], held[e], both(awaiting[e], no(lost[e])))
                for e in field.places
            ],
            returned=[
                either(both(p, no(field.grouped(at))), both(here[at], barred[at].returns))
                for at, p in enumerate(present)
            ],
            waiting=[both(e, f) for e, f in zip(base.waiting, free, strict=True)],
            place=base.place,
            worth=[
                attrs.evolve(w, some=both(w.some, f)) for w, f in zip(worths, free, strict=True)
            ],
            unmet=unmet,
        )

    def _barred(self, contest: Contest, place: int, before: Mapping[str, Outcome]) -> _Barred:
        """What keeps a registration out: what denies weighs most, then what sends back."""
        denies: list[Formula] = [no(self.view.live(place)), self._over(contest, place)]
        denies.append(self.view.missed(contest, place))
        returns: list[Formula] = []
        refers: list[Formula] = []
        kinds = {Unmet.DENY: denies, Unmet.RETURN: returns, Unmet.REFER: refers}
        first: dict[str, tuple[Formula, Formula]] = {}
        for each in contest.requires:
            truth = self.truths.of(each.that, place)
            when = [(truth.false, each.if_false), (truth.unknown, each.if_unknown)]
            of = {
                unmet: either(*(formula for formula, kind in when if kind is unmet))
                for unmet in kinds
            }
            first[each.code] = (
                both(of[Unmet.DENY], no(either(*denies))),
                both(of[Unmet.RETURN], no(either(*returns))),
            )
            for unmet, formula in of.items():
                kinds[unmet].append(formula)
        for after in contest.after:
            upstream = before[after.benefit]
            holds, asked = upstream.granted[place], upstream.referred[place]
            refers.append(asked)
            denies.append(both(no(holds) if after.holds else holds, no(asked)))
        denied, returned, referred = either(*denies), either(*returns), either(*refers)
        return _Barred(
            either(denied, returned, referred),
            both(returned, no(denied)),
            both(referred, no(denied), no(returned)),
            {code: either(deny, both(back, no(denied))) for code, (deny, back) in first.items()},
        )

    def _over(self, contest: Contest, place: int) -> Formula:
        """Whether the period is over at the instant asked about; one that has not begun is not."""
        if contest.period is None:
            return False
        begun, _, ends = self.view.term(contest.period, place)
        return both(begun, ends <= NOW)

    def _awaited(
        self,
        field: Field,
        eligible: Sequence[Formula],
        awaiting: Sequence[Formula],
        base: Award,
        worths: Sequence[Worth],
    ) -> tuple[list[Formula], list[Formula]]:
        """Whose outcome hangs on a person's word, and whom that word would not help (C-5)."""
        held: list[list[Formula]] = [[] for _ in field.places]
        lost: list[Formula] = []
        for other in field.places:
            if awaiting[other] is False or not _may_wait(self.policy, field.contest):
                lost.append(False)
                continue
            joined = [True if e == other else eligible[e] for e in field.places]
            alternative = award(field, joined, other)
            then = worth(field, alternative, self.scales)
            changed = [
                both(
                    field.together[place][other],
                    eligible[place],
                    either(
                        no(iff(base.granted[place], alternative.granted[place])),
                        no(iff(base.referred[place], alternative.referred[place])),
                        worths[place].differs(then[place]),
                    ),
                )
                for place in field.places
            ]
            for place in field.places:
                held[place].append(both(awaiting[other], changed[place]))
            helped = either(
                alternative.granted[other],
                alternative.referred[other],
                alternative.waiting[other],
                then[other].some,
            )
            lost.append(both(awaiting[other], no(either(*changed)), no(helped)))
        return [either(*each) for each in held], lost


def _may_wait(policy: Policy, contest: Contest) -> bool:
    """Whether somebody may await a person's word before taking part."""
    upstream = [policy.contest(after.benefit) for after in contest.after]
    refers = any(Unmet.REFER in (e.if_false, e.if_unknown) for e in contest.requires)
    return refers or any(each is not None and _may_refer(policy, each) for each in upstream)


def _may_refer(policy: Policy, contest: Contest) -> bool:
    asks = any(each.effect is Effect.REFERS for each in contest.overrides)
    asks |= any(each.missing is MissingRule.REFER for each in contest.prefer)
    return contest.tie is Tie.REFER or asks or _may_wait(policy, contest)


def differences(old: Outcome | None, new: Outcome | None) -> Formula:
    """Whether some registration stands otherwise; None for a benefit that a policy has not."""
    if old is None or new is None:
        made = old or new
        assert made is not None
        some = (*made.granted, *made.referred, *made.returned, *made.waiting)
        return either(*some, *(each.some for each in made.worth))
    return either(*(old.differs(new, place) for place in range(len(old.granted))))

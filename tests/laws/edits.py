"""Single edits of a policy, each with whether it can change what somebody gets."""

import attrs

from dealreg.facts.fields import FieldType
from dealreg.facts.values import Money
from dealreg.policy.policies import Policy
from dealreg.policy.predicates import AllOf, Compare, Constant, Fact, Not, Op
from dealreg.policy.stages import Grace, Key, Requirement, Tie, Unmet

_OTHER = {Op.GE: Op.GT, Op.GT: Op.GE, Op.LE: Op.LT, Op.LT: Op.LE, Op.EQ: Op.NE, Op.NE: Op.EQ}


def edits(policy):
    """Every edit by name: the policy with it made, and whether the two differ."""
    for at, contest in enumerate(policy.contests):
        for name, new, differs in _of_contest(policy, contest):
            contests = [new if n == at else each for n, each in enumerate(policy.contests)]
            yield f"{contest.benefit}: {name}", (attrs.evolve(policy, contests=contests), differs)


def _of_contest(policy: Policy, contest):
    yield from _of_requirements(policy, contest)
    yield "a requirement that nobody fails", _and(contest, Constant(True)), False
    yield "a requirement that everybody fails", _and(contest, Constant(False)), True
    alone = not contest.after
    for place in range(len(contest.prefer)):
        rest = contest.prefer[:place] + contest.prefer[place + 1 :]
        # Where only a holder may have it there is nobody to be preferred to.
        yield f"without preference {place}", attrs.evolve(contest, prefer=rest), alone
        turned = [*contest.prefer]
        if isinstance(turned[place], Key):
            best = "lowest" if turned[place].best == "highest" else "highest"
            turned[place] = attrs.evolve(turned[place], best=best)
            yield f"preference {place} turned", attrs.evolve(contest, prefer=turned), alone
    if contest.prefer:
        again = [*contest.prefer, contest.prefer[0]]
        yield "a preference repeated", attrs.evolve(contest, prefer=again), False
    shared = Tie.SHARE if contest.tie is not Tie.SHARE else Tie.REFER
    yield "another tie rule", attrs.evolve(contest, tie=shared), alone
    for after in contest.after:
        rest = [each for each in contest.after if each is not after]
        yield f"no longer after {after.benefit}", attrs.evolve(contest, after=rest), True
        turned = attrs.evolve(after, holds=not after.holds)
        yield f"not for holders of {after.benefit}", attrs.evolve(contest, after=[turned]), True
    yield from _of_window(contest)
    if contest.period is not None:
        longer = attrs.evolve(contest.period, length=_longer(contest.period.length))
        yield "a longer period", attrs.evolve(contest, period=longer), True
        yield "no period", attrs.evolve(contest, period=None), True
    yield "another word for losers", _told(contest), False


def _told(contest):
    return attrs.evolve(contest, others=attrs.evolve(contest.others, tell="Sorry."))


def _of_window(contest):
    if contest.window is None:
        return
    yield "no window", attrs.evolve(contest, window=None), True
    if isinstance(contest.window, Grace):
        longer = attrs.evolve(contest.window, length=_longer(contest.window.length))
        yield "a longer window", attrs.evolve(contest, window=longer), True


def _longer(length):
    return attrs.evolve(length, length=length.length + 1)


def _and(contest, predicate):
    extra = Requirement("EDITED", predicate)
    return attrs.evolve(contest, requires=[*contest.requires, extra])


def _of_requirements(policy, contest):
    for at, required in enumerate(contest.requires):

        def with_(new, at=at):
            requires = [new if n == at else each for n, each in enumerate(contest.requires)]
            return attrs.evolve(contest, requires=requires)

        code, that = required.code, required.that
        rest = [each for each in contest.requires if each is not required]
        yield f"without {code}", attrs.evolve(contest, requires=rest), True
        denied = attrs.evolve(required, that=Not(that))
        yield f"{code} denied", with_(denied), True
        twice = attrs.evolve(required, that=AllOf((that, Not(Not(that)))))
        yield f"{code} spelled otherwise", with_(twice), False
        referred = attrs.evolve(required, if_false=Unmet.REFER)
        yield f"{code} left to a person", with_(referred), True
        unknown = Unmet.DENY if required.if_unknown is not Unmet.DENY else Unmet.RETURN
        yield f"{code} where not known", with_(attrs.evolve(required, if_unknown=unknown)), True
        if isinstance(that, Compare):
            field = policy.vocabulary().get(that.fact.name)
            other = attrs.evolve(that, op=_OTHER[that.op])
            yield f"{code} compared otherwise", with_(attrs.evolve(required, that=other)), True
            value = _beside(field, that.value)
            if value is not None:
                moved = attrs.evolve(required, that=Compare(Fact(field.name), that.op, value))
                yield f"{code} against another constant", with_(moved), True


def _beside(field, value):
    """A constant next to this one."""
    if field.type is FieldType.ORDINAL:
        at = field.levels.index(value)
        return field.levels[at - 1] if at else field.levels[at + 1]
    return Money(value.amount + 1, value.currency) if isinstance(value, Money) else None

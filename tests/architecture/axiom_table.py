# ruff: noqa: E501, RUF001 -- the text of a page, in lines as long as those of other pages
"""The page of the axioms: what each says, and how every ready-made clause stands to it."""

from collections.abc import Iterator

from dealreg.analysis.axioms import AXIOMS, axioms
from dealreg.outcome.axioms import AxiomVerdict, Holds
from dealreg.policy.policies import Policy
from tests.golden.clause_policies import POLICIES

_INTRO = """# Axioms

Sentences that rules of a programme may or may not satisfy. `dealreg.axioms(policy)` holds a policy against them, benefit by
benefit; [how to ask](../how-to/lint-a-policy.md). A verdict is

* *held, exact*: of this shape no conflict of any size violates it, or by the theorem of
  [the specification](../spec/analysis.md) two registrations are enough;
* *held, bounded*: none of the cases that were tried violates it. Facts were varied and registrations added around the
  representative cases, three at most in one deal;
* *violated*: the smallest case found is shown, and decided anew it comes out the same;
* *by law*: every policy satisfies it, by a clause of the specification;
* *not asked*: it says nothing about the benefit, as of one holder where many may hold it; nor of moving a case in
  time (A5) where clocks run until the instant asked about, which does not move.

What is final (C-21) is not taken away by what an axiom calls later: the verdicts are about deciding anew.

| axiom | name | says |
|---|---|---|"""

_TABLE = """
## Clauses

Each [ready-made clause](clauses.md) in a small policy, the one of its golden case. ✓ held, exact; (✓) held, bounded; ✗ violated, with
how many registrations the case has; – not asked. Where a policy has several benefits, the worst of them is shown. No clause
satisfies them all, and none has to: a window is violated by what it is for (A27), and whoever has three tiers and a window
gives up A13, A14, A19 and A28.
"""

_LAST = """
Of `A30` a violation names the parts that decide nothing, as [`lint`](lint.md) does, and has no case. Whether a change keeps
to a scope, `compare` answers with one.
"""

_ASKED = [code for code, axiom in AXIOMS.items() if axiom.check is not None]
_WORST = (Holds.VIOLATED, Holds.HELD, Holds.NOT_ASKED)


def axioms_page() -> str:
    """The page."""
    return "\n".join([_INTRO, *_sentences(), _TABLE, *_rows(), _LAST])


def _sentences() -> Iterator[str]:
    for each in AXIOMS.values():
        law = f" By law: {each.law}." if each.law else ""
        yield f"| {each.code} | {each.name} | {each.sentence}{law} |"


def _rows() -> Iterator[str]:
    yield f"| clause | {' | '.join(_ASKED)} |"
    yield "|---" * (len(_ASKED) + 1) + "|"
    for name, policy in POLICIES.items():
        yield f"| `{name}` | {' | '.join(_cells(policy))} |"


def _cells(policy: Policy) -> Iterator[str]:
    found = axioms(policy, *_ASKED).verdicts
    for code in _ASKED:
        mine = [each for each in found if each.code == code]
        yield _cell(min(mine, key=lambda e: (_WORST.index(e.holds), e.exact)))


def _cell(verdict: AxiomVerdict) -> str:
    if verdict.holds is Holds.NOT_ASKED:
        return "–"
    if verdict.holds is Holds.VIOLATED:
        sizes = [len(each.facts.registrations) for each in verdict.trials]
        return f"✗{max(sizes)}" if sizes else "✗"
    return "✓" if verdict.exact else "(✓)"

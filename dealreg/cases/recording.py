"""Recording: what the policy makes of cases, written into their file for its author to review."""

from collections.abc import Iterable
from os import PathLike, fspath
from pathlib import Path

from dealreg.cases.comparing import restated
from dealreg.cases.running import run_cases
from dealreg.errors import UnreadableError
from dealreg.outcome.cases import CaseResult
from dealreg.policy.policies import Policy, PolicyBook
from dealreg.wire import cases_from_toml, cases_recorded
from dealreg.wire.files import file_text

__all__ = ["record_cases", "recorded"]


def recorded(text: str, results: Iterable[CaseResult], *, place: str = "cases") -> str:
    """The text of a file of cases, expecting what the results found. All else in it stays.

    Raises:
        CaseError: where the layout of the file leaves no room; it says what to write instead.
    """
    pairs = [(each.case, restated(each.case, each.record.decision)) for each in results]
    return cases_recorded(text, [pair for pair in pairs if pair[0] != pair[1]], place=place)


def record_cases(
    path: "str | PathLike[str]",
    rules: Policy | PolicyBook,
    *,
    names: Iterable[str] | None = None,
) -> tuple[str, ...]:
    """Run the cases of a file and write what is found into it; the names of those that changed.

    Args:
        path: the file.
        rules: the policy or book that decides.
        names: the cases to record; all of them if not given.

    Raises:
        CaseErrors, CaseError: what is wrong with the file, or its layout.
        UnreadableError: when it cannot be read or written.
        PolicyErrors: the policy is not sound.
    """
    place = str(fspath(path))
    text = file_text(place)
    wanted = None if names is None else frozenset(names)
    cases = cases_from_toml(text, rules, place=place)
    kept = [each for each in cases if wanted is None or each.name in wanted]
    changed = [
        each
        for each in run_cases(rules, kept)
        if each.case != restated(each.case, each.record.decision)
    ]
    if changed:
        _write(place, recorded(text, changed, place=place))
    return tuple(each.case.name for each in changed)


def _write(place: str, text: str) -> None:
    try:
        Path(place).write_bytes(text.encode("utf-8"))
    except OSError as wrong:
        reason = wrong.strerror or str(wrong)
        raise UnreadableError(
            f"the file cannot be written: {reason[:1].lower()}{reason[1:]}",
            place=place,
            value=place,
            hint="check that you may write there",
        ) from None

"""What pytest collects of a file of cases: the file, and a test for each case."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from dealreg.cases import record_cases, restated, run_case
from dealreg.errors import DealregError
from dealreg.outcome.cases import CaseResult, CaseVerdict, PolicyCase
from dealreg.policy.policies import Policy, PolicyBook
from dealreg.rendering.case_report import report_case
from dealreg.rendering.words import clean
from dealreg.wire import policy_beside, read_cases, read_policy

__all__ = ["CaseItem", "CasesFile", "Recorder", "UnexpectedDecisionError"]

_RECORD: Final = "--record-cases"
_PROPERTY: Final = "dealreg_case"
"""What a report says of a case that is to be recorded: the file, and its name."""


class UnexpectedDecisionError(AssertionError):
    """A decision is not as a case expects."""

    def __init__(self, result: CaseResult) -> None:
        self.result = result
        super().__init__(report_case(result, trace=True))


class CasesFile(pytest.File):
    """A file of cases, with the policy it is beside or names."""

    def collect(self) -> Iterator["CaseItem"]:
        """A test for each case.

        Raises:
            DealregError: what is wrong with the policy or the cases, all at once.
        """
        rules = read_policy(policy_beside(self.path))
        for case in read_cases(self.path, rules):
            yield CaseItem.of(self, case, rules)

    def repr_failure(  # type: ignore[override] # a collector is asked for no style
        self, excinfo: pytest.ExceptionInfo[BaseException]
    ) -> Any:
        """What is wrong with the file, without a traceback: the place is in the file."""
        if isinstance(excinfo.value, DealregError):
            return str(excinfo.value)
        return super().repr_failure(excinfo)


class CaseItem(pytest.Item):
    """A case as a test."""

    case: PolicyCase
    rules: Policy | PolicyBook

    @classmethod
    def of(cls, parent: CasesFile, case: PolicyCase, rules: Policy | PolicyBook) -> "CaseItem":
        """The test of a case."""
        item: CaseItem = cls.from_parent(parent, name=clean(case.name))
        item.case, item.rules = case, rules
        return item

    def runtest(self) -> None:
        """Decide, and compare; or note the case down, where it is to be recorded.

        Raises:
            UnexpectedDecisionError: when the decision is not as expected.
        """
        result = run_case(self.rules, self.case)
        if self.config.getoption(_RECORD):
            if restated(self.case, result.record.decision) != self.case:
                self.user_properties.append((_PROPERTY, f"{self.path}\n{self.case.name}"))
        elif result.verdict is not CaseVerdict.PASSED:
            raise UnexpectedDecisionError(result)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The differences, why the policy decides so, and the trace."""
        if isinstance(excinfo.value, (UnexpectedDecisionError, DealregError)):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """The place of the case in its file."""
        return self.path, self.case.line - 1, self.name


class Recorder:
    """Listens to the reports of all processes, and records at the end."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._noted: dict[Path, list[str]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a case that is to be recorded."""
        for name, value in report.user_properties:
            if name == _PROPERTY and report.when == "call":
                file, _, case = str(value).partition("\n")
                self._noted.setdefault(Path(file), []).append(case)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        """Write the files."""
        for file, names in self._noted.items():
            record_cases(file, read_policy(policy_beside(file)), names=names)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Say which cases were recorded."""
        for file, names in self._noted.items():
            terminalreporter.section("recorded cases", "-")
            for name in names:
                terminalreporter.write_line(f"{file.name}: {clean(name)}")
            terminalreporter.write_line("review the difference: it is what the policy does")

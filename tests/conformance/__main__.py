"""Play every conformance case against the laptop edition and tell the outcome by case id.

The last line is JSON: how many cases pass, fail and are not built. The exit status is 0 only where none fails.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.conformance.registry import FAILS, NOT_BUILT, PASSES, Case, case_of


class Outcomes:
    """Collects what became of each case; a pytest plugin."""

    def __init__(self) -> None:
        self.cases: dict[str, Case] = {}
        self.outcomes: dict[str, str] = {}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Remember the case of each test."""
        self.cases = {item.nodeid: found for item in items if (found := case_of(item))}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A case passes where every phase does; a skip counts only as not built, and only with its reason."""
        if report.nodeid not in self.cases:
            return
        before = self.outcomes.get(report.nodeid, "")
        if report.failed or (report.skipped and NOT_BUILT not in _reason(report)):
            self.outcomes[report.nodeid] = FAILS
        elif report.skipped:
            self.outcomes[report.nodeid] = _reason(report)
        elif not before:
            self.outcomes[report.nodeid] = PASSES

    def lines(self) -> list[tuple[str, str, str, str]]:
        """(case id, protocol, outcome, title) of each case, by protocol and case id."""
        rows = [
            (found.case_id, found.protocol, self.outcomes.get(nodeid, FAILS), found.title)
            for nodeid, found in self.cases.items()
        ]
        return sorted(rows, key=lambda row: (row[1], row[0]))


def _reason(report: pytest.TestReport) -> str:
    text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return text.removeprefix("Skipped: ")


def main() -> int:
    """Run the cases, print the table, return the exit status."""
    outcomes = Outcomes()
    folder = Path(__file__).parent
    status = pytest.main(["-q", "--no-header", "-p", "no:randomly", "-r", "fE", str(folder)], plugins=[outcomes])
    lines = outcomes.lines()
    for case_id, protocol, outcome, title in lines:
        print(f"{case_id:<15} {protocol:<10} {title}: {outcome}")  # noqa: T201 - this program's answer
    counts = {
        "passed": sum(line[2] == PASSES for line in lines),
        "failed": sum(line[2] == FAILS for line in lines),
        "not_built": sum(line[2].startswith(NOT_BUILT) for line in lines),
    }
    print(json.dumps(counts))  # noqa: T201 - this program's answer
    return 1 if counts["failed"] or not lines or status not in {0, 1} else 0


if __name__ == "__main__":
    sys.exit(main())

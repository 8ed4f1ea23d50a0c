"""`make payments`: every row of the payment session's failure table, for every pair of OCPP and OCPI versions.

Plays tests/e2e/test_payment_failures.py against the running system, prints a row a case and ends with one line of JSON.
"""

from __future__ import annotations

import json
import os
import sys
from collections import defaultdict
from typing import Any

import pytest

ROWS = "tests/e2e/test_payment_failures.py"


class Table:
    """Collects the outcome of every case, by row and by pair of versions."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, str]] = defaultdict(dict)

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Take the outcome of a phase; a set-up or an end that fails fails its case."""
        if report.when != "call" and report.outcome == "passed":
            return
        name, _, parameters = report.nodeid.rpartition("::")[2].partition("[")
        self.rows[name.removeprefix("test_").replace("_", " ")][parameters.rstrip("]")] = report.outcome

    def print(self) -> None:
        """A row a case: what fails, and for which versions it ended as it should."""
        for name, outcomes in sorted(self.rows.items()):
            failed = sorted(pair for pair, outcome in outcomes.items() if outcome != "passed")
            print(f"{'FAILED' if failed else 'ok':7}{len(outcomes) - len(failed)}/{len(outcomes)}  {name}", *failed)


def main() -> int:
    """Run the table; 1 where a row failed."""
    os.environ["CSMS_EVERY_PAIR"] = "1"
    table = Table()
    pytest.main([ROWS, "-q", "--no-header", "--tb=short", "--show-capture=no", "--timeout", "120"], plugins=[table])
    table.print()
    outcomes = [outcome for row in table.rows.values() for outcome in row.values()]
    failed = sum(outcome != "passed" for outcome in outcomes)
    print(json.dumps({"rows": len(outcomes), "failed": failed}))
    return 1 if failed or not outcomes else 0


if __name__ == "__main__":
    sys.exit(main())

from __future__ import annotations

import ast
from pathlib import Path

SIMULATORS = Path(__file__).parents[3] / "local" / "simulators"


def imported(path: Path) -> set[str]:
    """Return the top names of the packages a file imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").split(".")[0])
    return names


def test_the_simulators_share_no_code_with_the_product() -> None:
    files = sorted(SIMULATORS.glob("*.py"))
    assert files
    assert [path.name for path in files if imported(path) & {"csms", "functions", "infra", "tests"}] == []

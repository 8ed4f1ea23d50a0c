"""What a cold start of the frame handler must not load: counted by module, because CPU time on a shared machine is noise."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
IMPORT = "import functions.ocpp.handler; from csms.store import dynamo; dynamo.client()"
# One frame of each protocol, into a store that takes everything.
FRAMES = """
from datetime import UTC, datetime
from functions.ocpp.decision import Charger
class Store:
    def commit(self, *writes): return {}
for protocol in ("ocpp1.6", "ocpp2.0.1", "ocpp2.1"):
    outcome = functions.ocpp.handler.handle_frame(
        Charger("CP1", protocol, "c"), '[2,"1","Heartbeat",{}]', datetime.now(UTC), Store())
    assert outcome.reply.startswith('[3,"1"'), outcome.reply
"""
NEVER = (
    "asyncio",
    "aws_lambda_powertools",
    "aws_xray_sdk",
    "csms.ocpi",
    "jsonschema",
    "moto",
    "ocpp",
    "pydantic",
    "referencing",
    "requests",
)
NOT_AT_IMPORT = (
    *NEVER,
    "csms.domain.limit",
    "csms.domain.pricing",
    "csms.domain.tariff",
    "csms.edge.connections",
    "csms.edge.dispatch",
    "functions.ocpp.results",
    "functions.ocpp.starting",
    "functions.ocpp.v16",
    "functions.ocpp.v201",
    "functions.ocpp.v21",
    "jsonschema_rs",
    "zoneinfo",
)


def _loaded(code: str) -> set[str]:
    done = subprocess.run(  # noqa: S603 - our own code in our own interpreter
        [sys.executable, "-c", f"{code}\nimport sys, json; print(json.dumps(sorted(sys.modules)))"],
        env={
            "PATH": os.environ.get("PATH", ""),
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "layers/csms/python")]),
            "AWS_DEFAULT_REGION": "eu-central-1",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


def _found(loaded: set[str], denied: tuple[str, ...]) -> list[str]:
    return sorted(name for name in loaded if any(name == d or name.startswith(f"{d}.") for d in denied))


@pytest.mark.parametrize(
    ("code", "denied"),
    [(IMPORT, NOT_AT_IMPORT), (IMPORT + FRAMES, NEVER)],
    ids=["cold start", "first frames"],
)
def test_the_frame_handler_loads_nothing_heavy(code: str, denied: tuple[str, ...]) -> None:
    assert _found(_loaded(code), denied) == []


def test_the_list_would_notice() -> None:
    assert "jsonschema" in _found(_loaded("import ocpp.messages"), NEVER)


def test_collection_of_garbage_is_on_again_after_the_import() -> None:
    assert "gc" in _loaded(IMPORT + "\nimport gc; assert gc.isenabled(); assert gc.get_freeze_count() > 10000")

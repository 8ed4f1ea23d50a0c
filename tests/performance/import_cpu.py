"""CPU of a cold start, in fresh processes: the frame handler with its DynamoDB client, beside boto3 with that client alone.

Byte code is compiled before (a deployment ships it); the two sides take turns, so that a busy machine is fair to both.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROUNDS = 9
_TIMED = "import time\nbegun = time.process_time()\n{}\nprint(time.process_time() - begun)"
_OURS = "import functions.ocpp.handler\nfrom csms.store.dynamo import client\nclient()"
_BOTO3 = "import boto3\nboto3.client('dynamodb')"


@dataclass(frozen=True)
class ImportCpu:
    """Milliseconds of CPU: the smallest and the middle of all rounds."""

    ours_min: float
    ours_median: float
    boto3_min: float
    boto3_median: float

    @property
    def ratio(self) -> float:
        """By the smallest times: what disturbs a process only ever adds."""
        return self.ours_min / self.boto3_min


def measure(rounds: int = ROUNDS) -> ImportCpu:
    """Both sides, once without counting (writes the byte code), then `rounds` times."""
    for code in (_OURS, _BOTO3):
        _once(code)
    ours, boto3 = [], []
    for _ in range(rounds):
        ours.append(_once(_OURS))
        boto3.append(_once(_BOTO3))
    return ImportCpu(min(ours), sorted(ours)[rounds // 2], min(boto3), sorted(boto3)[rounds // 2])


def _once(code: str) -> float:
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "layers/csms/python")]),
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    done = subprocess.run(  # noqa: S603 - our own code in our own interpreter
        [sys.executable, "-c", _TIMED.format(code)],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout) * 1000

# ruff: noqa: T201 - a command-line program prints
"""What a frame costs: `python -m tests.performance.bench`. Ends with one line of JSON; exits 1 where a limit is broken."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "layers/csms/python"))

from tests.kit.tables import environment

os.environ.update(environment())

from tests.performance import frame_calls, frame_cpu, import_cpu, memory


@dataclass(frozen=True)
class Limit:
    """A measured value may be at most this."""

    name: str
    at_most: float
    what: str


LIMITS = (
    Limit("frame_cpu_ratio", 0.15, "our CPU for one of each hot frame / the ocpp package's (validation in its thread)"),
    Limit("import_ratio", 1.25, "cold start of the frame handler / boto3 with a DynamoDB client"),
    Limit("reads_per_frame", 0, "DynamoDB reads of the worst hot frame"),
    Limit("writes_per_frame", 1, "DynamoDB writes of the worst hot frame"),
    Limit("memory_mb_200", 400, "memory of the local stack with 200 chargers"),
)


def main() -> int:
    """Measure, print, judge."""
    figures = {**_frame_cpu(), **_imports(), **_calls(), **_memory()}
    broken = [limit for limit in LIMITS if (value := figures[limit.name]) is not None and value > limit.at_most]
    print()
    for limit in LIMITS:
        verdict = "not measured" if figures[limit.name] is None else "BROKEN" if limit in broken else "ok"
        print(f"{limit.name:<17} {figures[limit.name]!s:>8}  at most {limit.at_most:<5} {verdict:<12} {limit.what}")
    print(json.dumps(figures))
    return 1 if broken else 0


def _frame_cpu() -> dict[str, float | None]:
    rows = frame_cpu.measure()
    print(f"{'CPU µs per frame':<36} {'ours':>8} {'ocpp':>8} {'ratio':>6} {'ocpp, thread pool':>18}")
    for row in rows:
        name = f"{row.protocol} {row.action}"
        print(f"{name:<36} {row.ours:>8.1f} {row.package:>8.1f} {row.ratio:>6.2f} {row.package_default:>18.1f}")
    return {"frame_cpu_ratio": round(frame_cpu.total_ratio(rows), 3)}


def _imports() -> dict[str, float | None]:
    found = import_cpu.measure()
    print(f"\n{'CPU ms of a cold start':<36} {'ours':>8} {'boto3':>8}")
    print(f"{'smallest':<36} {found.ours_min:>8.0f} {found.boto3_min:>8.0f}")
    print(f"{'median':<36} {found.ours_median:>8.0f} {found.boto3_median:>8.0f}")
    return {"import_ratio": round(found.ratio, 3)}


def _calls() -> dict[str, float | None]:
    rows = frame_calls.measure()
    print(f"\n{'DynamoDB calls per frame':<50} {'reads':>6} {'writes':>6}")
    for row in rows:
        print(f"{row.protocol:<10} {row.name + (' (hot)' if row.hot else ''):<39} {row.reads:>6} {row.writes:>6}")
    reads, writes = frame_calls.worst(rows)
    return {"reads_per_frame": reads, "writes_per_frame": writes}


def _memory() -> dict[str, float | None]:
    return {"memory_mb_200": memory.measure_memory()}


if __name__ == "__main__":
    sys.exit(main())

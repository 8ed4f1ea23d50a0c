"""What usage costs at AWS's list prices. One dated table; no free tier, no discounts, no data transfer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.meter import Counts

AS_OF: Final = "2026-11"
REGION: Final = "us-east-1"

# Counter of the meter -> USD per unit.
USD: Final[Mapping[str, float]] = {
    "websocket.messages": 1.00e-6,
    "websocket.connection_minutes": 0.25e-6,
    "http.requests": 1.00e-6,
    "cloudfront.requests": 1.00e-6,
    "cloudfront.functions": 0.10e-6,
    "lambda.invocations": 0.20e-6,
    "lambda.gb_seconds": 0.0000133334,  # arm64
    "dynamodb.write": 0.625e-6,  # on demand
    "dynamodb.read": 0.125e-6,
    "sqs.requests": 0.40e-6,
    "stepfunctions.transitions": 25.0e-6,  # Standard workflows
}


@dataclass(frozen=True)
class Bill:
    """USD per counter, and counters that have no price here."""

    usd: Mapping[str, float]
    unpriced: tuple[str, ...]

    @property
    def total_usd(self) -> float:
        """The sum."""
        return sum(self.usd.values())


def cost(usage: Counts) -> Bill:
    """What a period's usage costs."""
    kinds = {key[0] for key in usage.numbers}
    usd = {kind: usage.total(kind) * USD[kind] for kind in sorted(kinds & set(USD))}
    return Bill(usd, tuple(sorted(kinds - set(USD))))

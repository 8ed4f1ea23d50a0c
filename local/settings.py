"""What can be set on the laptop edition; the defaults are AWS's own limits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

# API Gateway's quotas for WebSocket APIs, and CloudFront's.
IDLE_SECONDS: Final = 600.0
LIFETIME_SECONDS: Final = 7200.0
MESSAGE_BYTES_MAX: Final = 128 * 1024
FRAME_BYTES_MAX: Final = 32 * 1024
INTEGRATION_SECONDS_MAX: Final = 29.0


@dataclass(frozen=True)
class Settings:
    """How a stack runs.

    `environment` replaces variables of every function that has them; `parameters` are the template's; `threads` bounds
    how many handlers run at once; `schedules` False keeps scheduled functions to `Stack.run_schedule`.
    """

    idle_seconds: float = IDLE_SECONDS
    lifetime_seconds: float = LIFETIME_SECONDS
    integration_seconds: float = INTEGRATION_SECONDS_MAX
    threads: int = 16
    check_iam: bool = True
    schedules: bool = True
    environment: dict[str, str] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)

"""DiagnosticsStatusNotification: how the upload of diagnostics goes (ocpp-1.6 §4.4); it names no request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from csms.domain import jobs
from functions.ocpp.jobs import status_told

if TYPE_CHECKING:
    from functions.ocpp.decision import Decision, Frame


def decide(frame: Frame) -> Decision:
    """Appends it to the charger's events and takes the latest diagnostics job further, where one is known."""
    return status_told(frame, jobs.DIAGNOSTICS)

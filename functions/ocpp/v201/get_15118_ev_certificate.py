"""Get15118EVCertificate (M01, M02): no provider of contract certificates is connected, and the vehicle is told so."""

from __future__ import annotations

from functions.ocpp.decision import Decision, Frame


def decide(frame: Frame) -> Decision:
    """Failed, with the empty response that the schema wants. The request itself holds the vehicle's data: not kept."""
    return Decision({"status": "Failed", "exiResponse": ""})

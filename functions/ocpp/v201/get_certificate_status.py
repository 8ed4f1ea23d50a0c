"""GetCertificateStatus (M06): no OCSP responder is asked on behalf of stations, and the station is told so."""

from __future__ import annotations

from functions.ocpp.decision import Decision, Frame


def decide(frame: Frame) -> Decision:
    """Failed: the station then decides by its own rules."""
    return Decision({"status": "Failed"})

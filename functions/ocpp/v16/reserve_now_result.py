"""The answer to ReserveNow (ocpp-1.6 §5.13)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.ocpp.reserving import reserved

if TYPE_CHECKING:
    from csms.store.dynamo import Write
    from functions.ocpp.decision import Reply


def writes(reply: Reply) -> tuple[Write, ...]:
    """The reservation is active, or rejected with the status as its reason."""
    return reserved(reply)

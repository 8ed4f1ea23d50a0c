"""The answer to GetLocalListVersion (ocpp-1.6 §5.10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.ocpp.local_lists import version_answered

if TYPE_CHECKING:
    from csms.store.dynamo import Write
    from functions.ocpp.decision import Reply


def writes(reply: Reply) -> tuple[Write, ...]:
    """Keeps the version, and forgets what is not as it was thought to be."""
    return version_answered(reply)

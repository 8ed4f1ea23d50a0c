"""The answer to SendLocalList (D01)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.ocpp.local_lists import list_answered

if TYPE_CHECKING:
    from csms.store.dynamo import Write
    from functions.ocpp.decision import Reply


def writes(reply: Reply) -> tuple[Write, ...]:
    """Goes on towards the list that is wanted."""
    return list_answered(reply)

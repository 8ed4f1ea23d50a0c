"""Reading a station's answers to our commands: they may have any shape, and are kept as far as they can be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from functions.ocpp.decision import Reply


def status_of(reply: Reply) -> str:
    """The status of the answer, or the code of the CALLERROR."""
    return reply.error or str((reply.payload or {}).get("status", ""))


def accepted(reply: Reply) -> bool:
    """Whether the station did what it was told."""
    return reply.error is None and status_of(reply) == "Accepted"


def members(reply: Reply, name: str) -> list[dict[str, Any]]:
    """The objects of a list in the answer; empty where there is none."""
    found = (reply.payload or {}).get(name)
    return [member for member in found if isinstance(member, dict)] if isinstance(found, list) else []


def texts(reply: Reply, name: str) -> list[str]:
    """The texts of a list in the answer."""
    found = (reply.payload or {}).get(name)
    return [member for member in found if isinstance(member, str)] if isinstance(found, list) else []

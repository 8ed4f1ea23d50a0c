"""The answer to GetInstalledCertificateIds: the charger's certificates of the one type that was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.ocpp.certificates import listed

if TYPE_CHECKING:
    from csms.store.dynamo import Write
    from functions.ocpp.decision import Reply


def writes(reply: Reply) -> tuple[Write, ...]:
    """Each is a row of the inventory; what is not told any more is gone."""
    kind = str(reply.command["payload"]["certificateType"])
    told = (reply.payload or {}).get("certificateHashData")
    return listed(reply, [(kind, data, None) for data in (told if isinstance(told, list) else [])], frozenset({kind}))

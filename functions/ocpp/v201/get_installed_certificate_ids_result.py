"""The answer to GetInstalledCertificateIds (M03): the station's certificates, with the chains below them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.ocpp.certificates import listed

if TYPE_CHECKING:
    from csms.store.dynamo import Write
    from functions.ocpp.decision import Reply


def writes(reply: Reply) -> tuple[Write, ...]:
    """Each is a row of the inventory; what is not told any more is gone."""
    told = (reply.payload or {}).get("certificateHashDataChain")
    found = [
        (str(entry.get("certificateType")), entry.get("certificateHashData"), entry.get("childCertificateHashData"))
        for entry in (told if isinstance(told, list) else [])
        if isinstance(entry, dict)
    ]
    return listed(reply, found, frozenset(reply.command["payload"].get("certificateType") or ()))

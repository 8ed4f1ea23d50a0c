"""A charger's new password, when the charger itself was told of it: from then on it connects with the new one.

After Accepted only the new password is valid (1.6 security A01.FR.03); where a reboot comes first the old one stays valid
beside it. A refused or unanswered change leaves the old one alone.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from csms.ocppj.handshake import stored_forms
from csms.store import chargers

if TYPE_CHECKING:
    from csms.store.dynamo import Write
    from functions.ocpp.decision import Reply

_SALT_BYTES: Final = 16


def password_rows(reply: Reply, password: str, status: str) -> tuple[Write, ...]:
    """The registry's change after the charger's answer `status` to a new password; only its hashes are kept."""
    if not password or status not in {"Accepted", "RebootRequired"}:
        return ()
    forms = stored_forms(password, os.urandom(_SALT_BYTES))
    if status == "RebootRequired":
        station = chargers.get_station(reply.store, reply.charger.charger_id)
        forms += (station or {}).get("password_hashes") or []
    return (chargers.station_changed(reply.charger.charger_id, {"password_hashes": forms}),)

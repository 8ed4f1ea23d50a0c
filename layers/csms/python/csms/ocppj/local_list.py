"""SendLocalList as it goes over the wire, in either version."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from csms.ocppj.commands import OCPP16

if TYPE_CHECKING:
    from collections.abc import Mapping

    from csms.domain.local_list import Message

ID_TAG_MAX: Final = 20
ID_TOKEN_MAX: Final = 36


def send_local_list(protocol: str, message: Message) -> dict[str, Any]:
    """The payload of a message; 2.x leaves out a list without entries, where 1.6 sends an empty one."""
    old = protocol == OCPP16
    entries = [(_entry_16 if old else _entry_2x)(key, entry) for key, entry in message.entries.items()]
    version = "listVersion" if old else "versionNumber"
    listed = {"localAuthorizationList": entries} if entries or old else {}
    return {version: message.version, "updateType": message.update_type, **listed}


def _entry_16(key: str, entry: Mapping[str, Any] | None) -> dict[str, Any]:
    if entry is None:
        return {"idTag": key}
    group = entry.get("group_id", "")
    info = {
        "status": entry["status"],
        "parentIdTag": group if len(group) <= ID_TAG_MAX else "",
        "expiryDate": entry.get("valid_until"),
    }
    return {"idTag": entry["id_token"], "idTagInfo": {name: value for name, value in info.items() if value}}


def _entry_2x(key: str, entry: Mapping[str, Any] | None) -> dict[str, Any]:
    if entry is None:
        return {"idToken": {"idToken": key, "type": "ISO14443"}}
    group = entry.get("group_id")
    info = {
        "status": entry["status"],
        "groupIdToken": {"idToken": group, "type": "Central"} if group else None,
        "cacheExpiryDateTime": entry.get("valid_until"),
    }
    return {
        "idToken": {"idToken": entry["id_token"], "type": "ISO14443"},
        "idTokenInfo": {name: value for name, value in info.items() if value},
    }

"""The local authorisation list of a station: chosen from our tokens, and brought to the station message by message."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import Field

from csms.contract import INDEX_OWNED, PARTNERS
from csms.domain.device_model import CONFIGURATION, Variable
from csms.domain.local_list import wanted_entries
from csms.ocppj.commands import OCPP16
from csms.ocppj.local_list import ID_TAG_MAX, ID_TOKEN_MAX
from csms.store import device_model, local_lists, master
from csms.store.dynamo import ConditionFailed
from csms.store.sessions import LOCAL_OWNER
from functions.operator_api.api import Body, Reply
from functions.operator_api.commands import protocol_of
from functions.operator_api.problems import Conflict
from functions.operator_api.station_models import Identifier  # noqa: TC001 - pydantic reads annotations at run time
from functions.operator_api.stations import found

if TYPE_CHECKING:
    from csms.store.dynamo import Item, Put, Store, Write
    from functions.operator_api.api import ApiRequest

_MESSAGE_LENGTH: Final = 50  # where the station did not say how many it takes
_MESSAGE_LENGTH_MAX: Final = 200  # a frame is at most 128 KB
_ENTRIES_MAX: Final = 2500  # what stands in one row, with room to spare
_SHOWN: Final = ("state", "version", "reason", "command_id", "changed_at")


class LocalListBody(Body):
    """Which of our tokens the station should know: those of the groups named, else all. `from_start`: send all anew."""

    group_ids: Annotated[list[Identifier], Field(min_length=1)] | None = None
    from_start: bool = False


def get_local_list(request: ApiRequest, charger_id: str) -> Reply:
    """How far the station's list is, and which entries are wanted."""
    return Reply(_shown(request.store, found(request, charger_id)["charger_id"]))


def put_local_list(request: ApiRequest, charger_id: str) -> Reply:
    """Choose the list from the tokens as they are now and send what differs. 202: follow it under this path."""
    station = found(request, charger_id)
    body = request.read(LocalListBody)
    protocol, charger_id = protocol_of(request, station), station["charger_id"]
    wanted = _wanted(request, charger_id, protocol, body.group_ids)
    head = local_lists.get_head(request.store, charger_id)
    writes: tuple[
        Write, ...
    ] = ()  # where a message is on its way, its answer brings the next, towards what is wanted then
    if head.get("state") != "SYNCING":
        facts = {"known": None} if body.from_start else {}
        writes = local_lists.sync_writes(charger_id, protocol, head, wanted.item, request.now, **facts)
    elif body.from_start:
        raise Conflict("A message is on its way; try again when it is answered")
    audited = request.audited("local_list.wanted", f"stations/{charger_id}", entries=len(wanted.item["entries"]))
    try:
        request.store.commit(wanted, *writes, audited)
    except ConditionFailed:
        raise Conflict("The list was changed at this moment; try again") from None
    return Reply(_shown(request.store, charger_id), 202)


def _wanted(request: ApiRequest, charger_id: str, protocol: str, groups: list[str] | None) -> Put:
    old = protocol == OCPP16
    rows = request.store.query(PARTNERS, f"{LOCAL_OWNER}#{master.TOKENS}", index=INDEX_OWNED)
    most = _number(request.store, charger_id, "LocalAuthListMaxLength", _ENTRIES_MAX) if old else _ENTRIES_MAX
    length = _number(request.store, charger_id, "SendLocalListMaxLength" if old else "ItemsPerMessage", _MESSAGE_LENGTH)
    entries = wanted_entries(
        (row["token"] for row in rows),
        request.now,
        groups=groups,
        length=ID_TAG_MAX if old else ID_TOKEN_MAX,
        most=min(most, _ENTRIES_MAX),
    )
    return local_lists.wanted_put(
        charger_id, entries, request.now, message_length=min(length, _MESSAGE_LENGTH_MAX), groups=groups
    )


def _number(store: Store, charger_id: str, name: str, otherwise: int) -> int:
    """A limit that the station reported; `otherwise` where it did not, or not as a number above 0."""
    component = "LocalAuthListCtrlr" if name == "ItemsPerMessage" else CONFIGURATION
    value = device_model.value_of(store, charger_id, Variable(component, name)) or ""
    return int(value) if value.isascii() and value.isdigit() and int(value) else otherwise


def _shown(store: Store, charger_id: str) -> dict[str, Any]:
    head: Item = local_lists.get_head(store, charger_id)
    wanted = local_lists.get_wanted(store, charger_id) or {}
    known: dict[str, Any] = {name: head[name] for name in _SHOWN if name in head}
    return {
        "state": "UNKNOWN",
        **known,
        "known_entries": len(head["known"]) if "known" in head else None,
        "group_ids": wanted.get("groups"),
        "wanted_at": wanted.get("wanted_at"),
        "entries": list(wanted.get("entries", {}).values()),
    }

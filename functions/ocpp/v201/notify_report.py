"""NotifyReport: one part of the station's device model (B07, B08)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from csms.domain.device_model import read_variable
from csms.store import chargers, device_model, station_rows
from csms.store.device_model import Told
from functions.ocpp.decision import Decision, Frame

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHARACTERISTICS = {
    "unit": "unit", "dataType": "data_type", "minLimit": "min_limit", "maxLimit": "max_limit", "valuesList": "values_list",
    "supportsMonitoring": "supports_monitoring",
}  # fmt: skip


def decide(frame: Frame) -> Decision:
    """Keeps every variable of the part in its row, and that the part has come. A long part takes several commits.

    All but the last are made here, before the part is acknowledged; repeating them changes nothing.
    """
    payload = frame.payload
    told = (one for entry in payload.get("reportData") or [] for one in _told(entry))
    rows = device_model.reported(frame.charger_id, told, frame.now)
    part = chargers.report_part(
        frame.charger_id,
        payload["requestId"],
        payload["seqNo"],
        frame.now,
        tbc=bool(payload.get("tbc")),
        variables=len(rows),
    )
    return Decision({}, (*station_rows.commit_but_last(frame.store, rows), part))


def _told(entry: dict[str, Any]) -> Iterator[Told]:
    variable = read_variable(entry)
    if variable is None:
        return
    said = entry.get("variableCharacteristics") or {}
    facts = {ours: said.get(theirs) for theirs, ours in _CHARACTERISTICS.items()}
    for attribute in entry["variableAttribute"]:
        kind, value = attribute.get("type", "Actual"), attribute.get("value")
        yield Told(variable, kind, value, attribute.get("mutability", "ReadWrite"), facts)

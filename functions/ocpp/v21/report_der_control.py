"""ReportDERControl: one part of the controls that a station has (OCPP 2.1, block R), as asked for by GetDERControl."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from csms.store import station_rows
from csms.store.station_state import DER, state_set
from functions.ocpp.decision import Decision, Frame

if TYPE_CHECKING:
    from csms.store.dynamo import Write

# The member of the report, the member of its entries that holds the setting, and what kind of control that is.
_PARTS: Final = (
    ("curve", "curve", None),
    ("enterService", "enterService", "EnterService"),
    ("fixedPFAbsorb", "fixedPF", "FixedPFAbsorb"),
    ("fixedPFInject", "fixedPF", "FixedPFInject"),
    ("fixedVar", "fixedVar", "FixedVar"),
    ("freqDroop", "freqDroop", "FreqDroop"),
    ("gradient", "gradient", "Gradients"),
    ("limitMaxDischarge", "limitMaxDischarge", "LimitMaxDischarge"),
)


def decide(frame: Frame) -> Decision:
    """Keeps every reported control under its id. A report of more than a commit takes is written in steps."""
    rows: dict[str, Write] = {}
    for part, member, kind in _PARTS:
        for control in frame.payload.get(part) or ():
            rows[control["id"]] = _row(frame, control, member, kind or control["curveType"])
    return Decision({}, station_rows.commit_but_last(frame.store, tuple(rows.values())))


def _row(frame: Frame, control: dict[str, Any], member: str, kind: str) -> Write:
    return state_set(
        frame.charger_id,
        DER,
        control["id"],
        frame.now,
        control_type=kind,
        is_default=control.get("isDefault"),
        is_superseded=control.get("isSuperseded"),
        setting={member: control[member]},
        request_id=frame.payload["requestId"],
    )

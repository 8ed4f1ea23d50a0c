"""What a station has stored of a customer, asked for on the customer's behalf (2.0.1 N09, N10).

`CUSTOMER#<request_id>`: the request and whether the station took it. `CUSTOMERPART#<request_id>#<seq>`: what it told, in
parts of text. Both are personal data: they expire after 30 days, and the token that was asked about is in neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from csms.domain.device_model import is_complete
from csms.store import station_rows

if TYPE_CHECKING:
    from datetime import datetime

    from csms.store.dynamo import Store, Update

REQUEST: Final = "CUSTOMER"
PART: Final = "CUSTOMERPART"
KEEP: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Information:
    """`status`: the station's answer, None while there is none. `complete`: every part of `data` has come."""

    request_id: int
    status: str | None
    report: bool
    clear: bool
    complete: bool
    data: str


def requested(charger_id: str, request_id: int, status: str, now: datetime, *, report: bool, clear: bool) -> Update:
    """The station's answer to the request."""
    return station_rows.kept(
        charger_id, REQUEST, str(request_id), now,
        keep=KEEP, request_id=request_id, status=status, report=report, clear=clear,
    )  # fmt: skip


def part(charger_id: str, request_id: int, seq_no: int, data: str, now: datetime, *, tbc: bool) -> Update:
    """One part of what the station told."""
    return station_rows.kept(
        charger_id, PART, f"{request_id}#{seq_no:05d}", now, keep=KEEP, seq_no=seq_no, data=data, tbc=tbc
    )


def assembled(store: Store, charger_id: str, request_id: int) -> Information | None:
    """The request with all that has come, in the order of the parts; None where neither is known."""
    row = station_rows.get(store, charger_id, REQUEST, str(request_id))
    parts = station_rows.all_of(store, charger_id, PART, f"{request_id}#")
    if row is None and not parts:
        return None
    known = row or {}
    return Information(
        request_id,
        known.get("status"),
        bool(known.get("report")),
        bool(known.get("clear")),
        is_complete((int(each["seq_no"]), bool(each["tbc"])) for each in parts),
        "".join(each["data"] for each in parts),
    )

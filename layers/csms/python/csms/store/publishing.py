"""Firmware that a local controller publishes for the stations behind it: `PUBLISH#<request_id>` (2.0.1 L03, L04).

`answer`: whether the controller took the request. `status`: what it reported last, or Unpublished. The two are apart
because a first report may come before the answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from csms.domain.times import format_time
from csms.store import station_rows

if TYPE_CHECKING:
    from datetime import datetime

    from csms.store.dynamo import Store, Update

PUBLISH: Final = "PUBLISH"
UNPUBLISHED: Final = "Unpublished"


def noted(charger_id: str, request_id: int, now: datetime, **facts: Any) -> Update:
    """What is now known of a request: answer, location, checksum, status, addresses."""
    return station_rows.kept(charger_id, PUBLISH, str(request_id), now, request_id=request_id, **facts)


def unpublished(store: Store, charger_id: str, checksum: str, now: datetime) -> tuple[Update, ...]:
    """The end of what was published with this checksum."""
    rows = station_rows.all_of(store, charger_id, PUBLISH)
    return tuple(
        noted(charger_id, int(row["request_id"]), now, status=UNPUBLISHED, unpublished_at=format_time(now))
        for row in rows
        if str(row.get("checksum", "")).lower() == checksum.lower() and row.get("status") != UNPUBLISHED
    )

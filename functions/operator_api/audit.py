"""Who changed what."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from csms.domain.times import format_time
from csms.store import lists
from functions.operator_api.problems import Invalid

if TYPE_CHECKING:
    from csms.store.dynamo import Item
    from functions.operator_api.api import ApiRequest, Reply


def list_changes(request: ApiRequest) -> Reply:
    """Changes that people made on a `day` (`YYYY-MM-DD`, UTC; without one: today), the latest first."""
    day = request.http.query.get("day") or format_time(request.now)[:10]
    try:
        date.fromisoformat(day)
    except ValueError:
        raise Invalid(faults=[("day", "not a date YYYY-MM-DD")]) from None
    return request.page(lists.audited(day)).reply(_shown)


def _shown(row: Item) -> dict[str, Any]:
    return {name: row[name] for name in ("at", "who", "action", "subject", "details")}

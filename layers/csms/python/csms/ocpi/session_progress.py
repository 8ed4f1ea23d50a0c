"""A Session that goes on: the next state of its document, with what it has used and cost so far (OCPI mod_sessions)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from csms.domain.times import parse_time
from csms.ocpi.routing import Party
from csms.ocpi.session import session_document

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from decimal import Decimal

    from csms.domain.pricing import Cost


def progressed(
    document: Mapping[str, Any],
    status: str,
    now: datetime,
    *,
    cost: Cost | None = None,
    energy_wh: Decimal | None = None,
    end: datetime | None = None,
) -> dict[str, Any]:
    """The Session with another status, energy and cost; who, where and since when stay as they were."""
    built = session_document(
        owner=Party(document["country_code"], document["party_id"]),
        session_id=document["id"],
        status=status,
        start=parse_time(document["start_date_time"]),
        now=now,
        cdr_token=document["cdr_token"],
        auth_method=document["auth_method"],
        location_id=document["location_id"],
        currency=document["currency"],
        evse_uid=document.get("evse_uid"),
        connector_id=document.get("connector_id"),
        authorization_reference=document.get("authorization_reference"),
        meter_id=document.get("meter_id"),
        end=end,
        energy_wh=energy_wh,
        cost=cost,
    )
    return {**document, **built}

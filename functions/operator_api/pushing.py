"""Telling partners: outbox rows for those who are registered and take the module."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from csms.ocpi import endpoints
from csms.store import outbox, partners

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from csms.store.dynamo import Item, Put
    from functions.operator_api.api import ApiRequest


def takes(partner: Item, module: str, role: str = endpoints.RECEIVER) -> bool:
    """Whether the partner is registered and has an endpoint of this module in this role."""
    known = partner.get("endpoints") or ()
    return partner["state"] == partners.REGISTERED and endpoints.pick_endpoint(known, module, role) is not None


def to_receivers(
    request: ApiRequest,
    module: str,
    object_id: str,
    method: str,
    document: Mapping[str, Any] | None,
    *,
    shown_to: Callable[[Item], bool] = lambda _: True,
) -> list[Put]:
    """One row for each partner that takes the module and is `shown_to` the object."""
    return [
        outbox.to_partner(partner["partner_id"], module, object_id, method, document, request.now)
        for partner in partners.list_partners(request.store)
        if takes(partner, module) and shown_to(partner)
    ]

"""What a station has beside its settings: monitors, display messages, certificates, network profiles, published firmware."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from csms.store import certificates, customer_information, displays, lists, monitors, publishing
from functions.operator_api.api import ApiRequest, Reply
from functions.operator_api.problems import Conflict, NotFound
from functions.operator_api.station_models import shown_row
from functions.operator_api.stations import found

if TYPE_CHECKING:
    from collections.abc import Mapping

_ROOTS: Final = frozenset({"CSMSRootCertificate", "CentralSystemRootCertificate"})


def list_monitors(request: ApiRequest, charger_id: str) -> Reply:
    """Monitors that were set or reported, with what their latest event said."""
    return _rows(request, charger_id, monitors.MONITOR)


def list_display_messages(request: ApiRequest, charger_id: str) -> Reply:
    """Messages for the station's display, and whether they are set, reported or cleared."""
    return _rows(request, charger_id, displays.DISPLAY)


def list_certificates(request: ApiRequest, charger_id: str) -> Reply:
    """Certificates that the station has or had, by type."""
    return _rows(request, charger_id, certificates.CERTIFICATE)


def list_certificate_requests(request: ApiRequest, charger_id: str) -> Reply:
    """CSRs of the station. One that is `waiting` is answered by the command CertificateSigned with the chain."""
    return _rows(request, charger_id, certificates.SIGNING_REQUEST)


def list_network_profiles(request: ApiRequest, charger_id: str) -> Reply:
    """The slots for network profiles that were filled, without passwords."""
    return _rows(request, charger_id, "NETWORKPROFILE")


def list_published_firmware(request: ApiRequest, charger_id: str) -> Reply:
    """Firmware that a local controller was told to publish, and how far it is."""
    return _rows(request, charger_id, publishing.PUBLISH)


def get_customer_information(request: ApiRequest, charger_id: str, request_id: str) -> Reply:
    """What the station told of a customer, put together from its parts; gone after 30 days."""
    charger_id = found(request, charger_id)["charger_id"]
    number = int(request_id) if request_id.isascii() and request_id.lstrip("-").isdigit() else None
    known = customer_information.assembled(request.store, charger_id, number) if number is not None else None
    if known is None:
        raise NotFound(f"No customer information {request_id} was asked for, or it has expired")
    return Reply(asdict(known))


def check_not_last_root(request: ApiRequest, charger_id: str, hash_data: Mapping[str, Any]) -> None:
    """Refuse to delete the only root by which the station trusts this system: it could never connect again.

    Raises Conflict. What the station was not asked for (GetInstalledCertificateIds) is not known, and not refused.
    """
    roots = [
        row
        for row in certificates.inventory(request.store, charger_id)
        if row["state"] == certificates.INSTALLED and row["certificate_type"] in _ROOTS
    ]
    if len(roots) == 1 and certificates.hash_key(roots[0]["hash_data"]) == certificates.hash_key(hash_data):
        raise Conflict("It is the only root certificate by which the station trusts this system")


def _rows(request: ApiRequest, charger_id: str, kind: str) -> Reply:
    station = found(request, charger_id)
    return request.page(lists.charger_rows(station["charger_id"], kind)).reply(shown_row)

"""Certificates of a charger: requests to sign one, and what it has installed.

| sort key | what |
|---|---|
| `CSR#<digest>` | a signing request: the CSR, its type, `state` waiting, then installed or rejected (what the charger said of the answer) |
| `CERTIFICATE#<type>#<digest>` | a certificate by its hash data: `state` installed, deleted, or gone (not reported any more) |
| `CERTIFICATE#<type>#sent-<digest>` | a certificate that was sent and accepted; its hash data are known once the charger lists it |
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from csms.domain.times import format_time
from csms.store import station_rows
from csms.store.chargers import digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from csms.store.dynamo import Item, Store, Update

SIGNING_REQUEST: Final = "CSR"
CERTIFICATE: Final = "CERTIFICATE"
WAITING: Final = "waiting"
INSTALLED: Final = "installed"
STATION_CERTIFICATE: Final = "ChargingStationCertificate"  # 1.6 has no other
_HASH_DATA: Final = ("hashAlgorithm", "issuerNameHash", "issuerKeyHash", "serialNumber")


def requested(charger_id: str, csr: str, kind: str, now: datetime) -> Update:
    """A CSR that waits for whoever signs; the same CSR again waits again."""
    return station_rows.kept(
        charger_id, SIGNING_REQUEST, digest(csr, kind), now,
        csr=csr, certificate_type=kind, state=WAITING, requested_at=format_time(now),
    )  # fmt: skip


def newest_request(store: Store, charger_id: str, kind: str) -> Item | None:
    """The latest CSR of this type that still waits, or None."""
    rows = station_rows.all_of(store, charger_id, SIGNING_REQUEST)
    waiting = [row for row in rows if (row["certificate_type"], row["state"]) == (kind, WAITING)]
    return max(waiting, key=lambda row: str(row["requested_at"]), default=None)


def request_ended(row: Item, state: str, command_id: str, now: datetime) -> Update:
    """The charger took (`installed`) or refused (`rejected`) the certificate that was made of a CSR."""
    key = row["sk"].partition("#")[2]
    return station_rows.changed(row["charger_id"], SIGNING_REQUEST, key, now, state=state, command_id=command_id)


def sent(charger_id: str, kind: str, certificate: str, now: datetime) -> Update:
    """A root certificate that the charger accepted."""
    key = f"{kind}#sent-{digest(certificate)}"
    return station_rows.kept(
        charger_id, CERTIFICATE, key, now, certificate_type=kind, certificate=certificate, state="accepted"
    )


def listed(
    charger_id: str, kind: str, hash_data: Mapping[str, Any], children: Iterable[Mapping[str, Any]], now: datetime
) -> Update:
    """A certificate that the charger has, by its hash data."""
    return station_rows.kept(
        charger_id, CERTIFICATE, f"{kind}#{hash_key(hash_data)}", now,
        certificate_type=kind, hash_data=_plain(hash_data), state=INSTALLED, seen_at=format_time(now),
        child_hash_data=[_plain(child) for child in children] or None,
    )  # fmt: skip


def ended(row: Item, state: str, now: datetime) -> Update:
    """The certificate was `deleted`, or is `gone`."""
    return station_rows.changed(row["charger_id"], CERTIFICATE, row["sk"].partition("#")[2], now, state=state)


def inventory(store: Store, charger_id: str) -> list[Item]:
    """Every certificate that the charger has or had."""
    return station_rows.all_of(store, charger_id, CERTIFICATE)


def hash_key(hash_data: Mapping[str, Any]) -> str:
    """The key of a certificate by its hash data; hexadecimal digits compare without regard to case."""
    return digest(*(str(hash_data.get(name, "")).lower() for name in _HASH_DATA))


def _plain(hash_data: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(hash_data[name]) for name in _HASH_DATA if name in hash_data}

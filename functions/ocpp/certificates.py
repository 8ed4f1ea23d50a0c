"""Certificates, for both versions: CSRs that wait for a signer, and the inventory that answers to commands tell of.

A CSR is kept and accepted at once (1.6 security A02, 2.0.1 A02/A03): who signs it, a person or a signer that follows the
rows, sends the chain with CertificateSigned. Nothing is signed while a charger waits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from csms.store import certificates, station_rows
from functions.ocpp.decision import Decision

if TYPE_CHECKING:
    from csms.store.dynamo import Write
    from functions.ocpp.decision import Frame, Reply


def requested(frame: Frame) -> Decision:
    """SignCertificate: keep the CSR; one write, no read."""
    kind = frame.payload.get("certificateType", certificates.STATION_CERTIFICATE)
    return Decision(
        {"status": "Accepted"}, (certificates.requested(frame.charger_id, frame.payload["csr"], kind, frame.now),)
    )


def signed(reply: Reply) -> tuple[Write, ...]:
    """CertificateSigned: the CSR that waited is settled by what the charger says of the chain."""
    status = _status(reply)
    kind = reply.command["payload"].get("certificateType", certificates.STATION_CERTIFICATE)
    row = certificates.newest_request(reply.store, reply.charger.charger_id, kind)
    if row is None or status not in {"Accepted", "Rejected"}:
        return ()
    state = "installed" if status == "Accepted" else "rejected"
    return (certificates.request_ended(row, state, reply.command["command_id"], reply.now),)


def installed(reply: Reply) -> tuple[Write, ...]:
    """InstallCertificate: an accepted certificate is in the inventory; its hash data come with the charger's list."""
    if _status(reply) != "Accepted":
        return ()
    asked = reply.command["payload"]
    return (certificates.sent(reply.charger.charger_id, asked["certificateType"], asked["certificate"], reply.now),)


def deleted(reply: Reply) -> tuple[Write, ...]:
    """DeleteCertificate: what was deleted, or is not there, leaves the inventory."""
    if _status(reply) not in {"Accepted", "NotFound"}:
        return ()
    key = certificates.hash_key(reply.command["payload"]["certificateHashData"])
    rows = certificates.inventory(reply.store, reply.charger.charger_id)
    return tuple(certificates.ended(row, "deleted", reply.now) for row in rows if row["sk"].endswith(f"#{key}"))


def listed(reply: Reply, found: list[tuple[str, Any, Any]], asked: frozenset[str]) -> tuple[Write, ...]:
    """GetInstalledCertificateIds: (type, hash data, hash data of children) of what is there.

    What was there before and is of a type that was `asked` for (empty: all) is gone.
    """
    if _status(reply) not in {"Accepted", "NotFound"}:
        return ()
    charger_id, now = reply.charger.charger_id, reply.now
    there = {
        write.sk: write
        for kind, data, children in found
        if isinstance(data, dict)
        for write in [certificates.listed(charger_id, kind, data, _documents(children), now)]
    }
    gone = [
        certificates.ended(row, "gone", now)
        for row in certificates.inventory(reply.store, charger_id)
        if row["state"] == certificates.INSTALLED
        and row["sk"] not in there
        and (not asked or row["certificate_type"] in asked)
    ]
    return station_rows.commit_but_last(reply.store, [*there.values(), *gone])


def _documents(children: Any) -> list[dict[str, Any]]:
    return [child for child in children if isinstance(child, dict)] if isinstance(children, list) else []


def _status(reply: Reply) -> str:
    return str((reply.payload or {}).get("status"))

"""Signing requests that wait for a signer, and the inventory of certificates, in both versions."""

from typing import Any

import pytest

from csms.store.dynamo import Store
from tests.kit.answers import answered
from tests.kit.frames import NOW, OCPP16, OCPP201, Line
from tests.kit.ocpp_state import rows

ROOT = {OCPP16: "CentralSystemRootCertificate", OCPP201: "CSMSRootCertificate"}


@pytest.fixture(params=[OCPP16, OCPP201])
def charger(store: Store, request: pytest.FixtureRequest) -> Line:
    return Line(store, request.param).register()


def hash_data(serial: str, algorithm: str = "SHA256") -> dict[str, str]:
    return {"hashAlgorithm": algorithm, "issuerNameHash": "A1", "issuerKeyHash": "B2", "serialNumber": serial}


def sign(line: Line, csr: str, **more: Any) -> None:
    assert line.ask("SignCertificate", {"csr": csr, **more}) == {"status": "Accepted"}


def test_a_csr_is_kept_for_whoever_signs(charger: Line) -> None:
    for csr in ("CSR-1", "CSR-1", "CSR-2"):
        sign(charger, csr)
    found = {row["csr"]: (row["state"], row["certificate_type"]) for row in rows("CSR")}
    assert found == dict.fromkeys(("CSR-1", "CSR-2"), ("waiting", "ChargingStationCertificate"))


@pytest.mark.parametrize(("status", "state"), [("Accepted", "installed"), ("Rejected", "rejected")])
def test_the_newest_request_is_settled_by_the_chargers_word(charger: Line, status: str, state: str) -> None:
    sign(charger, "OLD")
    charger.now = NOW.replace(hour=13)
    sign(charger, "NEW")
    command = answered(charger, "CertificateSigned", {"certificateChain": "PEM"}, {"status": status})
    found = {row["csr"]: (row["state"], row.get("command_id")) for row in rows("CSR")}
    assert found == {"OLD": ("waiting", None), "NEW": (state, command["command_id"])}
    sign(charger, "NEW")
    assert {row["state"] for row in rows("CSR")} == {"waiting"}, "asked again, it waits again"


def test_the_two_certificates_of_a_station_are_not_mixed_up(line201: Line) -> None:
    sign(line201, "V2G", certificateType="V2GCertificate")
    answered(line201, "CertificateSigned", {"certificateChain": "PEM"}, {"status": "Accepted"})
    assert rows("CSR")[0]["state"] == "waiting"
    chain = {"certificateChain": "PEM", "certificateType": "V2GCertificate"}
    answered(line201, "CertificateSigned", chain, {"status": "Accepted"})
    assert rows("CSR")[0]["state"] == "installed"


@pytest.mark.parametrize("status", ["Accepted", "Rejected", "Failed"])
def test_a_root_that_was_sent(charger: Line, status: str) -> None:
    asked = {"certificateType": ROOT[charger.protocol], "certificate": "PEM"}
    answered(charger, "InstallCertificate", asked, {"status": status})
    found = [(row["certificate_type"], row["certificate"], row["state"]) for row in rows("CERTIFICATE")]
    assert found == ([(ROOT[charger.protocol], "PEM", "accepted")] if status == "Accepted" else [])


def list_certificates(line: Line, *serials: str, kind: str | None = None) -> None:
    kind = kind or ROOT[line.protocol]
    status = "Accepted" if serials else "NotFound"
    found = [hash_data(serial) for serial in serials]
    if line.protocol == OCPP16:
        answer: dict[str, Any] = {"certificateHashData": found} if found else {}
        answered(line, "GetInstalledCertificateIds", {"certificateType": kind}, {"status": status, **answer})
        return
    chain = [{"certificateType": kind, "certificateHashData": data} for data in found]
    answer = {"certificateHashDataChain": chain} if chain else {}
    answered(line, "GetInstalledCertificateIds", {"certificateType": [kind]}, {"status": status, **answer})


def states() -> dict[str, str]:
    return {row["hash_data"]["serialNumber"]: row["state"] for row in rows("CERTIFICATE")}


def test_the_inventory_is_what_the_charger_lists(charger: Line) -> None:
    list_certificates(charger, "1", "2")
    list_certificates(charger, "3", kind="ManufacturerRootCertificate")
    assert states() == {"1": "installed", "2": "installed", "3": "installed"}
    list_certificates(charger, "2")
    assert states() == {"1": "gone", "2": "installed", "3": "installed"}
    list_certificates(charger)
    assert states() == {"1": "gone", "2": "gone", "3": "installed"}
    list_certificates(charger, "1")
    assert states()["1"] == "installed"


def test_children_stand_with_their_certificate_and_odd_entries_do_no_harm(line201: Line) -> None:
    entry = {
        "certificateType": "V2GCertificateChain",
        "certificateHashData": hash_data("1"),
        "childCertificateHashData": [hash_data("2"), "odd"],
    }
    odd: list[Any] = ["odd", {"certificateType": "V2GRootCertificate", "certificateHashData": 5}]
    answer = {"status": "Accepted", "certificateHashDataChain": [entry, *odd]}
    answered(line201, "GetInstalledCertificateIds", {}, answer)
    (row,) = rows("CERTIFICATE")
    assert [child["serialNumber"] for child in row["child_hash_data"]] == ["2"]
    answered(line201, "GetInstalledCertificateIds", {}, {"status": "NotFound"})
    assert states() == {"1": "gone"}, "nothing of any type was found"


@pytest.mark.parametrize(
    ("status", "state"), [("Accepted", "deleted"), ("NotFound", "deleted"), ("Failed", "installed")]
)
def test_a_certificate_is_deleted_by_its_hash_data(charger: Line, status: str, state: str) -> None:
    list_certificates(charger, "AB", "2")
    data = {**hash_data("ab"), "issuerKeyHash": "b2"}
    answered(charger, "DeleteCertificate", {"certificateHashData": data}, {"status": status})
    assert states() == {"AB": state, "2": "installed"}


def test_another_algorithm_is_another_certificate(charger: Line) -> None:
    list_certificates(charger, "1")
    answered(charger, "DeleteCertificate", {"certificateHashData": hash_data("1", "SHA512")}, {"status": "NotFound"})
    assert states() == {"1": "installed"}

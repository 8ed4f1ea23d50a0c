"""Signed meter values of a transaction as the CDR's signed_data: passed through, so that they still verify.

OCPI mod_cdrs, SignedData. OCPP 1.6 sends them as text in a sampled value (format SignedData), 2.x as signedMeterValue
with its method, encoding and public key.
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Any, Final

from csms.ocpi.cdr import signed_data_document

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_NATURES: Final = {"B": "Start", "E": "End"}
_BASE64: Final = re.compile(r"[A-Za-z0-9+/]+={0,2}", re.ASCII)
_OCMF: Final = "OCMF"
_METHOD_UNKNOWN: Final = "OTHER"


def signed_data_of(ledger: Mapping[str, Mapping[str, Any]]) -> dict[str, Any] | None:
    """The SignedData document of a ledger, None where nothing was signed."""
    found = list(_signed(ledger))
    if not found:
        return None
    _, first = found[0]
    keys = [value["public_key"] for _, value in found if value.get("public_key")]
    values = [(nature, _plain(value["data"]), _blob(value["data"])) for nature, value in found]
    return signed_data_document(_encoding_method(first), values, public_key=keys[0] if keys else None)


def _signed(ledger: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for entry in sorted(ledger.values(), key=lambda entry: entry["t"]):
        for value in entry.get("sig") or ():
            if value.get("data"):
                yield _NATURES.get(entry.get("x", "P"), "Intermediate"), value


def _encoding_method(value: Mapping[str, Any]) -> str:
    if _text(value["data"]).startswith(_OCMF):
        return _OCMF
    return str(value.get("encoding") or value.get("method") or _METHOD_UNKNOWN)[:36]


def _plain(data: str) -> str:
    """The readable part: of OCMF (`OCMF|{values}|{signature}`) the values, of anything else the data as they came."""
    text = _text(data)
    parts = text.split("|")
    return parts[1] if text.startswith(_OCMF) and len(parts) > 1 else data


def _text(data: str) -> str:
    """What is inside Base64 where that is text, else the data."""
    if not _BASE64.fullmatch(data):
        return data
    try:
        return base64.b64decode(data, validate=True).decode()
    except ValueError:
        return data


def _blob(data: str) -> str:
    """OCPI wants Base64: what is in its alphabet already (also hexadecimal digits) stays, anything else is encoded."""
    return data if _BASE64.fullmatch(data) else base64.b64encode(data.encode()).decode()

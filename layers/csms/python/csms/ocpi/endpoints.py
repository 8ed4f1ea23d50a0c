"""What we advertise in versions and version details, and how a partner's lists are read."""

from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import quote

from csms.contract import OCPI_VERSIONS, PATH_OCPI
from csms.ocpi.fields import Version

SENDER: Final = "SENDER"
RECEIVER: Final = "RECEIVER"

# (module, our role). Terminals look for commands RECEIVER, and expect credentials and payments in both roles.
MODULES: Final = (
    ("credentials", SENDER),
    ("credentials", RECEIVER),
    ("locations", SENDER),
    ("tariffs", SENDER),
    ("sessions", SENDER),
    ("cdrs", SENDER),
    ("tokens", RECEIVER),
    ("commands", RECEIVER),
    ("payments", RECEIVER),
    ("payments", SENDER),
)
_PAYMENT_LISTS = ("terminals", "financial-advice-confirmations")


def join(url: str, *segments: str) -> str:
    """Join a base URL and path segments with exactly one slash each.

    Segments are values: percent-encoded, also their slashes. Raises ValueError for one that would climb or vanish
    (`..`, `.`, empty), because ids come from partners.
    """
    if any(segment in {"", ".", ".."} for segment in segments):
        raise ValueError("not usable as a path segment")
    return "/".join([url.rstrip("/"), *(quote(segment, safe="*~") for segment in segments)]) if segments else url


def versions_url(base: str) -> str:
    """Return the URL of our list of versions; `base` is the public base URL of the product."""
    return f"{base.rstrip('/')}{PATH_OCPI}/versions"


def details_url(base: str, version: str) -> str:
    """Return the URL of a version's details."""
    return f"{base.rstrip('/')}{PATH_OCPI}/{version}"


def module_url(base: str, version: str, module: str) -> str:
    """Return the URL of one of our modules."""
    if module == "credentials":
        return f"{details_url(base, version)}/credentials"
    return f"{base.rstrip('/')}{PATH_OCPI}/cpo/{version}/{module}"


def versions(base: str) -> list[dict[str, str]]:
    """Build the answer of the versions endpoint."""
    return [{"version": version, "url": details_url(base, version)} for version in OCPI_VERSIONS]


def version_details(base: str, version: str) -> dict[str, Any]:
    """Build the answer of a version's details endpoint. Raises KeyError for a version we do not serve."""
    if version not in OCPI_VERSIONS:
        raise KeyError(version)
    endpoints = [
        {"identifier": module, "role": role, "url": module_url(base, version, module)} for module, role in MODULES
    ]
    return {"version": version, "endpoints": endpoints}


def pick_version(offered: Iterable[Mapping[str, Any]]) -> tuple[Version, str] | None:
    """Return the highest version both sides have, with the partner's URL for it; None when there is none."""
    urls = {str(entry.get("version", "")).strip(): entry.get("url") for entry in offered}
    newest_first: tuple[Version, ...] = ("2.3.0", "2.2.1")
    for version in newest_first:
        url = urls.get(version)
        if version in OCPI_VERSIONS and url:
            return version, str(url)
    return None


def pick_endpoint(endpoints: Iterable[Mapping[str, Any]], module: str, role: str) -> str | None:
    """Find the URL of a partner's module; `role` is the partner's role in it.

    Tolerant: case does not matter, an entry without a role serves any role, credentials are found under either role,
    and payments under SENDER or else any. None when the partner does not have it.
    """
    found: dict[str, str] = {}
    for entry in endpoints:
        url = entry.get("url")
        if url and str(entry.get("identifier", "")).strip().lower() == module.lower():
            found.setdefault(str(entry.get("role") or "").strip().upper(), str(url))
    wanted = SENDER if module.lower() == "payments" else role.upper()
    url = found.get(wanted) or found.get("")
    if url is None and module.lower() in {"credentials", "payments"}:
        url = next(iter(found.values()), None)
    return url


def terminals_url(payments_url: str, *segments: str) -> str:
    """Return the URL of a partner's terminals, or of something under it."""
    return join(_payments_base(payments_url), "terminals", *segments)


def financial_advice_url(payments_url: str, *segments: str) -> str:
    """Return the URL of a partner's financial advice confirmations, or of something under it."""
    return join(_payments_base(payments_url), "financial-advice-confirmations", *segments)


def _payments_base(payments_url: str) -> str:
    """Take the list's name off a URL that already ends in it: version details cannot name both lists."""
    base = payments_url.rstrip("/")
    for name in _PAYMENT_LISTS:
        base = base.removesuffix(f"/{name}")
    return base

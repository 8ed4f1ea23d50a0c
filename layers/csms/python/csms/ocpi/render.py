"""Internal documents (2.3.0 shape) as wire documents of a version: one function per object OCPI sends.

Each takes the whole document, or the part of it that a PATCH carries, and an optional list that collects notes about
what the version could not say (see `wire`). Objects that need no more than `wire.project` are rendered by `document`.
"""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from csms.domain.tariff_versions import to_221
from csms.ocpi.fields import Version
from csms.ocpi.wire import project

Document = Mapping[str, Any]
Notes = list[str] | None

AD_HOC_PAYMENT = "AD_HOC_PAYMENT"

document = project
location = partial(project, "Location")
evse = partial(project, "EVSE")
connector = partial(project, "Connector")
session = partial(project, "Session")
token = partial(project, "Token")
terminal = partial(project, "Terminal")
financial_advice_confirmation = partial(project, "FinancialAdviceConfirmation")
price = partial(project, "Price")
credentials = partial(project, "Credentials")
location_references = partial(project, "LocationReferences")


def tariff(
    source: Document, version: Version, notes: Notes = None, *, for_terminal: bool | None = None
) -> dict[str, Any]:
    """Render a Tariff.

    Under 2.2.1 prices become net of VAT (`tax_included` YES has no other way to be said), and a payment terminal is
    told the amount to pre-authorise as `max_price`, which is what 2.2.1 terminals read. `for_terminal` None: decided
    by the tariff's type, AD_HOC_PAYMENT being meant for terminals. Raises TariffError for a tariff that is none.
    """
    if for_terminal is None:
        for_terminal = source.get("type") == AD_HOC_PAYMENT
    return project("Tariff", _tariff(source, version, for_terminal=for_terminal), version, notes)


def cdr(source: Document, version: Version, notes: Notes = None) -> dict[str, Any]:
    """Render a CDR. Its tariffs are shown as they price (a hold is not a price cap and is left out under 2.2.1)."""
    if source.get("tariffs"):
        embedded = [_tariff(entry, version, for_terminal=False) for entry in source["tariffs"]]
        source = {**source, "tariffs": embedded}
    return project("CDR", source, version, notes)


def _tariff(source: Document, version: Version, *, for_terminal: bool) -> dict[str, Any]:
    result = {"tax_included": "NO", **source}
    if version != "2.2.1":
        return result
    if not for_terminal or _caps_below_hold(source):
        result.pop("preauthorize_amount", None)
    return to_221(result)


def _caps_below_hold(source: Document) -> bool:
    """Tell whether the tariff can never cost as much as the hold: its own cap is then the better thing to reserve."""
    cap, hold = (source.get("max_price") or {}).get("after_taxes"), source.get("preauthorize_amount")
    return cap is not None and hold is not None and cap <= hold


def command_response(result: str, timeout_seconds: int, text: str = "", language: str = "en") -> dict[str, Any]:
    """Build a CommandResponse (the same in both versions)."""
    message = [{"language": language, "text": text}] if text else None
    return project("CommandResponse", {"result": result, "timeout": timeout_seconds, "message": message}, "2.3.0")


def command_result(result: str, text: str = "", language: str = "en") -> dict[str, Any]:
    """Build a CommandResult (the same in both versions)."""
    message = [{"language": language, "text": text}] if text else None
    return project("CommandResult", {"result": result, "message": message}, "2.3.0")


def own_credentials(
    token: str, versions_url: str, roles: Iterable[Document], version: Version, notes: Notes = None
) -> dict[str, Any]:
    """Build our Credentials object around the token that the partner is to use with us."""
    return project("Credentials", {"token": token, "url": versions_url, "roles": list(roles)}, version, notes)

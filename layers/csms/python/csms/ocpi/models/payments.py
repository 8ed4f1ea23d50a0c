"""Terminals and financial advice confirmations as terminal providers send them (OCPI 2.3.0 mod_payments).

The module's own examples break its rules; the tolerances here are for what those examples and real providers do:
both shapes of Price, a missing net amount, a failed capture without card data, a terminal that is only an id.
"""

from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, ValidationInfo, model_validator

from csms.ocpi.errors import InvalidParameter
from csms.ocpi.models.base import (
    DateTime,
    Id2,
    Id3,
    Id36,
    Number,
    Url,
    WireModel,
    either,
    identifier,
    parse,
    text,
    warn,
)
from csms.ocpi.prices import gross, internal_price

FAILED = "FAILED"


class TaxAmount(WireModel):
    """A tax in a Price."""

    name: Annotated[str, text(255)] = "VAT"
    account_number: Annotated[str, text(255)] | None = None
    percentage: Number | None = None
    amount: Number


class AnyPrice(WireModel):
    """A Price of either version, or a mixture. `document()` is the internal one."""

    before_taxes: Number | None = None
    excl_vat: Number | None = None
    incl_vat: Number | None = None
    after_taxes: Number | None = None
    taxes: list[TaxAmount] | None = None

    @model_validator(mode="after")
    def _has_an_amount(self, info: ValidationInfo) -> Self:
        net, total = self._net_and_total()
        if net is None:
            if total is None:
                raise ValueError("no amount")
            warn(info, "no amount before taxes")
        return self

    def _net_and_total(self) -> tuple[Decimal | None, Decimal | None]:
        net = self.excl_vat if self.before_taxes is None else self.before_taxes
        return net, self.after_taxes if self.incl_vat is None else self.incl_vat

    def document(self) -> dict[str, Any]:
        """Return the internal Price."""
        taxes = None if self.taxes is None else [tax.document() for tax in self.taxes]
        return internal_price(*self._net_and_total(), taxes)


class GeoLocation(WireModel):
    """Where a terminal stands."""

    latitude: Annotated[str, text(10)]
    longitude: Annotated[str, text(11)]


Address = Annotated[str, text(45)]


class TerminalPatch(WireModel):
    """The fields of a terminal that a provider changes; `last_updated` may be missing here."""

    expendable = frozenset({"coordinates", "invoice_base_url", "address", "city", "postal_code", "state", "country"})

    customer_reference: Id36 | None = None
    party_id: Id3 | None = None
    country_code: Id2 | None = None
    address: Address | None = None
    city: Address | None = None
    postal_code: Annotated[str, text(10)] | None = None
    state: Annotated[str, text(20)] | None = None
    country: Annotated[str, text(3)] | None = None
    coordinates: GeoLocation | None = None
    invoice_base_url: Url | None = None
    invoice_creator: Annotated[str, either("InvoiceCreator")] | None = None
    reference: Id36 | None = None
    location_ids: list[Id36] | None = None
    evse_uids: list[Id36] | None = None
    last_updated: DateTime | None = None


class Terminal(TerminalPatch):
    """A payment terminal. Only its id is needed; without `last_updated` the receiver stamps its own time."""

    terminal_id: Id36


def _lines(value: Any, info: ValidationInfo) -> Any:
    if isinstance(value, str):
        warn(info, "a string instead of a list")
        return value.splitlines() or []
    return value


def _price(value: Any, info: ValidationInfo) -> Any:
    if isinstance(value, int | Decimal | str) and not isinstance(value, bool):
        warn(info, "a number instead of a Price")
        return {"incl_vat": value}
    return value


class FinancialAdviceConfirmation(WireModel):
    """What was captured for a session, and the card data an invoice needs."""

    id: Id36
    authorization_reference: Id36
    total_costs: Annotated[AnyPrice, BeforeValidator(_price)]
    currency: Annotated[str, identifier(3)]
    eft_data: Annotated[list[Annotated[str, text(255)]], BeforeValidator(_lines)] = Field(default_factory=list)
    capture_status_code: Annotated[str, either("CaptureStatusCode")]
    capture_status_message: Annotated[str, text(255)] | None = None
    last_updated: DateTime | None = None

    @model_validator(mode="after")
    def _card_data(self, info: ValidationInfo) -> Self:
        if not self.eft_data and self.capture_status_code != FAILED and isinstance(info.context, list):
            info.context.append("eft_data: missing on a captured payment")
        return self

    @property
    def captured(self) -> Decimal:
        """Return the amount that was captured, taxes included."""
        return gross(self.total_costs.document())


def parse_terminal(body: Any, terminal_id: str | None = None) -> Terminal:
    """Validate a Terminal of a POST, or of a PUT whose URL names it.

    The body of a PUT may leave the id out. Raises InvalidParameter, also when body and URL differ.
    """
    if terminal_id is None or not isinstance(body, dict):
        return parse(Terminal, body)
    named = body.get("terminal_id") if body.get("terminal_id") is not None else terminal_id
    terminal = parse(Terminal, {**body, "terminal_id": named})
    if terminal.terminal_id.lower() != terminal_id.lower():
        raise InvalidParameter("Field differs from the URL: terminal_id")
    return terminal

"""Tokens of drivers, and the answers of real-time authorisation (OCPI mod_tokens)."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from csms.ocpi.errors import InvalidParameter
from csms.ocpi.models.base import DateTime, Id2, Id3, Id36, Text64, WireModel, either, identifier, parse, text

__all__ = ["AuthorizationInfo", "CommandToken", "LocationReferences", "Token", "TokenPatch", "parse_patch", "parse_put"]

TokenType = Annotated[str, identifier(32)]
Whitelist = Annotated[str, either("WhitelistType")]
Profile = Annotated[str, either("ProfileType")]
DEFAULT_TYPE = "RFID"
EXPENDABLE = frozenset({"language", "default_profile_type", "energy_contract", "visual_number"})


class DisplayText(WireModel):
    """A text in one language."""

    language: Annotated[str, text(2)]
    text: Annotated[str, text(512)]


class EnergyContract(WireModel):
    """The driver's energy supplier."""

    supplier_name: Text64
    contract_id: Text64 | None = None


class Token(WireModel):
    """A driver's token, whole. The type is open: unknown ones are kept as they are."""

    expendable = EXPENDABLE

    country_code: Id2
    party_id: Id3
    uid: Id36
    type: TokenType
    contract_id: Id36
    visual_number: Text64 | None = None
    issuer: Text64
    group_id: Id36 | None = None
    valid: bool
    whitelist: Whitelist
    language: Annotated[str, text(2)] | None = None
    default_profile_type: Profile | None = None
    energy_contract: EnergyContract | None = None
    last_updated: DateTime


class TokenPatch(WireModel):
    """The changed fields of a token. `last_updated` must be among them (OCPI mod_tokens, PATCH)."""

    expendable = EXPENDABLE

    contract_id: Id36 | None = None
    visual_number: Text64 | None = None
    issuer: Text64 | None = None
    group_id: Id36 | None = None
    valid: bool | None = None
    whitelist: Whitelist | None = None
    language: Annotated[str, text(2)] | None = None
    default_profile_type: Profile | None = None
    energy_contract: EnergyContract | None = None
    last_updated: DateTime


class CommandToken(WireModel):
    """The token inside a command: only its uid is needed to start, so only that is insisted on."""

    uid: Id36
    country_code: Id2 | None = None
    party_id: Id3 | None = None
    type: TokenType | None = None
    contract_id: Id36 | None = None
    visual_number: Text64 | None = None
    issuer: Text64 | None = None
    group_id: Id36 | None = None
    valid: bool | None = None
    whitelist: Annotated[str, text(32)] | None = None
    language: Annotated[str, text(16)] | None = None
    last_updated: DateTime | None = None

    def cdr_token(self, country_code: str, party_id: str) -> dict[str, Any]:
        """Return the CdrToken for sessions this command starts; the arguments stand in for an owner not named."""
        return {
            "country_code": self.country_code or country_code,
            "party_id": self.party_id or party_id,
            "uid": self.uid,
            "type": self.type or "OTHER",
            "contract_id": self.contract_id or self.uid,
        }


class LocationReferences(WireModel):
    """A location, and those of its EVSEs that are meant; none listed means all."""

    location_id: Id36
    evse_uids: list[Id36] = Field(default_factory=list)


class AuthorizationInfo(WireModel):
    """The answer of an eMSP to a real-time authorisation."""

    allowed: Annotated[str, either("AllowedType")]
    token: CommandToken | None = None
    location: LocationReferences | None = None
    authorization_reference: Id36 | None = None
    info: DisplayText | None = None


def parse_put(body: Any, country_code: str, party_id: str, uid: str, token_type: str = DEFAULT_TYPE) -> Token:
    """Validate a PUT of a Token against the ids of its URL.

    Ids that the body leaves out come from the URL. Raises InvalidParameter also when the two differ; the ids compare
    case-insensitively. The type of the URL is a default only (RFID when the URL has none), so the body's wins.
    """
    if not isinstance(body, Mapping):
        raise InvalidParameter("The body is not an object")
    ids = {"country_code": country_code, "party_id": party_id, "uid": uid}
    given = {name: value for name, value in body.items() if value is not None}
    token = parse(Token, {**ids, "type": token_type, **given})
    for name, expected in ids.items():
        if getattr(token, name).lower() != expected.lower():
            raise InvalidParameter(f"Field differs from the URL: {name}")
    return token


def parse_patch(body: Any) -> TokenPatch:
    """Validate a PATCH of a Token. Raises InvalidParameter, also when `last_updated` is missing."""
    return parse(TokenPatch, body)

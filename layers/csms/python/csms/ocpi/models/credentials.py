"""Credentials, versions and version details of a partner (OCPI credentials, version_information_endpoint)."""

from typing import Annotated, Any

from pydantic import AfterValidator, Field

from csms.ocpi.errors import InvalidParameter
from csms.ocpi.models.base import Id2, Id3, Url, WireModel, identifier, parse, text

__all__ = ["Credentials", "CredentialsRole", "Endpoint", "Version", "read_details", "read_versions"]

_TOKEN_MAX = 512


def _header_safe(value: str) -> str:
    value = value.strip()
    if not value or len(value) > _TOKEN_MAX or not all("!" <= character <= "~" for character in value):
        raise ValueError("not usable in a header")
    return value


class BusinessDetails(WireModel):
    """The name and web site of a party; its logo is nothing we use."""

    name: Annotated[str, text(100)] = ""
    website: Annotated[str, text(255)] | None = None


class CredentialsRole(WireModel):
    """A party of the partner. Any role is accepted: PTP is in no version's enumeration, and terminals may say it."""

    role: Annotated[str, text(64)]
    business_details: BusinessDetails | None = None
    party_id: Id3
    country_code: Id2


class Credentials(WireModel):
    """The token we are to use with the partner, where its versions are, and the parties behind it."""

    token: Annotated[str, AfterValidator(_header_safe)]
    url: Url
    hub_party_id: Annotated[str, identifier(5)] | None = None
    roles: Annotated[list[CredentialsRole], Field(min_length=1)]


class Version(WireModel):
    """A version a partner offers."""

    version: Annotated[str, text(32)]
    url: Url


class Endpoint(WireModel):
    """A module a partner offers; its role is missing in lists made the 2.1.1 way."""

    identifier: Annotated[str, identifier(64)]
    role: Annotated[str, text(32)] = ""
    url: Url


def read_versions(data: Any) -> list[dict[str, Any]]:
    """Read the data of a versions endpoint; entries that cannot be used are passed over.

    Raises InvalidParameter when no entry can be used.
    """
    if isinstance(data, dict):
        data = data.get("versions") or [data]
    return _usable(Version, data, "versions")


def read_details(data: Any) -> list[dict[str, Any]]:
    """Read the endpoints out of a version's details; entries that cannot be used are passed over.

    Raises InvalidParameter when no entry can be used.
    """
    if isinstance(data, list) and len(data) == 1:
        data = data[0]
    if not isinstance(data, dict):
        raise InvalidParameter("The version details are not an object")
    return _usable(Endpoint, data.get("endpoints"), "endpoints")


def _usable(model: type[WireModel], entries: Any, name: str) -> list[dict[str, Any]]:
    result = []
    for entry in entries if isinstance(entries, list) else []:
        try:
            result.append(parse(model, entry).document())
        except InvalidParameter:  # one bad entry must not cost the good ones (transport_and_format, GET)
            continue
    if not result:
        raise InvalidParameter(f"Invalid field: {name}")
    return result

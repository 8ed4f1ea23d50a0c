"""The operator's own RFID tokens. Those of partners come from the partners."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import Field

from csms.domain.times import format_time, parse_time
from csms.edge import settings
from csms.store import lists, master
from csms.store.sessions import LOCAL_OWNER
from functions.operator_api.api import ApiRequest, Body, Reply
from functions.operator_api.problems import Invalid, NotFound
from functions.operator_api.station_models import Identifier  # noqa: TC001 - pydantic reads annotations at run time

if TYPE_CHECKING:
    from csms.store.dynamo import Item

_UID: Final = re.compile(r"[\x21-\x7e]{1,36}")


class TokenBody(Body):
    """A card. `expires_at`: a DateTime from which it is not accepted. Cards of one `group_id` may stop each other's sessions."""

    blocked: bool = False
    expires_at: Annotated[str, Field(max_length=35)] | None = None
    group_id: Identifier | None = None
    contract_id: Identifier | None = None
    visual_number: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    language: Annotated[str, Field(pattern=r"^[a-z]{2}$")] | None = None


def list_tokens(request: ApiRequest) -> Reply:
    """Our own tokens by uid."""
    return request.page(lists.tokens(LOCAL_OWNER)).reply(_shown)


def get_token(request: ApiRequest, uid: str) -> Reply:
    """One of our own tokens; letter case does not matter."""
    return Reply(_shown(_found(request, uid)))


def put_token(request: ApiRequest, uid: str) -> Reply:
    """Write one of our own tokens. Chargers ask us, so it counts from the next swipe on."""
    if not _UID.fullmatch(uid):
        raise Invalid(faults=[("uid", "not 1 to 36 printable characters")])
    body = request.read(TokenBody)
    known = _own(request, uid)
    token = _document(request, known["token"]["uid"] if known else uid, body)
    request.store.commit(
        master.token_put(token, LOCAL_OWNER, request.now),
        request.audited("token.written", f"tokens/{token['uid']}", blocked=body.blocked, expires_at=body.expires_at),
    )
    return Reply(token, 200 if known else 201)


def delete_token(request: ApiRequest, uid: str) -> Reply:
    """Take one of our own tokens out."""
    token = _found(request, uid)["token"]
    request.store.commit(master.token_deleted(token), request.audited("token.deleted", f"tokens/{token['uid']}"))
    return Reply(status=204)


def _document(request: ApiRequest, uid: str, body: TokenBody) -> dict[str, Any]:
    """The OCPI Token, with our own `expires_at` beside its fields."""
    own = settings.own_party()
    token = {
        "country_code": own.country_code,
        "party_id": own.party_id,
        "uid": uid,
        "type": "RFID",
        "contract_id": body.contract_id or uid,
        "visual_number": body.visual_number,
        "issuer": own.name[:64],
        "group_id": body.group_id,
        "valid": not body.blocked,
        "whitelist": "ALWAYS",
        "language": body.language,
        "expires_at": _moment(body.expires_at),
        "last_updated": format_time(request.now),
    }
    return {name: value for name, value in token.items() if value is not None}


def _moment(text: str | None) -> str | None:
    if text is None:
        return None
    try:
        return format_time(parse_time(text))
    except ValueError:
        raise Invalid(faults=[("expires_at", "not a DateTime")]) from None


def _own(request: ApiRequest, uid: str) -> Item | None:
    """Our token of this uid; one uid can be issued by several parties."""
    return next((row for row in master.find_tokens(request.store, uid) if row["partner_id"] == LOCAL_OWNER), None)


def _found(request: ApiRequest, uid: str) -> Item:
    row = _own(request, uid)
    if row is None:
        raise NotFound("No such token of ours")
    return row


def _shown(row: Item) -> dict[str, Any]:
    token: dict[str, Any] = row["token"]
    return {**token, "blocked": not token["valid"]}

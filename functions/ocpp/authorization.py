"""Tokens in frames: who is it, and may it charge? The same answer in both protocols, spelled for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from csms.domain.identifiers import remote_start_id_of
from csms.domain.times import parse_time
from csms.store import chargers, master

if TYPE_CHECKING:
    from datetime import datetime

    from csms.store.dynamo import Item, Store


@dataclass(frozen=True, slots=True)
class Verdict:
    """`status` as 2.0.1 names it; `token` the OCPI token where one is known; `remote_start` a start that we sent."""

    status: str
    token: dict[str, Any] | None = None
    partner_id: str | None = None
    remote_start: Item | None = None

    @property
    def accepted(self) -> bool:
        """Whether charging may start."""
        return self.status == "Accepted"


def verdict_of(
    store: Store,
    charger_id: str,
    id_token: str,
    now: datetime,
    remote_start_id: int | None = None,
    *,
    starts: str | None = None,
) -> Verdict:
    """Judge a token: one of our own remote starts (no further check, OCPI mod_commands), else a known token.

    `starts` is the id of the transaction that begins with it ("" where it has none yet). A remote start is good for one
    transaction: what begins with it after that one is not paid for.
    """
    wanted = remote_start_id if remote_start_id is not None else remote_start_id_of(id_token)
    if wanted is not None:
        start = chargers.get_remote_start(store, charger_id, wanted)
        if start and (remote_start_id is not None or start["id_tag"].upper() == id_token.upper()):
            return _own_start(start, starts)
    rows = master.find_tokens(store, id_token) if id_token else []
    if not rows:
        return Verdict("Unknown")
    judged = [(_status(row["token"], now), row) for row in rows]
    status, row = next(((s, r) for s, r in judged if s == "Accepted"), judged[0])
    return Verdict(status, row["token"], row["partner_id"])


def _own_start(start: Item, starts: str | None) -> Verdict:
    free = start["state"] == "pending" or (start["state"] == "bound" and starts in (None, start.get("transaction_id")))
    mine = {} if "payment_id" in start else {"token": start.get("token"), "partner_id": start.get("partner_id")}
    return Verdict("Accepted" if free else "Invalid", remote_start=start, **mine)


def _status(token: dict[str, Any], now: datetime) -> str:
    """A token that must be authorised in real time (whitelist NEVER) is not accepted from our list."""
    if not token.get("valid", True):
        return "Blocked"
    if token.get("expires_at") and parse_time(token["expires_at"]) <= now:
        return "Expired"
    return "Invalid" if token.get("whitelist") == "NEVER" else "Accepted"


def id_tag_info(verdict: Verdict, status: str | None = None) -> dict[str, Any]:
    """1.6 idTagInfo: 1.6 has no Unknown; the group is the parentIdTag (≤ 20 characters)."""
    spelled = status or verdict.status
    info: dict[str, Any] = {"status": "Invalid" if spelled == "Unknown" else spelled}
    group = (verdict.token or {}).get("group_id")
    if group and len(group) <= 20:
        info["parentIdTag"] = group
    return info


def id_token_info(verdict: Verdict, status: str | None = None) -> dict[str, Any]:
    """2.0.1 idTokenInfo, with the group token where the token has one."""
    info: dict[str, Any] = {"status": status or verdict.status}
    group = (verdict.token or {}).get("group_id")
    if group:
        info["groupIdToken"] = {"idToken": group, "type": "Central"}
    return info

"""Answers to SendLocalList and GetLocalListVersion, in both versions: the list goes on towards what is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from csms.domain import local_list as rules
from csms.store import local_lists

if TYPE_CHECKING:
    from csms.store.dynamo import Write
    from functions.ocpp.decision import Reply


def list_answered(reply: Reply) -> tuple[Write, ...]:
    """The next message, or the first of a whole list where changes could not be applied; else the end of it."""
    charger_id, asked = reply.charger.charger_id, reply.command["payload"]
    status = reply.error or str((reply.payload or {}).get("status", ""))
    step = rules.after_answer(str(asked["updateType"]), status)
    head = local_lists.get_head(reply.store, charger_id)
    if head.get("command_id") != reply.command["command_id"]:
        return _sent_by_hand(reply, head, int(asked.get("listVersion", asked.get("versionNumber", 0))), step)
    if step in {rules.FAILED, rules.UNSUPPORTED}:
        state = "FAILED" if step == rules.FAILED else "UNSUPPORTED"
        return (_ended(reply, head, state=state, known=None, reason=status),)
    wanted = local_lists.get_wanted(reply.store, charger_id)
    facts: dict[str, Any] = {"known": None, "reason": None}
    told: tuple[Write, ...] = ()
    if step == rules.APPLIED:
        version = int(head["pending"]["version"])
        facts = {"known": local_lists.applied(head), "version": version, "reason": None}
        told = (local_lists.version_told(charger_id, version),)
    if wanted is None:
        return (_ended(reply, head, state="UNKNOWN", **facts), *told)
    return (*local_lists.sync_writes(charger_id, reply.charger.protocol, head, wanted, reply.now, **facts), *told)


def version_answered(reply: Reply) -> tuple[Write, ...]:
    """-1: it keeps no list; 0: its list is empty; another version than ours: what it holds is not known."""
    payload, charger_id = reply.payload or {}, reply.charger.charger_id
    version = payload.get("listVersion", payload.get("versionNumber"))
    if not isinstance(version, int):
        return ()
    head = local_lists.get_head(reply.store, charger_id)
    told = local_lists.version_told(charger_id, version)
    if version == rules.NO_LIST:
        return (_ended(reply, head, state="UNSUPPORTED", known=None, version=0), told)
    if head.get("state") == "SYNCING" or (head.get("version") == version and "known" in head):
        return (told,)
    known: dict[str, str] | None = {} if version == 0 else None
    return (_ended(reply, head, state="UNKNOWN", known=known, version=version), told)


def _sent_by_hand(reply: Reply, head: Any, version: int, step: str) -> tuple[Write, ...]:
    """A list that an operator wrote out: its version is known, its entries are not compared."""
    if step != rules.APPLIED:
        return ()
    charger_id = reply.charger.charger_id
    state = head.get("state") if head.get("state") == "SYNCING" else "UNKNOWN"
    row = local_lists.head_put(charger_id, head, reply.now, state=state, known=None, version=version)
    return (row, local_lists.version_told(charger_id, version))


def _ended(reply: Reply, head: Any, **facts: Any) -> Write:
    return local_lists.head_put(
        reply.charger.charger_id, head, reply.now, **{"pending": None, "command_id": None, **facts}
    )

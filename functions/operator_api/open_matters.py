"""What is not finished: reviews, payments and messages to partners, each with what a person should do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from csms.store import lists, outbox, sessions
from functions.operator_api.api import ApiRequest, Page, Reply
from functions.operator_api.problems import Invalid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from csms.store.dynamo import Item

_KINDS: Final = (sessions.OPEN_REVIEWS, sessions.OPEN_PAYMENTS, outbox.OPEN_ROWS)  # the most urgent first

_REVIEW: Final = (
    "Compare the session with the charger's meter: the reasons say what is implausible. "
    "Nothing is billed before it was decided."
)
_WAITS: Final = "Nothing yet: it goes on by itself."
_PAYMENTS: Final[Mapping[str, str]] = {
    "REQUESTED": _WAITS,
    "STARTING": _WAITS,
    "CHARGING": "Nothing: the car is charging.",
    "ENDED": _WAITS,
    "SETTLED": "Nothing yet: the terminal's platform has to report the capture.",
    "REVIEW": "Decide the review of its session: the driver's card holds the amount until then.",
    "CAPTURE_FAILED": "Ask the terminal's provider why the capture failed. It is mended by a later capture that matches.",
    "CAPTURE_MISMATCH": "Compare the captured amount with the CDR, and have the provider refund or charge the difference.",
    "CAPTURE_MISSING": "Ask the terminal's provider whether it captured the amount; it never said so.",
}
_OUTBOX: Final[Mapping[str, str]] = {
    outbox.WAITING: "Nothing yet: it is tried again by itself. Look at the partner's health where it lasts.",
    outbox.FAILED: "The partner did not take it: the last error says why. Settle it with the partner.",
}
_NEEDS_PERSON: Final = frozenset({"REVIEW", "CAPTURE_FAILED", "CAPTURE_MISMATCH", "CAPTURE_MISSING", outbox.FAILED})
_OUTBOX_SHOWN: Final = (
    "row_id", "target", "partner_id", "module", "object_id", "method", "payment_id", "signal", "session_id", "attempts",
    "last_error", "attempted_at",
)  # fmt: skip


def list_open_matters(request: ApiRequest) -> Reply:
    """Everything open, kind by kind, the oldest of each first. `kind`: REVIEW, PAYMENT or OUTBOX only."""
    kinds = _kinds(request)
    limit = request.limit()
    after = request.cursor()
    kind, _, key = after.partition("|") if after else (kinds[0], "", "")
    if kind not in kinds:
        raise Invalid(faults=[("cursor", "not a cursor of this list")])
    rows: list[Item] = []
    for current in kinds[kinds.index(kind) :]:
        matters = lists.open_matters(current)
        behind = key if current == kind and key else None
        found, next_key = lists.page(request.store, matters, limit - len(rows), behind)
        rows += found
        full = len(rows) == limit and current != kinds[-1]
        if next_key or full:
            return Page(rows, f"{current}|{next_key or matters.key_of(found[-1])}").reply(_shown)
    return Page(rows, None).reply(_shown)


def _kinds(request: ApiRequest) -> tuple[str, ...]:
    asked = request.http.query.get("kind")
    if asked is None:
        return _KINDS
    if asked not in _KINDS:
        raise Invalid(faults=[("kind", f"must be one of {', '.join(_KINDS)}")])
    return (asked,)


def _shown(row: Item) -> dict[str, Any]:
    if row["kind"] == "OUTBOX":
        what = {name: row[name] for name in _OUTBOX_SHOWN if row.get(name) is not None}
        return _matter(row, row["state"], _OUTBOX.get(row["state"], _WAITS), None, what)
    if row["kind"] == "PAYMENT":
        link = f"/api/payments/{row['partner_id']}/{row['authorization_reference']}"
        what = {name: row[name] for name in ("payment_id", "session_id", "amount", "currency") if name in row}
        return _matter(row, row["state"], _PAYMENTS.get(row["state"], _WAITS), link, what)
    what = {"session_id": row["session_id"], "payment_id": row.get("payment_id"), **(row.get("review") or {})}
    return _matter(row, "REVIEW", _REVIEW, f"/api/sessions/{row['session_id']}", what)


def _matter(row: Item, state: str, what_to_do: str, link: str | None, what: dict[str, Any]) -> dict[str, Any]:
    return {
        "kind": row["open_matter"],
        "state": state,
        "open_since": row["open_since"].partition("#")[0],
        "needs_person": state in _NEEDS_PERSON,
        "what_to_do": what_to_do,
        "link": link,
        "about": what,
    }

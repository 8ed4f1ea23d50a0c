"""Tells partners what the outbox holds: one message of the FIFO queue is one row, in order for each object.

row delivered already, or partner's token refused before   nothing is sent
partner without that module, or superseded and given up    delivered, with a note
refused                                                    FAILED: stays in the list of open matters
no answer, or one that says "later"                        the message comes again, later each time
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from csms.contract import QUEUE_PUSH
from csms.domain.times import format_time, parse_time
from csms.edge import log, ocpi_client, outgoing, queues
from csms.edge import log_catalogue as catalogue
from csms.edge import partners as edge_partners
from csms.store import master, outbox, partners, secrets
from csms.store.dynamo import ConditionFailed, Store
from functions.ocpi_push.request import NoEndpointError, PushRequest, build, replacement
from functions.ocpi_push.verdict import Outcome, delay_seconds, judge, patience

if TYPE_CHECKING:
    from csms.edge.ocpi_client import Answered
    from csms.store.dynamo import Item

TIMEOUT_SECONDS: Final = 10.0
OVER: Final = 0
_HEALTH_EVERY: Final = timedelta(seconds=60)


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Messages `{"pk", "sk"}` of the push queue. After one that must come again, all behind it must too: it is a FIFO."""
    store = Store()
    records = event["Records"]
    for index, record in enumerate(records):
        if not _handled(store, record):
            return {"batchItemFailures": [{"itemIdentifier": later["messageId"]} for later in records[index:]]}
    return {"batchItemFailures": []}


def _handled(store: Store, record: dict[str, Any]) -> bool:
    """Push one row. False: the message must come again."""
    tries = int(record["attributes"]["ApproximateReceiveCount"])
    row: Item | None = None
    try:
        key = json.loads(record["body"])
        row = outbox.get(store, key["pk"], key["sk"])
        if row is None or row["state"] == outbox.DELIVERED:
            return True
        with log.context(row_id=row["row_id"], partner_id=row["partner_id"], module=row["module"], tries=tries):
            again_in = push(store, row, tries, datetime.now(UTC))
    except Exception as error:  # noqa: BLE001 - whatever it is, the row must be tried again
        log.write(catalogue.UNEXPECTED_ERROR, error=error, row_id=row and row["row_id"])
        return False
    if again_in == OVER:
        return True
    queues.retry_in(QUEUE_PUSH, record["receiptHandle"], again_in)
    return False


def push(store: Store, row: Item, tries: int, now: datetime) -> int:
    """Tell the partner. Returns the seconds until the next try, OVER where there is none."""
    partner = partners.get_partner(store, row["partner_id"])
    if partner is None or partner["state"] != partners.REGISTERED:
        return _refused(store, row, "the partner is not registered", now)
    if partner.get("push_stopped_at"):
        log.write(catalogue.PUSH_NOT_NEEDED, why="stopped until the partner registers again")
        return OVER
    token = secrets.get_partner_token(row["partner_id"])
    if token is None:
        return _refused(store, row, "there is no token for this partner", now)
    try:
        request = build(row, partner)
    except NoEndpointError:
        return _done(store, row, now, note="the partner has no such module")
    if request.notes:
        log.write(catalogue.OCPI_RENDERING_LOSS, notes=list(request.notes))
    try:
        answered = _sent(request, row, partner, token)
        outcome = judge(answered, row["module"])
        if outcome is Outcome.REFUSED:
            answered, outcome = _repaired(store, row, partner, token) or (answered, outcome)
    except outgoing.Forbidden as error:
        return _refused(store, row, f"the URL must not be called: {error}", now)
    except outgoing.Unreachable as error:
        return _later(store, row, partner, f"no answer: {error}", tries, now)
    if outcome is Outcome.DELIVERED:
        _note_health(store, partner, None, now)
        return _done(store, row, now, location=answered.headers.get("location"), answer=answered.describe())
    if outcome is Outcome.RETRY:
        return _later(store, row, partner, answered.describe(), tries, now)
    _note_health(store, partner, answered.describe(), now)
    if outcome is Outcome.TOKEN_REFUSED:
        return _stopped(store, row, now)
    return _refused(store, row, answered.describe(), now)


def _sent(request: PushRequest, row: Item, partner: Item, token: str) -> Answered:
    return ocpi_client.call(
        request.method,
        request.url,
        token=token,
        raw_token=bool(partner.get("raw_token")),
        document=request.document,
        to=edge_partners.their_party(partner),
        sender=edge_partners.our_party(partner),
        correlation_id=row["row_id"],
        allowed_hosts=edge_partners.known_hosts(partner),
        timeout_seconds=TIMEOUT_SECONDS,
    )


def _repaired(store: Store, row: Item, partner: Item, token: str) -> tuple[Answered, Outcome] | None:
    """A PATCH of something that the partner does not have (right): PUT it whole."""
    location = master.get_location(store, row["path"][2]) if row["module"] == "locations" and row["path"] else None
    request = replacement(row, partner, master.location_document(location) if location else None)
    if request is None:
        return None
    answered = _sent(request, row, partner, token)
    return answered, judge(answered, row["module"])


def _later(store: Store, row: Item, partner: Item, why: str, tries: int, now: datetime) -> int:
    """Try again, unless that is no use any more."""
    _note_health(store, partner, why, now)
    kind = patience(row["module"], row["method"])
    if kind.tries is not None and tries >= kind.tries:
        if kind.superseded:
            return _done(store, row, now, note=f"given up, the next one tells it: {why}")
        return _refused(store, row, why, now)
    last = tries >= QUEUE_PUSH.max_receives
    _commit(store, outbox.attempted(row["pk"], row["sk"], now, why, final=last))
    again_in = delay_seconds(kind, tries)
    log.write(catalogue.PUSH_REFUSED if last else catalogue.PUSH_WILL_RETRY, why=why, again_in_seconds=again_in)
    return again_in


def _refused(store: Store, row: Item, why: str, now: datetime) -> int:
    """Final: the row stays in the list of open matters until a person acts."""
    _commit(store, outbox.attempted(row["pk"], row["sk"], now, why, final=True))
    log.write(catalogue.PUSH_REFUSED, why=why)
    return OVER


def _stopped(store: Store, row: Item, now: datetime) -> int:
    """Our token does not work any more: nothing is sent until the partner registers again; the rows wait."""
    why = "the partner refused our token"
    _commit(store, outbox.attempted(row["pk"], row["sk"], now, why, final=False))
    stopped = {"push_stopped_at": format_time(now), "push_stopped_why": why}
    store.commit(partners.partner_changed(row["partner_id"], stopped))
    log.write(catalogue.PUSH_TOKEN_REFUSED)
    return OVER


def _done(store: Store, row: Item, now: datetime, **outcome: Any) -> int:
    known = {name: value for name, value in outcome.items() if value is not None}
    _commit(store, outbox.delivered(row["pk"], row["sk"], now, **known))
    log.write(catalogue.PUSH_NOT_NEEDED if "note" in known else catalogue.PUSH_DELIVERED, **known)
    return OVER


def _commit(store: Store, write: Any) -> None:
    try:
        store.commit(write)
    except ConditionFailed:
        return  # delivered by another delivery of the same message


def _note_health(store: Store, partner: Item, error: str | None, now: datetime) -> None:
    """When the partner last worked, and what went wrong last: for the operator. A success is noted once a minute."""
    if error is not None:
        changes = {"last_error_at": format_time(now), "last_error": error[:500]}
    else:
        last = partner.get("last_success_at")
        works = last is not None and partner.get("last_error_at", "") <= last
        if works and now - parse_time(str(last)) < _HEALTH_EVERY:
            return
        changes = {"last_success_at": format_time(now)}
    store.commit(partners.partner_changed(partner["partner_id"], changes))

"""The answer to GetTariffs (OCPP 2.1, block I): the tariffs that the station has for an EVSE (0: for all)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from csms.domain.times import format_time
from csms.store.station_state import TARIFF, state_set
from functions.ocpp.v21.answers import members, status_of

if TYPE_CHECKING:
    from csms.store.dynamo import Write
    from functions.ocpp.decision import Reply


def writes(reply: Reply) -> tuple[Write, ...]:
    """Keeps what is reported beside what is wanted; of drivers' tokens only their number."""
    if status_of(reply) not in {"Accepted", "NoTariff"}:
        return ()
    reported = [_assignment(assignment) for assignment in members(reply, "tariffAssignments")]
    return (
        state_set(
            reply.charger.charger_id,
            TARIFF,
            reply.command["payload"]["evseId"],
            reply.now,
            reported=reported,
            reported_at=format_time(reply.now),
        ),
    )


def _assignment(assignment: dict[str, Any]) -> dict[str, Any]:
    tokens = assignment.pop("idTokens", None)
    assignment.pop("customData", None)
    return {**assignment, "drivers": len(tokens) if isinstance(tokens, list) else 0}

"""Recordings of charger software, replayed over real WebSockets against the running system."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from csms import contract
from csms.domain import transaction
from csms.domain.times import parse_time
from csms.store import master, sessions
from csms.store.dynamo import Store, unmarshal
from local.settings import Settings
from tests.kit import traces

if TYPE_CHECKING:
    from decimal import Decimal

    from local.stack import Stack

OWN = sorted((Path(__file__).parent / "traces").glob("*.jsonl"))
SHARED = Path(__file__).parents[3] / "shared" / "traces"
RECORDED = sorted(SHARED.glob("*.jsonl"))
TOKENS = ("TAG1", "TAG2", "TAG3", "TAG4", "TAG5", "A", "LA")


@pytest.fixture
def stack_settings() -> Settings:
    return Settings(environment={contract.ENV_UNKNOWN_CHARGERS: "accept"})


@pytest.mark.e2e
@pytest.mark.parametrize("path", OWN, ids=lambda p: p.stem)
async def test_own_recordings_replay(stack: Stack, path: Path) -> None:
    await _replay_and_compare(stack, path)


@pytest.mark.e2e
@pytest.mark.skipif(not RECORDED, reason="the recordings of other people's chargers are not beside this checkout")
@pytest.mark.parametrize("path", RECORDED, ids=lambda p: p.stem)
async def test_recordings_of_real_chargers_replay(stack: Stack, path: Path) -> None:
    await _replay_and_compare(stack, path)


async def _replay_and_compare(stack: Stack, path: Path) -> None:
    events = traces.read(path)
    know_tokens(stack)
    result = await traces.replay(events, stack.ocpp_url)
    await stack.settle()
    assert result.calls > 10
    assert not result.unanswered
    assert not [e for e in result.errors if e[1][0] != "NotSupported"], result.errors
    assert not stack.errors
    wanted = sorted(
        (e.charger_id, e.evse_id, _moment(e.start), e.ended, _rounded(e.energy_wh)) for e in traces.expected(events)
    )
    assert wanted
    assert sorted(_held(stack)) == wanted


def know_tokens(stack: Stack) -> None:
    with stack.as_function("operator_api"):
        for uid in TOKENS:
            token: dict[str, Any] = {
                "country_code": "DE",
                "party_id": "CPO",
                "uid": uid,
                "type": "RFID",
                "contract_id": uid,
            }
            Store().commit(master.token_put({**token, "valid": True}, "LOCAL", datetime.now(UTC)))


def _held(stack: Stack) -> list[tuple[Any, ...]]:
    """Every transaction that the system holds, with the energy that its ledger folds to (None while it is open in 1.6)."""
    table = stack.environment("ocpp")[contract.ENV_TABLE_SESSIONS]
    pages = stack.client("dynamodb").get_paginator("scan").paginate(TableName=table)
    rows = [unmarshal(item) for page in pages for item in page["Items"]]
    found = []
    for row in rows:
        if row.get("kind") != "TX":
            continue
        # ended_by "charger": the charger said so itself; a start that came after it proves the end but not the meter
        said = row["state"] == "ended" and row.get("ended_by") != "next-start"
        with stack.as_function("operator_api"):
            ledger = sessions.full_ledger(Store(), row)
        end = parse_time(row["ended_at"]) if "ended_at" in row else datetime.now(UTC)
        folded = transaction.fold(
            ledger, parse_time(row["started_at"]), end, row.get("meter_start_wh"), row.get("meter_stop_wh")
        )
        energy = folded.energy_wh if said or row["protocol"] != "ocpp1.6" else None
        found.append((row["charger_id"], int(row["evse_id"]), _moment(row["started_at"]), said, _rounded(energy)))
    return found


def _moment(text: str) -> datetime:
    return parse_time(text)


def _rounded(energy_wh: Decimal | None) -> Decimal | None:
    return None if energy_wh is None else round(energy_wh, 2)

"""Smart charging of a charger: what we set, what it reported, and what others limit. All under `SMART#`, so one read shows it.

| sort key | what |
|---|---|
| `SMART#PROFILE#<evse>#<purpose>#<level>#<transaction>` | a profile that we set and the charger accepted |
| `SMART#REPORT#<request_id>` | an answer to GetChargingProfiles: its state, `complete` once the last part came |
| `SMART#REPORT#<request_id>#<digest>` | a part of it |
| `SMART#COMPOSITE#<evse>` | the schedule that the charger worked out for GetCompositeSchedule |
| `SMART#LIMIT#<evse>#<source>` | a limit that somebody else set (EVSE 0: the station) |
| `SMART#NEEDS#<evse>`, `SMART#PLAN#<evse>` | what the EV asked for, and how it plans to charge |

Documents are kept as JSON text.
"""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from csms.contract import CHARGERS
from csms.domain.charging_profiles import Place
from csms.domain.times import format_time
from csms.store.chargers import digest, expiry, partition
from csms.store.dynamo import Delete, Item, Put, Store, Update

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

PREFIX: Final = "SMART#"
_KEEP: Final = timedelta(days=400)
_KEEP_REPORTS: Final = timedelta(days=90)
COMPOSITE: Final = "COMPOSITE"
NEEDS: Final = "NEEDS"
PLAN: Final = "PLAN"


def profile_set(charger_id: str, place: Place, profile: Mapping[str, Any], command_id: str, now: datetime) -> Put:
    """A profile that is in force now."""
    return _row(
        charger_id,
        _profile_key(place),
        "PROFILE",
        now,
        profile_id=place.profile_id,
        evse_id=place.evse_id,
        purpose=place.purpose,
        stack_level=place.stack_level,
        transaction_id=place.transaction_id or None,
        command_id=command_id,
        document=text_of(profile),
    )


def place_of(row: Item) -> Place:
    """The place of a stored profile."""
    return Place(
        int(row["profile_id"]), int(row["evse_id"]), row["purpose"], int(row["stack_level"]),
        row.get("transaction_id", ""),
    )  # fmt: skip


def profile_ended(charger_id: str, place: Place) -> Delete:
    """The profile was replaced or cleared."""
    return Delete(CHARGERS, partition(charger_id), PREFIX + _profile_key(place))


def profiles_of(store: Store, charger_id: str) -> list[Item]:
    """The profiles that we set."""
    return store.query(CHARGERS, partition(charger_id), prefix=f"{PREFIX}PROFILE#")


def report_told(charger_id: str, request_id: int, now: datetime, **facts: Any) -> Update:
    """What is known of a report of profiles: its answer (`status`), or that its last part came (`complete`)."""
    about = {"kind": "SMART", "what": "REPORT", "charger_id": charger_id, "request_id": request_id}
    kept = {"changed_at": format_time(now), "expires_at_s": expiry(now, _KEEP_REPORTS)}
    return Update(CHARGERS, partition(charger_id), f"{PREFIX}{_report_key(request_id)}", set={**about, **kept, **facts})


def report_part(charger_id: str, request_id: int, payload: Mapping[str, Any], now: datetime) -> Put:
    """A part of a report; the same part twice is one row."""
    key = f"{_report_key(request_id)}#{digest(payload)}"
    return _row(
        charger_id,
        key,
        "REPORTED",
        now,
        keep=_KEEP_REPORTS,
        request_id=request_id,
        evse_id=payload["evseId"],
        source=payload["chargingLimitSource"],
        document=text_of(payload["chargingProfile"]),
    )


def limit_set(charger_id: str, evse_id: int, source: str, now: datetime, **facts: Any) -> Put:
    """A limit from outside, which replaces what the same source said before."""
    return _row(charger_id, f"LIMIT#{evse_id}#{source}", "LIMIT", now, evse_id=evse_id, source=source, **facts)


def limit_cleared(charger_id: str, evse_id: int, source: str) -> Delete:
    """The limit from outside is over."""
    return Delete(CHARGERS, partition(charger_id), f"{PREFIX}LIMIT#{evse_id}#{source}")


def limits_of(store: Store, charger_id: str) -> list[Item]:
    """Limits from outside that are in force."""
    return store.query(CHARGERS, partition(charger_id), prefix=f"{PREFIX}LIMIT#")


def told(charger_id: str, what: str, evse_id: int, document: Any, now: datetime, **facts: Any) -> Put:
    """The newest COMPOSITE, NEEDS or PLAN of an EVSE."""
    return _row(charger_id, f"{what}#{evse_id}", what, now, evse_id=evse_id, document=text_of(document), **facts)


def _profile_key(place: Place) -> str:
    return f"PROFILE#{place.evse_id}#{place.purpose}#{place.stack_level:05d}#{place.transaction_id}"


def _report_key(request_id: int) -> str:
    return f"REPORT#{request_id:010d}"


def text_of(document: Any) -> str:
    """A document as JSON text, with the numbers as numbers, wherever they were read."""
    return json.dumps(document, default=_plain, ensure_ascii=False)


def _plain(value: Any) -> Any:
    if not isinstance(value, Decimal):
        return str(value)
    return int(value) if value == value.to_integral_value() else float(value)


def _row(charger_id: str, key: str, what: str, now: datetime, keep: timedelta = _KEEP, **facts: Any) -> Put:
    return Put(
        CHARGERS,
        {
            "pk": partition(charger_id),
            "sk": PREFIX + key,
            "kind": "SMART",
            "what": what,
            "charger_id": charger_id,
            "changed_at": format_time(now),
            "expires_at_s": expiry(now, keep),
            **facts,
        },
    )

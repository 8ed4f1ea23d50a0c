"""The tariff of a session, fixed when it is asked for: what the driver was shown is what the driver pays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from csms.domain.tariff import TariffError, hold_amount, parse_tariff
from csms.store import master

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from csms.domain.tariff import Tariff
    from csms.store.dynamo import Store
    from functions.ocpi.commands.place import Place

AD_HOC_PAYMENT: Final = "AD_HOC_PAYMENT"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The tariff document, its currency, and the gross amount that a terminal holds (None: no limit)."""

    document: dict[str, Any]
    currency: str
    hold_amount: Decimal | None


def tariff_snapshot(store: Store, place: Place, *, ad_hoc: bool, now: datetime) -> Snapshot | None:
    """The tariff in force on the connector; None where there is none that can be priced.

    `ad_hoc`: paid at a terminal, so a tariff of type AD_HOC_PAYMENT goes before all others; for anybody else it comes last.
    """
    found: list[Snapshot] = []
    for tariff_id in place.connector.get("tariff_ids") or ():
        row = master.get_tariff(store, str(tariff_id))
        snapshot = _read(row["tariff"], now) if row else None
        if snapshot:
            found.append(snapshot)
    found.sort(key=lambda snapshot: (snapshot.document.get("type") == AD_HOC_PAYMENT) is not ad_hoc)
    return found[0] if found else None


def _read(document: dict[str, Any], now: datetime) -> Snapshot | None:
    """The tariff, where it is in force and can be priced."""
    try:
        tariff = parse_tariff(document)
    except TariffError:
        return None
    return Snapshot(document, tariff.currency, hold_amount(tariff)) if _is_in_force(tariff, now) else None


def _is_in_force(tariff: Tariff, now: datetime) -> bool:
    begun = tariff.start_date_time is None or tariff.start_date_time <= now
    return begun and (tariff.end_date_time is None or now < tariff.end_date_time)

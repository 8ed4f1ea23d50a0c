from datetime import UTC, datetime
from decimal import Decimal

from csms.domain import transaction


def test_samples_above_the_stop_register_are_not_billed() -> None:
    # One real charger samples the energy of each phase from another meter, far above its transaction registers.
    start, end = datetime(2026, 11, 20, 10, tzinfo=UTC), datetime(2026, 11, 20, 11, tzinfo=UTC)
    odd = transaction.entry(datetime(2026, 11, 20, 10, 30, tzinfo=UTC), energy_wh=Decimal(370368))
    folded = transaction.fold({"M|1|P": odd}, start, end, Decimal(1000), Decimal(1047))
    assert folded.energy_wh == 47
    assert "sample-above-stop" in folded.flags

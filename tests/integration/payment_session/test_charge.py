from csms.store.dynamo import Store
from tests.kit.paid_sessions import running
from tests.kit.tables import outbox_rows


def signals(token: str) -> list[str]:
    return [str(row["signal"]) for row in outbox_rows(target="workflow", task_token=token)]


def test_the_end_of_the_transaction_gives_the_token_back(store: Store) -> None:
    paid = running(store)
    paid.charge()
    assert paid.payment()["charge_token"] == "charge-token"
    assert signals("charge-token") == []
    paid.unplug(2000, 30)
    assert signals("charge-token") == ["success"]
    assert paid.payment()["state"] == "ENDED"


def test_a_transaction_that_ended_first_is_not_waited_for(store: Store) -> None:
    paid = running(store)
    paid.unplug(2000, 1)
    paid.charge()
    assert signals("charge-token") == ["success"]
    assert "charge_token" not in paid.payment()


def test_a_repeated_task_waits_with_its_own_token(store: Store) -> None:
    paid = running(store)
    paid.charge("first")
    paid.charge("second")
    paid.unplug(2000, 30)
    assert signals("second") == ["success"]
    assert signals("first") == []


def test_a_task_that_runs_again_after_the_end_goes_on(store: Store) -> None:
    paid = running(store)
    paid.charge("first")
    paid.unplug(2000, 30)
    paid.charge("second")
    assert signals("first") == signals("second") == ["success"]

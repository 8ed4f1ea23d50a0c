"""What is wrong with a frame, with the storage or with us: who is answered, with which error, and what is kept."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from csms.ocppj import validation
from csms.store.dynamo import ConditionFailed, Item, StorageUnavailable, Store, Write
from functions.ocpp import routes
from functions.ocpp.decision import Decision
from functions.ocpp.v16 import heartbeat as heartbeat_16
from functions.ocpp.v16 import stop_transaction
from tests.kit.frames import OCPP16, OCPP21, OCPP201, Line, at, event, meter_16, start_16, stop_16, token
from tests.kit.ocpp_state import rows, transactions

PROTOCOLS = [OCPP16, OCPP201, OCPP21]


@pytest.fixture(params=PROTOCOLS)
def charger(store: Store, request: pytest.FixtureRequest) -> Line:
    return Line(store, request.param).register()


def spelled(charger: Line, old: str, new: str) -> str:
    return old if charger.protocol == OCPP16 else new


# --- frames that are none -------------------------------------------------------------------------------------------


def test_text_that_is_no_frame(charger: Line) -> None:
    """1.6 knows no answer where the id cannot be read (ocpp-j-1.6 4.1.4); 2.0.1 answers with the id -1."""
    answer = charger.text("hello")
    assert answer == (None if charger.protocol == OCPP16 else [4, "-1", "RpcFrameworkError", "not valid JSON", {}])
    (parked,) = rows("PARKED")
    assert json.loads(parked["payload"]) == "hello"


def test_broken_text_with_a_readable_id(charger: Line) -> None:
    answer = charger.text('[2,"id-9","Heartbeat",{')
    assert answer is not None
    assert answer[:3] == [4, "id-9", spelled(charger, "ProtocolError", "RpcFrameworkError")]


@pytest.mark.parametrize("kind", [5, 6, 1, 7])
def test_message_types_of_other_versions(charger: Line, kind: int) -> None:
    """Only 2.0.1 answers them (part 4, 4.4); 2.1 knows 5 and 6, and answers neither."""
    answer = charger.text(f'[{kind},"a","NotifyPeriodicEventStream",{{}}]')
    if charger.protocol != OCPP201:
        assert answer is None
    else:
        assert answer is not None
        assert answer[:3] == [4, "a", "MessageTypeNotSupported"]


@pytest.mark.parametrize("text", ["[3]", "[3,null,{}]", '[4,"",""]', "[3,{},{}]"])
def test_broken_answers_are_never_answered(charger: Line, text: str) -> None:
    assert charger.text(text) is None
    assert len(rows("PARKED")) == 1


@pytest.mark.parametrize(
    "text", ['[2,"a","Heartbeat"]', '[2,"a","Heartbeat",{},1]', '[2,"a",5,{}]', '[2,"a","Heartbeat",[]]']
)
def test_calls_of_a_wrong_shape(charger: Line, text: str) -> None:
    answer = charger.text(text)
    assert answer is not None
    assert answer[:3] == [4, "a", spelled(charger, "FormationViolation", "FormatViolation")]


# --- actions --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ["Foo", "heartbeat", "", "../v16/Heartbeat", "Heartbeat\n", "x" * 500])
def test_unknown_actions_are_not_implemented(charger: Line, action: str) -> None:
    answer = charger.say(action, {})
    assert answer is not None
    assert answer[0] == 4
    assert answer[2] == "NotImplemented"


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_known_actions_that_are_not_offered_are_not_supported(store: Store, protocol: str) -> None:
    line = Line(store, protocol).register()
    for action in sorted(validation.actions(protocol) - set(routes.REQUESTS[protocol]) - set(routes.SENDS[protocol])):
        answer = line.say(action, {})
        assert answer is not None, action
        assert (answer[0], answer[2]) == (4, "NotSupported"), action


def test_actions_of_the_other_version_are_unknown(store: Store) -> None:
    old = Line(store, OCPP16).register().say("TransactionEvent", {})
    new = Line(store, OCPP201, "CP2").register().say("StartTransaction", {})
    assert old is not None
    assert new is not None
    assert (old[2], new[2]) == ("NotImplemented", "NotImplemented")


@pytest.mark.parametrize(
    ("payload", "old", "new"),
    [
        ({"extra": 1}, "FormationViolation", "FormatViolation"),
        ({"extra": None}, "FormationViolation", "FormatViolation"),
    ],
)
def test_payloads_that_break_the_schema(charger: Line, payload: dict[str, Any], old: str, new: str) -> None:
    answer = charger.say("Heartbeat", payload)
    assert answer is not None
    assert (answer[0], answer[2], answer[4]) == (4, spelled(charger, old, new), {})


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"connectorId": "1"}, "TypeConstraintViolation"),
        ({"connectorId": 10**40}, "TypeConstraintViolation"),
        ({"status": "Sleeping"}, "PropertyConstraintViolation"),
        ({"status": None}, "OccurenceConstraintViolation"),
    ],
)
def test_the_code_says_what_is_wrong_and_nothing_is_echoed(line: Line, change: dict[str, Any], code: str) -> None:
    secret = {"connectorId": 1, "status": "Available", "errorCode": "NoError", "info": "my secret"}
    answer = line.say("StatusNotification", {**secret, **change})
    assert answer is not None
    assert answer[2] == code
    assert "secret" not in json.dumps(answer)
    assert "Sleeping" not in json.dumps(answer)


def test_a_huge_frame_is_parked_whole_enough(line: Line) -> None:
    payload = {"connectorId": 1, "idTag": 5, "meterStart": 1, "timestamp": at(), "filler": "x" * 100_000}
    assert line.ask("StartTransaction", payload)["idTagInfo"] == {"status": "Invalid"}
    assert len(rows("PARKED")[0]["payload"]) > 100_000


# --- the storage ----------------------------------------------------------------------------------------------------


class _Down(Store):
    """A storage that is down for reads, writes or both."""

    def __init__(self, *, reads: bool = True, writes: bool = True) -> None:
        super().__init__()
        self._reads, self._writes = reads, writes

    def commit(self, *writes: Write) -> Item | None:
        if self._writes:
            raise StorageUnavailable("throttled")
        return super().commit(*writes)

    def get(self, *args: Any, **more: Any) -> Item | None:
        if self._reads:
            raise StorageUnavailable("throttled")
        return super().get(*args, **more)

    def query(self, *args: Any, **more: Any) -> list[Item]:
        if self._reads:
            raise StorageUnavailable("throttled")
        return super().query(*args, **more)


TRANSACTIONAL: list[tuple[str, str, dict[str, Any]]] = [
    (OCPP16, "StartTransaction", start_16()),
    (OCPP16, "StopTransaction", stop_16(5, idTag="CARD1")),
    (OCPP16, "MeterValues", {"connectorId": 1, "transactionId": 5, "meterValue": [meter_16(0, 1)]}),
    (OCPP16, "StartTransaction", {"unusable": True}),
    (OCPP201, "TransactionEvent", event("Started", 0, 0, idToken=token())),
    (OCPP201, "TransactionEvent", event("Updated", 1, 0)),
    (OCPP201, "TransactionEvent", event("Ended", 2, 0)),
    (OCPP201, "TransactionEvent", {"unusable": True}),
]
OTHERS: list[tuple[str, str, dict[str, Any]]] = [
    (OCPP16, "Heartbeat", {}),
    (OCPP16, "StatusNotification", {"connectorId": 1, "status": "Available", "errorCode": "NoError"}),
    (OCPP16, "Authorize", {"idTag": "CARD1"}),
    (OCPP201, "Heartbeat", {}),
    (OCPP201, "NotifyReport", {"requestId": 1, "generatedAt": at(), "seqNo": 0}),
]


@pytest.mark.parametrize(("protocol", "action", "payload"), TRANSACTIONAL)
def test_a_transactions_message_is_not_answered_while_the_storage_is_down(
    store: Store, protocol: str, action: str, payload: dict[str, Any]
) -> None:
    """Every real stack repeats what was not answered, and most drop the transaction on a CALLERROR."""
    line = Line(store, protocol).register()
    line.store = _Down()
    assert line.say(action, payload) is None
    line.store = store
    assert line.ask(action, payload) is not None


@pytest.mark.parametrize(("protocol", "action", "payload"), OTHERS)
def test_other_messages_get_an_internal_error_while_the_storage_is_down(
    store: Store, protocol: str, action: str, payload: dict[str, Any]
) -> None:
    line = Line(store, protocol).register()
    line.store = _Down()
    answer = line.say(action, payload)
    assert answer is not None
    assert (answer[0], answer[2], answer[4]) == (4, "InternalError", {})


def test_text_that_is_no_frame_while_the_storage_is_down(store: Store) -> None:
    line = Line(_Down(), OCPP201)
    answer = line.text("hello")
    assert answer is not None
    assert answer[2] == "RpcFrameworkError"


def test_a_start_whose_answer_was_lost_is_answered_again(store: Store, line: Line) -> None:
    """Written, but the process died before the answer left: the repetition finds what was written."""

    class Dies(Store):
        def commit(self, *writes: Write) -> Item | None:
            done = super().commit(*writes)
            if len(writes) > 1:
                raise StorageUnavailable("timed out, but it was written")
            return done

    line.store = Dies()
    assert line.say("StartTransaction", start_16()) is None
    line.store = store
    answer = line.ask("StartTransaction", start_16())
    (row,) = transactions()
    assert row["transaction_id"] == str(answer["transactionId"])


def test_somebody_is_always_quicker(store: Store, line201: Line) -> None:
    class Contended(Store):
        def commit(self, *_: Write) -> Item | None:
            raise ConditionFailed(0, None)

    line201.store = Contended()
    for payload in (event("Started", 0, 0), event("Updated", 1, 0), event("Ended", 2, 0)):
        assert line201.say("TransactionEvent", payload) is None
    line201.store = store
    assert transactions() == []


# --- our own faults -------------------------------------------------------------------------------------------------


def _broken(*_: Any) -> Any:
    raise RuntimeError("secret detail")


def test_a_bug_gives_an_internal_error_without_details(
    line: Line, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(heartbeat_16, "decide", _broken)
    answer = line.say("Heartbeat", {})
    assert answer is not None
    assert (answer[0], answer[2], answer[4]) == (4, "InternalError", {})
    assert "secret detail" not in json.dumps(answer)
    logged = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (logged["event"], logged["error"]) == ("unexpected_error", "RuntimeError")


def test_a_bug_in_a_transactions_message_is_parked_and_answered(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stop_transaction, "decide", _broken)
    assert line.ask("StopTransaction", stop_16(5)) == {}
    (parked,) = rows("PARKED")
    assert (parked["action"], parked["reason"]) == ("StopTransaction", "unexpected error")
    assert json.loads(parked["payload"])["transactionId"] == 5


def test_a_bug_while_nothing_can_be_parked_is_silence(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stop_transaction, "decide", _broken)
    line.store = _Down()
    assert line.say("StopTransaction", stop_16(5)) is None


def test_an_answer_of_ours_that_breaks_the_schema_is_seen(
    line: Line, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = Decision({"currentTime": 5})
    monkeypatch.setattr(heartbeat_16, "decide", lambda _frame: wrong)
    assert line.ask("Heartbeat", {}) == {"currentTime": 5}
    assert "answer to Heartbeat" in capsys.readouterr().out


# --- anything at all ------------------------------------------------------------------------------------------------

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_payload_of_any_action_is_answered_by_the_rules(store: Store, protocol: str, data: st.DataObject) -> None:
    line = Line(store, protocol, "FUZZ")
    action = data.draw(st.sampled_from(sorted(routes.REQUESTS[protocol])))
    examples = [
        payload for version, name, payload in [*TRANSACTIONAL, *OTHERS] if (version, name) == (protocol, action)
    ]
    payload = dict(data.draw(st.sampled_from(examples))) if examples else {}
    payload |= data.draw(st.dictionaries(st.sampled_from([*payload, "x"]), _JSON, max_size=2))
    answer = line.say(action, payload)
    assert answer is not None
    if routes.REQUESTS[protocol][action].transactional:
        assert answer[0] == 3, f"a transaction's message got {answer}"
    else:
        assert answer[0] in {3, 4}

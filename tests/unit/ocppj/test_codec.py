"""Frames: text in, messages out. Cases by ocpp-j-1.6 chapter 4 and OCPP 2.0.1 and 2.1 part 4 chapter 4."""

import json
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csms.ocppj import codec, errors
from csms.ocppj.errors import OcppError

LONGEST_ID = "x" * 36


def test_a_call() -> None:
    assert codec.read('[2,"id-1","Heartbeat",{}]') == codec.Call("id-1", "Heartbeat", {})


def test_an_answer() -> None:
    assert codec.read('[3,"id-1",{"status":"Accepted"}]') == codec.CallResult("id-1", {"status": "Accepted"})


def test_an_error() -> None:
    read = codec.read('[4,"id-1","NotSupported","no",{"a":1}]')
    assert read == codec.CallError("id-1", "NotSupported", "no", {"a": 1})


@pytest.mark.parametrize("text", ['[4,"id-1"]', '[4,"id-1",null,null,null]', '[4,"id-1",7,7,7]'])
def test_an_error_without_its_parts_is_a_generic_one(text: str) -> None:
    assert codec.read(text) == codec.CallError("id-1", "GenericError", "", {})


@pytest.mark.parametrize("text", ['[2,"a","Heartbeat",null]', '[3,"a",null]', '[3,"a"]'])
def test_an_empty_payload_may_be_null(text: str) -> None:
    read = codec.read(text)
    assert isinstance(read, (codec.Call, codec.CallResult))
    assert read.payload == {}


@pytest.mark.parametrize("message_id", ["x", LONGEST_ID])
def test_ids_of_any_legal_length(message_id: str) -> None:
    read = codec.read(json.dumps([2, message_id, "Heartbeat", {}]))
    assert read.message_id == message_id


def test_a_number_as_id_is_taken_as_text() -> None:
    assert codec.read('[2,17,"Heartbeat",{}]').message_id == "17"


@pytest.mark.parametrize("message_id", [None, "", LONGEST_ID + "x", True, 1.5, [], {}])
def test_an_id_that_is_none(message_id: Any) -> None:
    with pytest.raises(OcppError) as caught:
        codec.read(json.dumps([2, message_id, "Heartbeat", {}]))
    assert (caught.value.code, caught.value.message_id) == (errors.RPC_FRAMEWORK_ERROR, "-1")
    assert caught.value.answered


@pytest.mark.parametrize("kind", [3, 4])
def test_an_answer_without_id_is_not_answered(kind: int) -> None:
    with pytest.raises(OcppError) as caught:
        codec.read(json.dumps([kind, None, {}]))
    assert not caught.value.answered


@pytest.mark.parametrize("text", ["", " ", "hello", "{", "[", "[2", "null", "7", '"x"', "{}", "[]", '[2,"a"'])
def test_what_is_no_frame(text: str) -> None:
    with pytest.raises(OcppError) as caught:
        codec.read(text)
    assert caught.value.code == errors.RPC_FRAMEWORK_ERROR


def test_broken_json_is_answered_under_its_id_where_that_can_be_read() -> None:
    with pytest.raises(OcppError) as caught:
        codec.read('[2,"abc-1","StatusNotification",{"connectorId":1')
    assert (caught.value.code, caught.value.message_id) == (errors.RPC_FRAMEWORK_ERROR, "abc-1")


@pytest.mark.parametrize("kind", [0, 1, 5, 6, -2, 2.5, "2", None, True, [], {}])
def test_unknown_message_types(kind: Any) -> None:
    with pytest.raises(OcppError) as caught:
        codec.read(json.dumps([kind, "a", "Heartbeat", {}]))
    assert (caught.value.code, caught.value.message_id) == (errors.MESSAGE_TYPE_NOT_SUPPORTED, "a")


@pytest.mark.parametrize("protocol", ["ocpp1.6", "ocpp2.0.1"])
@pytest.mark.parametrize("kind", [5, 6])
def test_earlier_versions_do_not_know_the_types_of_2_1(protocol: str, kind: int) -> None:
    with pytest.raises(OcppError) as caught:
        codec.read(f'[{kind},"a","X",{{}}]', protocol)
    assert caught.value.code == errors.MESSAGE_TYPE_NOT_SUPPORTED


@pytest.mark.parametrize("kind", [0, 1, 7, 2.5, "6", None, True, [], {}])
def test_unknown_message_types_of_2_1(kind: Any) -> None:
    with pytest.raises(OcppError) as caught:
        codec.read(json.dumps([kind, "a", "Heartbeat", {}]), "ocpp2.1")
    assert (caught.value.code, caught.value.message_id) == (errors.MESSAGE_TYPE_NOT_SUPPORTED, "a")


def test_a_send() -> None:
    text = '[6,"id-1","NotifyPeriodicEventStream",{"id":1.0}]'
    assert codec.read(text, "ocpp2.1") == codec.Send("id-1", "NotifyPeriodicEventStream", {"id": 1})


def test_an_error_about_an_answer() -> None:
    read = codec.read('[5,"id-1","FormatViolation","no",{"a":1}]', "ocpp2.1")
    assert read == codec.CallResultError("id-1", "FormatViolation", "no", {"a": 1})


@pytest.mark.parametrize(
    "text",
    ['[6,"a"]', '[6,"a","X"]', '[6,"a","X",[]]', '[6,"a",1,{}]', '[6,"a","X",{},1]', '[6,null,"X",{}]', "[6]", "[5]",
     '[5,{},"X"]', "[3]", "[4]", '[6,"a","X",{', ' [ 5 , "a",', '[3,"a",{', '[4,"a",'],
)  # fmt: skip
def test_what_2_1_never_answers(text: str) -> None:
    with pytest.raises(OcppError) as caught:
        codec.read(text, "ocpp2.1")
    assert not caught.value.answered


@pytest.mark.parametrize("text", ['[2,"a","X",{', "hello", '[7,"a"', "[2]", "[]"])
def test_what_2_1_answers(text: str) -> None:
    with pytest.raises(OcppError) as caught:
        codec.read(text, "ocpp2.1")
    assert caught.value.answered


@pytest.mark.parametrize("text", ['[2,"a"]', '[2,"a","Heartbeat"]', '[2,"a","Heartbeat",{},{}]'])
def test_a_call_has_four_elements(text: str) -> None:
    with pytest.raises(OcppError) as caught:
        codec.read(text)
    assert (caught.value.code, caught.value.message_id) == (errors.FORMAT_VIOLATION, "a")


@pytest.mark.parametrize("action", [None, 1, [], {}, ["Heartbeat"]])
def test_an_action_is_a_string(action: Any) -> None:
    with pytest.raises(OcppError) as caught:
        codec.read(json.dumps([2, "a", action, {}]))
    assert caught.value.code == errors.FORMAT_VIOLATION


@pytest.mark.parametrize("payload", ["text", 1, [], [{}], True])
def test_the_payload_of_a_call_is_an_object(payload: Any) -> None:
    with pytest.raises(OcppError) as caught:
        codec.read(json.dumps([2, "a", "Heartbeat", payload]))
    assert (caught.value.code, caught.value.message_id) == (errors.FORMAT_VIOLATION, "a")


def test_an_answer_with_an_odd_payload_is_a_refusal() -> None:
    """It must not be answered, and the command that waits for it must not wait in vain."""
    read = codec.read('[3,"a","Accepted"]')
    assert isinstance(read, codec.CallError)
    assert (read.message_id, read.code) == ("a", errors.FORMAT_VIOLATION)
    assert read.odd_result, "2.1 tells the other side"


# --- numbers --------------------------------------------------------------------------------------------------------


def _payload(text: str) -> Any:
    read = codec.read(f'[2,"a","X",{{"n":{text}}}]')
    assert isinstance(read, codec.Call)
    return read.payload["n"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12.345", Decimal("12.345")),
        ("1e2", Decimal("1e2")),
        ("0.30010000000000003", Decimal("0.30010000000000003")),
        ("7", 7),
        ("7.0", 7),
        ("-0.0", 0),
        ("123456789012345678", 123456789012345678),
    ],
)
def test_numbers_keep_their_digits(text: str, expected: Any) -> None:
    found = _payload(text)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize("text", ["1" * 60, "0." + "3" * 60, "1.5e100", "1" * 25 + ".5"])
def test_long_numbers_fit_into_the_storage(text: str) -> None:
    found = _payload(text)
    assert isinstance(found, Decimal)
    assert len(found.as_tuple().digits) <= 38
    assert float(found) == pytest.approx(float(text))


@pytest.mark.parametrize("text", ["1e400", "-1e400", "1e125", "9" * 5000])
def test_numbers_out_of_all_range_become_null(text: str) -> None:
    read = codec.read(f'[2,"a","MeterValues",{{"value":{text},"b":1}}]')
    assert read == codec.Call("a", "MeterValues", {"value": None, "b": 1}, "missing-value")


@pytest.mark.parametrize("text", ["5e-324", "1e-130", "-1e-400", "0e-400"])
def test_numbers_next_to_nothing_are_nothing(text: str) -> None:
    assert _payload(text) == 0


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
def test_constants_that_are_no_json_become_null(constant: str) -> None:
    read = codec.read(f'[2,"a","MeterValues",{{"value":{constant},"b":1}}]')
    assert read == codec.Call("a", "MeterValues", {"value": None, "b": 1}, "missing-value")


def test_a_missing_value_becomes_null() -> None:
    read = codec.read('[2,"a","MeterValues",{"connectorId":1,"transactionId":,"meterValue":[]}]')
    payload: dict[str, Any] = {"connectorId": 1, "transactionId": None, "meterValue": []}
    assert read == codec.Call("a", "MeterValues", payload, "missing-value")


def test_text_that_only_looks_broken_is_left_alone() -> None:
    read = codec.read('[2,"a","X",{"info":"a:,b: }"}]')
    assert read == codec.Call("a", "X", {"info": "a:,b: }"})


# --- hostile text ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 50_000, '[2,"a","X",' + '{"a":' * 50_000])
def test_deep_nesting_is_refused(text: str) -> None:
    with pytest.raises(OcppError) as caught:
        codec.read(text)
    assert caught.value.code == errors.RPC_FRAMEWORK_ERROR


@pytest.mark.parametrize("half", ["\\ud83d", "\\uDE00", "x\\ud800y"])
def test_half_a_character_is_refused(half: str) -> None:
    with pytest.raises(OcppError):
        codec.read(f'[2,"a","X",{{"t":"{half}"}}]')


def test_whole_characters_are_read() -> None:
    assert _payload('"\\ud83d\\ude00 \\u00e9"') == "😀 é"


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=8), inner, max_size=5),
    max_leaves=20,
)


@given(st.text() | st.binary().map(lambda b: b.decode("latin-1")))
def test_any_text_is_a_message_or_an_ocpp_error(text: str) -> None:
    _read_or_refused(text)


@given(_JSON)
def test_any_json_is_a_message_or_an_ocpp_error(document: Any) -> None:
    _read_or_refused(json.dumps(document))


@given(st.sampled_from([2, 3, 4, 5, 6, 7]), _JSON, _JSON, _JSON)
def test_any_frame_is_a_message_or_an_ocpp_error(kind: int, message_id: Any, third: Any, fourth: Any) -> None:
    _read_or_refused(json.dumps([kind, message_id, third, fourth]))


def _read_or_refused(text: str) -> None:
    for protocol in ("ocpp1.6", "ocpp2.0.1", "ocpp2.1"):
        with suppress(OcppError):
            message = codec.read(text, protocol)
            assert 1 <= len(message.message_id) <= 36
            assert protocol == "ocpp2.1" or not isinstance(message, (codec.Send, codec.CallResultError))


# --- writing --------------------------------------------------------------------------------------------------------


def test_written_frames() -> None:
    assert codec.write_call("a", "Reset", {"type": "Soft"}) == '[2,"a","Reset",{"type":"Soft"}]'
    assert codec.write_result("a", {}) == '[3,"a",{}]'


def test_decimals_are_written_as_numbers() -> None:
    assert codec.write_result("a", {"n": Decimal("3.47"), "m": Decimal("12.0")}) == '[3,"a",{"n":3.47,"m":12}]'


def test_an_error_has_five_elements_and_a_short_own_text() -> None:
    error = OcppError(errors.FORMAT_VIOLATION, "x" * 400)
    frame = json.loads(codec.write_error(error, "a", "ocpp2.0.1"))
    assert frame == [4, "a", "FormatViolation", "x" * 255, {}]


def test_an_error_about_an_answer_is_written() -> None:
    error = OcppError(errors.OCCURRENCE_VIOLATION, "x" * 400)
    assert json.loads(codec.write_result_error(error, "a")) == [5, "a", "OccurrenceConstraintViolation", "x" * 255, {}]


@given(st.text(min_size=1, max_size=36), st.text(max_size=50), st.dictionaries(st.text(max_size=5), st.integers()))
def test_a_send_is_read_like_a_call(message_id: str, action: str, payload: dict[str, Any]) -> None:
    texts = [json.dumps([kind, message_id, action, payload]) for kind in (codec.CALL, codec.SEND)]
    call, send = (codec.read(text, "ocpp2.1") for text in texts)
    assert isinstance(call, codec.Call)
    assert isinstance(send, codec.Send)
    assert (call.message_id, call.action, call.payload) == (send.message_id, send.action, send.payload)


def test_what_cannot_be_written_is_our_fault() -> None:
    with pytest.raises(TypeError):
        codec.write_result("a", {"x": object()})


@given(
    st.dictionaries(
        st.text(max_size=5), st.integers(-(10**15), 10**15) | st.text() | st.decimals(-1000, 1000, places=3), max_size=4
    )
)
def test_what_is_written_is_read_back(payload: dict[str, Any]) -> None:
    read = codec.read(codec.write_call("a", "X", payload))
    assert isinstance(read, codec.Call)
    assert read.payload == {k: pytest.approx(v) if isinstance(v, Decimal) else v for k, v in payload.items()}


@pytest.mark.parametrize(
    ("code", "old", "new"),
    [
        (errors.FORMAT_VIOLATION, "FormationViolation", "FormatViolation"),
        (errors.OCCURRENCE_VIOLATION, "OccurenceConstraintViolation", "OccurrenceConstraintViolation"),
        (errors.MESSAGE_TYPE_NOT_SUPPORTED, "ProtocolError", "MessageTypeNotSupported"),
        (errors.RPC_FRAMEWORK_ERROR, "ProtocolError", "RpcFrameworkError"),
        (errors.PROPERTY_VIOLATION, "PropertyConstraintViolation", "PropertyConstraintViolation"),
        (errors.NOT_IMPLEMENTED, "NotImplemented", "NotImplemented"),
        (errors.NOT_SUPPORTED, "NotSupported", "NotSupported"),
        (errors.SECURITY_ERROR, "SecurityError", "SecurityError"),
        (errors.INTERNAL_ERROR, "InternalError", "InternalError"),
    ],
)
def test_codes_are_spelled_per_version(code: str, old: str, new: str) -> None:
    assert errors.wire_code(code, "ocpp1.6") == old
    assert errors.wire_code(code, "ocpp2.0.1") == new

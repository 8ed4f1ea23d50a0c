"""Frames of OCPP-J: text in, messages out, and back (ocpp-j-1.6 chapter 4, OCPP 2.0.1 and 2.1 part 4 chapter 4).

Sans-IO. Numbers with a fraction become Decimal (money and energy are never floats), `1.0` is the integer 1. Text that
is not quite JSON is repaired where real chargers write it so: a missing value, NaN, Infinity and
numbers out of all range become null.
Faults raise `OcppError`; its `message_id` is the frame's own id where that could be read, else "-1".
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NoReturn

from csms.ocppj import errors
from csms.ocppj.commands import OCPP21
from csms.ocppj.errors import OcppError

if TYPE_CHECKING:
    from collections.abc import Callable

CALL: Final = 2
CALL_RESULT: Final = 3
CALL_ERROR: Final = 4
CALL_RESULT_ERROR: Final = 5  # 2.1 only
SEND: Final = 6  # 2.1 only
MESSAGE_ID_LENGTH_MAX: Final = 36
FRAME_BYTES_MAX: Final = 128 * 1024  # API Gateway's own limit for a message

_ANSWERS: Final = (CALL_RESULT, CALL_ERROR)
_NEVER_ANSWERED_21: Final = (CALL_RESULT, CALL_ERROR, CALL_RESULT_ERROR, SEND)
_BROKEN_UNANSWERED_21: Final = re.compile(r"^\s*\[\s*[3-6]\s*,")
_ID_IN_BROKEN_TEXT: Final = re.compile(r'^\s*\[\s*2\s*,\s*"([^"\\]{1,36})"')
_MISSING_VALUE: Final = re.compile(r":\s*(?=[,}])")  # one real charger writes `"transactionId":,`
_SURROGATE: Final = re.compile(r"\\ud[89a-f]", re.IGNORECASE)
_INTEGER_DIGITS_MAX: Final = 18


@dataclass(frozen=True, slots=True)
class Call:
    """A request: `[2, message_id, action, payload]`. `repaired` names the rule that made the text readable, if any."""

    message_id: str
    action: str
    payload: dict[str, Any]
    repaired: str | None = None


@dataclass(frozen=True, slots=True)
class CallResult:
    """A positive answer: `[3, message_id, payload]`."""

    message_id: str
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class CallError:
    """A negative answer: `[4, message_id, code, description, details]`.

    `odd_result`: it came as a CALLRESULT whose payload is no JSON object.
    """

    message_id: str
    code: str
    description: str
    details: dict[str, Any]
    odd_result: bool = False


@dataclass(frozen=True, slots=True)
class CallResultError:
    """2.1: the other side could not use our CALLRESULT: `[5, message_id, code, description, details]`."""

    message_id: str
    code: str
    description: str
    details: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Send:
    """2.1: a message that is never answered: `[6, message_id, action, payload]`."""

    message_id: str
    action: str
    payload: dict[str, Any]
    repaired: str | None = None


Message = Call | CallResult | CallError | CallResultError | Send


def read(text: str, protocol: str = "") -> Message:
    """Parse one frame; the message types 5 and 6 are known to `ocpp2.1` alone.

    Raises OcppError (RpcFrameworkError, FormatViolation, MessageTypeNotSupported, ProtocolError).
    """
    of_21 = protocol == OCPP21
    frame, repaired = _parse(text, of_21=of_21)
    if not isinstance(frame, list) or not frame:
        raise OcppError(errors.RPC_FRAMEWORK_ERROR, "a frame is a JSON array")
    message_id = _message_id(frame, _NEVER_ANSWERED_21 if of_21 else _ANSWERS)
    kind = frame[0]
    if kind == CALL and not isinstance(kind, bool):
        return _call(frame, message_id, repaired)
    if of_21 and kind == SEND:
        return _send(frame, message_id, repaired)
    if of_21 and kind == CALL_RESULT_ERROR:
        said = _call_error(frame, message_id)
        return CallResultError(said.message_id, said.code, said.description, said.details)
    if kind == CALL_RESULT:
        return _call_result(frame, message_id)
    if kind == CALL_ERROR:
        return _call_error(frame, message_id)
    raise OcppError(errors.MESSAGE_TYPE_NOT_SUPPORTED, "unknown message type", message_id)


def write_call(message_id: str, action: str, payload: dict[str, Any]) -> str:
    """A CALL as text."""
    return _dump([CALL, message_id, action, payload])


def write_result(message_id: str, payload: dict[str, Any]) -> str:
    """A CALLRESULT as text."""
    return _dump([CALL_RESULT, message_id, payload])


def write_error(error: OcppError, message_id: str, protocol: str) -> str:
    """A CALLERROR as text: the code in the protocol's spelling, empty details."""
    return _dump([CALL_ERROR, message_id, errors.wire_code(error.code, protocol), error.description, {}])


def write_result_error(error: OcppError, message_id: str) -> str:
    """A CALLRESULTERROR as text (2.1): the other side's CALLRESULT could not be used."""
    return _dump([CALL_RESULT_ERROR, message_id, error.code, error.description, {}])


def _parse(text: str, *, of_21: bool) -> tuple[Any, str | None]:
    try:
        return _load(text, _strict), None
    except ValueError:
        pass
    try:
        return _load(_MISSING_VALUE.sub(": null", text), _lenient), "missing-value"
    except ValueError:
        found = _ID_IN_BROKEN_TEXT.match(text)
        message_id = found.group(1) if found else errors.UNREADABLE_ID
        silent = of_21 and _BROKEN_UNANSWERED_21.match(text) is not None
        raise OcppError(errors.RPC_FRAMEWORK_ERROR, "not valid JSON", message_id, answered=not silent) from None


def _load(text: str, decode: Callable[[str], Any]) -> Any:
    try:
        frame = decode(text)
    except RecursionError:
        raise ValueError("too deeply nested") from None
    if "\\u" in text and _SURROGATE.search(text):
        json.dumps(frame, default=str, ensure_ascii=False).encode()  # half a character: a ValueError
    return frame


def _integer(text: str) -> int | Decimal:
    """A JSON integer; as Decimal where it is larger than any that the standard knows."""
    return int(text) if len(text) <= _INTEGER_DIGITS_MAX else _decimal(text)


def _decimal(text: str) -> int | Decimal:
    """A JSON number with a fraction. Kept within what DynamoDB stores: 38 digits, exponent -130..125."""
    if len(text) <= _INTEGER_DIGITS_MAX and "e" not in text and "E" not in text:
        return int(text[:-2]) if text.endswith(".0") else Decimal(text)
    number = Decimal(text)
    _, digits, exponent = number.as_tuple()
    if isinstance(exponent, int) and (len(digits) > 38 or not -120 <= exponent + len(digits) <= 120):
        number = Decimal(repr(float(text)))
        if number and number.adjusted() < -120:
            return 0
        if not number.is_finite() or number.adjusted() > 120:
            raise ValueError("number out of range")
    return number


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _null(_constant: str) -> None:
    """NaN, Infinity: no value."""


def _integer_or_null(text: str) -> int | Decimal | None:
    """An integer, null where it is out of all range."""
    try:
        return _integer(text)
    except ValueError:
        return None


def _decimal_or_null(text: str) -> int | Decimal | None:
    """A number with a fraction, null where it is out of all range."""
    try:
        return _decimal(text)
    except ValueError:
        return None


_strict = json.JSONDecoder(parse_float=_decimal, parse_int=_integer, parse_constant=_refuse).decode
_lenient = json.JSONDecoder(parse_float=_decimal_or_null, parse_int=_integer_or_null, parse_constant=_null).decode


def _message_id(frame: list[Any], never_answered: tuple[int, ...]) -> str:
    message_id = frame[1] if len(frame) > 1 else None
    if isinstance(message_id, int) and not isinstance(message_id, bool):
        message_id = str(message_id)
    if not isinstance(message_id, str) or not message_id or len(message_id) > MESSAGE_ID_LENGTH_MAX:
        raise OcppError(
            errors.RPC_FRAMEWORK_ERROR,
            "a message id is a string of 1 to 36 characters",
            answered=frame[0] not in never_answered,
        )
    return message_id


def _call(frame: list[Any], message_id: str, repaired: str | None) -> Call:
    if len(frame) != 4:
        raise OcppError(errors.FORMAT_VIOLATION, "a CALL has four elements", message_id)
    action = frame[2]
    if not isinstance(action, str):
        raise OcppError(errors.FORMAT_VIOLATION, "the action is a string", message_id)
    return Call(message_id, action, _payload(frame, 3, message_id), repaired)


def _send(frame: list[Any], message_id: str, repaired: str | None) -> Send:
    """A SEND is checked like a CALL, but whatever is wrong with it is not answered (OCPP 2.1 part 4, 4.2.4)."""
    try:
        call = _call(frame, message_id, repaired)
    except OcppError as error:
        raise OcppError(error.code, error.description, message_id, answered=False) from None
    return Send(call.message_id, call.action, call.payload, call.repaired)


def _call_result(frame: list[Any], message_id: str) -> CallResult | CallError:
    """An answer whose payload is no object is an answer all the same: the command was not carried out as far as we know."""
    payload = frame[2] if len(frame) > 2 else None
    if payload is None or isinstance(payload, dict):
        return CallResult(message_id, payload or {})
    return CallError(
        message_id, errors.FORMAT_VIOLATION, "the payload of the answer is no JSON object", {}, odd_result=True
    )


def _call_error(frame: list[Any], message_id: str) -> CallError:
    code = frame[2] if len(frame) > 2 and isinstance(frame[2], str) else errors.GENERIC_ERROR
    description = frame[3] if len(frame) > 3 and isinstance(frame[3], str) else ""
    details = frame[4] if len(frame) > 4 and isinstance(frame[4], dict) else {}
    return CallError(message_id, code, description, details)


def _payload(frame: list[Any], index: int, message_id: str) -> dict[str, Any]:
    payload = frame[index] if len(frame) > index else None
    if payload is None:
        return {}  # an empty payload may be null in 1.6 (ocpp-j-1.6 4.2.1)
    if not isinstance(payload, dict):
        raise OcppError(errors.FORMAT_VIOLATION, "the payload is a JSON object", message_id)
    return payload


class _Encoder(json.JSONEncoder):
    """Writes Decimals as JSON numbers without loss of the digits that matter."""

    def default(self, o: Any) -> Any:
        if isinstance(o, Decimal):
            return int(o) if o == o.to_integral_value() else float(o)
        return super().default(o)


_dump = _Encoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode

"""The payment session's state machine: well-formed, wired to its functions, and executed path by path."""

from __future__ import annotations

import functools
import io
import json
import queue
import re
import time
import zipfile
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws
from moto.awslambda.models import LambdaFunction

from csms import contract
from tests.kit import synth

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

REGION = "eu-central-1"
PAYMENT = {"partner_id": "payter", "authorization_reference": "auth-1"}
STATE_FUNCTIONS = [function for function in contract.FUNCTIONS if function.path.startswith("payment_session/")]


@functools.cache
def _template_text() -> str:
    (machine,) = synth.resources("StepFunctions::StateMachine").values()
    return synth.text(machine["DefinitionString"])


def _definition() -> dict[str, Any]:
    """The definition with `${LogicalId.Arn}` where the functions' ARNs will be."""
    document: dict[str, Any] = json.loads(_template_text())
    return document


def _next_states(state: dict[str, Any]) -> set[str]:
    targets = {state[key] for key in ("Next", "Default") if key in state}
    return targets | {rule["Next"] for key in ("Choices", "Catch") for rule in state.get(key, [])}


def test_every_state_is_reached_and_every_target_exists() -> None:
    definition = _definition()
    states = definition["States"]
    reached, open_ends = set(), {definition["StartAt"]}
    while open_ends:
        name = open_ends.pop()
        reached.add(name)
        open_ends |= _next_states(states[name]) - reached

    assert reached == set(states)
    for name, state in states.items():
        assert _next_states(state) or state.get("End") or state["Type"] == "Succeed", name


def test_tasks_call_the_functions_of_the_contract() -> None:
    tasks = [state for state in _definition()["States"].values() if state["Type"] == "Task"]
    called = {task["Parameters"]["FunctionName"] for task in tasks}

    assert called == {f"${{{synth.logical_id_of(function)}.Arn}}" for function in STATE_FUNCTIONS}
    assert {task["Resource"].removeprefix("arn:${AWS::Partition}:states:::") for task in tasks} == {
        "lambda:invoke",
        "lambda:invoke.waitForTaskToken",
    }


def test_every_task_survives_a_throttled_call_and_every_wait_ends() -> None:
    for name, state in _definition()["States"].items():
        if state["Type"] != "Task":
            continue
        assert {"Lambda.TooManyRequestsException", "States.TaskFailed"} <= set(state["Retry"][-1]["ErrorEquals"]), name
        if state["Resource"].endswith("waitForTaskToken"):
            assert "TimeoutSeconds" in state or "TimeoutSecondsPath" in state, name
            caught = {error for rule in state["Catch"] for error in rule["ErrorEquals"]}
            assert caught & {"States.ALL", "States.Timeout"}, name


def test_waits_last_as_long_as_the_contract_says() -> None:
    states = _definition()["States"]

    assert states["StartAndWait"]["TimeoutSecondsPath"] == "$.start_wait_seconds"
    assert states["ChargeAndWait"]["TimeoutSeconds"] == contract.CHARGE_WAIT_SECONDS
    assert states["AwaitCapture"]["TimeoutSeconds"] == contract.CAPTURE_WAIT_SECONDS


def test_logs_hold_errors_and_no_payment_data() -> None:
    (machine,) = synth.resources("StepFunctions::StateMachine").values()

    assert machine["LoggingConfiguration"]["Level"] == "ERROR"
    assert machine["LoggingConfiguration"]["IncludeExecutionData"] is False


class Functions:
    """The functions of the states, as a test wants them to behave; remembers what they were given."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.tokens: dict[str, queue.Queue[str]] = {function.path: queue.Queue() for function in STATE_FUNCTIONS}
        self.answers: dict[str, Callable[[], Any]] = {
            "payment_session/settle": lambda: {"await_capture": True},
            "payment_session/expire": lambda: {"state": "EXPIRED"},
        }

    def invoke(self, function: Any, body: bytes | str, _headers: Any, response_headers: dict[str, str]) -> str:
        """Stands in for Lambda."""
        path = function.description
        payload = json.loads(body)
        self.calls.append((path, payload))
        if "task_token" in payload:
            self.tokens[path].put(payload["task_token"])
        try:
            return json.dumps(self.answers.get(path, lambda: None)())
        except RuntimeError as error:
            response_headers["x-amz-function-error"] = "Unhandled"
            return json.dumps({"errorType": type(error).__name__, "errorMessage": str(error)})

    def names(self) -> list[str]:
        return [path.removeprefix("payment_session/") for path, _ in self.calls]


class Machine:
    """The state machine of the template, executed."""

    def __init__(self, definition: str) -> None:
        self._client = boto3.client("stepfunctions", REGION)
        role = "arn:aws:iam::123456789012:role/workflow"
        self._arn = self._client.create_state_machine(name="payment", definition=definition, roleArn=role)[
            "stateMachineArn"
        ]

    def start(self, *, start_wait_seconds: int = 60) -> str:
        document = {"payment": PAYMENT, "start_wait_seconds": start_wait_seconds}
        started = self._client.start_execution(stateMachineArn=self._arn, name="one", input=json.dumps(document))
        return started["executionArn"]

    def succeed(self, functions: Functions, path: str) -> None:
        token = functions.tokens[path].get(timeout=20)
        self._when_waiting(lambda: self._client.send_task_success(taskToken=token, output="{}"))

    def fail(self, functions: Functions, path: str, error: str) -> None:
        token = functions.tokens[path].get(timeout=20)
        self._when_waiting(lambda: self._client.send_task_failure(taskToken=token, error=error, cause="test"))

    @staticmethod
    def _when_waiting(answer: Callable[[], object]) -> None:
        # The token is out a moment before the emulator waits for it.
        time.sleep(0.1)
        answer()

    def finished(self, execution: str) -> tuple[str, list[str]]:
        """(status, names of the states entered in order)."""
        until = time.monotonic() + 30
        while self._client.describe_execution(executionArn=execution)["status"] == "RUNNING":
            assert time.monotonic() < until, "the workflow does not end"
            time.sleep(0.05)
        history = self._client.get_execution_history(executionArn=execution, maxResults=1000)["events"]
        entered = [
            event["stateEnteredEventDetails"]["name"] for event in history if "stateEnteredEventDetails" in event
        ]
        return self._client.describe_execution(executionArn=execution)["status"], entered


def _zip() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("handler.py", "def handler(event, context): ...")
    return content.getvalue()


def _calling(functions: Functions) -> Callable[..., str]:
    def invoke(function: Any, body: bytes | str, headers: Any, response_headers: dict[str, str]) -> str:
        return functions.invoke(function, body, headers, response_headers)

    return invoke


@pytest.fixture
def functions(monkeypatch: pytest.MonkeyPatch) -> Iterator[Functions]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    stand_in = Functions()
    # A function, not the bound method: it becomes a method of moto's class and gets the Lambda as its first argument.
    monkeypatch.setattr(LambdaFunction, "invoke", _calling(stand_in))
    with mock_aws(config={"stepfunctions": {"execute_state_machine": True}}):
        yield stand_in


@pytest.fixture
def machine(functions: Functions) -> Machine:
    return _machine(functions, lambda definition: definition)


def _machine(_functions: Functions, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Machine:
    """Creates the functions and the machine; `change` shortens what would take days."""
    client = boto3.client("lambda", REGION)
    role = boto3.client("iam", REGION).create_role(RoleName="lambda", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    arns = {}
    for function in STATE_FUNCTIONS:
        arns[f"${{{synth.logical_id_of(function)}.Arn}}"] = client.create_function(
            FunctionName=function.path.replace("/", "-"),
            Runtime="python3.13",
            Role=role,
            Handler="handler.handler",
            Code={"ZipFile": _zip()},
            Description=function.path,
        )["FunctionArn"]
    text = json.dumps(change(_definition())).replace("${AWS::Partition}", "aws")
    return Machine(re.sub(r"\$\{\w+\.Arn\}", lambda match: arns[match[0]], text))


def test_from_tap_to_capture_in_at_most_eight_transitions(functions: Functions, machine: Machine) -> None:
    execution = machine.start()
    for path in ("payment_session/start", "payment_session/charge", "payment_session/await_capture"):
        machine.succeed(functions, path)

    status, entered = machine.finished(execution)

    assert status == "SUCCEEDED"
    assert functions.names() == ["start", "charge", "settle", "await_capture", "close"]
    assert entered == ["StartAndWait", "ChargeAndWait", "Settle", "IsCaptureAwaited", "AwaitCapture", "Close"]
    assert all(payload["payment"] == PAYMENT for _, payload in functions.calls)


def test_without_a_capture_to_wait_for_it_closes(functions: Functions, machine: Machine) -> None:
    functions.answers["payment_session/settle"] = lambda: {"await_capture": False}
    execution = machine.start()
    machine.succeed(functions, "payment_session/start")
    machine.succeed(functions, "payment_session/charge")

    assert machine.finished(execution)[0] == "SUCCEEDED"
    assert functions.names() == ["start", "charge", "settle", "close"]


@pytest.mark.parametrize("error", [contract.ERROR_START_REJECTED, contract.ERROR_START_TIMEOUT])
def test_a_start_that_fails_expires_the_session(functions: Functions, machine: Machine, error: str) -> None:
    execution = machine.start()
    machine.fail(functions, "payment_session/start", error)

    status, entered = machine.finished(execution)

    assert (status, entered) == ("SUCCEEDED", ["StartAndWait", "Expire", "HasStartedAfterAll", "Expired"])
    path, payload = functions.calls[-1]
    assert (path, payload["payment"]) == ("payment_session/expire", PAYMENT)
    assert payload["error"]["Error"] == error


def test_a_start_that_nobody_sees_times_out_and_expires(functions: Functions, machine: Machine) -> None:
    execution = machine.start(start_wait_seconds=1)

    assert machine.finished(execution)[0] == "SUCCEEDED"
    assert functions.names() == ["start", "expire"]
    assert functions.calls[-1][1]["error"]["Error"] in {"States.Timeout", "States.HeartbeatTimeout"}


def test_a_start_function_that_keeps_failing_expires_the_session(functions: Functions) -> None:
    def breaks() -> None:
        raise RuntimeError("no such table")

    functions.answers["payment_session/start"] = breaks
    machine = _machine(functions, lambda definition: _quickly(definition, "StartAndWait", attempts=1))
    execution = machine.start()

    assert machine.finished(execution)[0] == "SUCCEEDED"
    assert functions.names() == ["start", "start", "expire"]


def test_a_start_that_the_function_itself_refuses_is_not_tried_again(functions: Functions, machine: Machine) -> None:
    rejected = type(contract.ERROR_START_REJECTED, (RuntimeError,), {})

    def refuses() -> None:
        raise rejected("the charger is not connected")

    functions.answers["payment_session/start"] = refuses
    execution = machine.start()

    assert machine.finished(execution)[0] == "SUCCEEDED"
    assert functions.names() == ["start", "expire"]
    assert functions.calls[-1][1]["error"]["Error"] == contract.ERROR_START_REJECTED


def test_a_session_that_started_after_all_goes_on_charging(functions: Functions, machine: Machine) -> None:
    functions.answers["payment_session/expire"] = lambda: {"state": "CHARGING"}
    functions.answers["payment_session/settle"] = lambda: {"await_capture": False}
    execution = machine.start()
    machine.fail(functions, "payment_session/start", contract.ERROR_START_TIMEOUT)
    machine.succeed(functions, "payment_session/charge")

    assert machine.finished(execution)[0] == "SUCCEEDED"
    assert functions.names() == ["start", "expire", "charge", "settle", "close"]


def test_waits_that_run_out_settle_and_close(functions: Functions) -> None:
    def shorten(definition: dict[str, Any]) -> dict[str, Any]:
        for name in ("ChargeAndWait", "AwaitCapture"):
            definition["States"][name]["TimeoutSeconds"] = 1
        return definition

    machine = _machine(functions, shorten)
    execution = machine.start()
    machine.succeed(functions, "payment_session/start")

    assert machine.finished(execution)[0] == "SUCCEEDED"
    assert functions.names() == ["start", "charge", "settle", "await_capture", "close"]
    payloads = dict(functions.calls)
    assert payloads["payment_session/settle"]["error"]["Error"] == "States.Timeout"
    assert payloads["payment_session/close"]["error"]["Error"] == "States.Timeout"


def _quickly(definition: dict[str, Any], state: str, *, attempts: int) -> dict[str, Any]:
    retry = definition["States"][state]["Retry"][-1]
    retry.update(IntervalSeconds=1, MaxAttempts=attempts)
    del retry["JitterStrategy"]
    return definition


def test_a_settlement_that_fails_once_is_tried_again(functions: Functions) -> None:
    def settle() -> dict[str, bool]:
        if functions.names().count("settle") == 1:
            raise RuntimeError("throttled")
        return {"await_capture": False}

    functions.answers["payment_session/settle"] = settle
    machine = _machine(functions, lambda definition: _quickly(definition, "Settle", attempts=1))
    execution = machine.start()
    machine.succeed(functions, "payment_session/start")
    machine.succeed(functions, "payment_session/charge")

    assert machine.finished(execution)[0] == "SUCCEEDED"
    assert functions.names() == ["start", "charge", "settle", "settle", "close"]

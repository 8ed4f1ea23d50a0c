"""A function may do what its code does: the grants of the contract, its own log and its own triggers. Nothing else."""

from __future__ import annotations

import re
from typing import Any

import pytest

from csms import contract
from tests.kit import synth

_HERE = r"\$\{AWS::Region\}:\$\{AWS::AccountId\}"
_NAMES = (
    (rf"arn:\$\{{AWS::Partition\}}:dynamodb:{_HERE}:table/csms-dev-(\w+)", "table:{}"),
    (rf"arn:\$\{{AWS::Partition\}}:dynamodb:{_HERE}:table/csms-dev-(\w+)/index/(\w+)", "index:{}/{}"),
    (rf"arn:\$\{{AWS::Partition\}}:dynamodb:{_HERE}:table/csms-dev-(\w+)/stream/\*", "streams of {}"),
    (r"\$\{import \$\{(\w+)Table\.StreamArn\}\}", "stream of {}"),
    (r"\$\{(\w+)StreamDeadQueue[0-9A-F]{8}\.Arn\}", "dead letters"),
    (r"\$\{(\w+)Queue[0-9A-F]{8}\.Arn\}", "queue:{}"),
    (r"\$\{\w+Log[0-9A-F]{8}\.Arn\}", "own log"),
    (r"\$\{PaymentSession\}", "state_machine"),
    (rf"arn:\$\{{AWS::Partition\}}:execute-api:{_HERE}:\$\{{OcppApi\}}/ocpp/\*/@connections/\*", "websocket"),
    (rf"arn:\$\{{AWS::Partition\}}:ssm:{_HERE}:parameter/csms/dev/partners/\*", "partner_secrets"),
    (rf"arn:\$\{{AWS::Partition\}}:ssm:{_HERE}:parameter/csms/dev/origin-secret", "origin_secret"),
)
# What may end in `*`, because its names are made while the platform runs.
_OPEN_ENDED = {"websocket", "partner_secrets", "streams of chargers", "streams of sessions", "streams of outbox"}


def _name(arn: Any) -> str:
    line = synth.text(arn)
    for pattern, name in _NAMES:
        match = re.fullmatch(pattern, line)
        if match:
            return name.format(*(group.lower() for group in match.groups()))
    raise AssertionError(f"a right on something the contract does not name: {line}")


def _statements(role: dict[str, Any]) -> list[dict[str, Any]]:
    return [statement for policy in role["Policies"] for statement in policy["PolicyDocument"]["Statement"]]


def _rights(role: dict[str, Any]) -> set[tuple[str, str]]:
    return {
        (action, _name(resource))
        for statement in _statements(role)
        for action in synth.listed(statement["Action"])
        for resource in synth.listed(statement["Resource"])
    }


def _granted(function: contract.Function) -> set[tuple[str, str]]:
    rights = set()
    for grant in function.grants:
        kind, _, name = grant.resource.partition(":")
        if kind == "index":
            (table,) = (table for table in contract.TABLES if table.name == name)
            names = [f"index:{name}/{index}" for index in table.indexes]
        else:
            names = [grant.resource]
        rights |= {(action, name) for action in grant.actions for name in names}
    return rights


def _triggered(function: contract.Function) -> set[tuple[str, str]]:
    rights = {("logs:CreateLogStream", "own log"), ("logs:PutLogEvents", "own log")}
    for trigger in function.triggers:
        if isinstance(trigger, contract.StreamTrigger):
            reads = ("DescribeStream", "GetRecords", "GetShardIterator")
            rights |= {(f"dynamodb:{action}", f"stream of {trigger.table}") for action in reads}
            rights |= {("dynamodb:ListStreams", f"streams of {trigger.table}"), ("sqs:SendMessage", "dead letters")}
        elif isinstance(trigger, contract.QueueTrigger):
            takes = ("DeleteMessage", "GetQueueAttributes", "ReceiveMessage")
            rights |= {(f"sqs:{action}", f"queue:{trigger.queue}") for action in takes}
    return rights


@pytest.mark.parametrize("function", contract.FUNCTIONS, ids=lambda function: function.path)
def test_rights_are_the_contracts_grants_and_what_the_triggers_need(function: contract.Function) -> None:
    assert _rights(synth.role_of(function)) == _granted(function) | _triggered(function)


@pytest.mark.parametrize("function", contract.FUNCTIONS, ids=lambda function: function.path)
def test_every_role_is_used_by_one_function_and_has_one_inline_policy(function: contract.Function) -> None:
    role = synth.role_of(function)
    users = [body["Role"] for body in synth.resources("Lambda::Function").values()]

    assert [policy["PolicyName"] for policy in role["Policies"]] == ["grants"]
    assert "ManagedPolicyArns" not in role
    assert len({str(user) for user in users}) == len(contract.FUNCTIONS)


def test_stars_stand_only_where_names_are_made_at_run_time() -> None:
    for function in contract.FUNCTIONS:
        for statement in _statements(synth.role_of(function)):
            assert statement["Effect"] == "Allow"
            assert not any("*" in action for action in synth.listed(statement["Action"]))
            for resource in synth.listed(statement["Resource"]):
                assert "*" not in synth.text(resource) or _name(resource) in _OPEN_ENDED


def test_the_workflow_may_call_its_functions_and_write_its_logs() -> None:
    (role,) = (body for name, body in synth.resources("IAM::Role").items() if name.startswith("PaymentSessionRole"))
    invoke, rest = _statements(role)
    states = [function for function in contract.FUNCTIONS if function.path.startswith("payment_session/")]

    assert invoke["Action"] == "lambda:InvokeFunction"
    assert {synth.text(arn) for arn in invoke["Resource"]} == {
        f"${{{synth.logical_id_of(state)}.Arn}}" for state in states
    }
    assert {action.partition(":")[0] for action in rest["Action"]} == {"logs", "xray"}

"""A small template with every kind of resource the laptop edition runs, as CDK would write it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

_HERE = "tests.integration.local.handlers"


def _att(name: str, attribute: str = "Arn") -> dict[str, Any]:
    return {"Fn::GetAtt": [name, attribute]}


def _uri(name: str) -> dict[str, Any]:
    parts = ["arn:", {"Ref": "AWS::Partition"}, ":apigateway:", {"Ref": "AWS::Region"}]
    return {"Fn::Join": ["", [*parts, ":lambda:path/2015-03-31/functions/", _att(name), "/invocations"]]}


def _allow(actions: list[str], *resources: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": list(resources)}


_CONNECTIONS = {
    "Fn::Sub": "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Sockets}/ocpp/POST/@connections/*"
}
_STREAM_READ = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"]
_QUEUE_READ = ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"]
_TABLE = {"Fn::ImportValue": "data:TableArn"}
_STREAM = {"Fn::ImportValue": "data:StreamArn"}

FUNCTIONS: dict[str, tuple[dict[str, Any], list[dict[str, Any]]]] = {
    "authorize": ({}, []),
    "connection": ({}, []),
    "frames": ({"MemorySize": 1024, "Timeout": 1}, [_allow(["execute-api:ManageConnections"], _CONNECTIONS)]),
    "http": ({"Timeout": 1}, []),
    "store": (
        {},
        [
            _allow(["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"], _TABLE),
            _allow(["dynamodb:Query"], {"Fn::Join": ["/", [_TABLE, "index", "owned"]]}),
        ],
    ),
    "stream": ({}, [_allow(_STREAM_READ, _STREAM), _allow(["sqs:SendMessage"], _att("StreamDead"))]),
    "queue": ({}, [_allow(_QUEUE_READ, _att("Work"), _att("Ordered"))]),
    "late": ({"Timeout": 1}, [_allow(["dynamodb:PutItem"], _TABLE)]),
    "task": ({}, []),
    "scheduled": ({}, []),
}


def _function(name: str, more: dict[str, Any], statements: list[dict[str, Any]]) -> dict[str, Any]:
    title = name.capitalize()
    document = {"Version": "2012-10-17", "Statement": statements}
    policies = [{"PolicyName": "grants", "PolicyDocument": document}] if statements else []
    return {
        f"{title}Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "AssumeRolePolicyDocument": {},
                "Policies": policies,
                "ManagedPolicyArns": [
                    {"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"}
                ],
            },
        },
        title: {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Handler": f"{_HERE}.{name}",
                "Role": _att(f"{title}Role"),
                "Environment": {
                    "Variables": {
                        "TABLE": {"Fn::ImportValue": "data:TableName"},
                        "NAME": name,
                        "CSMS_WEBSOCKET_ENDPOINT": {
                            "Fn::Sub": "https://${Sockets}.execute-api.${AWS::Region}.${AWS::URLSuffix}/ocpp"
                        },
                    }
                },
                "MemorySize": 256,
                "Timeout": 5,
                **more,
            },
        },
    }


def _may(function: str, principal: str, source: Any) -> dict[str, Any]:
    properties = {"FunctionName": {"Ref": function}, "Action": "lambda:InvokeFunction", "Principal": principal}
    return {"Type": "AWS::Lambda::Permission", "Properties": {**properties, "SourceArn": source}}


def _api_source(api: str) -> dict[str, Any]:
    return {"Fn::Sub": f"arn:aws:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{{api}}}/*"}


def _sockets() -> dict[str, Any]:
    properties = {"ProtocolType": "WEBSOCKET", "RouteSelectionExpression": "$request.body.[2]", "Name": "sockets"}
    resources: dict[str, Any] = {
        "Sockets": {"Type": "AWS::ApiGatewayV2::Api", "Properties": properties},
        "SocketsStage": {
            "Type": "AWS::ApiGatewayV2::Stage",
            "Properties": {"ApiId": {"Ref": "Sockets"}, "StageName": "ocpp"},
        },
        "Guard": {
            "Type": "AWS::ApiGatewayV2::Authorizer",
            "Properties": {
                "ApiId": {"Ref": "Sockets"},
                "AuthorizerType": "REQUEST",
                "AuthorizerUri": _uri("Authorize"),
                "IdentitySource": ["route.request.querystring.cp"],
            },
        },
    }
    for function in ("Authorize", "Connection", "Frames"):
        resources[f"{function}Socket"] = _may(function, "apigateway.amazonaws.com", _api_source("Sockets"))
        resources[f"{function}Integration"] = {
            "Type": "AWS::ApiGatewayV2::Integration",
            "Properties": {
                "ApiId": {"Ref": "Sockets"},
                "IntegrationType": "AWS_PROXY",
                "IntegrationUri": _uri(function),
            },
        }
    routes = {
        "$connect": "Connection",
        "$disconnect": "Connection",
        "$default": "Frames",
        "Heartbeat": "Frames",
        "OneWay": "Frames",
    }
    for number, (key, function) in enumerate(routes.items()):
        route: dict[str, Any] = {
            "ApiId": {"Ref": "Sockets"},
            "RouteKey": key,
            "AuthorizationType": "CUSTOM" if key == "$connect" else "NONE",
            "Target": {"Fn::Join": ["/", ["integrations", {"Ref": f"{function}Integration"}]]},
        }
        if key == "$connect":
            route["AuthorizerId"] = {"Ref": "Guard"}
        if key == "Heartbeat":
            route["RouteResponseSelectionExpression"] = "$default"
            answer = {"ApiId": {"Ref": "Sockets"}, "RouteId": {"Ref": f"Route{number}"}, "RouteResponseKey": "$default"}
            resources["Answer"] = {"Type": "AWS::ApiGatewayV2::RouteResponse", "Properties": answer}
        resources[f"Route{number}"] = {"Type": "AWS::ApiGatewayV2::Route", "Properties": route}
    return resources


def _web() -> dict[str, Any]:
    issuer = {"Fn::Join": ["", ["https://cognito-idp.", {"Ref": "AWS::Region"}, ".amazonaws.com/", {"Ref": "Pool"}]]}
    integration = {
        "ApiId": {"Ref": "Web"},
        "IntegrationType": "AWS_PROXY",
        "IntegrationUri": _att("Http"),
        "PayloadFormatVersion": "2.0",
    }
    resources: dict[str, Any] = {
        "Web": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"ProtocolType": "HTTP", "Name": "web"}},
        "WebStage": {
            "Type": "AWS::ApiGatewayV2::Stage",
            "Properties": {"ApiId": {"Ref": "Web"}, "StageName": "$default"},
        },
        "Pool": {"Type": "AWS::Cognito::UserPool", "Properties": {}},
        "PoolClient": {"Type": "AWS::Cognito::UserPoolClient", "Properties": {"UserPoolId": {"Ref": "Pool"}}},
        "Admins": {
            "Type": "AWS::Cognito::UserPoolGroup",
            "Properties": {"UserPoolId": {"Ref": "Pool"}, "GroupName": "admin"},
        },
        "Jwt": {
            "Type": "AWS::ApiGatewayV2::Authorizer",
            "Properties": {
                "ApiId": {"Ref": "Web"},
                "AuthorizerType": "JWT",
                "IdentitySource": ["$request.header.Authorization"],
                "JwtConfiguration": {"Issuer": issuer, "Audience": [{"Ref": "PoolClient"}]},
            },
        },
        "HttpIntegration": {"Type": "AWS::ApiGatewayV2::Integration", "Properties": integration},
        "HttpWeb": _may("Http", "apigateway.amazonaws.com", _api_source("Web")),
    }
    keys = [
        "GET /items/{id}",
        "ANY /items/{id}",
        "ANY /items/fixed",
        "POST /items/{proxy+}",
        "ANY /secret/{proxy+}",
        "GET /",
    ]
    for number, key in enumerate(keys):
        route: dict[str, Any] = {
            "ApiId": {"Ref": "Web"},
            "RouteKey": key,
            "Target": {"Fn::Join": ["/", ["integrations", {"Ref": "HttpIntegration"}]]},
        }
        if "secret" in key:
            route |= {"AuthorizationType": "JWT", "AuthorizerId": {"Ref": "Jwt"}}
        resources[f"WebRoute{number}"] = {"Type": "AWS::ApiGatewayV2::Route", "Properties": route}
    return resources


def _work() -> dict[str, Any]:
    def live(name: str, **more: Any) -> dict[str, Any]:
        redrive = {"deadLetterTargetArn": _att(f"{name}Dead"), "maxReceiveCount": 2}
        return {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 1, "RedrivePolicy": redrive, **more}}

    def mapping(function: str, source: Any, **more: Any) -> dict[str, Any]:
        properties = {
            "FunctionName": {"Ref": function},
            "EventSourceArn": source,
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
        }
        return {"Type": "AWS::Lambda::EventSourceMapping", "Properties": {**properties, **more}}

    pattern = {"eventName": ["INSERT", "MODIFY"], "dynamodb": {"Keys": {"sk": {"S": [{"prefix": "WATCHED#"}]}}}}
    invoke = "arn:aws:states:::lambda:invoke"
    call = {"FunctionName": "${task}", "Payload.$": "$"}
    wait = {"FunctionName": "${task}", "Payload": {"token.$": "$$.Task.Token"}}
    catch = [{"ErrorEquals": ["ValueError"], "Next": "Caught"}]
    states = {
        "Call": {
            "Type": "Task",
            "Resource": invoke,
            "Parameters": call,
            "ResultPath": "$.c",
            "Catch": catch,
            "Next": "Wait",
        },
        "Caught": {"Type": "Succeed"},
        "Wait": {
            "Type": "Task",
            "Resource": f"{invoke}.waitForTaskToken",
            "TimeoutSeconds": 2,
            "Parameters": wait,
            "End": True,
        },
    }
    machine = {
        "DefinitionString": json.dumps({"StartAt": "Call", "States": states}),
        "DefinitionSubstitutions": {"task": _att("Task")},
        "RoleArn": _att("MachineRole"),
    }
    return {
        "Work": live("Work"),
        "WorkDead": {"Type": "AWS::SQS::Queue", "Properties": {}},
        "Ordered": live(
            "Ordered", FifoQueue=True, DeduplicationScope="messageGroup", FifoThroughputLimit="perMessageGroupId"
        ),
        "OrderedDead": {"Type": "AWS::SQS::Queue", "Properties": {"FifoQueue": True}},
        "StreamDead": {"Type": "AWS::SQS::Queue", "Properties": {}},
        "FromWork": mapping("Queue", _att("Work"), BatchSize=10),
        "FromOrdered": mapping("Queue", _att("Ordered"), BatchSize=1),
        "FromStream": mapping(
            "Stream",
            _STREAM,
            StartingPosition="TRIM_HORIZON",
            FilterCriteria={"Filters": [{"Pattern": json.dumps(pattern)}]},
            MaximumRetryAttempts=1,
            BisectBatchOnFunctionError=True,
            DestinationConfig={"OnFailure": {"Destination": _att("StreamDead")}},
        ),
        "Tick": {
            "Type": "AWS::Events::Rule",
            "Properties": {"ScheduleExpression": "rate(5 minutes)", "Targets": [{"Id": "f", "Arn": _att("Scheduled")}]},
        },
        "TickMay": _may("Scheduled", "events.amazonaws.com", _att("Tick")),
        "MachineRole": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "Policies": [
                    {
                        "PolicyName": "p",
                        "PolicyDocument": {"Statement": _allow(["lambda:InvokeFunction"], _att("Task"))},
                    }
                ]
            },
        },
        "Machine": {"Type": "AWS::StepFunctions::StateMachine", "Properties": machine},
        "Greeting": {
            "Type": "AWS::SSM::Parameter",
            "Properties": {"Name": "/sample/greeting", "Type": "String", "Value": "hello"},
        },
        "Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": {}},
    }


def _data() -> dict[str, Any]:
    key = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]
    index_key = [{"AttributeName": "owner", "KeyType": "HASH"}, {"AttributeName": "created", "KeyType": "RANGE"}]
    names = ("pk", "sk", "owner", "created")
    table = {
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in names],
        "KeySchema": key,
        "BillingMode": "PAY_PER_REQUEST",
        "GlobalSecondaryIndexes": [
            {"IndexName": "owned", "KeySchema": index_key, "Projection": {"ProjectionType": "ALL"}}
        ],
        "StreamSpecification": {"StreamViewType": "NEW_AND_OLD_IMAGES"},
    }
    outputs = {"TableName": {"Ref": "Table"}, "TableArn": _att("Table"), "StreamArn": _att("Table", "StreamArn")}
    return {
        "Resources": {"Table": {"Type": "AWS::DynamoDB::Table", "Properties": table}},
        "Outputs": {name: {"Value": value, "Export": {"Name": f"data:{name}"}} for name, value in outputs.items()},
    }


def documents() -> dict[str, dict[str, Any]]:
    """Both templates by stack name."""
    app: dict[str, Any] = {}
    for name, (more, statements) in FUNCTIONS.items():
        app |= _function(name, more, statements)
    return {"app": {"Resources": {**app, **_sockets(), **_web(), **_work()}}, "data": _data()}


def write(folder: Path, templates: dict[str, dict[str, Any]] | None = None) -> Path:
    """Put the templates where `Stack.start` reads them."""
    for name, document in (templates or documents()).items():
        (folder / f"{name}.template.json").write_text(json.dumps(document))
    return folder

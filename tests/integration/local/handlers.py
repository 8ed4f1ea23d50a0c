"""Small functions behind the small template of `sample.py`: each shows one thing about the laptop edition."""

from __future__ import annotations

import json
import os
import threading
import time
from typing import Any

import boto3

SEEN: list[tuple[str, Any]] = []


def _table() -> Any:
    return boto3.client("dynamodb", region_name="us-east-1")


def authorize(event: dict[str, Any], context: Any) -> dict[str, Any]:
    charger = (event["queryStringParameters"] or {}).get("cp", "")
    if charger == "unauthorized":
        raise Exception("Unauthorized")  # noqa: TRY002 - API Gateway's own contract for 401
    if charger == "broken":
        raise ValueError("broken")
    effect = "Deny" if charger == "denied" else "Allow"
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": event["methodArn"]}
    return {
        "principalId": charger,
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": {"chargerId": charger, "number": 7, "flag": True},
    }


def connection(event: dict[str, Any], context: Any) -> dict[str, Any]:
    SEEN.append((event["requestContext"]["eventType"], event))
    if event["requestContext"]["eventType"] == "DISCONNECT":
        return {"statusCode": 200}
    if event["requestContext"]["authorizer"]["chargerId"] == "refused":
        return {"statusCode": 404, "body": "no such charger"}
    offered = [name.strip() for name in event["headers"].get("Sec-WebSocket-Protocol", "").split(",")]
    headers = {"Sec-WebSocket-Protocol": offered[0]} if offered[0] else {}
    return {"statusCode": 200, "headers": headers}


def frames(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Two-way routes answer with the event; `$default` answers through @connections."""
    SEEN.append(("MESSAGE", event))
    request = event["requestContext"]
    try:
        body = json.loads(event["body"])
    except ValueError:
        body = [2, "1", "NotJson", {}]
    command = body[3].get("do") if len(body) > 3 and isinstance(body[3], dict) else None
    if command == "raise":
        raise ValueError("as asked")
    if command == "sleep":
        time.sleep(body[3]["seconds"])
    if command == "wrong":
        return {"no": "status"}
    if command == "thread":
        found: list[str] = []
        thread = threading.Thread(target=lambda: found.append(os.environ["TABLE"]))
        thread.start()
        thread.join()
        return {"statusCode": 200, "body": json.dumps([3, body[1], {"table": found[0]}])}
    answer = json.dumps([3, body[1], {"route": request["routeKey"], "authorizer": request["authorizer"]}])
    if request["routeKey"] == "$default":
        client = boto3.client(
            "apigatewaymanagementapi", endpoint_url=os.environ["CSMS_WEBSOCKET_ENDPOINT"], region_name="us-east-1"
        )
        client.post_to_connection(ConnectionId=request["connectionId"], Data=answer.encode())
        return {"statusCode": 200}
    return {"statusCode": 200, "body": answer}


def http(event: dict[str, Any], context: Any) -> Any:
    path = event["rawPath"]
    if path.endswith("/raise"):
        raise ValueError("as asked")
    if path.endswith("/plain"):
        return {"hello": "world"}
    if path.endswith("/slow"):
        time.sleep(1.2)
    if path.endswith("/binary"):
        return {"statusCode": 201, "body": "AAEC", "isBase64Encoded": True, "cookies": ["a=b"], "headers": {"X-Y": "z"}}
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": json.dumps(event)}


def store(event: dict[str, Any], context: Any) -> Any:
    """Does to DynamoDB what the event says: {"operation", "arguments"}."""
    client = _table()
    arguments = {"TableName": os.environ["TABLE"], **event["arguments"]}
    if event["operation"].startswith("transact"):
        arguments.pop("TableName")
    answer = getattr(client, event["operation"])(**arguments)
    return json.loads(json.dumps(answer, default=str))


def stream(event: dict[str, Any], context: Any) -> dict[str, Any]:
    records = event["Records"]
    SEEN.append(("STREAM", records))
    failed = [record for record in records if "poison" in record["dynamodb"]["Keys"]["sk"]["S"]]
    return {"batchItemFailures": [{"itemIdentifier": record["dynamodb"]["SequenceNumber"]} for record in failed]}


def queue(event: dict[str, Any], context: Any) -> dict[str, Any]:
    records = event["Records"]
    SEEN.append(("QUEUE", records))
    failed = [record["messageId"] for record in records if record["body"] == "poison"]
    if any(record["body"] == "raise" for record in records):
        raise ValueError("as asked")
    return {"batchItemFailures": [{"itemIdentifier": identifier} for identifier in failed]}


def late(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Outlives its timeout and then tries to write."""
    time.sleep(event["seconds"])
    _table().put_item(TableName=os.environ["TABLE"], Item={"pk": {"S": "late"}, "sk": {"S": "late"}})
    SEEN.append(("LATE", event))
    return {}


def task(event: dict[str, Any], context: Any) -> dict[str, Any]:
    SEEN.append(("TASK", event))
    if event.get("fail"):
        raise ValueError("as asked")
    return {"remaining_ms": context.get_remaining_time_in_millis(), "request_id": context.aws_request_id}


def scheduled(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return {"source": event["source"]}

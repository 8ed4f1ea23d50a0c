"""Creators of what holds data: tables, queues, buckets, parameters, the user pool, topics."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from local.resources import Builder, Physical, creator

if TYPE_CHECKING:
    from local.template import Resource

_TABLE_KEYS: Final = ("AttributeDefinitions", "KeySchema", "BillingMode", "ProvisionedThroughput")
_QUEUE_KEYS: Final = (
    "ContentBasedDeduplication",
    "DeduplicationScope",
    "DelaySeconds",
    "FifoQueue",
    "FifoThroughputLimit",
    "MaximumMessageSize",
    "MessageRetentionPeriod",
    "ReceiveMessageWaitTimeSeconds",
    "RedrivePolicy",
    "VisibilityTimeout",
)


@creator("AWS::DynamoDB::Table")
def _table(builder: Builder, resource: Resource, properties: dict[str, Any]) -> Physical:
    name = properties.get("TableName") or builder.name(resource)
    arguments: dict[str, Any] = {key: properties[key] for key in _TABLE_KEYS if key in properties}
    for key in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
        if properties.get(key):
            arguments[key] = properties[key]
    if "StreamSpecification" in properties:
        arguments["StreamSpecification"] = {"StreamEnabled": True, **properties["StreamSpecification"]}
    dynamodb = builder.cloud.client("dynamodb")
    described = dynamodb.create_table(TableName=name, **arguments)["TableDescription"]
    if "TimeToLiveSpecification" in properties:
        dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=properties["TimeToLiveSpecification"])
    attributes = {"Arn": described["TableArn"]}
    if "LatestStreamArn" in described:
        attributes["StreamArn"] = described["LatestStreamArn"]
    return Physical(name, attributes)


@creator("AWS::SQS::Queue")
def _queue(builder: Builder, resource: Resource, properties: dict[str, Any]) -> Physical:
    fifo = properties.get("FifoQueue") in {True, "true"}
    name = properties.get("QueueName") or builder.name(resource, ".fifo" if fifo else "")
    attributes = {key: _attribute(properties[key]) for key in _QUEUE_KEYS if key in properties}
    url = builder.cloud.client("sqs").create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    arn = builder.arn("sqs", name)
    builder.model.queue_urls[arn] = url
    return Physical(url, {"Arn": arn, "QueueName": name, "QueueUrl": url})


def _attribute(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value) if isinstance(value, dict) else str(value)


@creator("AWS::S3::Bucket")
def _bucket(builder: Builder, resource: Resource, properties: dict[str, Any]) -> Physical:
    name = properties.get("BucketName") or f"{builder.name(resource)}-{builder.cloud.account}".lower()
    builder.cloud.client("s3").create_bucket(Bucket=name)
    domain = f"{name}.s3.{builder.cloud.region}.amazonaws.com"
    return Physical(
        name,
        {"Arn": f"arn:aws:s3:::{name}", "DomainName": f"{name}.s3.amazonaws.com", "RegionalDomainName": domain},
    )


@creator("AWS::SSM::Parameter")
def _parameter(builder: Builder, resource: Resource, properties: dict[str, Any]) -> Physical:
    name = properties.get("Name") or builder.name(resource)
    builder.cloud.client("ssm").put_parameter(
        Name=name, Value=properties["Value"], Type=properties.get("Type", "String"), Overwrite=True
    )
    return Physical(name, {"Value": properties["Value"], "Type": properties.get("Type", "String")})


@creator("AWS::SecretsManager::Secret")
def _secret(builder: Builder, resource: Resource, properties: dict[str, Any]) -> Physical:
    # Read through {{resolve:secretsmanager:…}} only; no function of the template has a right to read one.
    secret = properties.get("SecretString")
    if secret is None:
        generate = properties.get("GenerateSecretString", {})
        value = builder.identifier(resource, 32)
        template = json.loads(generate.get("SecretStringTemplate", "{}"))
        key = generate.get("GenerateStringKey")
        secret = json.dumps({**template, key: value}) if key else value
    name = properties.get("Name") or builder.name(resource)
    arn = builder.arn("secretsmanager", f"secret:{name}-laptop")
    builder.secrets[arn] = secret
    return Physical(arn, {"Id": arn})


@creator("AWS::SNS::Topic")
def _topic(builder: Builder, resource: Resource, properties: dict[str, Any]) -> Physical:
    name = properties.get("TopicName") or builder.name(resource)
    arn = builder.arn("sns", name)
    return Physical(arn, {"TopicArn": arn, "TopicName": name})


@creator("AWS::KMS::Key")
def _key(builder: Builder, resource: Resource, properties: dict[str, Any]) -> Physical:
    del resource
    wanted = {key: properties[key] for key in ("KeySpec", "KeyUsage", "Description") if key in properties}
    created = builder.cloud.client("kms").create_key(**wanted)["KeyMetadata"]
    return Physical(created["KeyId"], {"Arn": created["Arn"], "KeyId": created["KeyId"]})


@creator("AWS::Cognito::UserPool")
def _user_pool(builder: Builder, resource: Resource, properties: dict[str, Any]) -> Physical:
    name = properties.get("UserPoolName") or builder.name(resource)
    pool = builder.cloud.client("cognito-idp").create_user_pool(PoolName=name)["UserPool"]
    provider = f"cognito-idp.{builder.cloud.region}.amazonaws.com/{pool['Id']}"
    attributes = {"Arn": pool["Arn"], "ProviderName": provider, "ProviderURL": f"https://{provider}"}
    return Physical(pool["Id"], {**attributes, "UserPoolId": pool["Id"]})


@creator("AWS::Cognito::UserPoolClient")
def _user_pool_client(builder: Builder, resource: Resource, properties: dict[str, Any]) -> Physical:
    pool_id = properties["UserPoolId"]
    client = builder.cloud.client("cognito-idp").create_user_pool_client(
        UserPoolId=pool_id,
        ClientName=properties.get("ClientName") or builder.name(resource),
        GenerateSecret=bool(properties.get("GenerateSecret", False)),
    )["UserPoolClient"]
    builder.model.user_pool_clients.append((pool_id, client["ClientId"]))
    return Physical(client["ClientId"], {"ClientId": client["ClientId"], "Name": client["ClientName"]})


@creator("AWS::Cognito::UserPoolGroup")
def _user_pool_group(builder: Builder, resource: Resource, properties: dict[str, Any]) -> Physical:
    name = properties.get("GroupName") or builder.name(resource)
    builder.cloud.client("cognito-idp").create_group(UserPoolId=properties["UserPoolId"], GroupName=name)
    return Physical(name)


@creator("AWS::Logs::LogGroup")
def _log_group(builder: Builder, resource: Resource, properties: dict[str, Any]) -> Physical:
    name = properties.get("LogGroupName") or builder.name(resource)
    return Physical(name, {"Arn": builder.arn("logs", f"log-group:{name}:*")})

"""What the contract's names stand for in this deployment: environment values and ARNs, filled while the stack grows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import aws_cdk as cdk

from csms import contract
from infra.data import Streams, table_name
from infra.settings import Settings


class Wiring:
    """Turns a function's environment names into values and its grants into policy statements.

    A room adds what it creates; asking for a name that nobody has added yet fails at synthesis, by name.
    """

    def __init__(self, stack: cdk.Stack, settings: Settings, streams: Streams) -> None:
        self.secrets_path = f"/csms/{settings.stage}/partners"
        self.origin_secret_name = f"/csms/{settings.stage}/origin-secret"
        self._stack = stack
        self._stage = settings.stage
        self._tables = {table.name: table for table in contract.TABLES}
        self._streams = streams
        self._environment: dict[str, str] = {
            contract.ENV_COUNTRY_CODE: settings.country_code,
            contract.ENV_PARTY_ID: settings.party_id,
            contract.ENV_PARTY_NAME: settings.party_name,
            contract.ENV_UNKNOWN_CHARGERS: settings.unknown_chargers,
            contract.ENV_HEARTBEAT_SECONDS: str(settings.heartbeat_seconds),
            contract.ENV_PARTNER_SECRETS_PATH: self.secrets_path,
            # Without a name the authorizer asks for no proof that a handshake came through the edge.
            contract.ENV_ORIGIN_SECRET: "" if settings.direct_connections else self.origin_secret_name,
            contract.ENV_OUTGOING: "https-public",
        }
        self._arns: dict[str, list[str]] = {
            "partner_secrets": [self.arn("ssm", f"parameter{self.secrets_path}/*")],
            "origin_secret": [self.arn("ssm", f"parameter{self.origin_secret_name}")],
        }
        for table in contract.TABLES:
            name = table_name(settings.stage, table)
            arn = self.arn("dynamodb", f"table/{name}")
            self._environment[table.env] = name
            self._arns[f"table:{table.name}"] = [arn]
            self._arns[f"index:{table.name}"] = [f"{arn}/index/{index}" for index in table.indexes]

    def arn(self, service: str, resource: str) -> str:
        """An ARN in this deployment's partition, region and account."""
        return f"arn:{self._stack.partition}:{service}:{self._stack.region}:{self._stack.account}:{resource}"

    def add(self, *, environment: Mapping[str, str] | None = None, arns: Mapping[str, str] | None = None) -> None:
        """Makes environment values and the ARNs behind grant names known to the functions created from now on."""
        self._environment.update(environment or {})
        self._arns.update({name: [arn] for name, arn in (arns or {}).items()})

    def environment(self, function: contract.Function) -> dict[str, str]:
        """The function's environment: exactly the names of the contract."""
        return {name: self._environment[name] for name in function.environment}

    def statements(self, function: contract.Function) -> list[dict[str, Any]]:
        """The function's grants as policy statements, one per named resource."""
        return [allow(grant.actions, self._arns[grant.resource]) for grant in function.grants]

    def queue_arn(self, name: str) -> str:
        """The ARN of a queue of the contract."""
        return self._arns[f"queue:{name}"][0]

    def wildcards(self, function: contract.Function) -> list[tuple[str, str]]:
        """The function's resources that end in `*`, as the rule pack writes them, each with its reason."""
        here = "<AWS::Region>:<AWS::AccountId>"
        found = {grant.resource for grant in function.grants}
        wildcards = []
        if "websocket" in found:
            connections = (
                f"arn:<AWS::Partition>:execute-api:{here}:<OcppApi>/{contract.WEBSOCKET_STAGE}/*/@connections/*"
            )
            wildcards.append((connections, "connection ids are made while it runs"))
        if "partner_secrets" in found:
            secrets = f"arn:<AWS::Partition>:ssm:{here}:parameter{self.secrets_path}/*"
            wildcards.append((secrets, "partners register while it runs; the path holds their tokens only"))
        for trigger in function.triggers:
            if isinstance(trigger, contract.StreamTrigger):
                table = table_name(self._stage, self._tables[trigger.table])
                streams = f"arn:<AWS::Partition>:dynamodb:{here}:table/{table}/stream/*"
                wildcards.append((streams, "ListStreams is granted on a table's streams as a whole"))
        return wildcards

    def table_arn(self, name: str) -> str:
        """The ARN of a table of the contract."""
        return self._arns[f"table:{name}"][0]

    def stream_arn(self, name: str) -> str:
        """The ARN of the stream of a table whose changes are streamed."""
        return self._streams[name]


def allow(actions: tuple[str, ...], resources: list[str]) -> dict[str, Any]:
    """One Allow statement."""
    return {"Effect": "Allow", "Action": sorted(actions), "Resource": resources}

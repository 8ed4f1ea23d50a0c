"""Names shared by what is deployed and what runs: tables, indexes, queues, routes, environment, functions and their rights.

`infra` builds from these tables and the functions read the same constants, so wiring cannot drift.
Standard library only: this module is imported at synthesis and on every cold start.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

# --- environment variables (a key has one meaning in every function) -----------------------------------------------

ENV_TABLE_CHARGERS: Final = "CSMS_TABLE_CHARGERS"
ENV_TABLE_SESSIONS: Final = "CSMS_TABLE_SESSIONS"
ENV_TABLE_PARTNERS: Final = "CSMS_TABLE_PARTNERS"
ENV_TABLE_OUTBOX: Final = "CSMS_TABLE_OUTBOX"
ENV_QUEUE_COMMANDS: Final = "CSMS_QUEUE_COMMANDS_URL"
ENV_QUEUE_PUSH: Final = "CSMS_QUEUE_PUSH_URL"
ENV_QUEUE_SETTLEMENT: Final = "CSMS_QUEUE_SETTLEMENT_URL"
ENV_STATE_MACHINE: Final = "CSMS_PAYMENT_STATE_MACHINE_ARN"
ENV_WEBSOCKET_ENDPOINT: Final = "CSMS_WEBSOCKET_ENDPOINT"
ENV_PUBLIC_URL: Final = "CSMS_PUBLIC_URL"
ENV_COUNTRY_CODE: Final = "CSMS_COUNTRY_CODE"
ENV_PARTY_ID: Final = "CSMS_PARTY_ID"
ENV_PARTY_NAME: Final = "CSMS_PARTY_NAME"
ENV_UNKNOWN_CHARGERS: Final = "CSMS_UNKNOWN_CHARGERS"
ENV_HEARTBEAT_SECONDS: Final = "CSMS_HEARTBEAT_SECONDS"
ENV_PARTNER_SECRETS_PATH: Final = "CSMS_PARTNER_SECRETS_PATH"
ENV_ORIGIN_SECRET: Final = "CSMS_ORIGIN_SECRET_PARAMETER"  # noqa: S105 - the name of a parameter, not a secret
ENV_OUTGOING: Final = "CSMS_OUTGOING"  # "https-public" (default) or "any": the laptop edition talks to loopback peers

# --- tables and indexes ------------------------------------------------------------------------------------------

PARTITION_KEY: Final = "pk"
SORT_KEY: Final = "sk"
TTL_ATTRIBUTE: Final = "expires_at_s"  # Unix seconds, as DynamoDB's TTL wants it

INDEX_OWNED: Final = "owned"  # lists by owner (partner or party) in the order of creation: owner, created
OWNED_PARTITION_KEY: Final = "owner"
OWNED_SORT_KEY: Final = "created"
INDEX_OPEN: Final = "open"  # sparse: what a person or a job must still look at: open_matter, open_since
OPEN_PARTITION_KEY: Final = "open_matter"
OPEN_SORT_KEY: Final = "open_since"


@dataclass(frozen=True)
class Table:
    """A DynamoDB table: partition key `pk`, sort key `sk`, on-demand, encrypted, point-in-time recovery."""

    name: str
    env: str
    indexes: tuple[str, ...] = ()
    stream: bool = False


CHARGERS: Final = Table("chargers", ENV_TABLE_CHARGERS, (INDEX_OWNED,), stream=True)
SESSIONS: Final = Table("sessions", ENV_TABLE_SESSIONS, (INDEX_OWNED, INDEX_OPEN), stream=True)
PARTNERS: Final = Table("partners", ENV_TABLE_PARTNERS, (INDEX_OWNED,))
OUTBOX: Final = Table("outbox", ENV_TABLE_OUTBOX, (INDEX_OPEN,), stream=True)
TABLES: Final = (CHARGERS, SESSIONS, PARTNERS, OUTBOX)

INDEX_KEYS: Final = {
    INDEX_OWNED: (OWNED_PARTITION_KEY, OWNED_SORT_KEY),
    INDEX_OPEN: (OPEN_PARTITION_KEY, OPEN_SORT_KEY),
}

# Sort-key prefixes that stream filters in infra and key builders in the store must agree on.
COMMAND_PREFIX: Final = "COMMAND#"
STATUS_PREFIX: Final = "STATUS#"
TRANSACTION_SORT_KEY: Final = "TX"

# --- queues --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Queue:
    """An SQS queue with its own dead-letter queue `<name>-dead`."""

    name: str
    env: str
    fifo: bool = False
    visibility_seconds: int = 60
    max_receives: int = 5


QUEUE_COMMANDS: Final = Queue("commands", ENV_QUEUE_COMMANDS)
QUEUE_PUSH: Final = Queue("push", ENV_QUEUE_PUSH, fifo=True, visibility_seconds=60, max_receives=12)
QUEUE_SETTLEMENT: Final = Queue("settlement", ENV_QUEUE_SETTLEMENT)
QUEUES: Final = (QUEUE_COMMANDS, QUEUE_PUSH, QUEUE_SETTLEMENT)

# --- OCPP routes of the WebSocket API ------------------------------------------------------------------------------

OCPP_PROTOCOLS: Final = ("ocpp2.1", "ocpp2.0.1", "ocpp1.6")
ROUTE_SELECTION: Final = "$request.body.[2]"
WEBSOCKET_STAGE: Final = "ocpp"

# Messages that concern a transaction are answered through @connections: on a passing storage fault they must be able
# to stay silent (a CALLERROR makes most chargers drop the transaction for good), which a two-way route cannot.
ONE_WAY_ACTIONS: Final = ("MeterValues", "StartTransaction", "StopTransaction", "TransactionEvent")
# Everything else that is frequent is answered by route response: no second call, no client to build.
TWO_WAY_ACTIONS: Final = (
    "Authorize",
    "BatterySwap",
    "BootNotification",
    "ClearedChargingLimit",
    "ClosePeriodicEventStream",
    "DataTransfer",
    "DiagnosticsStatusNotification",
    "FirmwareStatusNotification",
    "Get15118EVCertificate",
    "GetCertificateChainStatus",
    "GetCertificateStatus",
    "Heartbeat",
    "LogStatusNotification",
    "NotifyCustomerInformation",
    "NotifyDERAlarm",
    "NotifyDERStartStop",
    "NotifyDisplayMessages",
    "NotifyChargingLimit",
    "NotifyEVChargingNeeds",
    "NotifyEVChargingSchedule",
    "NotifyEvent",
    "NotifyMonitoringReport",
    "NotifyPriorityCharging",
    "NotifyReport",
    "NotifySettlement",
    "OpenPeriodicEventStream",
    "PublishFirmwareStatusNotification",
    "PullDynamicScheduleUpdate",
    "ReportDERControl",
    "ReportChargingProfiles",
    "ReservationStatusUpdate",
    "SecurityEventNotification",
    "SignCertificate",
    "SignedFirmwareStatusNotification",
    "StatusNotification",
    "VatNumberValidation",
)

# Keys of the authorizer's context; they ride on every later frame of the connection.
CONTEXT_CHARGER_ID: Final = "chargerId"
CONTEXT_PROTOCOL: Final = "protocol"
CONTEXT_SECURITY_PROFILE: Final = "securityProfile"
CONTEXT_REGISTRATION: Final = "registration"  # "accepted" or "pending"
CONTEXT_REFUSAL: Final = "refusal"  # an HTTP status that $connect answers with instead of connecting

# --- paths of the HTTP API -----------------------------------------------------------------------------------------

OCPI_VERSIONS: Final = ("2.2.1", "2.3.0")
PATH_OCPI: Final = "/ocpi"
PATH_RECEIPTS: Final = "/receipts"
PATH_OPERATOR: Final = "/api"


@dataclass(frozen=True)
class HttpRoute:
    """One route of the HTTP API (payload format 2.0). `authorizer` "operator" = Cognito JWT, None = the handler checks."""

    method: str
    path: str
    authorizer: Literal["operator"] | None = None


def _ocpi(module: str, *suffixes: str, party: str = "/cpo") -> tuple[HttpRoute, ...]:
    """Routes of one OCPI module: with and without trailing slash, because partners send both and we never redirect."""
    base = f"{PATH_OCPI}{party}/{{version}}/{module}"
    return tuple(HttpRoute("ANY", f"{base}{suffix}") for suffix in ("", "/", *suffixes, "/{proxy+}"))


# --- functions -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Grant:
    """Actions on one named resource: `table:<name>`, `index:<table>`, `queue:<name>`, `websocket`, `state_machine`, `partner_secrets`, `origin_secret`."""

    resource: str
    actions: tuple[str, ...]


@dataclass(frozen=True)
class StreamTrigger:
    """A DynamoDB stream as event source. `key_prefixes` filters on `sk`, `events` on INSERT / MODIFY / REMOVE."""

    table: str
    key_prefixes: tuple[str, ...] = ()
    events: tuple[str, ...] = ("INSERT",)
    batch_size: int = 100
    window_seconds: int = 0


@dataclass(frozen=True)
class QueueTrigger:
    """An SQS queue as event source, with partial batch answers."""

    queue: str
    batch_size: int = 10


@dataclass(frozen=True)
class ScheduleTrigger:
    """Runs every `minutes` minutes."""

    minutes: int


Trigger = StreamTrigger | QueueTrigger | ScheduleTrigger


@dataclass(frozen=True)
class Function:
    """One Lambda function: its folder under `functions/`, its module, its environment and exactly the rights its code uses."""

    path: str  # "ocpp", "ocpi/locations", "payment_session/start"
    environment: tuple[str, ...]
    grants: tuple[Grant, ...]
    http: tuple[HttpRoute, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    memory_mb: int = 512
    timeout_seconds: int = 15

    @property
    def handler(self) -> str:
        """The handler string: `functions.<folder>.handler.handler`, or the state's own file for a state machine."""
        dotted = self.path.replace("/", ".")
        if self.path.startswith("payment_session/"):
            return f"functions.{dotted}.handler"
        return f"functions.{dotted}.handler.handler"


def table_grant(table: Table, *operations: str) -> Grant:
    """Rights on a table's items; `operations` are DynamoDB's, such as "GetItem"."""
    return Grant(f"table:{table.name}", tuple(f"dynamodb:{operation}" for operation in operations))


def index_grant(table: Table) -> Grant:
    """The right to query a table's indexes."""
    return Grant(f"index:{table.name}", ("dynamodb:Query",))


_PARTY = (ENV_COUNTRY_CODE, ENV_PARTY_ID, ENV_PARTY_NAME, ENV_PUBLIC_URL)
_POST = Grant("websocket", ("execute-api:ManageConnections",))
_READ_SECRETS = Grant("partner_secrets", ("ssm:GetParameter",))
_WRITE_SECRETS = Grant("partner_secrets", ("ssm:GetParameter", "ssm:PutParameter", "ssm:DeleteParameter"))
# Reading who calls; the first use of a new token drops the one before it.
_PARTNER_AUTH = table_grant(PARTNERS, "GetItem", "Query", "UpdateItem", "DeleteItem")

OCPP: Final = Function(
    "ocpp",
    (ENV_TABLE_CHARGERS, ENV_TABLE_SESSIONS, ENV_TABLE_PARTNERS, ENV_TABLE_OUTBOX, ENV_QUEUE_COMMANDS,
     ENV_WEBSOCKET_ENDPOINT, ENV_HEARTBEAT_SECONDS, ENV_COUNTRY_CODE, ENV_PARTY_ID),
    (
        table_grant(CHARGERS, "GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query"),
        table_grant(SESSIONS, "GetItem", "PutItem", "UpdateItem", "Query"),
        table_grant(PARTNERS, "GetItem", "Query"),
        table_grant(OUTBOX, "PutItem"),
        Grant("queue:commands", ("sqs:SendMessage",)),
        _POST,
    ),
    memory_mb=1024,
)  # fmt: skip
OCPP_AUTHORIZER: Final = Function(
    "ocpp_authorizer",
    (ENV_TABLE_CHARGERS, ENV_UNKNOWN_CHARGERS, ENV_ORIGIN_SECRET),
    (table_grant(CHARGERS, "GetItem", "PutItem", "UpdateItem"), Grant("origin_secret", ("ssm:GetParameter",))),
)
OCPP_CONNECTION: Final = Function(
    "ocpp_connection",
    (ENV_TABLE_CHARGERS, ENV_QUEUE_COMMANDS, ENV_WEBSOCKET_ENDPOINT),
    (table_grant(CHARGERS, "UpdateItem"), Grant("queue:commands", ("sqs:SendMessage",)), _POST),
)
OCPP_COMMANDS: Final = Function(
    "ocpp_commands",
    (ENV_TABLE_CHARGERS, ENV_TABLE_SESSIONS, ENV_TABLE_OUTBOX, ENV_QUEUE_COMMANDS, ENV_WEBSOCKET_ENDPOINT),
    (
        table_grant(CHARGERS, "GetItem", "PutItem", "UpdateItem", "Query"),
        table_grant(SESSIONS, "GetItem", "UpdateItem"),
        table_grant(OUTBOX, "PutItem"),
        Grant("queue:commands", ("sqs:SendMessage",)),
        _POST,
    ),
    triggers=(
        StreamTrigger("chargers", (COMMAND_PREFIX,), ("INSERT",)),
        QueueTrigger("commands"),
    ),
)

OCPI_VERSIONS_FUNCTION: Final = Function(
    "ocpi/versions",
    (ENV_TABLE_PARTNERS, *_PARTY),
    (_PARTNER_AUTH,),
    http=(
        HttpRoute("ANY", f"{PATH_OCPI}/versions"),
        HttpRoute("ANY", f"{PATH_OCPI}/versions/"),
        HttpRoute("ANY", f"{PATH_OCPI}/{{version}}"),
        HttpRoute("ANY", f"{PATH_OCPI}/{{version}}/"),
    ),
)
OCPI_CREDENTIALS: Final = Function(
    "ocpi/credentials",
    (ENV_TABLE_PARTNERS, ENV_PARTNER_SECRETS_PATH, ENV_OUTGOING, *_PARTY),
    (table_grant(PARTNERS, "GetItem", "Query", "PutItem", "UpdateItem", "DeleteItem"), _WRITE_SECRETS),
    http=(
        HttpRoute("ANY", f"{PATH_OCPI}/{{version}}/credentials"),
        HttpRoute("ANY", f"{PATH_OCPI}/{{version}}/credentials/"),
    ),
    timeout_seconds=25,
)
OCPI_LOCATIONS: Final = Function(
    "ocpi/locations",
    (ENV_TABLE_PARTNERS, *_PARTY),
    (_PARTNER_AUTH, index_grant(PARTNERS)),
    http=_ocpi("locations"),
)
OCPI_TARIFFS: Final = Function(
    "ocpi/tariffs",
    (ENV_TABLE_PARTNERS, *_PARTY),
    (_PARTNER_AUTH, index_grant(PARTNERS)),
    http=_ocpi("tariffs"),
)
OCPI_TOKENS: Final = Function(
    "ocpi/tokens",
    (ENV_TABLE_PARTNERS, *_PARTY),
    (table_grant(PARTNERS, "GetItem", "Query", "PutItem", "UpdateItem", "DeleteItem"),),
    http=_ocpi("tokens"),
)
OCPI_SESSIONS: Final = Function(
    "ocpi/sessions",
    (ENV_TABLE_PARTNERS, ENV_TABLE_SESSIONS, *_PARTY),
    (_PARTNER_AUTH, table_grant(SESSIONS, "GetItem", "UpdateItem"), index_grant(SESSIONS)),
    http=_ocpi("sessions"),
)
OCPI_CDRS: Final = Function(
    "ocpi/cdrs",
    (ENV_TABLE_PARTNERS, ENV_TABLE_SESSIONS, *_PARTY),
    (_PARTNER_AUTH, table_grant(SESSIONS, "GetItem"), index_grant(SESSIONS)),
    http=_ocpi("cdrs"),
)
OCPI_COMMANDS: Final = Function(
    "ocpi/commands",
    (ENV_TABLE_PARTNERS, ENV_TABLE_SESSIONS, ENV_TABLE_CHARGERS, ENV_TABLE_OUTBOX, ENV_OUTGOING, *_PARTY),
    (
        _PARTNER_AUTH,
        index_grant(PARTNERS),
        table_grant(SESSIONS, "GetItem", "PutItem", "UpdateItem", "Query"),
        table_grant(CHARGERS, "GetItem", "PutItem", "UpdateItem", "Query"),
        table_grant(OUTBOX, "PutItem"),
    ),
    http=_ocpi("commands"),
)
OCPI_PAYMENTS: Final = Function(
    "ocpi/payments",
    (ENV_TABLE_PARTNERS, ENV_TABLE_SESSIONS, ENV_TABLE_OUTBOX, *_PARTY),
    (
        table_grant(PARTNERS, "GetItem", "Query", "PutItem", "UpdateItem", "DeleteItem"),
        index_grant(PARTNERS),
        table_grant(SESSIONS, "GetItem", "PutItem", "UpdateItem", "Query"),
        index_grant(SESSIONS),
        table_grant(OUTBOX, "PutItem"),
    ),
    http=_ocpi("payments"),
)
OCPI_PUSH: Final = Function(
    "ocpi_push",
    (ENV_TABLE_PARTNERS, ENV_TABLE_OUTBOX, ENV_QUEUE_PUSH, ENV_PARTNER_SECRETS_PATH, ENV_OUTGOING, *_PARTY),
    (
        table_grant(PARTNERS, "GetItem", "Query", "UpdateItem"),
        table_grant(OUTBOX, "GetItem", "UpdateItem"),
        Grant("queue:push", ("sqs:ChangeMessageVisibility",)),
        _READ_SECRETS,
    ),
    triggers=(QueueTrigger("push", batch_size=1),),
    timeout_seconds=30,
)

OUTBOX_RELAY: Final = Function(
    "outbox",
    (ENV_TABLE_OUTBOX, ENV_QUEUE_PUSH, ENV_QUEUE_SETTLEMENT, ENV_STATE_MACHINE),
    (
        table_grant(OUTBOX, "UpdateItem"),
        Grant("queue:push", ("sqs:SendMessage",)),
        Grant("queue:settlement", ("sqs:SendMessage",)),
        Grant("state_machine", ("states:StartExecution", "states:SendTaskSuccess", "states:SendTaskFailure")),
    ),
    triggers=(StreamTrigger("outbox", (), ("INSERT",)),),
)
PROJECTIONS: Final = Function(
    "projections",
    (ENV_TABLE_CHARGERS, ENV_TABLE_SESSIONS, ENV_TABLE_PARTNERS, ENV_TABLE_OUTBOX, ENV_COUNTRY_CODE, ENV_PARTY_ID),
    (
        table_grant(CHARGERS, "GetItem", "UpdateItem", "Query"),
        table_grant(SESSIONS, "GetItem", "PutItem", "UpdateItem"),
        table_grant(PARTNERS, "UpdateItem"),
        index_grant(PARTNERS),
        table_grant(OUTBOX, "PutItem"),
    ),
    triggers=(
        StreamTrigger("chargers", (STATUS_PREFIX,), ("INSERT",)),
        StreamTrigger("sessions", (TRANSACTION_SORT_KEY,), ("INSERT", "MODIFY"), window_seconds=2),
    ),
)

PAYMENT_START: Final = Function(
    "payment_session/start",
    (ENV_TABLE_CHARGERS, ENV_TABLE_SESSIONS, ENV_TABLE_OUTBOX, ENV_COUNTRY_CODE, ENV_PARTY_ID, ENV_PARTY_NAME),
    (
        table_grant(SESSIONS, "GetItem", "PutItem", "UpdateItem"),
        table_grant(CHARGERS, "GetItem", "PutItem", "UpdateItem"),
        table_grant(OUTBOX, "PutItem"),
    ),
)
PAYMENT_EXPIRE: Final = Function(
    "payment_session/expire",
    (ENV_TABLE_CHARGERS, ENV_TABLE_SESSIONS, ENV_TABLE_OUTBOX),
    (
        table_grant(SESSIONS, "GetItem", "PutItem", "UpdateItem"),
        table_grant(CHARGERS, "GetItem", "UpdateItem"),
        table_grant(OUTBOX, "PutItem"),
    ),
)
PAYMENT_CHARGE: Final = Function(
    "payment_session/charge",
    (ENV_TABLE_SESSIONS, ENV_TABLE_OUTBOX),
    (table_grant(SESSIONS, "GetItem", "UpdateItem"), table_grant(OUTBOX, "PutItem")),
)
PAYMENT_SETTLE: Final = Function(
    "payment_session/settle",
    (ENV_TABLE_CHARGERS, ENV_TABLE_SESSIONS, ENV_TABLE_PARTNERS, ENV_TABLE_OUTBOX),
    (
        table_grant(SESSIONS, "GetItem", "PutItem", "UpdateItem", "Query"),
        table_grant(CHARGERS, "GetItem", "Query"),
        table_grant(PARTNERS, "GetItem"),
        table_grant(OUTBOX, "PutItem"),
    ),
    triggers=(QueueTrigger("settlement", batch_size=1),),
    timeout_seconds=30,
)
PAYMENT_AWAIT_CAPTURE: Final = Function(
    "payment_session/await_capture",
    (ENV_TABLE_SESSIONS, ENV_TABLE_OUTBOX),
    (table_grant(SESSIONS, "GetItem", "UpdateItem", "Query"), table_grant(OUTBOX, "PutItem")),
)
PAYMENT_CLOSE: Final = Function(
    "payment_session/close",
    (ENV_TABLE_SESSIONS,),
    (table_grant(SESSIONS, "GetItem", "UpdateItem", "Query"),),
)
RECEIPTS: Final = Function(
    "receipts",
    (ENV_TABLE_SESSIONS, ENV_COUNTRY_CODE, ENV_PARTY_ID, ENV_PARTY_NAME),
    (table_grant(SESSIONS, "GetItem", "Query"),),
    http=(HttpRoute("GET", f"{PATH_RECEIPTS}/{{reference}}"), HttpRoute("GET", f"{PATH_RECEIPTS}/{{reference}}/")),
)
OPERATOR_API: Final = Function(
    "operator_api",
    (ENV_TABLE_CHARGERS, ENV_TABLE_SESSIONS, ENV_TABLE_PARTNERS, ENV_TABLE_OUTBOX, ENV_WEBSOCKET_ENDPOINT,
     ENV_PARTNER_SECRETS_PATH, ENV_OUTGOING, *_PARTY),
    (
        table_grant(CHARGERS, "GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query"),
        index_grant(CHARGERS),
        table_grant(SESSIONS, "GetItem", "UpdateItem", "Query"),
        index_grant(SESSIONS),
        table_grant(PARTNERS, "GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query"),
        index_grant(PARTNERS),
        table_grant(OUTBOX, "PutItem"),
        index_grant(OUTBOX),
        _WRITE_SECRETS,
        _POST,
    ),
    http=(HttpRoute("ANY", f"{PATH_OPERATOR}/{{proxy+}}", "operator"),),
    timeout_seconds=25,
)  # fmt: skip
SWEEPER: Final = Function(
    "sweeper",
    (ENV_TABLE_CHARGERS, ENV_TABLE_SESSIONS, ENV_TABLE_OUTBOX, ENV_QUEUE_PUSH),
    (
        table_grant(CHARGERS, "GetItem", "UpdateItem", "Query"),
        table_grant(SESSIONS, "GetItem", "UpdateItem", "Query"),
        index_grant(SESSIONS),
        table_grant(OUTBOX, "PutItem", "UpdateItem"),
        index_grant(OUTBOX),
        Grant("queue:push", ("sqs:SendMessage",)),
    ),
    triggers=(ScheduleTrigger(minutes=5),),
)

FUNCTIONS: Final = (
    OCPP, OCPP_AUTHORIZER, OCPP_CONNECTION, OCPP_COMMANDS,
    OCPI_VERSIONS_FUNCTION, OCPI_CREDENTIALS, OCPI_LOCATIONS, OCPI_TARIFFS, OCPI_TOKENS, OCPI_SESSIONS, OCPI_CDRS,
    OCPI_COMMANDS, OCPI_PAYMENTS, OCPI_PUSH,
    OUTBOX_RELAY, PROJECTIONS,
    PAYMENT_START, PAYMENT_EXPIRE, PAYMENT_CHARGE, PAYMENT_SETTLE, PAYMENT_AWAIT_CAPTURE, PAYMENT_CLOSE,
    RECEIPTS, OPERATOR_API, SWEEPER,
)  # fmt: skip

# --- the payment session's state machine: words that the ASL and the code share ----------------------------------

ERROR_START_REJECTED: Final = "StartRejected"
ERROR_START_TIMEOUT: Final = "StartTimeout"
START_WAIT_SECONDS: Final = 240  # OCPP answer (30 s) + the station's connection timeout (default 180 s) + 30 s
CHARGE_WAIT_SECONDS: Final = 48 * 3600
CAPTURE_WAIT_SECONDS: Final = 24 * 3600
COMMAND_TIMEOUT_SECONDS: Final = 30

"""Everything but the tables: rooms, gateways, edge and alarms in one stack, so that no two stacks need each other."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from csms import contract
from infra.alarms import Alarms
from infra.data import Streams
from infra.edge import add_edge
from infra.function import FunctionFactory
from infra.http_api import HttpApi
from infra.nag import acknowledge
from infra.ocpi import add_ocpi
from infra.ocpp import add_ocpp
from infra.operator_api import add_operator_api
from infra.outbox import add_outbox
from infra.packaging import Packaging
from infra.payment_session import add_payment_session
from infra.projections import add_projections
from infra.queues import add_queues
from infra.receipts import add_receipts
from infra.settings import Settings
from infra.sweeper import add_sweeper
from infra.websocket_api import WebSocketApi
from infra.wiring import Wiring


class Csms(cdk.Stack):
    """The platform. What a room needs (queues, gateways, the public URL) exists before the room is added."""

    def __init__(self, scope: Construct, construct_id: str, *, settings: Settings, streams: Streams) -> None:
        name = f"csms-{settings.stage}"
        super().__init__(scope, construct_id, stack_name=name)
        acknowledge(
            self,
            "L1",
            "python3.13 is what the wheels and the byte code of the layers are built for; they move together",
        )
        wiring = Wiring(self, settings, streams)
        dead_letters = add_queues(self, wiring)
        http = HttpApi(self, f"{name}-http")
        websocket = WebSocketApi(self, f"{name}-ocpp")
        wiring.add(
            environment={contract.ENV_WEBSOCKET_ENDPOINT: websocket.endpoint},
            arns={"websocket": websocket.connections_arn},
        )
        add_edge(self, settings, wiring, http, websocket)
        functions = FunctionFactory(self, wiring, Packaging(packaged=settings.packaged))
        add_ocpp(functions, websocket)
        add_ocpi(functions, http)
        payment_session = add_payment_session(self, functions, wiring, f"{name}-payment-session")
        add_outbox(functions)
        add_projections(functions)
        add_receipts(functions, http)
        add_operator_api(self, functions, http, settings)
        add_sweeper(functions)
        Alarms(self, settings.alarm_email).add(
            dead_letters=[*dead_letters, *functions.dead_letters],
            functions=functions.created,
            payment_session=payment_session,
        )

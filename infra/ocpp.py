"""The OCPP rooms: the WebSocket API's routes, the handshake, the frames and the commands."""

from __future__ import annotations

from csms import contract
from infra.function import FunctionFactory
from infra.websocket_api import WebSocketApi


def add_ocpp(functions: FunctionFactory, websocket: WebSocketApi) -> None:
    """Creates the four functions and every route of the contract.

    Actions that concern a transaction are one-way, so that their handler can stay silent on a passing storage fault;
    `$default` takes the chargers' answers and everything without a route of its own and is one-way, too.
    """
    authorizer = websocket.add_authorizer(functions.create(contract.OCPP_AUTHORIZER))
    connection = functions.create(contract.OCPP_CONNECTION)
    websocket.add_route("$connect", connection, authorizer=authorizer)
    websocket.add_route("$disconnect", connection)
    frames = functions.create(contract.OCPP)
    for action in contract.TWO_WAY_ACTIONS:
        websocket.add_route(action, frames, two_way=True)
    for action in contract.ONE_WAY_ACTIONS:
        websocket.add_route(action, frames)
    websocket.add_route("$default", frames)
    functions.create(contract.OCPP_COMMANDS)

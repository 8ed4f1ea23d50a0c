"""Every path of the operator API: method, path below /api, function, and the right it takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from functions.operator_api import (
    audit,
    commands,
    decisions,
    local_lists,
    locations,
    open_matters,
    partners,
    price_messages,
    sessions,
    smart_charging,
    station_state,
    station_state_21,
    stations,
    tariffs,
    terminals,
    tokens,
    variables,
)
from functions.operator_api.problems import MethodNotAllowed, NotFound
from functions.operator_api.rights import AUDIT, COMMANDS, MASTER, MONEY, PARTNERS, READ, SECRETS, STATIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from functions.operator_api.api import Reply


@dataclass(frozen=True, slots=True)
class Route:
    """`{name}` in the path is any segment, handed to the function under that name."""

    method: str
    path: str
    function: Callable[..., Reply]
    right: str


ROUTES: Final = (
    Route("GET", "stations", stations.list_stations, READ),
    Route("GET", "stations/{charger_id}", stations.get_station, READ),
    Route("POST", "stations/{charger_id}", stations.create_station, STATIONS),
    Route("PUT", "stations/{charger_id}", stations.put_station, STATIONS),
    Route("PATCH", "stations/{charger_id}", stations.patch_station, STATIONS),
    Route("DELETE", "stations/{charger_id}", stations.delete_station, STATIONS),
    Route("GET", "stations/{charger_id}/events", stations.list_events, READ),
    Route("GET", "stations/{charger_id}/parked", stations.list_parked, READ),
    Route("GET", "stations/{charger_id}/jobs", stations.list_jobs, READ),
    Route("GET", "stations/{charger_id}/reservations", stations.list_reservations, READ),
    Route("GET", "stations/{charger_id}/smart-charging", smart_charging.list_smart_charging, READ),
    Route("GET", "stations/{charger_id}/local-list", local_lists.get_local_list, READ),
    Route("PUT", "stations/{charger_id}/local-list", local_lists.put_local_list, COMMANDS),
    Route("POST", "stations/{charger_id}/price-messages", price_messages.send_price_message, COMMANDS),
    Route("GET", "stations/{charger_id}/monitors", station_state.list_monitors, READ),
    Route("GET", "stations/{charger_id}/display-messages", station_state.list_display_messages, READ),
    Route("GET", "stations/{charger_id}/certificates", station_state.list_certificates, READ),
    Route("GET", "stations/{charger_id}/certificate-requests", station_state.list_certificate_requests, READ),
    Route("GET", "stations/{charger_id}/network-profiles", station_state.list_network_profiles, READ),
    Route("GET", "stations/{charger_id}/published-firmware", station_state.list_published_firmware, READ),
    Route(
        "GET",
        "stations/{charger_id}/customer-information/{request_id}",
        station_state.get_customer_information,
        COMMANDS,  # personal data: for those who may ask a station for it
    ),
    Route("GET", "stations/{charger_id}/event-streams", station_state_21.list_event_streams, READ),
    Route("GET", "stations/{charger_id}/der-controls", station_state_21.list_der_controls, READ),
    Route("GET", "stations/{charger_id}/der-alarms", station_state_21.list_der_alarms, READ),
    Route("GET", "stations/{charger_id}/tariffs", station_state_21.list_station_tariffs, READ),
    Route("GET", "stations/{charger_id}/transaction-tariffs", station_state_21.list_transaction_tariffs, READ),
    Route("GET", "stations/{charger_id}/dynamic-schedules", station_state_21.list_dynamic_schedules, READ),
    Route("GET", "stations/{charger_id}/battery-swaps", station_state_21.list_battery_swaps, READ),
    Route("GET", "stations/{charger_id}/settlements", station_state_21.list_settlements, READ),
    Route("GET", "stations/{charger_id}/variables", variables.list_variables, READ),
    Route("GET", "stations/{charger_id}/reports/{request_id}", variables.get_report, READ),
    Route("GET", "refused-handshakes", stations.list_refused, READ),
    Route("GET", "stations/{charger_id}/commands", commands.list_commands, READ),
    Route("POST", "stations/{charger_id}/commands", commands.create_command, COMMANDS),
    Route("GET", "stations/{charger_id}/commands/{command_id}", commands.get_command, READ),
    Route("GET", "locations", locations.list_locations, READ),
    Route("GET", "locations/{location_id}", locations.get_location, READ),
    Route("PUT", "locations/{location_id}", locations.put_location, MASTER),
    Route("GET", "tariffs", tariffs.list_tariffs, READ),
    Route("GET", "tariffs/{tariff_id}", tariffs.get_tariff, READ),
    Route("GET", "tariffs/{tariff_id}/ocpp-2.1", tariffs.get_tariff_21, READ),
    Route("PUT", "tariffs/{tariff_id}", tariffs.put_tariff, MASTER),
    Route("DELETE", "tariffs/{tariff_id}", tariffs.delete_tariff, MASTER),
    Route("GET", "partners", partners.list_partners, READ),
    Route("POST", "partners", partners.create_partner, SECRETS),
    Route("GET", "partners/{partner_id}", partners.get_partner, READ),
    Route("POST", "partners/{partner_id}/invitation", partners.renew_invitation, SECRETS),
    Route("POST", "partners/{partner_id}/register", partners.register, SECRETS),
    Route("POST", "partners/{partner_id}/renew", partners.renew, SECRETS),
    Route("POST", "partners/{partner_id}/unregister", partners.unregister, SECRETS),
    Route("GET", "partners/{partner_id}/terminals", terminals.list_terminals, READ),
    Route("GET", "partners/{partner_id}/terminals/{terminal_id}", terminals.get_terminal, READ),
    Route("PUT", "partners/{partner_id}/terminals/{terminal_id}/assignment", terminals.put_assignment, PARTNERS),
    Route("GET", "tokens", tokens.list_tokens, READ),
    Route("GET", "tokens/{uid}", tokens.get_token, READ),
    Route("PUT", "tokens/{uid}", tokens.put_token, MASTER),
    Route("DELETE", "tokens/{uid}", tokens.delete_token, MASTER),
    Route("GET", "sessions", sessions.list_sessions, READ),
    Route("GET", "sessions/{session_id}", sessions.get_session, READ),
    Route("GET", "payments/{partner_id}", sessions.list_payments, READ),
    Route("GET", "payments/{partner_id}/{reference}", sessions.get_payment, READ),
    Route("POST", "sessions/{session_id}/review", decisions.decide_review, MONEY),
    Route("POST", "payments/{partner_id}/{reference}/decision", decisions.decide_payment, MONEY),
    Route("GET", "open-matters", open_matters.list_open_matters, READ),
    Route("GET", "audit", audit.list_changes, AUDIT),
)


def find(method: str, segments: Sequence[str]) -> tuple[Route, dict[str, str]]:
    """The route of a request and its named segments. Raises NotFound, MethodNotAllowed."""
    matching = [(route, named) for route in ROUTES if (named := _matched(route.path, segments)) is not None]
    if not matching:
        raise NotFound("There is no such path")
    for route, named in matching:
        if route.method == method:
            return route, named
    raise MethodNotAllowed(headers={"Allow": ", ".join(sorted({route.method for route, _ in matching}))})


def _matched(path: str, segments: Sequence[str]) -> dict[str, str] | None:
    parts = path.split("/")
    if len(parts) != len(segments):
        return None
    named = {}
    for part, segment in zip(parts, segments, strict=True):
        if part.startswith("{"):
            named[part[1:-1]] = segment
        elif part != segment:
            return None
    return named

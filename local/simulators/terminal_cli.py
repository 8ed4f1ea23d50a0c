"""`python -m local.simulators terminal`: a payment terminal platform at any CPO, played by hand or by a script."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

from local.simulators.console import UsageError, print_events, run_prompt, run_script, wait_real
from local.simulators.terminal import PaymentTerminalSimulator
from local.simulators.terminal_http import OcpiCallError
from local.simulators.terminal_modes import TerminalModes
from local.simulators.terminal_objects import price_text
from local.simulators.terminal_payments import NothingToChargeError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Awaitable, Callable, Mapping

FAILURES = (OcpiCallError, NothingToChargeError, TimeoutError)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line of the terminal simulator."""
    parser.add_argument("--csms-versions-url", required=True)
    parser.add_argument("--token-a", help="for `register`; without it the CSMS may start the handshake here")
    parser.add_argument("--listen", default="127.0.0.1:0", help="host:port; port 0 takes a free one")
    parser.add_argument("--public-url", help="the address under which the CSMS reaches --listen")
    parser.add_argument("--version", default="2.3.0", help="the OCPI version offered; several with commas")
    parser.add_argument("--country-code", default="NL")
    parser.add_argument("--party-id", default="PTP")
    parser.add_argument("--mode", action="append", default=[], help="a deviation, such as raw_token (repeatable)")
    parser.add_argument("--traffic", action="store_true", help="print every request in both directions")
    parser.add_argument("--script", help="for example register,announce:customer,tap:EVSE,wait:5,stop")


def build(arguments: argparse.Namespace) -> PaymentTerminalSimulator:
    """Return the platform that the command line describes. Raises ValueError for unknown modes."""
    host, _, port = arguments.listen.rpartition(":")
    versions = tuple(arguments.version.split(","))
    return PaymentTerminalSimulator(
        versions[-1],
        TerminalModes.named(*arguments.mode),
        versions=versions,
        host=host,
        port=int(port),
        public_url=arguments.public_url,
        country_code=arguments.country_code,
        party_id=arguments.party_id,
    )


def commands(
    platform: PaymentTerminalSimulator, arguments: argparse.Namespace
) -> Mapping[str, Callable[..., Awaitable[str | None]]]:
    """Return what can be done with the platform, by name."""
    return {**relation_commands(platform, arguments), **payment_commands(platform), "wait": wait_real}


def relation_commands(
    platform: PaymentTerminalSimulator, arguments: argparse.Namespace
) -> Mapping[str, Callable[..., Awaitable[str | None]]]:
    """Return the commands about the handshake, the terminals and what the CPO offers."""

    async def register(token_a: str | None = None) -> str:
        token = token_a or arguments.token_a
        if not token:
            return f"no --token-a; the CSMS may start at {platform.versions_url} with {platform.registration.issue_token_a()}"
        return f"registered with OCPI {(await platform.register(arguments.csms_versions_url, token)).version}"

    async def rotate() -> None:
        await platform.rotate()

    async def announce(customer_reference: str = "customer", terminal_id: str | None = None) -> str:
        return _lines([await platform.push_terminal(terminal_id, customer_reference=customer_reference)])

    async def terminals() -> str:
        return _lines(list(platform.terminals.values()))

    async def locations() -> str:
        rows = [
            f"{location['id']} {location.get('name', '')}: {evse['uid']} {evse.get('evse_id', '')} {evse['status']}"
            for location in await platform.fetch_locations()
            for evse in location.get("evses") or []
        ]
        return "\n".join(rows) or "none"

    async def tariffs() -> str:
        return "\n".join(f"{t['id']}: {price_text(t)}" for t in await platform.fetch_tariffs()) or "none"

    return {
        "register": register,
        "rotate": rotate,
        "unregister": platform.unregister,
        "announce": announce,
        "terminals": terminals,
        "locations": locations,
        "tariffs": tariffs,
    }


def payment_commands(platform: PaymentTerminalSimulator) -> Mapping[str, Callable[..., Awaitable[str | None]]]:
    """Return the commands about payments."""

    async def tap(evse_uid: str, connector_id: str | None = None) -> str:
        for location in await platform.fetch_locations():
            if any(evse["uid"] == evse_uid for evse in location.get("evses") or []):
                payment = await platform.start_session(location["id"], evse_uid, connector_id)
                answer = (payment.response or {}).get("result", "no answer")
                return f"{payment.price_shown}; held {payment.hold.amount} {payment.hold.currency}; {answer}"
        raise NothingToChargeError(f"no location has an EVSE {evse_uid}")

    async def stop(session_id: str | None = None) -> str:
        wanted = session_id or next((key for key, s in platform.sessions.items() if s["status"] == "ACTIVE"), None)
        if wanted is None:
            return "no session is active"
        return str((await platform.stop_session(wanted)).data)

    async def payments() -> str:
        rows = [f"{p.hold}; session {p.session_status}; {len(p.cdrs)} CDR" for p in platform.desk.payments.values()]
        return "\n".join(rows) or "none"

    async def holds() -> str:
        return "\n".join(str(hold) for hold in platform.open_holds()) or "no open hold"

    async def receipt(reference: str | None = None) -> str:
        last = next(reversed(platform.desk.payments), None)
        wanted = reference or last
        return await platform.fetch_receipt(wanted) if wanted else "no payment yet"

    async def complaints() -> str:
        return "\n".join(platform.complaints) or "none"

    return {
        "tap": tap,
        "stop": stop,
        "payments": payments,
        "holds": holds,
        "receipt": receipt,
        "complaints": complaints,
    }


async def run(arguments: argparse.Namespace) -> int:
    """Listen and obey; return the exit status."""
    try:
        platform = build(arguments)
    except ValueError as error:
        print(f"! {error}")
        return 2
    print_events(platform.log, set() if arguments.traffic else {"call", "request"})
    await platform.start()
    print(f"listening; versions at {platform.versions_url}", flush=True)
    try:
        if arguments.script:
            await run_script(commands(platform, arguments), arguments.script)
        else:
            await run_prompt(commands(platform, arguments), FAILURES)
    except (*FAILURES, UsageError) as error:
        print(f"! {type(error).__name__}: {error}")
        return 1
    finally:
        await asyncio.shield(platform.close())
    return 0


def _lines(objects: list[dict[str, object]]) -> str:
    return "\n".join(json.dumps(item, default=str) for item in objects) or "none"

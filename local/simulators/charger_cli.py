"""`python -m local.simulators charger`: one charger at any endpoint, played by hand or by a script."""

from __future__ import annotations

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from local.simulators.charger_link import CallRefusedError, HandshakeRefusedError, LineDownError
from local.simulators.charger_options import ChargerOptions
from local.simulators.charger_v16 import ChargerSimulator16
from local.simulators.charger_v21 import ChargerSimulator21
from local.simulators.charger_v201 import ChargerSimulator201
from local.simulators.clock import SimulatedClock
from local.simulators.console import UsageError, print_events, run_prompt, run_script, wait_real

if TYPE_CHECKING:
    import argparse
    from collections.abc import Awaitable, Callable, Mapping

    from local.simulators.charger import ChargerSimulator

VERSIONS: dict[str, type[ChargerSimulator]] = {
    "1.6": ChargerSimulator16,
    "2.0.1": ChargerSimulator201,
    "2.1": ChargerSimulator21,
}
FAILURES = (HandshakeRefusedError, LineDownError, CallRefusedError, TimeoutError)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line of the charger simulator."""
    parser.add_argument("--url", required=True, help="ws:// or wss://; the id is appended, or filled in after '?cp='")
    parser.add_argument("--id", required=True, dest="charger_id")
    parser.add_argument("--version", choices=sorted(VERSIONS), default="1.6")
    parser.add_argument("--password", help="of HTTP Basic; 'hex:...' for raw bytes")
    parser.add_argument("--connectors", type=int, default=1)
    parser.add_argument("--power-w", type=float, default=11_000)
    parser.add_argument("--meter-interval", type=float, help="simulated seconds between two readings")
    parser.add_argument("--meter-start-wh", type=int, default=0)
    parser.add_argument("--time-scale", type=float, default=1, help="simulated seconds per real second")
    parser.add_argument("--start-minutes-ago", type=float, default=0, help="where simulated time begins")
    parser.add_argument("--option", action="append", default=[], help="a behaviour, such as skip_stop (repeatable)")
    parser.add_argument("--insecure", action="store_true", help="accept any server certificate")
    parser.add_argument("--no-boot", action="store_true", help="do not send BootNotification after connecting")
    parser.add_argument("--frames", action="store_true", help="print every frame")
    parser.add_argument("--script", help="for example plug,tap:TAG,wait:5,unplug")


def build(arguments: argparse.Namespace) -> ChargerSimulator:
    """Return the charger that the command line describes. Raises ValueError for unknown options."""
    options = ChargerOptions.named(*arguments.option)
    if arguments.meter_interval is not None:
        options.meter_interval_seconds = arguments.meter_interval
    start = datetime.now(UTC) - timedelta(minutes=arguments.start_minutes_ago)
    password = arguments.password
    if password and password.startswith("hex:"):
        password = bytes.fromhex(password.removeprefix("hex:"))
    context = None
    if arguments.insecure and arguments.url.startswith("wss:"):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return VERSIONS[arguments.version](
        arguments.url,
        arguments.charger_id,
        password,
        connectors=arguments.connectors,
        power_w=arguments.power_w,
        clock=SimulatedClock(arguments.time_scale, start),
        options=options,
        meter_start_wh=arguments.meter_start_wh,
        ssl=context,
    )


def commands(charger: ChargerSimulator) -> Mapping[str, Callable[..., Awaitable[str | None]]]:
    """Return what can be done with the charger, by name."""

    async def plug(connector: str = "1") -> None:
        await charger.plug_in(int(connector))

    async def tap(tag: str, connector: str | None = None) -> str:
        return "accepted" if await charger.tap(tag, int(connector) if connector else None) else "refused"

    async def unplug(connector: str = "1") -> str:
        await charger.unplug(int(connector))
        return f"the display shows {charger.display_kwh(int(connector)):.3f} kWh"

    async def fault(code: str = "GroundFailure", connector: str = "1") -> None:
        await charger.fault(code, int(connector))

    async def recover(connector: str = "1") -> None:
        await charger.recover(int(connector))

    async def suspend(connector: str = "1") -> None:
        await charger.suspend_ev(int(connector))

    async def resume(connector: str = "1") -> None:
        await charger.resume(int(connector))

    async def offline() -> None:
        charger.lose_line()

    async def pass_time(seconds: str) -> None:
        await charger.pass_time(float(seconds))

    async def status() -> str:
        return charger.status_line()

    return {
        "plug": plug,
        "tap": tap,
        "unplug": unplug,
        "suspend": suspend,
        "resume": resume,
        "fault": fault,
        "recover": recover,
        "offline": offline,
        "online": charger.restore_line,
        "power_loss": charger.power_loss,
        "pass": pass_time,
        "wait": wait_real,
        "status": status,
    }


async def run(arguments: argparse.Namespace) -> int:
    """Connect, boot, obey; return the exit status."""
    try:
        charger = build(arguments)
    except ValueError as error:
        print(f"! {error}")
        return 2
    print_events(charger.log, set() if arguments.frames else {"frame_sent", "frame_received"})
    try:
        await charger.connect()
        if not arguments.no_boot:
            await charger.boot(attempts=3)
        if arguments.script:
            await run_script(commands(charger), arguments.script)
        else:
            await run_prompt(commands(charger), FAILURES)
    except (*FAILURES, UsageError) as error:
        print(f"! {type(error).__name__}: {error}")
        return 1
    finally:
        await asyncio.shield(charger.close())
    return 0

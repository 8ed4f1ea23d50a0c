"""The command line of the laptop edition: `python -m local run`, `python -m local synth`.

A further command is one more entry in `_COMMANDS`: how its arguments are declared, and what it does with them.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from local import demo, synth
from local.function_log import logged_to

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.operator_client import OperatorClient
    from local.stack import Stack

DEFAULT_PORT: Final = 8080


@dataclass(frozen=True)
class Command:
    """One sub-command."""

    help: str
    declare: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


def main(arguments: list[str] | None = None) -> int:
    """Run a command; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m local", description="The CSMS on this machine, from the templates."
    )
    commands = parser.add_subparsers(required=True, metavar="command")
    for name, command in _COMMANDS.items():
        sub = commands.add_parser(name, help=command.help, description=command.help)
        command.declare(sub)
        sub.set_defaults(run=command.run)
    options = parser.parse_args(arguments)
    return int(options.run(options))


def _declare_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help=f"default {DEFAULT_PORT}; 0 takes a free one")
    parser.add_argument(
        "--unknown-chargers",
        choices=("reject", "pending", "accept"),
        default="accept",
        help="what happens to a charger nobody has registered (default: accept)",
    )
    parser.add_argument("--no-story", action="store_true", help="start empty, without playing the paid session first")
    parser.add_argument("--verbose", action="store_true", help="log every failed invocation with its trace")


def _run(options: argparse.Namespace) -> int:
    logging.basicConfig(level=logging.INFO if options.verbose else logging.ERROR, format="%(levelname)s %(message)s")
    try:
        with contextlib.suppress(KeyboardInterrupt), logged_to(demo.FUNCTION_LOG):
            return asyncio.run(_serve(options))
    except synth.SynthError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


async def _serve(options: argparse.Namespace) -> int:
    started = time.monotonic()
    from csms import contract
    from local.operator_client import OperatorClient
    from local.prices import cost
    from local.settings import Settings
    from local.stack import Stack

    settings = Settings(environment={contract.ENV_UNKNOWN_CHARGERS: options.unknown_chargers})
    stack = await Stack.start(host=options.host, port=options.port, settings=settings)
    print(f"The system is up after {time.monotonic() - started:.1f} s: {stack.base_url}")
    operator = await OperatorClient.sign_in(stack)
    failed = False
    if not options.no_story:
        try:
            await demo.play(stack, operator, *demo.FIRST)
        except Exception as error:  # noqa: BLE001 - the system stays up, so that one can look into what failed
            failed = True
            print(f"  FAILED: {type(error).__name__}: {error}", file=sys.stderr)
    print(_what_to_connect(stack, operator, await _invite_by_hand(operator)))
    done = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, done.set)
    await done.wait()
    bill = cost(stack.usage.snapshot())
    await stack.stop()
    print(f"\nAt list prices AWS would have charged {bill.total_usd:.6f} USD for this run.")
    return 1 if failed else 0


async def _invite_by_hand(operator: OperatorClient) -> str:
    """A token A for whoever wants to register a terminal by hand."""
    invited = await operator.call("POST", "/partners", {"partner_id": "by-hand", "kind": "PTP", "name": "A terminal"})
    return str(invited["invitation"]["token"])


def _what_to_connect(stack: Stack, operator: OperatorClient, token_a: str) -> str:
    from csms import contract
    from local.story import PASSWORD

    simulators = f"{Path(sys.executable).parent.parent.name}/bin/python -m local.simulators"
    return f"""
The system stays up. Connect:
  chargers       {stack.ocpp_url}/<identity>   OCPP {", ".join(p.removeprefix("ocpp") for p in contract.OCPP_PROTOCOLS)}; the charger appends /<identity> itself
  OCPI peers     {stack.base_url}{contract.PATH_OCPI}/versions   with token A {token_a}
  operator API   {stack.base_url}{contract.PATH_OPERATOR}/stations   with the header Authorization: Bearer $TOKEN (below)
  receipts       {stack.base_url}{contract.PATH_RECEIPTS}/<authorization_reference>

Simulators, by hand (the charger of the story, and a terminal that registers anew):
  {simulators} charger --url {stack.ocpp_url} --id CP16-230 --password {PASSWORD} --version 1.6
  {simulators} terminal --csms-versions-url {stack.base_url}{contract.PATH_OCPI}/versions --token-a={token_a}

An administrator's token, good for an hour:
  TOKEN={operator.token}

The functions' log: {demo.FUNCTION_LOG}. Ctrl-C stops the system; its data goes with it.
"""


def _declare_synth(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--force", action="store_true", help="synthesise even if nothing has changed")


def _synth(options: argparse.Namespace) -> int:
    try:
        if options.force:
            synth.synthesise(synth.CACHE / synth.source_hash())
        print(synth.assembly())
    except synth.SynthError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


_COMMANDS: Final = {
    "demo": Command("play the paid session for every pair of OCPP and OCPI versions, and end", demo.declare, demo.run),
    "run": Command("start the system and keep it running", _declare_run, _run),
    "synth": Command(
        "synthesise the templates (remembered until something changes) and print where they are", _declare_synth, _synth
    ),
}

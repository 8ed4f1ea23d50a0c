"""`python -m local.simulators charger|terminal ...`."""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys

from local.simulators import charger_cli, terminal_cli


def main(words: list[str] | None = None) -> int:
    """Run the simulator that the command line names; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m local.simulators", description="Play a charger or a terminal.")
    kinds = parser.add_subparsers(dest="kind", required=True)
    charger_cli.add_arguments(kinds.add_parser("charger", help="an OCPP charger"))
    terminal_cli.add_arguments(kinds.add_parser("terminal", help="an OCPI payment terminal platform"))
    arguments = parser.parse_args(words)
    logging.basicConfig(level=logging.ERROR)
    try:
        run = charger_cli.run if arguments.kind == "charger" else terminal_cli.run
        return asyncio.run(run(arguments))
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())

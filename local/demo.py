"""`python -m local demo`: the paid session for every pair of OCPP and OCPI versions; and what a story costs at list price."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import sys
import time
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from local.meter import Counts
    from local.operator_client import OperatorClient
    from local.stack import Stack
    from local.story import Told

FIRST: Final = ("1.6", "2.3.0")  # the story that `run` plays
FUNCTION_LOG: Final = Path(".local") / "functions.log"
_TAGS: Final = re.compile(r"<(style|script|head)\b.*?</\1>|<[^>]+>", re.DOTALL | re.IGNORECASE)


async def play(stack: Stack, operator: OperatorClient, ocpp: str, ocpi: str) -> Told:
    """Tell one story on the screen, with its receipt and its price. Raises what the story raises."""
    from local.story import Story

    print(f"\nA paid session: OCPP {ocpp}, terminal on OCPI {ocpi}")
    before = stack.usage.snapshot()
    told = await Story(stack, operator, ocpp, ocpi).run()
    await stack.settle()
    print("\n" + _indented(receipt_text(told.receipt)) + "\n")
    print(_bill(stack.usage.snapshot() - before))
    return told


def receipt_text(html: str) -> str:
    """A receipt page as plain lines."""
    lines = (" ".join(unescape(line).split()) for line in _TAGS.sub("\n", html.replace("</th><td>", ": ")).splitlines())
    return "\n".join(line for line in lines if line)


def _indented(text: str) -> str:
    return "\n".join(f"      | {line}" for line in text.splitlines())


def _bill(used: Counts) -> str:
    from local.prices import AS_OF, REGION, cost

    bill = cost(used)
    parts = ", ".join(f"{kind} {usd:.6f}" for kind, usd in _largest(bill.usd))
    return (
        f"  This story, set-up included, would cost {bill.total_usd:.6f} USD at list price ({REGION}, {AS_OF}): {parts}"
    )


def _largest(usd: Mapping[str, float]) -> list[tuple[str, float]]:
    return sorted(((k, v) for k, v in usd.items() if v > 0), key=lambda pair: -pair[1])[:5]


def declare(parser: argparse.ArgumentParser) -> None:
    """The demo's options."""
    parser.add_argument("--only", metavar="OCPP/OCPI", help="one story, e.g. 1.6/2.3.0")


def run(options: argparse.Namespace) -> int:
    """Play the stories; the last line is JSON; exit status 1 if one failed."""
    from local.function_log import logged_to

    logging.basicConfig(level=logging.ERROR, format="%(levelname)s %(message)s")
    with logged_to(FUNCTION_LOG):
        failed = asyncio.run(_play_all(options.only))
    return 1 if failed else 0


async def _play_all(only: str | None) -> int:
    from local.operator_client import OperatorClient
    from local.stack import Stack
    from local.story import OCPI_VERSIONS, OCPP_VERSIONS

    pairs = [(ocpp, ocpi) for ocpp in OCPP_VERSIONS for ocpi in OCPI_VERSIONS if only in (None, f"{ocpp}/{ocpi}")]
    began = time.monotonic()
    stack = await Stack.start()
    print(f"The system is up at {stack.base_url} after {time.monotonic() - began:.1f} s")
    failed = []
    try:
        operator = await OperatorClient.sign_in(stack)
        for ocpp, ocpi in pairs:
            try:
                told = await play(stack, operator, ocpp, ocpi)
                problems = (
                    told.problems
                    + [f"{path}: {error}" for path, error in stack.errors]
                    + [str(refusal) for refusal in stack.iam_refusals]
                )
            except Exception as error:  # noqa: BLE001 - one story must not hide the others; it is told and counted
                problems = [f"{type(error).__name__}: {error}"]
            if problems:
                failed.append(f"{ocpp}/{ocpi}")
                print("\n".join(f"  FAILED: {problem}" for problem in problems), file=sys.stderr)
    finally:
        await stack.stop()
    print(f"\nThe functions' own log lines are in {FUNCTION_LOG}.")
    print(json.dumps({"stories": len(pairs), "failed": len(failed)}), flush=True)
    return len(failed)

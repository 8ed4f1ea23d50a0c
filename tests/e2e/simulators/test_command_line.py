from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from tests.e2e.simulators.tiny_cpo import TOKEN_A, tiny_cpo
from tests.e2e.simulators.tiny_csms import tiny_csms

pytestmark = [pytest.mark.enable_socket, pytest.mark.timeout(60)]

ROOT = Path(__file__).parents[3]


async def simulate(*words: str, typed: str = "") -> tuple[int | None, str]:
    """Run `python -m local.simulators` and return its exit status and what it printed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "local.simulators",
        *words,
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate(typed.encode())
    return process.returncode, output.decode()


async def test_a_charger_plays_a_script() -> None:
    async with tiny_csms("ocpp1.6") as csms:
        script = "plug,tap:TAG,pass:1200,offline,online,status,unplug"
        status, output = await simulate(
            "charger", "--url", csms.url, "--id", "CP7", "--password", "pw", "--time-scale", "0", "--script", script
        )
    assert status == 0, output
    assert "the display shows 3.666 kWh" in output
    assert csms.credentials == ["CP7:pw", "CP7:pw"]
    assert csms.said("StopTransaction")[0]["meterStop"] == 3666


async def test_a_charger_of_201_obeys_the_prompt() -> None:
    async with tiny_csms("ocpp2.0.1") as csms:
        typed = "plug\ntap TAG\ndance\nplug 9\nfault E1\nrecover\nunplug\nquit\n"
        status, output = await simulate("charger", "--url", csms.url, "--id", "A", "--version", "2.0.1", typed=typed)
    assert status == 0, output
    assert "! unknown command 'dance'" in output
    assert "! plug: 9" in output
    assert [event["eventType"] for event in csms.said("TransactionEvent")] == ["Started", "Updated", "Ended"]


async def test_a_charger_that_cannot_connect_says_so() -> None:
    status, output = await simulate("charger", "--url", "ws://127.0.0.1:9", "--id", "A", "--script", "plug")
    assert status == 1
    assert "HandshakeRefusedError" in output


@pytest.mark.parametrize(
    "words",
    [
        ("charger", "--url", "ws://x", "--id", "A", "--option", "fly"),
        ("terminal", "--csms-versions-url", "http://x", "--mode", "fly"),
    ],
)
async def test_unknown_behaviours_are_refused(words: tuple[str, ...]) -> None:
    status, output = await simulate(*words)
    assert status == 2
    assert "'fly'" in output


async def test_a_terminal_plays_a_script() -> None:
    async with tiny_cpo() as cpo:
        script = (
            "register,announce:customer,terminals,locations,tariffs,tap:E1,holds,payments,stop,complaints,unregister"
        )
        url = f"{cpo.base}/versions"
        status, output = await simulate(
            "terminal", "--csms-versions-url", url, "--token-a", TOKEN_A, "--mode", "raw_token", "--script", script
        )
    assert status == 0, output
    assert "registered with OCPI 2.3.0" in output
    assert "T1: 0.5 EUR/kWh (VAT 20 %)" in output
    assert "held 40 EUR; ACCEPTED" in output
    assert "40 EUR open, captured 0" in output
    assert "no session is active" in output
    assert cpo.bodies("POST", "/2.3.0/payments/terminals")[0]["customer_reference"] == "customer"


async def test_a_terminal_survives_mistakes_at_the_prompt() -> None:
    async with tiny_cpo() as cpo:
        url = f"{cpo.base}/versions"
        status, output = await simulate("terminal", "--csms-versions-url", url, typed="tap E1\nregister\nquit\n")
    assert status == 0, output
    assert "! the CPO advertises no locations SENDER" in output
    assert "the CSMS may start at http://127.0.0.1:" in output

"""The edge function in Python and the one that is deployed, on the same requests."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from local.edge import route, to_origin, viewer_request
from local.events import Request
from local.model import Behaviour, Distribution, Origin

DEPLOYED = Path(__file__).resolve().parents[3] / "infra" / "edge" / "viewer_request.js"

PATHS = [
    "/ocpp/CP001",
    "/ocpp/CP001/",
    "/ocpp/1.6/CP001",
    "/ocpp/CP%20001",
    "/ocpp/CP%2F001",
    "/ocpp/CP%2",
    "/ocpp/CP%zz",
    "/ocpp/%ff",
    "/ocpp/%C3%A9t%C3%A9",
    "/ocpp/%F0%9F%94%8C",
    "/ocpp/a+b*c!d~e(f)",
    "/ocpp/a=b:c@d,e;f",
    "/ocpp/a%26b",
    "/ocpp/%E2%80%A8",
    "/ocpp/" + "x" * 48,
    "/ocpp/" + "x" * 49,
    "/ocpp/" + "%F0%9F%94%8C" * 24,
    "/ocpp/" + "%F0%9F%94%8C" * 25,
    "/ocpp/..",
    "/ocpp/.",
    "/ocpp/",
    "/ocpp",
    "/ocpp//",
    "/maintenance/CP001",
    "/ocpi/2.2.1/credentials",
    "/receipts/abc",
    "/api/x",
    "/",
    "",
    "/favicon.ico",
    "/constructor/x",
    "/ocppx/CP001",
]
HEADERS = [
    ("Host", "example.org"),
    ("Authorization", "Basic Q1A6eA=="),
    ("X-Ocpp-Path", "forged"),
    ("x-origin-verify", "forged"),
    ("CloudFront-Viewer-Cert-Subject", "CN=forged"),
    ("Sec-WebSocket-Protocol", "ocpp1.6"),
]

_RUNNER = """
const read = require('fs').readFileSync;
const handler = new Function(read(process.argv[1], 'utf8') + '; return handler;')();
const answers = JSON.parse(read(0, 'utf8')).map((request) => handler({ request }));
process.stdout.write(JSON.stringify(answers));
"""


@pytest.fixture(scope="module")
def deployed() -> list[dict[str, Any]]:
    node = shutil.which("node")
    if node is None:
        pytest.skip("CloudFront functions are JavaScript, and node is not installed")
    requests = [
        {"uri": path, "querystring": {}, "headers": {name.lower(): {"value": value} for name, value in HEADERS}}
        for path in PATHS
    ]
    answer = subprocess.run(  # noqa: S603 - our own file
        [node, "-e", _RUNNER, str(DEPLOYED)], input=json.dumps(requests), capture_output=True, text=True, check=True
    )
    result: list[dict[str, Any]] = json.loads(answer.stdout)
    return result


@pytest.mark.parametrize("number", range(len(PATHS)), ids=[path[:30] or "empty" for path in PATHS])
def test_both_edge_functions_say_the_same(deployed: list[dict[str, Any]], number: int) -> None:
    theirs = deployed[number]
    ours = viewer_request(Request("GET", PATHS[number], "", tuple(HEADERS)))
    if "statusCode" in theirs:
        assert theirs["statusCode"] == 404
        assert ours is None
        return
    assert ours is not None
    assert ours.path == theirs["uri"]
    assert ours.query == "&".join(f"{name}={value['value']}" for name, value in theirs["querystring"].items())
    assert {name.lower(): value for name, value in ours.headers} == {
        name: value["value"] for name, value in theirs["headers"].items()
    }


def test_the_origin_gets_its_own_host_its_path_and_the_secret() -> None:
    request = Request("GET", "/", "cp=1", (("Host", "public"), ("x-secret", "forged"), ("X-Forwarded-For", "9.9.9.9")))
    sent = to_origin(request, Origin("o", "api.example", "/stage", {"x-secret": "real"}))
    assert sent.path == "/stage/"
    assert [value for name, value in sent.headers if name.lower() == "host"] == ["api.example"]
    assert [value for name, value in sent.headers if name == "x-secret"] == ["real"]
    assert sent.header("x-forwarded-for") == "9.9.9.9, 127.0.0.1"


def test_the_first_matching_pattern_decides_and_the_default_takes_the_rest() -> None:
    behaviours = [Behaviour("/ocpp/*", "ws"), Behaviour("/ocpp/x*", "never"), Behaviour("", "http")]
    distribution = Distribution("id", "d", {}, behaviours)
    assert route(distribution, "/ocpp/x1").origin == "ws"
    assert route(distribution, "/ocpp").origin == "http"
    assert route(distribution, "/").origin == "http"

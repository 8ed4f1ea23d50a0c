"""What the wire layer loads: a function that only pushes pays for no validation library."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
LIGHT = [
    "callbacks", "cdr", "conformance", "endpoints", "envelope", "errors", "jsontext", "paging", "prices", "render",
    "routing", "session", "status", "times", "tokens", "wire",
]  # fmt: skip
NOT_LOADED = ("pydantic", "boto3", "botocore", "ocpp", "http.client", "urllib.request")


@pytest.mark.parametrize("path", [str(ROOT / "layers" / "csms" / "python")])
def test_light_modules_load_no_heavy_library(path: str) -> None:
    modules = ", ".join(f"csms.ocpi.{name}" for name in LIGHT)
    program = f"import sys; sys.path.insert(0, {path!r}); import {modules}; print(*sys.modules)"
    loaded = subprocess.run(  # noqa: S603 - our own interpreter and program
        [sys.executable, "-I", "-c", program], check=True, capture_output=True, text=True
    ).stdout.split()
    assert not set(NOT_LOADED) & set(loaded)

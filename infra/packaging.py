"""Where the Lambda code comes from: the sources as they are (tests, laptop) or what `make build` packed (deployment)."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_

from infra import BUILD, ROOT

_BYTE_CODE: Final = ["__pycache__", "*.pyc"]


class NotPackedError(RuntimeError):
    """A deployment was asked for before the code was packed."""


class Packaging:
    """The code asset of the functions and the two layers.

    The root of the functions' asset holds the folder `functions`, because handler strings start with it.
    """

    def __init__(self, *, packaged: bool, build: Path = BUILD) -> None:
        self._packaged = packaged
        self._build = build

    def functions(self) -> lambda_.Code:
        """The functions: everything under `functions/`, nothing else of the repository."""
        if self._packaged:
            return self._packed("functions")
        return _sources(ROOT, ["/*", "!/functions", *_BYTE_CODE])

    def shared_package(self) -> lambda_.Code:
        """The first-party layer, `csms`."""
        return self._packed("csms") if self._packaged else _sources(ROOT / "layers" / "csms", _BYTE_CODE)

    def dependencies(self) -> lambda_.Code:
        """The third-party layer; unpacked it is an empty folder, since a laptop has the packages installed."""
        if self._packaged:
            return self._packed("dependencies")
        return _sources(ROOT / "layers" / "dependencies", ["/*", "!/python"])

    def _packed(self, name: str) -> lambda_.Code:
        folder = self._build / name
        if not folder.is_dir() or not any(folder.iterdir()):
            raise NotPackedError(f"{folder} does not exist: run `make build` before a synthesis with packaged=true")
        return lambda_.Code.from_asset(str(folder))


def _sources(folder: Path, exclude: list[str]) -> lambda_.Code:
    return lambda_.Code.from_asset(str(folder), exclude=exclude, ignore_mode=cdk.IgnoreMode.GIT)

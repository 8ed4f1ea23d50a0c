"""Composes the stacks. Runs without an AWS account, a network or Docker: `python app.py` writes cdk.out."""

from __future__ import annotations

import json
import os
from typing import Any

import aws_cdk as cdk
from cdk_nag import AwsSolutionsChecks

from infra import ROOT
from infra.csms import Csms
from infra.data import Data
from infra.settings import Settings


def build(outdir: str | None = None, context: dict[str, Any] | None = None) -> cdk.App:
    """The app with both stacks.

    Args:
        outdir: folder for the cloud assembly; None takes CDK_OUTDIR, then `cdk.out`.
        context: values that win over cdk.json and the command line, e.g. {"stage": "test"}.

    Raises:
        infra.settings.SettingsError: a context value is missing or not usable.

    Synthesis of the app runs the AwsSolutions rule pack and fails on a finding that nobody has acknowledged.
    """
    # The CDK command line passes cdk.json on; plain `python app.py` has to read it itself.
    defaults = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"]
    app = cdk.App(
        outdir=outdir or os.environ.get("CDK_OUTDIR", "cdk.out"),
        context=defaults,
        post_cli_context=context,
        analytics_reporting=False,
    )
    settings = Settings.from_context(app.node.try_get_context)
    data = Data(app, "Data", stage=settings.stage)
    csms = Csms(app, "Csms", settings=settings, streams=data.streams)
    csms.add_stack_dependency(data, "the functions name the tables")
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    return app


if __name__ == "__main__":
    build().synth()

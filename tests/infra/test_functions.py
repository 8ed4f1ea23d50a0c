"""Every function folder has its Lambda, every Lambda its folder, and each is what the contract says."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest

from csms import contract
from tests.kit import synth

ROOT = Path(__file__).resolve().parents[2]
FUNCTIONS = {function.path: function for function in contract.FUNCTIONS}
every_function = pytest.mark.parametrize("function", contract.FUNCTIONS, ids=list(FUNCTIONS))


def _lambda(function: contract.Function) -> dict[str, Any]:
    return synth.resources("Lambda::Function")[synth.logical_id_of(function)]


def test_there_is_one_lambda_for_each_function_of_the_contract_and_no_other() -> None:
    handlers = [body["Handler"] for body in synth.resources("Lambda::Function").values()]

    assert sorted(handlers) == sorted(function.handler for function in contract.FUNCTIONS)


def test_every_folder_with_a_handler_is_in_the_contract() -> None:
    folder = ROOT / "functions"
    files = list(folder.rglob("handler.py")) + list((folder / "payment_session").glob("*.py"))
    found = {str(file.relative_to(ROOT).with_suffix("")).replace("/", ".") for file in files if file.stem != "__init__"}
    known = {function.handler.removesuffix(".handler") for function in contract.FUNCTIONS}

    # Beside its states, the payment session's room holds what they share: modules without a handler.
    shared = {name for name in found - known if not _has_handler(name)}

    assert found - known - shared == set()


def _has_handler(module: str) -> bool:
    return "\ndef handler(" in (ROOT / (module.replace(".", "/") + ".py")).read_text(encoding="utf-8")


@every_function
def test_the_handler_can_be_imported_with_the_environment_of_the_contract(
    function: contract.Function, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    for name in function.environment:
        monkeypatch.setenv(name, "https://example.org" if name.endswith("_URL") else "1")

    module, _, attribute = function.handler.rpartition(".")

    assert callable(getattr(importlib.import_module(module), attribute))


@every_function
def test_the_environment_is_exactly_the_contracts(function: contract.Function) -> None:
    assert set(_lambda(function)["Environment"]["Variables"]) == set(function.environment)


@every_function
def test_size_time_and_platform(function: contract.Function) -> None:
    properties = _lambda(function)

    assert properties["MemorySize"] == function.memory_mb
    assert properties["Timeout"] == function.timeout_seconds
    assert (properties["Runtime"], properties["Architectures"]) == ("python3.13", ["arm64"])


def test_environment_names_stand_for_the_resources_they_name() -> None:
    variables = {}
    for body in synth.resources("Lambda::Function").values():
        variables.update(body["Environment"]["Variables"])
    seen = {name: synth.text(value) for name, value in variables.items()}

    assert {table.env: seen[table.env] for table in contract.TABLES} == {
        table.env: f"csms-dev-{table.name}" for table in contract.TABLES
    }
    for queue in contract.QUEUES:
        assert seen[queue.env].startswith(f"${{{queue.name.capitalize()}Queue")
    assert seen[contract.ENV_STATE_MACHINE] == "${PaymentSession}"
    endpoint = "https://${OcppApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}"
    assert seen[contract.ENV_WEBSOCKET_ENDPOINT] == f"{endpoint}/{contract.WEBSOCKET_STAGE}"
    assert seen[contract.ENV_PUBLIC_URL] == "https://${Edge.DomainName}"
    assert seen[contract.ENV_ORIGIN_SECRET] == "/csms/dev/origin-secret"
    assert seen[contract.ENV_OUTGOING] == "https-public"


def test_every_function_has_a_log_group_that_forgets() -> None:
    groups = synth.resources("Logs::LogGroup")
    for body in synth.resources("Lambda::Function").values():
        assert groups[body["LoggingConfig"]["LogGroup"]["Ref"]]["RetentionInDays"] == 30


def test_the_laptop_edition_finds_the_sources_behind_every_function() -> None:
    paths = {
        body["Metadata"]["aws:asset:path"]
        for body in synth.template("Csms")["Resources"].values()
        if body["Type"] == "AWS::Lambda::Function"
    }

    assert paths == {str(ROOT)}

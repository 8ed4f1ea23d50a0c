"""The synthesised templates, as tests look at them. One synthesis serves every test and the laptop edition."""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING, Any

from local.synth import assembly

if TYPE_CHECKING:
    from csms import contract


@functools.cache
def template(stack: str) -> dict[str, Any]:
    """The template of the stack `Data` or `Csms`."""
    document: dict[str, Any] = json.loads((assembly() / f"{stack}.template.json").read_text(encoding="utf-8"))
    return document


def resources(kind: str, stack: str = "Csms") -> dict[str, dict[str, Any]]:
    """Properties of every resource of a kind, by logical id, e.g. resources("Lambda::Function")."""
    found = template(stack)["Resources"].items()
    return {logical_id: body.get("Properties", {}) for logical_id, body in found if body["Type"] == f"AWS::{kind}"}


def logical_id_of(function: contract.Function) -> str:
    """The logical id of the Lambda that runs a function of the contract; found by the handler string."""
    lambdas = resources("Lambda::Function")
    (logical_id,) = (name for name, body in lambdas.items() if body["Handler"] == function.handler)
    return logical_id


def role_of(function: contract.Function) -> dict[str, Any]:
    """The role of a function of the contract."""
    properties = resources("Lambda::Function")[logical_id_of(function)]
    role: dict[str, Any] = resources("IAM::Role")[properties["Role"]["Fn::GetAtt"][0]]
    return role


def text(value: Any) -> str:
    """A template value as one readable line: intrinsic functions become `${…}`."""
    if isinstance(value, str):
        return value
    if not isinstance(value, dict) or len(value) != 1:
        return json.dumps(value, sort_keys=True)
    ((function, argument),) = value.items()
    if function == "Ref":
        return f"${{{argument}}}"
    if function == "Fn::GetAtt":
        return f"${{{'.'.join(argument)}}}"
    if function == "Fn::Join":
        return str(argument[0]).join(text(part) for part in argument[1])
    if function == "Fn::ImportValue":
        return f"${{import {_exported(argument)}}}"
    return json.dumps(value, sort_keys=True)


def _exported(name: str) -> str:
    """What the stack Data exports under a name."""
    outputs = template("Data")["Outputs"].values()
    (value,) = (text(output["Value"]) for output in outputs if output["Export"]["Name"] == name)
    return value


def listed(value: Any) -> list[Any]:
    """CloudFormation writes lists of one as the one."""
    return value if isinstance(value, list) else [value]

"""Tokens that we send to partners: SecureString parameters under the deployment's own path (encrypted by KMS, free)."""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING

import boto3

from csms import contract

if TYPE_CHECKING:
    from mypy_boto3_ssm.client import SSMClient


@cache
def _client() -> SSMClient:
    return boto3.client("ssm")


def _name(partner_id: str) -> str:
    return f"{os.environ[contract.ENV_PARTNER_SECRETS_PATH]}/{partner_id}/token"


def put_partner_token(partner_id: str, token: str) -> None:
    """Store the token that we send to this partner."""
    _client().put_parameter(Name=_name(partner_id), Value=token, Type="SecureString", Overwrite=True)


def get_partner_token(partner_id: str) -> str | None:
    """The token that we send to this partner, or None where it never registered."""
    try:
        return _client().get_parameter(Name=_name(partner_id), WithDecryption=True)["Parameter"]["Value"]
    except _client().exceptions.ParameterNotFound:
        return None


def delete_partner_token(partner_id: str) -> None:
    """Forget the token; nothing happens where there is none."""
    try:
        _client().delete_parameter(Name=_name(partner_id))
    except _client().exceptions.ParameterNotFound:
        return


def get_parameter(name: str) -> str:
    """Another secret parameter of the deployment by its full name."""
    return _client().get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]

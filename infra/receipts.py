"""The receipts room: what a driver opens from the terminal's QR code."""

from __future__ import annotations

from csms import contract
from infra.function import FunctionFactory
from infra.http_api import HttpApi


def add_receipts(functions: FunctionFactory, http: HttpApi) -> None:
    """Creates the function and its routes; the reference in the path is the key to the receipt."""
    http.add(
        contract.RECEIPTS,
        functions.create(contract.RECEIPTS),
        open_because="a driver has no account; the reference in the path is the secret, and the handler checks it",
    )

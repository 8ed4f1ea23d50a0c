"""The OCPI rooms: one function per module, and the one that pushes to partners."""

from __future__ import annotations

from typing import Final

from csms import contract
from infra.function import FunctionFactory
from infra.http_api import HttpApi

MODULES: Final = (
    contract.OCPI_VERSIONS_FUNCTION,
    contract.OCPI_CREDENTIALS,
    contract.OCPI_LOCATIONS,
    contract.OCPI_TARIFFS,
    contract.OCPI_TOKENS,
    contract.OCPI_SESSIONS,
    contract.OCPI_CDRS,
    contract.OCPI_COMMANDS,
    contract.OCPI_PAYMENTS,
)


def add_ocpi(functions: FunctionFactory, http: HttpApi) -> None:
    """Creates the module functions with their routes, and the push function behind its queue."""
    for module in MODULES:
        http.add(module, functions.create(module), open_because="OCPI credentials tokens are checked by the handler")
    functions.create(contract.OCPI_PUSH)

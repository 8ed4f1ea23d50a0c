"""Versions and version details: where everything is. Readable without a token, because terminals read it so."""

from __future__ import annotations

from csms.edge import ocpi_access, settings
from csms.edge.ocpi_http import OcpiRequest, Reply, endpoint
from csms.ocpi import endpoints


def get_versions(_request: OcpiRequest) -> Reply:
    """The versions we serve."""
    return Reply(endpoints.versions(settings.public_url()))


def get_details(request: OcpiRequest) -> Reply:
    """The endpoints of one version."""
    return Reply(endpoints.version_details(settings.public_url(), request.version))


handler = endpoint("versions", {"versions": {"GET": get_versions}, "": {"GET": get_details}}, ocpi_access.OPEN)

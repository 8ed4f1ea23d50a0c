"""CDRs as sender (OCPI mod_cdrs): what was pushed can be read again here."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from csms.edge.ocpi_http import OcpiRequest, Reply, endpoint
from csms.edge.ocpi_lists import created_window, page_reply
from csms.ocpi import render
from csms.ocpi.errors import NotFound
from csms.store import sessions

OWNED: Final = "CDRS"
SLACK: Final = timedelta(days=1)  # a CDR never changes: it was last updated when it was made


def list_cdrs(request: OcpiRequest) -> Reply:
    """The partner's CDRs."""
    rows = sessions.list_owned(request.store, request.partner_id, OWNED, created=created_window(request, SLACK))
    return page_reply(
        request,
        rows,
        last_updated=lambda row: str(row["last_updated"]),
        show=lambda row: render.cdr(row["cdr"], request.version),
    )


def get_cdr(request: OcpiRequest, cdr_id: str) -> Reply:
    """One CDR."""
    row = sessions.get_cdr(request.store, cdr_id)
    if row is None or row["owner"] != f"{request.partner_id}#{OWNED}":
        raise NotFound
    return Reply(render.cdr(row["cdr"], request.version))


handler = endpoint("cdrs", {"": {"GET": list_cdrs}, "{cdr_id}": {"GET": get_cdr}})

"""Payments as receiver: the terminals of a provider, and what it captured (OCPI 2.3.0 mod_payments; 2.2.1 alike)."""

from __future__ import annotations

from csms.edge.ocpi_http import endpoint
from functions.ocpi.payments.captures import get_capture, list_captures, post_capture, put_capture
from functions.ocpi.payments.terminals import get_terminal, list_terminals, patch_terminal, post_terminal, put_terminal

handler = endpoint(
    "payments",
    {
        "terminals": {"GET": list_terminals, "POST": post_terminal},
        "terminals/{terminal_id}": {"GET": get_terminal, "PUT": put_terminal, "PATCH": patch_terminal},
        "financial-advice-confirmations": {"GET": list_captures, "POST": post_capture},
        "financial-advice-confirmations/{capture_id}": {"GET": get_capture, "PUT": put_capture},
    },
)
